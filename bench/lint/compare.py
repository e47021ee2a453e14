#!/usr/bin/env python3
"""Lints the same policies with preflight, parliament and iam-policy-validator in one run, and prints a table.

    cargo build --release --no-default-features
    python3 bench/lint/compare.py target/release/preflight [COUNT]

The policies are generated from the catalog with a fixed seed: half of them whole, half with one slip of a known kind. The
peers are installed by pip into target/peers. CPU is user and system time of the processes; all run without a network.
iam-policy-validator fetches AWS's service definitions; so that it runs without a network it is given our catalog's, written
in the form of AWS's Service Reference.
"""
import json
import os
import pathlib
import random
import re
import resource
import struct
import subprocess
import sys
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "lint-bench"
PEERS = ROOT / "target" / "peers"

READS = {
    "s3": (["GetObject", "ListBucket", "PutObject"], "arn:aws:s3:::acme-{n}{tail}"),
    "dynamodb": (["GetItem", "Query", "PutItem"], "arn:aws:dynamodb:eu-west-1:111122223333:table/acme-{n}"),
    "sqs": (["SendMessage", "ReceiveMessage"], "arn:aws:sqs:eu-west-1:111122223333:acme-{n}"),
    "sns": (["Publish"], "arn:aws:sns:eu-west-1:111122223333:acme-{n}"),
    "kms": (["Decrypt", "GenerateDataKey"], "arn:aws:kms:eu-west-1:111122223333:key/0f2a9c1e-0000-4000-8000-{n:012}"),
    "lambda": (["InvokeFunction"], "arn:aws:lambda:eu-west-1:111122223333:function:acme-{n}"),
}
CONDITIONS = [
    None,
    {"Bool": {"aws:SecureTransport": "true"}},
    {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
    {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}},
    {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}},
]


def statement(random, number):
    service = random.choice(sorted(READS))
    names, arn = READS[service]
    name = random.choice(names)
    tail = "" if name == "ListBucket" else "/*"
    out = {"Sid": f"Part{number}", "Effect": "Allow", "Action": f"{service}:{name}"}
    out["Resource"] = arn.format(n=random.randrange(1000), tail=tail)
    condition = random.choice(CONDITIONS)
    if condition:
        out["Condition"] = condition
    return out


SLIPS = {
    "unknown action": lambda s: s.update(Action=s["Action"] + "x"),
    "unknown service": lambda s: s.update(Action="acm1:" + s["Action"].split(":")[1]),
    "no ARN": lambda s: s.update(Resource="acme"),
    "bad effect": lambda s: s.update(Effect="allow"),
    "no action": lambda s: s.pop("Action"),
    "no resource": lambda s: s.pop("Resource"),
    "unknown operator": lambda s: s.update(Condition={"StringIs": {"aws:PrincipalOrgID": "o-exampleorgid"}}),
    "unknown key": lambda s: s.update(Condition={"StringEquals": {"aws:PrincipalOrg": "o-exampleorgid"}}),
    "bad date": lambda s: s.update(Condition={"DateLessThan": {"aws:CurrentTime": "tomorrow"}}),
    "bad range": lambda s: s.update(Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/99"}}),
    "unknown element": lambda s: s.update(Resources="*"),
    "bad Sid": lambda s: s.update(Sid="not a sid"),
}


def policies(count):
    made = random.Random(20261123)
    for number in range(count):
        list_ = [statement(made, n) for n in range(made.randint(1, 4))]
        slip = None
        if number % 2:
            slip = made.choice(sorted(SLIPS))
            SLIPS[slip](made.choice(list_))
        yield slip, {"Version": "2012-10-17", "Statement": list_}


def timed(command, **kwargs):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(command, capture_output=True, text=True, **kwargs)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, result.stdout + result.stderr


def of_preflight(binary, names):
    cpu, text = timed([binary, "lint", "--format", "json", "."], cwd=WORK / "policies")
    found = {name: set() for name in names}
    for finding in json.loads(text)["findings"]:
        if finding["severity"] != "note":
            found[finding["primary"]["document"]].add(finding["rule"])
    return cpu, found


def of_parliament(names):
    script = WORK / "parliament_run.py"
    script.write_text(
        "import sys, json, pathlib, parliament\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).glob('*.json')):\n"
        "    try:\n"
        "        issues = [f.issue for f in parliament.analyze_policy_string(path.read_text()).findings]\n"
        "    except Exception as error:\n"
        "        issues = ['CRASH ' + type(error).__name__]\n"
        "    print(json.dumps([path.name, issues]))\n"
    )
    cpu, text = timed([str(PEERS / "bin/python"), str(script), str(WORK / "policies")])
    found = {name: set() for name in names}
    for line in text.splitlines():
        if line.startswith("["):
            name, issues = json.loads(line)
            found[name] |= set(issues) - {"RESOURCE_STAR"}
    return cpu, found


def definitions(folder):
    """Our catalog in the form that iam-policy-validator reads with --aws-services-dir."""
    data = (ROOT / "data" / "catalog.bin").read_bytes()
    packed, _ = struct.unpack("<II", data[8:16])
    sections = zlib.decompress(data[16 : 16 + packed], -15).decode().split("\x1d")
    at, blocks = 16 + packed, []
    for row in sections[1].splitlines():
        length = int(row.split("\t")[0])
        blocks.append(zlib.decompress(data[at : at + length], -15))
        at += length
    folder.mkdir(parents=True, exist_ok=True)
    kinds = dict(s="String", a="ARN", b="Bool", n="Numeric", d="Date", i="IPAddress", y="Binary")
    kind = lambda letter: ("ArrayOf" if letter.isupper() else "") + kinds[letter.lower()]
    index = []
    for row in sections[2].splitlines():
        prefix, _, block, start, length, *_ = row.split("\t")
        text = blocks[int(block)][int(start) : int(start) + int(length)].decode()
        keys, types, actions = (part.split("\n") if part else [] for part in text.split("\x1d"))
        names = [key[1:] for key in keys]
        of = lambda refs: [names[ord(c) - 0x30] for c in refs]
        types = [(row + "\t\t").split("\t") for row in types]
        listed = []
        for action in actions:
            name, resources, refs, *_ = (action[1:] + "\t\t\t").split("\t")
            bare = re.sub(r"\([^)]*\)|!", "", resources)
            inner = "".join(re.findall(r"\(([^)]*)\)", resources))
            listed.append(
                {
                    "Name": name,
                    "ActionConditionKeys": sorted(set(of(refs + inner))),
                    "Resources": [{"Name": types[ord(c) - 0x30][0]} for c in bare],
                }
            )
        service = {
            "Name": prefix,
            "Actions": listed,
            "Resources": [
                {"Name": name, "ARNFormats": arns.split(", "), "ConditionKeys": of(refs)} for name, arns, refs, *_ in types
            ],
            "ConditionKeys": [{"Name": key[1:], "Types": [kind(key[0])]} for key in keys],
        }
        (folder / f"{prefix}.json").write_text(json.dumps(service))
        index.append({"service": prefix, "url": f"https://servicereference.us-east-1.amazonaws.com/v1/{prefix}/{prefix}.json"})
    (folder / "_services.json").write_text(json.dumps(index))


def of_validator(names):
    services = WORK / "services"
    definitions(services)
    out = WORK / "validator.json"
    out.unlink(missing_ok=True)
    cpu, text = timed(
        [str(PEERS / "bin/iam-validator"), "validate", "--path", str(WORK / "policies"), "--format", "json", "--output", str(out),
         "--aws-services-dir", str(services)]
    )
    found = {name: set() for name in names}
    if not out.exists():
        print(f"iam-policy-validator gave no report: {text[-300:]}", file=sys.stderr)
        return cpu, found
    for result in json.loads(out.read_text()).get("results", []):
        name = pathlib.Path(result.get("policy_file", "")).name
        for issue in result.get("issues", []):
            if issue.get("severity") in ("error", "critical", "high", "warning", "medium") and name in found:
                found[name].add(issue.get("issue_type"))
    return cpu, found


def main(binary, count):
    folder = WORK / "policies"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    slips = {}
    for number, (slip, policy) in enumerate(policies(count)):
        name = f"{number:04}.json"
        slips[name] = slip
        (folder / name).write_text(json.dumps(policy, indent=2))
    if not PEERS.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        subprocess.run([str(PEERS / "bin/pip"), "install", "-q", "parliament", "iam-policy-validator"], check=True)
    names = sorted(slips)
    runs = {
        "preflight": of_preflight(binary, names),
        "parliament": of_parliament(names),
        "iam-policy-validator": of_validator(names),
    }
    bad = [name for name in names if slips[name]]
    good = [name for name in names if not slips[name]]
    version = lambda package: re.search(
        r"Version: (\S+)", subprocess.run([str(PEERS / "bin/pip"), "show", package], capture_output=True, text=True).stdout
    )
    own = {name for name in bad if runs["preflight"][1][name]}
    print(f"{len(names)} policies, {len(bad)} of them with a slip.\n")
    print("| tool | CPU s | slips found | found by preflight, too | whole policies with a warning or error |")
    print("|---|---|---|---|---|")
    for tool, (cpu, found) in runs.items():
        hit = {name for name in bad if found[name]}
        label = tool if tool == "preflight" or not version(tool) else f"{tool} {version(tool)[1]}"
        print(f"| {label} | {cpu:.2f} | {len(hit)} | {len(hit & own)} | {sum(bool(found[name]) for name in good)} |")
    print("\n| slip | policies | " + " | ".join(runs) + " |\n|---|---|" + "---|" * len(runs))
    for slip in sorted(SLIPS):
        of = [name for name in bad if slips[name] == slip]
        print(f"| {slip} | {len(of)} | " + " | ".join(str(sum(bool(run[1][name]) for name in of)) for run in runs.values()) + " |")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: compare.py PREFLIGHT [COUNT]")
    main(os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
