//! Every policy below some paths, whatever document holds it.

use super::files::{self, Counted, Files, LoadError};
use super::filled;
use super::{iac, terraform};
use crate::evidence::{LoosePolicies, LoosePolicy, Owner, OwnerKind, ParameterSet, PolicyHint};
use crate::policy::{self, Embedded, Length, Text, is_policy};
use crate::source::{SourceId, Sources};
use crate::syntax::{Document, Node, Value, read_json};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Documents are not searched for policies below this depth.
const DEEPEST: usize = 64;

/// Reads the policies below the paths. A file that is named itself (or standard input) is taken for a policy even if it
/// does not look like one; in a folder only what looks like one is.
///
/// # Errors
/// If a file or folder cannot be opened.
pub fn loose(sources: &mut Sources, paths: &[PathBuf]) -> Result<LoosePolicies, LoadError> {
    loose_counted(sources, paths, &files::none_counted)
}

/// The same with files that count whatever ignore files say of them.
///
/// # Errors
/// If a file or folder cannot be opened.
pub fn loose_counted(
    sources: &mut Sources,
    paths: &[PathBuf],
    counted: Counted<'_>,
) -> Result<LoosePolicies, LoadError> {
    gathered(sources, files::below(paths, counted)?)
}

/// The same where it was not the user who named the files: of these, too, only what looks like a policy is taken for one.
///
/// # Errors
/// If a file or folder cannot be opened.
pub fn loose_among(
    sources: &mut Sources,
    paths: &[PathBuf],
    counted: Counted<'_>,
) -> Result<LoosePolicies, LoadError> {
    let all = files::below(paths, counted)?.into_iter();
    gathered(sources, all.map(|file| files::Found { is_found: true, ..file }).collect())
}

fn gathered(sources: &mut Sources, all: Vec<files::Found>) -> Result<LoosePolicies, LoadError> {
    let mut out = LoosePolicies { parameters: super::parameters::among(&all), ..LoosePolicies::default() };
    let (modules, all): (Vec<_>, Vec<_>) = all.into_iter().partition(|file| {
        terraform::is_terraform(&file.path) || (!file.is_found && terraform::is_values(&file.path))
    });
    let modules: Vec<PathBuf> = modules.into_iter().map(|file| file.path).collect();
    iac::loose_modules(terraform::modules(sources, &modules, &files::Disk)?, &mut out);
    for file in all {
        let may_be_template = files::has_ending(&file.path, &files::TEMPLATES);
        if file.is_found && !files::is_json(&file.path) && !may_be_template {
            continue;
        }
        // It is read with its module.
        if file.is_found && terraform::is_values(&file.path) {
            continue;
        }
        let named = !file.is_found;
        let text = super::read_text(&file.path)?;
        // Other YAML that a folder holds is not worth a word.
        if file.is_found && may_be_template && !is_known(&text) {
            continue;
        }
        let source = sources.add(super::display(&file.path), terraform::without_secrets(text));
        search(sources, source, named, &mut out);
    }
    super::placed::loose(&mut out);
    fold(sources, &mut out);
    name_open(sources, &mut out);
    Ok(out)
}

/// A file that a module reads is the module's, and not one more policy.
fn fold(sources: &Sources, out: &mut LoosePolicies) {
    let place = |each: &LoosePolicy| (sources.get(each.source).name(), each.policy.span);
    let read: BTreeSet<_> = out.policies.iter().filter(|each| each.attachment.is_some()).map(place).collect();
    let is_other = |each: &LoosePolicy| each.attachment.is_some() || !read.contains(&place(each));
    let kept: Vec<bool> = out.policies.iter().map(is_other).collect();
    let mut kept = kept.into_iter();
    out.policies.retain(|_| kept.next().unwrap_or(true));
}

/// Names statements of templates of which it is not known before the deployment what they are about: no rule speaks of them.
fn name_open(sources: &Sources, out: &mut LoosePolicies) {
    for each in &out.policies {
        let Some(attachment) = &each.attachment else { continue };
        for statement in &each.policy.statements {
            let items = statement.actions.iter().flat_map(|element| &element.items);
            let mut names: Vec<String> =
                items.filter(|item| !item.is_whole()).map(Text::hole_names).collect();
            names.dedup();
            if names.is_empty() {
                continue;
            }
            let line = sources.get(each.policy.source).position(statement.span.start).line;
            let what = if statement.is_unknown() { "what it says" } else { "which actions it is about" };
            let names = names.join("`, `");
            let reason = format!("statement in line {line}: {what} is known when it is deployed (`{names}`)");
            out.not_evaluated.push((format!("{}: {}", attachment.file, attachment.address), reason));
        }
    }
}

/// Adds the policies of the modules that some files belong to, as they stood elsewhere than on the disk.
///
/// # Errors
/// If a file cannot be had.
pub fn add_modules(
    sources: &mut Sources,
    paths: &[PathBuf],
    files: &dyn Files,
    out: &mut LoosePolicies,
) -> Result<(), LoadError> {
    iac::loose_modules(terraform::modules(sources, paths, files)?, out);
    Ok(())
}

/// Puts plans of Terraform together with the modules that they are made of, as [`loose`] does with what it reads.
pub fn join(found: &mut LoosePolicies) {
    super::placed::loose(found);
}

/// What a file says that stacks are made with.
#[must_use]
pub fn parameters_in(name: &str, text: &str) -> Vec<ParameterSet> {
    super::parameters::sets(name, text)
}

/// Leaves out what is given to templates that are not read.
pub fn keep_known_parameters(sets: &mut Vec<ParameterSet>, is_read: &dyn Fn(&str) -> bool) {
    super::parameters::keep_known(sets, is_read);
}

/// Whether a text is a plan of Terraform.
#[must_use]
pub fn is_plan(text: &str) -> bool {
    super::yaml::is_plan(text)
}

/// Whether a module is read from a file of this name, for its declarations or for values of its variables.
#[must_use]
pub fn is_part_of_module(name: &str) -> bool {
    terraform::is_part(std::path::Path::new(name))
}

/// Whether a file of this name gives values to variables of a module of Terraform, read by itself or where somebody names it.
#[must_use]
pub fn gives_values(name: &str) -> bool {
    terraform::is_values(std::path::Path::new(name))
}

/// Whether a file of values may be one of the module in a folder.
#[must_use]
pub fn is_values_of(name: &str, folder: &str) -> bool {
    let rest = match folder {
        "" => Some(name),
        folder => name.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')),
    };
    gives_values(name) && rest.is_some_and(|rest| rest.matches('/').count() <= files::DEEPEST_VALUES)
}

/// Whether a file of this name may be a template in YAML.
#[must_use]
pub fn is_template_name(name: &str) -> bool {
    files::has_ending(std::path::Path::new(name), &files::TEMPLATES)
}

/// Adds the policies of a text that is already in memory. One that is named as a file of Terraform is taken for a whole module.
pub fn add_loose(sources: &mut Sources, name: &str, text: &str, out: &mut LoosePolicies) {
    if terraform::is_terraform(std::path::Path::new(name)) {
        iac::loose_modules(terraform::module_of(sources, name, text), out);
        return;
    }
    let source = sources.add(name, terraform::without_secrets(text.to_owned()));
    search(sources, source, true, out);
}

/// The same of a file that would have been met in a folder: only what looks like a policy is taken for one.
pub fn add_found(sources: &mut Sources, name: &str, text: &str, out: &mut LoosePolicies) {
    if files::has_ending(std::path::Path::new(name), &files::TEMPLATES) && !is_known(text) {
        return;
    }
    let source = sources.add(name, terraform::without_secrets(text.to_owned()));
    search(sources, source, false, out);
}

/// Whether a file of this name is looked into where it is met in a folder.
#[must_use]
pub fn is_looked_into(name: &str) -> bool {
    let path = std::path::Path::new(name);
    files::is_json(path) || files::has_ending(path, &files::TEMPLATES) || terraform::is_terraform(path)
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
    let sets = std::mem::take(&mut out.parameters);
    let given = super::yaml::Given { file: text.name(), sets: &sets };
    let known = super::yaml::read(text.text(), source, given);
    out.parameters = sets;
    if let Some(found) = known {
        super::iac::take_loose(sources, source, found, out);
        return;
    }
    if let Some(found) = super::yaml::nested(text.text(), source) {
        let is_empty = found.policies.is_empty();
        match found.broken.as_ref().filter(|_| !named) {
            // What else YAML is made of by other programs may be none before they are run.
            Some(issue) => {
                let line = text.position(issue.span.start).line;
                out.not_evaluated.push((text.name().to_owned(), format!("no YAML from line {line} on")));
            }
            None if is_empty && found.broken.is_none() => {
                out.not_evaluated.push((text.name().to_owned(), "holds no policy".to_owned()));
            }
            None => {}
        }
        let broken = found.broken.clone().filter(|_| named);
        super::iac::take_loose(sources, source, super::yaml::Found { broken, ..found }, out);
        return;
    }
    let document = read_json(text.text());
    let before = out.policies.len();
    let mut walk = Walk { text: text.text(), source, document: &document, out };
    walk.node(&document.root, Around::default(), 0);
    if out.policies.len() > before {
        return;
    }
    if named {
        // The user says it is a policy, so what is wrong with it is worth saying.
        out.policies.push(LoosePolicy {
            source,
            policy: read(&document.root, text.text(), source),
            issues: document.issues.clone(),
            length: Length::of(text.slice(document.root.span)),
            hint: None,
            owner: None,
            attachment: None,
        });
    } else if !out.parameters.iter().any(|set| set.file == text.name()) {
        out.not_evaluated.push((text.name().to_owned(), "holds no policy".to_owned()));
    }
}

/// The policy that a document is; what somebody fills in before it is used is open.
fn read(node: &Node<'_>, text: &str, source: SourceId) -> policy::Policy {
    let opened = filled::opened(node, text);
    policy::read(opened.as_ref().unwrap_or(node), source, 0)
}

/// Whether a text is one that is read here.
fn is_known(text: &str) -> bool {
    super::yaml::may_be_known(text) || text.trim_start().starts_with('{')
}

/// What the members around a policy say of it.
#[derive(Debug, Clone, Copy, Default)]
struct Around<'n> {
    hint: Option<PolicyHint>,
    owner: Option<(OwnerKind, &'n str)>,
}

impl Around<'_> {
    fn owner(self) -> Option<Owner> {
        self.owner.map(|(kind, name)| Owner { kind, name: name.into() })
    }
}

struct Walk<'a, 'd> {
    text: &'a str,
    source: SourceId,
    document: &'a Document<'d>,
    out: &'a mut LoosePolicies,
}

impl Walk<'_, '_> {
    fn node<'n>(&mut self, node: &'n Node<'_>, around: Around<'n>, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        match &node.value {
            Value::Object(_) if depth == 0 && is_policy(node) => self.out.policies.push(LoosePolicy {
                source: self.source,
                policy: read(node, self.text, self.source),
                issues: self.document.issues.clone(),
                length: Length::of(self.text.get(node.span.range()).unwrap_or_default()),
                hint: around.hint,
                owner: around.owner(),
                attachment: None,
            }),
            Value::Object(_) if is_policy(node) => self.take(node, around),
            Value::Object(members) => {
                let kind = organization_kind(node);
                for member in members {
                    let hint = hint_of(&member.key).or(kind).or(around.hint);
                    let owner = match &*member.key {
                        "UserPolicyList" | "GroupPolicyList" | "RolePolicyList" => owner_of(node),
                        "PolicyDocument" if node.get("PolicyName").is_some() => {
                            owner_of(node).or(around.owner)
                        }
                        _ => None,
                    };
                    self.node(&member.value, Around { hint, owner }, depth + 1);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.node(item, around, depth + 1)),
            Value::String(text) if may_hold(text) => self.take(node, around),
            Value::String(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Template(_)
            | Value::Bare(_)
            | Value::Missing => {}
        }
    }

    fn take(&mut self, node: &Node<'_>, around: Around<'_>) {
        let Some(found) = Embedded::read(self.text, self.source, self.document, node) else { return };
        let Embedded { policy, issues, length, wrapped } = found;
        self.out.wrapped.extend(wrapped.map(|(span, level)| (self.source, span, level)));
        let (source, hint, owner) = (self.source, around.hint, around.owner());
        let attachment = None;
        self.out.policies.push(LoosePolicy { source, policy, issues, length, hint, owner, attachment });
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

/// Whose policies an answer of IAM gives.
fn owner_of<'n>(node: &'n Node<'_>) -> Option<(OwnerKind, &'n str)> {
    [("UserName", OwnerKind::User), ("GroupName", OwnerKind::Group), ("RoleName", OwnerKind::Role)]
        .into_iter()
        .find_map(|(key, kind)| Some((kind, node.get(key)?.as_str()?)))
}

/// What AWS Organizations says of the policy it describes.
fn organization_kind(node: &Node<'_>) -> Option<PolicyHint> {
    match node.get("PolicySummary")?.get("Type")?.as_str()? {
        "SERVICE_CONTROL_POLICY" => Some(PolicyHint::Scp),
        "RESOURCE_CONTROL_POLICY" => Some(PolicyHint::Rcp),
        _ => None,
    }
}
