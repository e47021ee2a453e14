//! What a module attaches its policies to, and which policies from elsewhere it attaches.

use super::instances::{self, instances};
use super::kinds::{LISTS, is_attachment, pairs, target_of};
use super::module::{File, Module};
use super::value::{Names, Scope};
use crate::evidence::{Link, LinkKind, Target, TargetKind};
use crate::policy::Text;
use crate::source::{SourceId, Span};
use crate::syntax::hcl::{HclBlock, HclExpr, HclKind, HclStep};
use crate::syntax::{Node, Part, Value};

/// One use of a managed policy.
#[derive(PartialEq, Eq)]
struct Use {
    file: SourceId,
    /// The module's `aws_iam_policy`, if it is one of its own.
    policy: Option<Own>,
    link: Link,
}

/// A policy of the module: its name, and the instance as an address has it, if it is one of several that is known.
#[derive(PartialEq, Eq)]
struct Own {
    name: String,
    instance: String,
}

/// Which managed policies a module attaches to whom.
pub(super) struct Uses {
    all: Vec<Use>,
}

impl Uses {
    pub(super) fn of(module: &Module) -> Self {
        let mut all = Vec::new();
        for file in &module.files {
            let names = Names::new();
            let scope = module.scope(file, &names);
            for block in file.body.blocks.iter().filter(|block| block.kind == "resource") {
                let [kind, name] = block.labels.as_slice() else { continue };
                for names in instances(block, &scope) {
                    let scope = Scope { names: &names, ..scope };
                    let add = |policy: Option<Own>, link: Link| {
                        let one = Use { file: file.source, policy, link };
                        if !all.contains(&one) {
                            all.push(one);
                        }
                    };
                    of_block(block, (kind, name), &scope, add);
                }
            }
        }
        Self { all }
    }

    /// To whom a policy of the module, by name and instance, is attached.
    pub(super) fn targets(&self, policy: (&str, &str)) -> Vec<Target> {
        self.of_policy(policy, LinkKind::Policy)
    }

    /// Whose boundary a policy of the module is.
    pub(super) fn bounded(&self, policy: (&str, &str)) -> Vec<Target> {
        self.of_policy(policy, LinkKind::Boundary)
    }

    fn of_policy(&self, (name, instance): (&str, &str), kind: LinkKind) -> Vec<Target> {
        let is_it = |own: &Own| {
            own.name == name && (own.instance == instance || own.instance.is_empty() || instance.is_empty())
        };
        let mine = self.all.iter().filter(|each| each.policy.as_ref().is_some_and(is_it));
        mine.filter(|each| each.link.kind == kind).map(|each| each.link.target.clone()).collect()
    }

    /// The policies from elsewhere that a file attaches.
    pub(super) fn links_in(&self, file: &File) -> Vec<Link> {
        let other = self.all.iter().filter(|each| each.policy.is_none() && each.file == file.source);
        other.map(|each| each.link.clone()).collect()
    }
}

/// The uses that one instance of a block makes.
fn of_block(
    block: &HclBlock,
    (kind, name): (&str, &str),
    scope: &Scope<'_>,
    mut give: impl FnMut(Option<Own>, Link),
) {
    let mut add = |kind: LinkKind, expr: &HclExpr, target: Target| {
        let node = scope.value(expr);
        let arn = text(&node, expr.span).unwrap_or_else(|| open("?", expr.span));
        let own =
            own_policy(expr).map(|name| Own { name, instance: key_of(expr, scope).unwrap_or_default() });
        give(own, Link { kind, arn, target });
    };
    let arn = block.body.value("policy_arn");
    match kind {
        attaching if is_attachment(attaching) => {
            if let (Some(arn), Some(target)) = (arn, target(block, kind, name, scope)) {
                add(LinkKind::Policy, arn, target);
            }
        }
        "aws_iam_policy_attachment" => {
            let Some(arn) = arn else { return };
            for (attribute, kind) in LISTS {
                let Some(expr) = block.body.value(attribute) else { continue };
                for name in names_in(expr, scope) {
                    add(LinkKind::Policy, arn, Target { kind, name });
                }
            }
        }
        "aws_iam_user_group_membership" | "aws_iam_group_membership" => {
            let names = |attributes: [&str; 2]| -> Vec<Text> {
                let exprs = attributes.iter().filter_map(|each| block.body.value(each));
                exprs.flat_map(|expr| names_in(expr, scope)).collect()
            };
            for (group, name) in pairs(&names(["group", "groups"]), &names(["user", "users"])) {
                let target = Target { kind: TargetKind::User, name };
                give(None, Link { kind: LinkKind::Group, arn: group, target });
            }
        }
        "aws_iam_access_key" => {
            if let Some(target) = target(block, kind, name, scope) {
                let arn = open(&format!("{kind}.{name}"), block.span);
                give(None, Link { kind: LinkKind::AccessKey, arn, target });
            }
        }
        "aws_iam_user" | "aws_iam_role" => {
            let Some(target) = target(block, kind, name, scope) else { return };
            let bound = block.body.value("permissions_boundary");
            if let Some(bound) = bound.filter(|expr| !is_null(expr, scope)) {
                add(LinkKind::Boundary, bound, target.clone());
            }
            let Some(managed) = block.body.value("managed_policy_arns") else { return };
            let HclKind::Array(items) = &managed.kind else {
                return add(LinkKind::Policy, managed, target);
            };
            for item in items {
                add(LinkKind::Policy, item, target.clone());
            }
        }
        _ => {}
    }
}

/// What the policies in a block, or the policy that it attaches, are for: one thing for each instance.
pub(super) fn targets(block: &HclBlock, kind: &str, name: &str, scope: &Scope<'_>) -> Vec<Target> {
    let mut out: Vec<Target> = Vec::new();
    for names in instances(block, scope) {
        let found = target(block, kind, name, &Scope { names: &names, ..*scope });
        out.extend(found.filter(|found| !out.contains(found)));
    }
    out
}

/// The same of one instance.
pub(super) fn target(block: &HclBlock, kind: &str, name: &str, scope: &Scope<'_>) -> Option<Target> {
    let (of, attribute) = target_of(kind)?;
    let own = || open(&format!("{kind}.{name}"), block.span);
    let text = match block.body.value(attribute) {
        Some(expr) => name_of(expr, scope),
        // AWS or the provider makes a name.
        None => own(),
    };
    Some(Target { kind: of, name: text })
}

/// The name that an expression gives. Of what has none before it is deployed, all of its attributes are one thing.
pub(super) fn name_of(expr: &HclExpr, scope: &Scope<'_>) -> Text {
    let node = scope.value(expr);
    let found = text(&node, expr.span);
    if let Some(name) = found.filter(Text::is_whole) {
        return name;
    }
    match resource_of(expr) {
        Some((kind, name, "id" | "name" | "bucket" | "arn")) => {
            match text(&node, expr.span) {
                // An argument of it that is given has parts of its own.
                Some(name) if name.lone_hole().is_none() => name,
                _ => open(&format!("{kind}.{name}"), expr.span),
            }
        }
        _ => text(&node, expr.span).unwrap_or_else(|| open("?", expr.span)),
    }
}

fn names_in(expr: &HclExpr, scope: &Scope<'_>) -> Vec<Text> {
    match &expr.kind {
        HclKind::Array(items) => items.iter().map(|item| name_of(item, scope)).collect(),
        _ => vec![name_of(expr, scope)],
    }
}

fn is_null(expr: &HclExpr, scope: &Scope<'_>) -> bool {
    matches!(scope.value(expr).value, Value::Null)
}

/// Kind, name and attribute of the resource that an expression refers to.
fn resource_of(expr: &HclExpr) -> Option<(&str, &str, &str)> {
    let expr = match &expr.kind {
        HclKind::Template(parts) => match parts.as_slice() {
            [crate::syntax::hcl::HclPart::Value(inner, _)] => inner,
            _ => return None,
        },
        _ => expr,
    };
    let HclKind::Traversal(root, steps) = &expr.kind else { return None };
    let HclKind::Variable(kind) = &root.kind else { return None };
    match steps.as_slice() {
        [HclStep::Attribute(name), HclStep::Attribute(attribute)]
        | [HclStep::Attribute(name), HclStep::Index(_), HclStep::Attribute(attribute)] => {
            kind.starts_with("aws_").then_some((kind.as_str(), name.as_str(), attribute.as_str()))
        }
        _ => None,
    }
}

/// The name of the module's policy whose ARN an expression is.
pub(super) fn own_policy(expr: &HclExpr) -> Option<String> {
    let (kind, name, attribute) = resource_of(expr)?;
    (kind == "aws_iam_policy" && matches!(attribute, "arn" | "id")).then(|| name.to_owned())
}

/// Which instance of a resource an expression refers to, as addresses have it, if that is known.
fn key_of(expr: &HclExpr, scope: &Scope<'_>) -> Option<String> {
    let HclKind::Traversal(_, steps) = &expr.kind else { return None };
    let [HclStep::Attribute(_), HclStep::Index(key), ..] = steps.as_slice() else { return None };
    instances::of_key(&scope.value(key))
}

fn open(name: &str, span: Span) -> Text {
    Text::of_parts(&[Part::Hole(name.into())], span)
}

fn text(node: &Node<'_>, span: Span) -> Option<Text> {
    match &node.value {
        Value::String(text) => Some(Text::of_parts(&[Part::Text(text.clone())], span)),
        Value::Template(parts) => Some(Text::of_parts(parts, span)),
        _ => None,
    }
}
