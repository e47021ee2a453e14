//! Which objects lie in the bucket: answers of `aws s3api list-objects-v2`.
//!
//! A bucket may hold a million objects, so an answer is walked and not read as a tree: beside the text, twelve bytes are
//! kept for each key. What the objects mean is not known here (`checks::layout` knows).

use crate::source::{SourceId, Sources, Span};
use crate::syntax::{Scan, ScanFault};
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

/// One answer, or one page of one.
#[derive(Debug, Clone)]
struct Answer {
    source: SourceId,
    bucket: Option<String>,
    /// What the keys were asked to begin with; a command line without `--prefix` asks for all.
    prefix: String,
    /// Folders that were rolled up into one entry each.
    folders: Vec<String>,
    /// Token or key behind which the page begins.
    begins: Option<String>,
    /// Token with which the next page is had.
    next: Option<String>,
    /// There is more than stands here.
    truncated: bool,
    /// The keys are written as in URLs.
    encoded: bool,
    /// Where the text stops to be JSON.
    fault: Option<usize>,
}

/// Members of the answer, without which a document is no listing.
const TELLING: [&str; 3] = ["Contents", "CommonPrefixes", "KeyCount"];

/// Further members of the answer. With these alone it is a listing without objects.
const OTHERS: [&str; 14] = [
    "IsTruncated",
    "Name",
    "Prefix",
    "Delimiter",
    "MaxKeys",
    "EncodingType",
    "ContinuationToken",
    "NextContinuationToken",
    "StartAfter",
    "RequestCharged",
    "NextToken",
    "Marker",
    "NextMarker",
    "ResponseMetadata",
];

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

    /// Folders that the answers only name, beginning with a text.
    pub fn rolled_up<'l>(&'l self, prefix: &'l str) -> impl Iterator<Item = &'l str> {
        self.answers
            .iter()
            .flat_map(|answer| &answer.folders)
            .map(String::as_str)
            .filter(move |folder| folder.starts_with(prefix))
    }

    /// The buckets that the answers name.
    pub fn buckets(&self) -> impl Iterator<Item = &str> {
        self.answers.iter().filter_map(|answer| answer.bucket.as_deref())
    }

    /// The text of an answer that stops in its middle, with the offset.
    #[must_use]
    pub fn fault(&self) -> Option<(SourceId, usize)> {
        self.answers.iter().find_map(|answer| answer.fault.map(|at| (answer.source, at)))
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

/// Reads one answer.
struct Walk<'t> {
    text: &'t str,
    scan: Scan<'t>,
    answer: Answer,
    telling: bool,
    stranger: bool,
    members: usize,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str, source: SourceId) -> Self {
        let answer = Answer {
            source,
            bucket: None,
            prefix: String::new(),
            folders: Vec::new(),
            begins: None,
            next: None,
            truncated: false,
            encoded: false,
            fault: None,
        };
        Self { text, scan: Scan::new(text), answer, telling: false, stranger: false, members: 0 }
    }

    /// Whether it was a listing, given that its text was or was not cut short.
    fn is_listing(&self, faulty: bool) -> bool {
        self.telling || (!faulty && !self.stranger && self.members > 0)
    }

    fn document(&mut self, keys: &mut Vec<ListedKey>) -> Result<(), ScanFault> {
        self.scan.open(b'{')?;
        while let Some(member) = self.scan.member()? {
            self.members += 1;
            let name = self.text.get(member.range()).unwrap_or_default();
            match name {
                "Contents" => self.list("Key", |walk, span| {
                    keys.push(ListedKey { source: walk.answer.source, span });
                })?,
                "CommonPrefixes" => self.list("Prefix", |walk, span| {
                    let folder = walk.string_at(span);
                    walk.answer.folders.push(folder);
                })?,
                "IsTruncated" => {
                    let truncated = self.scan.word()? == "true";
                    self.answer.truncated |= truncated;
                }
                "NextContinuationToken" | "NextToken" | "NextMarker" => {
                    self.answer.next = self.string_or_null()?;
                    self.answer.truncated |= self.answer.next.is_some();
                }
                "ContinuationToken" | "StartAfter" | "Marker" => {
                    let begins = self.string_or_null()?.filter(|begins| !begins.is_empty());
                    self.answer.begins = begins.or(self.answer.begins.take());
                }
                "Prefix" => self.answer.prefix = self.string_or_null()?.unwrap_or_default(),
                "Name" => self.answer.bucket = self.string_or_null()?,
                "EncodingType" => self.answer.encoded = self.string_or_null()?.as_deref() == Some("url"),
                _ => self.scan.skip()?,
            }
            self.telling |= name == "KeyCount";
            self.stranger |= !TELLING.contains(&name) && !OTHERS.contains(&name);
        }
        match self.scan.peek() {
            None => Ok(()),
            // A second answer in one file, as several commands write into it, is not looked into.
            Some(_) => self.scan.string().map(drop),
        }
    }

    /// Walks over a list of objects and hands out one of their members.
    fn list(&mut self, wanted: &str, mut each: impl FnMut(&mut Self, Span)) -> Result<(), ScanFault> {
        if self.scan.peek() == Some(b'n') {
            self.scan.word()?;
            self.telling = true;
            return Ok(());
        }
        self.scan.open(b'[')?;
        while self.scan.item()? {
            self.scan.open(b'{')?;
            let mut found = None;
            while let Some(member) = self.scan.member()? {
                if self.text.get(member.range()) == Some(wanted) {
                    found = Some(self.scan.string()?);
                } else {
                    self.scan.skip()?;
                }
            }
            if let Some(span) = found {
                self.telling = true;
                each(self, span);
            }
        }
        self.telling = true;
        Ok(())
    }

    fn string_or_null(&mut self) -> Result<Option<String>, ScanFault> {
        if self.scan.peek() == Some(b'"') {
            let span = self.scan.string()?;
            return Ok(Some(self.string_at(span)));
        }
        self.scan.skip()?;
        Ok(None)
    }

    fn string_at(&self, span: Span) -> String {
        Scan::unescape(self.text.get(span.range()).unwrap_or_default()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::read_json;
    use proptest::prelude::*;

    fn listing(texts: &[&str]) -> (Sources, Listing) {
        let mut sources = Sources::new();
        let mut listing = Listing::default();
        for text in texts {
            let source = sources.add("listing.json", *text);
            assert!(listing.take(&sources, source), "{text}");
        }
        listing.sort(&sources);
        (sources, listing)
    }

    fn keys(texts: &[&str]) -> Vec<String> {
        let (sources, listing) = listing(texts);
        listing.keys().iter().map(|key| listing.text(&sources, *key).into_owned()).collect()
    }

    fn is_listing(text: &str) -> bool {
        let mut sources = Sources::new();
        let source = sources.add("x.json", text);
        Listing::default().take(&sources, source)
    }

    #[test]
    fn what_is_a_listing() {
        for text in [
            r#"{"Contents": [{"Key": "a/b", "Size": 1}]}"#,
            r#"{"Contents": [], "RequestCharged": null, "Prefix": ""}"#,
            r#"{"RequestCharged": null, "Prefix": "reports/"}"#,
            r#"{"IsTruncated": false, "Name": "acme", "Prefix": "", "MaxKeys": 1000, "KeyCount": 0}"#,
            r#"{"CommonPrefixes": [{"Prefix": "reports/"}]}"#,
            r#"{"Contents": null}"#,
            r#"{"Contents": [{"Key": "a/b"}, {"Key": "#,
        ] {
            assert!(is_listing(text), "{text}");
        }
        for text in [
            r#"{"Version": "2012-10-17", "Statement": []}"#,
            r#"{"Versions": [], "Prefix": "", "RequestCharged": null}"#,
            r#"{"Contents": "a text"}"#,
            r#"{"Prefix": "#,
            "{}",
            "[]",
            "",
        ] {
            assert!(!is_listing(text), "{text}");
        }
    }

    #[test]
    fn several_answers_are_one_list_in_order() {
        let one = r#"{"Contents": [{"Key": "b"}, {"Key": "c"}]}"#;
        let two = r#"{"Contents": [{"Size": 1, "Key": "a"}, {"Key": "b"}]}"#;
        assert_eq!(keys(&[one, two]), ["a", "b", "c"]);
    }

    #[test]
    fn keys_are_read_as_they_were_written() {
        assert_eq!(keys(&[r#"{"Contents": [{"Key": "caf\u00e9/\"x\""}]}"#]), ["café/\"x\""]);
        assert_eq!(
            keys(&[r#"{"EncodingType": "url", "Contents": [{"Key": "a+b/P%3D1%zz"}]}"#]),
            ["a b/P=1%zz"]
        );
        assert_eq!(keys(&[r#"{"Contents": [{"Key": "a+b/P%3D1"}]}"#]), ["a+b/P%3D1"]);
    }

    #[test]
    fn only_what_was_listed_to_its_end_is_covered() {
        let whole = r#"{"Contents": [{"Key": "a/b"}], "Prefix": "a/"}"#;
        let (_, all) = listing(&[whole]);
        assert!(all.covers("a/") && all.covers("a/x/") && !all.covers("b/") && !all.covers(""));
        let first = r#"{"IsTruncated": true, "NextContinuationToken": "t", "Contents": [{"Key": "a"}]}"#;
        let last = r#"{"IsTruncated": false, "ContinuationToken": "t", "Contents": [{"Key": "b"}]}"#;
        assert!(!listing(&[first]).1.covers("a"));
        assert!(!listing(&[last]).1.covers("a"));
        assert!(listing(&[last, first]).1.covers("a"));
        let circle = r#"{"IsTruncated": true, "NextContinuationToken": "t", "ContinuationToken": "t", "Contents": []}"#;
        assert!(!listing(&[first, circle]).1.covers("a"));
        let cut = r#"{"Contents": [{"Key": "a"}, {"Ke"#;
        assert!(!listing(&[cut]).1.covers("a"));
        let shallow = r#"{"Contents": [], "CommonPrefixes": [{"Prefix": "a/"}]}"#;
        let (_, folders) = listing(&[shallow]);
        assert!(!folders.covers("a/b/") && !folders.covers("") && folders.covers("b/"));
    }

    #[test]
    fn what_lies_below_a_folder_is_found_by_halving() {
        let (sources, listing) =
            listing(&[r#"{"Contents": [{"Key": "a"}, {"Key": "a/1"}, {"Key": "a/2"}, {"Key": "b/1"}]}"#]);
        assert_eq!(listing.below(&sources, "a/"), 1..3);
        assert_eq!(listing.below(&sources, "c/"), 4..4);
        assert_eq!(listing.below(&sources, ""), 0..4);
    }

    proptest! {
        #[test]
        fn the_walk_gives_the_keys_of_the_tree(
            names in proptest::collection::btree_set("[a-c/=é\"\\\\\u{1}\u{1f600}]{1,12}", 0..20),
            pretty: bool,
        ) {
            let contents: Vec<_> = names.iter()
                .map(|name| serde_json::json!({"ETag": "\"x\"", "Key": name, "Owner": {"Key": "no"}, "Size": 1}))
                .collect();
            let answer = serde_json::json!({"Contents": contents, "RequestCharged": null, "Prefix": ""});
            let text = if pretty { serde_json::to_string_pretty(&answer) } else { serde_json::to_string(&answer) }.unwrap();
            let document = read_json(&text);
            let tree: Vec<(String, Span)> = document.root.get("Contents").and_then(|list| list.as_array()).unwrap()
                .iter()
                .map(|object| object.get("Key").unwrap())
                .map(|key| (key.as_str().unwrap().to_owned(), Span { start: key.span.start + 1, end: key.span.end - 1 }))
                .collect();
            let (sources, listing) = listing(&[&text]);
            let walked: Vec<(String, Span)> =
                listing.keys().iter().map(|key| (listing.text(&sources, *key).into_owned(), key.span)).collect();
            prop_assert_eq!(walked, tree);
        }

        #[test]
        fn any_text_is_taken_or_refused(text in "[{}\\[\\]\":,KeyContents ]{0,60}") {
            let mut sources = Sources::new();
            let source = sources.add("x.json", format!("{{\"Contents\":[{text}"));
            let mut listing = Listing::default();
            listing.take(&sources, source);
            listing.sort(&sources);
        }
    }
}
