//! Keys, gathered by folder and ending, so that a million of them take no more room than a thousand folders do.

use super::answer::Answer;
use crate::source::{Place, SourceId, Span};
use crate::syntax::ScanPlace;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::collections::BTreeSet;
use std::hash::BuildHasher;

/// Objects of one folder with one ending, archived or not, empty or not. What holds for one of them (its period, whether it is read) holds for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyGroup {
    /// The first key.
    pub key: String,
    /// Where it stands: the content of its string, without the quotes.
    pub place: Place,
    /// How many there are.
    pub count: usize,
    /// The storage class, where objects of it must be restored before they can be read, and these were not.
    pub archived: Option<&'static str>,
    /// They hold nothing: S3 says that their size is 0.
    pub is_empty: bool,
    /// The bytes of the folder in the key, its closing slash included.
    folder: usize,
    /// Which answer it is from.
    pub(super) answer: usize,
}

impl KeyGroup {
    /// The folder, with its closing slash; empty at the top of the bucket.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.key.get(..self.folder).unwrap_or_default()
    }

    /// What the group is sorted by: keys of a folder stand together, and with those of the folders in it.
    pub(super) fn rank(&self) -> (&str, &str, Option<&'static str>, bool) {
        let name = self.key.get(self.folder..).unwrap_or_default();
        (self.folder(), ending(name), self.archived, self.is_empty)
    }

    /// The same with another spelling of the key.
    pub(super) fn respelt(mut self, key: String) -> Self {
        self.folder = folder_of(&key);
        self.key = key;
        self
    }
}

fn folder_of(key: &str) -> usize {
    memchr::memrchr(b'/', key.as_bytes()).map_or(0, |at| at + 1)
}

/// What tells kinds of files apart: the last part of the name, with the one before it if it is a word (`.csv.gz`,
/// `.snappy.parquet`, but not the number in `report.0001.gz`). A manifest ends in its own word.
fn ending(name: &str) -> &str {
    let dot = |text: &str| memchr::memrchr(b'.', text.as_bytes());
    let Some(last) = dot(name) else { return "" };
    let before = name.get(..last).unwrap_or_default();
    let start = match dot(before) {
        Some(dot) if is_word(before.get(dot + 1..).unwrap_or_default()) => dot,
        Some(_) | None => last,
    };
    name.get(start..).unwrap_or_default()
}

fn is_word(part: &str) -> bool {
    (1..=12).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// A place in a text that is not held: where the excerpt of it will begin.
#[derive(Debug, Clone)]
pub(super) struct Excerpt {
    pub(super) text: String,
    pub(super) at: ScanPlace,
}

/// What a listing says of an object, or of several that are alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object<'k> {
    pub(super) key: &'k str,
    pub(super) count: usize,
    pub(super) archived: Option<&'static str>,
    pub(super) is_empty: bool,
}

/// Gathers the keys of one answer.
#[derive(Debug, Default)]
pub(super) struct Gather {
    groups: Vec<KeyGroup>,
    /// Groups by the hash of their rank, which is made without a copy of the texts.
    by_rank: FxHashMap<u64, Vec<usize>>,
    /// The group met last: keys of one folder follow each other.
    last: Option<usize>,
    /// For each group, the text around its first key, where the text as a whole is not held.
    excerpts: Option<Vec<Excerpt>>,
}

impl Gather {
    pub(super) fn new(excerpts: bool) -> Self {
        Self { excerpts: excerpts.then(Vec::new), ..Self::default() }
    }

    /// Takes a key that stands for a number of objects. `raw` is how it is written.
    pub(super) fn take(
        &mut self,
        Object { key, count, archived, is_empty }: Object<'_>,
        raw: &str,
        at: ScanPlace,
        answer: usize,
        source: SourceId,
    ) {
        let folder = folder_of(key);
        let (within, name) = key.split_at_checked(folder).unwrap_or_default();
        let rank = (within, ending(name), archived, is_empty);
        let hash = FxBuildHasher.hash_one(rank);
        let same = |at: &usize| self.groups.get(*at).is_some_and(|group| group.rank() == rank);
        let known = self.last.filter(same);
        let known = known.or_else(|| self.by_rank.get(&hash)?.iter().copied().find(same));
        if let Some(group) = known.and_then(|known| self.groups.get_mut(known)) {
            group.count = group.count.saturating_add(count);
            self.last = known;
            return;
        }
        let place = match &mut self.excerpts {
            None => Place { source, span: Span::new(at.at, at.at + raw.len()) },
            Some(list) => {
                list.push(Excerpt { text: raw.to_owned(), at });
                Place { source, span: Span::default() }
            }
        };
        self.last = Some(self.groups.len());
        self.by_rank.entry(hash).or_default().push(self.groups.len());
        self.groups.push(KeyGroup { key: key.to_owned(), place, count, archived, is_empty, folder, answer });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    pub(super) fn into_parts(self) -> (Vec<KeyGroup>, Vec<Excerpt>) {
        (self.groups, self.excerpts.unwrap_or_default())
    }
}

/// Puts the groups of all answers together. Pages add up; what two answers show of the same folder is the same objects.
pub(super) fn merge(mut groups: Vec<KeyGroup>, answers: &[Answer]) -> Vec<KeyGroup> {
    // The same page twice counts once.
    let is_again = |at: usize| {
        let Some(answer) = answers.get(at) else { return false };
        answer.begins.is_some()
            && answers.iter().take(at).any(|other| {
                other.begins == answer.begins
                    && other.prefix == answer.prefix
                    && other.bucket == answer.bucket
            })
    };
    let again: Vec<bool> = (0..answers.len()).map(is_again).collect();
    let goes_on = |at: usize| answers.get(at).is_some_and(|answer| answer.begins.is_some());
    groups.retain(|group| !again.get(group.answer).copied().unwrap_or_default());
    // Objects of two buckets are never the same ones. What names no bucket may be of the only one that is named.
    let buckets: BTreeSet<&str> = answers.iter().filter_map(|answer| answer.bucket.as_deref()).collect();
    let bucket = |group: &KeyGroup| {
        let answer = answers.get(group.answer).filter(|_| buckets.len() > 1);
        answer.and_then(|answer| answer.bucket.as_deref())
    };
    groups.sort_by(|left, right| {
        let by_bucket = || bucket(left).cmp(&bucket(right));
        left.rank().cmp(&right.rank()).then_with(by_bucket).then_with(|| left.key.cmp(&right.key))
    });
    let mut out: Vec<(KeyGroup, usize, usize)> = Vec::new();
    for group in groups {
        let (first, more) = if goes_on(group.answer) { (0, group.count) } else { (group.count, 0) };
        match out
            .last_mut()
            .filter(|(last, ..)| last.rank() == group.rank() && bucket(last) == bucket(&group))
        {
            Some((_, most, sum)) => {
                *most = first.max(*most);
                *sum = more.saturating_add(*sum);
            }
            None => out.push((group, first, more)),
        }
    }
    out.into_iter().map(|(group, most, sum)| KeyGroup { count: most.saturating_add(sum), ..group }).collect()
}
