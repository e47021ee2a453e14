//! Parts of documents that the program writes, between `<!-- name:begin -->` and `<!-- name:end -->`.
//!
//! `BLESS=1` writes them anew.

use super::{lossy, root};
use preflight::checks::CASES;
use preflight::rulebook::{Rulebook, markdown_table};

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

fn rules() -> Rulebook {
    Rulebook::embedded(CASES).unwrap_or_else(|faults| panic!("{faults:#?}"))
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
