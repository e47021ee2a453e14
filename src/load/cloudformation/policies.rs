//! Which resources hold policies, and what those are attached to.

use super::function::{Function, function};
use super::kinds::{
    DEEPEST, PROPERTIES, are_statements, hint_of, holds_policy, looks_like_policy, principal_kind,
};
use super::parts::{hole, parts_of};
use super::resolve::Resolver;
use super::template::Resource;
use super::{LinkKind, Taken};
use crate::evidence::{Called, PolicyHint, Target, TargetKind};
use crate::load::terraform::names_somebody;
use crate::policy::Text;
use crate::source::SourceId;
use crate::syntax::{Member, Node, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

pub(super) struct Collector<'a, 'n, 't> {
    pub(super) resolver: &'a Resolver<'n, 't>,
    pub(super) text: &'a str,
    pub(super) source: SourceId,
    pub(super) is_yaml: bool,
    /// Conditions around what is taken, and whether they must hold.
    pub(super) guards: Vec<(Node<'t>, bool)>,
    pub(super) out: Taken,
}

impl<'t> Collector<'_, '_, 't> {
    /// Takes what a resource holds.
    pub(super) fn resource(&mut self, resource: &Resource<'_, 't>) {
        if let Some(condition) = resource.node.get("Condition")
            && self.resolver.truth_of_name(condition) == Some(false)
        {
            if holds_policy(resource) {
                let reason = format!(
                    "it is not made while condition `{}` does not hold",
                    condition.as_str().unwrap_or_default()
                );
                self.out.not_evaluated.push((resource.id.to_owned(), reason));
            }
            return;
        }
        self.without_document(resource);
        if resource.kind == "AWS::S3::Bucket" {
            self.bucket(resource);
        }
        match resource.kind {
            "AWS::S3::BucketPolicy" => {
                let target = self.target(resource, "Bucket", TargetKind::Bucket);
                self.property(resource, "PolicyDocument", PolicyHint::Bucket, target);
            }
            // Who has it as a boundary takes it as one.
            "AWS::IAM::ManagedPolicy" if self.is_boundary_only(resource) => {}
            "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" => {
                let targets = self.attached(resource);
                self.property(resource, "PolicyDocument", PolicyHint::Identity, targets);
            }
            "AWS::IAM::UserPolicy" => self.inline(resource, "UserName", TargetKind::User),
            "AWS::IAM::RolePolicy" => self.inline(resource, "RoleName", TargetKind::Role),
            "AWS::IAM::GroupPolicy" => self.inline(resource, "GroupName", TargetKind::Group),
            "AWS::IAM::User" => self.principal(resource, TargetKind::User),
            "AWS::IAM::UserToGroupAddition" => {
                let groups = self.target(resource, "GroupName", TargetKind::Group);
                let users = self.target(resource, "Users", TargetKind::User);
                self.members(&groups, &users);
            }
            "AWS::IAM::AccessKey" => self.access_key(resource),
            "AWS::IAM::Role" => {
                self.principal(resource, TargetKind::Role);
                let target = vec![self.called(resource, TargetKind::Role)];
                self.property(resource, "AssumeRolePolicyDocument", PolicyHint::Trust, target);
            }
            "AWS::IAM::Group" => self.principal(resource, TargetKind::Group),
            "AWS::KMS::Key" | "AWS::KMS::ReplicaKey" => {
                self.property(resource, "KeyPolicy", PolicyHint::Key, Vec::new());
            }
            "AWS::Organizations::Policy" => {
                let kind = resource.property("Type").and_then(|node| self.resolver.value(node));
                let hint = match kind.as_ref().and_then(Node::as_str) {
                    Some("SERVICE_CONTROL_POLICY") => PolicyHint::Scp,
                    Some("RESOURCE_CONTROL_POLICY") => PolicyHint::Rcp,
                    // Tag, backup and other policies of an organization are none of IAM's.
                    Some(_) | None => return,
                };
                self.property(resource, "Content", hint, Vec::new());
            }
            "AWS::EC2::VPCEndpoint" => {
                self.property(resource, "PolicyDocument", PolicyHint::Endpoint, Vec::new());
            }
            "AWS::Lambda::Permission" => self.permission(resource),
            "AWS::CUR::ReportDefinition" | "AWS::BCMDataExports::Export" => self.export(resource),
            kind if kind.starts_with("AWS::Serverless::") => self.serverless(resource),
            kind => {
                if let Some(properties) = resource.properties() {
                    self.search(resource, properties, hint_of(kind), 0);
                }
            }
        }
    }

    /// A policy with one thing that it is attached to.
    fn inline(&mut self, resource: &Resource<'_, 't>, property: &str, kind: TargetKind) {
        let target = self.target(resource, property, kind);
        self.property(resource, "PolicyDocument", PolicyHint::Identity, target);
    }

    fn property(&mut self, resource: &Resource<'_, 't>, name: &str, hint: PolicyHint, targets: Vec<Target>) {
        if let Some(node) = resource.property(name) {
            self.take(resource, resource.id.to_owned(), node, hint, targets);
        }
    }

    /// What one property of a resource names.
    pub(super) fn target(
        &self,
        resource: &Resource<'_, 't>,
        property: &str,
        kind: TargetKind,
    ) -> Vec<Target> {
        let Some(node) = resource.property(property) else { return Vec::new() };
        node.iter_one_or_many().filter_map(|node| self.target_of(node, kind)).collect()
    }

    pub(super) fn target_of(&self, node: &Node<'t>, kind: TargetKind) -> Option<Target> {
        let value = self.resolver.value(node)?;
        let parts = parts_of(&value)?;
        Some(Target { kind, name: Text::of_parts(&parts, node.span) })
    }

    /// What a policy says that it is attached to, and who says so of it.
    fn attached(&self, resource: &Resource<'_, 't>) -> Vec<Target> {
        let lists = [("Users", TargetKind::User), ("Roles", TargetKind::Role), ("Groups", TargetKind::Group)];
        let mut targets: Vec<Target> =
            lists.iter().flat_map(|(property, kind)| self.target(resource, property, *kind)).collect();
        for other in self.resolver.template.resources() {
            let Some(kind) = principal_kind(other.kind) else { continue };
            let arns = other.property("ManagedPolicyArns").into_iter().flat_map(Node::iter_one_or_many);
            if arns.filter_map(reference).any(|id| id == resource.id) {
                targets.push(self.called(other, kind));
            }
        }
        targets
    }

    /// Whether a managed policy is a boundary of somebody in the template, and attached to nobody.
    fn is_boundary_only(&self, resource: &Resource<'_, 't>) -> bool {
        let names = |node: &Node<'t>| reference(node).is_some_and(|id| id == resource.id);
        let mut others = self.resolver.template.resources().iter();
        others.any(|other| other.property("PermissionsBoundary").is_some_and(names))
            && self.attached(resource).is_empty()
    }

    /// A user, role or group of the template.
    pub(super) fn called(&self, resource: &Resource<'_, 't>, kind: TargetKind) -> Target {
        let name = self.resolver.physical_name(resource.id);
        Target { kind, name: Text::of_parts(&name, resource.id_span) }
    }

    /// A resource of AWS SAM. Its policy templates are named, and what they stand for is not known here.
    fn serverless(&mut self, resource: &Resource<'_, 't>) {
        let target = Target {
            kind: TargetKind::Role,
            name: Text::of_parts(&hole(format!("{}Role", resource.id)), resource.id_span),
        };
        let policies = resource.property("Policies").into_iter().flat_map(Node::iter_one_or_many);
        for (at, policy) in policies.enumerate() {
            let address = format!("{}/Policies[{at}]", resource.id);
            if looks_like_policy(policy) {
                self.take(resource, address, policy, PolicyHint::Identity, vec![target.clone()]);
            } else if let (Some([template]), None) = (policy.as_object(), function(policy)) {
                let reason =
                    format!("`{}` is a policy template of AWS SAM, which makes a policy of it", template.key);
                let marks = BTreeMap::from([(template.key.to_string(), self.mark(policy))]);
                self.out.called.push(Called { file: String::new(), address: address.clone(), marks });
                self.out.named.push((address, reason));
            } else {
                // The name or ARN of a managed policy.
                self.link(LinkKind::Policy, policy, &target);
            }
        }
        let global = |name: &str| {
            resource.property(name).or_else(|| self.resolver.template.global(resource.kind, name))
        };
        let (boundary, trust, auth) =
            (global("PermissionsBoundary"), global("AssumeRolePolicyDocument"), global("Auth"));
        if let Some(boundary) = boundary {
            self.link(LinkKind::Boundary, boundary, &target);
        }
        if let Some(trust) = trust {
            self.take(resource, resource.id.to_owned(), trust, PolicyHint::Trust, Vec::new());
        }
        // Of an API, who may call it.
        if let Some(auth) = auth {
            self.search(resource, auth, Some(PolicyHint::Resource), 0);
        }
    }

    /// Policies anywhere in the properties of another type.
    fn search(
        &mut self,
        resource: &Resource<'_, 't>,
        node: &Node<'t>,
        hint: Option<PolicyHint>,
        depth: usize,
    ) {
        if depth > DEEPEST {
            return;
        }
        match &node.value {
            Value::Object(members) => {
                for member in members {
                    let is_named = PROPERTIES.contains(&&*member.key);
                    let is_text = is_named && self.holds_text(&member.value);
                    if looks_like_policy(&member.value) || is_text {
                        let hint = match (&*member.key, hint) {
                            ("AssumeRolePolicyDocument", _) => PolicyHint::Trust,
                            (_, Some(hint)) => hint,
                            // What such a type makes of it nobody says: a policy that names nobody is for a caller.
                            (_, None) if names_somebody(&member.value) => PolicyHint::Resource,
                            (_, None) => PolicyHint::Identity,
                        };
                        self.take(resource, resource.id.to_owned(), &member.value, hint, Vec::new());
                    } else if are_statements(&member.value) {
                        // Statements without a document around them.
                        let (span, statements) = (member.value.span, member.value.clone());
                        let version = Node { span, value: Value::String(Cow::Borrowed("2012-10-17")) };
                        let inner = |(key, value)| Member {
                            key: Cow::Borrowed(key),
                            key_parts: Vec::new(),
                            key_span: member.key_span,
                            value,
                        };
                        let members = [("Version", version), ("Statement", statements)].map(inner);
                        let document = Node { span, value: Value::Object(members.to_vec()) };
                        let hint = hint.unwrap_or(PolicyHint::Resource);
                        self.take(resource, resource.id.to_owned(), &document, hint, Vec::new());
                    } else {
                        self.search(resource, &member.value, hint, depth + 1);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.search(resource, item, hint, depth + 1)),
            _ => {}
        }
    }

    /// Whether a property is a text that holds a policy.
    fn holds_text(&self, node: &Node<'t>) -> bool {
        let text = match function(node) {
            Some((Function::Sub, argument)) => argument.iter_one_or_many().next().and_then(Node::as_str),
            Some(_) => None,
            None => node.as_str(),
        };
        text.is_some_and(|text| text.trim_start().starts_with('{') && text.contains("Statement"))
    }

    /// A report or export, in the form in which AWS's own answers have it.
    fn export(&mut self, resource: &Resource<'_, 't>) {
        let Some(properties) = resource.properties().and_then(|node| self.resolver.value(node)) else {
            return;
        };
        let mut settings = properties.into_owned();
        flags(&mut settings);
        self.out.exports.read_resolved(&settings, self.source);
        self.out.declared.push(self.declared(resource, settings));
    }
}

/// Texts that CloudFormation takes for a flag, where a setting is one: in quotes, or as YAML 1.1 has them.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html> (checked 2026-11)
fn flags(settings: &mut Node<'_>) {
    const FLAGS: [&str; 1] = ["RefreshClosedReports"];
    let Value::Object(members) = &mut settings.value else { return };
    for member in members.iter_mut().filter(|member| FLAGS.contains(&&*member.key)) {
        let Value::String(text) = &member.value.value else { continue };
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => member.value.value = Value::Bool(true),
            "false" | "no" | "off" => member.value.value = Value::Bool(false),
            _ => {}
        }
    }
}

/// Why a value that a function makes is not known.
pub(super) fn open(node: &Node<'_>) -> Option<String> {
    let Value::Template(parts) = &node.value else { return None };
    let names: Vec<String> =
        Text::of_parts(parts, node.span).holes.iter().map(|hole| hole.name.to_string()).collect();
    Some(format!("it is `{}`, which is filled in when this is deployed", names.join(", ")))
}

/// The resource that `Ref`, or an attribute, refers to.
pub(super) fn reference<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match function(node)? {
        (Function::Ref, name) => name.as_str(),
        (Function::GetAtt, path) => match &path.value {
            Value::String(path) => path.split('.').next(),
            Value::Array(items) => items.first()?.as_str(),
            _ => None,
        },
        (Function::Sub, text) => {
            let inside = text.as_str()?.strip_prefix("${")?.strip_suffix('}')?;
            inside.split('.').next()
        }
        _ => None,
    }
}
