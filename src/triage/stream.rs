//! Records one after the other, however many there are: events of CloudTrail, and rows of a CSV. Nothing is kept but the record at
//! hand.

use super::records::{Record, records};
use super::{Book, Item};
use crate::finding::triage::Facts;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;
use std::io::{BufRead, Read};

/// A field of a CSV is kept up to so many bytes.
const LONGEST_FIELD: usize = 64 * 1024;
/// A CSV has no more columns.
const MOST_COLUMNS: usize = 256;

/// Reads JSON and gives each of its records; of lists the members one after the other.
///
/// # Errors
/// Where the text stops to be JSON. Records before it have been given.
pub fn json(book: &Book, reader: impl Read, each: &mut dyn FnMut(Record)) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_reader(reader);
    // One value behind the other, as a list of events with a line each.
    loop {
        match (Seed { book, each, list: true }).deserialize(&mut deserializer) {
            Ok(()) => {}
            Err(error) if error.is_eof() && deserializer.end().is_ok() => return Ok(()),
            Err(error) => return Err(error),
        }
        if deserializer.end().is_ok() {
            return Ok(());
        }
    }
}

/// A value whose lists of records are gone through, and whose rest is one record.
struct Seed<'b, 'f> {
    book: &'b Book,
    each: &'f mut dyn FnMut(Record),
    list: bool,
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Seed<'_, '_> {
    fn give(&mut self, value: &Value) {
        for record in records(self.book, value) {
            (self.each)(record);
        }
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element::<Value>()? {
            self.give(&value);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut rest = serde_json::Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if self.list && matches!(name.as_str(), "Records" | "Events" | "events" | "records") {
                map.next_value_seed(Seed { book: self.book, each: self.each, list: false })?;
            } else if name == "QueryResultRows" {
                map.next_value_seed(Rows { book: self.book, each: self.each })?;
            } else {
                rest.insert(name, map.next_value::<Value>()?);
            }
        }
        if !rest.is_empty() {
            self.give(&Value::Object(rest));
        }
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(mut self, text: &str) -> Result<(), E> {
        self.give(&Value::String(text.to_owned()));
        Ok(())
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Rows of a Lake query.
struct Rows<'b, 'f> {
    book: &'b Book,
    each: &'f mut dyn FnMut(Record),
}

impl<'de> DeserializeSeed<'de> for Rows<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(row) = list.next_element::<Value>()? {
            let one = serde_json::json!({ "QueryResultRows": [row] });
            for record in records(self.book, &one) {
                (self.each)(record);
            }
        }
        let _: Option<IgnoredAny> = list.next_element()?;
        Ok(())
    }
}

/// One row of the CSV of failed imports, without what is personal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CsvRow {
    /// The number of the row, from 1; the header is none.
    pub number: u64,
    /// Identifier of the data source.
    pub account: String,
    /// The last error.
    pub item: Item,
}

/// Which columns a CSV has.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Columns {
    account: Option<usize>,
    error: usize,
}

/// Whether a first line is the header of a CSV of failed imports.
#[must_use]
pub fn is_csv_header(line: &str) -> bool {
    let fields: Vec<String> =
        line.split(',').map(|field| field.trim_matches(['"', ' ', '\u{feff}']).to_owned()).collect();
    fields.len() >= 2
        && columns(&fields).is_some()
        && fields.iter().all(|field| field.len() <= 60 && !field.contains(':'))
}

fn columns(header: &[String]) -> Option<Columns> {
    let find = |wanted: &[&str]| {
        header.iter().position(|name| {
            let name = name.to_ascii_lowercase().replace(['_', '-'], " ");
            wanted.iter().any(|wanted| name.contains(wanted))
        })
    };
    let error = find(&["last error", "error", "reason", "message"])?;
    Some(Columns {
        account: find(&["account id", "cloud account", "account", "id"]).filter(|at| *at != error),
        error,
    })
}

/// Goes through a CSV row by row. What is in a column that nobody asks for, such as a mail address, goes nowhere.
///
/// # Errors
/// If the text cannot be read, or has no header with an error in it.
pub fn csv(
    mut reader: impl BufRead,
    each: &mut dyn FnMut(CsvRow) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut fields = Vec::new();
    if !row(&mut reader, &mut fields)? {
        return Ok(());
    }
    let Some(columns) = columns(&fields) else {
        return Err(std::io::Error::new(
            std::io::ErrorKind::InvalidData,
            "no column of the CSV is called `error`",
        ));
    };
    let mut number = 0;
    while row(&mut reader, &mut fields)? {
        if fields.iter().all(String::is_empty) {
            continue;
        }
        number += 1;
        let of = |at: usize| fields.get(at).cloned().unwrap_or_default();
        let account = columns.account.map(of).unwrap_or_default();
        let account = if account.contains('@') { String::new() } else { account };
        let mut facts = Facts::default();
        facts.set("step", "import");
        let item = Item { text: of(columns.error), facts, origin: None };
        each(CsvRow { number, account, item })?;
    }
    Ok(())
}

/// One row; quoted fields may have commas, quotes written twice, and line breaks.
fn row(reader: &mut impl BufRead, fields: &mut Vec<String>) -> std::io::Result<bool> {
    fields.clear();
    let mut field: Vec<u8> = Vec::new();
    let mut quoted = false;
    let mut any = false;
    let push = |field: &mut Vec<u8>, fields: &mut Vec<String>| {
        let text = String::from_utf8_lossy(field).trim_start_matches('\u{feff}').trim().to_owned();
        field.clear();
        if fields.len() < MOST_COLUMNS {
            fields.push(text);
        }
    };
    let mut before_quote = false;
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            if any {
                push(&mut field, fields);
            }
            return Ok(any);
        }
        let mut used = 0;
        let mut done = false;
        for byte in buffer {
            used += 1;
            any = true;
            match byte {
                b'"' if quoted => {
                    quoted = false;
                    before_quote = true;
                    continue;
                }
                b'"' if before_quote => {
                    field.push(b'"');
                    quoted = true;
                }
                b'"' if field.iter().all(u8::is_ascii_whitespace) => quoted = true,
                b',' if !quoted => push(&mut field, fields),
                b'\n' if !quoted => {
                    push(&mut field, fields);
                    done = true;
                }
                byte if field.len() < LONGEST_FIELD => field.push(*byte),
                _ => {}
            }
            before_quote = false;
            if done {
                break;
            }
        }
        reader.consume(used);
        if done {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_quotes_commas_and_line_breaks() {
        let text = "id,name,last error,email\n1,a,\"Bucket x, \"\"y\"\"\nnot found\",a@b.c\n\n2,b,e,\n";
        let mut seen = Vec::new();
        csv(text.as_bytes(), &mut |row| {
            seen.push((row.account, row.item.text));
            Ok(())
        })
        .unwrap();
        let wanted = [("1", "Bucket x, \"y\"\nnot found"), ("2", "e")];
        assert_eq!(seen, wanted.map(|(id, text)| (id.to_owned(), text.to_owned())));
    }

    #[test]
    fn a_header_is_told_from_a_message() {
        assert!(is_csv_header("cloud account id,name,type,last error,latest employee email"));
        assert!(!is_csv_header("An error occurred (AccessDenied) when calling the X operation, sorry"));
    }
}
