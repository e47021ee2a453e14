//! Data files that come with the program, in the form in which `build.rs` has taken them apart.
//!
//! Every run reads a contract, sets of requests and tables of words; taking TOML apart was a fifth of its instructions.
//! [`Shipped`] is a file's text and, where it is the program's own, the tree of its values. What is read is the same; a tree
//! that does not fit is read once more from the text, so that the fault has its place.

mod tree;

use serde::de::DeserializeOwned;

/// The text of a TOML file, of the program's own or somebody else's.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shipped<'t> {
    text: &'t str,
    /// The values as `build.rs` writes them; empty for a text that it has not seen.
    tree: &'static [u8],
}

impl<'t> From<&'t str> for Shipped<'t> {
    fn from(text: &'t str) -> Self {
        Self { text, tree: &[] }
    }
}

impl<'t> Shipped<'t> {
    /// A text with the tree of its values.
    pub(crate) const fn new(text: &'t str, tree: &'static [u8]) -> Self {
        Self { text, tree }
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Reads the values. What is read from a tree has empty spans: it is the program's own, and a test holds every such file
    /// to be without a fault.
    ///
    /// # Errors
    /// The first thing that is wrong with the text, with its place.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, toml::de::Error> {
        match tree::read(self.tree) {
            Some(value) => Ok(value),
            None => toml::from_str(self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::embedded;

    /// A tree holds the values of its text. That contracts and pages are read from it as from their texts is seen by every
    /// test that judges.
    #[test]
    fn every_tree_is_its_text() {
        let all =
            [embedded::CONSUMERS, embedded::PARTS, embedded::REQUESTS, embedded::MESSAGES, embedded::TABLES];
        let mut count = 0;
        for (name, shipped) in all.into_iter().flatten() {
            let from_tree: toml::Table =
                tree::read(shipped.tree).unwrap_or_else(|| panic!("{name} has no tree"));
            let from_text: toml::Table = toml::from_str(shipped.text).unwrap();
            assert_eq!(from_tree, from_text, "{name}");
            count += 1;
        }
        assert!(count > 40, "{count}");
    }

    #[test]
    fn a_text_that_does_not_fit_says_where() {
        #[derive(Debug, serde::Deserialize)]
        struct Named {
            #[serde(rename = "name")]
            _name: String,
        }
        let fault = Shipped::from("name = 1").read::<Named>().unwrap_err();
        assert_eq!(fault.span(), Some(7..8));
    }

    #[test]
    fn a_cut_tree_is_none() {
        let (_, shipped) = embedded::TABLES.iter().find(|(name, _)| *name == "facts").unwrap();
        for length in 0..shipped.tree.len().min(2_000) {
            let cut = shipped.tree.get(..length).unwrap();
            assert!(tree::read::<toml::Table>(cut).is_none(), "{length}");
        }
    }
}
