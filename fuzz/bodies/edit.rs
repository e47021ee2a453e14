//! Changes of a text: exactly the change is made, and every other byte stays.

use preflight::source::Span;
use preflight::syntax::edit::{EditFault, Editable, apply};
use preflight::syntax::{IssueKind, Node, Value, read_json};
use serde_json::json;

/// The name that is written, which no document has before.
const NEW: &str = "new \"é\"";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Replace,
    Add,
    AddMember,
    Remove,
    Rename,
}

/// First line: what is changed and where, by the sum of its bytes; then a document, on one or more lines.
///
/// # Panics
/// If the text reads as anything but the document with the change, or a byte outside of the change is another one.
pub fn edit(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (order, document) = text.split_once('\n').unwrap_or(("", &text));
    let Ok(page) = Editable::new(document) else { return };
    if document.contains(NEW) || document.contains("new \\\"") {
        return;
    }
    let number: usize = order.bytes().map(usize::from).sum();
    let what = match number % 5 {
        0 => What::Replace,
        1 => What::Add,
        2 => What::AddMember,
        3 => What::Remove,
        _ => What::Rename,
    };
    let read = read_json(document);
    let mut places = Vec::new();
    collect(&read.root, None, &mut places);
    let Some((node, key)) = places.get(number / 5 % places.len().max(1)) else { return };
    let span = node.span;
    let made = match (what, key) {
        (What::Replace, _) => page.replace(span, &json!(NEW)),
        (What::Add, _) => page.add(span, &[json!(NEW)]),
        (What::AddMember, _) => page.add_members(span, &[(NEW.to_owned(), json!([NEW]))]),
        (What::Remove, _) if span == read.root.span => return,
        (What::Remove, _) => page.remove(span),
        (What::Rename, Some(key)) => page.rename(*key, NEW),
        (What::Rename, None) => return,
    };
    let splices = match made {
        Ok(splices) => splices,
        Err(fault) => {
            assert_eq!(fault, EditFault::NotThere);
            assert!(what == What::AddMember && node.as_object().is_none(), "{what:?} of {document:?}");
            return;
        }
    };
    let changed = apply(document, &splices).expect("changes of one value do not meet");
    let after = Editable::new(&changed);
    if matches!(after, Err(EditFault::Broken(IssueKind::TooDeep))) {
        // A list around the deepest value is one too many.
        return;
    }
    assert!(after.is_ok(), "{after:?}: {what:?} makes {changed:?} of {document:?}");
    let Ok(after) = after else { return };
    let mut wanted = String::new();
    write(&read.root, span, what, &mut wanted);
    let wanted = Editable::new(&wanted).expect("a document that is written from scratch is JSON");
    assert!(after.reads_as(&wanted), "{what:?} makes {changed:?} of {document:?}");
    let (mut rest, mut from) = (changed.as_str(), 0);
    let mut sorted = splices;
    sorted.sort_by_key(|splice| splice.span);
    for splice in &sorted {
        let kept = document.get(from..splice.span.range().start).expect("changes lie on borders");
        let behind = rest.strip_prefix(kept).and_then(|rest| rest.strip_prefix(splice.text.as_str()));
        rest = behind.expect("what lies before a change stays");
        from = splice.span.range().end;
    }
    assert_eq!(Some(rest), document.get(from..), "what lies behind the changes stays");
}

fn collect<'n, 't>(node: &'n Node<'t>, key: Option<Span>, out: &mut Vec<(&'n Node<'t>, Option<Span>)>) {
    out.push((node, key));
    for item in node.as_array().unwrap_or_default() {
        collect(item, None, out);
    }
    for member in node.as_object().unwrap_or_default() {
        collect(&member.value, Some(member.key_span), out);
    }
}

/// The document with the change, written anew.
fn write(node: &Node<'_>, at: Span, what: What, out: &mut String) {
    let is_here = node.span == at;
    let new = json!(NEW).to_string();
    if is_here && what == What::Replace {
        out.push_str(&new);
        return;
    }
    let promoted = is_here && what == What::Add && node.as_array().is_none();
    if promoted {
        out.push('[');
    }
    let mut parts: Vec<String> = Vec::new();
    let part = |node: &Node<'_>| {
        let mut part = String::new();
        write(node, at, what, &mut part);
        part
    };
    match &node.value {
        Value::Array(items) => {
            let kept = items.iter().filter(|item| !(what == What::Remove && item.span == at));
            parts.extend(kept.map(part));
            parts.extend((is_here && what == What::Add).then_some(new.clone()));
            out.push_str(&format!("[{}]", parts.join(",")));
        }
        Value::Object(members) => {
            for member in members.iter().filter(|member| !(what == What::Remove && member.value.span == at)) {
                let renamed = what == What::Rename && member.value.span == at;
                let key = if renamed { NEW } else { &*member.key };
                parts.push(format!("{}:{}", json!(key), part(&member.value)));
            }
            parts.extend((is_here && what == What::AddMember).then(|| format!("{new}:[{new}]")));
            out.push_str(&format!("{{{}}}", parts.join(",")));
        }
        Value::String(text) => out.push_str(&json!(text).to_string()),
        Value::Number(text) => out.push_str(text),
        Value::Bool(known) => out.push_str(if *known { "true" } else { "false" }),
        Value::Null => out.push_str("null"),
        Value::Template(_) | Value::Bare(_) | Value::Missing => unreachable!("such a text is not changed"),
    }
    if promoted {
        out.push_str(&format!(",{new}]"));
    }
}
