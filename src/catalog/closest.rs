//! At most one other spelling for a name that is not in the catalog.

use super::store;

/// The action that was probably meant by `name`, if exactly one is near.
///
/// Near is the same letters and digits with other separators, else the fewest single-letter edits: insertion, removal,
/// exchange, or two neighbours swapped. Two edits at most, one for names of up to five letters, none for up to two. Two
/// equally near candidates give none, because a wrong suggestion is worse than no suggestion.
#[must_use]
pub fn closest_action(service: &str, name: &str) -> Option<&'static str> {
    closest(super::service(service)?.actions().iter().map(super::Action::name), name)
}

/// The service prefix that was probably meant, by the same measure as [`closest_action`].
#[must_use]
pub fn closest_service(prefix: &str) -> Option<&'static str> {
    closest(store::index().services.iter().map(super::Service::prefix), prefix)
}

/// The global condition key that was probably meant, by the same measure as [`closest_action`].
#[must_use]
pub fn closest_global_key(key: &str) -> Option<&'static str> {
    closest(super::global_keys().iter().map(|known| known.name), key)
}

fn closest(names: impl Iterator<Item = &'static str> + Clone, wanted: &str) -> Option<&'static str> {
    if let Some(same) = names.clone().find(|name| name.eq_ignore_ascii_case(wanted)) {
        return Some(same);
    }
    let bare_wanted = bare(wanted);
    if bare_wanted.is_empty() {
        return None;
    }
    let mut same_letters = names.clone().filter(|name| bare(name) == bare_wanted);
    if let Some(first) = same_letters.next() {
        return if same_letters.next().is_none() { Some(first) } else { None };
    }

    let wanted = lower(wanted);
    let limit = match wanted.len() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    let mut best = None;
    let mut best_distance = limit + 1;
    for name in names {
        let distance = distance(&lower(name), &wanted, limit);
        if distance < best_distance {
            best = Some(name);
            best_distance = distance;
        } else if distance == best_distance && distance <= limit {
            best = None;
        }
    }
    best
}

fn lower(name: &str) -> Vec<u8> {
    name.bytes().map(|byte| byte.to_ascii_lowercase()).collect()
}

/// Letters and digits only, in lower case.
fn bare(name: &str) -> Vec<u8> {
    name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).collect()
}

/// Damerau–Levenshtein distance in its restricted form (no text is edited twice); more than `limit` is `limit + 1`.
fn distance(one: &[u8], other: &[u8], limit: usize) -> usize {
    if one.len().abs_diff(other.len()) > limit {
        return limit + 1;
    }
    let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(limit + 1);
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    let mut above_byte = None;
    for (number, byte) in one.iter().enumerate() {
        let mut row = vec![number + 1];
        let mut left_byte = None;
        for (column, beside) in other.iter().enumerate() {
            let exchange = at(&above, column) + usize::from(byte != beside);
            let edit = at(&above, column + 1).min(at(&row, column)) + 1;
            let mut cost = exchange.min(edit);
            if above_byte == Some(beside) && left_byte == Some(byte) {
                // INVARIANT: both bytes have a neighbour before them, so column is at least 1.
                cost = cost.min(at(&before, column.saturating_sub(1)) + 1);
            }
            row.push(cost);
            left_byte = Some(beside);
        }
        if row.iter().all(|cost| *cost > limit) {
            return limit + 1;
        }
        before = above;
        above = row;
        above_byte = Some(byte);
    }
    at(&above, other.len()).min(limit + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_edits_and_swaps() {
        for (one, other, edits) in [
            ("", "", 0),
            ("ab", "ba", 1),
            ("abc", "ac", 1),
            ("abc", "abd", 1),
            ("abcd", "badc", 2),
            ("abc", "xyz", 3),
        ] {
            assert_eq!(distance(one.as_bytes(), other.as_bytes(), 5), edits, "{one} {other}");
            assert_eq!(distance(other.as_bytes(), one.as_bytes(), 5), edits, "{other} {one}");
        }
    }

    #[test]
    fn distance_stops_at_the_limit() {
        assert_eq!(distance(b"abcdef", b"uvwxyz", 2), 3);
        assert_eq!(distance(b"a", b"abcdef", 2), 3);
    }
}
