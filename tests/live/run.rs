//! Runs the compiled program against a server, and looks through all it says for the keys it was given.

use serde_json::Value;
use std::process::{Command, Output};

/// Keys that no output may ever hold. Taken apart, so that nobody's scanner takes this file for a leak.
pub(crate) fn secret() -> String {
    ["wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYLIVETEST1"].concat()
}

/// What the scenarios hand out as the secret and the token of a session.
pub(crate) const SESSION: [&str; 2] =
    ["SessionSecretNeverToBeShown00000000000000", "SessionTokenNeverToBeShown"];
/// The code of an MFA device.
pub(crate) const CODE: &str = "739184";

/// Fails if a text holds a key that any of the runs used.
pub(crate) fn without_secrets(text: &str) {
    for secret in [&*secret(), SESSION[0], SESSION[1], CODE] {
        assert!(!text.contains(secret), "`{secret}` is in the output:\n{text}");
    }
}

/// The program, with credentials and without any configuration of the machine.
pub(crate) fn preflight(url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_preflight"));
    command
        .env_clear()
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLELIVETEST1")
        .env("AWS_SECRET_ACCESS_KEY", secret())
        .current_dir(std::env::temp_dir());
    command
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

/// What a run said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// The report, of a run with `--format json`.
    pub(crate) fn report(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }

    pub(crate) fn verdict(&self) -> String {
        self.report()["verdict"].as_str().unwrap().to_owned()
    }

    /// The state of a demand.
    pub(crate) fn state(&self, id: &str) -> Option<String> {
        let report = self.report();
        let demands = report["consumers"][0]["demands"].as_array().unwrap();
        let demand = demands.iter().find(|demand| demand["id"] == id)?;
        Some(demand["state"].as_str().unwrap().to_owned())
    }
}

/// Runs it. Whatever happens, no key is in what it prints or in a file that it was given to write.
pub(crate) fn run(mut command: Command) -> Said {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let out = String::from_utf8(stdout).unwrap();
    let err = String::from_utf8(stderr).unwrap();
    for text in [&out, &err] {
        without_secrets(text);
        assert!(!text.contains("panicked"), "{text}");
    }
    for file in command.get_args().map(std::path::Path::new).filter(|path| path.is_file()) {
        without_secrets(&String::from_utf8_lossy(&std::fs::read(file).unwrap()));
    }
    Said { code: status.code().unwrap_or(-1), out, err }
}

/// `check --live` of the account, as JSON.
pub(crate) fn check(url: &str, more: &[&str]) -> Said {
    let mut command = preflight(url);
    command
        .args(["check", "--live", "--format", "json", "--now", "2026-11-23T12:00:00Z"])
        .args(ACCOUNT)
        .args(more);
    run(command)
}
