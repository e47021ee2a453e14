//! CloudFormation, AWS SAM, and what the CDK makes: templates in YAML or JSON, known by what they say.
//!
//! Values are resolved as far as the template tells (`resolve`); the rest are holes, which are neither a yes nor a no for
//! whoever judges. Which policies a resource holds, and what they are attached to, is in `policies`. Nothing is judged.

mod buckets;
mod called;
mod cases;
mod condition;
mod declared;
mod document;
mod function;
mod given;
mod holders;
mod kinds;
mod parts;
mod policies;
mod reference;
mod resolve;
mod substitute;
mod template;

use crate::billing::Exports;
use crate::evidence::{Attachment, Called, DeclaredBucket, DeclaredExport, Link, LinkKind, Target};
use crate::load::yaml::Given;
use crate::policy::{Length, Policy};
use crate::source::{SourceId, Span};
use crate::syntax::{Issue, Node};
use document::Read;
pub(super) use document::guard;
pub(super) use given::nested;
use policies::Collector;
use resolve::Resolver;
use template::Template;

/// Whether a document is a template: it says so, or has resources with types of AWS.
pub(super) fn is_template(root: &Node<'_>) -> bool {
    template::is_template(root)
}

/// The length of a policy that stands in a tree, as JSON without white space.
pub(super) fn length(root: &Node<'_>) -> Length {
    document::length(root)
}

/// Whether a node has statements with effects.
pub(super) fn looks_like_policy(node: &Node<'_>) -> bool {
    kinds::looks_like_policy(node)
}

/// The policy that a text of JSON in YAML holds.
pub(super) fn policy_in_text(text: &str, source: SourceId, string: Span) -> Option<Read> {
    document::in_text(string, (text, source, true), |root| root).ok()
}

/// One policy of a template.
#[derive(Debug, Clone)]
pub(super) struct TemplatePolicy {
    pub(super) policy: Policy,
    pub(super) issues: Vec<Issue>,
    pub(super) length: Length,
    /// For a policy in a string of JSON: its content, and the layers of escapes around it.
    pub(super) wrapped: Option<(Span, u8)>,
    pub(super) attachment: Attachment,
}

/// What a template holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    pub(super) policies: Vec<TemplatePolicy>,
    /// Policies of which something is known in cases alone, and which are named as not evaluated beside: their own statements are
    /// none.
    pub(super) in_cases: Vec<TemplatePolicy>,
    /// Reports and exports.
    pub(super) exports: Exports,
    /// Policies that are attached by name, and not in the template.
    pub(super) links: Vec<Link>,
    /// What gives access and stands in no document.
    pub(super) called: Vec<Called>,
    /// Policies that are there and could not be resolved.
    pub(super) open: Vec<Attachment>,
    /// Whose list of policies could not be resolved.
    pub(super) open_targets: Vec<Target>,
    /// The same, with what the template says around them.
    pub(super) declared: Vec<DeclaredExport>,
    /// Buckets, with their settings.
    pub(super) buckets: Vec<DeclaredBucket>,
    /// What was not judged: its address, and why.
    pub(super) not_evaluated: Vec<(String, String)>,
    /// The same where what is said there is all that is compared.
    pub(super) named: Vec<(String, String)>,
    /// Parameters whose default was taken, with it.
    pub(super) presumed: Vec<(String, String)>,
    /// What else was presumed.
    pub(super) notes: Vec<String>,
}

/// Takes what a template holds. `text` is what `root` was read from, as YAML or as JSON.
pub(super) fn take(
    root: &Node<'_>,
    (text, source, is_yaml): (&str, SourceId, bool),
    given: Given<'_>,
) -> Taken {
    let mut resolver = Resolver::new(Template::new(root));
    resolver.take_sets(given);
    let (guards, out) = (Vec::new(), Taken::default());
    let mut collector = Collector { resolver: &resolver, text, source, is_yaml, guards, out };
    for resource in resolver.template.resources() {
        collector.resource(resource);
    }
    let mut out = collector.out;
    for name in resolver.template.generated() {
        out.not_evaluated.push((name.to_owned(), "what it makes is known when this is deployed".to_owned()));
    }
    for name in resolver.template.macros() {
        let reason = "a macro that changes the template before it is deployed; it was judged as it stands";
        out.not_evaluated.push((format!("Transform {name}"), reason.to_owned()));
    }
    out.presumed = resolver.presumed();
    out.notes = resolver.notes.take().into_iter().collect();
    out
}
