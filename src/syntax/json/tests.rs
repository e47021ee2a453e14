//! One case for each thing people write instead of JSON: which text is underlined, and what is read.

use super::read_json;
use crate::syntax::{IssueKind, Node, Value};

/// Kind and underlined text of every issue. An empty text stands for a place; `@n` gives its offset.
fn issues(text: &str) -> Vec<(IssueKind, String)> {
    let show = |issue: &crate::syntax::Issue| {
        let part = text.get(issue.span.range()).unwrap();
        let part = if part.is_empty() { format!("@{}", issue.span.start) } else { part.to_owned() };
        (issue.kind, part)
    };
    crate::syntax::fuzz::read_json(text.as_bytes());
    read_json(text).issues.iter().map(show).collect()
}

/// The tree in JSON's notation; `<…>` around bare text, `?` for a missing value.
fn tree(text: &str) -> String {
    fn show(node: &Node<'_>) -> String {
        match &node.value {
            Value::Null => "null".to_owned(),
            Value::Bool(flag) => flag.to_string(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => format!("{text:?}"),
            Value::Array(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
            Value::Object(members) => {
                let members: Vec<_> =
                    members.iter().map(|member| format!("{}: {}", member.key, show(&member.value))).collect();
                format!("{{{}}}", members.join(", "))
            }
            Value::Template(parts) => format!("{parts:?}"),
            Value::Bare(text) => format!("<{text}>"),
            Value::Missing => "?".to_owned(),
        }
    }
    show(&read_json(text).root)
}

#[track_caller]
fn check(text: &str, expected: &[(IssueKind, &str)], read: &str) {
    let expected: Vec<_> = expected.iter().map(|(kind, part)| (*kind, (*part).to_owned())).collect();
    assert_eq!(issues(text), expected, "issues of {text}");
    assert_eq!(tree(text), read, "tree of {text}");
}

use IssueKind::*;

#[test]
fn correct_json_has_no_issues() {
    let text = r#" {"a": [1, -2.5e+3, true, false, null, "x\u00e9\n", {}, []], "": {"b": "c"}} "#;
    check(text, &[], r#"{a: [1, -2.5e+3, true, false, null, "xé\n", {}, []], : {b: "c"}}"#);
}

#[test]
fn byte_order_mark() {
    check("\u{FEFF}{}", &[(ByteOrderMark, "\u{FEFF}")], "{}");
}

#[test]
fn comments() {
    check(
        "{// one\n\"a\": /* two */ 1, # three\n}",
        &[(Comment, "// one"), (Comment, "/* two */"), (TrailingComma, ","), (Comment, "# three")],
        "{a: 1}",
    );
    check("[1, /* open\n2]", &[(Comment, "/* open")], "[1, 2]");
    check("[a // why\r\n]", &[(BareWord, "a"), (Comment, "// why")], "[<a>]");
}

#[test]
fn commas() {
    check("[1, 2,]", &[(TrailingComma, ",")], "[1, 2]");
    check("{\"a\": 1,}", &[(TrailingComma, ",")], "{a: 1}");
    check("[1 2]", &[(MissingComma, "@2")], "[1, 2]");
    check("[\"a\" \"b\"]", &[(MissingComma, "@4")], r#"["a", "b"]"#);
    check("[{}{}]", &[(MissingComma, "@3")], "[{}, {}]");
    check("{\"a\": 1\n\"b\": 2}", &[(MissingComma, "@7")], "{a: 1, b: 2}");
    check("[1,,2]", &[(ExtraComma, ",")], "[1, 2]");
    check("[,1]", &[(ExtraComma, ",")], "[1]");
    check("{,\"a\": 1}", &[(ExtraComma, ",")], "{a: 1}");
    check("{\"a\": 1,,\"b\": 2}", &[(ExtraComma, ",")], "{a: 1, b: 2}");
    check("{\"a\": 1; \"b\": 2}", &[(UnexpectedCharacter, ";")], "{a: 1, b: 2}");
}

#[test]
fn colons_and_values() {
    check("{\"a\" 1}", &[(MissingColon, "@4")], "{a: 1}");
    check("{\"a\" = 1}", &[(UnexpectedCharacter, "=")], "{a: 1}");
    check("{\"a\" => 1}", &[(UnexpectedCharacter, "=>")], "{a: 1}");
    check("{\"a\": , \"b\": 2}", &[(MissingValue, "@5")], "{a: ?, b: 2}");
    check("{\"a\":}", &[(MissingValue, "@5")], "{a: ?}");
    check("{\"a\", \"b\": 2}", &[(MissingValue, "@4")], "{a: ?, b: 2}");
    check("{\"a\":\n\"b\": 2}", &[(MissingValue, "@5")], "{a: ?, b: 2}");
    check("{\"a\"\n\"b\": 2}", &[(MissingValue, "@4")], "{a: ?, b: 2}");
    check("{\"a\": 1: 2, \"b\": 3}", &[(UnexpectedCharacter, ":")], "{a: 1, b: 3}");
}

#[test]
fn quotes_of_other_kinds() {
    check(
        "{“Effect”: ‘Allow’}",
        &[(CurlyQuote, "“Effect”"), (CurlyQuote, "‘Allow’")],
        r#"{Effect: "Allow"}"#,
    );
    check(
        "{'Effect': 'Allow'}",
        &[(SingleQuote, "'Effect'"), (SingleQuote, "'Allow'")],
        r#"{Effect: "Allow"}"#,
    );
    check("['it's']", &[(SingleQuote, "'it's'")], r#"["it's"]"#);
    check("[“a\", 1]", &[(CurlyQuote, "“")], r#"["a", 1]"#);
    check("[\"a”, 1]", &[(CurlyQuote, "”")], r#"["a", 1]"#);
    check("[\"a”, \"b\"]", &[(CurlyQuote, "”")], r#"["a", "b"]"#);
    check("{\"a“: 1}", &[(CurlyQuote, "“")], "{a: 1}");
    check(
        "{'a': True, 'b': None}",
        &[(SingleQuote, "'a'"), (BareWord, "True"), (SingleQuote, "'b'"), (BareWord, "None")],
        "{a: true, b: null}",
    );
}

#[test]
fn bare_words() {
    check("{Effect: Allow}", &[(BareWord, "Effect"), (BareWord, "Allow")], "{Effect: <Allow>}");
    check("{\"Resource\": *}", &[(BareWord, "*")], "{Resource: <*>}");
    check(
        "{\"a\": arn:aws:s3:::b/*, \"c\": 1}",
        &[(BareWord, "arn:aws:s3:::b/*")],
        "{a: <arn:aws:s3:::b/*>, c: 1}",
    );
    check("{aws:SourceArn: \"x\"}", &[(BareWord, "aws:SourceArn")], r#"{aws:SourceArn: "x"}"#);
    check("{\"a\": two words, \"b\": 1}", &[(BareWord, "two words")], "{a: <two words>, b: 1}");
    check("{\"Version\": 2012-10-17}", &[(BareWord, "2012-10-17")], "{Version: <2012-10-17>}");
    check("[a, b]", &[(BareWord, "a"), (BareWord, "b")], "[<a>, <b>]");
    check("{\"a\": 10 GB, \"b\": 1}", &[(UnexpectedCharacter, "GB")], "{a: 10, b: 1}");
    check("{\"a\": \"x\" (default), \"b\": 1}", &[(UnexpectedCharacter, "(default)")], r#"{a: "x", b: 1}"#);
    check("{a:\nb: 1}", &[(BareWord, "a"), (MissingValue, "@3"), (BareWord, "b")], "{a: ?, b: 1}");
}

#[test]
fn placeholders() {
    check("{\"a\": <bucket_name>}", &[(Placeholder, "<bucket_name>")], "{a: <<bucket_name>>}");
    check("[<AWS account ID>, 1]", &[(Placeholder, "<AWS account ID>")], "[<<AWS account ID>>, 1]");
    check("{\"a\": ${AccountId}}", &[(Placeholder, "${AccountId}")], "{a: <${AccountId}>}");
    check("{\"a\": {bucket-name}}", &[(Placeholder, "{bucket-name}")], "{a: <{bucket-name}>}");
    check("{\"a\": {{ bucket }}}", &[(Placeholder, "{{ bucket }}")], "{a: <{{ bucket }}>}");
    check(
        "{\"a\": arn:aws:s3:::<bucket>/*}",
        &[(Placeholder, "arn:aws:s3:::<bucket>/*")],
        "{a: <arn:aws:s3:::<bucket>/*>}",
    );
    check("{\"Statement\": [...]}", &[(Placeholder, "...")], "{Statement: [<...>]}");
    check("{\"a\": 1, …}", &[(Placeholder, "…")], "{a: 1}");
    check("{…, \"a\": 1}", &[(Placeholder, "…")], "{a: 1}");
    check("{ ... }", &[(Placeholder, "...")], "{}");
    check("{\"AWS\": <id>:root}", &[(Placeholder, "<id>:root")], "{AWS: <<id>:root>}");
    check("{<key>: 1}", &[(Placeholder, "<key>")], "{<key>: 1}");
}

#[test]
fn a_missing_quote_is_one_issue() {
    check("{\"a\": \"b,\n\"c\": 1}", &[(UnterminatedString, "\"b")], r#"{a: "b", c: 1}"#);
    check("{\"a\": \"b\n}", &[(UnterminatedString, "\"b")], r#"{a: "b"}"#);
    check("{\"a\": [\"b]}", &[(UnterminatedString, "\"b")], r#"{a: ["b"]}"#);
    check(
        "{\"a\": \"${aws:username}\n}",
        &[(UnterminatedString, "\"${aws:username}")],
        r#"{a: "${aws:username}"}"#,
    );
    check("{\"a: 1,\r\n\"b\": 2}", &[(UnterminatedString, "\"a")], "{a: 1, b: 2}");
    check("{\"a\": \"b, \"c\": \"d\"}", &[(UnterminatedString, "\"b")], r#"{a: "b", c: "d"}"#);
    check(
        "{\"a\": \"b}, {\"c\": \"d\"}",
        &[(UnterminatedString, "\"b"), (TrailingText, ", {\"c\": \"d\"}")],
        r#"{a: "b"}"#,
    );
    check("{\"a: \"b\", \"c\": \"d\"}", &[(UnterminatedString, "\"a")], r#"{a: "b", c: "d"}"#);
    check("{a\": \"b\", \"c\": \"d\"}", &[(BareWord, "a\"")], r#"{a: "b", c: "d"}"#);
    check("{\"a\": b\", \"c\": \"d\"}", &[(BareWord, "b\"")], r#"{a: "b", c: "d"}"#);
    check("[\"a, \"b\", \"c\"]", &[(UnterminatedString, "\"a")], r#"["a", "b", "c"]"#);
    check("[\"a\", b\", \"c\"]", &[(BareWord, "b\"")], r#"["a", "b", "c"]"#);
    check("[\"a\", 12\", 3]", &[(BareWord, "12\"")], r#"["a", "12", 3]"#);
    check("{\"a:b:1.2}", &[(UnterminatedString, "\"a:b")], "{a:b: 1.2}");
    check("[\"a\"\"]", &[(UnexpectedCharacter, "\"")], r#"["a"]"#);
    check("[\"a\", 'b]", &[(UnterminatedString, "'b")], r#"["a", "b"]"#);
    check("[\"s3:Get*, \"*\"]", &[(UnterminatedString, "\"s3:Get*")], r#"["s3:Get*", "*"]"#);
}

#[test]
fn quotes_inside_a_string() {
    check(
        "{\"a\": \"my \"own\" words\", \"b\": 1}",
        &[(UnexpectedCharacter, "\""), (UnexpectedCharacter, "\"")],
        r#"{a: "my \"own\" words", b: 1}"#,
    );
    check("{\"a\"\": 1}", &[(UnexpectedCharacter, "\"")], "{a: 1}");
    check("[\"\"a\", 1]", &[(UnexpectedCharacter, "\"")], r#"["a", 1]"#);
}

#[test]
fn characters_inside_a_string() {
    check(
        "[\"a\tb\u{1}\u{2}c\"]",
        &[(ControlCharacter, "\t"), (ControlCharacter, "\u{1}\u{2}")],
        r#"["a\tb\u{1}\u{2}c"]"#,
    );
    check(
        r#"["\d\é\u12G4"]"#,
        &[(InvalidEscape, r"\d"), (InvalidEscape, r"\é"), (InvalidEscape, r"\u12")],
        r#"["��\u{fffd}G4"]"#.replace(r"\u{fffd}", "\u{FFFD}").as_str(),
    );
    check(
        r#"["\ud83d\ude00 \ud83d \ude00"]"#,
        &[(InvalidEscape, r"\ud83d"), (InvalidEscape, r"\ude00")],
        "[\"😀 \u{FFFD} \u{FFFD}\"]",
    );
}

#[test]
fn numbers_in_another_notation() {
    for number in ["+1", ".5", "1.", "007", "1_000", "0x1F", "1.e5", "-.5"] {
        check(&format!("[{number}, 2]"), &[(InvalidNumber, number)], &format!("[{number}, 2]"));
    }
    check("[10.0.0.0/8]", &[(BareWord, "10.0.0.0/8")], "[<10.0.0.0/8>]");
}

#[test]
fn forgotten_brackets() {
    check("{\"a\": [1, 2", &[(UnclosedBracket, "{"), (UnclosedBracket, "[")], "{a: [1, 2]}");
    check(
        "{\"S\": [{\"A\": [\"x\", \"y\", \"R\": \"*\"}]}",
        &[(UnclosedBracket, "[")],
        r#"{S: [{A: ["x", "y"], R: "*"}]}"#,
    );
    check(
        "{\"S\": [{\"A\": [\"x\"}, {\"B\": 1}]}",
        &[(UnclosedBracket, "[")],
        r#"{S: [{A: ["x"]}, {B: 1}]}"#,
    );
    check("{\"S\": [{\"A\": 1, {\"B\": 1}]}", &[(UnclosedBracket, "{")], "{S: [{A: 1}, {B: 1}]}");
    check("{\"S\": [{\"A\": 1]}", &[(UnclosedBracket, "{")], "{S: [{A: 1}]}");
    check("{\"S\": [{\"A\": 1}}", &[(UnclosedBracket, "[")], "{S: [{A: 1}]}");
    check("{\"P\": \"S\": 1}, \"b\": 2}", &[(UnexpectedBracket, "}")], "{P: {S: 1}, b: 2}");
    check(
        "{\"S\": [{\"a\": 1}, \"b\": 2}, {\"c\": 3}]}",
        &[(UnexpectedBracket, "}")],
        "{S: [{a: 1}, {b: 2}, {c: 3}]}",
    );
    check("{\"P\": {{\"S\": 1}, \"b\": 2}", &[(UnexpectedBracket, "{")], "{P: {S: 1}, b: 2}");
    check("{\"S\": [{{\"a\": 1}, {\"b\": 2}]}", &[(UnexpectedBracket, "{")], "{S: [{a: 1}, {b: 2}]}");
    check("{\"A\": \"a\", \"b\"], \"c\": 1}", &[(UnexpectedBracket, "]")], r#"{A: ["a", "b"], c: 1}"#);
    check(
        "{\"S\": {\"a\": 1}, {\"b\": 2}], \"c\": 3}",
        &[(UnexpectedBracket, "]")],
        "{S: [{a: 1}, {b: 2}], c: 3}",
    );
    check("{\"a\": [[1, 2], \"b\": 3}", &[(UnclosedBracket, "[")], "{a: [1, 2], b: 3}");
    check("\"a\": 1, \"b\": 2}", &[(UnexpectedBracket, "}")], "{a: 1, b: 2}");
    check("\"S\": [1, 2]", &[(UnexpectedCharacter, ":")], "{S: [1, 2]}");
    check("[[{\"a\": [1}]]", &[(UnclosedBracket, "[")], "[[{a: [1]}]]");
}

#[test]
fn wrong_brackets() {
    check("{\"S\": [1, 2}, \"b\": 3}", &[(UnexpectedBracket, "}")], "{S: [1, 2], b: 3}");
    check("{\"S\": {\"a\": 1], \"b\": 3}", &[(UnexpectedBracket, "]")], "{S: {a: 1}, b: 3}");
    check("{\"S\": [{\"a\": 1}}]}", &[(UnexpectedBracket, "}")], "{S: [{a: 1}]}");
    check("{\"a\": 1}}", &[(UnexpectedBracket, "}")], "{a: 1}");
    check("]{\"a\": 1}", &[(UnexpectedBracket, "]")], "{a: 1}");
    check("{\"a\": 1, {\"b\": 2}, \"c\": 3}", &[(UnexpectedBracket, "{")], "{a: 1, b: 2, c: 3}");
}

#[test]
fn duplicate_keys_are_kept() {
    check("{\"a\": 1, \"\\u0061\": 2}", &[(DuplicateKey, "\"\\u0061\"")], "{a: 1, a: 2}");
    let many: String = (0..20).map(|index| format!("\"k{}\": 1, ", index % 19)).collect();
    let text = format!("{{{}}}", many.trim_end_matches(", "));
    assert_eq!(issues(&text), [(DuplicateKey, "\"k0\"".to_owned())]);
    assert_eq!(issues(r#"{"a":1,"a":2,"a":3}"#).len(), 2);
}

#[test]
fn text_around_the_document() {
    check("{}\n{\"b\": 1}\n", &[(TrailingText, "{\"b\": 1}")], "{}");
    check("{} // done", &[(Comment, "// done")], "{}");
    check("```json\n{\"a\": 1}\n```\n", &[(BareWord, "```json"), (TrailingText, "```")], "{a: 1}");
    check("$ cat x\n{\"a\": 1}", &[(BareWord, "$ cat x")], "{a: 1}");
    check("", &[(Empty, "@0")], "?");
    check(" \n", &[(Empty, "@0")], "?");
    check("hello", &[(BareWord, "hello")], "<hello>");
    check(
        "{\u{A0}\u{A0}\"a\":\u{c}1}",
        &[(UnexpectedCharacter, "\u{A0}\u{A0}"), (UnexpectedCharacter, "\u{c}")],
        "{a: 1}",
    );
}

#[test]
fn nesting_has_a_limit() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read_json(&nested(super::MAX_DEPTH)).issues.is_empty());
    let text = format!("[{}, 2]", nested(super::MAX_DEPTH));
    assert_eq!(issues(&text), [(TooDeep, "[".to_owned())]);
    assert!(tree(&text).ends_with(", 2]"));
    for unit in ["[", "{\"a\":", "[{\"a\":["] {
        let text = unit.repeat(200_000);
        assert!(read_json(&text).issues.len() <= super::MAX_DEPTH + 2);
    }
}
