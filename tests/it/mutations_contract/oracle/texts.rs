//! Single texts: periods in keys, settings, queries.

use super::{ANY, BROKEN, HOLDS, NOT_RIGHT, Range};
use serde_json::Value;

/// Columns without which the import ends in KeyError.
const COLUMNS: [&str; 6] = [
    "bill_billing_period_start_date",
    "line_item_usage_account_id",
    "line_item_usage_start_date",
    "line_item_usage_end_date",
    "line_item_line_item_type",
    "line_item_blended_cost",
];

/// `BILLING_PERIOD=YYYY-MM/`, in capitals.
pub(super) fn period(key: &str) -> bool {
    key.match_indices("BILLING_PERIOD=").any(|(at, word)| {
        let rest: Vec<char> = key[at + word.len()..].chars().take(8).collect();
        rest.len() == 8
            && rest.iter().enumerate().all(|(at, c)| match at {
                4 => *c == '-',
                7 => *c == '/',
                _ => c.is_ascii_digit(),
            })
    })
}

/// `YYYYMMDD-YYYYMMDD/`, or `year=YYYY/month=M/` for Athena.
pub(super) fn legacy_period(key: &str) -> bool {
    let bytes: Vec<char> = key.chars().collect();
    let dates = bytes.windows(18).any(|window| {
        window.iter().enumerate().all(|(at, c)| match at {
            8 => *c == '-',
            17 => *c == '/',
            _ => c.is_ascii_digit(),
        })
    });
    let athena = key.match_indices("year=").any(|(at, word)| {
        let rest = &key[at + word.len()..];
        let Some((year, rest)) = rest.split_once("/month=") else { return false };
        let month = rest.split_once('/').map_or("", |(month, _)| month);
        let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
        year.len() == 4
            && digits(year)
            && digits(month)
            && !month.starts_with('0')
            && month.len() < 3
            && month.parse::<u8>().is_ok_and(|month| month <= 12)
    });
    dates || athena
}

/// The setting must be one of these, and cannot be left out.
pub(super) fn must(value: &Value, allowed: &[&str]) -> Range {
    if allowed.iter().any(|text| value == text) { HOLDS } else { BROKEN }
}

/// One of these; what AWS takes it for where it is left out, or whether it takes it at all, is not said.
pub(super) fn one_of(value: &Value, allowed: &[&str]) -> Range {
    if allowed.iter().any(|text| value == text) { HOLDS } else { NOT_RIGHT }
}

/// What AWS refuses to make an export with; of a setting that an answer lacks nothing is said.
pub(super) fn taken(export: &Value) -> [Range; 2] {
    let files = &export["DestinationConfigurations"]["S3Destination"]["S3OutputConfigurations"];
    let one = |value: &Value, allowed: &[&str]| if value.is_string() { must(value, allowed) } else { ANY };
    [
        one(&files["OutputType"], &["CUSTOM", "ATHENA", "REDSHIFT"]),
        one(&export["RefreshCadence"]["Frequency"], &["SYNCHRONOUS"]),
    ]
}

/// Parquet files are packed as Parquet, and others are not.
pub(super) fn pair(format: &Value, parquet: &str, compression: &Value, packed: &str) -> Range {
    let known = |value: &Value| {
        ["TEXT_OR_CSV", "PARQUET", "textORcsv", "Parquet", "GZIP", "ZIP"].iter().any(|text| value == text)
    };
    if known(format) && known(compression) && (format == parquet) != (compression == packed) {
        BROKEN
    } else {
        HOLDS
    }
}

/// Letters, digits and these; how AWS names what it does not take is another matter.
pub(super) fn grammar(text: &str, marks: &str, longest: usize) -> Range {
    let fits = text.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c));
    if fits && !text.is_empty() && text.len() <= longest { HOLDS } else { BROKEN }
}

/// The six columns, under their own names.
pub(super) fn columns(query: &str) -> Range {
    let Some(list) = query.strip_prefix("SELECT ").and_then(|rest| rest.split_once(" FROM ")) else {
        return ANY;
    };
    let names: Vec<&str> = list
        .0
        .split(',')
        .map(str::trim)
        .map(|item| item.rsplit_once(" AS ").map_or(item, |(_, name)| name))
        .collect();
    if names.contains(&"*") || COLUMNS.iter().all(|column| names.contains(column)) {
        return HOLDS;
    }
    // No column at all, something that is none, or letters of another case.
    if names.iter().any(|name| name.is_empty()) {
        return NOT_RIGHT;
    }
    let plain = names
        .iter()
        .all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit()));
    if plain { BROKEN } else { ANY }
}
