//! The sections of a template.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html> (checked 2026-11)

use crate::evidence::{Behind, mark};
use crate::source::Span;
use crate::syntax::{Node, Value};
use std::collections::BTreeMap;

/// A template, taken apart.
pub(super) struct Template<'n, 't> {
    root: &'n Node<'t>,
    resources: Vec<Resource<'n, 't>>,
}

/// One entry of `Resources`.
#[derive(Clone, Copy)]
pub(super) struct Resource<'n, 't> {
    /// The logical id.
    pub(super) id: &'n str,
    /// Where it stands.
    pub(super) id_span: Span,
    /// `Type`, such as `AWS::S3::Bucket`.
    pub(super) kind: &'n str,
    /// The whole entry.
    pub(super) node: &'n Node<'t>,
}

impl<'n, 't> Resource<'n, 't> {
    pub(super) fn properties(&self) -> Option<&'n Node<'t>> {
        self.node.get("Properties")
    }

    pub(super) fn property(&self, name: &str) -> Option<&'n Node<'t>> {
        self.properties()?.get(name)
    }
}

/// Whether a document is a template: it says so, or has resources with types of AWS.
pub(super) fn is_template(root: &Node<'_>) -> bool {
    let Some(resources) = root.get("Resources").and_then(Node::as_object) else { return false };
    if root.get("AWSTemplateFormatVersion").is_some() {
        return true;
    }
    let is_of_aws = |node: &Node<'_>| {
        let kind = node.get("Type").and_then(Node::as_str);
        kind.is_some_and(|kind| kind.starts_with("AWS::") || kind.starts_with("Custom::"))
    };
    resources.iter().any(|member| is_of_aws(&member.value) || member.key.starts_with("Fn::ForEach"))
}

impl<'n, 't> Template<'n, 't> {
    pub(super) fn new(root: &'n Node<'t>) -> Self {
        let members = root.get("Resources").and_then(Node::as_object).unwrap_or_default();
        let resources = members
            .iter()
            .filter_map(|member| {
                let kind = member.value.get("Type").and_then(Node::as_str)?;
                Some(Resource { id: &member.key, id_span: member.key_span, kind, node: &member.value })
            })
            .collect();
        Self { root, resources }
    }

    pub(super) fn resources(&self) -> &[Resource<'n, 't>] {
        &self.resources
    }

    pub(super) fn resource(&self, id: &str) -> Option<&Resource<'n, 't>> {
        self.resources.iter().find(|resource| resource.id == id)
    }

    /// Entries of `Resources` that a macro or a loop makes into resources: their names.
    pub(super) fn generated(&self) -> impl Iterator<Item = &'n str> {
        let members = self.root.get("Resources").and_then(Node::as_object).unwrap_or_default();
        members.iter().filter(|member| member.key.starts_with("Fn::")).map(|member| &*member.key)
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&'n Node<'t>> {
        self.root.get("Parameters")?.get(name)
    }

    /// What AWS SAM gives every resource of a type that does not say it itself.
    /// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html>
    /// (checked 2026-11)
    pub(super) fn global(&self, kind: &str, name: &str) -> Option<&'n Node<'t>> {
        let section = kind.strip_prefix("AWS::Serverless::")?;
        self.root.get("Globals")?.get(section)?.get(name)
    }

    pub(super) fn condition(&self, name: &str) -> Option<&'n Node<'t>> {
        self.root.get("Conditions")?.get(name)
    }

    pub(super) fn mapping(&self, name: &str) -> Option<&'n Node<'t>> {
        self.root.get("Mappings")?.get(name)
    }

    /// By the names of holes on which conditions or mappings of the template bear, a mark of what it says in these.
    pub(super) fn behind<'h>(&self, names: impl IntoIterator<Item = &'h str>, text: &str) -> Behind {
        let sections: Vec<(&str, &Node<'t>)> = ["Conditions", "Mappings"]
            .iter()
            .filter_map(|name| Some((*name, self.root.get(name)?)))
            .collect();
        let is_here = |word: &str| sections.iter().any(|(_, section)| section.get(word).is_some());
        let bears = |name: &&str| name.split(|c: char| !c.is_ascii_alphanumeric()).any(is_here);
        let marks: BTreeMap<String, u64> = sections
            .iter()
            .map(|(name, section)| ((*name).to_owned(), mark(text.get(section.span.range()))))
            .collect();
        names.into_iter().filter(bears).map(|name| (name.to_owned(), marks.clone())).collect()
    }

    /// Macros that change the template before it is read, but for those of AWS that leave policies as they are.
    pub(super) fn macros(&self) -> Vec<&'n str> {
        let Some(transform) = self.root.get("Transform") else { return Vec::new() };
        let known = |name: &&str| !name.starts_with("AWS::Serverless") && *name != "AWS::LanguageExtensions";
        transform.iter_one_or_many().filter_map(macro_name).filter(known).collect()
    }
}

fn macro_name<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match &node.value {
        Value::String(name) => Some(name),
        Value::Object(_) => node.get("Name").and_then(Node::as_str),
        _ => None,
    }
}
