//! What is asked: the actions that statements name, and for each the requests of one caller on one form of resources.

use super::{Job, Kind};
use crate::eval::{
    CallerClass, Carriage, Compiled, Context, ContextValue, Glob, Place, Request, carriage, is_computed,
    unlisted,
};
use crate::policy::{Policy, Text, TextKind};
use crate::{catalog, checks};
use std::collections::BTreeSet;

/// Actions to ask about.
#[derive(Default)]
pub(super) struct Touched {
    /// Those that the texts tell.
    pub(super) names: BTreeSet<String>,
    /// Further ones, any of which what is filled in later may be.
    pub(super) wide: BTreeSet<String>,
    /// Whether there are no others of the services that AWS has not published.
    pub(super) complete: bool,
}

/// The actions that the statements of both documents name. What AWS has not published is asked about as it is written.
pub(super) fn touched(job: &Job<'_>, (old, new): (&Compiled<'_>, &Compiled<'_>)) -> Touched {
    let mut out = Touched { complete: true, ..Touched::default() };
    let mut patterns: BTreeSet<String> = BTreeSet::new();
    let mut is_wide = false;
    let statements = [job.old, job.new].into_iter().flatten().flat_map(|policy| &policy.statements);
    for element in statements.filter_map(|statement| statement.actions.as_ref()) {
        // What such an element leaves out, AWS may not have published.
        if element.negated {
            out.names.extend(everything());
        }
        for item in &element.items {
            let pattern = item.widest();
            if !names_service(item) {
                is_wide |= !element.negated;
                continue;
            }
            let before = out.names.len();
            out.names.extend(catalog::expand(&pattern).map(catalog::Action::full_name));
            let is_listed = out.names.len() > before || catalog::expand(&pattern).next().is_some();
            if !is_listed && checks::lint::is_action(&pattern) {
                patterns.insert(pattern);
            }
        }
    }
    for pattern in patterns {
        let (names, complete) = unlisted(&[old, new], &pattern);
        out.names.extend(names);
        out.complete &= complete;
    }
    if is_wide {
        out.wide.extend(everything().filter(|name| !out.names.contains(name)));
    }
    let fits = |name: &String| {
        let wanted =
            |pattern: &String| Glob::new(&pattern.to_ascii_lowercase()).matches(&name.to_ascii_lowercase());
        let of_service = match job.kind {
            Kind::Resource(Some(service)) => name.to_ascii_lowercase().starts_with(&format!("{service}:")),
            Kind::Trust => name.to_ascii_lowercase().starts_with("sts:"),
            Kind::Resource(None) | Kind::Identity | Kind::Limit(_) => true,
        };
        of_service && (job.only.is_empty() || job.only.iter().any(wanted))
    };
    out.names.retain(fits);
    out.wide.retain(fits);
    out
}

fn everything() -> impl Iterator<Item = String> {
    catalog::expand("*").map(catalog::Action::full_name)
}

/// Whether a text says of which service its actions are, or is a pattern that says it is of all.
fn names_service(item: &Text) -> bool {
    match item.holes.first() {
        Some(hole) => item.value.get(..hole.at).is_some_and(|before| before.contains(':')),
        None => item.kind != TextKind::Unreadable,
    }
}

pub(super) fn partition(job: &Job<'_>) -> String {
    let policies = [job.new, job.old].into_iter().flatten();
    let mut texts = policies.flat_map(|policy: &Policy| &policy.statements).flat_map(|statement| {
        let resources =
            statement.resources.iter().flat_map(|element| &element.items).map(|item| &*item.value);
        let principals =
            statement.principals.iter().flat_map(|each| &each.entries).map(|entry| &*entry.value.value);
        resources.chain(principals)
    });
    let of = |text: &str| {
        let rest = text.strip_prefix("arn:")?;
        let (partition, _) = rest.split_once(':')?;
        catalog::partitions().iter().any(|each| each.name() == partition).then(|| partition.to_owned())
    };
    texts.find_map(of).unwrap_or_else(|| "aws".to_owned())
}

/// The requests of one caller for one action on one form of resources, every key open that they can carry.
pub(super) fn request(
    job: &Job<'_>,
    keys: &BTreeSet<&str>,
    class: &CallerClass,
    action: &str,
    place: &Place,
) -> Request {
    let mut context = Context::new();
    // What follows from who asks is computed, not open.
    for key in keys.iter().filter(|key| !is_computed(key)) {
        match carriage(&class.caller, action, key) {
            Carriage::Never => {}
            Carriage::Maybe => context.set_default(key, ContextValue::Unseen),
            Carriage::Always => context.set_default(key, ContextValue::Unknown),
        }
    }
    let request = Request::new(class.caller.clone(), action, &place.shown, Some(job.account), context);
    match &place.space {
        Some(space) => request.within(vec![space.clone()], &place.shown),
        None => request,
    }
}
