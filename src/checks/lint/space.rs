//! Questions about one document, put to the evaluator: who may do what, under which conditions.

use crate::catalog;
use crate::eval::{
    Answer, Caller, Compiled, Context, ContextValue, Layer, Layers, Member, NoTrace, Question, Request,
    World, ask, decide,
};
use crate::policy::{
    Clause, Effect, Element, Policy, PrincipalEntry, PrincipalKind, Statement, Text, TextKind, arn,
};

/// A user that no document names.
pub(super) const FRESH_USER: &str = "arn:aws:iam::999999999999:user/preflight-stranger";
/// A name that no document has.
pub(super) const FRESH_NAME: &str = "preflight-any-name";

/// What a caller asks for: an action on every resource of a pattern, whose owner may be known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'q> {
    pub(super) caller: &'q str,
    pub(super) action: &'q str,
    pub(super) resource: &'q str,
    pub(super) owner: Option<&'q str>,
}

/// The document on the side of the caller, or on that of the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Identity,
    Resource,
}

/// A policy with some of the statements.
pub(super) fn part(policy: &Policy, keep: impl Fn(&Statement) -> bool) -> Policy {
    let mut out = policy.clone();
    out.statements.retain(|statement| keep(statement));
    out
}

/// One Allow with all that is denied beside it.
pub(super) fn with_denies(policy: &Policy, statement: &Statement) -> Policy {
    part(policy, |each| each.index == statement.index || each.effect == Effect::Deny)
}

/// A policy without what is filled in later, such that it allows no more than the policy does whatever that is: an Allow that
/// hangs on it is left out, and a Deny is taken for as wide as it can be. Nothing if no Allow is left.
pub(super) fn closed(mut policy: Policy) -> Option<Policy> {
    let is_open = |element: &Option<Element>| {
        element.iter().flat_map(|element| &element.items).any(|item| !item.is_whole())
    };
    policy.statements.retain_mut(|statement| {
        let clauses =
            |clause: &Clause| clause.hole().is_some() || clause.values.iter().any(|value| !value.is_whole());
        let principals = |statement: &Statement| {
            statement.principals.iter().flat_map(|each| &each.entries).any(|entry| !entry.value.is_whole())
        };
        if statement.effect == Effect::Allow {
            // Of a list, the entries that are known are enough.
            let lists = [statement.actions.as_mut(), statement.resources.as_mut()].into_iter().flatten();
            for element in lists.filter(|element| !element.negated) {
                element.items.retain(Text::is_whole);
            }
            if let Some(each) = statement.principals.as_mut().filter(|each| !each.negated) {
                each.entries.retain(|entry| entry.value.is_whole());
            }
            return !(is_open(&statement.actions)
                || is_open(&statement.resources)
                || principals(statement)
                || statement.clauses.iter().any(clauses));
        }
        if is_open(&statement.actions) {
            statement.actions = statement.actions.take().map(any_of);
        }
        if is_open(&statement.resources) {
            statement.resources = statement.resources.take().map(any_of);
        }
        if principals(statement)
            && let Some(each) = &mut statement.principals
        {
            each.negated = false;
            let everyone = |entry: &PrincipalEntry| PrincipalEntry {
                kind: PrincipalKind::Everyone,
                kind_span: entry.kind_span,
                value: Text::new("*", entry.value.span, TextKind::String),
            };
            each.entries = each.entries.iter().map(everyone).take(1).collect();
        }
        statement.clauses.retain(|clause| !clauses(clause));
        // An effect that is filled in later may be a Deny.
        statement.effect = Effect::Deny;
        true
    });
    policy.statements.iter().any(|statement| statement.effect == Effect::Allow).then_some(policy)
}

fn any_of(element: Element) -> Element {
    let item = Text::new("*", element.span, TextKind::String);
    Element { negated: false, items: vec![item], ..element }
}

/// What is known of a request's context: keys with a value or none; all others may be anything.
pub(super) type Known<'k> = &'k [(&'k str, Option<&'k str>)];

/// A compiled document that can be asked.
pub(super) struct Space<'p> {
    set: Compiled<'p>,
}

impl<'p> Space<'p> {
    pub(super) fn new(policy: &'p Policy, side: Side) -> Self {
        let mut layers = Layers::none();
        match side {
            Side::Identity => layers.identity = Layer::Known(vec![policy]),
            Side::Resource => layers.resource = Layer::Known(vec![policy]),
        }
        Self { set: Compiled::new(&layers) }
    }

    /// Whether a user of some account may do this on every resource of a pattern, whatever the context.
    pub(super) fn always(&self, action: &str, resource: &str) -> bool {
        let account = arn::account_of(resource).unwrap_or(SOME_ACCOUNT);
        let user = format!("arn:aws:iam::{account}:user/{FRESH_NAME}");
        let Ok(caller) = Caller::parse(&user) else { return false };
        // A resource that nobody named, asked for with an empty context, is one of them. It is refused by nearly every
        // statement that has limits, and a single decision says so; the search over all of them takes a thousand.
        let fresh = fresh(resource);
        let one = Request::new(caller.clone(), action, &fresh, Some(account), Context::new());
        decide(&self.set, &one, &World::new(), &mut NoTrace).is_allowed()
            && self.all(&self.request(caller, action, resource, Some(account), &[]), resource, true)
    }

    /// Whether it is allowed for every resource of the pattern in every context.
    pub(super) fn is_allowed(&self, asked: Asked<'_>, known: Known<'_>) -> bool {
        self.settled(asked, known, true)
    }

    /// Whether it is refused for every resource of the pattern in every context. A caller that is none is.
    pub(super) fn is_refused(&self, asked: Asked<'_>, known: Known<'_>) -> bool {
        Caller::parse(asked.caller).is_err() || self.settled(asked, known, false)
    }

    fn settled(&self, asked: Asked<'_>, known: Known<'_>, allowed: bool) -> bool {
        let Asked { caller, action, resource, owner } = asked;
        let Ok(caller) = Caller::parse(caller) else { return false };
        // One request of all: with what is known and nothing else, for a resource that nobody named. Mostly it says no.
        let mut context = Context::new();
        for (key, value) in known {
            if let Some(value) = value {
                context.set_one(key, value);
            }
        }
        let one = Request::new(caller.clone(), action, &fresh(resource), owner, context);
        decide(&self.set, &one, &World::new(), &mut NoTrace).is_allowed() == allowed
            && self.all(&self.request(caller, action, resource, owner, known), resource, allowed)
    }

    /// A request of which nothing but `known` is known.
    fn request(
        &self,
        caller: Caller,
        action: &str,
        resource: &str,
        owner: Option<&str>,
        known: Known<'_>,
    ) -> Request {
        let mut context = Context::new();
        for (key, value) in known {
            if let Some(value) = value {
                context.set_one(key, value);
            }
        }
        let mut request = Request::new(caller, action, resource, owner, context);
        for key in self.set.keys() {
            let fixed = known.iter().any(|(name, _)| fits(name, key));
            if !fixed && request.context.get(key).is_none() {
                request.context.set(key, ContextValue::Unseen);
            }
        }
        request
    }

    /// Whether a request is allowed, or refused, for every resource of a pattern and in every context.
    fn all(&self, request: &Request, resource: &str, allowed: bool) -> bool {
        let member = Member { request: request.clone().over(resource), example: None };
        let question = Question { members: vec![member], unknowns: Vec::new(), allowed, base: World::new() };
        matches!(ask(&self.set, &question), Answer::Holds { .. })
    }
}

/// The account that is asked about where a pattern names none.
const SOME_ACCOUNT: &str = "111122223333";

/// A resource of a pattern that no document names.
pub(super) fn fresh(pattern: &str) -> String {
    let account = arn::account_of(pattern).unwrap_or(SOME_ACCOUNT);
    let mut out = String::with_capacity(pattern.len() + FRESH_NAME.len());
    for (at, part) in arn::fields(pattern).enumerate() {
        if at > 0 {
            out.push(':');
        }
        let filling = match at {
            3 => "us-east-1",
            4 => account,
            _ => FRESH_NAME,
        };
        let mut pieces = part.split('*');
        out.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            out.push_str(filling);
            out.push_str(piece);
        }
    }
    out
}

/// Whether a name, which may end in `*`, is this key in lower case.
fn fits(name: &str, key: &str) -> bool {
    match name.strip_suffix('*') {
        Some(start) => key.starts_with(&start.to_ascii_lowercase()),
        None => name.eq_ignore_ascii_case(key),
    }
}

/// The widest resources that an action works on: every resource of each of its types, in each of these accounts.
pub(super) fn widest(action: &str, accounts: &[&str]) -> Vec<String> {
    let Some(action) = catalog::action(action) else { return vec!["*".to_owned()] };
    let mut out: Vec<String> = Vec::new();
    for template in action.resource_types().flat_map(|each| each.resource_type.arns()) {
        for account in accounts {
            out.push(fill(template, account));
        }
    }
    if out.is_empty() {
        out.push("*".to_owned());
    }
    out.sort();
    out.dedup();
    out
}

/// A template with every hole open.
pub(super) fn fill(template: &str, account: &str) -> String {
    let mut out = String::new();
    for (at, field) in arn::fields(template).enumerate() {
        if at > 0 {
            out.push(':');
        }
        match at {
            1 => out.push_str("aws"),
            4 if !field.is_empty() => out.push_str(account),
            3 if !field.is_empty() => out.push('*'),
            _ => {
                let mut rest = field;
                while let Some((before, after)) = rest.split_once("${") {
                    out.push_str(before);
                    out.push('*');
                    rest = after.split_once('}').map_or("", |(_, behind)| behind);
                }
                out.push_str(rest);
            }
        }
    }
    out
}

/// The accounts that a policy's resources name, and any.
pub(super) fn accounts(policy: &Policy) -> Vec<&str> {
    let resources = policy.statements.iter().filter_map(|statement| statement.resources.as_ref());
    let mut list: Vec<&str> = resources
        .flat_map(|element| &element.items)
        .filter_map(|item| arn::account_of(&item.value))
        .collect();
    list.sort_unstable();
    list.dedup();
    list.truncate(3);
    list.insert(0, "*");
    list
}
