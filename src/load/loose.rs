//! Every policy below some paths, whatever document holds it.

use super::files::{self, LoadError};
use super::terraform;
use crate::evidence::{LoosePolicies, LoosePolicy, PolicyHint};
use crate::policy::{self, Embedded, Length, is_policy};
use crate::source::{SourceId, Sources};
use crate::syntax::{Document, Node, Value, read_json};
use std::path::PathBuf;

/// Documents are not searched for policies below this depth.
const DEEPEST: usize = 64;

/// Reads the policies below the paths. A file that is named itself (or standard input) is taken for a policy even if it
/// does not look like one; in a folder only what looks like one is.
///
/// # Errors
/// If a file or folder cannot be opened.
pub fn loose(sources: &mut Sources, paths: &[PathBuf]) -> Result<LoosePolicies, LoadError> {
    let mut out = LoosePolicies::default();
    let all = files::below(paths)?;
    let (modules, all): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|file| terraform::is_terraform(&file.path));
    let modules: Vec<PathBuf> = modules.into_iter().map(|file| file.path).collect();
    let found = terraform::modules(sources, &modules)?;
    out.not_evaluated.extend(found.not_evaluated);
    out.policies.extend(found.policies.into_iter().map(|each| LoosePolicy {
        source: each.policy.source,
        policy: each.policy,
        issues: each.issues,
        // How long the text will be is known when the holes are filled.
        length: Length::default(),
        hint: each.hint,
    }));
    for file in all {
        if file.is_found && !files::is_json(&file.path) {
            continue;
        }
        let named = !file.is_found;
        let text = super::read_text(&file.path)?;
        let source = sources.add(super::display(&file.path), text);
        search(sources, source, named, &mut out);
    }
    Ok(out)
}

/// Adds the policies of a text that is already in memory.
pub fn add_loose(sources: &mut Sources, name: &str, text: &str, out: &mut LoosePolicies) {
    let source = sources.add(name, text);
    search(sources, source, true, out);
}

/// The policies of a text that was read already.
#[must_use]
pub fn policies_of(sources: &Sources, source: SourceId) -> Vec<policy::Policy> {
    let mut out = LoosePolicies::default();
    search(sources, source, false, &mut out);
    out.policies.into_iter().map(|found| found.policy).collect()
}

fn search(sources: &Sources, source: SourceId, named: bool, out: &mut LoosePolicies) {
    let text = sources.get(source);
    let document = read_json(text.text());
    let before = out.policies.len();
    let mut walk = Walk { text: text.text(), source, document: &document, out };
    walk.node(&document.root, None, 0);
    if out.policies.len() > before {
        return;
    }
    if named {
        // The user says it is a policy, so what is wrong with it is worth saying.
        out.policies.push(LoosePolicy {
            source,
            policy: policy::read(&document.root, source, 0),
            issues: document.issues.clone(),
            length: Length::of(text.slice(document.root.span)),
            hint: None,
        });
    } else {
        out.not_evaluated.push((text.name().to_owned(), "holds no policy".to_owned()));
    }
}

struct Walk<'a, 'd> {
    text: &'a str,
    source: SourceId,
    document: &'a Document<'d>,
    out: &'a mut LoosePolicies,
}

impl Walk<'_, '_> {
    fn node(&mut self, node: &Node<'_>, hint: Option<PolicyHint>, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        match &node.value {
            Value::Object(_) if depth == 0 && is_policy(node) => self.out.policies.push(LoosePolicy {
                source: self.source,
                policy: policy::read(node, self.source, 0),
                issues: self.document.issues.clone(),
                length: Length::of(self.text.get(node.span.range()).unwrap_or_default()),
                hint,
            }),
            Value::Object(_) if is_policy(node) => self.take(node, hint),
            Value::Object(members) => {
                let kind = organization_kind(node);
                for member in members {
                    let hint = hint_of(&member.key).or(kind).or(hint);
                    self.node(&member.value, hint, depth + 1);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.node(item, hint, depth + 1)),
            Value::String(text) if may_hold(text) => self.take(node, hint),
            Value::String(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Template(_)
            | Value::Bare(_)
            | Value::Missing => {}
        }
    }

    fn take(&mut self, node: &Node<'_>, hint: Option<PolicyHint>) {
        let Some(found) = Embedded::read(self.text, self.source, self.document, node) else { return };
        let Embedded { policy, issues, length, wrapped } = found;
        self.out.wrapped.extend(wrapped.map(|(span, level)| (self.source, span, level)));
        self.out.policies.push(LoosePolicy { source: self.source, policy, issues, length, hint });
    }
}

/// Whether a string may be a document.
fn may_hold(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with(['{', '"', '\\']) || text.starts_with("%7B") || text.starts_with("%7b")
}

/// What the members of IAM's answers are, by their names.
fn hint_of(key: &str) -> Option<PolicyHint> {
    match key {
        "AssumeRolePolicyDocument" => Some(PolicyHint::Trust),
        "UserPolicyList" | "RolePolicyList" | "GroupPolicyList" | "PolicyVersion" | "PolicyVersionList" => {
            Some(PolicyHint::Identity)
        }
        _ => None,
    }
}

/// What AWS Organizations says of the policy it describes.
fn organization_kind(node: &Node<'_>) -> Option<PolicyHint> {
    match node.get("PolicySummary")?.get("Type")?.as_str()? {
        "SERVICE_CONTROL_POLICY" => Some(PolicyHint::Scp),
        "RESOURCE_CONTROL_POLICY" => Some(PolicyHint::Rcp),
        _ => None,
    }
}
