//! What is asked: the actions that statements name, and for each the requests of one caller on one form of resources.

use super::{Job, Kind};
use crate::catalog;
use crate::eval::{
    CallerClass, Carriage, Context, ContextValue, Glob, Place, Request, carriage, is_computed,
};
use crate::policy::Policy;
use std::collections::BTreeSet;

/// Every action that a statement names which the other document does not have as it stands.
pub(super) fn touched(job: &Job<'_>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let statements = [job.old, job.new].into_iter().flatten().flat_map(|policy| &policy.statements);
    for statement in statements {
        let Some(element) = &statement.actions else { continue };
        if element.negated {
            out.extend(catalog::expand("*").map(catalog::Action::full_name));
            continue;
        }
        for item in &element.items {
            let known: Vec<String> = catalog::expand(&item.value).map(catalog::Action::full_name).collect();
            if known.is_empty() && !item.value.contains(['*', '?', '$']) && item.value.contains(':') {
                out.insert(item.value.to_string());
            }
            out.extend(known);
        }
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
    out.retain(fits);
    out
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
