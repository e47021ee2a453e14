//! What another entry covers already. Whether one pattern covers another is asked of `member`: is there a text that the one
//! takes and the other does not?

use super::doc::{Doc, Out, readable};
use crate::eval::Glob;
use crate::eval::member::{self, Found, Language, Step};
use crate::policy::{Clause, Effect, Element, PrincipalKind, Principals, Statement, Text};
use std::borrow::Cow;
use std::cell::OnceCell;

/// Statements are compared in pairs up to this number; more would take longer than it is worth.
const MOST_STATEMENTS: usize = 100;
/// Entries of one list are compared in pairs up to this number.
const MOST_ITEMS: usize = 400;

pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    for statement in &doc.policy.statements {
        if let Some(actions) = &statement.actions {
            items(&actions.items, "action", folded, out);
        }
        if let Some(resources) = &statement.resources {
            items(&resources.items, "resource", plain, out);
        }
    }
    if doc.policy.statements.len() <= MOST_STATEMENTS {
        statements(doc, out);
    }
}

/// An action pattern: case does not count.
pub(super) fn folded(text: &str) -> Language {
    Language::new(Language::from(&Glob::new(text)).steps().iter().map(|step| match step {
        Step::Char(c) => Step::Fold(c.to_ascii_lowercase()),
        other => *other,
    }))
}

fn plain(text: &str) -> Language {
    Language::glob(text)
}

/// Whether every text of one language is one of some others.
fn within(one: &Language, others: &[&Language]) -> bool {
    matches!(member::string(&[one], others), Found::Nothing)
}

/// Entries of a list that another entry covers.
fn items(items: &[Text], case: &'static str, language: fn(&str) -> Language, out: &mut Out) {
    if items.len() < 2 || items.len() > MOST_ITEMS {
        return;
    }
    let list: Vec<Entry<'_>> = readable(items)
        .filter(|item| !item.value.contains("${"))
        .map(|item| Entry::new(item, case == "action"))
        .collect();
    for (at, Entry { item, glob: _, text: own_text }) in list.iter().enumerate() {
        let cover = list.iter().enumerate().find(|(other, wide)| {
            // What covers a pattern takes its very text, too: a quick no for nearly all pairs.
            if *other == at || !(wide.text == *own_text || wide.glob.matches(own_text)) {
                return false;
            }
            let (own, wide) = (language(&item.value), language(&wide.item.value));
            // Of two that say the same, the later one is superfluous.
            if own == wide { *other < at } else { within(&own, &[&wide]) && !within(&wide, &[&own]) }
        });
        if let Some((_, Entry { item: by, .. })) = cover {
            out.push("cover", case, item.span, &[("found", &item.value), ("by", &by.value)])
                .related(by.span, "covers it");
        }
    }
}

/// An entry of a list, ready for being compared with many.
struct Entry<'t> {
    item: &'t Text,
    text: Cow<'t, str>,
    glob: Glob,
}

impl<'t> Entry<'t> {
    fn new(item: &'t Text, folded: bool) -> Self {
        let text: Cow<'t, str> =
            if folded { item.value.to_ascii_lowercase().into() } else { Cow::Borrowed(&*item.value) };
        Self { item, glob: Glob::new(&text), text }
    }
}

/// The values of an element: those it names, or all others.
struct Values {
    list: Vec<Language>,
    negated: bool,
}

impl Values {
    fn of(element: Option<&Element>, language: fn(&str) -> Language) -> Option<Self> {
        let element = element?;
        let open =
            |item: &Text| item.kind == crate::policy::TextKind::Unreadable || item.value.contains("${");
        if element.items.iter().any(open) || element.items.is_empty() {
            return None;
        }
        let list = element.items.iter().map(|item| language(&item.value)).collect();
        Some(Self { list, negated: element.negated })
    }

    fn within(&self, other: &Self) -> bool {
        let all: Vec<&Language> = other.list.iter().collect();
        match (self.negated, other.negated) {
            (false, false) => self.list.iter().all(|one| within(one, &all)),
            (false, true) => self.list.iter().all(|one| {
                other.list.iter().all(|not| matches!(member::string(&[one, not], &[]), Found::Nothing))
            }),
            (true, false) => {
                let either: Vec<&Language> = self.list.iter().chain(&other.list).collect();
                within(&Language::any(), &either)
            }
            (true, true) => {
                let own: Vec<&Language> = self.list.iter().collect();
                other.list.iter().all(|not| within(not, &own))
            }
        }
    }
}

/// What a statement names, worked out when two statements are close enough to be compared.
struct Named<'s> {
    statement: &'s Statement,
    actions: OnceCell<Option<Values>>,
    resources: OnceCell<Option<Values>>,
}

impl<'s> Named<'s> {
    fn actions(&self) -> Option<&Values> {
        self.actions.get_or_init(|| Values::of(self.statement.actions.as_ref(), folded)).as_ref()
    }

    fn resources(&self) -> Option<&Values> {
        self.resources.get_or_init(|| Values::of(self.statement.resources.as_ref(), plain)).as_ref()
    }

    /// Whether whatever the statement says the other says, too.
    fn within(&self, wide: &Self) -> bool {
        let (one, other) = (self.statement, wide.statement);
        let both = |one: Option<&Values>, wide: Option<&Values>| {
            one.zip(wide).is_some_and(|(one, wide)| one.within(wide))
        };
        one.effect == other.effect
            && one.effect != Effect::Unreadable
            && same_or_wider(one, other)
            && may_hold(one.actions.as_ref(), other.actions.as_ref(), true)
            && may_hold(one.resources.as_ref(), other.resources.as_ref(), false)
            && ((one.resources.is_none() && other.resources.is_none())
                || both(self.resources(), wide.resources()))
            && both(self.actions(), wide.actions())
    }
}

/// Whether one list can hold the other: what covers a pattern takes its very text, too. A quick no for nearly all pairs.
fn may_hold(one: Option<&Element>, wide: Option<&Element>, folded: bool) -> bool {
    let (Some(one), Some(wide)) = (one, wide) else { return true };
    if one.negated || wide.negated {
        return true;
    }
    let wide: Vec<Entry<'_>> = wide.items.iter().map(|item| Entry::new(item, folded)).collect();
    one.items.iter().all(|item| {
        let entry = Entry::new(item, folded);
        wide.iter().any(|wide| wide.glob.matches(&entry.text))
    })
}

fn statements(doc: &Doc<'_>, out: &mut Out) {
    let list: Vec<Named<'_>> = doc
        .policy
        .statements
        .iter()
        .map(|statement| Named { statement, actions: OnceCell::new(), resources: OnceCell::new() })
        .collect();
    for (at, one) in list.iter().enumerate() {
        let cover = list.iter().enumerate().find(|(other, wide)| {
            // Of two that say the same, the later one is superfluous.
            *other != at && one.within(wide) && (*other < at || !wide.within(one))
        });
        if let Some((_, by)) = cover {
            let name = name(by.statement);
            out.push("cover", "statement", super::doc::opening(one.statement), &[("by", &name)])
                .related(super::doc::opening(by.statement), "covers it");
        }
    }
}

/// Whether whoever and whenever the one statement is for, the other is, too.
fn same_or_wider(one: &Statement, wide: &Statement) -> bool {
    let conditions = wide.clauses.iter().all(|clause| one.clauses.iter().any(|own| same_clause(own, clause)));
    conditions && principals_within(one.principals.as_ref(), wide.principals.as_ref())
}

fn same_clause(one: &Clause, other: &Clause) -> bool {
    let values = |clause: &'_ Clause| {
        let mut list: Vec<String> = clause.values.iter().map(|value| value.value.to_string()).collect();
        list.sort_unstable();
        list
    };
    one.parsed == other.parsed
        && one.parsed.is_some()
        && one.values.len() == other.values.len()
        && one.key.value.eq_ignore_ascii_case(&other.key.value)
        && match (one.values.as_slice(), other.values.as_slice()) {
            ([one], [other]) => one.value == other.value,
            _ => values(one) == values(other),
        }
}

fn principals_within(one: Option<&Principals>, wide: Option<&Principals>) -> bool {
    match (one, wide) {
        (None, None) => true,
        (Some(one), Some(wide)) if !one.negated && !wide.negated => {
            let everyone = wide.entries.iter().any(|entry| entry.kind == PrincipalKind::Everyone);
            everyone
                || one.entries.iter().all(|entry| {
                    wide.entries
                        .iter()
                        .any(|other| other.kind == entry.kind && other.value.value == entry.value.value)
                })
        }
        (Some(_) | None, Some(_) | None) => false,
    }
}

/// A statement for people.
pub(super) fn name(statement: &Statement) -> String {
    match &statement.sid {
        Some(sid) if !sid.value.is_empty() => format!("statement `{}`", sid.value),
        Some(_) | None => format!("statement {}", statement.index + 1),
    }
}
