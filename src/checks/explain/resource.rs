//! The resource of the Allow that almost granted: which part of the ARN is in the way.

use super::near;
use super::{Case, part, place};
use crate::checks::subject::Cause;
use crate::eval::{Glob, Request};
use crate::policy::{ArnSplit, Policy, Statement, Text, arn};
use crate::rulebook::Values;

/// Whether a resource of the statement is of the same service as the one asked for.
pub(super) fn same_kind(request: &Request, statement: &Statement) -> bool {
    let service = |text: &str| arn::split(text).map(|parts| parts[2].to_owned());
    let wanted = service(&request.resource);
    items(statement).any(|item| &*item.value == "*" || service(&item.value) == wanted)
}

/// Whether the statement names resources, not just `*`.
pub(super) fn is_specific(statement: &Statement) -> bool {
    items(statement).any(|item| &*item.value != "*")
}

fn items(statement: &Statement) -> impl Iterator<Item = &Text> {
    statement.resources.iter().flat_map(|element| &element.items)
}

/// Whether a statement is about the form's bucket alone, and the request about another one: it was not meant for it.
pub(super) fn is_about_the_form(case: &Case<'_, '_>, request: &Request, statement: &Statement) -> bool {
    let bucket = |text: &str| {
        let arn = ArnSplit::new(text).filter(|arn| arn.service == "s3");
        arn.map(|arn| split_key(arn.resource).0.to_owned())
    };
    let Some(own) = case.subject.form.text("bucket") else { return false };
    let is_own = |item: &Text| bucket(&item.value).is_some_and(|found| found == own);
    let is_listed = statement.resources.as_ref().is_some_and(|element| !element.negated);
    let is_elsewhere = bucket(&request.resource).is_some_and(|asked| asked != own);
    is_elsewhere && is_listed && items(statement).next().is_some() && items(statement).all(is_own)
}

pub(super) fn cause(case: &Case<'_, '_>, request: &Request, policy: &Policy, statement: &Statement) -> Cause {
    // What has no resource of its own is asked for on everything.
    let needed = if request.resource.is_empty() { "*" } else { &*request.resource };
    let Some(element) = &statement.resources else {
        let values = Values::new().with("found", "nothing").with("needed", needed);
        return Cause::new("grant", "resource-other", place(policy, statement.effect_span), values);
    };
    if element.negated {
        let item = element.items.iter().find(|item| Glob::new(&item.value).matches(needed));
        let span = item.map_or(element.span, |item| item.span);
        // What it names is what it leaves out.
        let found =
            item.map_or_else(|| "NotResource".to_owned(), |item| format!("NotResource {}", item.value));
        let values = Values::new().with("found", found).with("needed", needed);
        return Cause::new("grant", "resource-other", place(policy, span), values);
    }
    let Some((fault, item)) = nearest(&element.items, needed) else {
        let values = Values::new().with("found", "nothing").with("needed", needed);
        return Cause::new("grant", "resource-other", place(policy, element.span), values);
    };
    let values = Values::new().with("found", &*item.value).with("needed", needed);
    let whole = place(policy, item.span);
    match fault {
        Fault::Placeholder(range, _) => {
            let found = item.value.get(range.clone()).unwrap_or_default().to_owned();
            Cause::new(
                "grant",
                "resource-placeholder",
                part(case, policy, item, range),
                Values::new().with("found", found),
            )
        }
        Fault::BucketForObject => {
            Cause::new("grant", "resource-bucket-arn", whole, values.with("action", &*request.action))
        }
        Fault::ObjectForBucket => {
            Cause::new("grant", "resource-object-arn", whole, values.with("action", &*request.action))
        }
        Fault::Path => Cause::new("grant", "resource-path", whole, values),
        Fault::Bucket(_) => Cause::new("grant", "resource-bucket", whole, values),
        Fault::Partition => Cause::new("grant", "resource-partition", whole, values),
        Fault::Form => Cause::new("grant", "resource-arn-form", whole, values),
        Fault::Other => Cause::new("grant", "resource-other", whole, values),
    }
}

/// The resource that comes nearest, and what keeps it from matching.
pub(super) fn nearest<'s>(items: &'s [Text], needed: &str) -> Option<(Fault, &'s Text)> {
    // Of those with the same thing in the way, the one that needs the fewest changes; the first of several.
    let mut each: Vec<(Fault, &Text)> = items.iter().map(|item| (fault(item, needed), item)).collect();
    let lowest = each.iter().map(|(fault, _)| fault.rank()).min()?;
    each.retain(|(fault, _)| fault.rank() == lowest);
    if let [_] = each[..] {
        return each.pop();
    }
    let slips = |item: &Text| near::pattern_distance(&item.value, needed, usize::MAX);
    each.into_iter().min_by_key(|(_, item)| slips(item))
}

/// The pattern with the part replaced that is in the way; `wanted` is the narrowest pattern that would do.
pub(super) fn corrected(fault: &Fault, found: &str, needed: &str, wanted: &str) -> Option<String> {
    let bucket = ArnSplit::new(needed).map(|arn| split_key(arn.resource).0)?;
    match fault {
        Fault::Placeholder(range, true) => {
            let mut filled = found.to_owned();
            filled.replace_range(range.clone(), bucket);
            Some(filled)
        }
        Fault::Partition => {
            let have = ArnSplit::new(found)?;
            let partition = ArnSplit::new(needed)?.partition;
            Some(format!(
                "arn:{partition}:{}:{}:{}:{}",
                have.service, have.region, have.account, have.resource
            ))
        }
        Fault::Bucket(Shape::Same) => {
            let have = ArnSplit::new(found)?;
            let key = split_key(have.resource).1.map_or_else(String::new, |key| format!("/{key}"));
            let fixed = format!("arn:{}:s3:::{bucket}{key}", have.partition);
            Some(if Glob::new(&fixed).matches(needed) { fixed } else { wanted.to_owned() })
        }
        Fault::Form => {
            let have = ArnSplit::new(found);
            let plain = have.map(|have| format!("arn:{}:s3:::{}", have.partition, have.resource));
            Some(plain.filter(|plain| Glob::new(plain).matches(needed)).unwrap_or_else(|| wanted.to_owned()))
        }
        Fault::Placeholder(_, false)
        | Fault::Bucket(Shape::Other)
        | Fault::Path
        | Fault::BucketForObject
        | Fault::ObjectForBucket => Some(wanted.to_owned()),
        Fault::Other => None,
    }
}

/// Whether a resource is surely not meant as it stands: a placeholder, no ARN, a slip of the pen.
pub(super) fn is_slip(fault: &Fault, found: &str, needed: &str) -> bool {
    match fault {
        Fault::Placeholder(..) | Fault::Form | Fault::Partition => true,
        Fault::Bucket(_) => {
            let bucket = |text: &str| ArnSplit::new(text).map(|arn| split_key(arn.resource).0.to_owned());
            let both = bucket(found).zip(bucket(needed));
            both.is_some_and(|(have, want)| near::distance(&have, &want, 2).is_some())
        }
        Fault::Path | Fault::BucketForObject | Fault::ObjectForBucket | Fault::Other => false,
    }
}

/// What keeps a pattern from matching; found by putting the needed text into one part after the other.
pub(super) enum Fault {
    Path,
    BucketForObject,
    ObjectForBucket,
    Partition,
    Form,
    /// An unreplaced placeholder; true if the string fits once the bucket's name stands for it.
    Placeholder(std::ops::Range<usize>, bool),
    Bucket(Shape),
    Other,
}

/// Whether pattern and request both name a bucket, or both an object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Same,
    Other,
}

impl Fault {
    fn rank(&self) -> u8 {
        match self {
            Fault::Placeholder(_, true) => 0,
            Fault::Path => 1,
            Fault::Partition | Fault::Form => 2,
            Fault::Placeholder(_, false) => 3,
            Fault::Bucket(Shape::Same) => 4,
            // The bucket beside its objects, or the other way round, is often meant for other actions of the statement.
            Fault::BucketForObject | Fault::ObjectForBucket => 5,
            Fault::Bucket(Shape::Other) => 6,
            Fault::Other => 7,
        }
    }
}

fn fault(item: &Text, needed: &str) -> Fault {
    let pattern = &*item.value;
    if let Some(range) = near::placeholder_in(item) {
        let bucket = ArnSplit::new(needed).map_or("", |arn| split_key(arn.resource).0);
        let mut filled = pattern.to_owned();
        filled.replace_range(range.clone(), bucket);
        return Fault::Placeholder(range, Glob::new(&filled).matches(needed));
    }
    let Some(want) = ArnSplit::new(needed) else { return Fault::Other };
    let Some(have) = ArnSplit::new(pattern) else {
        // A bare bucket name or path, or a URL, where an ARN must stand.
        return Fault::Form;
    };
    let fits = |have: &str, want: &str| Glob::new(have).matches(want);
    if !fits(have.service, want.service) {
        return Fault::Other;
    }
    if want.service != "s3" {
        return Fault::Other;
    }
    let (have_bucket, have_key) = split_key(have.resource);
    let (want_bucket, want_key) = split_key(want.resource);
    let rest_fits = fits(have.resource, want.resource);
    if rest_fits && !fits(have.partition, want.partition) {
        return Fault::Partition;
    }
    if rest_fits
        || (!have.region.is_empty() && have.region != "*")
        || (!have.account.is_empty() && have.account != "*")
    {
        return Fault::Form;
    }
    if !fits(have_bucket, want_bucket) {
        let same = have_key.is_some() == want_key.is_some();
        return Fault::Bucket(if same { Shape::Same } else { Shape::Other });
    }
    match (have_key, want_key) {
        (None, Some(_)) => Fault::BucketForObject,
        (Some(_), None) => Fault::ObjectForBucket,
        (Some(_), Some(_)) => Fault::Path,
        (None, None) => Fault::Bucket(Shape::Same),
    }
}

fn split_key(resource: &str) -> (&str, Option<&str>) {
    match resource.split_once('/') {
        Some((bucket, key)) => (bucket, Some(key)),
        None => (resource, None),
    }
}
