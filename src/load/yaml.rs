//! Texts of infrastructure as code: templates, plans of Terraform, and policies in YAML. What else YAML is used for is not looked
//! at.

use super::cloudformation::{self, Taken};
use super::terraform;
use crate::evidence::ParameterSet;
use crate::policy::{Length, Notation, Policy, is_policy, read_as};
use crate::source::{SourceId, Span};
use crate::syntax::{Document, Issue, IssueKind, Member, Node, Value, read_json, read_yaml};
use std::borrow::Cow;

/// YAML is not searched for policies below this depth.
const DEEPEST: usize = 64;

/// What a text of infrastructure as code, or a policy in YAML, holds.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Policies that stand by themselves.
    pub(super) policies: Vec<(Policy, Vec<Issue>, Length)>,
    pub(super) templates: Vec<Taken>,
    /// Regions that are JSON inside a string: source, content without quotes, layers of escapes.
    pub(super) wrapped: Vec<(SourceId, Span, u8)>,
    /// It is a plan of Terraform.
    pub(super) is_plan: bool,
    /// Where the text stops to be readable; what is in it then becomes nothing when it is deployed.
    pub(super) broken: Option<Issue>,
}

/// What is said elsewhere of the parameters of a file's template.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Given<'g> {
    /// The file.
    pub(super) file: &'g str,
    pub(super) sets: &'g [ParameterSet],
}

/// Reads a text, if it is a template, or a policy in YAML.
pub(super) fn read(text: &str, source: SourceId, given: Given<'_>) -> Option<Found> {
    if !looks_like(text) {
        // Looking for the words first: answers of the AWS CLI are large.
        let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
        let may_be_plan = has("\"planned_values\"");
        if !may_be_plan && !has("\"Resources\"") {
            return None;
        }
        let document = read_json(text);
        if may_be_plan && terraform::is_plan(&document.root) {
            let taken = terraform::take_plan(&document, text, source);
            return Some(Found { templates: vec![taken], is_plan: true, ..Found::default() });
        }
        if !cloudformation::is_template(&document.root) {
            return None;
        }
        return Some(template(&document, (text, source, false), given));
    }
    let mut found = Found::default();
    let mut is_known = false;
    for document in &read_yaml(text).documents {
        let root = &document.root;
        if cloudformation::is_template(root) {
            is_known = true;
            let more = template(document, (text, source, true), given);
            found.templates.extend(more.templates);
            found.broken = found.broken.or(more.broken);
        } else if is_policy(root) {
            is_known = true;
            let length = cloudformation::length(root);
            found.policies.push((read_as(root, source, Notation::Yaml), document.issues.clone(), length));
        } else if is_known {
            // Behind a document that is known here the text must be readable.
            found.broken = found.broken.or_else(|| broken(document));
        }
    }
    is_known.then_some(found)
}

/// Policies below the keys of other YAML: manifests of clusters, playbooks, values of charts, settings of frameworks. None if the
/// text is no YAML.
pub(super) fn nested(text: &str, source: SourceId) -> Option<Found> {
    if !looks_like(text) {
        return None;
    }
    let mut found = Found::default();
    for document in &read_yaml(text).documents {
        found.broken = found.broken.or_else(|| broken(document));
        search(document, &document.root, (text, source), 0, &mut found);
    }
    Some(found)
}

fn search(
    document: &Document<'_>,
    node: &Node<'_>,
    (text, source): (&str, SourceId),
    depth: usize,
    found: &mut Found,
) {
    if depth > DEEPEST {
        return;
    }
    let issues = || document.issues.iter().filter(|issue| node.span.contains(issue.span)).cloned().collect();
    match &node.value {
        Value::Object(_) if cloudformation::looks_like_policy(node) => {
            let policy = read_as(node, source, Notation::Yaml);
            found.policies.push((policy, issues(), cloudformation::length(node)));
        }
        Value::Object(members) => {
            for member in members {
                let is_list = member.key.to_ascii_lowercase().ends_with("statements");
                match statements(&member.value).filter(|_| is_list) {
                    Some(whole) => {
                        let policy = read_as(&whole, source, Notation::Yaml);
                        found.policies.push((policy, issues(), cloudformation::length(&whole)));
                    }
                    None => search(document, &member.value, (text, source), depth + 1, found),
                }
            }
        }
        Value::Array(items) => {
            items.iter().for_each(|item| search(document, item, (text, source), depth + 1, found));
        }
        Value::String(inner) if inner.trim_start().starts_with('{') && inner.contains("Statement") => {
            if let Some(read) = cloudformation::policy_in_text(text, source, node.span) {
                found.wrapped.extend(read.wrapped.map(|(span, level)| (source, span, level)));
                found.policies.push((read.policy, read.issues, read.length));
            }
        }
        _ => {}
    }
}

/// A list of statements without the policy around it, as frameworks take it that write the rest themselves.
fn statements<'t>(list: &Node<'t>) -> Option<Node<'t>> {
    let items = list.as_array().filter(|items| !items.is_empty())?;
    let is_statement = |item: &Node<'_>| {
        item.get("Effect").is_some() && ["Action", "NotAction"].iter().any(|key| item.get(key).is_some())
    };
    if !items.iter().all(is_statement) {
        return None;
    }
    let start = Span { end: list.span.start, ..list.span };
    let member = |key: &'static str, value: Node<'t>| Member {
        key: Cow::Borrowed(key),
        key_parts: Vec::new(),
        key_span: start,
        value,
    };
    let version = Node { span: start, value: Value::String(Cow::Borrowed("2012-10-17")) };
    let members = vec![member("Version", version), member("Statement", list.clone())];
    Some(Node { span: list.span, value: Value::Object(members) })
}

/// Whether a text is a plan of Terraform.
pub(super) fn is_plan(text: &str) -> bool {
    let has_word = memchr::memmem::find(text.as_bytes(), b"\"planned_values\"").is_some();
    has_word && !looks_like(text) && terraform::is_plan(&read_json(text).root)
}

fn template(
    document: &Document<'_>,
    (text, source, is_yaml): (&str, SourceId, bool),
    given: Given<'_>,
) -> Found {
    if let Some(issue) = broken(document) {
        return Found { broken: Some(issue), ..Found::default() };
    }
    let mut taken = cloudformation::take(&document.root, (text, source, is_yaml), given);
    for each in taken.policies.iter_mut().chain(&mut taken.in_cases) {
        let inside = |issue: &&Issue| each.policy.span.contains(issue.span);
        each.issues.extend(document.issues.iter().filter(inside).cloned());
    }
    Found { templates: vec![taken], ..Found::default() }
}

fn broken(document: &Document<'_>) -> Option<Issue> {
    document.issues.iter().find(|issue| issue.kind == IssueKind::YamlBroken).cloned()
}

/// Whether a text begins like a mapping in YAML. JSON that somebody pasted without its bracket ends its lines with commas.
pub(super) fn looks_like(text: &str) -> bool {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim_end);
    let is_content = |line: &&str| {
        !line.trim().is_empty()
            && !line.trim_start().starts_with('#')
            && !line.starts_with("---")
            && !line.starts_with('%')
    };
    let Some(first) = lines.into_iter().find(is_content) else { return false };
    // A list of mappings begins with its first member.
    let first = first.strip_prefix("- ").map_or(first, str::trim_start);
    let Some((key, rest)) = first.split_once(':') else { return false };
    let is_name = key.starts_with(|first: char| first.is_ascii_alphabetic())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    is_name && (rest.is_empty() || rest.starts_with(' ')) && !first.ends_with(',')
}

/// Whether the beginning of a text in YAML is worth reading the rest.
pub(super) fn may_be_known(head: &str) -> bool {
    const WORDS: [&str; 7] = [
        "AWSTemplateFormatVersion",
        "Resources:",
        "Statement",
        "tatements:",
        "AWS::",
        "Parameters:",
        "Mappings:",
    ];
    looks_like(head) && WORDS.iter().any(|word| head.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    /// How many statements each policy below some key has.
    fn counts(text: &str) -> Vec<usize> {
        let source = Sources::new().add("a.yaml", text);
        let found = nested(text, source).unwrap();
        assert!(found.broken.is_none(), "{text}");
        found.policies.iter().map(|(policy, ..)| policy.statements.len()).collect()
    }

    #[test]
    fn policies_below_keys_of_other_yaml_are_found() {
        let statement = "Effect: Allow\n      Action: s3:GetObject\n      Resource: '*'\n";
        for (text, wanted) in [
            // A manifest of a cluster, a playbook, values of a chart.
            (format!("kind: Policy\nspec:\n  policy:\n    Statement:\n    - {statement}"), vec![1]),
            (format!("- name: x\n  s3_bucket:\n    policy:\n    Statement:\n    - {statement}"), vec![1]),
            ("a: 1\npolicy: {Statement: {Effect: Deny, Action: '*', Resource: '*'}}\n".to_owned(), vec![1]),
            // JSON in a text of several lines.
            (
                "a: 1\npolicy: |\n  {\"Statement\": [{\"Effect\": \"Deny\"}, {\"Effect\": \"Deny\"}]}\n"
                    .to_owned(),
                vec![2],
            ),
            // A list of statements alone.
            (
                "service: x\niamRoleStatements:\n  - {Effect: Allow, Action: 's3:*', Resource: '*'}\n"
                    .to_owned(),
                vec![1],
            ),
            // The word for something else.
            ("kind: ClusterPolicy\nspec:\n  Statement: hello\n".to_owned(), vec![]),
            ("bank:\n  statements:\n    - {Effect: none, Date: today}\n".to_owned(), vec![]),
        ] {
            assert_eq!(counts(&text), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_no_yaml_is_left_to_others() {
        for text in ["{\"Statement\": []}", "\"Statement\": [],", "a word"] {
            let source = Sources::new().add("a", text);
            assert!(nested(text, source).is_none(), "{text}");
        }
    }
}
