//! Which objects lie in the bucket: answers of `aws s3api list-objects-v2`.
//!
//! A bucket may hold a million objects, so an answer is walked and not read as a tree: beside the text, twelve bytes are
//! kept for each key. What the objects mean is not known here (`checks::layout` knows).

mod answer;
#[cfg(test)]
mod tests;

use crate::source::{SourceId, Sources, Span};
use crate::syntax::Scan;
use answer::{Answer, Walk};
use std::borrow::Cow;
use std::ops::Range;

/// All answers together, keys in the order of S3 (by their UTF-8 bytes), each once.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    answers: Vec<Answer>,
    keys: Vec<ListedKey>,
}

/// Where a key stands: the content of its string, without the quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedKey {
    /// The answer's text.
    pub source: SourceId,
    /// The bytes in it.
    pub span: Span,
}

impl Listing {
    /// Takes a text if it is such an answer, and says whether it is. Call [`Listing::sort`] behind the last one.
    pub fn take(&mut self, sources: &Sources, source: SourceId) -> bool {
        let text = sources.get(source).text();
        let mut walk = Walk::new(text, source);
        let before = self.keys.len();
        let fault = walk.document(&mut self.keys);
        if !walk.is_listing(fault.is_err()) {
            self.keys.truncate(before);
            return false;
        }
        walk.answer.fault = fault.err().map(|fault| fault.at);
        self.answers.push(walk.answer);
        true
    }

    /// Puts the keys in order. S3 gives them in order, so that this is most often a look only.
    pub fn sort(&mut self, sources: &Sources) {
        let mut keys = std::mem::take(&mut self.keys);
        if !keys.is_sorted_by(|left, right| self.text(sources, *left) < self.text(sources, *right)) {
            keys.sort_by(|left, right| self.text(sources, *left).cmp(&self.text(sources, *right)));
            keys.dedup_by(|left, right| self.text(sources, *left) == self.text(sources, *right));
        }
        keys.shrink_to_fit();
        self.keys = keys;
    }

    /// Whether no answer is at hand.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.answers.is_empty()
    }

    /// The keys, in order.
    #[must_use]
    pub fn keys(&self) -> &[ListedKey] {
        &self.keys
    }

    /// A key's text.
    #[must_use]
    pub fn text<'s>(&self, sources: &'s Sources, key: ListedKey) -> Cow<'s, str> {
        let text = Scan::unescape(sources.get(key.source).slice(key.span));
        let encoded = memchr::memchr2(b'%', b'+', text.as_bytes()).is_some()
            && self.answers.iter().any(|answer| answer.source == key.source && answer.encoded);
        if encoded { Cow::Owned(decode(&text)) } else { text }
    }

    /// The keys that begin with a text, as a range of [`Listing::keys`].
    #[must_use]
    pub fn below(&self, sources: &Sources, prefix: &str) -> Range<usize> {
        let start = self.keys.partition_point(|key| &*self.text(sources, *key) < prefix);
        let rest = self.keys.get(start..).unwrap_or_default();
        start..start + rest.partition_point(|key| self.text(sources, *key).starts_with(prefix))
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

    /// Whether an answer does not say what its keys were asked to begin with, so that it is taken for all of the bucket.
    #[must_use]
    pub fn is_taken_for_all(&self) -> bool {
        self.answers.iter().any(|answer| !answer.names_prefix)
    }

    /// The buckets that the answers name.
    pub fn buckets(&self) -> impl Iterator<Item = &str> {
        self.answers.iter().filter_map(|answer| answer.bucket.as_deref())
    }

    /// Where an answer's text stops to be JSON, if it does.
    #[must_use]
    pub fn fault(&self, source: SourceId) -> Option<usize> {
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
