//! Which objects lie in the bucket: answers of `aws s3api list-objects-v2`, and the lists of `aws s3 ls --recursive`.
//!
//! A bucket may hold a million objects, so an answer is walked and not read as a tree, and of its keys one is kept for each
//! folder and ending, with the number of those like it. What the objects mean is not known here (`checks::layout` knows).

mod answer;
mod compact;
mod groups;
mod plain;
#[cfg(test)]
mod tests;

pub use compact::compact;
pub use groups::KeyGroup;

use crate::source::{Position, SourceId, Sources, Span};
use answer::{Answer, Walk};
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;
use std::io::Read;
use std::ops::Range;

/// All answers together.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    answers: Vec<Answer>,
    groups: Vec<KeyGroup>,
}

/// A text that stops to be JSON: its line and column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListingFault {
    /// Line, from 1.
    pub line: u32,
    /// Offset of the byte.
    pub at: usize,
}

impl Listing {
    /// Takes a text if it is such an answer, and says whether it is. Call [`Listing::finish`] behind the last one.
    pub fn take(&mut self, sources: &Sources, source: SourceId) -> bool {
        let text = sources.get(source).text();
        if let Some((answer, gather)) = plain::read(text, source, self.answers.len()) {
            self.add(answer, gather.into_parts().0);
            return true;
        }
        let mut walk = Walk::new(text.as_bytes(), source, self.answers.len(), false);
        let fault = walk.document();
        if !walk.is_listing(fault.is_err()) {
            return false;
        }
        walk.answer.fault = fault.err().map(|fault| ListingFault { line: fault.line, at: fault.at });
        self.add(walk.answer, walk.gather.into_parts().0);
        true
    }

    /// Takes a text that is too long to hold, if it is such an answer. Of the text only the lines that can be pointed at
    /// are kept.
    pub fn take_long(&mut self, sources: &mut Sources, name: &str, input: impl Read) -> Option<SourceId> {
        // The source gets its number before it has its text.
        let source = sources.next();
        let mut walk = Walk::new(input, source, self.answers.len(), true);
        let fault = walk.document();
        if !walk.is_listing(fault.is_err()) {
            return None;
        }
        walk.answer.fault = fault.err().map(|fault| ListingFault { line: fault.line, at: fault.at });
        let (mut groups, excerpts) = walk.gather.into_parts();
        const BEFORE: &str = "\"Key\": \"";
        let mut lines = Vec::with_capacity(excerpts.len());
        let mut start = 0;
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        for (group, excerpt) in groups.iter_mut().zip(excerpts) {
            let at = excerpt.at;
            let text = format!("{BEFORE}{}\"", excerpt.text);
            let begins = start + BEFORE.len();
            group.place.span = Span::new(begins, begins + excerpt.text.len());
            start += text.len() + 1;
            let position = Position {
                line: at.line,
                column: number((at.column + 1).saturating_sub(BEFORE.len()).max(1)),
                offset: number(at.at.saturating_sub(BEFORE.len())),
            };
            lines.push((text, position));
        }
        let source = sources.add_excerpts(name, &lines);
        self.add(walk.answer, groups);
        Some(source)
    }

    fn add(&mut self, mut answer: Answer, groups: Vec<KeyGroup>) {
        let decoded = |group: KeyGroup| {
            let is_coded = memchr::memchr2(b'%', b'+', group.key.as_bytes()).is_some();
            if answer.encoded && is_coded {
                let key = decode(&group.key);
                group.respelt(key)
            } else {
                group
            }
        };
        let groups: Vec<KeyGroup> = groups.into_iter().map(decoded).collect();
        let mut shown: Vec<_> = groups.iter().map(KeyGroup::rank).collect();
        shown.sort_unstable();
        answer.mark = FxBuildHasher.hash_one(shown);
        self.groups.extend(groups);
        self.answers.push(answer);
    }

    /// Puts the answers together.
    pub fn finish(&mut self) {
        self.groups = groups::merge(std::mem::take(&mut self.groups), &self.answers);
        self.groups.shrink_to_fit();
    }

    /// Whether no answer is at hand.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.answers.is_empty()
    }

    /// The keys, one for each folder and ending, folder by folder.
    #[must_use]
    pub fn groups(&self) -> &[KeyGroup] {
        &self.groups
    }

    /// The groups in a folder and in the folders below it, as a range of [`Listing::groups`]. The folder ends in a slash, or
    /// is empty for all.
    #[must_use]
    pub fn below(&self, folder: &str) -> Range<usize> {
        let start = self.groups.partition_point(|group| group.folder() < folder);
        let rest = self.groups.get(start..).unwrap_or_default();
        start..start + rest.partition_point(|group| group.folder().starts_with(folder))
    }

    /// Whether every key that begins with a text would stand here.
    #[must_use]
    pub fn covers(&self, prefix: &str) -> bool {
        self.answers
            .iter()
            .filter(|answer| answer.begins.is_none())
            .any(|first| prefix.starts_with(&first.prefix) && self.ends(first, prefix))
    }

    /// Whether the pages from the first one on reach the end, and show what lies below a prefix.
    fn ends(&self, first: &Answer, prefix: &str) -> bool {
        let mut page = first;
        // No more steps than there are pages: tokens may go round in circles.
        for _ in &self.answers {
            let rolled_up = |folder: &String| prefix.starts_with(folder) || folder.starts_with(prefix);
            if page.fault.is_some() || page.folders.iter().any(rolled_up) {
                return false;
            }
            if !page.truncated {
                return true;
            }
            let next = self.answers.iter().find(|other| {
                page.next.is_some() && other.begins == page.next && other.prefix == page.prefix
            });
            let Some(next) = next else { return false };
            page = next;
        }
        false
    }

    /// The texts of answers that each show all below one prefix, and do not show the same there: folders, or kinds of files in
    /// them. Of more files in the same folders nothing follows, there are more every day.
    #[must_use]
    pub fn clash(&self) -> Vec<SourceId> {
        let is_whole = |answer: &&Answer| {
            let is_all = answer.begins.is_none() && !answer.truncated && answer.fault.is_none();
            is_all && answer.names_prefix && answer.folders.is_empty()
        };
        let whole: Vec<&Answer> = self.answers.iter().filter(is_whole).collect();
        let is_other = |one: &Answer, other: &Answer| {
            let buckets = one.bucket.as_ref().zip(other.bucket.as_ref());
            one.prefix == other.prefix
                && one.mark != other.mark
                && buckets.is_none_or(|(one, other)| one == other)
        };
        let clashing = whole.iter().filter(|one| whole.iter().any(|other| is_other(one, other)));
        clashing.map(|answer| answer.source).collect()
    }

    /// Whether an answer does not say what its keys were asked to begin with, so that it is taken for all of the bucket.
    #[must_use]
    pub fn is_taken_for_all(&self) -> bool {
        self.answers.iter().any(|answer| !answer.names_prefix)
    }

    /// The texts of the answers.
    pub fn sources(&self) -> impl Iterator<Item = SourceId> + '_ {
        self.answers.iter().map(|answer| answer.source)
    }

    /// The buckets that the answers name.
    pub fn buckets(&self) -> impl Iterator<Item = &str> {
        self.answers.iter().filter_map(|answer| answer.bucket.as_deref())
    }

    /// The answers that may be of one bucket, if there are such and others: with the texts of the others.
    #[must_use]
    pub fn only(&self, bucket: &str) -> Option<(Self, Vec<SourceId>)> {
        let fits = |answer: &Answer| answer.bucket.as_deref().is_none_or(|name| name == bucket);
        let others: Vec<SourceId> =
            self.answers.iter().filter(|answer| !fits(answer)).map(|answer| answer.source).collect();
        if others.is_empty() || others.len() == self.answers.len() {
            return None;
        }
        // Numbers of answers as they are counted afterwards.
        let mut next = 0..;
        let numbers: Vec<Option<usize>> =
            self.answers.iter().map(|answer| if fits(answer) { next.next() } else { None }).collect();
        let groups = self.groups.iter().filter_map(|group| {
            let answer = numbers.get(group.answer).copied().flatten()?;
            let mut group = group.clone();
            group.answer = answer;
            Some(group)
        });
        let answers = self.answers.iter().filter(|answer| fits(answer)).cloned().collect();
        Some((Self { answers, groups: groups.collect() }, others))
    }

    /// Where an answer's text stops to be JSON, if it does.
    #[must_use]
    pub fn fault(&self, source: SourceId) -> Option<ListingFault> {
        self.answers.iter().find(|answer| answer.source == source)?.fault
    }
}

/// Percent signs and plus signs of a URL; what is no code stays.
fn decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let hex = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (byte, hex(ahead.next()), hex(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or_default());
                bytes = ahead;
            }
            (b'+', _, _) => out.push(b' '),
            (other, _, _) => out.push(other),
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}
