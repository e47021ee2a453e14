//! Parts of documents that the program writes, between `<!-- name:begin -->` and `<!-- name:end -->`.
//!
//! `BLESS=1` writes them anew.

use super::{lossy, root};
use preflight::rulebook::{CaseSpec, Rulebook, Template, embedded, markdown_table};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn the_table_of_rules_in_the_readme_is_up_to_date() {
    let path = root().join("README.md");
    if !path.exists() {
        println!("skipped: there is no README.md");
        return;
    }
    let text = lossy(&path);
    let fresh = replaced(&text, "rules", &markdown_table(&rules()));
    let fresh = fresh.expect("README.md has no `<!-- rules:begin -->` followed by `<!-- rules:end -->`");
    if fresh == text {
        return;
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, fresh).unwrap();
    } else {
        panic!("the table of rules in README.md is out of date; write it anew with `BLESS=1`");
    }
}

/// `text` with the part `name` written anew; none if it has no such part.
fn replaced(text: &str, name: &str, content: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name}:begin -->"), format!("<!-- {name}:end -->"));
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n\n{}\n\n{end}{after}", content.trim()))
}

/// The rules that come with the program.
///
/// NOTE: whether a page names only cases that a check declares is not asked here; the cases are taken from the pages.
fn rules() -> Rulebook {
    let mut cases: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for (group, name, text) in embedded::PAGES {
        let block = text.split_once("```toml rule\n").and_then(|(_, rest)| rest.split_once("\n```"));
        let (block, _) = block.unwrap_or_else(|| panic!("{} has no metadata", embedded::origin(group, name)));
        let metadata: toml::Table = block.parse().unwrap();
        let check = metadata["check"].as_str().unwrap();
        let words = ["headline", "label", "related", "help", "next"].map(|key| metadata.get(key));
        let words = words.iter().flatten().filter_map(|word| word.as_str());
        let templates: Vec<Template> = words.map(|word| Template::parse(word).unwrap()).collect();
        let one = metadata["case"].as_str().into_iter();
        let many = metadata["case"].as_array().into_iter().flatten().filter_map(toml::Value::as_str);
        for case in one.chain(many) {
            let holes = cases.entry((check.to_owned(), case.to_owned())).or_default();
            holes.extend(templates.iter().flat_map(Template::holes).map(str::to_owned));
        }
    }
    let leak = |word: &String| -> &'static str { String::leak(word.clone()) };
    let specs: Vec<CaseSpec> = cases
        .iter()
        .map(|((check, case), holes)| CaseSpec {
            check: leak(check),
            case: leak(case),
            holes: holes.iter().map(leak).collect::<Vec<_>>().leak(),
        })
        .collect();
    Rulebook::embedded(&specs).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

#[test]
fn a_part_is_replaced_and_the_rest_is_kept() {
    let text = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n";
    let fresh = replaced(text, "x", "new\n").unwrap();
    assert_eq!(fresh, "a\n<!-- x:begin -->\n\nnew\n\n<!-- x:end -->\nb\n");
    assert_eq!(replaced(&fresh, "x", "new").unwrap(), fresh);
    assert!(replaced(text, "y", "new").is_none());
    assert!(markdown_table(&rules()).lines().count() > 2, "the table has no rule");
}
