//! What a family of rules is given, and how it says what it found.

use super::kind::PolicyKind;
use crate::checks::subject::Cause;
use crate::contract::RequestTemplate;
use crate::evidence::Owner;
use crate::policy::{Length, Policy, Statement, Text, TextKind};
use crate::rulebook::Values;
use crate::source::{Place, Source, SourceId, Span};
use crate::syntax::Issue;
use std::collections::BTreeMap;

/// One policy document to look at.
#[derive(Debug, Clone, Copy)]
pub struct Doc<'a> {
    /// The text it stands in.
    pub text: &'a Source,
    /// The typed policy.
    pub policy: &'a Policy,
    /// What of the text is no JSON.
    pub issues: &'a [Issue],
    /// Length of the policy's own text.
    pub length: Length,
    /// What kind of policy it is.
    pub kind: PolicyKind,
    /// The bucket whose policy it is, where somebody says.
    pub bucket: Option<&'a str>,
    /// The partition that its ARNs are of, where somebody says.
    pub partition: Option<&'a str>,
    /// Whose inline policy it is, where that is known.
    pub owner: Option<&'a Owner>,
    /// Requests that are described: who makes them has a name that is known letter by letter.
    pub requests: &'a BTreeMap<String, RequestTemplate>,
}

/// The findings of a document so far.
#[derive(Debug)]
pub(super) struct Out {
    source: SourceId,
    pub(super) causes: Vec<Cause>,
}

impl Out {
    pub(super) fn new(source: SourceId) -> Self {
        Self { source, causes: Vec::new() }
    }

    /// Notes a fault with what fills the holes of its words.
    pub(super) fn push(
        &mut self,
        check: &'static str,
        case: &'static str,
        span: Span,
        values: &[(&'static str, &str)],
    ) -> Noted<'_> {
        let mut holes = Values::new();
        for (name, value) in values {
            holes.set(name, (*value).to_owned());
        }
        let group = if matches!(check, "syntax" | "grammar") { "documents" } else { "iam" };
        let place = self.place(span);
        self.causes.push(Cause::new(check, case, place, holes).in_group(group));
        Noted { source: self.source, cause: self.causes.last_mut() }
    }

    pub(super) fn place(&self, span: Span) -> Place {
        Place { source: self.source, span }
    }
}

/// A fault that was just noted, for saying more of it.
pub(super) struct Noted<'o> {
    source: SourceId,
    cause: Option<&'o mut Cause>,
}

impl Noted<'_> {
    /// Why, in one line.
    pub(super) fn note(self, text: impl Into<String>) -> Self {
        let Self { source, mut cause } = self;
        if let Some(cause) = cause.as_mut() {
            cause.notes.push(text.into());
        }
        Self { source, cause }
    }

    /// The second place that makes it a fault.
    pub(super) fn related(self, span: Span, text: impl Into<String>) -> Self {
        let Self { source, mut cause } = self;
        if let Some(cause) = cause.as_mut() {
            cause.related.push((Place { source, span }, text.into()));
        }
        Self { source, cause }
    }
}

/// The first character of a statement: where to point when something is missing from it.
pub(super) fn opening(statement: &Statement) -> Span {
    Span { start: statement.span.start, end: statement.span.end.min(statement.span.start + 1) }
}

/// The strings of an element that can be read.
pub(super) fn readable(items: &[Text]) -> impl Iterator<Item = &Text> {
    items.iter().filter(|item| item.kind != TextKind::Unreadable)
}

/// Whether a text has a wildcard or a variable.
pub(super) fn is_open(text: &str) -> bool {
    text.contains(['*', '?']) || text.contains("${")
}
