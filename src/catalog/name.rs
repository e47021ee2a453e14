//! Lookup by a name whose case does not count.

use std::cmp::Ordering;

/// Finds the entry with this name in a list that is sorted by lower-case name.
pub(super) fn find<'a, T>(
    entries: &'a [T],
    name: &str,
    name_of: impl Fn(&T) -> &'static str,
) -> Option<&'a T> {
    let found = entries.binary_search_by(|entry| compare(name_of(entry), name)).ok()?;
    entries.get(found)
}

fn compare(one: &str, other: &str) -> Ordering {
    one.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(other.bytes().map(|byte| byte.to_ascii_lowercase()))
}
