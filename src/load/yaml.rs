//! Texts of infrastructure as code: templates, plans of Terraform, and policies in YAML. What else YAML is used for is not looked
//! at.

use super::cloudformation::{self, Taken};
use super::terraform;
use crate::policy::{Length, Notation, Policy, is_policy, read_as};
use crate::source::SourceId;
use crate::syntax::{Document, Issue, IssueKind, read_json, read_yaml};

/// What a text of infrastructure as code, or a policy in YAML, holds.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Policies that stand by themselves.
    pub(super) policies: Vec<(Policy, Vec<Issue>, Length)>,
    pub(super) templates: Vec<Taken>,
    /// It is a plan of Terraform.
    pub(super) is_plan: bool,
    /// Where the text stops to be readable; what is in it then becomes nothing when it is deployed.
    pub(super) broken: Option<Issue>,
}

/// Reads a text, if it is a template, or a policy in YAML.
pub(super) fn read(text: &str, source: SourceId) -> Option<Found> {
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
        return Some(template(&document, text, source, false));
    }
    let mut found = Found::default();
    let mut is_known = false;
    for document in &read_yaml(text).documents {
        let root = &document.root;
        if cloudformation::is_template(root) {
            is_known = true;
            let more = template(document, text, source, true);
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

/// Whether a text is a plan of Terraform.
pub(super) fn is_plan(text: &str) -> bool {
    let has_word = memchr::memmem::find(text.as_bytes(), b"\"planned_values\"").is_some();
    has_word && !looks_like(text) && terraform::is_plan(&read_json(text).root)
}

fn template(document: &Document<'_>, text: &str, source: SourceId, is_yaml: bool) -> Found {
    if let Some(issue) = broken(document) {
        return Found { broken: Some(issue), ..Found::default() };
    }
    let mut taken = cloudformation::take(&document.root, text, source, is_yaml);
    for each in &mut taken.policies {
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
    let Some((key, rest)) = first.split_once(':') else { return false };
    let is_name = key.starts_with(|first: char| first.is_ascii_alphabetic())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    is_name && (rest.is_empty() || rest.starts_with(' ')) && !first.ends_with(',')
}

/// Whether the beginning of a text in YAML is worth reading the rest.
pub(super) fn may_be_known(head: &str) -> bool {
    const WORDS: [&str; 6] =
        ["AWSTemplateFormatVersion", "Resources:", "Statement", "AWS::", "Parameters:", "Mappings:"];
    looks_like(head) && WORDS.iter().any(|word| head.contains(word))
}
