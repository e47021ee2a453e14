//! What somebody fills in before a document in JSON is used: `${bucket}` of `templatefile` or `envsubst`.
//!
//! It is a hole as in any template. What AWS's own pages leave to the reader is written in another way (`${AccountId}`): of such a
//! one it is worth saying that somebody forgot it. <https://docs.aws.amazon.com/cur/latest/userguide/cur-s3.html>
//! A variable of IAM has a colon in its name (`${aws:username}`, `${saml:sub}`), or is `${*}`, `${?}` or `${$}`:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html> (checked 2026-11).

use crate::syntax::{Member, Node, Part, Value};
use std::borrow::Cow;

/// The document with holes, if its text has any.
pub(super) fn opened<'t>(root: &Node<'t>, text: &str) -> Option<Node<'t>> {
    let span = text.get(root.span.range())?;
    memchr::memmem::find(span.as_bytes(), b"${")?;
    let mut out = root.clone();
    open(&mut out).then_some(out)
}

fn open(node: &mut Node<'_>) -> bool {
    match &mut node.value {
        Value::String(text) => match parts(text) {
            Some(parts) => {
                node.value = Value::Template(parts);
                true
            }
            None => false,
        },
        Value::Array(items) => items.iter_mut().map(open).filter(|is_open| *is_open).count() > 0,
        Value::Object(members) => members.iter_mut().map(in_member).filter(|is_open| *is_open).count() > 0,
        _ => false,
    }
}

fn in_member(member: &mut Member<'_>) -> bool {
    let key = parts(&member.key);
    let is_open = key.is_some();
    if let Some(key) = key {
        member.key_parts = key;
    }
    open(&mut member.value) || is_open
}

/// The pieces of a text that has something to fill in.
fn parts(text: &str) -> Option<Vec<Part<'static>>> {
    let mut out: Vec<Part<'static>> = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        plain.push_str(before);
        match behind.split_once('}') {
            Some((name, after)) if is_filled(name) => {
                if !plain.is_empty() {
                    out.push(Part::Text(Cow::Owned(std::mem::take(&mut plain))));
                }
                out.push(Part::Hole(Cow::Owned(name.trim().to_owned())));
                rest = after;
            }
            Some(_) | None => {
                plain.push_str("${");
                rest = behind;
            }
        }
    }
    plain.push_str(rest);
    if out.is_empty() {
        return None;
    }
    if !plain.is_empty() {
        out.push(Part::Text(Cow::Owned(plain)));
    }
    Some(out)
}

/// Whether something is filled in for a name.
fn is_filled(name: &str) -> bool {
    let name = name.trim();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']'));
    let is_of_page = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
        && name.contains(|c: char| c.is_ascii_lowercase());
    is_name && !is_of_page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::shown;

    #[test]
    fn what_is_filled_in_is_a_hole_and_variables_of_iam_are_none() {
        for (text, holes) in [
            ("arn:aws:s3:::${bucket}/${prefix}/*", &["bucket", "prefix"] as &[&str]),
            ("${BUCKET_NAME}", &["BUCKET_NAME"]),
            ("${ var.bucket }", &["var.bucket"]),
            ("${AccountId}", &[]),
            ("${aws:username}/${x}", &["x"]),
            ("${saml:sub}", &[]),
            ("${*}${?}${$}", &[]),
            ("${", &[]),
            ("${}", &[]),
            ("a${aws:username/b}", &[]),
        ] {
            let found = parts(text).unwrap_or_default();
            let of = |part: &Part<'_>| match part {
                Part::Hole(name) => Some(name.to_string()),
                Part::Text(_) => None,
            };
            let names: Vec<String> = found.iter().filter_map(of).collect();
            assert_eq!(names, holes, "{text}");
            if let (false, true) = (holes.is_empty(), !text.contains(' ')) {
                let again: String = found
                    .iter()
                    .map(|part| match part {
                        Part::Text(text) => text.to_string(),
                        Part::Hole(name) => format!("${{{name}}}"),
                    })
                    .collect();
                assert_eq!(again, text);
                assert!(shown(&found).contains(holes[0]));
            }
        }
    }
}
