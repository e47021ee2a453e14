//! Elements of a document and of its statements: versions, identifiers, and lists that hold nothing.

use super::doc::{Doc, Out, opening};
use super::kind::PolicyKind;
use crate::policy::{Clause, Notation, SetOperator, Statement, TextKind, Version};
use crate::source::Span;
use std::collections::BTreeMap;

pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    version(doc, out);
    characters(doc, out);
    sids(doc, out);
    let whole = doc.policy.faults.is_empty() && doc.issues.is_empty();
    // IAM refuses a list without a statement; what others do with it is not known.
    if doc.kind.is_of_iam() && whole && doc.policy.statements.is_empty() {
        out.push("grammar", "missing-statement", doc.policy.statement_span, &[("found", "Statement")]);
    }
    for statement in &doc.policy.statements {
        lists(doc, statement, out);
        for clause in &statement.clauses {
            values(clause, out);
        }
    }
}

fn version(doc: &Doc<'_>, out: &mut Out) {
    let policy = doc.policy;
    let first = Span { start: policy.span.start, end: policy.span.end.min(policy.span.start + 1) };
    match &policy.version {
        Version::Missing if !policy.statements.is_empty() => {
            out.push("element", "version-missing", first, &[]);
        }
        Version::V2008 => {
            out.push("element", "version-old", policy.version_span.unwrap_or(first), &[]);
        }
        Version::Missing | Version::V2012 | Version::Other(_) => {}
    }
}

/// IAM takes tabs, line ends and U+0020 to U+00FF; the first other character is told.
///
/// The pattern of `PolicyDocument`: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html> (checked 2026-11).
fn characters(doc: &Doc<'_>, out: &mut Out) {
    let is_of_organizations = matches!(doc.kind, PolicyKind::Scp | PolicyKind::Rcp);
    if !doc.kind.is_of_iam() || is_of_organizations || doc.policy.notation != Notation::Json {
        return;
    }
    let text = doc.text.slice(doc.policy.span);
    let is_taken = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{FF}');
    let Some((at, found)) = text.char_indices().find(|(_, c)| !is_taken(*c)) else { return };
    let start = doc.policy.span.range().start + at;
    let span = Span::new(start, start + found.len_utf8());
    // What the reader of JSON calls a fault is told by it.
    if doc.issues.iter().any(|issue| issue.span.contains(span)) {
        return;
    }
    out.push("element", "character", span, &[("found", &format!("U+{:04X}", u32::from(found)))]);
}

/// IAM and Organizations ask for different Sids; other services leave it at a recommendation.
fn sids(doc: &Doc<'_>, out: &mut Out) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for sid in doc.policy.statements.iter().filter_map(|statement| statement.sid.as_ref()) {
        if sid.kind != TextKind::String {
            continue;
        }
        if sid.value.is_empty() {
            out.push("element", "sid-empty", sid.span, &[]);
            continue;
        }
        if doc.kind.is_of_iam() && !sid.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            out.push("element", "sid-characters", sid.span, &[("found", &sid.value)]);
        }
        if let Some(before) = seen.insert(&sid.value, sid.span) {
            let case = if doc.kind.is_of_iam() { "sid-repeated" } else { "sid-repeated-tolerated" };
            out.push("element", case, sid.span, &[("found", &sid.value)])
                .related(before, "the first statement of this name");
        }
    }
}

fn lists(doc: &Doc<'_>, statement: &Statement, out: &mut Out) {
    let strict = doc.kind.is_of_iam();
    if let Some(actions) = statement.actions.as_ref().filter(|element| element.items.is_empty()) {
        let case = if strict { "action-list-empty" } else { "action-list-idle" };
        out.push("element", case, actions.span, &[]);
    }
    if let Some(resources) = statement.resources.as_ref().filter(|element| element.items.is_empty())
        && doc.kind != PolicyKind::Trust
    {
        let case = if strict { "resource-list-empty" } else { "resource-list-idle" };
        out.push("element", case, resources.span, &[]);
    }
    if let Some(principals) = statement.principals.as_ref().filter(|element| element.entries.is_empty()) {
        let text = doc.text.slice(principals.span);
        let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let case = if bare == "{}" { "principal-object-empty" } else { "principal-list-empty" };
        out.push("element", case, principals.span, &[]);
    }
    let is_read = || doc.issues.iter().all(|issue| !statement.span.contains(issue.span));
    if let Some(span) = statement.condition_span.filter(|_| statement.clauses.is_empty() && is_read()) {
        out.push("element", "condition-object-empty", span, &[]);
    }
    if statement.resources.is_some() && doc.kind == PolicyKind::Trust {
        let span = statement.resources.as_ref().map_or(opening(statement), |resources| resources.key_span);
        out.push("trust", "resource", span, &[]);
    }
}

/// A key with an empty list: what that means depends on the operator.
fn values(clause: &Clause, out: &mut Out) {
    let Some(operator) = clause.parsed.filter(|_| clause.values.is_empty()) else { return };
    let case = match (operator.set, operator.if_exists) {
        (Some(SetOperator::ForAllValues), _) => "condition-list-empty-for-all",
        (Some(SetOperator::ForAnyValue), _) => "condition-list-empty-for-any",
        (None, true) => "condition-list-empty-if-exists",
        (None, false) => "condition-list-empty",
    };
    out.push(
        "element",
        case,
        clause.value_span,
        &[("key", &clause.key.value), ("operator", &clause.operator.value)],
    );
}
