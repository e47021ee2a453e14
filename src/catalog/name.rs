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
    start(one.as_bytes(), other.as_bytes()).then(one.len().cmp(&other.len()))
}

/// Compares as far as both reach.
pub(super) fn start(one: &[u8], other: &[u8]) -> Ordering {
    for (one, other) in one.iter().zip(other) {
        let (one, other) = (one.to_ascii_lowercase(), other.to_ascii_lowercase());
        if one != other {
            return one.cmp(&other);
        }
    }
    Ordering::Equal
}
