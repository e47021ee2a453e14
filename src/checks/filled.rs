//! What an answer waits for that hangs on a value which a deployment fills in: a plan of Terraform, or the parameters of a stack.

use super::subject::{FactRef, Subject};
use crate::evidence::{PolicyDocument, is_of_module};
use crate::source::SourceId;

/// The fact behind values of these names, which stand one behind the other.
pub(super) fn fact(subject: &Subject<'_>, names: &str) -> FactRef {
    let id = if is_of_stack(subject, names) { "stack-value" } else { "template-value" };
    FactRef::with(id, "name", names)
}

/// Whether it is a template of CloudFormation that leaves the first of them open.
fn is_of_stack(subject: &Subject<'_>, names: &str) -> bool {
    let evidence = subject.evidence;
    let is_named = |hole: &str| names.split(", ").any(|name| name.trim_matches('`') == hole);
    let of_policies = || evidence.documents.iter().filter(|document| document.from_template);
    let with_it = of_policies().filter(|document| document.policy.holes().any(is_named));
    let of_exports = evidence.exports.definitions.iter().filter(|export| export.resolved.is_some());
    // What decides whether a policy is there at all stands in none.
    let policies = |document: &PolicyDocument| document.source;
    let sources = with_it.map(policies).chain(of_exports.map(|export| export.source));
    let sources = sources.chain(of_policies().map(policies));
    let is_stack = |source: SourceId| {
        let name = subject.sources.get(source).name();
        !is_of_module(name) && !evidence.plans.iter().any(|plan| plan == name)
    };
    sources.map(is_stack).next().unwrap_or_default()
}
