//! The actions that an action pattern stands for.

use super::glob::{self, Case, Token};
use super::service::Service;
use super::store;

/// The known actions that fit `pattern`, as (service, action), in the order of the catalog.
///
/// `*` and `?` are wildcards, case does not count (AWS, "IAM JSON policy elements: Action",
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>, checked 2026-11). Works while
/// it is iterated, and opens only services whose prefix can fit.
pub fn expand(pattern: &str) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
    // Most patterns name one action, or at least their service, and then the others need no look.
    let is_plain = !pattern.contains(['*', '?', '$']);
    let exact = pattern.split_once(':').filter(|_| is_plain).and_then(|(prefix, name)| {
        let service = super::service(prefix)?;
        Some((service.prefix(), service.action(name)?.name()))
    });
    let named =
        pattern.split_once(':').map(|(prefix, _)| prefix).filter(|prefix| !prefix.contains(['*', '?', '$']));
    // `ec2:Describe*`: a beginning is compared without a walk.
    let beginning = pattern
        .split_once(':')
        .filter(|_| named.is_some())
        .and_then(|(_, name)| name.strip_suffix('*'))
        .filter(|name| !name.contains(['*', '?', '$']))
        .map(str::to_owned);
    let named = named.map(str::to_ascii_lowercase);
    let pattern = glob::pattern(pattern, Case::Folded);
    let services = store::index()
        .services
        .iter()
        .filter(move |service| !is_plain && named.as_ref().is_none_or(|named| *named == service.prefix()));
    exact.into_iter().chain(services.flat_map(move |service| {
        let actions = if can_match(service, &pattern) { service.actions() } else { &[] };
        let pattern = pattern.clone();
        let beginning = beginning.clone();
        actions.iter().filter_map(move |action| {
            if let Some(beginning) = &beginning {
                let fits = action
                    .name()
                    .get(..beginning.len())
                    .is_some_and(|name| name.eq_ignore_ascii_case(beginning));
                return fits.then_some((service.prefix(), action.name()));
            }
            let text = glob::literal(&format!("{}:{}", service.prefix(), action.name()), Case::Folded);
            glob::overlap(&pattern, &text).then_some((service.prefix(), action.name()))
        })
    }))
}

fn can_match(service: &Service, pattern: &[Token]) -> bool {
    glob::can_start(pattern, &glob::literal(&format!("{}:", service.prefix()), Case::Folded))
}
