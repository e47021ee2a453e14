//! The condition that an Allow would have to have.

use super::super::{Case, condition as explained, near};
use super::{KNOWN, at, needed_values, one_or_many};
use crate::catalog;
use crate::checks::homes;
use crate::eval::{ContextValue, Glob, Request, Truth, ValueTest};
use crate::finding::{Change, Repair};
use crate::policy::{ArnSplit, BaseOperator, Clause, Operator, Policy, Statement, Text, arn};
use crate::source::Span;
use serde_json::json;
use std::ops::Range;

pub(super) fn condition(
    case: &Case<'_, '_>,
    request: &Request,
    policy: &Policy,
    statement: &Statement,
    clause: &Clause,
) -> Vec<Repair> {
    // An operator that AWS does not know is told of as such.
    let Some(operator) = clause.parsed else { return Vec::new() };
    if operator.negated || operator.base == BaseOperator::Null {
        return Vec::new();
    }
    let key = &*clause.key.value;
    let respelled = meant(case, key)
        .map(|name| Repair::of(Change::Rename { key: at(policy, clause.key.span), name: name.to_owned() }));
    let sent = match request.context.get(&key.to_ascii_lowercase()) {
        Some(ContextValue::One(value)) => value.to_string(),
        Some(
            ContextValue::Many(_)
            | ContextValue::Unknown
            | ContextValue::Within(_)
            | ContextValue::Unseen
            | ContextValue::Every(_),
        ) => return respelled.into_iter().collect(),
        // A key that is never sent: without its condition the statement would apply.
        None => return respelled.into_iter().chain([without(policy, statement, clause)]).collect(),
    };
    let needed = needed_values(case, key);
    let mut ways = Vec::new();
    let nearest = clause.values.iter().min_by_key(|value| (explained::mismatches(value, &sent), value.span));
    if let Some(value) = nearest {
        if ValueTest::new(operator.base, &value.value, false).test(&sent, &request.context) == Truth::Mistyped
        {
            ways.extend(of_type(policy, statement, clause, operator));
        }
        if !operator.base.expands_wildcards()
            && Glob::new(&value.value).matches(&sent)
            && value.value.contains(['*', '?'])
        {
            ways.push(moved(policy, statement, clause, operator, &value.value));
        }
        let known = || KNOWN.contains(&key.to_ascii_lowercase().as_str());
        for text in corrected(value, &sent, &needed).into_iter().filter(|_| known()) {
            let set = Change::Set { at: at(policy, value.span), value: json!(text) };
            ways.push(with_operator(policy, statement, clause, operator, set, &text));
            // Two faults at once: the value is wrong, and its wildcard stands for itself there.
            if text.contains(['*', '?']) && !operator.base.expands_wildcards() {
                let values = clause.values.iter().map(|other| match other.span == value.span {
                    true => text.clone(),
                    false => other.value.to_string(),
                });
                let name = expanding(clause, operator, &text);
                ways.push(Repair {
                    changes: under(policy, statement, clause, &name, &values.collect::<Vec<_>>()),
                });
            }
        }
    }
    if KNOWN.contains(&key.to_ascii_lowercase().as_str()) {
        let adds: Vec<Change> = needed
            .iter()
            .filter(|value| !clause.values.iter().any(|have| *have.value == ***value))
            .map(|value| Change::Add { at: at(policy, clause.value_span), value: json!(value) })
            .collect();
        if !adds.is_empty() {
            ways.push(Repair { changes: adds });
        }
    }
    ways
}

/// The key that was meant by one that AWS does not have: of those that such requests bring, the one whose name is near, or the same
/// below another prefix.
fn meant<'c>(case: &Case<'c, '_>, key: &str) -> Option<&'c str> {
    if catalog::condition_key(key).is_some() {
        return None;
    }
    let template = case.template;
    let options = template.unknowns.iter().flat_map(|unknown| &unknown.options);
    let keys = options.flat_map(|option| &option.keys).map(|(key, _)| key.as_str());
    let keys = keys.chain(template.context.iter().map(|(key, _)| key.as_str()));
    let behind = |text: &str| text.split_once(':').map_or(text, |(_, name)| name).to_lowercase();
    let slips = |known: &str| {
        let slips = near::distance(key, known, MOST_SLIPS);
        slips.or_else(|| (behind(known) == behind(key)).then_some(MOST_SLIPS))
    };
    keys.filter_map(|known| Some((slips(known)?, known))).min().map(|(_, known)| known)
}

/// Letters that may differ in a misspelt condition key.
const MOST_SLIPS: usize = 2;

/// The value with the parts that are in the way replaced by what is sent; nothing if no part is known to be right. What is filled in
/// later stays where it can be right, and is replaced in another way.
fn corrected(found: &Text, sent: &str, needed: &[String]) -> Vec<String> {
    let sent = &homes::open(sent);
    let whole = || needed.first().filter(|_| needed.len() == 1).cloned();
    let text = &*found.value;
    let (Some(have), Some(want), Some(ranges)) = (arn::split(text), arn::split(sent), arn::ranges(text))
    else {
        return whole().into_iter().collect();
    };
    // Of a part with a placeholder nothing is kept.
    let hole = near::placeholder(text);
    let is_kept = |have: &str, want: &str, part: &Range<usize>| {
        let is_here = hole.as_ref().is_some_and(|hole| part.start <= hole.start && hole.end <= part.end);
        !is_here && Glob::new(have).matches(want)
    };
    let parts = have.iter().zip(want).zip(&ranges);
    let made = parts.map(|((have, want), part)| if is_kept(have, want, part) { *have } else { want });
    let text = made.collect::<Vec<_>>().join(":");
    // The resource of one world is not that of another.
    let glob = Glob::new(&text);
    let made = if needed.iter().all(|needed| glob.matches(needed)) { Some(text) } else { whole() };
    with_holes(found, want, needed).into_iter().chain(made).collect()
}

/// The same with the parts that are filled in later, where nothing else is in the way of them.
fn with_holes(found: &Text, want: [&str; 6], needed: &[String]) -> Option<String> {
    let widest = found.widest();
    let (have, open) = (arn::split(&found.value)?, arn::split(&widest)?);
    let can_be = |open: &str, want: &str| Glob::new(open).matches(want);
    let is_right = open.iter().zip(want).all(|(open, want)| can_be(open, want));
    let join = |kept: [&str; 6]| {
        let parts = kept.into_iter().zip(open).zip(want);
        let made = parts.map(|((kept, open), want)| if can_be(open, want) { kept } else { want });
        made.collect::<Vec<_>>().join(":")
    };
    let glob = Glob::new(&join(open));
    (!found.is_whole() && !is_right && needed.iter().all(|needed| glob.matches(needed))).then(|| join(have))
}

/// The operator that expands wildcards, for a text like this one.
fn expanding(clause: &Clause, operator: Operator, text: &str) -> String {
    let base = if ArnSplit::new(text).is_some() { "ArnLike" } else { "StringLike" };
    format!("{}{base}{}", set_prefix(clause), if operator.if_exists { "IfExists" } else { "" })
}

/// The clause under an operator that expands wildcards.
fn moved(policy: &Policy, statement: &Statement, clause: &Clause, operator: Operator, text: &str) -> Repair {
    let name = expanding(clause, operator, text);
    Repair { changes: under(policy, statement, clause, &name, &values_of(clause)) }
}

fn values_of(clause: &Clause) -> Vec<String> {
    clause.values.iter().map(|value| value.value.to_string()).collect()
}

/// The operator that compares texts, where one stands that compares something else: for all that stands under it, then for this
/// key alone.
fn of_type(policy: &Policy, statement: &Statement, clause: &Clause, operator: Operator) -> Vec<Repair> {
    let under_it = || statement.clauses.iter().filter(|other| other.operator.span == clause.operator.span);
    let name = |values: &[&Text]| {
        let is_arn = values.iter().all(|value| ArnSplit::new(&value.value).is_some());
        let has_wildcard = values.iter().any(|value| value.value.contains(['*', '?']));
        let base = match (is_arn, has_wildcard) {
            (true, _) => "ArnLike",
            (false, true) => "StringLike",
            (false, false) => "StringEquals",
        };
        format!("{}{base}{}", set_prefix(clause), if operator.if_exists { "IfExists" } else { "" })
    };
    let all: Vec<&Text> = under_it().flat_map(|clause| &clause.values).collect();
    let own: Vec<&Text> = clause.values.iter().collect();
    let whole = Repair::of(Change::Rename { key: at(policy, clause.operator.span), name: name(&all) });
    vec![whole, Repair { changes: under(policy, statement, clause, &name(&own), &values_of(clause)) }]
}

/// A new value with a wildcard in it needs an operator that expands it.
fn with_operator(
    policy: &Policy,
    statement: &Statement,
    clause: &Clause,
    operator: Operator,
    set: Change,
    text: &str,
) -> Repair {
    let mut changes = vec![set];
    let is_only =
        statement.clauses.iter().filter(|other| other.operator.span == clause.operator.span).count() == 1;
    // Where other keys stand beside it, the value moves; that is another way, with the whole clause rewritten.
    if text.contains(['*', '?']) && !operator.base.expands_wildcards() && is_only {
        changes.extend(moved(policy, statement, clause, operator, text).changes);
    }
    Repair { changes }
}

fn set_prefix(clause: &Clause) -> &str {
    clause
        .operator
        .value
        .split_once(':')
        .map_or("", |(prefix, _)| clause.operator.value.get(..=prefix.len()).unwrap_or_default())
}

/// The clause moved under another operator of the same statement, with these values.
fn under(
    policy: &Policy,
    statement: &Statement,
    clause: &Clause,
    name: &str,
    values: &[String],
) -> Vec<Change> {
    let operators = |span: Span| statement.clauses.iter().filter(move |other| other.operator.span == span);
    let is_only = operators(clause.operator.span).count() == 1;
    let target = statement.clauses.iter().find(|other| other.operator.value.eq_ignore_ascii_case(name));
    let value = one_or_many(values);
    let gone = |whole: bool| Change::Remove {
        at: at(policy, if whole { clause.operator.span } else { clause.key.span }),
    };
    match target {
        Some(target) => {
            let same = operators(target.operator.span)
                .find(|other| other.key.value.eq_ignore_ascii_case(&clause.key.value));
            let change = match same {
                // Both have the key: what stands under both must hold, so the exact one goes.
                Some(_) => return vec![gone(is_only)],
                None => Change::AddMember {
                    object: at(policy, target.operator.span),
                    key: clause.key.value.to_string(),
                    value,
                },
            };
            vec![gone(is_only), change]
        }
        None if is_only && values == values_of(clause) => {
            vec![Change::Rename { key: at(policy, clause.operator.span), name: name.to_owned() }]
        }
        None => {
            let Some(condition) = statement.condition_span else { return Vec::new() };
            let inner = json!({ &*clause.key.value: value });
            vec![
                gone(is_only),
                Change::AddMember { object: at(policy, condition), key: name.to_owned(), value: inner },
            ]
        }
    }
}

fn without(policy: &Policy, statement: &Statement, clause: &Clause) -> Repair {
    let count = statement.clauses.len();
    let beside = statement.clauses.iter().filter(|other| other.operator.span == clause.operator.span).count();
    let span = match (count, beside, statement.condition_span) {
        (1, _, Some(condition)) => condition,
        (_, 1, _) => clause.operator.span,
        _ => clause.key.span,
    };
    Repair::of(Change::Remove { at: at(policy, span) })
}
