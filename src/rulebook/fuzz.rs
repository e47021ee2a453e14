//! What must hold for a page made of arbitrary bytes. Fuzzers and tests call it; nothing else does.

use super::embedded;
use super::page::Page;
use super::{CaseSpec, PageFault, Rulebook, explain, markdown_table, table};

const CASES: [CaseSpec; 1] =
    [CaseSpec { check: "condition", case: "arn-region", holes: &["found", "needed", "key"] }];

/// Loads, verifies and explains a page, and checks that every place lies in its text.
///
/// # Panics
/// If one of these laws is broken.
pub fn page(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut book = Rulebook::new(&CASES);
    let name = text.lines().next().unwrap_or_default().trim_start_matches(['#', ' ', '\u{feff}']);
    match book.add("fuzz", name, &text, "fuzz.md") {
        Ok(()) => {
            assert!(book.verify().is_empty(), "what was added is verified");
            for rule in book.iter() {
                for width in [0, 40, 100] {
                    let shown = explain(rule, width);
                    assert!(!shown.contains('\u{1b}'), "nothing steers the terminal");
                }
            }
            assert_eq!(table(&book).lines().count(), 1, "one line a rule");
            assert_eq!(markdown_table(&book).lines().count(), 3, "one row a rule");
        }
        Err(faults) => {
            assert!(!faults.is_empty(), "a refusal has a reason");
            assert_eq!(book.iter().count(), 0, "a refused page leaves the book as it was");
            faults.iter().for_each(in_bounds);
        }
    }
    for example in Page::parse(&text).examples {
        for block in example.blocks {
            assert_eq!(text.get(block.span.range()), Some(block.text), "a block is where its span says");
            let before = text.get(..block.span.range().start).unwrap_or_default();
            assert_eq!(before.matches('\n').count() + 1, block.line, "a block begins in the line it says");
        }
    }
}

/// The pages that come with the program, as seeds.
pub fn seeds() -> impl Iterator<Item = &'static [u8]> {
    embedded::PAGES.iter().map(|page| page.text.as_bytes())
}

fn in_bounds(fault: &PageFault) {
    assert!(fault.text.get(fault.span.range()).is_some(), "{fault} is outside of the text");
    assert!(!fault.message().contains('\n'), "a message is one line");
}
