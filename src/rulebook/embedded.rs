//! The data of `rules/`, compiled into the program by `build.rs`. Texts only; nothing here is parsed.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The path of an embedded rule page below the project's folder, for people.
#[must_use]
pub fn origin(group: &str, name: &str) -> String {
    format!("rules/{group}/{name}.md")
}
