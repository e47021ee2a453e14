//! Examples by hand, and random changes of random documents in random hands.

use super::*;
use crate::syntax::{read_wrapped, tree};
use proptest::prelude::*;
use serde_json::json;

fn show(text: &str, splices: Result<Vec<Splice>, EditFault>) -> String {
    apply(text, &splices.unwrap()).unwrap()
}

/// The place of the value at a path of keys and numbers.
fn at(text: &str, path: &[&str]) -> Span {
    let document = read_json(text);
    let mut node = &document.root;
    for step in path {
        node = match step.parse::<usize>() {
            Ok(index) => &node.as_array().unwrap()[index],
            Err(_) => node.get(step).unwrap(),
        };
    }
    node.span
}

fn add(text: &str, path: &[&str], value: &Json) -> String {
    show(text, Editable::new(text).unwrap().add(at(text, path), std::slice::from_ref(value)))
}

fn remove(text: &str, path: &[&str]) -> String {
    show(text, Editable::new(text).unwrap().remove(at(text, path)))
}

#[test]
fn a_list_grows_in_its_own_hand() {
    for (before, after) in [
        (r#"{"a":["x"]}"#, r#"{"a":["x","new"]}"#),
        (r#"{"a": ["x", "y"]}"#, r#"{"a": ["x", "y", "new"]}"#),
        (r#"{"a": "x"}"#, r#"{"a": ["x", "new"]}"#),
        (r#"{"a": []}"#, r#"{"a": ["new"]}"#),
        ("{\n\t\"a\": [\n\t\t\"x\"\n\t]\n}", "{\n\t\"a\": [\n\t\t\"x\",\n\t\t\"new\"\n\t]\n}"),
        (
            "{\r\n  \"a\": [\r\n    \"x\"\r\n  ]\r\n}",
            "{\r\n  \"a\": [\r\n    \"x\",\r\n    \"new\"\r\n  ]\r\n}",
        ),
        ("{\n  \"a\": \"x\"\n}", "{\n  \"a\": [\n    \"x\",\n    \"new\"\n  ]\n}"),
        ("{\n  \"b\": [\"y\"],\n  \"a\": \"x\"\n}", "{\n  \"b\": [\"y\"],\n  \"a\": [\"x\", \"new\"]\n}"),
        ("{\"a\": [\n  \"x\", // why\n]}", "{\"a\": [\n  \"x\", // why\n  \"new\",\n]}"),
        ("{\"a\": [\n  \"x\" // why\n]}", "{\"a\": [\n  \"x\", // why\n  \"new\"\n]}"),
        ("{\"a\": [\"x\" // why\n]}", "{\"a\": [\"x\", // why\n\"new\"\n]}"),
    ] {
        assert_eq!(add(before, &["a"], &json!("new")), after, "{before}");
    }
}

#[test]
fn a_statement_is_laid_out_as_its_neighbours() {
    let statement = json!({"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"]});
    let tall = "{\n    \"Statement\": [\n        {\n            \"Effect\": \"Deny\"\n        }\n    ]\n}\n";
    assert_eq!(
        add(tall, &["Statement"], &statement),
        "{\n    \"Statement\": [\n        {\n            \"Effect\": \"Deny\"\n        },\n        {\n            \"Effect\": \"Allow\",\n            \"Action\": [\n                \"s3:GetObject\",\n                \"s3:ListBucket\"\n            ]\n        }\n    ]\n}\n"
    );
    let wide = "{ \"Statement\": [\n  { \"Effect\": \"Deny\" }\n] }";
    assert_eq!(
        add(wide, &["Statement"], &statement),
        "{ \"Statement\": [\n  { \"Effect\": \"Deny\" },\n  { \"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"s3:ListBucket\"] }\n] }"
    );
}

#[test]
fn entries_go_with_their_lines() {
    for (before, path, after) in [
        (r#"["a", "b", "c"]"#, "0", r#"["b", "c"]"#),
        (r#"["a", "b", "c"]"#, "1", r#"["a", "c"]"#),
        (r#"["a"]"#, "0", "[]"),
        ("[\n  \"a\",\n  \"b\"\n]", "1", "[\n  \"a\"\n]"),
        ("[\n  \"a\", // first\n  \"b\" // second\n]", "1", "[\n  \"a\" // first\n   // second\n]"),
        ("[\n  \"a\",\n  \"b\",\n]", "1", "[\n  \"a\",\n]"),
    ] {
        assert_eq!(remove(before, &[path]), after, "{before}");
    }
}

#[test]
fn a_document_in_a_string_keeps_its_escapes() {
    let text = r#"{"Policy": "{\"Statement\":[{\"Sid\":\"caf\u00e9\",\"Action\":\"s3:Get\"}]}"}"#;
    let string = at(text, &["Policy"]);
    let content = Span::new(string.start as usize + 1, string.end as usize - 1);
    let editable = Editable::within(text, content, 1).unwrap();
    let unwrapped = Unwrapped::new(text, content, 1);
    let inner = read_wrapped(&unwrapped);
    let action = inner.root.get("Statement").unwrap().as_array().unwrap()[0].get("Action").unwrap().span;
    assert_eq!(
        show(text, editable.add(action, &[json!("a\"b")])),
        r#"{"Policy": "{\"Statement\":[{\"Sid\":\"caf\u00e9\",\"Action\":[\"s3:Get\",\"a\\\"b\"]}]}"}"#
    );
}

#[test]
fn what_was_read_by_guessing_is_refused() {
    for (text, kind) in [
        ("{\"a\": 1", IssueKind::UnclosedBracket),
        ("{“a”: 1}", IssueKind::CurlyQuote),
        ("{'a': 1}", IssueKind::SingleQuote),
        ("{\"a\": <x>}", IssueKind::Placeholder),
        ("{\"a\": 1 \"b\": 2}", IssueKind::MissingComma),
        ("{\"a\": 1, \"a\": 2}", IssueKind::DuplicateKey),
        ("", IssueKind::Empty),
    ] {
        assert_eq!(Editable::new(text).err(), Some(EditFault::Broken(kind)), "{text}");
    }
    assert_eq!(Editable::new("{}").unwrap().remove(Span::new(0, 1)), Err(EditFault::NotThere));
}

#[test]
fn changes_that_reach_for_the_same_bytes_do_not_go_together() {
    let splice = |start, end, text: &str| Splice { span: Span::new(start, end), text: text.to_owned() };
    assert_eq!(apply("abcd", &[splice(1, 3, "x"), splice(2, 4, "y")]), None);
    assert_eq!(apply("abcd", &[splice(2, 2, "y"), splice(1, 2, "x")]), Some("axycd".to_owned()));
    assert_eq!(apply("é", &[splice(1, 1, "x")]), None);
}

/// One way to write JSON, for random documents.
#[derive(Debug, Clone)]
struct Hand {
    newline: &'static str,
    unit: &'static str,
    colon: &'static str,
    comma: &'static str,
    /// Decides for one container after the other whether it goes over several lines.
    lines: Vec<bool>,
    /// Comments and closing commas, one after the other.
    notes: Vec<u8>,
}

struct Writer<'h> {
    hand: &'h Hand,
    out: String,
    containers: usize,
    noted: usize,
}

impl Writer<'_> {
    fn note(&mut self) -> u8 {
        self.noted += 1;
        self.hand.notes.get(self.noted % self.hand.notes.len().max(1)).copied().unwrap_or(9)
    }

    fn write(&mut self, value: &Json, depth: usize) {
        let entries: Vec<(Option<&String>, &Json)> = match value {
            Json::Array(items) => items.iter().map(|item| (None, item)).collect(),
            Json::Object(members) => members.iter().map(|(key, value)| (Some(key), value)).collect(),
            _ => {
                self.out.push_str(&value.to_string());
                return;
            }
        };
        self.containers += 1;
        let lines = self.hand.lines[self.containers % self.hand.lines.len()];
        let (open, close) = if value.is_array() { ('[', ']') } else { ('{', '}') };
        self.out.push(open);
        let line = |depth: usize| format!("{}{}", self.hand.newline, self.hand.unit.repeat(depth));
        let (inner, outer) = (line(depth + 1), line(depth));
        let count = entries.len();
        for (at, (key, value)) in entries.into_iter().enumerate() {
            if lines {
                if self.note() == 0 {
                    self.out.push_str(&inner);
                    self.out.push_str("// one, two { \" [");
                }
                self.out.push_str(&inner);
            }
            if let Some(key) = key {
                self.out.push_str(&Json::from(key.as_str()).to_string());
                self.out.push_str(self.hand.colon);
            }
            self.write(value, depth + 1);
            let note = self.note();
            if note == 1 {
                self.out.push_str(" /* a , b */");
            }
            if at + 1 < count || note == 2 {
                self.out.push(',');
                self.out.push_str(if at + 1 < count && !lines { self.hand.comma } else { "" });
            }
            if lines && note == 3 {
                self.out.push_str(" # c ,");
            }
        }
        if lines && count > 0 {
            self.out.push_str(&outer);
        }
        self.out.push(close);
    }
}

fn write(value: &Json, hand: &Hand) -> String {
    let mut writer = Writer { hand, out: String::new(), containers: 0, noted: 0 };
    writer.write(value, 0);
    writer.out
}

/// What is done to a random value of a document.
#[derive(Debug, Clone)]
enum Change {
    Replace(Json),
    Add(Json),
    AddMember(Json),
    Remove,
    Rename,
}

/// The same change, made on the value.
fn change(root: &mut Json, path: &[usize], what: &Change) -> bool {
    let Some((last, rest)) = path.split_last() else { return on(root, what) };
    let mut node = root;
    for step in rest {
        node = step_into(node, *step);
    }
    match (what, node) {
        (Change::Remove, Json::Array(items)) => {
            items.remove(*last);
            true
        }
        (Change::Remove, Json::Object(members)) => {
            let key = members.keys().nth(*last).unwrap().clone();
            members.shift_remove(&key);
            true
        }
        (Change::Rename, Json::Object(members)) => {
            let renamed = members.iter().enumerate().map(|(at, (key, value))| {
                let key = if at == *last { "renamed\"é".to_owned() } else { key.clone() };
                (key, value.clone())
            });
            *members = renamed.collect();
            true
        }
        (_, node) => on(step_into(node, *last), what),
    }
}

fn step_into(node: &mut Json, at: usize) -> &mut Json {
    match node {
        Json::Array(items) => &mut items[at],
        Json::Object(members) => members.values_mut().nth(at).unwrap(),
        _ => unreachable!("a path leads through containers"),
    }
}

fn on(node: &mut Json, what: &Change) -> bool {
    match what {
        Change::Replace(value) => *node = value.clone(),
        Change::Add(value) => match node {
            Json::Array(items) => items.push(value.clone()),
            other => *other = json!([other.take(), value]),
        },
        Change::AddMember(value) => match node {
            Json::Object(members) => {
                members.insert("new\"key".to_owned(), value.clone());
            }
            _ => return false,
        },
        Change::Remove | Change::Rename => return false,
    }
    true
}
/// Every node with its path, and of members the place of the key.
fn nodes<'t>(
    node: &tree::Node<'t>,
    path: &mut Vec<usize>,
    out: &mut Vec<(Vec<usize>, Span, Option<Span>)>,
    key: Option<Span>,
) {
    out.push((path.clone(), node.span, key));
    for (at, item) in node.as_array().unwrap_or_default().iter().enumerate() {
        path.push(at);
        nodes(item, path, out, None);
        path.pop();
    }
    for (at, member) in node.as_object().unwrap_or_default().iter().enumerate() {
        path.push(at);
        nodes(&member.value, path, out, Some(member.key_span));
        path.pop();
    }
}

fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        "[a-z/=\"\\\\é\u{1}\u{1f600}{}\\[\\]#, ]{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            proptest::collection::btree_map("[a-z\"\\\\]{0,4}", inner, 0..5)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

fn hand() -> impl Strategy<Value = Hand> {
    (
        prop_oneof![Just("\n"), Just("\r\n")],
        prop_oneof![Just("  "), Just("\t"), Just("    ")],
        prop_oneof![Just(":"), Just(": "), Just(" : ")],
        prop_oneof![Just(","), Just(", ")].prop_map(|comma: &str| comma.get(1..).unwrap()),
        proptest::collection::vec(any::<bool>(), 1..5),
        proptest::collection::vec(0u8..12, 1..9),
    )
        .prop_map(|(newline, unit, colon, comma, lines, notes)| Hand {
            newline,
            unit,
            colon,
            comma,
            lines,
            notes,
        })
}

fn what() -> impl Strategy<Value = Change> {
    prop_oneof![
        value().prop_map(Change::Replace),
        value().prop_map(Change::Add),
        value().prop_map(Change::AddMember),
        Just(Change::Remove),
        Just(Change::Rename),
    ]
}

/// A document put into a string, `level` times, or with percent signs.
fn wrap(text: &str, level: u8, percent: bool) -> (String, Span, u8) {
    if level == 0 && !percent {
        return (text.to_owned(), Span::new(0, text.len()), 0);
    }
    if percent {
        let inner = Wrapping::Percent.encode(text);
        return (format!("{{\"Document\": \"{inner}\"}}"), Span::new(14, 14 + inner.len()), 1);
    }
    let inner = Wrapping::Strings(level).encode(text);
    let out = format!("{{\"Policy\": \"{inner}\"}}");
    (out, Span::new(12, 12 + inner.len()), level)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn exactly_the_change_is_made(value in value(), hand in hand(), what in what(), pick: prop::sample::Index, level in 0u8..3, percent: bool) {
        let plain = write(&value, &hand);
        let (text, content, level) = wrap(&plain, level, percent);
        let editable = Editable::within(&text, content, level).unwrap();
        prop_assert_eq!(editable.text(), plain.as_str());
        let unwrapped = if percent { Unwrapped::percent(&text, content) } else { Unwrapped::new(&text, content, level) };
        let document = read_wrapped(&unwrapped);
        let mut all = Vec::new();
        nodes(&document.root, &mut Vec::new(), &mut all, None);
        let (path, span, key) = pick.get(&all).clone();
        let mut expected = value.clone();
        let splices = match (&what, key) {
            (Change::Replace(new), _) => editable.replace(span, new),
            (Change::Add(new), _) => editable.add(span, std::slice::from_ref(new)),
            (Change::AddMember(new), _) => editable.add_members(span, &[("new\"key".to_owned(), new.clone())]),
            (Change::Remove, _) if path.is_empty() => return Ok(()),
            (Change::Remove, _) => editable.remove(span),
            (Change::Rename, Some(key)) => editable.rename(key, "renamed\"é"),
            (Change::Rename, None) => return Ok(()),
        };
        if !change(&mut expected, &path, &what) {
            prop_assert_eq!(splices, Err(EditFault::NotThere));
            return Ok(());
        }
        let splices = splices.unwrap();
        let changed = apply(&text, &splices).unwrap();
        let grown = changed.len() + content.end as usize - text.len();
        let after = Editable::within(&changed, Span::new(content.start as usize, grown), level);
        let after = after.unwrap_or_else(|fault| panic!("{fault:?}: {plain}\n{changed}"));
        let wanted = expected.to_string();
        let wanted = Editable::new(&wanted).unwrap();
        prop_assert!(after.reads_as(&wanted), "{}\n---\n{}\n---\n{}", plain, after.text(), wanted.text());
        // What was not changed stands there byte for byte, in its order.
        let mut rest = changed.as_str();
        let mut from = 0;
        let mut sorted = splices.clone();
        sorted.sort_by_key(|splice| splice.span);
        for splice in &sorted {
            let kept = text.get(from..splice.span.start as usize).unwrap();
            rest = rest.strip_prefix(kept).unwrap().strip_prefix(splice.text.as_str()).unwrap();
            from = splice.span.end as usize;
        }
        prop_assert_eq!(rest, text.get(from..).unwrap());
        let comments = |text: &str| read_json(text).issues.iter().filter(|issue| issue.kind == IssueKind::Comment).count();
        if !matches!(what, Change::Replace(_) | Change::Remove) {
            prop_assert_eq!(comments(editable.text()), comments(after.text()));
        }
    }
}
