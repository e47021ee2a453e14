//! Rows of the CSV of failed imports, one after the other, however many there are. Nothing is kept but the row at hand.

use super::Item;
use crate::finding::triage::Facts;
use std::io::BufRead;

/// A field of a CSV is kept up to so many bytes.
const LONGEST_FIELD: usize = 64 * 1024;
/// No header is longer.
const LONGEST_HEADER: usize = 16 * 1024;
/// A CSV has no more columns.
const MOST_COLUMNS: usize = 256;

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
    if line.len() > LONGEST_HEADER {
        return false;
    }
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
