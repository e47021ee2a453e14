#!/usr/bin/env python3
"""Says what differs between two catalogs: services, actions, resource types, condition keys, the size and the date.

    python3 data/changes.py OLD.bin NEW.bin

Reads the format that distill.py describes, with the standard library only.
"""
import struct
import sys
import zlib

LONGEST = 60


def read(path):
    data = open(path, "rb").read()
    assert data[:8] == b"AWSCAT1\n", f"{path} is no catalog"
    packed, _ = struct.unpack("<II", data[8:16])
    sections = zlib.decompress(data[16 : 16 + packed], -15).decode().split("\x1d")
    at, blocks = 16 + packed, []
    for row in sections[1].splitlines():
        length = int(row.split("\t")[0])
        blocks.append(zlib.decompress(data[at : at + length], -15))
        at += length
    out = {"services": set(), "actions": set(), "resource types": set(), "condition keys": set()}
    for row in sections[2].splitlines():
        prefix, _, block, start, length, *_ = row.split("\t")
        text = blocks[int(block)][int(start) : int(start) + int(length)].decode()
        keys, types, actions = (part.split("\n") if part else [] for part in text.split("\x1d"))
        out["services"].add(prefix)
        out["condition keys"] |= {key[1:] for key in keys}
        out["resource types"] |= {f"{prefix}: {kind.split(chr(9))[0]}" for kind in types}
        out["actions"] |= {f"{prefix}:{action[1:].split(chr(9))[0]}" for action in actions}
    return sections[0].split("\t"), len(data), out


def main(old, new):
    (_, version, before_date), before_size, before = read(old)
    (_, newer, after_date), after_size, after = read(new)
    print(f"Data of {before_date} ({version}, {before_size} bytes) against {after_date} ({newer}, {after_size} bytes).")
    for kind in before:
        for word, names in (("new", after[kind] - before[kind]), ("gone", before[kind] - after[kind])):
            if not names:
                continue
            print(f"\n## {len(names)} {word} {kind}\n")
            for name in sorted(names)[:LONGEST]:
                print(f"- `{name}`")
            if len(names) > LONGEST:
                print(f"- and {len(names) - LONGEST} more")
    if before == after:
        print("\nNo name is new and none is gone.")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: changes.py OLD.bin NEW.bin")
    main(sys.argv[1], sys.argv[2])
