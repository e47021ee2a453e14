//! Why a JSON document is not judged: answers that hold nothing which is asked for, and what to run instead.

use crate::syntax::{Document, Issue, IssueKind, Node, Value};

/// Answers of the AWS CLI that hold nothing which is asked for here: members at the root, and what to run instead.
const SAYS_NOTHING: [(&[&str], &str); 6] = [
    (
        &["Policies"],
        "names of policies without what stands in them; `describe-policy` or `get-policy-version` gives that",
    ),
    (
        &["Versions", "Prefix"],
        "versions of objects; the present ones are asked for: aws s3api list-objects-v2",
    ),
    (
        &["Versions"],
        "versions without what stands in them; `get-policy-version` or `list-objects-v2` gives that",
    ),
    (&["AccessKeyLastUsed"], "when a key was last used; its status is asked for: aws iam list-access-keys"),
    (&["PolicyIds"], "names of policies without what stands in them; `get-policy-version` gives that"),
    (
        &["Users"],
        "names of users; one user's policies are asked for: aws iam list-attached-user-policies --user-name USER",
    ),
];

pub(super) fn what_it_is(document: &Document<'_>) -> String {
    match &document.root.value {
        Value::Object(members) => {
            let has = |key: &&str| members.iter().any(|member| member.key == **key);
            if let Some((_, reason)) = SAYS_NOTHING.iter().find(|(keys, _)| keys.iter().all(has)) {
                return (*reason).to_owned();
            }
            if let Some(policy) =
                document.root.get("Policy").filter(|policy| policy.get("DefaultVersionId").is_some())
            {
                let version = policy.get("DefaultVersionId").and_then(Node::as_str).unwrap_or("VERSION");
                return format!(
                    "what a policy is called, without what stands in it; `aws iam get-policy-version --version-id {version}` gives that"
                );
            }
            let keys: Vec<&str> = members.iter().take(3).map(|member| &*member.key).collect();
            format!(
                "neither a policy nor an answer of the AWS CLI that is known here (it has {})",
                list(&keys)
            )
        }
        Value::Missing => "the file is empty".to_owned(),
        Value::Array(items) => match items.iter().find_map(Node::as_object) {
            None => "a list without the names of members, as `--query` makes them; run the command without --query"
                .to_owned(),
            Some(members) => {
                let keys: Vec<&str> = members.iter().take(3).map(|member| &*member.key).collect();
                format!(
                    "a list, as `--query` takes one out of an answer, and what it lists is not known here (it has {}); run the command without --query",
                    list(&keys)
                )
            }
        },
        _ => format!("not a policy: the file holds {}", document.root.kind_name()),
    }
}

/// Names of what policies and statements are made of, in small letters.
const ELEMENTS: [&str; 11] = [
    "version",
    "id",
    "statement",
    "sid",
    "effect",
    "principal",
    "notprincipal",
    "action",
    "notaction",
    "resource",
    "notresource",
];

/// Whether a document without a policy is not a broken one either: nothing in it is called as in a policy.
pub(super) fn is_something_else(document: &Document<'_>, text: &str) -> bool {
    match &document.root.value {
        Value::Object(members) => {
            let is_element = |key: &str| ELEMENTS.contains(&key.to_ascii_lowercase().as_str());
            !members.is_empty()
                && !members.iter().any(|member| is_element(&member.key))
                && crate::policy::misspelt_statement(&document.root).is_none()
        }
        Value::Missing => false,
        _ => {
            let text = text.to_ascii_lowercase();
            !["statement\"", "effect\""].iter().any(|word| text.contains(word))
        }
    }
}

/// Where what begins has no end, if the text ends before the document does.
pub(super) fn cut_at(document: &Document<'_>) -> Option<u32> {
    document.issues.iter().find(|issue| is_cut(document, issue)).map(|issue| issue.span.start)
}

fn is_cut(document: &Document<'_>, issue: &Issue) -> bool {
    match issue.kind {
        IssueKind::UnterminatedString => issue.span.end >= document.root.span.end,
        IssueKind::UnclosedBracket => true,
        _ => false,
    }
}

/// The same of a part of the document. Where something else than the part was left open, such as a bracket that somebody lost
/// who copied the answer, the part is whole; and where nothing around it was, a hand left it open.
pub(super) fn cut_within(document: &Document<'_>, part: &Node<'_>) -> Option<u32> {
    let starts =
        || document.issues.iter().filter(|issue| is_cut(document, issue)).map(|issue| issue.span.start);
    let inside = starts().find(|start| *start >= part.span.start)?;
    starts().any(|start| start < part.span.start).then_some(inside)
}

fn list(keys: &[&str]) -> String {
    if keys.is_empty() {
        return "no members".to_owned();
    }
    keys.iter()
        .map(|key| format!("`{}`", key.chars().take(40).collect::<String>()))
        .collect::<Vec<_>>()
        .join(", ")
}
