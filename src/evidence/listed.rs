//! Lists of answers and lists out of answers: what `--query` leaves of one, and pages that stand behind one another in one text.

use super::answer::AnswerKind;
use super::said::is_page;
use crate::source::Span;
use crate::syntax::{Document, Member, Node, Value, read_json};
use std::borrow::Cow;

/// Members of answers that are lists, each with members by which its items are known.
const ITEMS: [(&str, &[&str]); 9] = [
    ("ReportDefinitions", &["ReportName", "S3Bucket"]),
    ("Exports", &["ExportArn", "ExportName"]),
    ("Executions", &["ExecutionId", "ExecutionStatus"]),
    ("AttachedPolicies", &["PolicyName", "PolicyArn"]),
    ("AccessKeyMetadata", &["AccessKeyId", "Status"]),
    ("Groups", &["GroupName", "GroupId"]),
    ("Roots", &["Id", "PolicyTypes"]),
    ("Accounts", &["Id", "Status"]),
    ("Buckets", &["Name", "CreationDate"]),
];

/// Members of policies and of answers that hold one, and others that tell what a text is, beside those of [`AnswerKind`].
pub const HOLDERS: [&str; 6] =
    ["Statement", "Policy", "PolicyDocument", "PolicyVersion", "Contents", "PublicAccessBlockConfiguration"];

/// A text as the answer that it is: where it has a list alone, or pages of one list, these stand where an answer has them.
#[must_use]
pub fn answer_in(text: &str) -> Document<'_> {
    let Document { root, issues } = read_json(text);
    let root = match &root.value {
        Value::Array(items) => joined(items, root.span).or_else(|| taken_out(&root)).unwrap_or(root),
        _ => root,
    };
    Document { root, issues }
}

/// Whether an answer says no more than a part: it is one page of several, or `--query` may have left something out.
#[must_use]
pub fn is_part(root: &Node<'_>) -> bool {
    is_page(root)
}

/// Where the items of a text stand, if it is a list of answers, each of which can be read by itself.
#[must_use]
pub fn answers_in(root: &Node<'_>) -> Vec<Span> {
    let items = root.as_array().unwrap_or_default();
    let is_known = |item: &Node<'_>| {
        let has = |key: &&str| item.get(key).is_some();
        AnswerKind::of(item).is_some() || HOLDERS.iter().any(has)
    };
    if items.iter().all(is_known) { items.iter().map(|item| item.span).collect() } else { Vec::new() }
}

/// Whether a member of an answer, or of an item of one, tells what it is. Words that all of AWS's answers use do not.
#[must_use]
pub fn is_telling(key: &str) -> bool {
    const PLAIN: [&str; 5] = ["Id", "Status", "Name", "Rules", "Account"];
    let of_items = ITEMS.iter().flat_map(|(_, keys)| keys.iter());
    let of_answers = AnswerKind::ALL.iter().flat_map(|kind| kind.keys());
    let mut all = of_items.chain(of_answers).chain(&HOLDERS);
    !PLAIN.contains(&key) && all.any(|known| *known == key)
}

/// Pages of one list, one behind the other, as `--output yaml-stream` prints them: the last one says whether there are more.
fn joined<'t>(pages: &[Node<'t>], span: Span) -> Option<Node<'t>> {
    let last = pages.last()?;
    let kind = AnswerKind::of(last)
        .filter(|kind| kind.keys().iter().all(|key| last.get(key).is_some_and(is_list)))?;
    if !pages.iter().all(|page| AnswerKind::of(page) == Some(kind)) {
        return None;
    }
    let whole = |member: &Member<'t>| {
        let of_all = pages.iter().filter_map(|page| page.get(&member.key));
        let items = of_all.filter_map(Node::as_array).flatten().cloned().collect();
        let value = if is_list(&member.value) { Value::Array(items) } else { member.value.value.clone() };
        Member { value: Node { span: member.value.span, value }, ..member.clone() }
    };
    Some(Node { span, value: Value::Object(last.as_object()?.iter().map(whole).collect()) })
}

fn is_list(node: &Node<'_>) -> bool {
    node.as_array().is_some()
}

/// A list that `--query` took out of an answer. What else it would have had the query may have left out, as with a page.
fn taken_out<'t>(list: &Node<'t>) -> Option<Node<'t>> {
    let items = list.as_array().filter(|items| !items.is_empty())?;
    let has_all = |keys: &[&str]| items.iter().all(|item| keys.iter().all(|key| item.get(key).is_some()));
    let (name, _) = ITEMS.iter().find(|(_, keys)| has_all(keys))?;
    let is_number = |id: &str| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit());
    let has_number = |item: &Node<'_>| item.get("Id").and_then(Node::as_str).is_some_and(is_number);
    if *name == "Accounts" && !items.iter().all(has_number) {
        return None;
    }
    let member = |key: &'static str, value| Member {
        key: Cow::Borrowed(key),
        key_parts: Vec::new(),
        key_span: list.span,
        value,
    };
    let more = Node { span: list.span, value: Value::String(Cow::Borrowed("--query")) };
    let members = vec![member(name, list.clone()), member("NextToken", more)];
    Some(Node { span: list.span, value: Value::Object(members) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_become_the_answers_that_they_are_of() {
        for (text, list, count, part) in [
            (r#"[{"Id": "111122223333", "Status": "ACTIVE"}]"#, "Accounts", 1, true),
            (
                r#"[{"ReportName": "a", "S3Bucket": "b"}, {"ReportName": "c", "S3Bucket": "b"}]"#,
                "ReportDefinitions",
                2,
                true,
            ),
            (r#"[{"Accounts": [1], "NextToken": "x"}, {"Accounts": [2]}]"#, "Accounts", 2, false),
            (r#"[{"Accounts": [1]}, {"Accounts": [2], "NextToken": "x"}]"#, "Accounts", 2, true),
        ] {
            let document = answer_in(text);
            let found = document.root.get(list).and_then(Node::as_array).unwrap();
            assert_eq!((found.len(), is_part(&document.root)), (count, part), "{text}");
        }
        for text in [
            r#"[{"Id": "E1ABC", "Status": "Deployed"}]"#,
            r#"[{"Key": "team", "Value": "billing"}]"#,
            r#"[["a", "b"]]"#,
            "[]",
        ] {
            assert!(answer_in(text).root.as_array().is_some(), "{text}");
        }
    }

    #[test]
    fn lists_of_answers_are_read_one_by_one() {
        for (text, count) in
            [(r#"[{"Export": {}}, {"Policy": "x"}]"#, 2), (r#"[{"Export": {}}, {"Other": 1}]"#, 0), ("{}", 0)]
        {
            assert_eq!(answers_in(&read_json(text).root).len(), count, "{text}");
        }
    }
}
