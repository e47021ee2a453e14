//! The data of `rules/`, compiled into the program by `build.rs`. Nothing here is parsed.

use crate::shipped::Shipped;

/// A rule page that comes with the program.
#[derive(Debug)]
pub struct ShippedPage {
    /// Its folder.
    pub group: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it is found by; `None` where `build.rs` could not tell.
    pub index: Option<PageIndex>,
    /// The whole page.
    pub text: &'static str,
}

/// What a page is found by without being read.
#[derive(Debug)]
pub struct PageIndex {
    /// The check it speaks for.
    pub check: &'static str,
    /// The cases of the check.
    pub cases: &'static [&'static str],
    /// Names of the same check in other tools.
    pub aliases: &'static [&'static str],
}

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The path of an embedded rule page below the project's folder, for people.
#[must_use]
pub fn origin(group: &str, name: &str) -> String {
    format!("rules/{group}/{name}.md")
}
