//! One answer of `list-objects-v2`, walked member by member.

use super::ListingFault;
use super::compact::LIKE;
use super::groups::{Gather, Object};
use crate::evidence::bucket::archive;
use crate::source::SourceId;
use crate::syntax::{Scan, ScanFault, ScanPlace, unescape};
use std::borrow::Cow;
use std::io::Read;

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
    pub(super) fault: Option<ListingFault>,
    /// A mark of the folders and kinds of files that it shows.
    pub(super) mark: u64,
}

impl Answer {
    /// A list that says nothing of itself.
    pub(super) fn plain(source: SourceId) -> Self {
        Self {
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
            mark: 0,
        }
    }
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
pub(super) struct Walk<R> {
    scan: Scan<R>,
    number: usize,
    content: Vec<u8>,
    pub(super) answer: Answer,
    pub(super) gather: Gather,
    telling: bool,
    stranger: bool,
    /// An item of a list does not say what objects say.
    has_others: bool,
    members: usize,
}

impl<R: Read> Walk<R> {
    /// `number` is the answer's among all; `long` if its text is not held.
    pub(super) fn new(input: R, source: SourceId, number: usize, long: bool) -> Self {
        Self {
            scan: Scan::new(input),
            number,
            content: Vec::new(),
            answer: Answer::plain(source),
            gather: Gather::new(long),
            telling: false,
            stranger: false,
            has_others: false,
            members: 0,
        }
    }

    /// Whether it was a listing, given that its text was or was not cut short.
    pub(super) fn is_listing(&self, faulty: bool) -> bool {
        self.telling || (!faulty && !self.stranger && self.members > 0)
    }

    pub(super) fn document(&mut self) -> Result<(), ScanFault> {
        if self.scan.peek() == Some(b'[') {
            return self.objects_alone();
        }
        self.scan.open(b'{')?;
        let mut name = Vec::new();
        while self.scan.member(&mut name)? {
            self.members += 1;
            let name = std::str::from_utf8(&name).unwrap_or_default();
            match name {
                "Contents" => self.list("Key", |walk, object, raw, at| {
                    walk.gather.take(object, raw, at, walk.number, walk.answer.source);
                })?,
                "CommonPrefixes" => self.list("Prefix", |walk, folder, _, _| {
                    walk.answer.folders.push(folder.key.to_owned());
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
            Some(_) => self.scan.string(&mut self.content).map(drop),
        }
    }

    /// The objects without the answer around them, as `--query Contents` leaves them. Which of them it left, nothing says.
    fn objects_alone(&mut self) -> Result<(), ScanFault> {
        self.answer.truncated = true;
        let read = self.list("Key", |walk, object, raw, at| {
            walk.members += 1;
            walk.gather.take(object, raw, at, walk.number, walk.answer.source);
        });
        self.telling = self.members > 0 && !self.has_others;
        read
    }

    /// Walks over a list of objects and hands out one of their members: its text with what else is said of the object, as it is
    /// written, and where it begins.
    fn list(
        &mut self,
        wanted: &str,
        mut each: impl FnMut(&mut Self, Object<'_>, &str, ScanPlace),
    ) -> Result<(), ScanFault> {
        if self.scan.peek() == Some(b'n') {
            self.scan.word()?;
            self.telling = true;
            return Ok(());
        }
        self.scan.open(b'[')?;
        let (mut name, mut content) = (Vec::new(), Vec::new());
        while self.scan.item()? {
            self.scan.open(b'{')?;
            let (mut found, mut count, mut archived, mut restored) = (None, 1, None, false);
            let (mut is_object, mut is_empty) = (false, false);
            while self.scan.member(&mut name)? {
                is_object |= matches!(&name[..], b"Size" | b"LastModified" | b"StorageClass");
                if name == wanted.as_bytes() {
                    found = Some(self.scan.string(&mut content)?);
                } else if name == LIKE.as_bytes()
                    && self.scan.peek().is_some_and(|byte| byte.is_ascii_digit())
                {
                    count = self.scan.word()?.parse().unwrap_or(1).max(1);
                } else if name == b"Size" && self.scan.peek() == Some(b'0') {
                    is_empty = self.scan.word()? == "0";
                } else if name == b"StorageClass" {
                    archived = None;
                    if self.scan.peek() == Some(b'"') {
                        self.scan.string(&mut self.content)?;
                        archived = archive(&text(&self.content));
                    } else {
                        self.scan.skip()?;
                    }
                } else if name == b"RestoreStatus" && self.scan.peek() == Some(b'{') {
                    self.scan.open(b'{')?;
                    let mut member = Vec::new();
                    while self.scan.member(&mut member)? {
                        restored |= member == b"RestoreExpiryDate";
                        self.scan.skip()?;
                    }
                } else {
                    self.scan.skip()?;
                }
            }
            self.has_others |= found.is_none() || !is_object;
            if let Some(place) = found {
                self.telling = true;
                let raw = text(&content);
                let key = unescape(&raw);
                let archived = archived.filter(|_| !restored);
                each(self, Object { key: &key, count, archived, is_empty }, &raw, place);
            }
        }
        self.telling = true;
        Ok(())
    }

    fn string_or_null(&mut self) -> Result<Option<String>, ScanFault> {
        if self.scan.peek() == Some(b'"') {
            self.scan.string(&mut self.content)?;
            return Ok(Some(unescape(&text(&self.content)).into_owned()));
        }
        self.scan.skip()?;
        Ok(None)
    }
}

/// Quicker than `from_utf8_lossy` where the text is whole, as it nearly always is.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}
