//! Whether a change can only bear on what the contract asks for: seen in the statements that differ, without a search.
//!
//! What two policies decide differently, a statement that only one of them has must match. If all of those are Allows that reach
//! nothing but what is asked, nothing outside of the contract differs. It says yes only where that is plain; the search over all
//! requests says the rest.

use crate::catalog;
use crate::checks::contracted::Contracted;
use crate::eval::Glob;
use crate::evidence::Role;
use crate::policy::{
    BaseOperator, Clause, Effect, Element, Policy, PrincipalEntry, PrincipalKind, Statement, Text, TextKind,
};

/// What is asked of a document of a role.
pub(super) struct Inside<'a> {
    /// Access that contracts ask for.
    pub(super) asked: &'a [Contracted],
    /// What the document is.
    pub(super) role: Role,
    /// The account on whose behalf services act.
    pub(super) account: &'a str,
    /// Whether a resource can be there at all.
    pub(super) can_be: fn(&str) -> bool,
}

impl Inside<'_> {
    /// Whether nothing outside of the contract can differ between two policies.
    pub(super) fn holds(&self, old: &Policy, new: &Policy) -> bool {
        let only_in = |one: &Policy, other: &Policy| {
            let mine = one.statements.iter();
            mine.filter(|mine| !other.statements.iter().any(|each| same(mine, each)))
                .cloned()
                .collect::<Vec<_>>()
        };
        old.version == new.version
            && only_in(new, old).iter().all(|statement| self.reaches_only(statement, false))
            && only_in(old, new).iter().all(|statement| self.reaches_only(statement, true))
    }

    /// Whether an Allow reaches nothing but what is asked, or if it was there before, what could not be there.
    fn reaches_only(&self, statement: &Statement, was: bool) -> bool {
        if statement.effect != Effect::Allow || statement.effect_hole.is_some() || self.account.is_empty() {
            return false;
        }
        let Some(actions) = plain(statement.actions.as_ref()) else { return false };
        let resources: Vec<&str> = match (self.role, plain(statement.resources.as_ref())) {
            (Role::TrustPolicy, _) => vec!["*"],
            (_, Some(resources)) => resources,
            (_, None) => return false,
        };
        let callers: Vec<Option<&PrincipalEntry>> = match (&statement.principals, self.role.has_principal()) {
            (Some(principals), true) if !principals.negated => principals.entries.iter().map(Some).collect(),
            (None, false) => vec![None],
            _ => return false,
        };
        callers.iter().all(|caller| {
            actions.iter().all(|action| {
                resources.iter().all(|resource| {
                    let could_be =
                        (self.can_be)(resource) && (is_pattern(action) || catalog::action(action).is_some());
                    (was && !could_be)
                        || !is_used_on(action, resource)
                        || self
                            .asked
                            .iter()
                            .any(|each| self.fits(each, statement, (*caller, action, resource)))
                })
            })
        })
    }

    fn fits(
        &self,
        asked: &Contracted,
        statement: &Statement,
        (caller, action, resource): (Option<&PrincipalEntry>, &str, &str),
    ) -> bool {
        let is_caller = match caller {
            None => !asked.is_service(),
            Some(entry) => {
                let kind = if asked.is_service() { PrincipalKind::Service } else { PrincipalKind::Aws };
                entry.kind == kind && entry.value.is_whole() && *entry.value.value == *asked.caller
            }
        };
        let is_resource = match self.role {
            // A key's policy speaks of that key, that of a role of the role.
            Role::KeyPolicy | Role::TrustPolicy => true,
            _ => covers(&asked.resource, resource),
        };
        is_caller
            && is_resource
            && asked.actions.iter().any(|each| each.eq_ignore_ascii_case(action))
            && (!asked.is_service() || statement.clauses.iter().any(|clause| self.pins(clause)))
            && asked.shown.iter().all(|(key, value)| {
                statement.clauses.iter().any(|clause| {
                    is_clause(clause, key, &[BaseOperator::StringEquals])
                        && clause.values.iter().all(|each| *each.value == **value)
                })
            })
    }

    /// Whether a condition holds on behalf of the account alone.
    fn pins(&self, clause: &Clause) -> bool {
        let exact = [BaseOperator::StringEquals, BaseOperator::StringLike, BaseOperator::ArnLike];
        if is_clause(clause, "aws:SourceAccount", &exact) {
            return clause.values.iter().all(|each| *each.value == *self.account);
        }
        is_clause(clause, "aws:SourceArn", &exact)
            && clause.values.iter().all(|each| {
                let parts: Vec<&str> = each.value.splitn(6, ':').collect();
                let is_plain = |part: &&str| !part.contains(['*', '?', '$']);
                parts.len() == 6
                    && parts.first() == Some(&"arn")
                    && parts.iter().take(5).all(is_plain)
                    && parts.get(4) == Some(&self.account)
            })
    }
}

/// Whether a clause compares a key with values that are there, by one of some operators and with nothing around it.
fn is_clause(clause: &Clause, key: &str, bases: &[BaseOperator]) -> bool {
    clause.key.value.eq_ignore_ascii_case(key)
        && clause.key.is_whole()
        && !clause.values.is_empty()
        && clause.values.iter().all(|value| value.is_whole() && !value.value.contains("${"))
        && clause.parsed.is_some_and(|operator| {
            !operator.negated
                && !operator.if_exists
                && operator.set.is_none()
                && bases.contains(&operator.base)
        })
}

/// The strings of an element that says what it is for.
fn plain(element: Option<&Element>) -> Option<Vec<&str>> {
    let is_known = |text: &Text| text.is_whole() && text.kind == TextKind::String;
    let element = element.filter(|element| !element.negated && element.items.iter().all(is_known))?;
    Some(element.items.iter().map(|item| &*item.value).collect())
}

/// Whether everything that `inner` can name is named by `outer`.
fn covers(outer: &str, inner: &str) -> bool {
    let fixed = inner.split(['*', '?', '$']).next().unwrap_or_default();
    if fixed.len() == inner.len() {
        return Glob::new(outer).matches(inner);
    }
    outer.strip_suffix('*').is_some_and(|start| !start.contains(['*', '?']) && fixed.starts_with(start))
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether an action can be asked for with a resource.
fn is_used_on(action: &str, resource: &str) -> bool {
    catalog::action(action).is_none_or(|known| known.is_used_on(resource))
}

/// Whether two statements say the same, wherever they stand.
fn same(one: &Statement, other: &Statement) -> bool {
    let texts = |list: &[Text]| list.iter().map(|text| (text.value.clone(), text.kind)).collect::<Vec<_>>();
    let element =
        |element: &Option<Element>| element.as_ref().map(|element| (element.negated, texts(&element.items)));
    let principals = |statement: &Statement| {
        statement.principals.as_ref().map(|principals| {
            let entries = principals.entries.iter();
            let entries = entries.map(|entry| (entry.kind, entry.value.value.clone(), entry.value.kind));
            (principals.negated, entries.collect::<Vec<_>>())
        })
    };
    let clauses = |statement: &Statement| {
        let clauses = statement.clauses.iter();
        clauses
            .map(|clause| (clause.operator.value.clone(), clause.key.value.clone(), texts(&clause.values)))
            .collect::<Vec<_>>()
    };
    (one.effect, &one.effect_hole) == (other.effect, &other.effect_hole)
        && element(&one.actions) == element(&other.actions)
        && element(&one.resources) == element(&other.resources)
        && principals(one) == principals(other)
        && clauses(one) == clauses(other)
}
