//! JSON, policy grammar, and what the kind of a policy asks of its statements.

use super::doc::{Doc, Out, opening, readable};
use super::kind::PolicyKind;
use crate::catalog::{self, Action, ArnPattern, ResourceType};
use crate::eval::Glob;
use crate::policy::{Element, Statement, TextKind, arn};
use crate::syntax::{Issue, IssueKind};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// S3's limit for a bucket policy, in bytes.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html> (checked 2026-11)
pub(super) const LARGEST_BUCKET_POLICY: usize = 20 * 1024;

/// The same fault in a text is told of each place, up to so many places.
const MOST_ALIKE: usize = 5;

/// Services whose resource policies need no `Resource` element: the policy hangs at its one resource.
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html>,
/// <https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html> (checked 2026-11)
const WITHOUT_RESOURCE: [&str; 3] = ["ecr", "ecr-public", "elasticfilesystem"];

pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    let found = |issue: &Issue| doc.text.slice(issue.span).chars().take(60).collect::<String>();
    // A text copied from a web page has the same wrong character a hundred times: that is told once.
    let key = |issue: &Issue| (issue_name(issue.kind), found(issue));
    let mut alike: FxHashMap<(&str, String), usize> = FxHashMap::default();
    for issue in doc.issues.iter().filter(|issue| !issue.span.is_empty()) {
        *alike.entry(key(issue)).or_default() += 1;
    }
    alike.retain(|_, count| *count > MOST_ALIKE);
    for issue in doc.issues {
        let (name, found) = key(issue);
        match alike.get_mut(&(name, found.clone())) {
            None => drop(out.push("syntax", name, issue.span, &[("found", &found)])),
            Some(0) => {}
            Some(count) => {
                let more = format!("{} more like this stand in the text", *count - 1);
                out.push("syntax", name, issue.span, &[("found", &found)]).note(more);
                *count = 0;
            }
        }
    }
    for fault in &doc.policy.faults {
        out.push("grammar", fault.kind.name(), fault.span, &[("found", &fault.found)]);
    }
    for statement in &doc.policy.statements {
        principal(doc, statement, out);
        resource(doc, statement, out);
        if doc.kind == PolicyKind::Resource(Some("s3")) {
            bucket(doc, statement, out);
        }
    }
    if doc.kind == PolicyKind::Resource(Some("s3")) && doc.length.bytes > LARGEST_BUCKET_POLICY {
        let (found, needed) = (doc.length.bytes.to_string(), LARGEST_BUCKET_POLICY.to_string());
        let values = [("found", found.as_str()), ("needed", needed.as_str())];
        out.push("grammar", "too-large", doc.policy.statement_span, &values);
    }
}

fn principal(doc: &Doc<'_>, statement: &Statement, out: &mut Out) {
    match (&statement.principals, doc.kind) {
        (Some(principals), PolicyKind::Scp) => {
            let name = if principals.negated { "NotPrincipal" } else { "Principal" };
            out.push("organization", "scp-principal", principals.key_span, &[("found", name)]);
        }
        (Some(principals), kind) if !kind.has_principal() => {
            out.push("grammar", "principal-in-identity", principals.key_span, &[]);
        }
        (None, PolicyKind::Resource(Some("s3"))) => {
            out.push("grammar", "missing-principal", opening(statement), &[]);
        }
        (None, kind) if kind.has_principal() => {
            let kind = doc.kind.to_string();
            out.push("principal", "missing", opening(statement), &[("kind", &kind)]);
        }
        (Some(_) | None, _) => {}
    }
}

fn resource(doc: &Doc<'_>, statement: &Statement, out: &mut Out) {
    let needs = match doc.kind {
        PolicyKind::Trust | PolicyKind::Resource(None) => false,
        PolicyKind::Resource(Some(service)) => !WITHOUT_RESOURCE.contains(&service),
        PolicyKind::Identity
        | PolicyKind::Boundary
        | PolicyKind::Session
        | PolicyKind::Scp
        | PolicyKind::Rcp
        | PolicyKind::Endpoint => true,
    };
    if needs && statement.resources.is_none() {
        out.push("grammar", "missing-resource", opening(statement), &[]);
    }
}

/// How many resources of a long list are drawn.
const SHOWN: usize = 3;

fn bucket(doc: &Doc<'_>, statement: &Statement, out: &mut Out) {
    let Some(resources) = &statement.resources else { return };
    if let Some(bucket) = doc.bucket {
        let named = readable(&resources.items).filter(|item| &*item.value != "*");
        for item in named.filter(|item| !is_of_bucket(&item.value, bucket)) {
            let values = [("found", &*item.value), ("needed", bucket)];
            out.push("grammar", "resource-outside-bucket", item.span, &values);
        }
    }
    // A statement that may not be there refuses nothing by itself.
    let is_there = statement.clauses.iter().all(|clause| clause.hole().is_none());
    for item in readable(&resources.items).filter(|item| is_there && &*item.value == "*") {
        out.push("grammar", "resource-star", item.span, &[]);
    }
    let Some(actions) = statement.actions.as_ref().filter(|actions| !actions.negated) else { return };
    let named = Named::new(resources);
    for item in readable(&actions.items).filter(|item| &*item.value != "*") {
        let mut meant =
            catalog::expand(&item.value).filter(|action| action.service().prefix() == "s3").peekable();
        if meant.peek().is_none() {
            let elsewhere = catalog::expand(&item.value).next().is_some();
            if elsewhere {
                out.push(
                    "action",
                    "of-other-service",
                    item.span,
                    &[("found", &item.value), ("service", "s3")],
                );
            } else {
                out.push("grammar", "unknown-action", item.span, &[("found", &item.value)]);
            }
        } else if !resources.negated && !meant.any(|action| named.take(action)) {
            // Where a resource is none at all, it is the fault, and not the action beside it.
            let mut nothing = readable(&resources.items).filter(|item| names_nothing(&item.value)).peekable();
            if nothing.peek().is_none() {
                let mut noted =
                    out.push("grammar", "action-resource-mismatch", item.span, &[("found", &item.value)]);
                for resource in readable(&resources.items).take(SHOWN) {
                    let text = format!("`{}` is not about this kind of resource", item.value);
                    noted = noted.related(resource.span, text);
                }
            }
            for resource in nothing {
                let values = [("found", &*resource.value), ("action", &*item.value)];
                out.push("grammar", "resource-names-nothing", resource.span, &values);
            }
        }
    }
}

/// Whether a pattern names the bucket or something in it.
fn is_of_bucket(pattern: &str, bucket: &str) -> bool {
    let Some(rest) =
        pattern.strip_prefix("arn:").and_then(|rest| rest.split_once(":s3:")).map(|(_, rest)| rest)
    else {
        return false;
    };
    let Some(resource) = rest.splitn(3, ':').nth(2) else { return false };
    let name = resource.split('/').next().unwrap_or(resource);
    Glob::new(name).matches(bucket) || resource == "*"
}

/// Whether S3 has no kind of resource that a pattern can name: `arn:aws:s3:eu-west-1::bucket/*`, `arn:aws:s3:::bucket/`.
fn names_nothing(pattern: &str) -> bool {
    let Some(s3) = catalog::service("s3") else { return false };
    let arn = ArnPattern::new(pattern);
    pattern != "*" && !s3.resource_types().iter().any(|each| each.overlaps(&arn))
}

/// The resources that a statement names, asked about many actions; what is said of a type is kept.
pub(super) struct Named<'e> {
    patterns: Vec<ArnPattern<'e>>,
    /// One cannot be read, and may be any.
    unreadable: bool,
    types: RefCell<FxHashMap<*const ResourceType, bool>>,
}

impl<'e> Named<'e> {
    pub(super) fn new(resources: &'e Element) -> Self {
        Self {
            patterns: readable(&resources.items).map(|item| ArnPattern::new(&item.value)).collect(),
            // Whose missing parts are filled in may be of any kind.
            unreadable: (resources.items.iter())
                .any(|item| item.kind == TextKind::Unreadable || arn::is_cut(&item.value)),
            types: RefCell::default(),
        }
    }

    /// Whether an action has a resource type that one of the patterns can name, or has none at all.
    pub(super) fn take(&self, action: &Action) -> bool {
        !action.has_resources()
            || self.unreadable
            || action.resource_types().any(|each| self.takes(each.resource_type))
    }

    /// Whether one of the patterns can name a resource of a type.
    pub(super) fn takes(&self, kind: &'static ResourceType) -> bool {
        let mut types = self.types.borrow_mut();
        self.unreadable
            || *types
                .entry(std::ptr::from_ref(kind))
                .or_insert_with(|| self.patterns.iter().any(|pattern| kind.overlaps(pattern)))
    }
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
        IssueKind::YamlBroken => "yaml-broken",
    }
}
