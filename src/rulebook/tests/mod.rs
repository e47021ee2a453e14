//! Rule pages from the outside: what a page says, and what is underlined when it is wrong.

mod faults;
mod laws;

use super::*;

const CASES: &[CaseSpec] = &[
    CaseSpec { check: "condition", case: "arn-region", holes: &["found", "needed", "key"] },
    CaseSpec { check: "condition", case: "arn-account", holes: &["found", "key"] },
    CaseSpec { check: "grant", case: "missing", holes: &["action"] },
];

const PAGE: &str = r#"# wrong-region

```toml rule
check    = "condition"
case     = "arn-region"
severity = "error"
class    = "permanent"
owner    = "customer"
since    = "0.1.0"
aliases  = ["INVALID_REGION"]
headline = "region `{found}`, needs `{needed}`"
label    = "never sent"
help     = "write `{needed}`"
```

The first paragraph
goes on.

More.

## Reported
### bucket's
Why.
```json bucket-policy
{}
```
```findings
error
```
## Accepted
### right
```json bucket-policy
{}
```
"#;

/// A book with the page after a replacement, or the faults as `line underlined: message`.
fn load(from: &str, to: &str) -> Result<Rulebook, Vec<String>> {
    assert!(PAGE.contains(from), "the page has `{from}`");
    load_page("wrong-region", &PAGE.replacen(from, to, 1))
}

fn load_page(name: &str, text: &str) -> Result<Rulebook, Vec<String>> {
    let mut book = Rulebook::new(CASES);
    match book.add("delivery", name, text, "rules/delivery/x.md") {
        Ok(()) => Ok(book),
        Err(faults) => Err(shown(&faults)),
    }
}

fn shown(faults: &[PageFault]) -> Vec<String> {
    let line =
        |fault: &PageFault| fault.text.get(..fault.span.start as usize).unwrap().matches('\n').count() + 1;
    faults
        .iter()
        .map(|fault| format!("{} {}: {}", line(fault), fault.underlined(), fault.message()))
        .collect()
}

#[test]
fn a_good_page_gives_a_rule() {
    let book = load("", "").unwrap();
    let rule = book.get("wrong-region").unwrap();
    let values = Values::new().with("found", "eu-west-1").with("needed", "us-east-1").with("key", "k");
    assert_eq!(rule.headline.render(&values), "region `eu-west-1`, needs `us-east-1`");
    assert_eq!(rule.severity, crate::finding::Severity::Error);
    assert_eq!(
        (rule.group.as_str(), rule.check.as_str(), rule.since.as_str()),
        ("delivery", "condition", "0.1.0")
    );
    assert_eq!((&rule.related, &rule.next), (&None, &None));
    assert_eq!(book.get("INVALID_REGION"), Some(rule));
    assert_eq!(book.get("no such rule"), None);
    assert_eq!(book.verify(), []);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_read() {
    let text = format!("\u{feff}{}", PAGE.replace('\n', "\r\n"));
    let book = load_page("wrong-region", &text).unwrap();
    let page = book.get("wrong-region").unwrap().page();
    assert_eq!((page.title, page.summary.as_str()), ("wrong-region", "The first paragraph goes on."));
    assert_eq!(page.examples[0].blocks[0].text, "{}\r\n");
}

#[test]
fn a_rule_may_speak_for_several_cases() {
    let book = load("\"arn-region\"", "[\"arn-region\", \"arn-account\"]").map(drop).unwrap_err();
    assert_eq!(
        book,
        [
            "11 {needed}: case `arn-account` of the check `condition` has no value `needed`",
            "13 {needed}: case `arn-account` of the check `condition` has no value `needed`",
        ]
    );
    let text =
        PAGE.replace("\"arn-region\"", "[\"arn-region\", \"arn-account\"]").replace("{needed}", "{key}");
    let book = load_page("wrong-region", &text).unwrap();
    for case in ["arn-region", "arn-account"] {
        assert!(book.rule_for("delivery", "condition", case).is_some());
    }
}

#[test]
fn a_page_of_the_same_name_replaces_and_a_bad_one_does_not() {
    let mut book = load("", "").unwrap();
    let note = PAGE.replace("\"error\"", "\"note\"");
    book.add("export", "wrong-region", &note, "x.md").unwrap();
    assert_eq!(
        book.iter().map(|rule| (rule.group.as_str(), rule.severity_word())).collect::<Vec<_>>(),
        [("export", "note")]
    );
    let before: Vec<Rule> = book.iter().cloned().collect();
    for bad in
        [PAGE.replace("\"note\"", "\"bad\"").replace("check ", "chek "), PAGE.replace("## Accepted", "")]
    {
        book.add("delivery", "wrong-region", &bad, "x.md").unwrap_err();
        assert_eq!(book.iter().cloned().collect::<Vec<_>>(), before);
    }
}

#[test]
fn two_rules_cannot_speak_for_one_case_of_a_group() {
    let mut book = load("", "").unwrap();
    let other = PAGE.replace("wrong-region", "another");
    let faults = book.add("delivery", "another", &other, "x.md").unwrap_err();
    assert_eq!(
        shown(&faults),
        [
            "5 arn-region: `wrong-region` already speaks for case `arn-region` of the check `condition` in `delivery`"
        ]
    );
    book.add("any", "another", &other, "x.md").unwrap();
    let name = |group| book.rule_for(group, "condition", "arn-region").map(|rule| rule.name.0.as_str());
    assert_eq!([name("delivery"), name("reader")], [Some("wrong-region"), Some("another")]);
    assert_eq!(book.rule_for("delivery", "grant", "missing"), None);
}

#[test]
fn a_page_is_read_with_its_examples() {
    let book = load("More.", "More.\n\n## Background\nOld.\n").unwrap();
    let page = book.get("wrong-region").unwrap().page();
    assert_eq!(page.summary, "The first paragraph goes on.");
    assert_eq!(
        page.sections,
        [
            Section { heading: "", text: "The first paragraph\ngoes on.\n\nMore." },
            Section { heading: "Background", text: "Old." },
        ]
    );
    let reported: Vec<_> = page.of(ExampleGroup::Reported).collect();
    assert_eq!(reported.len(), 1);
    assert_eq!((reported[0].title, reported[0].prose.as_str()), ("bucket's", "Why.\n"));
    let blocks: Vec<_> = reported[0].blocks.iter().map(|b| (b.lang, b.kind, b.text, b.line)).collect();
    assert_eq!(blocks, [("json", "bucket-policy", "{}\n", 29), ("findings", "", "error\n", 32)]);
    assert_eq!(page.of(ExampleGroup::NotKnown).count(), 0);
}

#[test]
fn a_rule_is_explained_without_markdown() {
    let book =
        load("More.", "See [the page](https://example.com/a-long-address).\n\n| a | b |\n|---|---|").unwrap();
    let text = explain(book.get("wrong-region").unwrap(), 40);
    assert_eq!(
        text,
        "wrong-region\n\
         error · permanent · for the customer · in delivery · since 0.1.0\n\
         elsewhere: INVALID_REGION\n\n\
         region `…`, needs `…`\n\n\
         help: write `…`\n\n\
         The first paragraph goes on.\n\n\
         See the page\n<https://example.com/a-long-address>.\n\n\
         | a | b |\n|---|---|\n\n\
         Reported\n--------\n\n\
         \x20 bucket's\n\n  Why.\n\n    bucket-policy\n      {}\n\n    findings\n      error\n\n\
         Accepted\n--------\n\n\
         \x20 right\n\n    bucket-policy\n      {}\n"
    );
}

#[test]
fn tables_have_one_line_a_rule() {
    let mut book = load("region `{found}`", "a|b `{found}`").unwrap();
    let other = PAGE.replace("wrong-region", "other").replace("error", "warning");
    book.add("reader", "other", &other, "x.md").unwrap();
    assert_eq!(
        table(&book),
        "wrong-region  error    delivery  a|b `…`, needs `…`\n\
         other         warning  reader    region `…`, needs `…`\n"
    );
    assert!(
        markdown_table(&book).contains(
            "| [`wrong-region`](rules/delivery/wrong-region.md) | error | a\\|b `…`, needs `…` |\n"
        )
    );
}

#[test]
fn embedded_tables_are_sorted() {
    assert!(embedded::PAGES.is_sorted_by(|a, b| (a.group, a.name) < (b.group, b.name)));
    for list in [embedded::CONSUMERS, embedded::REQUESTS, embedded::TABLES] {
        assert!(list.is_sorted_by(|a, b| a.0 < b.0));
    }
    assert!(embedded::PAGES.iter().any(|page| page.name == "source-arn-wrong-region"));
}

#[test]
fn a_shipped_page_is_found_by_what_it_says_itself() {
    let book = Rulebook::embedded(crate::checks::CASES).unwrap();
    for page in embedded::PAGES {
        let index =
            page.index.as_ref().unwrap_or_else(|| panic!("{} has no index: one line a key", page.name));
        let rule = book.get(page.name).unwrap_or_else(|| panic!("{:#?}", book.faults().collect::<Vec<_>>()));
        assert_eq!((rule.group.as_str(), rule.name.0.as_str()), (page.group, page.name));
        assert_eq!(rule.check, index.check, "{}", page.name);
        assert_eq!(rule.cases, index.cases, "{}", page.name);
        assert_eq!(rule.aliases, index.aliases, "{}", page.name);
    }
}

#[test]
fn embedded_pages_without_their_check_are_refused() {
    let book = Rulebook::embedded(&[]).unwrap();
    assert_eq!(book.rule_for("delivery", "grant", "missing"), None, "a broken page gives no words");
    assert_eq!(book.faults().next().unwrap().name, "delivery-not-granted");
    let faults = book.verify();
    assert!(faults.len() >= embedded::PAGES.len());
    let first = faults.iter().find(|fault| fault.name == "source-arn-wrong-region").unwrap();
    assert_eq!(first.origin, "rules/delivery/source-arn-wrong-region.md");
    assert_eq!(
        (first.underlined(), first.message().as_str()),
        ("condition", "there is no check `condition`")
    );
}
