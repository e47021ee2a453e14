//! What was given to `triage`: text, records, or a CSV; of whatever length.

use super::decode::decoded;
use crate::finding::triage::Facts;
use crate::triage::{Book, CsvRow, Item, Record, csv, is_csv_header, json};
use anyhow::Context;
use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;

/// So much is looked at to find out what it is; a text that is longer is not read to its end.
const FIRST: u64 = 8 * 1024 * 1024;
/// Places of a text at which records are looked for.
const MOST_PLACES: usize = 64;

/// Where records go.
pub(super) enum Taken {
    /// A message, or a record without one.
    Record(Record),
    /// A row of a CSV.
    Row(CsvRow),
    /// Something to tell beside the answer.
    Note(String),
}

/// Reads what a path holds, `-` for standard input.
pub(super) fn read(
    book: &Book,
    path: &Path,
    each: &mut dyn FnMut(Taken) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let input: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?)
    };
    let mut input = decoded(input).with_context(|| format!("cannot read `{}`", path.display()))?;
    let mut first = Vec::new();
    input
        .by_ref()
        .take(FIRST)
        .read_to_end(&mut first)
        .with_context(|| format!("cannot read `{}`", path.display()))?;
    let is_whole = (first.len() as u64) < FIRST;
    let text = String::from_utf8_lossy(&first).into_owned();
    let start = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    if is_csv_header(start.lines().next().unwrap_or_default()) {
        let rest = Cursor::new(first).chain(input);
        csv(BufReader::with_capacity(1 << 16, rest), &mut |row| each(Taken::Row(row)))
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        return Ok(());
    }
    if start.starts_with(['{', '[', '"']) {
        if is_whole {
            let skipped = start.as_bytes();
            if stream(book, skipped, each)? {
                return Ok(());
            }
        } else {
            let rest = Cursor::new(first).chain(input);
            stream(book, BufReader::with_capacity(1 << 16, rest), each)?;
            return Ok(());
        }
    }
    if !is_whole {
        each(Taken::Note(format!("only the first {} MB were read", FIRST >> 20)))?;
    }
    pasted(book, &text, each)?;
    Ok(())
}

/// Goes through JSON; whether it was JSON with something in it.
fn stream(
    book: &Book,
    reader: impl Read,
    each: &mut dyn FnMut(Taken) -> std::io::Result<()>,
) -> std::io::Result<bool> {
    let mut count = 0_u64;
    let mut failed = None;
    let read = json(book, reader, &mut |record| {
        count += 1;
        if failed.is_none()
            && let Err(error) = each(Taken::Record(record))
        {
            failed = Some(error);
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    if let Err(error) = read
        && count > 0
    {
        each(Taken::Note(format!("{error}; those before were read")))?;
    }
    Ok(count > 0)
}

/// A pasted text: records that stand in it by themselves, and what is around them.
fn pasted(
    book: &Book,
    text: &str,
    each: &mut dyn FnMut(Taken) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut around = String::with_capacity(text.len());
    let mut rest = text;
    for _ in 0..MOST_PLACES {
        let Some(at) = place(rest) else { break };
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        around.push_str(before);
        let mut values = serde_json::Deserializer::from_str(from).into_iter::<serde_json::Value>();
        let found = values.next().and_then(Result::ok);
        let taken = found.as_ref().map(|value| crate::triage::records(book, value)).unwrap_or_default();
        if taken.is_empty() {
            let next = from.chars().next().map_or(0, char::len_utf8);
            let (one, behind) = from.split_at_checked(next).unwrap_or((from, ""));
            around.push_str(one);
            rest = behind;
            continue;
        }
        for record in taken {
            each(Taken::Record(record))?;
        }
        around.push('\n');
        rest = from.get(values.byte_offset()..).unwrap_or_default();
    }
    around.push_str(rest);
    let had_records = around.len() < text.len();
    let is_told = crate::triage::facts(book, &around).iter().any(|(is_known, _)| *is_known);
    // Around records there stands what people write; it is an answer to nothing.
    if is_told || !had_records {
        each(Taken::Record(Record::Item(Box::new(Item {
            text: around,
            facts: Facts::default(),
            origin: None,
        }))))?;
    }
    Ok(())
}

/// Where a line begins with what may be JSON.
fn place(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let inner = line.trim_start();
        if inner.starts_with('{') || inner.starts_with("[{") || inner.starts_with("[\n") {
            return Some(at + line.len() - inner.len());
        }
        at += line.len();
    }
    None
}
