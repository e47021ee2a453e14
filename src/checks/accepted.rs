//! Whether AWS takes a document as it is written: JSON, policy grammar, and what the document's role asks.

use super::subject::{Cause, FactRef, Outcome, Subject};
use crate::catalog;
use crate::eval::Glob;
use crate::evidence::{PolicyDocument, Role};
use crate::finding::State;
use crate::policy::{Element, Statement, TextKind};
use crate::rulebook::Values;
use crate::source::{Place, Span};
use crate::syntax::IssueKind;

/// S3's limit for a bucket policy, in bytes.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html> (checked 2026-11)
const LARGEST_BUCKET_POLICY: usize = 20 * 1024;

pub(super) fn check(subject: &Subject<'_>, document: &str) -> Outcome {
    let Some(role) = Role::of(document) else { return Outcome::of(State::Unknown) };
    let mut documents = subject.evidence.of(role).peekable();
    if documents.peek().is_none() {
        return Outcome { facts: vec![FactRef::new(document)], ..Outcome::of(State::Unknown) };
    }
    let causes: Vec<Cause> = documents.flat_map(|document| one(subject, document)).collect();
    let refused = causes.iter().any(|cause| !(cause.check == "syntax" && cause.case == "byte-order-mark"));
    Outcome { causes, ..Outcome::of(if refused { State::Broken } else { State::Holds }) }
}

fn one(subject: &Subject<'_>, document: &PolicyDocument) -> Vec<Cause> {
    let mut causes = Vec::new();
    let text = subject.sources.get(document.source);
    let place = |span: Span| Place { source: document.source, span };
    for issue in &document.issues {
        let found: String = text.slice(issue.span).chars().take(60).collect();
        let values = Values::new().with("found", found);
        causes.push(Cause::new("syntax", issue_name(issue.kind), place(issue.span), values));
    }
    for fault in &document.policy.faults {
        let mut values = Values::new();
        values.set("found", fault.found.to_string());
        causes.push(Cause::new("grammar", fault.kind.name(), place(fault.span), values));
    }
    for statement in &document.policy.statements {
        role_rules(subject, document, statement, &mut causes);
    }
    if document.role == Role::BucketPolicy && document.length > LARGEST_BUCKET_POLICY {
        let values = Values::new()
            .with("found", document.length.to_string())
            .with("needed", LARGEST_BUCKET_POLICY.to_string());
        causes.push(Cause::new("grammar", "too-large", place(document.policy.statement_span), values));
    }
    causes.into_iter().map(|cause| cause.in_group("documents")).collect()
}

fn role_rules(
    subject: &Subject<'_>,
    document: &PolicyDocument,
    statement: &Statement,
    causes: &mut Vec<Cause>,
) {
    let place = |span: Span| Place { source: document.source, span };
    let opening = Span { start: statement.span.start, end: statement.span.end.min(statement.span.start + 1) };
    let mut push = |case, span, values| causes.push(Cause::new("grammar", case, place(span), values));
    match (&statement.principals, document.role.has_principal()) {
        (Some(principals), false) => push("principal-in-identity", principals.key_span, Values::new()),
        (None, true) => push("missing-principal", opening, Values::new()),
        (Some(_), true) | (None, false) => {}
    }
    let Some(resources) = &statement.resources else {
        push("missing-resource", opening, Values::new());
        return;
    };
    if document.role != Role::BucketPolicy {
        return;
    }
    if let Some(bucket) = subject.form.text("bucket") {
        for item in &resources.items {
            if item.kind != TextKind::Unreadable && !is_of_bucket(&item.value, bucket) {
                let values = Values::new().with("found", &*item.value).with("needed", bucket);
                push("resource-outside-bucket", item.span, values);
            }
        }
    }
    let Some(actions) = statement.actions.as_ref().filter(|actions| !actions.negated) else { return };
    for item in &actions.items {
        if item.kind == TextKind::Unreadable || &*item.value == "*" {
            continue;
        }
        let mut meant = catalog::expand(&item.value).filter(|(service, _)| *service == "s3").peekable();
        if meant.peek().is_none() {
            push("unknown-action", item.span, Values::new().with("found", &*item.value));
        } else if !resources.negated && !meant.any(|(service, action)| applies(service, action, resources)) {
            push("action-resource-mismatch", item.span, Values::new().with("found", &*item.value));
        }
    }
}

/// Whether a pattern names the bucket or something in it.
fn is_of_bucket(pattern: &str, bucket: &str) -> bool {
    let Some(rest) =
        pattern.strip_prefix("arn:").and_then(|rest| rest.split_once(":s3:")).map(|(_, rest)| rest)
    else {
        return pattern == "*";
    };
    let Some(resource) = rest.splitn(3, ':').nth(2) else { return false };
    let name = resource.split('/').next().unwrap_or(resource);
    Glob::new(name).matches(bucket) || resource == "*"
}

/// Whether an action has a resource type that one of the patterns can name.
fn applies(service: &str, action: &str, resources: &Element) -> bool {
    let Some(action) = catalog::action(&format!("{service}:{action}")) else { return true };
    let mut types = action.resource_types().peekable();
    types.peek().is_none()
        || types.any(|each| {
            resources
                .items
                .iter()
                .any(|item| item.kind == TextKind::Unreadable || each.resource_type.overlaps(&item.value))
        })
}

fn issue_name(kind: IssueKind) -> &'static str {
    match kind {
        IssueKind::ByteOrderMark => "byte-order-mark",
        IssueKind::Comment => "comment",
        IssueKind::TrailingComma => "trailing-comma",
        IssueKind::MissingComma => "missing-comma",
        IssueKind::ExtraComma => "extra-comma",
        IssueKind::MissingColon => "missing-colon",
        IssueKind::MissingValue => "missing-value",
        IssueKind::CurlyQuote => "curly-quote",
        IssueKind::SingleQuote => "single-quote",
        IssueKind::BareWord => "bare-word",
        IssueKind::Placeholder => "placeholder",
        IssueKind::UnterminatedString => "unterminated-string",
        IssueKind::ControlCharacter => "control-character",
        IssueKind::InvalidEscape => "invalid-escape",
        IssueKind::InvalidNumber => "invalid-number",
        IssueKind::UnclosedBracket => "unclosed-bracket",
        IssueKind::UnexpectedBracket => "unexpected-bracket",
        IssueKind::DuplicateKey => "duplicate-key",
        IssueKind::TrailingText => "trailing-text",
        IssueKind::UnexpectedCharacter => "unexpected-character",
        IssueKind::Empty => "empty",
        IssueKind::TooDeep => "too-deep",
    }
}
