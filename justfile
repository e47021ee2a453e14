# Short names for the commands of a working day. `just` without a name lists them.

_default:
    @just --list --unsorted

# Tests of the offline core; arguments choose some of them.
test *filter:
    cargo test --no-default-features {{ filter }}

# Lints of everything that is built without the AWS SDK.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --no-default-features -- -D warnings

# Formats the code.
fmt:
    cargo fmt --all

# Writes anew what programs write: findings in rule pages, tables in documents, snapshots. Read the diff.
bless:
    BLESS=1 INSTA_UPDATE=always cargo test --no-default-features

# Decision cases of one or more files, with the trace of each disagreement.
decisions +files:
    cargo run --quiet --release --no-default-features --example decisions -- {{ files }}

# The measurements.
bench *filter:
    cargo bench --no-default-features {{ filter }}

# Feeds a fuzz target for a minute; needs cargo-fuzz and a nightly toolchain.
fuzz target="read_json":
    mkdir -p fuzz/corpus/{{ target }}
    cargo +nightly fuzz run {{ target }} fuzz/corpus/{{ target }} fuzz/seeds -- -max_total_time=60

# The documentation of the library, without its dependencies.
doc:
    cargo doc --no-deps --no-default-features --open

# What continuous integration runs, and that nothing is left to commit.
ready:
    bash .ci/run
    git diff --exit-code
    test -z "$(git status --porcelain)"
