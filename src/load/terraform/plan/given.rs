//! What a plan gives without a document of its own: permissions of functions, and managed policies that it attaches.

use super::{Plan, Resource, hole, items, known, plain};
use crate::evidence::{Attachment, Link, LinkKind, PolicyHint, Target, TargetKind};
use crate::load::cloudformation::{self, Taken, TemplatePolicy};
use crate::load::permission;
use crate::load::terraform::kinds::{LISTS, is_attachment, pairs};
use crate::policy::{Notation, Text, read_as};
use crate::syntax::{Node, Part, Value};

impl<'n, 't> Plan<'n, 't> {
    /// What a permission of a function adds to its policy.
    pub(super) fn permission(&self, resource: &Resource<'n, 't>, out: &mut Taken) {
        let get = |name: &str| -> Option<Node<'t>> {
            let value = resource.values.get(name).filter(|value| !matches!(value.value, Value::Null));
            value.cloned().or_else(|| {
                let open = Part::Hole(format!("{}.{name}", plain(resource.address)).into());
                let is_open = self.is_written(resource, name);
                is_open.then(|| Node { span: resource.span, value: Value::Template(vec![open]) })
            })
        };
        let attachment = Attachment::new(resource.address.to_owned(), PolicyHint::Resource, Vec::new());
        let Some(root) = permission::document(permission::TERRAFORM, (resource.span, resource.span), &get)
        else {
            out.not_evaluated.push((attachment.address, "it does not say whom it is for".to_owned()));
            return;
        };
        let policy = read_as(&root, self.source, Notation::Hcl);
        let length = cloudformation::length(&root);
        out.policies.push(TemplatePolicy { policy, issues: Vec::new(), length, wrapped: None, attachment });
    }

    /// Which managed policies are attached to whom: with the address of the plan's own policy, where it is one.
    pub(super) fn links(&self) -> Vec<(Option<String>, Link)> {
        let mut out = Vec::new();
        for resource in &self.resources {
            let mut add = |kind: LinkKind, attribute: &str, target: Target| {
                let own = self.own_policy(resource, attribute);
                let value =
                    resource.values.get(attribute).filter(|value| !matches!(value.value, Value::Null));
                if value.is_none() && own.is_none() && !self.is_written(resource, attribute) {
                    return;
                }
                let arn = match value.and_then(Node::as_str) {
                    Some(arn) => known(arn, resource.span),
                    None => hole(own.as_deref().unwrap_or(resource.address), resource.span),
                };
                out.push((own, Link { kind, arn, target }));
            };
            match resource.kind {
                kind if is_attachment(kind) => {
                    if let Some(target) = self.target(resource) {
                        add(LinkKind::Policy, "policy_arn", target);
                    }
                }
                "aws_iam_policy_attachment" => {
                    for (list, kind) in LISTS {
                        for name in items(resource.values, list).filter_map(Node::as_str) {
                            let name = known(name, resource.span);
                            add(LinkKind::Policy, "policy_arn", Target { kind, name });
                        }
                    }
                }
                "aws_iam_user_group_membership" | "aws_iam_group_membership" => {
                    let all = |one: &str, many: &str| -> Vec<Text> {
                        let single = resource.values.get(one).and_then(Node::as_str);
                        let names = items(resource.values, many).filter_map(Node::as_str).chain(single);
                        names.map(|name| known(name, resource.span)).collect()
                    };
                    for (group, name) in pairs(&all("group", "groups"), &all("user", "users")) {
                        let target = Target { kind: TargetKind::User, name };
                        out.push((None, Link { kind: LinkKind::Group, arn: group, target }));
                    }
                }
                "aws_iam_access_key" => {
                    if let Some(target) = self.target(resource) {
                        let arn = hole(resource.address, resource.span);
                        out.push((None, Link { kind: LinkKind::AccessKey, arn, target }));
                    }
                }
                "aws_iam_user" | "aws_iam_role" => {
                    let Some(target) = self.target(resource) else { continue };
                    add(LinkKind::Boundary, "permissions_boundary", target.clone());
                    let list = resource.values.get("managed_policy_arns").and_then(Node::as_array);
                    if list.is_none() {
                        add(LinkKind::Policy, "managed_policy_arns", target.clone());
                    }
                    let arns = list.unwrap_or_default().iter().filter_map(Node::as_str);
                    let link = |arn: &str| {
                        let (kind, arn, target) =
                            (LinkKind::Policy, known(arn, resource.span), target.clone());
                        (None, Link { kind, arn, target })
                    };
                    out.extend(arns.map(link));
                }
                _ => {}
            }
        }
        out
    }
}
