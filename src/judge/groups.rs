//! Whose policies the lists of IAM name: the reader's own, or a group's. A group is told of by two lists, of attached policies
//! and of inline ones, since either kind can deny.
//!
//! A call says of whom it was made, and a snapshot holds that. A file says nothing of it: one list of each kind is the
//! reader's own, and every further one a group's. Which group's, the file's name may tell.

use crate::evidence::{OwnerKind, PolicyList, ReaderRecord, Said};
use crate::source::{SourceId, Sources};
use std::collections::BTreeSet;

/// Whether a list can bear on the reader: it is not known to be somebody else's.
pub(super) fn bears(record: &ReaderRecord, list: &PolicyList, reader: Option<&str>) -> bool {
    match &list.owner {
        None => true,
        Some((OwnerKind::Group, name)) => {
            record.groups.as_ref().is_none_or(|groups| groups.iter().any(|group| group.text == *name))
        }
        Some((OwnerKind::User | OwnerKind::Role, name)) => reader.is_none_or(|reader| reader == name),
    }
}

/// Whether a list is the reader's own, as far as anything tells.
pub(super) fn is_own(record: &ReaderRecord, list: &PolicyList, reader: Option<&str>) -> bool {
    let is_of_group = list.is_groups || matches!(&list.owner, Some((OwnerKind::Group, _)));
    !is_of_group && bears(record, list, reader)
}

/// Groups of the reader of whose policies a list is missing.
pub(super) fn untold<'r>(
    sources: &Sources,
    record: &'r ReaderRecord,
    reader: Option<&str>,
) -> BTreeSet<&'r str> {
    let groups = record.groups.as_deref().unwrap_or_default();
    let of_kind = |lists: &[PolicyList]| {
        let lists: Vec<&PolicyList> = lists.iter().filter(|list| bears(record, list, reader)).collect();
        let (told, count) = told(sources, groups, &lists);
        let left = groups.iter().map(|group| group.text.as_str()).filter(|group| !told.contains(group));
        left.skip(count).collect::<Vec<_>>()
    };
    of_kind(&record.attached).into_iter().chain(of_kind(&record.inline)).collect()
}

/// Lists of one kind that nothing says whose they are: the reader's own if there is one such, and all of them if there are more
/// than the reader and its groups can have. Then some are answers to one question.
pub(super) fn own_or_too_many(
    sources: &Sources,
    record: &ReaderRecord,
    lists: &[PolicyList],
    reader: Option<&str>,
) -> BTreeSet<SourceId> {
    let lists: Vec<&PolicyList> = lists.iter().filter(|list| bears(record, list, reader)).collect();
    let groups = record.groups.as_deref().unwrap_or_default();
    let known = told(sources, groups, &lists).0.len();
    let is_groups = |list: &PolicyList| {
        let file = sources.get(list.source).name();
        list.is_groups || groups.iter().any(|group| is_named(file, &group.text))
    };
    let free = lists.iter().filter(|list| list.owner.is_none() && !is_groups(list));
    let free: BTreeSet<SourceId> = free.map(|list| list.source).collect();
    let room = 1 + groups.len().saturating_sub(known);
    if free.len() > room || room == 1 { free } else { BTreeSet::new() }
}

/// The groups that lists of one kind are known to be about, and how many more lists are a group's.
fn told<'r>(sources: &Sources, groups: &'r [Said], lists: &[&PolicyList]) -> (BTreeSet<&'r str>, usize) {
    let named_in = |list: &PolicyList| {
        let file = sources.get(list.source).name();
        let named = groups.iter().map(|group| group.text.as_str()).filter(|group| is_named(file, group));
        named.max_by_key(|group| group.len())
    };
    let (mut told, mut count) = (BTreeSet::new(), 0);
    let mut is_own_known = false;
    let mut free: Vec<Option<&str>> = Vec::new();
    for list in lists {
        match &list.owner {
            Some((OwnerKind::Group, name)) => {
                told.extend(groups.iter().map(|group| group.text.as_str()).filter(|group| group == name));
            }
            Some((OwnerKind::User | OwnerKind::Role, _)) => is_own_known = true,
            None if list.is_groups => match named_in(list) {
                Some(group) => {
                    told.insert(group);
                }
                None => count += 1,
            },
            None => free.push(named_in(list)),
        }
    }
    // One of them is the reader's own: one that no group's name is in, if there is such a one.
    if !is_own_known && !free.is_empty() {
        free.remove(free.iter().position(Option::is_none).unwrap_or_default());
    }
    for list in free {
        match list {
            Some(group) => {
                told.insert(group);
            }
            None => count += 1,
        }
    }
    (told, count)
}

/// Whether whole words of a file's name make a group's name. `billing` is in `billing-attached.json`, and not in
/// `rebilling.json`.
fn is_named(file: &str, group: &str) -> bool {
    let file = file.rsplit('/').next().unwrap_or(file).to_ascii_lowercase();
    let words: Vec<&str> =
        file.split(|next: char| !next.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let plain: String = group.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    !plain.is_empty()
        && (0..words.len()).any(|start| {
            let mut rest = plain.as_str();
            for word in words.iter().skip(start) {
                match rest.strip_prefix(word) {
                    Some(behind) => rest = behind,
                    None => return false,
                }
                if rest.is_empty() {
                    return true;
                }
            }
            false
        })
}

#[cfg(test)]
mod tests {
    use super::is_named;

    #[test]
    fn a_file_is_named_after_a_group_by_whole_words() {
        for (file, group, named) in [
            ("a/billing-attached.json", "billing", true),
            ("a/fin_ops-inline.json", "FinOps", true),
            ("finops.json", "fin-ops", true),
            ("rebilling.json", "billing", false),
            ("billing/attached.json", "billing", false),
            ("attached.json", "---", false),
        ] {
            assert_eq!(is_named(file, group), named, "{file} {group}");
        }
    }
}
