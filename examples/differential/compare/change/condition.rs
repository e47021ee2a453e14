//! Changes of conditions.

use super::{documents, texts};
use preflight::eval::Instant;
use serde_json::{Map, Value, json};

/// One clause: its operator, the value of its key in the request, its values.
struct Clause<'c> {
    operator: &'c str,
    have: Option<&'c Value>,
    values: Vec<String>,
    effect: &'c str,
    context: &'c Map<String, Value>,
}

/// What a clause becomes: its values, and what the request has of its key.
struct Change {
    values: Vec<String>,
    have: Have,
}

enum Have {
    AsItWas,
    /// Nothing. The clause is then one on another key, so that other clauses see what they saw.
    Nothing,
    /// This, of another key too.
    Value(Value),
}

fn lookup<'c>(context: &'c Map<String, Value>, key: &str) -> Option<&'c Value> {
    context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
}

fn clauses(case: &Value, change: &dyn Fn(&Clause<'_>) -> Option<Change>) -> Option<Value> {
    let context = case["request"]["context"].as_object()?.clone();
    let mut more = Map::new();
    let mut new = case.clone();
    documents(&mut new, &mut |document| {
        for statement in document["Statement"].as_array_mut().into_iter().flatten() {
            let effect = statement["Effect"].as_str().unwrap_or_default().to_owned();
            let Some(condition) = statement.get_mut("Condition").and_then(Value::as_object_mut) else {
                continue;
            };
            for (operator, keys) in condition.iter_mut() {
                let Some(keys) = keys.as_object_mut() else { continue };
                for (key, values) in std::mem::take(keys) {
                    let mut list = Vec::new();
                    texts(&mut values.clone(), &mut |text| list.push(text.clone()));
                    let clause = Clause {
                        operator,
                        have: lookup(&context, &key),
                        values: list,
                        effect: &effect,
                        context: &context,
                    };
                    match change(&clause) {
                        None => {
                            keys.insert(key, values);
                        }
                        Some(Change { values, have: Have::AsItWas }) => {
                            keys.insert(key, json!(values));
                        }
                        Some(Change { values, have: Have::Nothing }) => {
                            keys.insert("aws:PrincipalTag/absent".to_owned(), json!(values));
                        }
                        Some(Change { values, have: Have::Value(have) }) => {
                            let fresh = format!("aws:PrincipalTag/changed{}", more.len());
                            more.insert(fresh.clone(), have);
                            keys.insert(fresh, json!(values));
                        }
                    }
                }
            }
        }
    });
    if let Some(context) = new["request"]["context"].as_object_mut() {
        context.extend(more);
    }
    (new != *case).then_some(new)
}

fn one(have: Option<&Value>) -> Option<&str> {
    have.and_then(|value| match value {
        Value::Array(list) => list.first().and_then(Value::as_str),
        value => value.as_str(),
    })
}

/// Whether a text has a variable that has no value in this context, and no default.
pub(super) fn is_null(text: &str, context: &Map<String, Value>) -> bool {
    let name = text.split("${").nth(1).and_then(|rest| rest.split(['}', ',']).next());
    let absent = |name: &str| {
        !matches!(name, "*" | "?" | "$") && !matches!(lookup(context, name), Some(Value::String(_)))
    };
    !text.contains('\'') && name.is_some_and(absent)
}

pub(crate) fn null_variable(case: &Value) -> Option<Value> {
    clauses(case, &|clause| {
        let missing = |text: &String| is_null(text, clause.context);
        let hit =
            clause.effect == "Deny" && clause.operator.contains("Not") && clause.values.iter().any(missing);
        hit.then(|| {
            let nothing =
                if clause.operator.contains("Arn") { "arn:aws:none:::nothing" } else { "nothing at all" };
            let value = |text: &String| if missing(text) { nothing.to_owned() } else { text.clone() };
            Change { values: clause.values.iter().map(value).collect(), have: Have::AsItWas }
        })
    })
}

pub(crate) fn dates(case: &Value) -> Option<Value> {
    let iso = |text: &str| -> String {
        let epoch = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match Instant::parse(text) {
            Some(_) if text.contains('T') => text.to_owned(),
            Some(_) if text.len() == 10 && text.contains('-') => text.to_owned(),
            Some(_) if epoch => civil(text.parse().unwrap_or_default()),
            Some(_) => civil(text.split('.').next().and_then(|whole| whole.parse().ok()).unwrap_or_default()),
            None => "no date".to_owned(),
        }
    };
    clauses(case, &|clause| {
        let have = one(clause.have)?;
        clause.operator.contains("Date").then(|| Change {
            values: clause.values.iter().map(|value| iso(value)).collect(),
            have: Have::Value(json!(iso(have))),
        })
    })
    .filter(|changed| changed != case)
}

/// Seconds (or, with twelve digits and more, milliseconds) since 1970 as ISO 8601.
fn civil(number: i64) -> String {
    let seconds = if number.abs() >= 100_000_000_000 { number / 1000 } else { number };
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days to a date, by eras of 400 years that begin in March.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_in_era = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_in_year = day - (365 * year_in_era + year_in_era / 4 - year_in_era / 100);
    let shifted = (5 * day_in_year + 2) / 153;
    let day = day_in_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_in_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

pub(crate) fn numbers(case: &Value) -> Option<Value> {
    // What is no plain number is written out, or becomes a text that no engine reads as one.
    let plain = |text: &str| -> String {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !digits.replacen('.', "", 1).is_empty()
            && digits.replacen('.', "", 1).bytes().all(|byte| byte.is_ascii_digit())
        {
            return text.to_owned();
        }
        match text.split_once(['e', 'E']) {
            Some((whole, exponent)) if text.parse::<f64>().is_ok() => {
                format!("{whole}{}", "0".repeat(exponent.parse().unwrap_or_default()))
            }
            _ => "none".to_owned(),
        }
    };
    clauses(case, &|clause| {
        let have = one(clause.have)?;
        clause.operator.contains("Numeric").then(|| Change {
            values: clause.values.iter().map(|value| plain(value)).collect(),
            have: Have::Value(json!(plain(have))),
        })
    })
}

pub(crate) fn addresses(case: &Value) -> Option<Value> {
    clauses(case, &|clause| {
        let have: std::net::IpAddr = one(clause.have)?.parse().ok()?;
        let other = |value: &String| value.contains(':') != have.is_ipv6();
        let hit = clause.operator.contains("NotIpAddress") && clause.values.iter().any(other);
        hit.then(|| {
            let elsewhere = if have.is_ipv6() { "100::/128" } else { "192.0.2.255/32" };
            let value = |value: &String| if other(value) { elsewhere.to_owned() } else { value.clone() };
            Change { values: clause.values.iter().map(value).collect(), have: Have::AsItWas }
        })
    })
}

pub(crate) fn binary(case: &Value) -> Option<Value> {
    let base64 = |text: &str| {
        text.len().is_multiple_of(4)
            && text
                .trim_end_matches('=')
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
    };
    clauses(case, &|clause| {
        if !clause.operator.contains("BinaryEquals") {
            return None;
        }
        let odd = !one(clause.have).is_none_or(base64);
        let value = |text: &String| if odd || !base64(text) { "////".to_owned() } else { text.clone() };
        Some(Change { values: clause.values.iter().map(value).collect(), have: Have::AsItWas })
    })
}

pub(crate) fn null_of_empty(case: &Value) -> Option<Value> {
    clauses(case, &|clause| {
        let empty = match clause.have? {
            Value::String(text) => text.is_empty(),
            Value::Array(list) => list.is_empty(),
            _ => false,
        };
        // The key is there, so that `false` holds to the other engine and `true` does not.
        let turn = |text: &String| (!text.eq_ignore_ascii_case("true")).to_string();
        // With a set operator an empty text is a value like any other, an empty list is none.
        let asked = clause.operator == "Null"
            || clause.operator.ends_with(":Null") && clause.have.is_some_and(Value::is_array);
        (asked && empty)
            .then(|| Change { values: clause.values.iter().map(turn).collect(), have: Have::AsItWas })
    })
}

pub(crate) fn empty_set(case: &Value) -> Option<Value> {
    clauses(case, &|clause| {
        let empty = clause.have.and_then(Value::as_str).is_some_and(str::is_empty);
        (clause.operator.starts_with("ForAllValues:") && empty)
            .then(|| Change { values: clause.values.clone(), have: Have::Nothing })
    })
}

pub(crate) fn star_for_an_arn(case: &Value) -> Option<Value> {
    clauses(case, &|clause| {
        let hit = clause.operator.contains("Arn") && clause.values.iter().any(|text| text == "*");
        hit.then(|| {
            let value = |text: &String| if text == "*" { "arn:*:*:*:*:*".to_owned() } else { text.clone() };
            Change { values: clause.values.iter().map(value).collect(), have: Have::AsItWas }
        })
    })
}

pub(crate) fn whole_range(case: &Value) -> Option<Value> {
    clauses(case, &|clause| {
        let hit =
            clause.operator.contains("IpAddress") && clause.values.iter().any(|text| text.ends_with("/0"));
        hit.then(|| {
            let halves = |text: &String| match text.as_str() {
                text if !text.ends_with("/0") => vec![text.to_owned()],
                text if text.contains(':') => vec!["::/1".to_owned(), "8000::/1".to_owned()],
                _ => vec!["0.0.0.0/1".to_owned(), "128.0.0.0/1".to_owned()],
            };
            Change { values: clause.values.iter().flat_map(halves).collect(), have: Have::AsItWas }
        })
    })
}

pub(crate) fn spelling_of_addresses(case: &Value) -> Option<Value> {
    let canonical = |text: &str| -> String {
        let (address, prefix) =
            text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let Ok(address) = address.parse::<std::net::Ipv6Addr>() else { return text.to_owned() };
        prefix.map_or(address.to_string(), |prefix| format!("{address}/{prefix}"))
    };
    clauses(case, &|clause| {
        let have = one(clause.have)?;
        let odd = |text: &str| canonical(text) != text;
        let hit = clause.operator.contains("IpAddress")
            && (odd(have) || clause.values.iter().any(|text| odd(text)));
        hit.then(|| Change {
            values: clause.values.iter().map(|text| canonical(text)).collect(),
            have: Have::Value(json!(canonical(have))),
        })
    })
}

pub(crate) fn escape_without_wildcards(case: &Value) -> Option<Value> {
    const ESCAPES: [(&str, &str); 3] = [("${*}", "*"), ("${?}", "?"), ("${$}", "$")];
    clauses(case, &|clause| {
        // These operators know no wildcards, so the other engine takes the characters themselves as they stand.
        let plain = clause.operator.contains("StringEquals") || clause.operator.contains("StringNotEquals");
        let value =
            |text: &String| ESCAPES.iter().fold(text.clone(), |text, (escape, is)| text.replace(escape, is));
        let values: Vec<_> = clause.values.iter().map(value).collect();
        (plain && values != clause.values).then_some(Change { values, have: Have::AsItWas })
    })
}

pub(crate) fn bare_address(case: &Value) -> Option<Value> {
    case.pointer("/ext/public_access_block")?;
    clauses(case, &|clause| {
        let range = |text: &String| match text {
            text if text.contains('/') => text.clone(),
            text if text.contains(':') => format!("{text}/128"),
            text => format!("{text}/32"),
        };
        let values: Vec<_> = clause.values.iter().map(range).collect();
        let hit = clause.operator.contains("IpAddress") && values != clause.values;
        hit.then_some(Change { values, have: Have::AsItWas })
    })
}

pub(crate) fn no_arn(case: &Value) -> Option<Value> {
    clauses(case, &|clause| {
        let odd = |text: &String| !text.starts_with("arn:") && text != "*";
        let hit = clause.operator.contains("Arn")
            && !clause.operator.contains("Not")
            && clause.values.iter().any(odd);
        hit.then(|| {
            let value = |text: &String| {
                if odd(text) { "arn:aws:none:::nothing".to_owned() } else { text.clone() }
            };
            Change { values: clause.values.iter().map(value).collect(), have: Have::AsItWas }
        })
    })
}
