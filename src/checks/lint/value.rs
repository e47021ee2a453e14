//! Values of conditions: whether the operator can read them, and what a wildcard does to them.

use super::doc::{Doc, Out, is_open};
use super::kind::PolicyKind;
use crate::catalog;
use crate::eval::{Operand, ValueTest};
use crate::policy::{
    BaseOperator, Clause, Effect, PrincipalKind, SetOperator, Statement, Text, TextKind, arn,
};

/// Keys for which AWS's checks refuse wildcards and variables.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html> (checked 2026-11)
const SENSITIVE: [&str; 10] = [
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:vpceorgid",
];

/// So many characters stand before a wildcard at least, or it reaches too far (same page).
const FIXED_BEFORE_WILDCARD: usize = 6;

pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    for statement in &doc.policy.statements {
        for clause in &statement.clauses {
            if let Some(operator) = clause.parsed {
                several(clause, operator.base, out);
                wildcards(doc, statement, clause, out);
                for value in clause.values.iter().filter(|value| value.kind != TextKind::Unreadable) {
                    typed(doc, clause, operator.base, value, out);
                    of_key(clause, value, out);
                }
            }
        }
    }
}

fn values<'c>(clause: &'c Clause, value: &'c Text) -> [(&'static str, &'c str); 3] {
    [("key", &clause.key.value), ("operator", &clause.operator.value), ("found", &value.value)]
}

/// What the operator cannot read.
fn typed(doc: &Doc<'_>, clause: &Clause, base: BaseOperator, value: &Text, out: &mut Out) {
    use BaseOperator as B;
    if value.value.contains("${") {
        return;
    }
    let test = ValueTest::new(base, &value.value, doc.policy.version.has_variables());
    let mistyped = test.operand == Operand::Mistyped;
    let case = match base {
        B::DateEquals
        | B::DateLessThan
        | B::DateLessThanEquals
        | B::DateGreaterThan
        | B::DateGreaterThanEquals => match (super::date::is_taken(&value.value), mistyped) {
            (false, _) => "date-refused",
            (true, true) => "date-odd",
            (true, false) => return,
        },
        _ if !mistyped => return,
        B::NumericEquals
        | B::NumericLessThan
        | B::NumericLessThanEquals
        | B::NumericGreaterThan
        | B::NumericGreaterThanEquals => "number",
        B::Bool | B::Null => "boolean",
        B::BinaryEquals => "binary",
        B::IpAddress => "address",
        B::ArnLike if &*value.value == "*" => return,
        B::ArnLike => "arn",
        B::StringEquals | B::StringEqualsIgnoreCase | B::StringLike => return,
    };
    out.push("value", case, value.span, &values(clause, value));
}

/// Lists of which only one counts, and lists of several types.
fn several(clause: &Clause, base: BaseOperator, out: &mut Out) {
    use BaseOperator as B;
    let [first, rest @ ..] = clause.values.as_slice() else { return };
    let pair = [("key", &*clause.key.value), ("operator", &*clause.operator.value)];
    let Some(second) = rest.first() else { return };
    // A list of which a part is not known may hold one value twice.
    if clause.values.iter().any(|value| !value.is_whole()) {
        return;
    }
    if let Some(other) = rest.iter().find(|value| value.kind != first.kind)
        && first.kind != TextKind::Unreadable
        && other.kind != TextKind::Unreadable
    {
        out.push("value", "mixed-types", other.span, &pair).related(first.span, "of another type");
    }
    match base {
        B::Bool | B::Null => {
            out.push("value", "several-booleans", second.span, &pair);
        }
        B::NumericLessThan
        | B::NumericLessThanEquals
        | B::NumericGreaterThan
        | B::NumericGreaterThanEquals
        | B::DateLessThan
        | B::DateLessThanEquals
        | B::DateGreaterThan
        | B::DateGreaterThanEquals => {
            out.push("value", "several-bounds", second.span, &pair)
                .related(first.span, "one of the two decides");
        }
        B::StringEquals
        | B::StringEqualsIgnoreCase
        | B::StringLike
        | B::NumericEquals
        | B::DateEquals
        | B::BinaryEquals
        | B::IpAddress
        | B::ArnLike => {}
    }
}

fn wildcards(doc: &Doc<'_>, statement: &Statement, clause: &Clause, out: &mut Out) {
    use BaseOperator as B;
    let Some(operator) = clause.parsed else { return };
    let lower = clause.key.value.to_ascii_lowercase();
    let literal = |text: &str| text.replace("${*}", "").replace("${?}", "");
    if matches!(operator.base, B::StringEquals | B::StringEqualsIgnoreCase) {
        for value in clause
            .values
            .iter()
            .filter(|value| value.is_whole() && literal(&value.value).contains(['*', '?']))
        {
            let billing =
                statement.principals.iter().flat_map(|principals| &principals.entries).any(|entry| {
                    // Who it will be is not known: it may be the one for whom AWS publishes it.
                    !entry.value.is_whole()
                        || (entry.kind == PrincipalKind::Service
                            && entry.value.value.starts_with("billingreports."))
                });
            let published = billing && lower == "aws:sourcearn" && value.value.ends_with(":definition/*");
            let case = if published { "wildcard-exact-as-published" } else { "wildcard-exact" };
            out.push("value", case, value.span, &values(clause, value));
        }
        return;
    }
    if !operator.base.expands_wildcards() {
        return;
    }
    if let Some(star) = clause.values.iter().find(|value| &*value.value == "*") {
        anything(clause, star, out);
        return;
    }
    let narrows = (statement.effect == Effect::Allow) != operator.negated;
    let looked_at = |value: &&Text| value.is_whole() && (narrows || doc.kind == PolicyKind::Endpoint);
    for value in clause.values.iter().filter(looked_at) {
        too_wide(clause, value, &lower, out);
    }
}

/// A `*` that stands alone: it asks for the key and for nothing else.
fn anything(clause: &Clause, star: &Text, out: &mut Out) {
    let Some(operator) = clause.parsed else { return };
    let values = values(clause, star);
    let others = clause.values.len() > 1;
    let case = match (operator.set, operator.negated, operator.if_exists) {
        (Some(SetOperator::ForAnyValue), true, _) => "star-never",
        (Some(SetOperator::ForAllValues), false, _) | (None, false, true) => "star-always",
        _ if others => "star-makes-others-idle",
        (Some(SetOperator::ForAnyValue) | None, false, _) => "star-is-null-false",
        (Some(SetOperator::ForAllValues) | None, true, _) => "star-is-null-true",
    };
    out.push("value", case, star.span, &values);
}

fn too_wide(clause: &Clause, value: &Text, lower: &str, out: &mut Out) {
    let text = &*value.value;
    let values = values(clause, value);
    if lower == "aws:userid" {
        let left = text.split(':').next().unwrap_or_default();
        if left.contains("${") {
            out.push("value", "variable-too-wide", value.span, &values);
        } else if left.contains(['*', '?']) && left != "*" {
            out.push("value", "wildcard-too-wide", value.span, &values);
        }
        return;
    }
    if !SENSITIVE.contains(&lower) {
        return;
    }
    let before = |mark: &str| text.find(mark).is_some_and(|at| at < FIXED_BEFORE_WILDCARD);
    if text.contains(['*', '?']) {
        out.push("value", "wildcard-too-wide", value.span, &values);
    } else if before("${") && !is_computed(text) {
        out.push("value", "variable-too-wide", value.span, &values);
    }
}

/// Whether a value is one variable that AWS fills in by itself, so that nobody can choose it: the usual
/// `aws:ResourceAccount` equal to `${aws:PrincipalAccount}`.
fn is_computed(text: &str) -> bool {
    let key = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or_default();
    SENSITIVE.contains(&key.trim().to_ascii_lowercase().as_str())
}

/// Values whose form the key prescribes.
fn of_key(clause: &Clause, value: &Text, out: &mut Out) {
    let text = &*value.value;
    if is_open(text)
        || text.is_empty()
        || clause.parsed.is_some_and(|operator| operator.base == BaseOperator::Null)
    {
        return;
    }
    let pushed = values(clause, value);
    match clause.key.value.to_ascii_lowercase().as_str() {
        "aws:sourcevpc" if !is_id(text, "vpc-") => {
            out.push("value", "vpc", value.span, &pushed);
        }
        "aws:sourcevpce" if !is_id(text, "vpce-") => {
            out.push("value", "vpce", value.span, &pushed);
        }
        "aws:requestedregion" | "ec2:region" | "account:targetregion" if !catalog::is_region(text) => {
            let date = catalog::data_version().date;
            let key = &*clause.key.value;
            out.push("value", "region", value.span, &[("key", key), ("found", text), ("date", date)]);
        }
        "s3:x-amz-server-side-encryption-aws-kms-key-id" if !is_key(text) => {
            out.push("value", "kms-key", value.span, &pushed);
        }
        _ => {}
    }
}

/// `vpc-` and 8 or 17 letters and digits.
fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|id| matches!(id.len(), 8 | 17) && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_key(text: &str) -> bool {
    matches!(arn::split(text), Some(["arn", _, "kms", _, _, resource]) if resource.starts_with("key/"))
}
