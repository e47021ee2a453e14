//! What gives access and stands in no document of a template: attachments by name, grants, and stacks that stand elsewhere.

use super::kinds::principal_kind;
use super::parts::{parts_of, whole};
use super::policies::Collector;
use super::template::Resource;
use crate::evidence::{Called, gives_access, mark_of};
use crate::syntax::Node;
use std::collections::BTreeMap;

/// Properties that say where the template of a nested stack is.
const TEMPLATE: [&str; 2] = ["TemplateURL", "Location"];

/// Properties that give nothing.
const BESIDE: [&str; 2] = ["Description", "Tags"];

impl<'t> Collector<'_, '_, 't> {
    /// Takes a resource that is such a thing.
    pub(super) fn without_document(&mut self, resource: &Resource<'_, 't>) {
        let is_read = self.resolver.read.contains(resource.id);
        let is_policy = resource.kind == "AWS::Lambda::Permission";
        let all = !is_policy && (calls_another(resource.kind) || gives(resource.kind));
        let members = resource.properties().and_then(Node::as_object).unwrap_or_default();
        let wanted = members.iter().filter(|member| {
            (all && !BESIDE.contains(&&*member.key))
                || (is_attached_by(&member.key)
                    && (member.key != "Groups" || principal_kind(resource.kind).is_some()))
        });
        let mut marks = BTreeMap::new();
        for member in wanted {
            let inner = member.value.as_object().filter(|_| member.key == "Parameters");
            for (name, node) in inner.into_iter().flatten().map(|each| (&each.key, &each.value)) {
                // What is known of it is compared in the template that it is given to.
                if is_read && self.is_whole(node) {
                    continue;
                }
                marks.insert(name.to_string(), self.mark(node));
            }
            if inner.is_none() && !(is_read && TEMPLATE.contains(&&*member.key)) {
                marks.insert(member.key.to_string(), self.mark(&member.value));
            }
        }
        // What an API of SAM lets in by lists of its own.
        let policy = resource.property("Auth").and_then(|auth| auth.get("ResourcePolicy"));
        let lists = policy.and_then(Node::as_object).unwrap_or_default();
        for member in lists.iter().filter(|member| member.key != "CustomStatements") {
            marks.insert(member.key.to_string(), self.mark(&member.value));
        }
        let is_principal = principal_kind(resource.kind).is_some() && !marks.contains_key("Groups");
        if !marks.is_empty() && !is_principal {
            self.out.called.push(Called { file: String::new(), address: resource.id.to_owned(), marks });
        }
    }

    fn is_whole(&self, node: &Node<'t>) -> bool {
        let value = self.resolver.value(node);
        value.as_ref().and_then(parts_of).as_deref().and_then(whole).is_some()
    }

    pub(super) fn mark(&self, node: &Node<'t>) -> u64 {
        self.resolver.value(node).as_ref().map_or(0, mark_of)
    }
}

/// Whether a type makes another stack or module, of which nothing stands here.
fn calls_another(kind: &str) -> bool {
    matches!(
        kind,
        "AWS::CloudFormation::Stack" | "AWS::CloudFormation::StackSet" | "AWS::Serverless::Application"
    ) || kind.ends_with("::MODULE")
}

/// Whether something of a type gives access by what it is made with.
fn gives(kind: &str) -> bool {
    let Some(name) = kind.strip_prefix("AWS::").and_then(|kind| kind.split("::").nth(1)) else {
        return false;
    };
    let words = words(name);
    gives_access(words.iter().map(String::as_str))
}

/// The words of a name such as `UserToGroupAddition`, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for c in name.chars() {
        match out.last_mut() {
            Some(word) if !c.is_ascii_uppercase() => word.push(c),
            _ => out.push(c.to_ascii_lowercase().to_string()),
        }
    }
    out
}

/// Whether a property names policies, or whom a policy is attached to, where no document does.
fn is_attached_by(property: &str) -> bool {
    const NAMES: [&str; 6] = [
        "ManagedPolicies",
        "CustomerManagedPolicyReferences",
        "PermissionsBoundary",
        "TargetIds",
        "Groups",
        "FunctionUrlConfig",
    ];
    NAMES.contains(&property)
}
