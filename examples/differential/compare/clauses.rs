//! Context keys with their values, and conditions on them.

use super::dice::Dice;
use serde_json::{Map, Value, json};

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Text,
    Set,
    Flag,
    Number,
    Date,
    Arn,
    Address,
    Bytes,
}

/// Keys by kind. The engines on both sides take them for any action.
const KEYS: &[(&str, Kind)] = &[
    ("aws:PrincipalTag/team", Kind::Text),
    ("aws:RequestedRegion", Kind::Text),
    ("aws:SourceVpce", Kind::Text),
    ("aws:PrincipalOrgID", Kind::Text),
    ("aws:SourceAccount", Kind::Text),
    ("aws:PrincipalAccount", Kind::Text),
    ("aws:ResourceAccount", Kind::Text),
    ("aws:username", Kind::Text),
    ("aws:userid", Kind::Text),
    ("aws:PrincipalType", Kind::Text),
    ("aws:UserAgent", Kind::Bytes),
    ("aws:TagKeys", Kind::Set),
    ("aws:CalledVia", Kind::Set),
    ("aws:PrincipalOrgPaths", Kind::Set),
    ("aws:SecureTransport", Kind::Flag),
    ("aws:MultiFactorAuthPresent", Kind::Flag),
    ("aws:ViaAWSService", Kind::Flag),
    ("aws:PrincipalIsAWSService", Kind::Flag),
    ("aws:MultiFactorAuthAge", Kind::Number),
    ("aws:CurrentTime", Kind::Date),
    ("aws:EpochTime", Kind::Date),
    ("aws:TokenIssueTime", Kind::Date),
    ("aws:PrincipalArn", Kind::Arn),
    ("aws:SourceArn", Kind::Arn),
    ("aws:SourceIp", Kind::Address),
    ("aws:VpcSourceIp", Kind::Address),
];

const TEXTS: &[&str] =
    &["red", "Red", "blue", "o-acme123456", "us-east-1", "eu-west-1", "111122223333", "mara", "", "a*b"];
const ARNS: &[&str] = &[
    "arn:aws:cur:us-east-1:111122223333:definition/*",
    "arn:aws:cur:us-east-1:111122223333:definition/acme",
    "arn:aws:bcm-data-exports:us-east-1:111122223333:export/acme-1a2b",
    "arn:aws:bcm-data-exports:eu-west-1:444455556666:export/acme-1a2b",
    "arn:aws:s3:::acme-billing",
    "arn:aws:iam::111122223333:user/mara",
    "arn:aws:iam::111122223333:role/team/reader",
    "arn:aws:lambda:us-east-1:111122223333:function:f:v1",
    "no-arn",
];
const NUMBERS: &[&str] = &["0", "5", "5.0", "10", "-3", "3600", "1e3", "007", "12.25", "many", ""];
const DATES: &[&str] = &[
    "2026-11-23T12:00:00Z",
    "2026-11-23T12:00:00.000Z",
    "2026-11-23",
    "2026-11-23T13:00:00+01:00",
    "2027-01-01T00:00:00Z",
    "1795435200",
    "1767225600",
    "1795435200000",
    "yesterday",
];
const ADDRESSES: &[&str] = &[
    "203.0.113.7",
    "203.0.113.200",
    "10.1.2.3",
    "2001:db8::1",
    "2001:DB8:0:0::1",
    "2001:db8:1::9",
    "::1",
    "nowhere",
];
const RANGES: &[&str] = &[
    "203.0.113.0/24",
    "203.0.113.7",
    "203.0.113.7/32",
    "10.0.0.0/8",
    "0.0.0.0/0",
    "203.0.113.128/25",
    "2001:db8::/32",
    "2001:db8::/48",
    "2001:db8::1/128",
    "::/0",
    "203.0.113.7/24",
    "somewhere",
];
const FLAGS: &[&str] = &["true", "false", "true", "false", "True", "FALSE", "yes", "1", ""];
const BYTES: &[&str] = &["QUJD", "QUJDRA==", "QUI=", "not base64"];

fn one(dice: &mut Dice, kind: Kind) -> String {
    let list = match kind {
        Kind::Text | Kind::Set => TEXTS,
        Kind::Flag => FLAGS,
        Kind::Number => NUMBERS,
        Kind::Date => DATES,
        Kind::Arn => ARNS,
        Kind::Address => ADDRESSES,
        Kind::Bytes => BYTES,
    };
    // The last few of a list are odd: take them seldom.
    let end = if dice.chance(88) { list.len().saturating_sub(2).max(2) } else { list.len() };
    list[dice.below(end)].to_owned()
}

/// Adds keys to a context.
pub(crate) fn context(dice: &mut Dice, context: &mut Map<String, Value>) {
    for (key, kind) in KEYS {
        if context.contains_key(&key.to_ascii_lowercase()) || !dice.chance(35) {
            continue;
        }
        let value = if *kind == Kind::Set {
            let length = *dice.pick(&[0, 1, 1, 2, 2, 3]);
            json!((0..length).map(|_| one(dice, *kind)).collect::<Vec<_>>())
        } else {
            json!(one(dice, *kind))
        };
        context.insert((*key).to_owned(), value);
    }
}

fn base(dice: &mut Dice, kind: Kind) -> &'static str {
    const TEXT: &[&str] = &[
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLike",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
    ];
    const NUMBER: &[&str] = &[
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
    ];
    const DATE: &[&str] = &[
        "DateEquals",
        "DateNotEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
    ];
    const ARN: &[&str] = &[
        "ArnEquals",
        "ArnLike",
        "ArnNotEquals",
        "ArnNotLike",
        "StringLike",
        "StringEquals",
        "StringNotLike",
    ];
    const ADDRESS: &[&str] = &["IpAddress", "NotIpAddress"];
    const BYTES: &[&str] = &["BinaryEquals"];
    const FLAG: &[&str] = &["Bool"];
    let kind = if dice.chance(94) {
        kind
    } else {
        *dice.pick(&[Kind::Text, Kind::Number, Kind::Date, Kind::Arn, Kind::Address, Kind::Flag, Kind::Bytes])
    };
    let list = match kind {
        Kind::Text | Kind::Set => TEXT,
        Kind::Flag => FLAG,
        Kind::Number => NUMBER,
        Kind::Date => DATE,
        Kind::Arn => ARN,
        Kind::Address => ADDRESS,
        Kind::Bytes => BYTES,
    };
    list[dice.below(list.len())]
}

/// Something near a value: itself, another spelling, a pattern of it, a variable.
fn near(dice: &mut Dice, value: &str) -> String {
    let (head, tail) =
        value.split_at(value.char_indices().nth(value.chars().count() / 2).map_or(0, |(at, _)| at));
    match dice.below(16) {
        0 => value.to_uppercase(),
        1 | 2 => format!("{head}*"),
        3 => format!("*{tail}"),
        4 => value.chars().enumerate().map(|(at, c)| if at == 1 { '?' } else { c }).collect(),
        5 => "*".to_owned(),
        6 => {
            let mut parts: Vec<&str> = value.splitn(6, ':').collect();
            let at = dice.below(parts.len());
            parts[at] = "*";
            parts.join(":")
        }
        7 => dice.word(&[
            "${aws:username}",
            "${aws:PrincipalTag/team}",
            "${aws:SourceAccount}",
            "${aws:username, 'mara'}",
            "${*}",
            "a${*}b",
            "${aws:PrincipalAccount}",
            "x${$}",
            "${aws:PrincipalTag/team,'red'}",
            "${aws:Nothing}",
        ]),
        8 => format!("{value}x"),
        _ => value.to_owned(),
    }
}

fn known(context: &Map<String, Value>, key: &str) -> Option<String> {
    let lower = key.to_ascii_lowercase();
    let value =
        context.iter().find(|(name, _)| name.to_ascii_lowercase() == lower).map(|(_, value)| value)?;
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => list.first().and_then(Value::as_str).map(str::to_owned),
        _ => None,
    }
}

/// Adds one condition to a `Condition` element; `friendly`: more often one that this context passes.
pub(crate) fn clause(
    dice: &mut Dice,
    context: &Map<String, Value>,
    condition: &mut Map<String, Value>,
    friendly: bool,
) {
    let present: Vec<_> = KEYS.iter().filter(|(key, _)| known(context, key).is_some()).collect();
    let (key, kind) = if !present.is_empty() && dice.chance(if friendly { 85 } else { 60 }) {
        **dice.pick(&present)
    } else {
        *dice.pick(KEYS)
    };
    let key_text = match dice.below(12) {
        0 => key.to_ascii_lowercase(),
        1 => key.to_ascii_uppercase(),
        _ => key.to_owned(),
    };
    if dice.chance(7) {
        let operator =
            dice.word(&["Null", "Null", "Null", "Null", "Null", "ForAnyValue:Null", "ForAllValues:Null"]);
        let list = dice.chance(10);
        let value = dice.word(&["true", "false", "true", "false", "True"]);
        insert(condition, &operator, &key_text, if list { json!([value, "false"]) } else { json!(value) });
        return;
    }
    let base = base(dice, kind);
    let mut operator = base.to_owned();
    if dice.chance(if kind == Kind::Set { 88 } else { 5 }) {
        operator = format!("{}:{operator}", dice.word(&["ForAllValues", "ForAnyValue"]));
    }
    if dice.chance(18) {
        operator.push_str("IfExists");
    }
    let value = |dice: &mut Dice| {
        if kind == Kind::Address && base.ends_with("IpAddress") && dice.chance(80) {
            return match known(context, key) {
                Some(address) if dice.chance(40) => {
                    format!("{address}/{}", dice.word(&["8", "16", "24", "32", "48", "128"]))
                }
                _ => {
                    let end = if dice.chance(95) { RANGES.len() - 1 } else { RANGES.len() };
                    RANGES[dice.below(end)].to_owned()
                }
            };
        }
        match known(context, key) {
            Some(value) if dice.chance(if friendly { 75 } else { 55 }) => {
                if matches!(kind, Kind::Text | Kind::Set | Kind::Arn) { near(dice, &value) } else { value }
            }
            _ => one(dice, kind),
        }
    };
    let count = *dice.pick(&[1, 1, 1, 1, 1, 1, 2, 2, 3]);
    let values: Vec<String> = (0..count).map(|_| value(dice)).collect();
    let values = match values.as_slice() {
        _ if dice.chance(1) => json!([]),
        [value] if dice.chance(70) => json!(value),
        values => json!(values),
    };
    insert(condition, &operator, &key_text, values);
}

fn insert(condition: &mut Map<String, Value>, operator: &str, key: &str, values: Value) {
    let keys = condition.entry(operator).or_insert_with(|| json!({}));
    // Two spellings of one key in a block are an error to AWS.
    if let Value::Object(keys) = keys
        && !keys.keys().any(|name| name.eq_ignore_ascii_case(key))
    {
        keys.insert(key.to_owned(), values);
    }
}
