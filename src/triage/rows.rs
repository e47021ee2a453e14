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
    kind: Option<usize>,
    error: usize,
}

/// Characters that part the fields of a row; spreadsheets in many languages write `;`.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
/// What the column of the message is called, the best first.
const ERRORS: [&str; 14] = [
    "last import attempt error",
    "last error",
    "error message",
    "errormessage",
    "import error",
    "fehlermeldung",
    "error",
    "fehler",
    "reason",
    "message",
    "meldung",
    "erreur",
    "errore",
    "mensaje",
];
/// What the column of the account is called, the best first.
const ACCOUNTS: [&str; 9] = [
    "cloud account id",
    "account id",
    "accountid",
    "data source id",
    "cloud account",
    "data source",
    "account",
    "konto",
    "id",
];
/// What the column is called that says which cloud it is.
const KINDS: [&str; 5] = ["type", "cloud type", "cloud account type", "data source type", "provider"];
/// How the kinds of other sources of costs begin.
const CLOUDS: [&str; 9] =
    ["gcp", "google", "azure", "alibaba", "nebius", "databricks", "kubernetes", "oracle", "environment"];
/// Words of columns that tell of something else: how many, when, of which kind, whose.
const OTHERS: [&str; 24] = [
    "count",
    "number",
    "code",
    "anzahl",
    "time",
    "date",
    "datum",
    "at",
    "type",
    "kind",
    "level",
    "status",
    "mail",
    "email",
    "name",
    "user",
    "owner",
    "employee",
    "org",
    "organization",
    "organisation",
    "request",
    "event",
    "rate",
];

/// Whether a first line is the header of a CSV of failed imports.
#[must_use]
pub fn is_csv_header(line: &str) -> bool {
    delimiter(line).is_some()
}

/// What parts the fields of a header; none if the line is none.
fn delimiter(line: &str) -> Option<u8> {
    if line.len() > LONGEST_HEADER {
        return None;
    }
    let is_header = |delimiter: &u8| {
        let fields: Vec<String> = line
            .split(char::from(*delimiter))
            .map(|field| field.trim_matches(['"', ' ', '\u{feff}', '\r', '\n']).to_owned())
            .collect();
        fields.len() >= 2
            && columns(&fields).is_some()
            && fields.iter().all(|field| {
                field.len() <= 60
                    && !field.contains([':', '.', '&', '<', '>', '{', '}', '='])
                    && field.split_whitespace().count() <= 6
            })
    };
    DELIMITERS.into_iter().find(is_header)
}

fn columns(header: &[String]) -> Option<Columns> {
    let names: Vec<String> =
        header.iter().map(|name| name.to_ascii_lowercase().replace(['_', '-'], " ")).collect();
    // Also where the words are written as one: `errorcode`.
    let is_word = |word: &str, other: &str| {
        let before = word.strip_suffix(other);
        before.is_some_and(|before| before.is_empty() || ["error", "fehler", "message"].contains(&before))
    };
    let is_other = |name: &str| name.split(' ').any(|word| OTHERS.iter().any(|other| is_word(word, other)));
    let find = |wanted: &[&str], taken: Option<usize>| {
        wanted.iter().find_map(|wanted| {
            names.iter().enumerate().position(|(at, name)| {
                let is_it = if wanted.len() > 2 {
                    name.contains(wanted)
                } else {
                    name.split(' ').any(|word| word == *wanted)
                };
                is_it && !is_other(name) && Some(at) != taken
            })
        })
    };
    let error = find(&ERRORS, None)?;
    let kind = names.iter().position(|name| KINDS.contains(&&**name));
    Some(Columns { account: find(&ACCOUNTS, Some(error)), kind, error })
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
    let first = reader.fill_buf()?;
    let first = first.get(..first.len().min(LONGEST_HEADER)).unwrap_or_default();
    let line = String::from_utf8_lossy(first.split(|byte| *byte == b'\n').next().unwrap_or_default());
    let delimiter = delimiter(&line).unwrap_or(b',');
    if !row(&mut reader, &mut fields, delimiter)? {
        return Ok(());
    }
    let Some(columns) = columns(&fields) else {
        return Err(std::io::Error::new(
            std::io::ErrorKind::InvalidData,
            "no column of the CSV is called `error`, `reason` or `message`",
        ));
    };
    let mut number = 0;
    while row(&mut reader, &mut fields, delimiter)? {
        if fields.iter().all(String::is_empty) {
            continue;
        }
        number += 1;
        let of = |at: usize| fields.get(at).cloned().unwrap_or_default();
        let account = columns.account.map(of).unwrap_or_default();
        let account = if account.contains('@') { String::new() } else { account };
        let mut facts = Facts::default();
        facts.set("step", "import");
        let kind = columns.kind.map(of).unwrap_or_default().to_ascii_lowercase();
        if CLOUDS.iter().any(|cloud| kind.starts_with(cloud)) {
            facts.set("row-cloud", &kind);
        }
        let item = Item { text: of(columns.error), facts, origin: None };
        each(CsvRow { number, account, item })?;
    }
    Ok(())
}

/// One row; quoted fields may have commas, quotes written twice, and line breaks.
fn row(reader: &mut impl BufRead, fields: &mut Vec<String>, delimiter: u8) -> std::io::Result<bool> {
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
                byte if *byte == delimiter && !quoted => push(&mut field, fields),
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
    fn a_column_is_what_it_is_called_whatever_stands_before_it() {
        for (header, row, account) in [
            ("error_count,account id,last import attempt error", "3,a1,e", "a1"),
            ("name,organization id,cloud account id,error", "n,o1,a1,e", "a1"),
            ("account email,id,error", "m,a1,e", "a1"),
            ("cloud_account_id;name;last_error", "a1;n;e", "a1"),
            ("cloud_account_id\tname\tlast_error", "a1\tn\te", "a1"),
            ("id,name,Fehlermeldung,E-Mail", "a1,n,e,m", "a1"),
            ("eventname,errorcode,errormessage", "n,c,e", ""),
        ] {
            assert!(is_csv_header(header), "{header}");
            let text = format!("{header}\n{row}\n");
            csv(text.as_bytes(), &mut |found| {
                assert_eq!((&*found.account, &*found.item.text), (account, "e"), "{header}");
                Ok(())
            })
            .unwrap();
        }
    }

    #[test]
    fn a_header_is_told_from_a_message() {
        assert!(is_csv_header("cloud account id,name,type,last error,latest employee email"));
        for text in [
            "An error occurred (AccessDenied) when calling the X operation, sorry",
            "An error occurred; account 12 is not there any more",
            "Access Denied, and no reason at all is told by anybody here",
            "&lt;Error&gt;&lt;Code&gt;NoSuchBucket&lt;/Code&gt;&lt;Message&gt;x&lt;/Message&gt;",
        ] {
            assert!(!is_csv_header(text), "{text}");
        }
    }
}
