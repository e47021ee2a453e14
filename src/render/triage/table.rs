//! An answer of `triage` as a row of a CSV.

use crate::finding::triage::Triaged;
use crate::render::view::safe;

/// The header.
#[must_use]
pub fn header() -> &'static str {
    "row,account,step,code,action,bucket,layer,explicit,cause,certainty,standing,class,owner,says,ask\n"
}

/// One message of a row.
#[must_use]
pub fn row(number: u64, account: &str, message: &Triaged) -> String {
    let fact = |name: &str| message.facts.get(name).unwrap_or_default().to_owned();
    let cause = message.causes.first();
    let name = |value: Option<serde_json::Value>| {
        value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let word = |value: Option<Result<serde_json::Value, serde_json::Error>>| name(value.and_then(Result::ok));
    let cells = [
        number.to_string(),
        account.to_owned(),
        fact("step"),
        fact("code"),
        fact("action"),
        fact("bucket"),
        fact("layer"),
        fact("explicit"),
        cause.map_or_else(|| "unknown".to_owned(), |cause| cause.rule.clone()),
        word(cause.map(|cause| serde_json::to_value(cause.sure))),
        word(cause.map(|cause| serde_json::to_value(cause.standing))),
        word(cause.map(|cause| serde_json::to_value(cause.class))),
        word(cause.map(|cause| serde_json::to_value(cause.owner))),
        cause.map(|cause| cause.says.clone()).unwrap_or_default(),
        message.asks.first().map(|ask| ask.command.clone()).unwrap_or_default(),
    ];
    let mut line = cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
    line.push('\n');
    line
}

/// A cell that a spreadsheet takes for text, whatever it begins with.
fn quoted(cell: &str) -> String {
    let cell = safe(cell);
    let cell = if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell.into_owned() };
    if cell.contains([',', '"', '\'']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}
