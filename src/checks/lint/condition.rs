//! Condition keys and operators: whether AWS knows them, whether they fit each other and the statement's actions.

use super::doc::{Doc, Out, readable};
use super::kind::PolicyKind;
use super::tag;
use crate::catalog::{self, Access, ConditionKey, KeyType};
use crate::policy::{BaseOperator, Clause, Effect, SetOperator, Statement, TextKind, arn};

/// Actions of a statement are looked up one by one up to this number.
const MOST_ACTIONS: usize = 3000;

/// Keys that a caller fills as it likes.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html> (checked 2026-11)
const CHOSEN_BY_CALLER: [&str; 2] = ["aws:referer", "aws:useragent"];

/// Keys that every request carries (same page).
const ALWAYS_THERE: [&str; 5] =
    ["aws:currenttime", "aws:epochtime", "aws:requestedregion", "aws:useragent", "aws:viaawsservice"];

/// Keys by which access is kept to a network, an organization or a resource: without them the statement is open.
const GUARDS: [&str; 9] = [
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "sts:externalid",
];

/// Services for which AWS fills `aws:VpceAccount` and its like, as far as it is known here.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html> (checked 2026-11)
const WITH_VPCE_OWNER: [&str; 4] = ["s3", "kms", "iam", "athena"];

pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    for statement in &doc.policy.statements {
        let actions = Actions::of(statement);
        for clause in &statement.clauses {
            one(doc, statement, &actions, clause, out);
        }
        pairs(statement, out);
        tag::look(statement, &actions, out);
    }
}

/// The actions that a statement names.
pub(super) struct Actions {
    listed: Vec<&'static catalog::Action>,
    /// There are others: `NotAction`, `*`, too many, or what cannot be read.
    pub(super) open: bool,
}

impl Actions {
    fn of(statement: &Statement) -> Self {
        let Some(actions) = &statement.actions else { return Self { listed: Vec::new(), open: true } };
        let wide = |text: &str| text.split(':').next().is_some_and(|prefix| prefix.contains(['*', '?']));
        let unread = actions.items.iter().any(|item| item.kind == TextKind::Unreadable);
        if actions.negated || unread || readable(&actions.items).any(|item| wide(&item.value)) {
            return Self { listed: Vec::new(), open: true };
        }
        let listed: Vec<_> = readable(&actions.items)
            .flat_map(|item| catalog::expand(&item.value))
            .take(MOST_ACTIONS + 1)
            .collect();
        let open = listed.len() > MOST_ACTIONS;
        Self { listed, open }
    }

    pub(super) fn services(&self) -> Vec<&'static str> {
        let mut list: Vec<&str> = self.listed.iter().map(|action| action.service().prefix()).collect();
        list.sort_unstable();
        list.dedup();
        list
    }
}

fn one(doc: &Doc<'_>, statement: &Statement, actions: &Actions, clause: &Clause, out: &mut Out) {
    let key = &*clause.key.value;
    let lower = key.to_ascii_lowercase();
    if lower == "aws:arn" {
        out.push("condition", "key-deprecated", clause.key.span, &[("key", key)]);
        return;
    }
    if ["aws:resourcetag", "aws:requesttag", "aws:principaltag"]
        .iter()
        .any(|tag| lower.strip_prefix(tag).is_some_and(|rest| rest.is_empty() || rest == "/"))
    {
        out.push("condition", "tag-key-missing", clause.key.span, &[("key", key)]);
        return;
    }
    let known = catalog::condition_key(key);
    if known.is_none() {
        unknown(key, &lower, clause, out);
    }
    qualifier(doc, statement, clause, known, &lower, out);
    if let Some(known) = known {
        types(clause, known, out);
        carried(doc, statement, actions, clause, &lower, out);
    }
    if doc.kind == PolicyKind::Trust {
        set_elsewhere(statement, actions, clause, &lower, out);
    }
    trust_in(statement, clause, &lower, out);
    special(statement, actions, clause, &lower, out);
}

fn unknown(key: &str, lower: &str, clause: &Clause, out: &mut Out) {
    let date = catalog::data_version().date;
    let Some((prefix, _)) = lower.split_once(':') else {
        if clause.parsed.is_some() {
            out.push("condition", "key-malformed", clause.key.span, &[("key", key)]);
        }
        return;
    };
    let values = [("key", key), ("date", date)];
    if prefix == "aws" {
        out.push("condition", "global-key-unknown", clause.key.span, &values);
    } else if let Some(service) = catalog::service(prefix) {
        let values = [("key", key), ("date", date), ("service", service.name())];
        out.push("condition", "service-key-unknown", clause.key.span, &values);
    } else if !prefix.contains(['.', '/']) {
        // Keys of identity providers begin with a host name.
        out.push("service", "unknown-in-key", clause.key.span, &[("found", prefix), ("date", date)]);
    }
}

/// Set operators are for keys with several values.
fn qualifier(
    doc: &Doc<'_>,
    statement: &Statement,
    clause: &Clause,
    known: Option<&ConditionKey>,
    lower: &str,
    out: &mut Out,
) {
    let Some(operator) = clause.parsed else { return };
    let values = [("key", &*clause.key.value), ("operator", &*clause.operator.value)];
    if operator.base == BaseOperator::Null {
        if operator.set.is_some() {
            out.push("condition", "null-with-qualifier", clause.operator.span, &values);
        }
        return;
    }
    if lower.ends_with(":aud") && lower.contains('.') {
        match operator.set {
            Some(SetOperator::ForAnyValue) => {
                out.push("condition", "for-any-audience", clause.operator.span, &values);
            }
            Some(SetOperator::ForAllValues) => {
                out.push("condition", "confirm-audience", clause.operator.span, &values);
            }
            None => {}
        }
        return;
    }
    let Some(known) = known else { return };
    let allow = statement.effect == Effect::Allow;
    match operator.set {
        None if known.multi => {
            out.push("condition", "qualifier-missing", clause.operator.span, &values);
        }
        Some(SetOperator::ForAllValues) if !known.multi && allow && doc.kind.grants() => {
            out.push("condition", "for-all-on-single", clause.operator.span, &values);
        }
        Some(SetOperator::ForAnyValue) if known.multi && statement.effect == Effect::Deny => {
            let null = statement.clauses.iter().any(|other| {
                other.key.value.eq_ignore_ascii_case(lower)
                    && other.parsed.is_some_and(|operator| operator.base == BaseOperator::Null)
            });
            if !null {
                out.push("condition", "for-any-in-deny", clause.operator.span, &values);
            }
        }
        Some(_) | None => {}
    }
}

/// The operator against the type of the key.
fn types(clause: &Clause, known: &ConditionKey, out: &mut Out) {
    use BaseOperator as B;
    let Some(operator) = clause.parsed else { return };
    let text = matches!(operator.base, B::StringEquals | B::StringEqualsIgnoreCase | B::StringLike);
    let number = matches!(
        operator.base,
        B::NumericEquals
            | B::NumericLessThan
            | B::NumericLessThanEquals
            | B::NumericGreaterThan
            | B::NumericGreaterThanEquals
    );
    let date = matches!(
        operator.base,
        B::DateEquals
            | B::DateLessThan
            | B::DateLessThanEquals
            | B::DateGreaterThan
            | B::DateGreaterThanEquals
    );
    let fits = match known.kind {
        _ if operator.base == B::Null => true,
        // What is sent under such a key may be an ARN: `kms:EncryptionContext:aws:logs:arn` in AWS's own key policies.
        KeyType::String => text || (operator.base == B::ArnLike && are_arns(clause)),
        KeyType::Arn => text || operator.base == B::ArnLike,
        KeyType::Bool => operator.base == B::Bool,
        KeyType::Numeric => number,
        KeyType::Date => date || number,
        KeyType::IpAddress => operator.base == B::IpAddress,
        KeyType::Binary => operator.base == B::BinaryEquals,
    };
    let kind = match known.kind {
        KeyType::String => "text",
        KeyType::Arn => "ARNs",
        KeyType::Bool => "`true` or `false`",
        KeyType::Numeric => "numbers",
        KeyType::Date => "dates",
        KeyType::IpAddress => "addresses",
        KeyType::Binary => "bytes",
    };
    let values = [("key", &*clause.key.value), ("operator", &*clause.operator.value), ("type", kind)];
    if !fits {
        // Text operators compare what AWS sends as text: usable where a flag is meant.
        let usable = text && known.kind == KeyType::Bool;
        let case = if usable { "type-usable" } else { "type-mismatch" };
        out.push("condition", case, clause.operator.span, &values);
    } else if known.kind == KeyType::Arn && text {
        if operator.base == B::StringLike {
            // A pattern whose only wildcards stand in the last part takes the same ARNs under both operators.
            let crosses = clause.values.iter().any(|value| {
                arn::fields(&value.value).take(5).any(|part| part.contains(['*', '?']))
                    || (arn::fields(&value.value).count() < 6
                        && value.value.contains('*')
                        && &*value.value != "*")
            });
            let case = if crosses { "string-like-on-arn" } else { "string-like-on-arn-harmless" };
            out.push("condition", case, clause.operator.span, &values);
        } else {
            out.push("condition", "string-equals-on-arn", clause.operator.span, &values);
        }
    }
}

/// Whether every value is written as an ARN.
fn are_arns(clause: &Clause) -> bool {
    !clause.values.is_empty() && clause.values.iter().all(|value| arn::split(&value.value).is_some())
}

/// Whether any action of the statement sends the key.
fn carried(
    doc: &Doc<'_>,
    statement: &Statement,
    actions: &Actions,
    clause: &Clause,
    lower: &str,
    out: &mut Out,
) {
    let prefix = lower.split(':').next().unwrap_or_default();
    let values = [("key", &*clause.key.value)];
    if let PolicyKind::Resource(Some(own)) = doc.kind
        && prefix != "aws"
        && prefix != own
        && catalog::service(prefix).is_some()
    {
        let values = [("key", &*clause.key.value), ("service", own)];
        out.push("condition", "irrelevant", clause.key.span, &values);
        return;
    }
    if ["aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths"].contains(&lower) {
        let services = actions.services();
        let other = services.iter().find(|service| !WITH_VPCE_OWNER.contains(service));
        if actions.open || other.is_some() {
            let name = other.copied().unwrap_or("*");
            let values = [("key", &*clause.key.value), ("service", name)];
            out.push("condition", "vpce-owner-service", clause.key.span, &values);
        }
    }
    if actions.open || actions.listed.is_empty() || prefix == "aws" {
        return;
    }
    if actions.listed.iter().any(|action| action.condition_key(&clause.key.value).is_some()) {
        return;
    }
    if doc.kind == PolicyKind::Trust {
        return;
    }
    let span = statement.actions.as_ref().map_or(clause.key.span, |actions| actions.span);
    // S3 looks at that when a bucket policy is saved, IAM does not.
    let is_refused = doc.kind == PolicyKind::Resource(Some("s3")) && prefix == "s3";
    let case = if is_refused { "key-refused" } else { "not-of-action" };
    out.push("condition", case, clause.key.span, &values)
        .related(span, "no request for one of these carries the key");
}

/// Keys of sessions that are there only if a call beside `AssumeRole` may set them.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html> (checked 2026-11)
fn set_elsewhere(statement: &Statement, actions: &Actions, clause: &Clause, lower: &str, out: &mut Out) {
    let needed = match lower {
        "sts:sourceidentity" => "SetSourceIdentity",
        "sts:transitivetagkeys" | "aws:tagkeys" => "TagSession",
        _ if lower.starts_with("aws:requesttag/") => "TagSession",
        _ => return,
    };
    let asks = clause.parsed.is_some_and(|operator| !operator.negated && operator.base != BaseOperator::Null);
    let may = actions.open || actions.listed.iter().any(|action| action.name() == needed);
    if statement.effect == Effect::Allow && asks && !may {
        let values = [("key", &*clause.key.value), ("needed", needed)];
        out.push("condition", "action-for-key-missing", clause.key.span, &values);
    }
}

/// Keys that prove little.
fn trust_in(statement: &Statement, clause: &Clause, lower: &str, out: &mut Out) {
    let Some(operator) = clause.parsed else { return };
    let values = [("key", &*clause.key.value), ("operator", &*clause.operator.value)];
    let allow = statement.effect == Effect::Allow;
    let others = statement.clauses.iter().any(|other| {
        let key = other.key.value.to_ascii_lowercase();
        !CHOSEN_BY_CALLER.contains(&key.as_str()) && key != "aws:securetransport"
    });
    if CHOSEN_BY_CALLER.contains(&lower) && allow && !others {
        out.push("condition", "untrustworthy", clause.key.span, &values);
    }
    if operator.if_exists && operator.base != BaseOperator::Null {
        if ALWAYS_THERE.contains(&lower) {
            out.push("condition", "if-exists-idle", clause.operator.span, &values);
        } else if allow && !operator.negated && GUARDS.contains(&lower) {
            out.push("condition", "if-exists-weakens", clause.operator.span, &values);
        }
    }
}

fn special(statement: &Statement, actions: &Actions, clause: &Clause, lower: &str, out: &mut Out) {
    let Some(operator) = clause.parsed else { return };
    let values = [("key", &*clause.key.value), ("operator", &*clause.operator.value)];
    if lower == "s3:prefix" && operator.base != BaseOperator::Null {
        let negative = (statement.effect == Effect::Deny) != operator.negated;
        if negative && statement.effect != Effect::Unreadable {
            out.push("condition", "prefix-in-negative", clause.key.span, &values);
        }
    }
    if lower == "dynamodb:attributes" && statement.effect == Effect::Allow {
        let select = |clause: &Clause| clause.key.value.eq_ignore_ascii_case("dynamodb:Select");
        let may_select = actions.listed.iter().any(|action| {
            matches!(action.access(), Access::Read | Access::List)
                && action.condition_key("dynamodb:Select").is_some()
        });
        if may_select && !statement.clauses.iter().any(select) {
            out.push("condition", "attributes-without-select", clause.key.span, &values);
        }
    }
}

/// Keys that need a companion.
fn pairs(statement: &Statement, out: &mut Out) {
    let has = |names: &[&str]| {
        statement.clauses.iter().any(|clause| names.contains(&clause.key.value.to_ascii_lowercase().as_str()))
    };
    for clause in &statement.clauses {
        let lower = clause.key.value.to_ascii_lowercase();
        let missing = match lower.as_str() {
            "aws:vpcsourceip" if !has(&["aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"]) => {
                "aws:SourceVpc"
            }
            "aws:sourcearn"
                if statement.effect == Effect::Allow
                    && !has(&["aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"])
                    && clause.values.iter().any(|value| value.value.starts_with("arn:aws:s3:::")) =>
            {
                "aws:SourceAccount"
            }
            _ => continue,
        };
        let values = [("key", &*clause.key.value), ("needed", missing)];
        out.push("condition", "companion-missing", clause.key.span, &values);
    }
}
