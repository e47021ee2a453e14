//! The JSON reader from outside: faults planted in a policy, laws on random and damaged text.

#![allow(
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "tests may panic; helpers outside #[test] are no exception"
)]

use preflight::source::Span;
use preflight::syntax::{Document, IssueKind, Unwrapped, fuzz, inner_span, read_json, read_wrapped};
use proptest::prelude::*;

/// A policy as a customer pastes it, with every kind of slip.
const PLANTED: &str = "\u{FEFF}{
  // allow the delivery
  \"Version\": \"2012-10-17\"
  \"Id\" \"delivery\",
  \"Statement\": [
    {
      \"Sid\": \"EnableDelivery\",
      \"Effect\": “Allow”,
      \"Effect\": 'Allow',
      Principal: { \"Service\": [ \"billingreports.amazonaws.com\", \"bcm-data-exports.amazonaws.com\", ] },
      \"Action\": [ \"s3:PutObject\" \"s3:GetBucketPolicy\" ],
      \"Resource\": *,
      \"Condition\": { \"StringLike\": {
        \"aws:SourceAccount\": <AWS account ID>,
        \"aws:SourceArn\": \"arn:aws:cur:us-east-1:\\d:definition/*,
      } },
    },,
    {
      \"Sid\": \"Deny\tInsecure\",
      \"Effect\": \"Deny\",
      \"Principal\": ,
      \"Action\": [\"s3:*\",
      \"Resource\": \"arn:aws:s3:::acme-billing/*\",
      \"Max\": 007
    }
  ]
}
end";

#[test]
fn every_planted_fault_is_reported_once_and_both_statements_are_read() {
    use IssueKind::*;
    let document = read_json(PLANTED);
    let found: Vec<_> =
        document.issues.iter().map(|issue| (issue.kind, PLANTED.get(issue.span.range()).unwrap())).collect();
    let expected = [
        (ByteOrderMark, "\u{FEFF}"),
        (Comment, "// allow the delivery"),
        (MissingComma, ""),
        (MissingColon, ""),
        (CurlyQuote, "“Allow”"),
        (DuplicateKey, "\"Effect\""),
        (SingleQuote, "'Allow'"),
        (BareWord, "Principal"),
        (TrailingComma, ","),
        (MissingComma, ""),
        (BareWord, "*"),
        (Placeholder, "<AWS account ID>"),
        (UnterminatedString, "\"arn:aws:cur:us-east-1:\\d:definition/*"),
        (InvalidEscape, "\\d"),
        (TrailingComma, ","),
        (TrailingComma, ","),
        (ExtraComma, ","),
        (ControlCharacter, "\t"),
        (MissingValue, ""),
        (UnclosedBracket, "["),
        (InvalidNumber, "007"),
        (TrailingText, "end"),
    ];
    assert_eq!(found, expected);

    let statements = document.root.get("Statement").unwrap().as_array().unwrap();
    let keys: Vec<Vec<_>> = statements
        .iter()
        .map(|statement| statement.as_object().unwrap().iter().map(|member| &*member.key).collect())
        .collect();
    let first = ["Sid", "Effect", "Effect", "Principal", "Action", "Resource", "Condition"];
    let second = ["Sid", "Effect", "Principal", "Action", "Resource", "Max"];
    assert_eq!(keys, [&first[..], &second[..]]);
    let texts = |statement: usize, key: &str| -> Vec<_> {
        let value = statements[statement].get(key).unwrap();
        value.iter_one_or_many().map(|node| node.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts(0, "Action"), ["s3:PutObject", "s3:GetBucketPolicy"]);
    assert_eq!(texts(1, "Action"), ["s3:*"]);
    assert_eq!(texts(1, "Resource"), ["arn:aws:s3:::acme-billing/*"]);
    assert!(statements[1].get("Principal").unwrap().is_missing());
}

const POLICIES: [&str; 3] = [
    include_str!("../../fuzz/seeds/bucket-policy.json"),
    include_str!("../../fuzz/seeds/compact.json"),
    include_str!("../../fuzz/seeds/wrapped.json"),
];

#[test]
fn laws_hold_on_every_small_damage_of_a_policy() {
    let mut texts = 0;
    for policy in POLICIES.iter().chain(&[PLANTED]) {
        let bytes = policy.as_bytes();
        for at in 0..bytes.len() {
            let (before, after) = bytes.split_at(at);
            let byte = &after[..1];
            for damaged in [before.to_vec(), [before, &after[1..]].concat(), [before, byte, after].concat()] {
                fuzz::read_json(&damaged);
                texts += 1;
            }
        }
    }
    assert!(texts > 5_000);
}

/// One forgotten or doubled character is not worth a page of complaints, and hides no statement.
#[test]
fn one_damage_gives_few_issues_and_loses_nothing() {
    for policy in &POLICIES[..2] {
        let mut lost = Vec::new();
        for (at, single) in policy.char_indices() {
            let (before, after) = (&policy[..at], &policy[at + single.len_utf8()..]);
            for damaged in [format!("{before}{after}"), format!("{before}{single}{single}{after}")] {
                let document = read_json(&damaged);
                let issues = &document.issues;
                assert!(issues.len() <= 2, "{issues:?} in {damaged}");
                if !single.is_alphanumeric() && !has_both_statements(&document) {
                    lost.push((at, single));
                }
            }
        }
        // Only the indentation tells that the brace that closes `Principal` is missing or one too many.
        assert!(matches!(lost[..], [(first, '}'), (second, '}')] if first == second), "{lost:?}");
    }
}

fn has_both_statements(document: &Document<'_>) -> bool {
    let statements = document.root.get("Statement").and_then(|node| node.as_array()).unwrap_or_default();
    statements.len() == 2 && statements.iter().all(|statement| statement.get("Resource").is_some())
}

#[test]
fn garbage_takes_linear_time() {
    let units = [
        "[",
        "]",
        "{",
        "}",
        "[}",
        "{]",
        "\"a\"b",
        "\"a",
        "\"a, \"",
        "<",
        "${",
        "{{",
        "/*",
        "//",
        "#",
        "a: ",
        ":",
        ",",
        "'a ",
        "“a ",
        "“a” ",
        "a b ",
        "\\",
        "\"\\u12",
        "=",
        ";",
        "{\"a\":[\"b\":",
        "[{\"a\":1 ",
        "\"a\" \"",
        "\"\"\"",
        "{a}",
        "0x",
        "-",
        "\u{A0} ",
        "{\"a\": \"b\": ",
        "\"] } ",
        "\"”",
        "{<",
        "\"a\"b, ",
    ];
    for unit in units {
        let time = |size: usize| {
            let text = unit.repeat(size / unit.len());
            let start = std::time::Instant::now();
            let document = read_json(&text);
            let elapsed = start.elapsed();
            drop(document);
            elapsed.as_secs_f64()
        };
        // Quadratic time would be 64 times more. Three attempts and a floor keep out the noise of a busy machine.
        let linear = (0..3).any(|_| {
            let (small, large) = (time(100_000), time(800_000));
            large < 0.1 || large < small * 30.0
        });
        assert!(linear, "{unit:?}");
    }
}

fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
        "[a-z:*\"\\\\\n/{}$]{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Into::into),
            prop::collection::vec(("[A-Za-z\"\\\\é]{0,6}", inner), 0..8)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

/// What a document is made of, and what people put between.
fn soup() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\"a\"",
        "'",
        "“",
        "”",
        "\\",
        "\\u00e9",
        "\\ud83d",
        "//",
        "/*",
        "*/",
        "#",
        "\n",
        "\r\n",
        " ",
        "\t",
        "1",
        "-",
        "0.5e3",
        "true",
        "null",
        "Allow",
        "s3:*",
        "<id>",
        "${x}",
        "{{y}}",
        "...",
        "…",
        "=",
        ";",
        "\u{FEFF}",
        "\u{A0}",
        "é",
        "😀",
        "\0",
        "\"Effect\": \"Deny\"",
        "%22",
    ]);
    prop::collection::vec(parts, 0..40).prop_map(|parts| parts.concat())
}

/// Writes a string of JSON; where `dense` says so, a character is escaped that need not be.
fn quoted(text: &str, dense: &[bool]) -> String {
    let mut result = String::from("\"");
    for (single, dense) in text.chars().zip(dense.iter().cycle()) {
        if *dense {
            for unit in single.encode_utf16(&mut [0; 2]) {
                result.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            let plain = serde_json::to_string(&single).unwrap();
            result.push_str(&plain[1..plain.len() - 1]);
        }
    }
    result + "\""
}

/// Puts layers of escapes on a text.
fn wrapped(text: &str, layers: u8, dense: &[bool]) -> String {
    (0..layers).fold(text.to_owned(), |text, _| {
        let quoted = quoted(&text, dense);
        quoted[1..quoted.len() - 1].to_owned()
    })
}

fn part_of(text: &str, first: &prop::sample::Index, last: &prop::sample::Index) -> std::ops::Range<usize> {
    let (first, last) = (first.index(text.len() + 1), last.index(text.len() + 1));
    text.floor_char_boundary(first.min(last))..text.floor_char_boundary(first.max(last))
}

/// Takes layers of escapes off a text.
fn unquoted(text: &str, layers: u8) -> String {
    (0..layers).fold(text.to_owned(), |text, _| serde_json::from_str(&format!("\"{text}\"")).unwrap())
}

proptest! {
    #[test]
    fn valid_json_is_read_as_serde_json_reads_it(value in json_value()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            fuzz::read_json(text.as_bytes());
            prop_assert!(read_json(&text).issues.is_empty());
        }
    }

    #[test]
    fn laws_hold_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        fuzz::read_json(&bytes);
    }

    #[test]
    fn laws_hold_on_any_text(text in any::<String>()) {
        fuzz::read_json(text.as_bytes());
    }

    #[test]
    fn laws_hold_on_soup(text in soup()) {
        fuzz::read_json(text.as_bytes());
    }

    #[test]
    fn laws_hold_on_damaged_policies(
        policy in 0..POLICIES.len(),
        damages in prop::collection::vec((any::<prop::sample::Index>(), 0..6usize, soup()), 1..6),
    ) {
        let mut text = POLICIES[policy].to_owned();
        for (at, length, insert) in damages {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.floor_char_boundary((start + length).min(text.len())).max(start);
            text.replace_range(start..end, &insert);
        }
        fuzz::read_json(text.as_bytes());
    }

    #[test]
    fn a_part_of_a_decoded_text_is_found_where_it_was_written(
        text in any::<String>(),
        level in 0..4u8,
        dense in prop::collection::vec(any::<bool>(), 1..9),
        (first, last) in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let part = part_of(&text, &first, &last);
        let source = format!("é{}é", wrapped(&text, level, &dense));
        let content = Span::new(2, source.len() - 2);
        let unwrapped = Unwrapped::new(&source, content, level);
        prop_assert_eq!(unwrapped.text(), &text);
        let place = unwrapped.original(part.clone());
        prop_assert_eq!(unquoted(&source[place.range()], level), &text[part.clone()]);
    }

    #[test]
    fn a_part_of_a_value_is_found_where_it_was_written(
        text in any::<String>(),
        level in 0..3u8,
        dense in prop::collection::vec(any::<bool>(), 1..9),
        (first, last) in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let part = part_of(&text, &first, &last);
        let source = wrapped(&quoted(&text, &dense), level, &dense);
        let place = inner_span(&source, Span::new(0, source.len()), level, part.clone());
        prop_assert_eq!(unquoted(&source[place.range()], level + 1), &text[part]);
    }

    #[test]
    fn a_wrapped_document_is_the_document(value in json_value(), level in 1..3u8, dense in prop::collection::vec(any::<bool>(), 1..9)) {
        let inner = value.to_string();
        let source = wrapped(&inner, level, &dense);
        let unwrapped = Unwrapped::new(&source, Span::new(0, source.len()), level);
        let wrapped = read_wrapped(&unwrapped);
        let plain = read_json(&inner);
        prop_assert_eq!(&wrapped.root, &plain.root);
        prop_assert_eq!(wrapped.root.span, Span::new(0, source.len()));
        let pairs = wrapped.root.iter_one_or_many().zip(plain.root.iter_one_or_many());
        for (wrapped, plain) in pairs {
            prop_assert_eq!(unquoted(&source[wrapped.span.range()], level), &inner[plain.span.range()]);
        }
    }
}
