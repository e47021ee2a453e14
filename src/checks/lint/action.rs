//! Action names: their form, and whether AWS lists them.

use super::doc::{Doc, Out, readable};
use super::kind::PolicyKind;
use crate::catalog;
use crate::policy::{Statement, Text};

pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    for statement in &doc.policy.statements {
        let Some(actions) = &statement.actions else { continue };
        for item in readable(&actions.items).filter(|item| &*item.value != "*") {
            if item.value.contains("${") {
                // A variable where none is taken: `variable` says so.
                continue;
            }
            name(doc, statement, item, out);
        }
    }
}

/// Whether a text has the form of an action: `*`, or a service and a name, wildcards in them.
#[must_use]
pub fn is_action(text: &str) -> bool {
    let takes = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*' | '?');
    let is_part = |part: &str| !part.is_empty() && part.chars().all(takes);
    text == "*" || text.split_once(':').is_some_and(|(prefix, name)| is_part(prefix) && is_part(name))
}

fn name(doc: &Doc<'_>, statement: &Statement, item: &Text, out: &mut Out) {
    let text = &*item.value;
    let found = [("found", text)];
    let Some((prefix, action)) = text.split_once(':') else {
        out.push("action", "malformed", item.span, &found).note("an action is `service:Name`, or `*` alone");
        return;
    };
    if action.contains(':') {
        out.push("action", "malformed", item.span, &found).note("there is one colon in an action");
        return;
    }
    let takes = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*' | '?');
    if prefix.is_empty() || !prefix.chars().all(takes) {
        out.push("action", "malformed", item.span, &found)
            .note(format!("`{prefix}` cannot be the prefix of a service"));
        return;
    }
    if action.is_empty() || text.contains(char::is_whitespace) {
        out.push("action", "whitespace", item.span, &found);
        return;
    }
    if prefix.contains(['*', '?']) {
        out.push("action", "wildcard-in-service", item.span, &[("found", text), ("service", prefix)]);
    }
    if let Some(retired) = catalog::retired(text).next() {
        let instead: Vec<&str> = retired.replaced_by().take(3).collect();
        out.push("action", "retired", item.span, &[("found", text), ("since", retired.since())])
            .note(format!("in its place AWS names {} and others", instead.join(", ")));
        return;
    }
    if doc.kind == PolicyKind::Resource(Some("s3")) && statement.actions.as_ref().is_some_and(|a| !a.negated)
    {
        // S3 refuses what it does not know: `grammar` says so.
        return;
    }
    if catalog::expand(text).next().is_some() {
        of_other_service(doc, statement, item, prefix, out);
        return;
    }
    let date = catalog::data_version().date;
    if catalog::service(prefix).is_none() && !prefix.contains(['*', '?']) {
        let noted = out.push(
            "action",
            "service-unknown",
            item.span,
            &[("found", text), ("service", prefix), ("date", date)],
        );
        if let Some(near) = catalog::closest_service(prefix) {
            noted.note(format!("AWS has a service `{near}`"));
        }
        return;
    }
    let noted = out.push("action", "not-listed", item.span, &[("found", text), ("date", date)]);
    if !action.contains(['*', '?'])
        && let Some(near) = catalog::closest_action(prefix, action)
    {
        noted.note(format!("`{prefix}:{near}` is one letter or two away"));
    }
}

/// A resource's policy is asked about requests to its own service alone.
fn of_other_service(doc: &Doc<'_>, statement: &Statement, item: &Text, prefix: &str, out: &mut Out) {
    let PolicyKind::Resource(Some(service)) = doc.kind else { return };
    let negated = statement.actions.as_ref().is_some_and(|actions| actions.negated);
    let same = prefix.eq_ignore_ascii_case(service) || prefix.contains(['*', '?']);
    if !negated && !same {
        out.push("action", "of-other-service", item.span, &[("found", &item.value), ("service", service)]);
    }
}
