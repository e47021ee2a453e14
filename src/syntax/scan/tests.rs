//! The walk and the tree agree, and nothing stops the walk.

use super::*;
use crate::source::Span;
use crate::syntax::{Node, Value, read_json};
use proptest::prelude::*;

/// Every string in value position, in order, as the walk gives them.
fn walked(scan: &mut Scan<&[u8]>, out: &mut Vec<(String, Span)>) -> Result<(), ScanFault> {
    match scan.peek() {
        Some(b'{') => {
            scan.open(b'{')?;
            while scan.member(&mut Vec::new())? {
                walked(scan, out)?;
            }
        }
        Some(b'[') => {
            scan.open(b'[')?;
            while scan.item()? {
                walked(scan, out)?;
            }
        }
        Some(b'"') => {
            let mut content = Vec::new();
            let place = scan.string(&mut content)?;
            let span = Span::new(place.at, place.at + content.len());
            out.push((unescape(std::str::from_utf8(&content).unwrap()).into_owned(), span));
        }
        _ => drop(scan.word()?),
    }
    Ok(())
}

fn read(node: &Node<'_>, out: &mut Vec<(String, Span)>) {
    match &node.value {
        Value::String(text) => {
            let span = Span { start: node.span.start + 1, end: node.span.end - 1 };
            out.push((text.to_string(), span));
        }
        Value::Array(items) => items.iter().for_each(|item| read(item, out)),
        Value::Object(members) => members.iter().for_each(|member| read(&member.value, out)),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Template(_)
        | Value::Bare(_)
        | Value::Missing => {}
    }
}

#[test]
fn faults_are_where_the_text_goes_wrong() {
    for (text, at) in [
        (r#"{"a": 1,}"#, 8),
        (r#"{"a" 1}"#, 5),
        (r#"["x" "y"]"#, 5),
        (r#"["x"#, 1),
        ("[1, ]", 4),
        ("", 0),
        ("{", 1),
    ] {
        let fault = walked(&mut Scan::new(text.as_bytes()), &mut Vec::new()).unwrap_err();
        assert_eq!(fault.at, at, "{text}");
    }
}

#[test]
fn a_skipped_value_ends_where_the_value_ends() {
    let text = r#"{"a": {"b": ["}", "\"]"]}, "c": "d"}"#;
    let mut scan = Scan::new(text.as_bytes());
    scan.open(b'{').unwrap();
    let mut key = Vec::new();
    assert!(scan.member(&mut key).unwrap());
    scan.skip().unwrap();
    assert!(scan.member(&mut key).unwrap());
    assert_eq!(key, b"c");
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        "[a-z/=\"\\\\é\u{1}\u{1f600}{}\\[\\], ]{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            proptest::collection::btree_map("[a-z\"\\\\]{0,4}", inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn the_walk_and_the_tree_agree(value in json(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let mut from_walk = Vec::new();
        walked(&mut Scan::new(text.as_bytes()), &mut from_walk).unwrap();
        let mut from_tree = Vec::new();
        read(&read_json(&text).root, &mut from_tree);
        prop_assert_eq!(from_walk, from_tree);
    }

    #[test]
    fn nothing_makes_it_panic_or_hang(text in "[{}\\[\\]\",:\\\\a-c0-1é ]{0,60}") {
        let mut scan = Scan::new(text.as_bytes());
        let _ = walked(&mut scan, &mut Vec::new());
        let _ = Scan::new(text.as_bytes()).skip();
    }
}
