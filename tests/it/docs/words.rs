//! Words for what the program has no words of its own for. Everything else takes them from the help of a flag.

/// Keys of `preflight.toml` that no flag gives.
pub(super) const KEYS: [(&str, &str); 18] = [
    ("consumer", "The product or products to judge for: a name of `preflight consumers`, or a list of them"),
    ("connected-accounts", "Accounts that are connected to the product beside this one"),
    ("scps", "Service control policies, a list for each level of the organization, the root's first"),
    ("rcps", "Resource control policies, a list for each level of the organization, the root's first"),
    ("linked.account", "The number of the linked account"),
    ("linked.boundary", "The permissions boundary of that user"),
    (
        "linked.scps",
        "Service control policies of the linked account, a list for each level, the root's first",
    ),
    (
        "linked.rcps",
        "Resource control policies of the linked account, a list for each level, the root's first",
    ),
    ("linked.reader", "ARN of the user by which the product looks into it"),
    ("suppress.rule", "The rule, by its own name or by one that another tool gives it"),
    ("suppress.document", "The document, as a path from this file"),
    ("suppress.sid", "Only in the statement of this `Sid`"),
    ("suppress.pointer", "Only below this JSON pointer, such as `/Statement/0/Action`"),
    ("suppress.reason", "Why it may be so"),
    ("suppress.expires", "The last day on which it counts (UTC), as 2027-01-31"),
    ("severity.document", "Documents, as a path from this file; `*` stands for anything"),
    ("severity.rule", "The rule, by its own name or by another tool's; every rule if it is left out"),
    ("severity.severity", "error, warning or note"),
];

/// The text of a key: `form.bucket` and `bucket` are the same.
pub(super) fn words(key: &str) -> String {
    if key == "linked.discovery-policy" {
        return "Policies of that user".to_owned();
    }
    if let Some((_, words)) = KEYS.iter().find(|(name, _)| *name == key) {
        return (*words).to_owned();
    }
    let command = preflight::cli::command();
    let check = command.find_subcommand("check").unwrap();
    let flag = check.get_arguments().find(|arg| arg.get_long() == Some(key));
    let help = flag.and_then(clap::Arg::get_help);
    help.unwrap_or_else(|| panic!("no flag is named `{key}`, and tests/it/docs/words.rs has no words for it"))
        .to_string()
}
