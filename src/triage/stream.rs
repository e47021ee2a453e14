//! Records of JSON one after the other, however many there are. Nothing is kept but the record at hand.
//!
//! A list is gone through member by member, so that only one of them is in memory; whatever fits is read as a whole.

use super::Book;
use super::event::Event;
use super::records::{Record, records};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::io::Read;
use thiserror::Error;

/// Members of an outer object that hold records in a list.
const LISTS: [&str; 4] = ["Records", "Events", "events", "records"];
/// So much is read at once.
const CHUNK: usize = 128 * 1024;

/// Where a text stops to be JSON.
#[derive(Debug, Error)]
#[error("the records stop to be JSON in line {line}")]
pub struct Stop {
    /// The line, from 1.
    pub line: u64,
    /// Why.
    #[source]
    pub source: std::io::Error,
}

/// Reads JSON and gives each of its records; of lists the members one after the other.
///
/// # Errors
/// Where the text stops to be JSON. Records before it have been given.
pub fn json(book: &Book, reader: impl Read, each: &mut dyn FnMut(Record)) -> Result<(), Stop> {
    let mut walk = Walk { text: Window::new(reader), book, each };
    // One value behind the other, as a list of events with a line each.
    while let Some(first) = walk.text.peek()? {
        walk.outer(first)?;
    }
    Ok(())
}

/// Goes through the text.
struct Walk<'b, 'f, R> {
    text: Window<R>,
    book: &'b Book,
    each: &'f mut dyn FnMut(Record),
}

impl<R: Read> Walk<'_, '_, R> {
    fn outer(&mut self, first: u8) -> Result<(), Stop> {
        match first {
            b'[' => self.list(false),
            b'{' => match self.text.at_hand() {
                Some(length) => self.one(length, false),
                None => self.object(),
            },
            _ => {
                let length = self.text.value()?;
                self.one(length, false)
            }
        }
    }

    /// The members of a list; `is_lake`: each is a row of a Lake query.
    fn list(&mut self, is_lake: bool) -> Result<(), Stop> {
        self.text.expect(b'[')?;
        if self.text.skip(b']')? {
            return Ok(());
        }
        loop {
            let length = self.text.value()?;
            self.one(length, is_lake)?;
            if !self.text.skip(b',')? {
                return self.text.expect(b']');
            }
        }
    }

    /// The members of an object that is too long to be looked at as a whole.
    fn object(&mut self) -> Result<(), Stop> {
        self.text.expect(b'{')?;
        let mut rest = Map::new();
        while !self.text.skip(b'}')? {
            let length = self.text.value()?;
            let name: String = self.text.read(length)?;
            self.text.expect(b':')?;
            let is_list = self.text.peek()? == Some(b'[');
            if is_list && (LISTS.contains(&name.as_str()) || name == "QueryResultRows") {
                self.list(name == "QueryResultRows")?;
            } else {
                let length = self.text.value()?;
                rest.insert(name, self.text.read(length)?);
            }
            if !self.text.skip(b',')? {
                self.text.expect(b'}')?;
                break;
            }
        }
        if !rest.is_empty() {
            self.give(&Value::Object(rest));
        }
        Ok(())
    }

    /// One record.
    fn one(&mut self, length: usize, is_lake: bool) -> Result<(), Stop> {
        // Most are events, of which only some members are asked for.
        let raw = self.text.next(length);
        // A list is none, though its elements could be taken for the members.
        if raw.first() == Some(&b'{')
            && let Ok(event) = serde_json::from_slice::<Event<'_>>(raw)
            && event.is_one()
        {
            (self.each)(event.record(self.book));
            self.text.take(length);
            return Ok(());
        }
        let value: Value = self.text.read(length)?;
        self.give(&if is_lake { serde_json::json!({ "QueryResultRows": [value] }) } else { value });
        Ok(())
    }

    fn give(&mut self, value: &Value) {
        for record in records(self.book, value) {
            (self.each)(record);
        }
    }
}

/// What of a text is at hand: read on when more is asked for, and dropped when it was taken.
struct Window<R> {
    reader: R,
    buffer: Vec<u8>,
    at: usize,
    is_end: bool,
    line: u64,
}

impl<R: Read> Window<R> {
    fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), at: 0, is_end: false, line: 1 }
    }

    fn stop(&self, source: impl Into<std::io::Error>) -> Stop {
        Stop { line: self.line, source: source.into() }
    }

    /// Reads on; of what is longer than a chunk as much again.
    fn more(&mut self) -> Result<(), Stop> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let wanted = CHUNK.max(self.buffer.len()) as u64;
        let read = self.reader.by_ref().take(wanted).read_to_end(&mut self.buffer);
        let count = read.map_err(|error| self.stop(error))?;
        self.is_end = (count as u64) < wanted;
        Ok(())
    }

    fn next(&self, length: usize) -> &[u8] {
        self.buffer.get(self.at..self.at + length).unwrap_or_default()
    }

    fn take(&mut self, length: usize) {
        self.line += memchr::memchr_iter(b'\n', self.next(length)).count() as u64;
        self.at += length;
    }

    /// The next byte that is not white space; none at the end.
    fn peek(&mut self) -> Result<Option<u8>, Stop> {
        loop {
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            match rest.iter().position(|byte| !byte.is_ascii_whitespace()) {
                Some(space) => {
                    self.take(space);
                    return Ok(self.buffer.get(self.at).copied());
                }
                None => {
                    self.take(rest.len());
                    if self.is_end {
                        return Ok(None);
                    }
                    self.more()?;
                }
            }
        }
    }

    /// Whether a byte comes next, which is taken then.
    fn skip(&mut self, byte: u8) -> Result<bool, Stop> {
        let is_next = self.peek()? == Some(byte);
        self.at += usize::from(is_next);
        Ok(is_next)
    }

    fn expect(&mut self, byte: u8) -> Result<(), Stop> {
        if self.skip(byte)? { Ok(()) } else { Err(self.stop(std::io::ErrorKind::InvalidData)) }
    }

    /// How long the next value is, as far as it is at hand as a whole.
    fn length(&self) -> Result<usize, serde_json::Error> {
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<&RawValue>();
        match values.next() {
            Some(value) => value.map(|_| values.byte_offset()),
            None => Err(serde::de::Error::custom("no value")),
        }
    }

    /// How long the next value is, if it is at hand as a whole.
    fn at_hand(&self) -> Option<usize> {
        self.length().ok()
    }

    /// How long the next value is.
    fn value(&mut self) -> Result<usize, Stop> {
        self.peek()?;
        loop {
            match self.length() {
                // A number may go on where the text at hand ends.
                Ok(length) if self.is_end || self.at + length < self.buffer.len() => return Ok(length),
                Ok(_) => self.more()?,
                Err(error) if error.is_eof() && !self.is_end => self.more()?,
                Err(error) => {
                    let line = self.line + (error.line() as u64).saturating_sub(1);
                    return Err(Stop { line, source: error.into() });
                }
            }
        }
    }

    /// Reads a value of a length, and takes it.
    fn read<T: serde::de::DeserializeOwned>(&mut self, length: usize) -> Result<T, Stop> {
        let value = serde_json::from_slice(self.next(length)).map_err(|error| self.stop(error))?;
        self.take(length);
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that gives a few bytes at a time.
    struct Slow<'t>(&'t [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            let count = self.1.min(out.len()).min(self.0.len());
            let (now, later) = self.0.split_at(count);
            out[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    fn codes(text: &str) -> (Vec<String>, Option<u64>) {
        let book = Book::embedded().unwrap();
        let mut out = Vec::new();
        let read = json(&book, Slow(text.as_bytes(), 7), &mut |record| {
            out.push(match record {
                Record::Pass => "pass".to_owned(),
                Record::Item(item) => item.facts.get("code").unwrap_or("text").to_owned(),
            });
        });
        (out, read.err().map(|stop| stop.line))
    }

    const ONE: &str =
        r#"{"eventName": "GetObject", "eventSource": "s3.amazonaws.com", "errorCode": "AccessDenied"}"#;
    const TWO: &str =
        r#"{"eventSource": "s3.amazonaws.com", "userIdentity": null, "eventName": "GetObject"}"#;

    #[test]
    fn records_are_read_in_every_shape_that_they_come_in() {
        let both = ["AccessDenied".to_owned(), "pass".to_owned()];
        let deep = serde_json::to_string(ONE).unwrap();
        for text in [
            format!("[{ONE},\n{TWO}]"),
            format!("{{\"a\": 1, \"Records\": [{ONE}, {TWO}], \"b\": 2}}"),
            format!("{ONE}\n{TWO}\n"),
            format!("{{\"Events\": [{{\"CloudTrailEvent\": {deep}}}, {TWO}]}}"),
            format!(
                "{{\"QueryResultRows\": [[{{\"eventJson\": {deep}}}], [{{\"eventData\": {}}}]]}}",
                serde_json::to_string(TWO).unwrap()
            ),
        ] {
            assert_eq!(codes(&text), (both.to_vec(), None), "{text}");
            let long = text.replace(
                "s3.amazonaws.com\"",
                &format!("s3.amazonaws.com\", \"userAgent\": \"{}\"", "x".repeat(CHUNK)),
            );
            if !text.contains("eventJson") && !text.contains("CloudTrailEvent") {
                assert_eq!(codes(&long), (both.to_vec(), None), "{text}, with long members");
            }
        }
    }

    #[test]
    fn a_member_that_is_written_twice_is_read_like_the_last() {
        let text = r#"{"eventName": "A", "eventSource": "s3.amazonaws.com", "errorCode": "AccessDenied", "errorCode": "NoSuchBucket"}"#;
        assert_eq!(codes(text).0, ["NoSuchBucket"]);
    }

    #[test]
    fn what_stops_to_be_json_says_where() {
        assert_eq!(
            codes(&format!("[{ONE},\n{TWO},\n{{\"a\": }}]")),
            (vec!["AccessDenied".into(), "pass".into()], Some(3))
        );
        assert_eq!(codes(&format!("[{ONE}\n{TWO}]")).1, Some(2));
        assert_eq!(codes("[").1, Some(1));
    }
}
