//! A walk over JSON that builds nothing and holds nothing: for answers too long to read into memory, such as a listing of a
//! million keys.
//!
//! Unlike [`read_json`](super::read_json) it repairs nothing: it stops at the first fault, and what came before it
//! stands. Values that are skipped are only followed to their end, not looked into.

use super::escape::{Meaning, pieces};
use std::borrow::Cow;
use std::io::Read;

/// The place where the text is no JSON, or not of the shape that was asked for, or cannot be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanFault {
    /// Offset of the byte.
    pub at: usize,
    /// Line, from 1.
    pub line: u32,
}

/// Where a string begins: its first byte behind the quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanPlace {
    /// Offset of the byte.
    pub at: usize,
    /// Line, from 1.
    pub line: u32,
    /// Bytes of the line before it.
    pub column: usize,
}

/// Bytes that are read at once.
const CHUNK: usize = 1 << 16;

/// What is passed over at once where a line is indented.
const BLANKS: &[u8] = b"        ";

/// A walk over one text, which is read as far as it is needed.
#[derive(Debug)]
pub struct Scan<R> {
    input: R,
    chunk: Vec<u8>,
    /// The next byte, in the chunk.
    at: usize,
    /// How much of the text lies before the chunk.
    before: usize,
    line: u32,
    /// Offset at which the line starts.
    line_start: usize,
    /// A value has ended at this level, so that a comma or a closing bracket must follow.
    behind_value: bool,
    /// Where the value that is being followed began.
    begun: ScanFault,
}

impl<R: Read> Scan<R> {
    /// A walk that begins at the start of the text; a byte order mark is passed over.
    #[must_use]
    pub fn new(input: R) -> Self {
        let mut scan = Self {
            input,
            chunk: Vec::new(),
            at: 0,
            before: 0,
            line: 1,
            line_start: 0,
            behind_value: false,
            begun: ScanFault { at: 0, line: 1 },
        };
        scan.fill();
        if scan.chunk.starts_with("\u{feff}".as_bytes()) {
            scan.at = '\u{feff}'.len_utf8();
        }
        scan
    }

    /// Reads the next chunk; false at the end of the text, and where it cannot be read.
    fn fill(&mut self) -> bool {
        self.before += self.chunk.len();
        self.at = 0;
        self.chunk.resize(CHUNK, 0);
        let mut read = 0;
        while let Some(rest) = self.chunk.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match self.input.read(rest) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        self.chunk.truncate(read);
        read > 0
    }

    fn offset(&self) -> usize {
        self.before + self.at
    }

    /// The next byte as it is, blanks included.
    fn byte(&mut self) -> Option<u8> {
        if self.at >= self.chunk.len() && !self.fill() {
            return None;
        }
        self.chunk.get(self.at).copied()
    }

    /// The first byte of the next token, which is not taken.
    #[inline]
    pub fn peek(&mut self) -> Option<u8> {
        match self.chunk.get(self.at) {
            Some(byte) if *byte > b' ' => Some(*byte),
            Some(_) | None => self.behind_blanks(),
        }
    }

    fn behind_blanks(&mut self) -> Option<u8> {
        loop {
            let rest = self.chunk.get(self.at..).unwrap_or_default();
            let mut passed = 0;
            while let Some(byte) = rest.get(passed) {
                match byte {
                    b'\n' => {
                        passed += 1;
                        self.line = self.line.saturating_add(1);
                        self.line_start = self.before + self.at + passed;
                        // Answers are indented: a quarter of a long one is blanks.
                        while rest.get(passed..passed + BLANKS.len()) == Some(BLANKS) {
                            passed += BLANKS.len();
                        }
                    }
                    b' ' | b'\r' | b'\t' => passed += 1,
                    other => {
                        self.at += passed;
                        return Some(*other);
                    }
                }
            }
            if !self.fill() {
                return None;
            }
        }
    }

    /// Goes into an object or array.
    ///
    /// # Errors
    /// If something else than `bracket` stands there.
    pub fn open(&mut self, bracket: u8) -> Result<(), ScanFault> {
        self.expect(bracket)?;
        self.behind_value = false;
        Ok(())
    }

    /// Takes the key of the next member; `false` behind the last one, where the object is left.
    ///
    /// # Errors
    /// If neither a member nor the end of the object follows.
    pub fn member(&mut self, key: &mut Vec<u8>) -> Result<bool, ScanFault> {
        if !self.next(b'}')? {
            return Ok(false);
        }
        self.string(key)?;
        self.expect(b':')?;
        Ok(true)
    }

    /// Whether another element follows; behind the last one the array is left.
    ///
    /// # Errors
    /// If neither an element nor the end of the array follows.
    pub fn item(&mut self) -> Result<bool, ScanFault> {
        self.next(b']')
    }

    /// Takes a string: its content as it is written, without the quotes, and where it begins.
    ///
    /// # Errors
    /// If no string stands there, or it is not closed.
    pub fn string(&mut self, content: &mut Vec<u8>) -> Result<ScanPlace, ScanFault> {
        content.clear();
        self.follow_string(Some(content))
    }

    fn follow_string(&mut self, mut content: Option<&mut Vec<u8>>) -> Result<ScanPlace, ScanFault> {
        self.expect(b'"')?;
        let at = self.offset();
        let place = ScanPlace { at, line: self.line, column: at.saturating_sub(self.line_start) };
        let unclosed = ScanFault { at: at.saturating_sub(1), line: self.line };
        let mut take = |bytes: &[u8]| {
            if let Some(content) = &mut content {
                content.extend_from_slice(bytes);
            }
        };
        loop {
            let rest = self.chunk.get(self.at..).unwrap_or_default();
            match memchr::memchr2(b'"', b'\\', rest) {
                None => {
                    take(rest);
                    if !self.fill() {
                        return Err(unclosed);
                    }
                }
                Some(found) => {
                    take(rest.get(..found).unwrap_or_default());
                    let mark = rest.get(found).copied();
                    self.at += found + 1;
                    if mark == Some(b'"') {
                        self.behind_value = true;
                        return Ok(place);
                    }
                    let Some(escaped) = self.byte() else { return Err(unclosed) };
                    take(&[b'\\', escaped]);
                    self.at += 1;
                }
            }
        }
    }

    /// Takes a scalar that is no string, as it is written.
    ///
    /// # Errors
    /// If none stands there.
    pub fn word(&mut self) -> Result<String, ScanFault> {
        match self.peek() {
            Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {}
            _ => return self.fault(),
        }
        let mut word = String::new();
        while let Some(byte @ (b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z')) = self.byte() {
            // A word of JSON is short; what is longer is passed over.
            if word.len() < 64 {
                word.push(char::from(byte));
            }
            self.at += 1;
        }
        self.behind_value = true;
        Ok(word)
    }

    /// Passes over a value.
    ///
    /// # Errors
    /// If no value stands there, or it does not end.
    pub fn skip(&mut self) -> Result<(), ScanFault> {
        match self.peek() {
            Some(b'"') => self.follow_string(None).map(drop),
            Some(b'{' | b'[') => {
                self.begun = self.here();
                let mut depth = 0usize;
                loop {
                    match self.peek() {
                        None => return Err(self.begun),
                        Some(b'"') => {
                            self.follow_string(None)?;
                            continue;
                        }
                        Some(b'{' | b'[') => depth += 1,
                        Some(b'}' | b']') => depth -= 1,
                        Some(_) => {}
                    }
                    self.at += 1;
                    if depth == 0 {
                        self.behind_value = true;
                        return Ok(());
                    }
                }
            }
            Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
                while self.byte().is_some_and(|byte| is_part(&byte)) {
                    self.at += 1;
                }
                self.behind_value = true;
                Ok(())
            }
            _ => self.fault(),
        }
    }

    /// Whether an element follows at this level, behind its comma; if the closing bracket follows, it is taken.
    fn next(&mut self, closing: u8) -> Result<bool, ScanFault> {
        let found = self.peek();
        if found == Some(closing) {
            self.at += 1;
            self.behind_value = true;
            return Ok(false);
        }
        if self.behind_value {
            self.expect(b',')?;
            if self.peek() == Some(closing) {
                return self.fault();
            }
        }
        match self.peek() {
            Some(_) => Ok(true),
            None => self.fault(),
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), ScanFault> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            self.fault()
        }
    }

    fn here(&self) -> ScanFault {
        ScanFault { at: self.offset(), line: self.line }
    }

    fn fault<T>(&self) -> Result<T, ScanFault> {
        Err(self.here())
    }
}

/// The text of a string's content with its escapes resolved; what is no escape stays as it is written.
#[must_use]
pub fn unescape(content: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', content.as_bytes()).is_none() {
        return Cow::Borrowed(content);
    }
    let mut out = String::with_capacity(content.len());
    for piece in pieces(content) {
        match piece.meaning {
            Meaning::Char(c) => out.push(c),
            Meaning::Plain | Meaning::Invalid => {
                out.push_str(content.get(piece.raw).unwrap_or_default());
            }
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests;
