//! A condition of the Allow that almost granted: which part of which value is in the way.

use super::near;
use super::{Case, caller, few, part, place};
use crate::checks::homes;
use crate::checks::subject::Cause;
use crate::eval::member::{Language, may_take};
use crate::eval::{ContextValue, Glob, Request, Truth, ValueTest};
use crate::policy::arn::{self, ArnPart};
use crate::policy::{BaseOperator, Clause, Operator, Policy, Statement, Text};
use crate::rulebook::Values;

pub(super) fn cause(
    case: &Case<'_, '_>,
    request: &Request,
    policy: &Policy,
    statement: &Statement,
    at: u16,
) -> Option<Cause> {
    let clause = statement.clauses.get(usize::from(at))?;
    let key = &*clause.key.value;
    let operator = &*clause.operator.value;
    let values = || Values::new().with("key", key);
    let Some(parsed) = clause.parsed else {
        let cause = Cause::new(
            "condition",
            "unsure",
            place(policy, clause.operator.span),
            values().with("operator", operator),
        );
        return Some(cause);
    };
    let sent = match request.context.get(&key.to_ascii_lowercase()) {
        None => {
            let values = values().with("operator", operator).with("caller", caller(request));
            return Some(Cause::new("condition", "key-absent", place(policy, clause.key.span), values));
        }
        // A moment may be sent in seconds; people write dates.
        Some(ContextValue::One(value)) if parsed.base.is_date() && value.parse::<u64>().is_ok() => {
            case.subject.now.to_owned()
        }
        Some(ContextValue::One(value)) => value.to_string(),
        Some(ContextValue::Many(list)) => few(list.iter().map(|value| &**value)),
        Some(ContextValue::Within(within)) if can_never_be(clause, parsed, within, request) => {
            within.pattern().replace("?*", "*")
        }
        Some(
            ContextValue::Unknown | ContextValue::Within(_) | ContextValue::Unseen | ContextValue::Every(_),
        ) => {
            let values = values().with("operator", operator);
            return Some(Cause::new("condition", "unsure", place(policy, clause.key.span), values));
        }
    };
    if parsed.negated || parsed.base == BaseOperator::Null {
        let values = values()
            .with("operator", operator)
            .with("found", few(clause.values.iter().map(|value| &*value.value)))
            .with("sent", sent);
        return Some(Cause::new("condition", "value-other", place(policy, clause.value_span), values));
    }
    let nearest = clause.values.iter().min_by_key(|value| (mismatches(value, &sent), value.span));
    let Some(nearest) = nearest else {
        // An empty list matches nothing.
        let values = values().with("operator", operator).with("found", "").with("sent", sent);
        return Some(Cause::new("condition", "value-other", place(policy, clause.value_span), values));
    };
    Some(value(case, request, policy, clause, nearest, &sent))
}

/// Whether no value of those in question is one that a clause asks for.
fn can_never_be(clause: &Clause, operator: Operator, within: &Language, request: &Request) -> bool {
    let test = |text: &Text| ValueTest::new(operator.base, &text.value, true);
    let is_possible = |text: &Text| may_take(&test(text), within, &request.context);
    !operator.negated && !clause.values.iter().any(is_possible)
}

/// How many parts of an ARN differ; a plain text counts as one part, a difference in case as none, and what is filled in later may be
/// what is sent.
pub(super) fn mismatches(found: &Text, sent: &str) -> usize {
    let found = &*found.widest();
    if Glob::new(&found.to_lowercase()).matches(&sent.to_lowercase()) {
        return 0;
    }
    match (arn::split(found), arn::split(sent)) {
        (Some(have), Some(want)) => {
            have.iter().zip(want).filter(|(have, want)| !Glob::new(have).matches(want)).count()
        }
        (Some(_), None) | (None, Some(_)) => 7,
        (None, None) => usize::from(found != sent),
    }
}

fn value(
    case: &Case<'_, '_>,
    request: &Request,
    policy: &Policy,
    clause: &Clause,
    text: &Text,
    sent: &str,
) -> Cause {
    let key = &*clause.key.value;
    let operator = &*clause.operator.value;
    let base = clause.parsed.map_or(BaseOperator::StringEquals, |operator| operator.base);
    let found = &*text.value;
    let whole = place(policy, text.span);
    let values = || Values::new().with("key", key).with("operator", operator);
    let pair = |found: &str, needed: &str| values().with("found", found).with("needed", needed);
    if let Some(range) = near::placeholder_in(text) {
        let found = found.get(range.clone()).unwrap_or_default().to_owned();
        return Cause::new(
            "condition",
            "value-placeholder",
            part(case, policy, text, range),
            values().with("found", found),
        );
    }
    if ValueTest::new(base, found, false).test(sent, &request.context) == Truth::Mistyped {
        return Cause::new("condition", "value-type", whole, values().with("found", found));
    }
    let widest = &*text.widest();
    if let (Some(have), Some(widest), Some(want), Some(ranges)) =
        (arn::split(found), arn::split(widest), arn::split(sent), arn::ranges(found))
    {
        let wrong: Vec<ArnPart> = ArnPart::ALL
            .into_iter()
            .zip(widest.iter().zip(want))
            .filter(|(_, (have, want))| !Glob::new(have).matches(want))
            .map(|(part, _)| part)
            .collect();
        // The part that weighs most: another service makes region and resource meaningless.
        let first = [
            ArnPart::Service,
            ArnPart::Partition,
            ArnPart::Account,
            ArnPart::Region,
            ArnPart::Resource,
            ArnPart::Prefix,
        ]
        .into_iter()
        .find(|part| wrong.contains(part));
        if let Some(part_name) = first {
            let [_, partition, ..] = have;
            let at = part_name as usize;
            let (Some(have), Some(want), Some(range)) = (have.get(at), want.get(at), ranges.get(at)) else {
                return Cause::new(
                    "condition",
                    "value-other",
                    whole,
                    values().with("operator", operator).with("found", found).with("sent", sent),
                );
            };
            // An empty part has no text of its own to underline.
            let at = if range.is_empty() { whole } else { part(case, policy, text, range.clone()) };
            let case_name = match part_name {
                ArnPart::Prefix | ArnPart::Resource => "arn-resource",
                ArnPart::Partition => "arn-partition",
                ArnPart::Service => "arn-service",
                // Nobody knows which it is; the wildcard covers them all.
                ArnPart::Region if homes::is_open(want) => {
                    let values = pair(have, want).with("partition", partition);
                    return Cause::new("condition", "arn-region-open", at, values);
                }
                ArnPart::Region => "arn-region",
                ArnPart::Account if is_mangled(have) => "account-format",
                ArnPart::Account => "arn-account",
            };
            return Cause::new("condition", case_name, at, pair(have, want));
        }
        if !base.expands_wildcards() && found.contains(['*', '?']) {
            let values = values().with("operator", operator).with("found", found).with("needed", "ArnLike");
            return Cause::new("condition", "wildcard-literal", whole, values);
        }
    }
    if !base.expands_wildcards() && found.contains(['*', '?']) && Glob::new(widest).matches(sent) {
        let values = values().with("operator", operator).with("found", found).with("needed", "StringLike");
        return Cause::new("condition", "wildcard-literal", whole, values);
    }
    // What is filled in may be what is sent.
    if !text.is_whole() && Glob::new(widest).matches(sent) {
        return Cause::new("condition", "unsure", whole, values().with("operator", operator));
    }
    if arn::is_account(sent) {
        let name = if is_mangled(found) { "account-format" } else { "account-other" };
        return Cause::new("condition", name, whole, pair(found, sent));
    }
    if found.eq_ignore_ascii_case(sent) {
        return Cause::new("condition", "value-case", whole, pair(found, sent));
    }
    let values = values().with("operator", operator).with("found", found).with("sent", sent);
    Cause::new("condition", "value-other", whole, values)
}

/// Whether a text is an account id with something wrong about its form: dashes, spaces, too few or too many digits.
fn is_mangled(text: &str) -> bool {
    !text.is_empty()
        && !arn::is_account(text)
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ' ' | '.'))
        && text.chars().any(|c| c.is_ascii_digit())
}
