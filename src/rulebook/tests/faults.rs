//! Every fault of a page, with the text that it underlines.

use super::{CASES, PAGE, load, load_page};
use crate::rulebook::Rulebook;

/// The faults after a replacement.
fn faults(from: &str, to: &str) -> Vec<String> {
    load(from, to).map(|_| ()).unwrap_err()
}

/// The help of the only fault after a replacement.
fn help(from: &str, to: &str) -> Option<String> {
    let mut book = Rulebook::new(CASES);
    let text = PAGE.replacen(from, to, 1);
    let faults = book.add("delivery", "wrong-region", &text, "x.md").unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults[0].help()
}

#[test]
fn faults_of_the_name_underline_the_title() {
    assert_eq!(
        faults("# wrong-region", "# other"),
        ["1 other: the title is `other`, but the file is named `wrong-region.md`"]
    );
    assert_eq!(
        faults("# wrong-region", "Some words"),
        ["1 Some words: the page does not begin with `# wrong-region`",]
    );
    for name in ["Wrong", "wrong_region", "wrong--region", "-wrong", "wrong-", "1st"] {
        let text = PAGE.replacen("wrong-region", name, 1);
        let fault = format!("1 {name}: the rule name `{name}` is not kebab-case");
        assert_eq!(load_page(name, &text).map(drop).unwrap_err(), [fault]);
    }
    for (name, prefix) in [("no-region", "no-"), ("disallow-region", "disallow-")] {
        let text = PAGE.replacen("wrong-region", name, 1);
        let fault = format!("1 {name}: the rule name `{name}` begins with `{prefix}`");
        assert_eq!(load_page(name, &text).map(drop).unwrap_err(), [fault]);
    }
    assert_eq!(
        load_page("", "").map(drop).unwrap_err().first().map(String::as_str),
        Some("1 : the page does not begin with `# `")
    );
}

#[test]
fn faults_of_the_block_underline_its_fence() {
    assert_eq!(faults("```toml rule", "```toml"), ["3 ```toml: the page has no metadata"]);
    let text = PAGE.replacen("help     = \"write `{needed}`\"\n```\n", "", 1);
    let text = text.split("\n## Reported").next().unwrap();
    assert_eq!(
        load_page("wrong-region", text).map(drop).unwrap_err(),
        [
            "1 # wrong-region: the page has no heading `## Reported`",
            "1 # wrong-region: the page has no heading `## Accepted`",
            "3 ```toml rule: this block is never closed",
        ]
    );
    assert_eq!(faults("label    = \"never sent\"\n", ""), ["3 ```toml rule: the metadata has no `label`"]);
    assert_eq!(faults("case     = \"arn-region\"\n", ""), ["3 ```toml rule: the metadata has no `case`"]);
}

#[test]
fn faults_of_toml_underline_what_toml_says() {
    let faults = faults("class    = \"permanent\"", "class    = permanent");
    assert_eq!(faults.len(), 1);
    assert!(faults[0].starts_with("7 permanent: the metadata is not valid TOML: "), "{faults:?}");
}

#[test]
fn faults_of_keys_and_values_underline_them() {
    assert_eq!(faults("help  ", "hlep  "), ["13 hlep: rule pages have no key `hlep`"]);
    assert_eq!(help("help  ", "hlep  ").as_deref(), Some("write `help`"));
    assert_eq!(help("help  ", "zzzz  "), None);
    assert_eq!(faults("\"error\"", "\"eror\""), ["6 eror: `severity` is not `eror`"]);
    assert_eq!(help("\"error\"", "\"eror\"").as_deref(), Some("write `error`"));
    assert_eq!(help("\"error\"", "\"fatal\"").as_deref(), Some("write `error`, `warning` or `note`"));
    assert_eq!(faults("\"permanent\"", "\"forever\""), ["7 forever: `class` is not `forever`"]);
    assert_eq!(faults("\"customer\"", "\"me\""), ["8 me: `owner` is not `me`"]);
    assert_eq!(faults("\"0.1.0\"", "\"0.1\""), ["9 0.1: `0.1` is not a version"]);
    for score in ["10.1", "0.0", "8", "high", "-1.0", "8.55"] {
        let found = faults("\"0.1.0\"", &format!("\"0.1.0\"\nsecurity = \"{score}\""));
        assert_eq!(found, [format!("10 {score}: `{score}` is not a score of severity")]);
    }
    assert_eq!(faults("\"0.1.0\"", "0.1"), ["9 0.1: `since` is a string, not a number"]);
    assert_eq!(
        faults("\"arn-region\"", "[\"arn-region\", true]"),
        ["5 true: `case` is a list of strings, not a boolean"]
    );
    assert_eq!(faults("\"arn-region\"", "[]"), ["5 []: `case` is empty"]);
    assert_eq!(faults("\"never sent\"", "\" \""), ["12 \" \": `label` is empty"]);
}

#[test]
fn unknown_checks_and_cases_are_underlined_with_one_near_name() {
    assert_eq!(faults("\"condition\"", "\"conditon\""), ["4 conditon: there is no check `conditon`"]);
    assert_eq!(help("\"condition\"", "\"conditon\"").as_deref(), Some("write `condition`"));
    assert_eq!(
        faults("\"arn-region\"", "\"arn-regoin\""),
        ["5 arn-regoin: the check `condition` has no case `arn-regoin`"]
    );
    assert_eq!(help("\"arn-region\"", "\"arn-regoin\"").as_deref(), Some("write `arn-region`"));
}

#[test]
fn faults_of_words_underline_the_smallest_part() {
    let of = |headline: &str| faults("\"region `{found}`, needs `{needed}`\"", headline);
    assert_eq!(
        of("\"a {fund} b\""),
        ["11 {fund}: case `arn-region` of the check `condition` has no value `fund`"]
    );
    assert_eq!(of("\"a {found b\""), ["11 {found b: `headline`: the hole is not closed"]);
    assert_eq!(of("\"a } b\""), ["11 }: `headline`: this brace closes no hole"]);
    assert_eq!(
        of("'a {A B} b'"),
        ["11 {A B}: `headline`: a hole is named in lower-case letters, digits and `_`"]
    );
    assert_eq!(of("\"Region is wrong\""), ["11 Region: `headline` begins with a capital letter"]);
    assert_eq!(of("\"A region is wrong\""), ["11 A: `headline` begins with a capital letter"]);
    assert_eq!(of("\"region is wrong.\""), ["11 .: `headline` ends with `.`"]);
    assert_eq!(of("\"a\\nb\""), ["11 \"a\\nb\": `headline` has a line break or a control character"]);
    assert_eq!(of("\"a \\u001b[31m\"").len(), 1);
    // Escapes hide where the hole is, so the whole value is underlined.
    assert_eq!(
        of("\"\\u0061 {fund}\""),
        ["11 \"\\u0061 {fund}\": case `arn-region` of the check `condition` has no value `fund`"]
    );
    assert_eq!(help("{found}", "{fund}").as_deref(), Some("it has `found`, `needed` and `key`"));
    for good in ["\"AWS is wrong\"", "\"S3 is wrong\"", "\"`Region` is wrong\"", "'''wrong {{{found}}}'''"] {
        assert!(load("\"region `{found}`, needs `{needed}`\"", good).is_ok(), "{good}");
    }
}

#[test]
fn faults_of_the_shape_underline_the_heading() {
    assert_eq!(
        faults("## Accepted", "## Acepted"),
        [
            "1 # wrong-region: the page has no heading `## Accepted`",
            "30 ## Acepted: no heading of a page is `## Acepted`",
        ]
    );
    assert_eq!(
        faults("### right\n", ""),
        [
            "30 ## Accepted: there is no example below `## Accepted`",
            "31 ```json bucket-policy: this block belongs to no example",
        ]
    );
    assert_eq!(
        faults("## Accepted", "## Accepted\n### b\n## Other"),
        ["32 ## Other: no heading of a page is `## Other`"]
    );
    assert!(load("## Accepted", "## Not seen\nA.\n## Accepted\n### b\n## Fix").is_ok());
    let open = PAGE.trim_end().trim_end_matches('`');
    assert_eq!(
        load_page("wrong-region", open).map(drop).unwrap_err(),
        ["32 ```json bucket-policy: this block is never closed"]
    );
}

#[test]
fn every_fault_of_a_page_is_told_at_once_in_order() {
    let text = PAGE
        .replace("\"error\"", "\"eror\"")
        .replace("\"never sent\"", "\"Never.\"")
        .replace("## Rep", "## rep");
    assert_eq!(
        load_page("wrong-region", &text).map(drop).unwrap_err(),
        [
            "1 # wrong-region: the page has no heading `## Reported`",
            "6 eror: `severity` is not `eror`",
            "12 Never: `label` begins with a capital letter",
            "12 .: `label` ends with `.`",
            "21 ## reported: no heading of a page is `## reported`",
        ]
    );
}

#[test]
fn deep_metadata_is_refused_and_does_not_overflow() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(faults("\"arn-region\"", &deep).len(), 1);
}
