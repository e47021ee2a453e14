//! What holds for every page, however broken.

use super::PAGE;
use crate::rulebook::fuzz;
use proptest::prelude::*;

#[test]
fn seeds_and_their_mutilations_keep_the_laws() {
    for seed in fuzz::seeds().chain([PAGE.as_bytes()]) {
        fuzz::page(seed);
        for at in (0..seed.len()).step_by(7) {
            fuzz::page(&seed[..at]);
            fuzz::page(&[&seed[..at], &seed[(at + 5).min(seed.len())..]].concat());
        }
    }
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
