//! `docs/consumers.md`: the products whose contracts are known, and which of them can share an export.

use super::whole;
use std::process::Command;

fn printed(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_preflight")).args(args).env_clear().output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_table_of_consumers_is_up_to_date() {
    let table = printed(&["consumers", "--markdown"]);
    let text = format!(
        "# Consumers\n\nGenerated from the contracts in [`rules/consumers`](../rules/consumers) \
         (`preflight consumers --markdown`); each says for every\ndemand where it was read. *Reads with* is what the \
         customer sets up for the product; *confidence* is low where the vendor's own pages were\nnot read. Which of them \
         cannot share one export, `preflight consumers --conflicts NAME NAME` tells, with the demands and their\nsources. \
         How to write one: [consumer files](consumer-files.md).\n\n{table}"
    );
    whole("docs/consumers.md", &text);
}
