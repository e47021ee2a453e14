//! What another entry covers already. Whether one pattern covers another is asked of `member`: is there a text that the one
//! takes and the other does not?

use super::doc::{Doc, Out, readable};
use crate::eval::Glob;
use crate::eval::member::{self, Found, Language, Step};
use crate::policy::{Clause, Effect, Element, PrincipalKind, Principals, Statement, Text};

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
    let list: Vec<(&Text, Language)> = readable(items)
        .filter(|item| !item.value.contains("${"))
        .map(|item| (item, language(&item.value)))
        .collect();
    for (at, (item, own)) in list.iter().enumerate() {
        let cover = list.iter().enumerate().find(|(other, (text, wide))| {
            if *other == at {
                return false;
            }
            let same = own == wide;
            // What covers a pattern takes its very text, too: a quick no for nearly all pairs.
            let may = same || (text.value.contains(['*', '?']) && takes_text(text, item, case));
            // Of two that say the same, the later one is superfluous.
            may && (if same { *other < at } else { within(own, &[wide]) && !within(wide, &[own]) })
        });
        if let Some((_, (by, _))) = cover {
            out.push("cover", case, item.span, &[("found", &item.value), ("by", &by.value)])
                .related(by.span, "covers it");
        }
    }
}

fn takes_text(wide: &Text, item: &Text, case: &str) -> bool {
    if case == "action" {
        Glob::new(&wide.value.to_ascii_lowercase()).matches(&item.value.to_ascii_lowercase())
    } else {
        Glob::new(&wide.value).matches(&item.value)
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

fn statements(doc: &Doc<'_>, out: &mut Out) {
    let list: Vec<(&Statement, Option<Values>, Option<Values>)> = doc
        .policy
        .statements
        .iter()
        .map(|statement| {
            let actions = Values::of(statement.actions.as_ref(), folded);
            (statement, actions, Values::of(statement.resources.as_ref(), plain))
        })
        .collect();
    for (at, (one, one_actions, one_resources)) in list.iter().enumerate() {
        let covers = |other: &(&Statement, Option<Values>, Option<Values>)| {
            let (wide, wide_actions, wide_resources) = other;
            let (Some(actions), Some(wide_actions)) = (one_actions, wide_actions) else { return false };
            let resources = match (one_resources, wide_resources) {
                (Some(one), Some(wide)) => one.within(wide),
                (None, None) => one.resources.is_none() && wide.resources.is_none(),
                (Some(_), None) | (None, Some(_)) => false,
            };
            one.effect == wide.effect
                && one.effect != Effect::Unreadable
                && same_or_wider(one, wide)
                && resources
                && actions.within(wide_actions)
        };
        let cover = list.iter().enumerate().find(|(other, wide)| {
            *other != at && covers(wide) && (*other < at || !is_mutual(&list, at, *other))
        });
        if let Some((_, (by, ..))) = cover {
            let name = name(by);
            out.push("cover", "statement", super::doc::opening(one), &[("by", &name)])
                .related(super::doc::opening(by), "covers it");
        }
    }
}

fn is_mutual(list: &[(&Statement, Option<Values>, Option<Values>)], one: usize, other: usize) -> bool {
    let (Some(one), Some(other)) = (list.get(one), list.get(other)) else { return false };
    let within = |left: &Option<Values>, right: &Option<Values>| match (left, right) {
        (Some(left), Some(right)) => left.within(right),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    same_or_wider(other.0, one.0) && within(&other.1, &one.1) && within(&other.2, &one.2)
}

/// Whether whoever and whenever the one statement is for, the other is, too.
fn same_or_wider(one: &Statement, wide: &Statement) -> bool {
    let conditions = wide.clauses.iter().all(|clause| one.clauses.iter().any(|own| same_clause(own, clause)));
    conditions && principals_within(one.principals.as_ref(), wide.principals.as_ref())
}

fn same_clause(one: &Clause, other: &Clause) -> bool {
    let values = |clause: &Clause| {
        let mut list: Vec<&str> = clause.values.iter().map(|value| &*value.value).collect();
        list.sort_unstable();
        list.join("\u{0}")
    };
    one.parsed == other.parsed
        && one.parsed.is_some()
        && one.key.value.eq_ignore_ascii_case(&other.key.value)
        && values(one) == values(other)
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
