//! `docs/rules/README.md`: the index of rule pages.

use super::whole;
use preflight::checks::CASES;
use preflight::rulebook::Rulebook;
use std::fmt::Write as _;

/// Groups in the order of a report, with what they are about.
const GROUPS: [(&str, &str); 13] = [
    (
        "delivery",
        "AWS writes the export into the bucket: the bucket policy, its conditions, guardrails in the way.",
    ),
    ("export", "The settings, the status and the last runs of the export or report."),
    ("form", "What is typed into the connection form, against the definition and the objects in the bucket."),
    ("reader", "The user whose access key the product gets: policies, conditions, boundaries, keys."),
    ("trust", "The role that a product takes: who may take it, and with which ExternalId."),
    ("discovery", "What the product reads beside the bill, on the payer and in linked accounts."),
    ("accounts", "The accounts of the organization against those that are connected."),
    ("live", "What AWS itself answered: calls made with the reader's key, and its policy simulator."),
    ("documents", "Documents that AWS does not take as they are written."),
    (
        "iam",
        "Any policy, without a consumer: what AWS refuses, what can never work, what is likely not meant (`preflight lint`).",
    ),
    ("change", "What a change of policies does: access gained and lost since a git revision (`--base`)."),
    (
        "iac",
        "Reports and exports of templates: what goes wrong when Terraform or CloudFormation makes or changes them.",
    ),
    ("settings", "What is wrong with the suppressions of `preflight.toml` and of comments."),
];

#[test]
fn the_index_of_rules_is_up_to_date() {
    let book = Rulebook::embedded(CASES).unwrap();
    let mut out = String::from(
        "# Rules\n\nGenerated from the rule pages; each page is documentation, metadata and test in one. `preflight explain RULE` prints a\npage, `preflight rules` this list. *Class* says whether waiting helps, *for* who must act.\n",
    );
    for rule in book.iter() {
        assert!(GROUPS.iter().any(|(group, _)| *group == rule.group), "group {} has no words", rule.group);
    }
    for (group, words) in GROUPS {
        let _ = write!(
            out,
            "\n## {group}\n\n{words}\n\n| rule | severity | class | for | reports |\n|---|---|---|---|---|\n"
        );
        for rule in book.iter().filter(|rule| rule.group == group) {
            let name = &rule.name.0;
            let _ = writeln!(
                out,
                "| [`{name}`](../../rules/{group}/{name}.md) | {} | {} | {} | {} |",
                rule.severity_word(),
                rule.class_word(),
                rule.owner_word(),
                rule.headline.outline().replace('|', "\\|")
            );
        }
    }
    whole("docs/rules/README.md", &out);
}

#[test]
fn every_page_says_what_it_does_not_see_and_where_it_was_read() {
    let book = Rulebook::embedded(CASES).unwrap();
    let mut wrong = Vec::new();
    // Pages on what a live run saw, and on policies as such, have their sources in the run and in the policy grammar.
    for rule in book.iter().filter(|rule| rule.group != "live") {
        let page = rule.page();
        if !page.sections.iter().any(|section| section.heading == "Not seen") {
            wrong.push(format!("{}: no section `Not seen`", rule.name));
        }
        if !rule.text.contains("https://") && !matches!(rule.group.as_str(), "iam" | "settings") {
            wrong.push(format!("{}: no source", rule.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
