//! Laws and cases of the YAML reader.

use super::{read_yaml, unwrapped_yaml};
use crate::syntax::{IssueKind, Node, Value, fuzz, read_json};

fn only(text: &str) -> Node<'_> {
    let yaml = read_yaml(text);
    assert_eq!(yaml.documents[0].issues, [], "{text}");
    yaml.documents[0].root.clone()
}

fn shown<'t>(text: &'t str, node: &Node<'_>) -> &'t str {
    text.get(node.span.range()).unwrap()
}

/// The tree as JSON, to be compared.
fn same(text: &str, json: &str) {
    assert_eq!(only(text), read_json(json).root, "{text}");
}

#[test]
fn a_policy_in_yaml_is_the_tree_of_the_same_policy_in_json() {
    same(
        "Version: 2012-10-17\nStatement:\n- Sid: A\n  Effect: Allow\n  Action:\n    - s3:GetObject\n    - 's3:Put*'\n  Resource: \"*\"\n  Condition: {Bool: {'aws:SecureTransport': false}, NumericLessThan: {a: 10, b: 1.5}}\n",
        r#"{"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Allow", "Action": ["s3:GetObject", "s3:Put*"],
            "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": false}, "NumericLessThan": {"a": 10, "b": 1.5}}}]}"#,
    );
    same("{\"a\": [1, {\"b\": null}]}", r#"{"a": [1, {"b": null}]}"#);
    same("a:\nb: ~\nc: null", r#"{"a": null, "b": null, "c": null}"#);
}

#[test]
fn texts_that_other_readers_take_for_something_else_stay_texts() {
    same(
        "[012345678901, 2012-10-17, yes, on, 0x1f, 1_000, .5, 1., +1, 1:30, 0o17, '1', !!str 1]",
        r#"["012345678901", "2012-10-17", "yes", "on", "0x1f", "1_000", ".5", "1.", "+1", "1:30", "0o17", "1", "1"]"#,
    );
}

#[test]
fn a_tag_is_an_object_with_one_member() {
    let text = "a: !Sub 'x-${é}'\nb: !If [c, !Ref X, d]\nc: !Sub\n  - y\n  - k: v\nd: &n !Ref Z\ne: !GetAtt\nf: !Join # why\n  ['', [q]]\n";
    let root = only(text);
    let tag = |key: &str| root.get(key).unwrap().as_object().unwrap()[0].clone();
    let sub = tag("a");
    assert_eq!((&*sub.key, text.get(sub.key_span.range()).unwrap()), ("!Sub", "!Sub"));
    assert_eq!((sub.value.as_str(), shown(text, &sub.value)), (Some("x-${é}"), "'x-${é}'"));
    assert_eq!(shown(text, root.get("a").unwrap()), "!Sub 'x-${é}'");
    assert_eq!(shown(text, &tag("b").value), "[c, !Ref X, d]");
    let choice = tag("b");
    let inner = &choice.value.as_array().unwrap()[1];
    assert_eq!((shown(text, inner), shown(text, &inner.as_object().unwrap()[0].value)), ("!Ref X", "X"));
    assert_eq!(shown(text, &tag("c").value), "- y\n  - k: v");
    assert_eq!(shown(text, root.get("d").unwrap()), "!Ref Z");
    assert!(matches!(tag("e").value.value, Value::Null));
    assert_eq!(shown(text, &tag("f").value), "['', [q]]");
    assert_eq!(read_yaml(text).comments.len(), 1);
}

#[test]
fn spans_are_bytes_and_end_with_their_text() {
    let text = "\u{feff}# é\nä:\n  - ö: \"ü\" # ß\n    k:\n      - 1\n\n\nnext: [a, {b: c}]  \n";
    let root = only(text);
    let first = &root.get("ä").unwrap().as_array().unwrap()[0];
    assert_eq!(shown(text, first), "ö: \"ü\" # ß\n    k:\n      - 1");
    assert_eq!(shown(text, first.get("ö").unwrap()), "\"ü\"");
    assert_eq!(shown(text, first.get("k").unwrap()), "- 1");
    assert_eq!(shown(text, root.get("next").unwrap()), "[a, {b: c}]");
    let comments: Vec<&str> =
        read_yaml(text).comments.iter().map(|span| text.get(span.range()).unwrap()).collect();
    assert_eq!(comments, ["# é", "# ß"]);
}

#[test]
fn comments_are_told_from_texts() {
    let text = "%YAML 1.2\n# 0\n---\na: 'x # no' # 1\nb: |  # 2\n  # no\n  text\n# 3\nc: a#no\nd: [ # 4\n  x, #5\n  \"#no\"]\ne: &x # 6\n  f: g # 7\n...\n# 8\n---\nh: *y\n";
    let yaml = read_yaml(text);
    let comments: Vec<&str> = yaml.comments.iter().map(|span| text.get(span.range()).unwrap()).collect();
    assert_eq!(comments, ["# 0", "# 1", "# 2", "# 3", "# 4", "#5", "# 6", "# 7", "# 8"]);
    // What the second document names stands in the first one.
    assert_eq!(yaml.documents.len(), 2);
    assert_eq!(yaml.documents[1].issues[0].kind, IssueKind::YamlBroken);
}

#[test]
fn values_over_several_lines_are_found_in_their_source() {
    for (text, value, part, place) in [
        ("a: |\n  {\n    \"b\": 1\n  }\n", "{\n  \"b\": 1\n}", 4..7, "\"b\""),
        ("a: |-  # c\n    x\n\n     y", "x\n\n y", 4..5, "y"),
        (
            "- a: >-\n    one\n    two\n\n    three\n      deep\n    last\n",
            "one two\nthree\n  deep\nlast",
            4..7,
            "two",
        ),
        ("a: plain\n  more\n\n  text # c\n", "plain more\ntext", 6..10, "more"),
        ("a: 'it''s\n  x'", "it's x", 3..4, "s"),
        ("a: 'it''s'", "it's", 2..3, "''"),
        ("a: \"x\\u00e9\\\n   y\\\"z\\\\\"", "xéy\"z\\", 1..3, "\\u00e9"),
        ("a: \"b \n\n  c \\\n\n  d\"", "b\nc \nd", 2..3, "c"),
        ("a: !Sub |\r\n  é\r\n  x\r\nb: c", "é\nx", 3..4, "x"),
        ("a: |\n\n  x\nb: |\n", "\nx", 1..2, "x"),
    ] {
        let root = only(text);
        let mut node = root.get("a").or_else(|| root.as_array()?[0].get("a")).unwrap();
        if let Some(tagged) = node.as_object() {
            node = &tagged[0].value;
        }
        let unwrapped = unwrapped_yaml(text, node.span);
        assert_eq!(unwrapped.text(), value, "{text}");
        assert_eq!(node.as_str().unwrap().trim_end_matches('\n'), value.trim_end_matches('\n'), "{text}");
        assert_eq!(text.get(super::inner_span_yaml(text, node.span, part).range()), Some(place), "{text}");
    }
}

#[test]
fn anchors_and_merge_keys_are_put_in() {
    let text =
        "x: &base {a: 1, b: [2]}\ny: *base\nz:\n  <<: *base\n  a: 3\nw: {<<: [{q: 1}, {q: 2, r: 3}]}\n";
    same(
        text,
        r#"{"x": {"a": 1, "b": [2]}, "y": {"a": 1, "b": [2]}, "z": {"a": 3, "b": [2]}, "w": {"q": 1, "r": 3}}"#,
    );
    let root = only(text);
    assert_eq!(shown(text, root.get("y").unwrap()), "{a: 1, b: [2]}");
}

#[test]
fn too_much_is_an_issue_and_no_hang() {
    let kinds = |text: &str| -> Vec<IssueKind> {
        let mut kinds: Vec<_> =
            read_yaml(text).documents.iter().flat_map(|d| &d.issues).map(|i| i.kind).collect();
        kinds.dedup();
        kinds
    };
    let bomb: String = std::iter::once("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned())
        .chain(
            (1..12).map(|at| format!("a{at}: &a{at} [{}]\n", vec![format!("*a{}", at - 1); 10].join(", "))),
        )
        .collect();
    assert_eq!(kinds(&bomb), [IssueKind::TooDeep]);
    assert_eq!(kinds("a: &x [*x]"), [IssueKind::TooDeep]);
    assert_eq!(kinds(&"- ".repeat(100_000)), [IssueKind::TooDeep]);
    assert_eq!(kinds(&"[".repeat(100_000)), [IssueKind::YamlBroken]);
    assert_eq!(kinds(&"{a: ".repeat(100)), [IssueKind::YamlBroken]);
}

#[test]
fn a_fault_is_shown_where_it_stands_and_what_is_before_it_is_kept() {
    for (text, place) in [
        ("Statement:\n- Effect: Allow\n  Resource: *\n", "*"),
        ("a: b\nc: d: e\n", ": e"),
        ("a: b\n\tc: d\n", "b"),
        ("a: \"open\nb: c\n", "\"open"),
        ("a: *nothing\n", "*nothing"),
        ("a: [b\n", "b"),
        ("a: {b: c]\n", "]"),
        ("a: @b\n", "@b"),
    ] {
        let yaml = read_yaml(text);
        let document = &yaml.documents[0];
        let [issue] = &document.issues[..] else { panic!("{text}: {:?}", document.issues) };
        assert_eq!(
            (issue.kind, text.get(issue.span.range())),
            (IssueKind::YamlBroken, Some(place)),
            "{text}"
        );
        assert!(document.root.as_object().is_some_and(|members| !members.is_empty()), "{text}");
    }
    let text = "a: 1\nb: 2\na: 3\n'b': 4\n";
    let yaml = read_yaml(text);
    let places: Vec<_> =
        yaml.documents[0].issues.iter().map(|i| (i.kind, text.get(i.span.range()).unwrap())).collect();
    assert_eq!(places, [(IssueKind::DuplicateKey, "a"), (IssueKind::DuplicateKey, "'b'")]);
    assert_eq!(read_yaml("").documents[0].issues[0].kind, IssueKind::Empty);
    assert_eq!(read_yaml("# nothing\n").documents[0].issues[0].kind, IssueKind::Empty);
}

#[test]
fn the_laws_hold_on_texts_cut_and_changed() {
    let seeds = [
        "Resources: # c\n  P:\n    Type: AWS::S3::BucketPolicy\n    Properties:\n      Bucket: !Ref B\n      PolicyDocument:\n        Statement:\n          - &s {Effect: Allow, Resource: !Sub \"a\\u00e9${B}/*\"}\n          - <<: *s\n            Sid: 'it''s'\n          - |\n            {\"a\": [1,\n              2]}\n          - >\n            fold\n            ed\n\n             deep\n",
        "%YAML 1.2\n---\n? [a, b]\n: !!str 1\n? k\n...\n---\n- - x\n  - !T {y: z}\n-\n- \"a\\\n   b\\x41\"\n",
        "a: 1\r\nb: |2\r\n    x\r\n   y\r\nc: é # ü\r\n",
    ];
    for seed in seeds {
        fuzz::read_yaml(seed.as_bytes());
        for cut in 0..seed.len() {
            let (head, tail) = seed.as_bytes().split_at(cut);
            fuzz::read_yaml(head);
            fuzz::read_yaml(tail);
            let bytes = b"\n :-#'\"|>&*![]{},?%\t\\a\xff";
            for byte in bytes.iter().skip(cut % 5).step_by(5) {
                fuzz::read_yaml(&[head, &[*byte], tail].concat());
                fuzz::read_yaml(&[head, &[*byte], tail.get(1..).unwrap_or_default()].concat());
            }
        }
    }
}
