//! What holds for every page, however broken.

use super::PAGE;
use crate::rulebook::fuzz;
use proptest::prelude::*;

/// Cuts a page off at a place, and takes some bytes out there.
fn mutilate(page: &[u8], at: usize) {
    fuzz::page(&page[..at]);
    fuzz::page(&[&page[..at], &page[(at + 5).min(page.len())..]].concat());
}

#[test]
fn seeds_keep_the_laws() {
    for seed in fuzz::seeds().chain([PAGE.as_bytes()]) {
        fuzz::page(seed);
    }
}

/// Title and metadata are read byte by byte, and each page has its own; what follows them does not bear on how they are
/// read, so a short rest stands for it.
#[test]
fn mutilated_heads_keep_the_laws() {
    let rest = PAGE.find("The first paragraph").unwrap();
    for seed in fuzz::seeds() {
        let end = find(seed, b"\n```\n").unwrap() + 5;
        let page = [&seed[..end], b"\n", &PAGE.as_bytes()[rest..]].concat();
        (0..end).step_by(7).for_each(|at| mutilate(&page, at));
    }
    (0..PAGE.len()).for_each(|at| mutilate(PAGE.as_bytes(), at));
}

/// Below the metadata only headings and fences have a meaning: each of them is mutilated in turn, at its first bytes, its
/// last, or behind it.
#[test]
fn mutilated_shapes_keep_the_laws() {
    let mut turn = 0usize;
    for seed in fuzz::seeds() {
        let mut at = 0;
        for line in seed.split_inclusive(|byte| *byte == b'\n') {
            if line.starts_with(b"#") || line.starts_with(b"```") {
                turn += 1;
                let places = [0, 1, 2, line.len() - 1, line.len()];
                if turn.is_multiple_of(3) {
                    mutilate(seed, at + places[turn / 3 % places.len()]);
                }
            }
            at += line.len();
        }
    }
    assert!(turn > 1000, "only {turn} headings and fences");
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

proptest! {
    #[test]
    fn arbitrary_bytes_keep_the_laws(data in proptest::collection::vec(any::<u8>(), 0..200)) {
        fuzz::page(&data);
    }

    #[test]
    fn arbitrary_pieces_of_pages_keep_the_laws(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("# x\n"), Just("```toml rule\n"), Just("```\n"), Just("````\n"), Just("## Reported\n"),
                Just("## Accepted\n"), Just("## Odd\n"), Just("### e\n"), Just("check = \"condition\"\n"),
                Just("headline = \"é {found\"\n"), Just("é\r\n"), Just("\u{feff}"), Just("case = [1, \""), Just("\"]\n"),
                Just("- [a](b) c\n"), Just("| t |\n"), Just("#"), Just("`"),
            ],
            0..40,
        )
    ) {
        fuzz::page(parts.concat().as_bytes());
    }

    #[test]
    fn a_changed_page_keeps_the_laws(at in 0..PAGE.len(), with in "[`#{}\"\\\\\\[\\]a-z\\n\u{1b}é]{0,4}") {
        let (before, after) = PAGE.split_at(at);
        fuzz::page(format!("{before}{with}{}", after.get(1..).unwrap_or_default()).as_bytes());
    }
}
