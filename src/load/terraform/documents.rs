//! Policies in attributes that no table names: whatever is a document of IAM by its content, in any resource and in what is
//! handed to a module from elsewhere.

use super::policy;
use super::value::Scope;
use crate::evidence::PolicyHint;
use crate::policy::is_policy;
use crate::syntax::hcl::{HclBody, HclExpr, HclKind, HclPart, HclStep};
use crate::syntax::{Node, Value, read_json};

/// Attributes that hold policies, in whatever resource of AWS. One of these that cannot be resolved is named.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs> (checked 2026-11)
const NAMES: [&str; 8] = [
    "policy",
    "access_policies",
    "access_policy",
    "policy_document",
    "resource_policy",
    "key_policy",
    "assume_role_policy_document",
    "permissions_policy",
];

/// An attribute that holds a policy.
pub(super) struct Document<'b> {
    /// Its name, such as `access_policies`.
    pub(super) name: String,
    pub(super) expr: &'b HclExpr,
    pub(super) hint: PolicyHint,
}

/// The documents in a body, but for attributes and blocks that are read otherwise. `is_named`: names alone count, too.
pub(super) fn documents<'b>(
    body: &'b HclBody,
    scope: &Scope<'_>,
    (others, is_named): (&[&str], bool),
) -> Vec<Document<'b>> {
    let mut out = Vec::new();
    in_body(body, scope, (others, is_named), &mut out);
    out
}

fn in_body<'b>(
    body: &'b HclBody,
    scope: &Scope<'_>,
    (others, is_named): (&[&str], bool),
    out: &mut Vec<Document<'b>>,
) {
    for attribute in body.attributes.iter().filter(|each| !others.contains(&each.name.as_str())) {
        in_value(&attribute.name, &attribute.value, (scope, is_named), out);
    }
    for block in body.blocks.iter().filter(|each| !others.contains(&each.kind.as_str())) {
        in_body(&block.body, scope, (&[], is_named), out);
    }
}

fn in_value<'b>(
    name: &str,
    expr: &'b HclExpr,
    (scope, is_named): (&Scope<'_>, bool),
    out: &mut Vec<Document<'b>>,
) {
    match &expr.kind {
        HclKind::Object(items) => {
            for item in items {
                let name = key(&item.key).unwrap_or_else(|| name.to_owned());
                in_value(&name, &item.value, (scope, is_named), out);
            }
        }
        HclKind::Array(items) => {
            items.iter().for_each(|item| in_value(name, item, (scope, is_named), out));
        }
        _ if may_be(expr) => {
            let found = policy::resolve(scope, expr).ok().map(|document| document.root);
            let hint = match &found {
                Some(root) if is_policy(root) => hint_of(name, root),
                Some(_) => return,
                // What is a document in one of two cases is one that is not known.
                None if is_named && NAMES.contains(&name) => hint_of(name, &Node::default()),
                None => return,
            };
            out.push(Document { name: name.to_owned(), expr, hint });
        }
        _ => {}
    }
}

fn key(expr: &HclExpr) -> Option<String> {
    match &expr.kind {
        HclKind::Variable(name) => Some(name.clone()),
        _ => expr.literal(),
    }
}

/// Whether an expression is one of those that documents are written as.
fn may_be(expr: &HclExpr) -> bool {
    match &expr.kind {
        HclKind::Call(name, _) => matches!(name.as_str(), "jsonencode" | "file" | "templatefile"),
        HclKind::Template(parts) => parts.iter().any(|part| match part {
            HclPart::Text(text, _) => text.contains("Statement"),
            HclPart::Value(inner, _) => parts.len() == 1 && may_be(inner),
            HclPart::Directive(..) => false,
        }),
        HclKind::Conditional(each) => each.iter().any(may_be),
        HclKind::Traversal(root, steps) => match (&root.kind, steps.as_slice()) {
            (HclKind::Variable(root), [HclStep::Attribute(_)]) => root == "local" || root == "var",
            (HclKind::Variable(root), [HclStep::Attribute(kind), ..]) => {
                root == "data" && kind == "aws_iam_policy_document"
            }
            _ => false,
        },
        _ => false,
    }
}

/// What a document is, by the name of its attribute and by whether it says whom it is for.
fn hint_of(name: &str, root: &Node<'_>) -> PolicyHint {
    if name.starts_with("assume_role") || name.starts_with("trust") || is_trust(root) {
        return PolicyHint::Trust;
    }
    if names_somebody(root) { PolicyHint::Resource } else { PolicyHint::Identity }
}

/// Whether a document is a trust policy by what it says, whatever a module calls its argument: it names somebody and no resource,
/// and is about taking a role alone.
fn is_trust(root: &Node<'_>) -> bool {
    let of_sts = |action: &Node<'_>| {
        let start = action.as_str().and_then(|text| text.get(..4));
        start.is_some_and(|start| start.eq_ignore_ascii_case("sts:"))
    };
    let is_one = |statement: &Node<'_>| {
        ["Resource", "NotResource", "NotAction"].iter().all(|name| statement.get(name).is_none())
            && statement.get("Action").is_some_and(|actions| actions.iter_one_or_many().all(of_sts))
    };
    let Some(statements) = root.get("Statement") else { return false };
    let mut all = statements.iter_one_or_many().peekable();
    all.peek().is_some() && names_somebody(root) && all.all(is_one)
}

/// Whether a statement of a document names principals. One that is filled in later may.
pub(in crate::load) fn names_somebody(root: &Node<'_>) -> bool {
    let Some(statements) = root.get("Statement") else { return true };
    let mut all = statements.iter_one_or_many();
    all.any(|each| each.get("Principal").is_some() || each.get("NotPrincipal").is_some())
}

/// Texts in the values of a plan's resource that are documents, with the names of their attributes; but for some attributes.
pub(super) fn in_values<'n, 't>(values: &'n Node<'t>, others: &[&str]) -> Vec<(&'n str, &'n Node<'t>)> {
    let mut out = Vec::new();
    for member in values.as_object().unwrap_or_default() {
        if member.key != "inline_policy" && !others.contains(&&*member.key) {
            texts(&member.key, &member.value, &mut out);
        }
    }
    out
}

fn texts<'n, 't>(name: &'n str, node: &'n Node<'t>, out: &mut Vec<(&'n str, &'n Node<'t>)>) {
    match &node.value {
        Value::String(text) if text.trim_start().starts_with('{') && text.contains("\"Statement\"") => {
            out.push((name, node));
        }
        Value::Array(items) => items.iter().for_each(|item| texts(name, item, out)),
        Value::Object(members) => {
            members.iter().for_each(|member| texts(&member.key, &member.value, out));
        }
        _ => {}
    }
}

/// What a document in a text of a plan is.
pub(super) fn hint_in_plan(name: &str, node: &Node<'_>) -> PolicyHint {
    let text = node.as_str().unwrap_or_default();
    hint_of(name, &read_json(text).root)
}
