//! Whether discovery was asked about at all.

use crate::checks::subject::Subject;
use crate::contract::Ask;
use crate::eval::Glob;
use crate::evidence::Role;
use crate::policy::Effect;

/// Whether any policy of the reader speaks of what is asked for discovery and for nothing else: who gave the policies of the
/// import alone did not ask about discovery.
pub(in crate::checks) fn is_given(subject: &Subject<'_>) -> bool {
    let of = |wanted: fn(&Ask) -> Option<&Vec<String>>| {
        subject.demands.iter().filter_map(move |demand| wanted(&demand.ask)).flatten()
    };
    let for_import: Vec<&String> = of(|ask| match ask {
        Ask::Access { actions, .. } => Some(actions),
        _ => None,
    })
    .collect();
    let for_discovery: Vec<String> = of(|ask| match ask {
        Ask::Discovery { actions, .. } => Some(actions),
        _ => None,
    })
    .filter(|action| !for_import.contains(action))
    .map(|action| action.to_ascii_lowercase())
    .collect();
    let speaks = |pattern: &str| {
        let pattern = pattern.to_ascii_lowercase();
        let fixed = pattern.split(['*', '?']).next().unwrap_or_default();
        let mut beginning = for_discovery.iter().filter(|action| action.starts_with(fixed)).peekable();
        // A pattern that lost its star speaks of it too.
        beginning.peek().is_some() && {
            let glob = Glob::new(&format!("{pattern}*"));
            beginning.any(|action| glob.matches(action))
        }
    };
    let statements = subject.evidence.of(Role::ReaderPolicy).flat_map(|document| &document.policy.statements);
    let mut elements = statements
        .filter(|statement| statement.effect == Effect::Allow)
        .filter_map(|statement| statement.actions.as_ref());
    !for_discovery.is_empty()
        && elements.any(|element| element.negated || element.items.iter().any(|item| speaks(&item.value)))
}
