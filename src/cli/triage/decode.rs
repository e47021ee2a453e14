//! Text out of bytes, piece by piece: UTF-16 as PowerShell writes it, and what was packed with gzip, as CloudTrail's log files are.

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};
use std::io::{self, Cursor, Read};

/// So much is taken at once.
const CHUNK: usize = 1 << 16;

/// A reader of the same text in UTF-8, unpacked.
pub(super) fn decoded<'r>(mut input: Box<dyn Read + 'r>) -> io::Result<Box<dyn Read + 'r>> {
    let mut first = Vec::new();
    input.by_ref().take(2).read_to_end(&mut first)?;
    let is_packed = first == [0x1f, 0x8b];
    let whole: Box<dyn Read + 'r> = Box::new(Cursor::new(first.clone()).chain(input));
    if is_packed {
        return decoded(Box::new(Unpacked::new(whole)?));
    }
    let from: fn([u8; 2]) -> u16 = match first.as_slice() {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => return Ok(whole),
    };
    Ok(Box::new(Wide { input: whole, from, rest: Vec::new(), ready: Cursor::new(Vec::new()) }))
}

/// Text of UTF-16.
struct Wide<R> {
    input: R,
    from: fn([u8; 2]) -> u16,
    /// Bytes of a character that is not at hand as a whole.
    rest: Vec<u8>,
    ready: Cursor<Vec<u8>>,
}

impl<R: Read> Read for Wide<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.ready.read(out)?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            let before = self.rest.len();
            self.input.by_ref().take(CHUNK as u64).read_to_end(&mut self.rest)?;
            let is_end = self.rest.len() == before;
            if is_end && self.rest.is_empty() {
                return Ok(0);
            }
            let pairs = self.rest.chunks_exact(2).map(|pair| match pair {
                [one, two] => (self.from)([*one, *two]),
                _ => 0,
            });
            let mut units: Vec<u16> = pairs.collect();
            // The second half of a pair may not be here yet.
            let is_half = !is_end && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit));
            units.truncate(units.len() - usize::from(is_half));
            let used = if is_end { self.rest.len() } else { units.len() * 2 };
            let text: String = char::decode_utf16(units)
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                .filter(|ch| *ch != '\u{feff}')
                .collect();
            self.rest.drain(..used);
            self.ready = Cursor::new(text.into_bytes());
        }
    }
}

/// What gzip packed. <https://www.rfc-editor.org/rfc/rfc1952>
struct Unpacked<R> {
    input: R,
    state: Box<InflateState>,
    chunk: Vec<u8>,
    at: usize,
    is_done: bool,
}

impl<R: Read> Unpacked<R> {
    /// Behind the header.
    fn new(mut input: R) -> io::Result<Self> {
        let mut head = [0; 10];
        input.read_exact(&mut head)?;
        let [_, _, _, flags, ..] = head;
        let mut byte = [0];
        if flags & 4 != 0 {
            let mut length = [0; 2];
            input.read_exact(&mut length)?;
            let extra = u64::from(u16::from_le_bytes(length));
            io::copy(&mut input.by_ref().take(extra), &mut io::sink())?;
        }
        // The file's name, and a comment, each up to a zero.
        for _ in [8, 16].iter().filter(|flag| flags & **flag != 0) {
            loop {
                input.read_exact(&mut byte)?;
                if byte == [0] {
                    break;
                }
            }
        }
        if flags & 2 != 0 {
            input.read_exact(&mut [0; 2])?;
        }
        let state = InflateState::new_boxed(DataFormat::Raw);
        Ok(Self { input, state, chunk: Vec::new(), at: 0, is_done: false })
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        while !self.is_done {
            if self.at == self.chunk.len() {
                self.chunk.clear();
                self.at = 0;
                self.input.by_ref().take(CHUNK as u64).read_to_end(&mut self.chunk)?;
            }
            let given = self.chunk.get(self.at..).unwrap_or_default();
            let is_end = given.is_empty();
            let step = inflate(&mut self.state, given, out, MZFlush::None);
            self.at += step.bytes_consumed;
            match step.status {
                Ok(MZStatus::StreamEnd) => self.is_done = true,
                Ok(_) | Err(MZError::Buf) if !is_end => {}
                _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "what gzip packed is damaged")),
            }
            if step.bytes_written > 0 {
                return Ok(step.bytes_written);
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        let mut out = String::new();
        decoded(Box::new(bytes)).unwrap().read_to_string(&mut out).unwrap();
        out
    }

    #[test]
    fn wide_text_is_read_over_the_ends_of_pieces() {
        let long = format!("{}\u{1f600}x", "a".repeat(CHUNK / 2 - 2));
        let units: Vec<u8> =
            std::iter::once(0xfeff).chain(long.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&units), long);
        assert_eq!(text(b"plain"), "plain");
    }

    #[test]
    fn packed_text_is_unpacked() {
        let long = "a line of a log\n".repeat(20_000);
        let mut packed = vec![0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3, b'x', 0];
        packed.extend(miniz_oxide::deflate::compress_to_vec(long.as_bytes(), 6));
        packed.extend([0; 8]);
        assert_eq!(text(&packed), long);
        let mut out = Vec::new();
        assert!(decoded(Box::new(&packed[..50])).unwrap().read_to_end(&mut out).is_err());
    }
}
