//! Differences of two texts in the form that `patch` and reviewers read.

use similar::TextDiff;

/// Lines around a change that are shown.
const CONTEXT: usize = 3;

/// The unified difference of two versions of a file; empty if they are equal.
#[must_use]
pub fn unified(name: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let name = name.trim_start_matches('/');
    TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(CONTEXT)
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string()
}
