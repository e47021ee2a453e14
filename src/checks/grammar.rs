//! What would mend a fault of the policy grammar, where the text tells what was meant.

mod operator;

use super::explain::near;
use super::service;
use super::subject::{Cause, Subject};
use crate::catalog::{self, ArnPattern};
use crate::evidence::{PolicyDocument, Role};
use crate::finding::{Change, Repair};
use crate::policy::{Fault, FaultKind, Policy, PrincipalKind};
use crate::source::Place;
use serde_json::{Value, json};

/// Names that AWS knows, for names in another case or misspelt.
const ELEMENTS: [&str; 12] = [
    "Version",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];
const PRINCIPALS: [&str; 4] = ["AWS", "Service", "Federated", "CanonicalUser"];

/// Letters that may differ in a misspelt name.
pub(super) const MOST_TYPOS: usize = 2;

/// Ways to mend what AWS refuses.
pub(super) fn repairs(subject: &Subject<'_>, document: &PolicyDocument, cause: &Cause) -> Vec<Repair> {
    let at = cause.place;
    match (cause.check, cause.case) {
        // Taking these out changes nothing of what the document says.
        ("syntax", "trailing-comma" | "comment" | "byte-order-mark") => {
            vec![Repair::of(Change::Rewrite { at, text: String::new() })]
        }
        ("grammar", "unknown-action") | ("action", "malformed" | "whitespace") => {
            action(document, at).into_iter().collect()
        }
        ("grammar", "missing-resource") => {
            let named = naming_resource(subject, document, at).into_iter();
            named.chain(without_statement(&document.policy, at)).collect()
        }
        ("grammar", "missing-principal") => without_statement(&document.policy, at),
        ("grammar", "principal-in-identity") | ("trust", "resource") => {
            vec![Repair::of(Change::Remove { at })]
        }
        ("principal", "service-form" | "service-misspelt") => {
            service_named(subject, &document.policy, at).into_iter().collect()
        }
        ("grammar", "resource-star") => bucket_for_star(subject, document, at).into_iter().collect(),
        ("grammar", "action-resource-mismatch") => with_resource(subject, document, at),
        ("grammar", "too-large") | ("size", _) => compact(subject, document).into_iter().collect(),
        // An ARN that AWS refuses, and one of another bucket, may be the bucket's with a slip of the pen.
        ("grammar", "resource-outside-bucket") | ("arn", _) => {
            let items =
                document.policy.statements.iter().filter_map(|statement| statement.resources.as_ref());
            let item = items.flat_map(|element| &element.items).find(|item| item.span.contains(at.span));
            let bucket = subject.form.fill("arn:{partition}:s3:::{bucket}").ok();
            let text = item.zip(bucket).and_then(|(item, bucket)| of_bucket(&item.value, &bucket));
            let place = item.map_or(at, |item| Place { span: item.span, ..at });
            text.map(|text| Repair::of(Change::Set { at: place, value: text.into() })).into_iter().collect()
        }
        ("grammar", case) => {
            let mut faults = document.policy.faults.iter();
            let fault = faults.find(|fault| fault.kind.name() == case && fault.span == at.span);
            fault.map(|fault| of_fault(&document.policy, fault)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The action that was meant by a text that is none: the first that is known of those that one slip of the pen makes such a
/// text of, the service of the document before any other.
fn action(document: &PolicyDocument, at: Place) -> Option<Repair> {
    let actions = document.policy.statements.iter().filter_map(|statement| statement.actions.as_ref());
    let item = actions.flat_map(|element| &element.items).find(|item| item.span == at.span)?;
    let text = &*item.value;
    let is_known = |text: &String| catalog::expand(text).next().is_some();
    let service = match document.role {
        Role::BucketPolicy => Some("s3"),
        Role::KeyPolicy => Some("kms"),
        Role::TrustPolicy => Some("sts"),
        _ => None,
    };
    let unspaced: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (prefix, name) = unspaced.split_once(':').unwrap_or(("", &unspaced));
    // The service of the document goes before any other.
    let services = [service, catalog::closest_service(prefix)];
    let prefixed = services.into_iter().flatten().map(|service| format!("{service}:{name}"));
    let named = catalog::closest_action(prefix, name).map(|name| format!("{prefix}:{name}"));
    let starts = unspaced.char_indices().map(|(at, c)| (at, at + c.len_utf8()));
    let colons = starts.flat_map(|(start, end)| {
        let (before, behind) = (unspaced.get(..start), unspaced.get(end..));
        let replaced = before.zip(behind).map(|(before, behind)| format!("{before}:{behind}"));
        let inserted = before.zip(unspaced.get(start..)).map(|(before, rest)| format!("{before}:{rest}"));
        [replaced, inserted].into_iter().flatten()
    });
    let colons: Vec<String> = if unspaced.contains(':') { Vec::new() } else { colons.collect() };
    let meant =
        std::iter::once(unspaced.clone()).chain(prefixed).chain(named).chain(colons).find(is_known)?;
    (meant != text).then(|| Repair::of(Change::Set { at, value: json!(meant) }))
}

/// The services that were meant by a text that AWS knows none by.
fn service_named(subject: &Subject<'_>, policy: &Policy, at: Place) -> Option<Repair> {
    let principals = policy.statements.iter().filter_map(|statement| statement.principals.as_ref());
    let entry = principals.flat_map(|each| &each.entries).find(|entry| entry.value.span == at.span)?;
    let meant = || service::meant(&entry.value.value, subject.requests);
    let set = || meant().map(|name| vec![Change::Set { at, value: json!(name) }]);
    service::apart(policy.source, entry).or_else(set).map(|changes| Repair { changes })
}

/// The bucket, or its files, beside the resources of a statement that an action fits none of: whichever the action is about.
fn with_resource(subject: &Subject<'_>, document: &PolicyDocument, at: Place) -> Vec<Repair> {
    let statements = &document.policy.statements;
    let Some(statement) = statements.iter().find(|statement| statement.span.contains(at.span)) else {
        return Vec::new();
    };
    let actions = statement.actions.iter().flat_map(|element| &element.items);
    let action = actions.filter(|item| item.span == at.span).find_map(|item| catalog::action(&item.value));
    let Some((resources, action)) = statement.resources.as_ref().zip(action) else { return Vec::new() };
    let arns = of_the_bucket(subject, &[action]).into_iter();
    let list = Place { source: document.source, span: resources.span };
    arns.filter(|_| !resources.negated)
        .map(|arn| Repair::of(Change::Add { at: list, value: json!(arn) }))
        .collect()
}

/// The bucket, its files or both for the `*` of a bucket policy: what the actions of the statement are about.
fn bucket_for_star(subject: &Subject<'_>, document: &PolicyDocument, at: Place) -> Option<Repair> {
    let statement = document.policy.statements.iter().find(|statement| statement.span.contains(at.span))?;
    let items = &statement.actions.as_ref()?.items;
    let actions: Vec<&catalog::Action> = items.iter().flat_map(|item| catalog::expand(&item.value)).collect();
    let list = &statement.resources.as_ref()?.items;
    let arns = of_the_bucket(subject, &actions);
    let [first, rest @ ..] = arns.as_slice() else { return None };
    let place = |span| Place { source: document.source, span };
    if list.len() > 1 || rest.is_empty() {
        let mut changes = vec![Change::Set { at, value: json!(first) }];
        let whole = place(statement.resources.as_ref()?.span);
        changes.extend(rest.iter().map(|arn| Change::Add { at: whole, value: json!(arn) }));
        return Some(Repair { changes });
    }
    Some(Repair::of(Change::Set { at: place(statement.resources.as_ref()?.span), value: json!(arns) }))
}

/// The bucket and its files, as far as some of the actions are about them.
fn of_the_bucket(subject: &Subject<'_>, actions: &[&catalog::Action]) -> Vec<String> {
    let takes = |arn: &String| {
        let pattern = ArnPattern::new(arn);
        let mut types = actions.iter().flat_map(|action| action.resource_types());
        types.any(|each| each.resource_type.overlaps(&pattern))
    };
    let arns = ["arn:{partition}:s3:::{bucket}", "arn:{partition}:s3:::{bucket}/*"].into_iter();
    arns.filter_map(|template| subject.form.fill(template).ok()).filter(takes).collect()
}

/// A statement that names no resource, with what its actions are about: the bucket, its files, the key that the policy hangs
/// at, or `*` for actions that are about nothing.
fn naming_resource(subject: &Subject<'_>, document: &PolicyDocument, at: Place) -> Option<Repair> {
    let statement = document.policy.statements.iter().find(|statement| statement.span.contains(at.span))?;
    let items = &statement.actions.as_ref().filter(|actions| !actions.negated)?.items;
    let value = if document.role == Role::KeyPolicy {
        json!("*")
    } else {
        // What is about nothing is asked about `*`, and what is about something else nobody can guess.
        let mut about: Vec<&catalog::Action> = Vec::new();
        let mut is_free = false;
        for item in items {
            let actions: Vec<&catalog::Action> = catalog::expand(&item.value).collect();
            if !of_the_bucket(subject, &actions).is_empty() {
                about.extend(actions);
            } else if actions.is_empty() || actions.iter().any(|action| action.has_resources()) {
                return None;
            } else {
                is_free = true;
            }
        }
        if is_free != about.is_empty() {
            return None;
        }
        match of_the_bucket(subject, &about).as_slice() {
            [] => json!("*"),
            [one] => json!(one),
            several => json!(several),
        }
    };
    let object = Place { source: document.source, span: statement.span };
    Some(Repair::of(Change::AddMember { object, key: "Resource".to_owned(), value }))
}

/// The policy without the whitespace around its parts, where AWS counts that.
fn compact(subject: &Subject<'_>, document: &PolicyDocument) -> Option<Repair> {
    let at = Place { source: document.source, span: document.policy.span };
    let text = subject.sources.get(document.source).slice(at.span);
    let value: Value = serde_json::from_str(text).ok().filter(|_| document.policy.level == 0)?;
    let text = value.to_string();
    Some(Repair::of(Change::Rewrite { at, text }))
}

/// The same resource in the bucket of the form, if the text names another bucket, or this one with slips of the pen.
fn of_bucket(whole: &str, bucket: &str) -> Option<String> {
    // `s3://bucket/key`, and other addresses of that shape.
    let pattern = whole.split_once("://").map_or(whole, |(_, rest)| rest);
    let key = pattern.find('/').and_then(|slash| pattern.get(slash..)).unwrap_or_default();
    let text = format!("{bucket}{key}");
    let of_s3 = crate::policy::arn::split(pattern).is_some_and(|[.., service, _, _, _]| service == "s3");
    let parts = || pattern.rsplit(':').next().zip(bucket.rsplit(':').next());
    let of_name = parts().is_some_and(|(have, name)| {
        let have = have.split('/').next().unwrap_or_default();
        near::distance(have, name, MOST_TYPOS).is_some()
    });
    let is_near = of_s3 || of_name || near::distance(pattern, &text, MOST_TYPOS).is_some();
    (is_near && text != whole).then_some(text)
}

/// Ways to mend a fault of the grammar.
fn of_fault(policy: &Policy, fault: &Fault) -> Vec<Repair> {
    let at = Place { source: policy.source, span: fault.span };
    let rename = |name: &str| Repair::of(Change::Rename { key: at, name: name.to_owned() });
    let closest = |names: &[&'static str]| -> Vec<Repair> {
        names
            .iter()
            .filter_map(|name| near(&fault.found, name))
            .min()
            .map(|(_, name)| rename(name))
            .into_iter()
            .collect()
    };
    match fault.kind {
        FaultKind::UnknownElement => closest(&ELEMENTS),
        FaultKind::PrincipalKey => closest(&PRINCIPALS),
        FaultKind::UnknownOperator => operator::repairs(policy, fault),
        // The only version in which variables work, and the one that AWS's own policies have.
        FaultKind::InvalidVersion => vec![Repair::of(Change::Set { at, value: json!("2012-10-17") })],
        FaultKind::InvalidEffect => ["Allow", "Deny"]
            .into_iter()
            .filter(|effect| near::distance(&fault.found, effect, MOST_TYPOS).is_some())
            .map(|effect| Repair::of(Change::Set { at, value: json!(effect) }))
            .collect(),
        // What was meant, the judge tells: with `Deny` the demand would not hold.
        FaultKind::MissingEffect => policy
            .statements
            .iter()
            .find(|statement| statement.span.contains(fault.span))
            .map(|statement| Place { source: policy.source, span: statement.span })
            .map(|object| Change::AddMember { object, key: "Effect".to_owned(), value: json!("Allow") })
            .map(Repair::of)
            .into_iter()
            .collect(),
        FaultKind::PrincipalFormat => principal(policy, fault),
        // The other demands say what stands in it.
        FaultKind::MissingStatement => {
            let object = Place { source: policy.source, span: policy.span };
            let key = "Statement".to_owned();
            vec![Repair::of(Change::AddMember { object, key, value: json!([]) })]
        }
        FaultKind::MissingAction => without_statement(policy, at),
        FaultKind::NotAnObject
        | FaultKind::ElementCombination
        | FaultKind::WrongType
        | FaultKind::KeysDifferOnlyByCase
        | FaultKind::SubTakesVariable => Vec::new(),
    }
}

fn near<'n>(found: &str, name: &'n str) -> Option<(usize, &'n str)> {
    near::distance(found, name, MOST_TYPOS).map(|slips| (slips, name))
}

/// The policy without the statement in which something is missing: AWS refuses it as it is. What was meant, other demands tell, or
/// nobody.
fn without_statement(policy: &Policy, at: Place) -> Vec<Repair> {
    let statement = policy.statements.iter().find(|statement| statement.span.contains(at.span));
    statement
        .map(|statement| Place { source: policy.source, span: statement.span })
        .map(|at| Repair::of(Change::Remove { at }))
        .into_iter()
        .collect()
}

/// `"Principal": "service.amazonaws.com"` without the kind.
fn principal(policy: &Policy, fault: &Fault) -> Vec<Repair> {
    let mut principals = policy.statements.iter().filter_map(|statement| statement.principals.as_ref());
    let Some(principals) = principals.find(|principals| principals.span.contains(fault.span)) else {
        return Vec::new();
    };
    let [only] = principals.entries.as_slice() else { return Vec::new() };
    if only.kind != PrincipalKind::Bare {
        return Vec::new();
    }
    let value = &*only.value.value;
    let kind = if value.ends_with(".amazonaws.com") {
        "Service"
    } else if value.starts_with("arn:") {
        "AWS"
    } else {
        return Vec::new();
    };
    let at = Place { source: policy.source, span: principals.span };
    vec![Repair::of(Change::Set { at, value: json!({ kind: value }) })]
}
