//! `docs/consumer-files.md` and the lists of `docs/concepts.md`: every key that the program reads, and no other.

use super::{code_words, part, written};
use preflight::contract::{Contract, ExportQuestion, Facts, LayoutQuestion, Question, RequestTemplate};
use preflight::evidence::AnswerKind;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const DOCUMENT: &str = "docs/consumer-files.md";

/// The keys that a table of a file knows, as the program says when it meets one that it does not know.
fn expected(fault: &str) -> BTreeSet<String> {
    let list = fault.split_once("expected").unwrap_or_else(|| panic!("{fault}")).1;
    code_words(list).into_iter().collect()
}

/// The code words in the first column of the one table below a heading that begins with this key.
fn described(heading: &str, first: &str) -> BTreeSet<String> {
    let text = written(DOCUMENT);
    let text = text.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let begin = format!("| `{first}` |");
    let tables: Vec<&str> =
        text.split("\n\n").filter(|part| part.contains(&format!("|---|---|\n{begin}"))).collect();
    assert_eq!(tables.len(), 1, "tables that begin with `{first}`");
    let rows = tables[0].lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    rows.map(|(key, _)| key.to_owned()).collect()
}

const TOP: &str = "title = \"t\"\nproduct = \"p\"\nchecked = \"2026-11-23\"\n";

#[test]
fn every_key_of_a_consumer_file_is_described() {
    let of = |text: &str| expected(&Contract::read("x", text).unwrap_err().message);
    assert_eq!(described("Top", "title"), of(&format!("{TOP}zzz = 1\ndemand = []\n")), "top");
    assert_eq!(
        described("Top", "value"),
        of(&format!("{TOP}demand = []\n[defaults]\nmode = {{ zzz = 1 }}\n")),
        "defaults"
    );
    assert_eq!(described("Demands", "id"), of(&format!("{TOP}[[demand]]\nzzz = 1\n")), "demand");
    let matches = "[[demand]]\nmatches = { zzz = 1 }\n";
    assert_eq!(described("Matches", "characters"), of(&format!("{TOP}{matches}")), "matches");
    assert_eq!(
        described("Layout", "folder"),
        of(&format!("{TOP}demand = []\n[layout]\nzzz = 1\n")),
        "layout"
    );
    let period = "demand = []\n[layout]\n[[layout.period]]\nzzz = 1\n";
    assert_eq!(described("Layout", "export-type"), of(&format!("{TOP}{period}")), "period");
    let sign = "demand = []\n[layout]\n[[layout.sign]]\nzzz = 1\n";
    assert_eq!(described("Signs", "values"), of(&format!("{TOP}{sign}")), "sign");
    let name = "demand = []\n[layout]\n[[layout.name]]\nzzz = 1\n";
    assert_eq!(described("Names", "export-type"), of(&format!("{TOP}{name}")), "name");
}

#[test]
fn every_key_of_requests_and_facts_is_described() {
    let of = |text: &str| expected(&RequestTemplate::read("x", text).unwrap_err().message);
    let text = written(DOCUMENT);
    let below = super::first_column(&text, "## Requests");
    let request = of("zzz = 1\n");
    let unknown =
        of("title = \"t\"\ncaller = \"c\"\nsource = \"s\"\nchecked = \"c\"\n[[unknown]]\nzzz = 1\n");
    let all: BTreeSet<String> = request.union(&unknown).cloned().collect();
    assert_eq!(below.into_iter().collect::<BTreeSet<_>>(), all);
    let fact = expected(&Facts::read("[x]\nzzz = 1\n").unwrap_err().message);
    assert_eq!(described("Facts", "reason"), fact);
}

#[test]
fn every_kind_of_ask_is_described() {
    let demand = "[[demand]]\nid = \"a\"\nsection = \"s\"\ntitle = \"t\"\nneed = \"advice\"\nask = \"zzz\"\nsource = \"s\"\n";
    let fault = Contract::read("x", &format!("{TOP}{demand}")).unwrap_err().message;
    let known: BTreeSet<String> = code_words(&fault).into_iter().filter(|word| word != "ask").collect();
    assert_eq!(described("Ask", "accepted"), known);
}

/// Questions with what a *yes* means.
const LAYOUT: [(&str, &str); 7] = [
    ("typed", "path and name can be those of an export at all"),
    ("connect", "connecting succeeds"),
    ("import", "the import finds files"),
    ("ignored", "nothing below the export's folder is passed over"),
    ("page", "no folder has more keys than old releases read"),
    ("readable", "every file that the first import reads can be read: none is archived, no month is empty"),
    (
        "written",
        "one of the newest files looks as those of an export do that is set as the needed settings of the contract ask",
    ),
];

const IDENTITY: [(&str, &str); 15] = [
    ("attached", "every policy given is attached to the reader, and every attached one is given"),
    ("in-force", "the versions of managed policies given are the ones in force"),
    ("one-reader", "all answers are about one user"),
    ("in-groups", "the user is in the groups whose policies are given"),
    ("exists", "the user exists"),
    ("active-key", "the user has an active access key"),
    ("not-root-user", "the key is not the root user's"),
    ("young-key", "no key is older than AWS advises"),
    ("no-password", "the user has no password for the console"),
    ("all-connected", "every active account of the organization is connected"),
    ("in-organization", "every connected account is in the organization, and active"),
    ("right-tab", "the account is what the tab of the form says"),
    ("agree", "no two answers say different things of one thing"),
    ("choices", "values of the form that are one of a choice are"),
    ("written", "values of the form are written as AWS writes them"),
];

const EXPORT: [(&str, &str); 17] = [
    ("looked-at", "its settings are among the documents"),
    ("named", "an export of the form's name is there"),
    ("made", "the template makes it in the Region in which AWS makes exports"),
    ("type", "it is of the form's type"),
    ("account", "it belongs to the form's account"),
    ("rows", "its query leaves no rows out"),
    ("cut", "its query has no limit"),
    ("path", "its prefix is the form's path"),
    ("parquet", "format and compression go together"),
    ("athena", "what is made for Athena goes with the other settings"),
    ("region", "the bucket is where the export looks for it"),
    ("bucket-account", "AWS delivers to a bucket of this owner"),
    ("found", "auto-detection comes to this export, and to no other before it"),
    ("quota", "one more export can be made"),
    ("status", "AWS calls it healthy"),
    ("execution", "its last run ended with a delivery"),
    ("delivered", "something was delivered once"),
];

#[test]
fn every_question_is_described() {
    let table = |rows: &[(&str, &str)]| {
        let mut out = String::from("| question | yes means |\n|---|---|\n");
        for (name, words) in rows {
            let _ = writeln!(out, "| `{name}` | {words} |");
        }
        out
    };
    assert!(LAYOUT.iter().all(|(name, _)| LayoutQuestion::of(name).is_some()));
    let identity: Vec<&str> = Question::ALL.iter().map(|(name, _)| *name).collect();
    assert_eq!(IDENTITY.map(|(name, _)| name).to_vec(), identity);
    let choices = ExportQuestion::choices();
    let export: Vec<String> = code_words(&choices).into_iter().skip(1).collect();
    assert_eq!(EXPORT.map(|(name, _)| name.to_owned()).to_vec(), export);
    part(DOCUMENT, "layout-questions", &table(&LAYOUT));
    part(DOCUMENT, "identity-questions", &table(&IDENTITY));
    part(DOCUMENT, "export-questions", &table(&EXPORT));
}

#[test]
fn the_list_of_answers_is_up_to_date() {
    let mut out = String::from("| command | recognised by |\n|---|---|\n");
    for kind in AnswerKind::ALL {
        let keys: Vec<String> = kind.keys().iter().map(|key| format!("`{key}`")).collect();
        let _ = writeln!(out, "| `aws {}` | {} |", kind.name(), keys.join(", "));
    }
    out.push_str("| `aws s3api list-objects-v2` | `Contents`, however many pages |\n");
    part("docs/concepts.md", "answers", &out);
}
