//! One answer of `list-objects-v2`, walked member by member.

use super::ListedKey;
use crate::source::{SourceId, Span};
use crate::syntax::{Scan, ScanFault};

/// One answer, or one page of one.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) source: SourceId,
    pub(super) bucket: Option<String>,
    /// What the keys were asked to begin with; a command line without `--prefix` asks for all.
    pub(super) prefix: String,
    /// The answer says what the keys were asked to begin with. Old releases of the AWS CLI leave it out.
    pub(super) names_prefix: bool,
    /// Folders that were rolled up into one entry each.
    pub(super) folders: Vec<String>,
    /// Token or key behind which the page begins.
    pub(super) begins: Option<String>,
    /// Token with which the next page is had.
    pub(super) next: Option<String>,
    /// There is more than stands here.
    pub(super) truncated: bool,
    /// The keys are written as in URLs.
    pub(super) encoded: bool,
    /// Where the text stops to be JSON.
    pub(super) fault: Option<usize>,
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

/// Reads one answer.
pub(super) struct Walk<'t> {
    text: &'t str,
    scan: Scan<'t>,
    pub(super) answer: Answer,
    telling: bool,
    stranger: bool,
    members: usize,
}

impl<'t> Walk<'t> {
    pub(super) fn new(text: &'t str, source: SourceId) -> Self {
        let answer = Answer {
            source,
            bucket: None,
            prefix: String::new(),
            names_prefix: false,
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
    pub(super) fn is_listing(&self, faulty: bool) -> bool {
        self.telling || (!faulty && !self.stranger && self.members > 0)
    }

    pub(super) fn document(&mut self, keys: &mut Vec<ListedKey>) -> Result<(), ScanFault> {
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
                "Prefix" => {
                    self.answer.prefix = self.string_or_null()?.unwrap_or_default();
                    self.answer.names_prefix = true;
                }
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
