//! What users, roles and groups of a template hold: policies of their own and of others, boundaries, groups, access keys.

use super::function::{Function, function};
use super::parts::{hole, parts_of};
use super::policies::{Collector, open, reference};
use super::template::Resource;
use super::{Link, LinkKind};
use crate::evidence::{PolicyHint, Target, TargetKind};
use crate::policy::Text;
use crate::syntax::{Node, Part};

/// How many functions may decide about one policy.
const MOST_GUARDS: usize = 8;

impl<'t> Collector<'_, '_, 't> {
    /// Whose access key a resource is.
    pub(super) fn access_key(&mut self, resource: &Resource<'_, 't>) {
        let arn = Text::of_parts(&[Part::Hole(resource.id.into())], resource.id_span);
        let users = self.target(resource, "UserName", TargetKind::User);
        let link = |target| Link { kind: LinkKind::AccessKey, arn: arn.clone(), target };
        self.out.links.extend(users.into_iter().map(link));
    }

    /// Users that are put in a group.
    pub(super) fn members(&mut self, group: &[Target], users: &[Target]) {
        for (group, user) in group.iter().flat_map(|group| users.iter().map(move |user| (group, user))) {
            let (arn, target) = (group.name.clone(), user.clone());
            self.out.links.push(Link { kind: LinkKind::Group, arn, target });
        }
    }

    /// What a user, role or group holds: policies of its own, names of others, a boundary; and the groups of a user.
    pub(super) fn principal(&mut self, resource: &Resource<'_, 't>, kind: TargetKind) {
        let target = self.called(resource, kind);
        if kind == TargetKind::User {
            let groups = self.target(resource, "Groups", TargetKind::Group);
            self.members(&groups, std::slice::from_ref(&target));
        }
        let policies = resource.property("Policies").into_iter().flat_map(Node::iter_one_or_many);
        for (at, policy) in policies.enumerate() {
            // An entry that a function makes.
            let Some(document) = policy.get("PolicyDocument") else {
                self.entry(resource, policy, at, &target);
                continue;
            };
            let name = policy.get("PolicyName").and_then(|name| self.resolver.value(name));
            let address = match name.as_ref().and_then(Node::as_str) {
                Some(name) => format!("{}/{name}", resource.id),
                None => format!("{}/Policies[{at}]", resource.id),
            };
            self.take(resource, address, document, PolicyHint::Identity, vec![target.clone()]);
        }
        for arn in resource.property("ManagedPolicyArns").into_iter().flat_map(Node::iter_one_or_many) {
            let is_here = reference(arn)
                .and_then(|id| self.resolver.template.resource(id))
                .is_some_and(|found| found.kind == "AWS::IAM::ManagedPolicy");
            if !is_here {
                self.link(LinkKind::Policy, arn, &target);
            }
        }
        if let Some(boundary) = resource.property("PermissionsBoundary") {
            match reference(boundary).and_then(|id| self.resolver.template.resource(id)).copied() {
                Some(found) if found.kind == "AWS::IAM::ManagedPolicy" => {
                    if let Some(document) = found.property("PolicyDocument") {
                        let address = found.id.to_owned();
                        self.take(&found, address, document, PolicyHint::Boundary, vec![target]);
                    }
                }
                Some(_) | None => self.link(LinkKind::Boundary, boundary, &target),
            }
        }
    }

    /// An entry of `Policies` that is no plain object: a function chooses it.
    fn entry(&mut self, resource: &Resource<'_, 't>, policy: &Node<'t>, at: usize, target: &Target) {
        let address = format!("{}/Policies[{at}]", resource.id);
        // Which of two it is only the deployment tells.
        if let Some((Function::If, argument)) = function(policy)
            && let Some([condition, yes, no]) = argument.as_array()
            && self.resolver.truth_of_name(condition).is_none()
            && self.guards.len() < MOST_GUARDS
        {
            for (branch, wanted) in [(yes, true), (no, false)] {
                self.guards.push((condition.clone(), wanted));
                match branch.get("PolicyDocument") {
                    Some(document) => {
                        let word = if wanted { "if" } else { "if not" };
                        let address = format!("{address}/{word}");
                        self.take(resource, address, document, PolicyHint::Identity, vec![target.clone()]);
                    }
                    None => self.entry(resource, branch, at, target),
                }
                self.guards.pop();
            }
            return;
        }
        let Some(chosen) = self.resolver.value(policy) else { return };
        match chosen.get("PolicyDocument") {
            Some(document) => {
                let document = document.clone();
                self.take(resource, address, &document, PolicyHint::Identity, vec![target.clone()]);
            }
            None => {
                let reason = open(&chosen).unwrap_or_else(|| "it has no `PolicyDocument`".to_owned());
                self.out.open_targets.push(target.clone());
                self.out.not_evaluated.push((address, reason));
            }
        }
    }

    pub(super) fn link(&mut self, kind: LinkKind, arn: &Node<'t>, target: &Target) {
        let Some(value) = self.resolver.value(arn) else { return };
        // What a parameter gives may be a list.
        for each in value.iter_one_or_many() {
            let parts = parts_of(each).unwrap_or_else(|| hole("ManagedPolicyArns"));
            let arn = Text::of_parts(&parts, arn.span);
            self.out.links.push(Link { kind, arn, target: target.clone() });
        }
    }
}
