//! The principal entries of a policy that let a caller in.

use crate::eval::{CallerKind, Compiled, Request, Witness, inspect};
use crate::policy::{
    Effect, Element, Notation, Policy, PrincipalEntry, PrincipalKind, Statement, Text, TextKind, Version, arn,
};
use crate::source::{Place, SourceId, Span};

/// One principal of one statement.
pub(super) struct Entry<'p> {
    pub(super) place: Place,
    pub(super) statement: &'p Statement,
    /// As written; where everybody is written, the account or service that comes in.
    pub(super) text: String,
    /// It stands for a whole account.
    pub(super) is_account: bool,
    /// It stands for everybody, or for everybody but some.
    pub(super) is_everybody: bool,
}

/// The entries that let the witness's request through, one for each statement that does.
pub(super) fn entries<'p>(set: &Compiled<'p>, policies: &[&'p Policy], witness: &Witness) -> Vec<Entry<'p>> {
    let request = &witness.request;
    set.statement_ids()
        .filter(|id| set.origin(*id).1.effect == Effect::Allow)
        .filter(|id| policies.iter().any(|policy| std::ptr::eq(*policy, set.origin(*id).0)))
        .filter(|id| inspect(set, request, &witness.world, *id).applies())
        .map(|id| {
            let (policy, statement) = set.origin(id);
            of(policy, statement, request)
        })
        .collect()
}

fn of<'p>(policy: &'p Policy, statement: &'p Statement, request: &Request) -> Entry<'p> {
    let place = |span| Place { source: policy.source, span };
    let named = statement.principals.iter().filter(|principals| !principals.negated);
    let named = named.flat_map(|principals| &principals.entries).find(|entry| names(entry, request));
    match named {
        Some(entry) => Entry {
            place: place(entry.value.span),
            statement,
            text: if is_everybody(entry) { who(request) } else { entry.value.value.to_string() },
            is_account: account(&entry.value.value).is_some(),
            is_everybody: is_everybody(entry),
        },
        None => Entry {
            place: place(widest(statement)),
            statement,
            text: who(request),
            is_account: false,
            is_everybody: true,
        },
    }
}

fn who(request: &Request) -> String {
    request.caller.account().unwrap_or(request.caller.arn()).to_owned()
}

/// The principal of a statement that lets most people in.
pub(super) fn widest(statement: &Statement) -> Span {
    let Some(principals) = &statement.principals else { return statement.effect_span };
    let everybody = principals.entries.iter().find(|entry| is_everybody(entry));
    everybody.filter(|_| !principals.negated).map_or(principals.span, |entry| entry.value.span)
}

fn is_everybody(entry: &PrincipalEntry) -> bool {
    matches!(entry.kind, PrincipalKind::Everyone | PrincipalKind::Aws) && &*entry.value.value == "*"
}

fn names(entry: &PrincipalEntry, request: &Request) -> bool {
    let (text, caller) = (&*entry.value.value, &request.caller);
    let is_role = || caller.kind() == CallerKind::Session && caller.principal_arn() == Some(text);
    is_everybody(entry)
        || text == caller.arn()
        || is_role()
        || (account(text).is_some() && account(text) == caller.account())
}

/// The account that a principal stands for as a whole.
fn account(text: &str) -> Option<&str> {
    if arn::is_account(text) {
        return Some(text);
    }
    arn::account_of(text.strip_suffix(":root").map(|_| text)?)
}

/// `statement 2 ("Sid")`, for notes.
pub(super) fn name(statement: &Statement) -> String {
    match &statement.sid {
        Some(sid) if !sid.value.is_empty() => format!("statement {} (`{}`)", statement.index + 1, sid.value),
        Some(_) | None => format!("statement {}", statement.index + 1),
    }
}

/// A policy that allows everything: what another account may have given to its own people.
pub(in crate::checks) fn everything(source: SourceId) -> Policy {
    let span = Span::default();
    let star = || Element {
        negated: false,
        key_span: span,
        span,
        items: vec![Text::new("*", span, TextKind::String)],
    };
    Policy {
        source,
        level: 0,
        notation: Notation::Json,
        span,
        version: Version::V2012,
        version_span: None,
        id: None,
        statement_span: span,
        statements: vec![Statement {
            index: 0,
            span,
            sid: None,
            effect: Effect::Allow,
            effect_span: span,
            effect_hole: None,
            principals: None,
            actions: Some(star()),
            resources: Some(star()),
            clauses: Vec::new(),
            condition_span: None,
        }],
        faults: Vec::new(),
    }
}
