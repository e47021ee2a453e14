//! The list of `aws s3 ls --recursive`: date, time, size and key in each line.

use super::answer::Answer;
use super::groups::{Gather, Object};
use crate::source::SourceId;
use crate::syntax::ScanPlace;

/// Reads a list. Nothing if the text is none. Lines that are no objects (the sums of `--summarize`) are passed over; a text
/// with folders in it (`PRE`, without `--recursive`) is none, since its names lack what stands before them.
pub(super) fn read(text: &str, source: SourceId, number: usize) -> Option<(Answer, Gather)> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut gather = Gather::new(false);
    let mut at = start;
    let mut lines = 0;
    for (line_number, line) in (1..).zip(text.get(start..)?.split_inclusive('\n')) {
        let content = line.trim_end_matches(['\n', '\r']);
        match key(content) {
            Some((range, is_empty)) => {
                let key = content.get(range.clone())?;
                let place = ScanPlace { at: at + range.start, line: line_number, column: range.start };
                gather.take(Object { key, count: 1, archived: None, is_empty }, key, place, number, source);
            }
            // What comes before the first object decides that it is no list.
            None if gather.is_empty() && !content.trim().is_empty() => return None,
            None if content.trim_start().starts_with("PRE ") => return None,
            None => {}
        }
        lines = line_number;
        at += line.len();
    }
    (lines > 0 && !gather.is_empty()).then(|| (Answer::plain(source), gather))
}

/// The bytes of the key in a line `2026-11-20 08:15:00       2048 reports/x.csv.gz`, and whether the object is empty.
pub(super) fn key(line: &str) -> Option<(std::ops::Range<usize>, bool)> {
    const SHAPE: &[u8] = b"0000-00-00 00:00:00 ";
    let bytes = line.as_bytes();
    let is_shaped = SHAPE.iter().enumerate().all(|(at, wanted)| match (wanted, bytes.get(at)) {
        (b'0', Some(found)) => found.is_ascii_digit(),
        (wanted, Some(found)) => wanted == found,
        (_, None) => false,
    });
    let size = if is_shaped { line.get(SHAPE.len()..)?.trim_start() } else { return None };
    let digits = size.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
    let mut key = size.get(digits..)?.strip_prefix(' ')?;
    // `--human-readable` writes a unit behind the number.
    let units = ["Bytes ", "KiB ", "MiB ", "GiB ", "TiB "];
    if let Some(behind) = units.iter().find_map(|unit| key.strip_prefix(unit)) {
        key = behind;
    }
    let is_empty = size.get(..digits) == Some("0");
    (digits > 0 && !key.is_empty()).then(|| (line.len() - key.len()..line.len(), is_empty))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_s3_ls() {
        for (line, wanted) in [
            ("2026-11-20 08:15:00       2048 reports/a b.csv.gz", Some("reports/a b.csv.gz")),
            ("2026-11-20 08:15:00    2.0 KiB reports/a.csv.gz", Some("reports/a.csv.gz")),
            ("2026-11-20 08:15:00          0 reports/", Some("reports/")),
            ("                           PRE reports/", None),
            ("Total Objects: 2", None),
            ("2026-11-20 08:15 2048 x", None),
        ] {
            assert_eq!(key(line).and_then(|(range, _)| line.get(range)), wanted, "{line}");
        }
    }
}
