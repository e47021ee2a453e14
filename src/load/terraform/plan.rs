//! The plan that `terraform show -json` prints: values as the run will make them, and what only AWS will tell.
//!
//! <https://developer.hashicorp.com/terraform/internals/json-format> (checked 2026-11)

mod buckets;
mod given;

use super::export;
use super::kinds::{OTHER_POLICIES, PERMISSION, gives, holds, of_organization, target_of};
use crate::evidence::{
    Attachment, Called, DeclaredExport, Link, LinkKind, MadeIn, Maker, Order, PolicyHint, Target, mark_of,
};
use crate::load::cloudformation::{Taken, TemplatePolicy};
use crate::policy::{Embedded, Text};
use crate::source::{Place, SourceId, Span};
use crate::syntax::{Document, Node, Part, Value};
use std::collections::BTreeMap;

/// Modules below modules that are looked into.
const DEEPEST: usize = 32;

/// Whether a document is a plan.
pub(in crate::load) fn is_plan(root: &Node<'_>) -> bool {
    root.get("format_version").is_some() && planned(root).is_some()
}

fn planned<'n, 't>(root: &'n Node<'t>) -> Option<&'n Node<'t>> {
    root.get("planned_values")?.get("root_module")
}

/// Takes the policies that are there when a plan is applied.
pub(in crate::load) fn take(document: &Document<'_>, text: &str, source: SourceId) -> Taken {
    let root = &document.root;
    let mut plan = Plan {
        document,
        text,
        source,
        written: BTreeMap::new(),
        makers: BTreeMap::new(),
        resources: Vec::new(),
    };
    if let Some(module) = root.get("configuration").and_then(|each| each.get("root_module")) {
        plan.configured(module, "", 0);
    }
    if let Some(module) = planned(root) {
        plan.module(module, 0);
    }
    plan.taken()
}

struct Resource<'n, 't> {
    address: &'n str,
    kind: &'n str,
    values: &'n Node<'t>,
    span: Span,
}

struct Plan<'n, 't> {
    document: &'n Document<'t>,
    text: &'n str,
    source: SourceId,
    /// By address without keys: the expressions of the module's text, attribute by attribute.
    written: BTreeMap<String, &'n Node<'t>>,
    /// By address without keys: the provider that makes it.
    makers: BTreeMap<String, &'n str>,
    resources: Vec<Resource<'n, 't>>,
}

impl<'n, 't> Plan<'n, 't> {
    fn configured(&mut self, module: &'n Node<'t>, prefix: &str, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for resource in items(module, "resources") {
            let address = resource.get("address").and_then(Node::as_str);
            if let (Some(address), Some(expressions)) = (address, resource.get("expressions")) {
                self.written.insert(format!("{prefix}{address}"), expressions);
            }
            let maker = resource.get("provider_config_key").and_then(Node::as_str);
            if let (Some(address), Some(maker)) = (address, maker) {
                self.makers.insert(format!("{prefix}{address}"), maker);
            }
        }
        for call in module.get("module_calls").and_then(Node::as_object).into_iter().flatten() {
            if let Some(inner) = call.value.get("module") {
                self.configured(inner, &format!("{prefix}module.{}.", call.key), depth + 1);
            }
        }
    }

    fn module(&mut self, module: &'n Node<'t>, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for resource in items(module, "resources") {
            let text = |name: &str| resource.get(name).and_then(Node::as_str);
            if let (Some(address), Some(kind), Some(values)) =
                (text("address"), text("type"), resource.get("values"))
                && text("mode") == Some("managed")
            {
                self.resources.push(Resource { address, kind, values, span: resource.span });
            }
        }
        for inner in items(module, "child_modules") {
            self.module(inner, depth + 1);
        }
    }

    fn taken(&self) -> Taken {
        let mut out = Taken::default();
        let links = self.links();
        for resource in self.resources.iter().filter(|each| export::is_export(each.kind)) {
            out.exports.read_resolved(&export::of_values(resource.values), self.source);
        }
        for resource in self.resources.iter().filter(|each| !OTHER_POLICIES.contains(&each.kind)) {
            self.policies(resource, &links, &mut out);
        }
        for resource in self.resources.iter().filter(|each| each.kind == PERMISSION) {
            self.permission(resource, &mut out);
        }
        for resource in self.resources.iter().filter(|each| gives(each.kind)) {
            let members = resource.values.as_object().unwrap_or_default().iter();
            let marks = members.map(|member| (member.key.to_string(), mark_of(&member.value))).collect();
            out.called.push(Called { file: String::new(), address: resource.address.to_owned(), marks });
        }
        out.declared = self.declared();
        out.buckets = self.buckets();
        out.links = links.into_iter().filter(|(own, _)| own.is_none()).map(|(_, link)| link).collect();
        out
    }

    /// Reports and exports: where they are made, and those that go while others come.
    fn declared(&self) -> Vec<DeclaredExport> {
        let mut out: Vec<DeclaredExport> = Vec::new();
        for resource in self.resources.iter().filter(|each| export::is_export(each.kind)) {
            let mut each = self.export(resource.address, resource.kind, resource.span);
            each.settings = export::of_values(resource.values).into_owned();
            each.region = self.region(resource);
            out.push(each);
        }
        for change in items(&self.document.root, "resource_changes") {
            let text = |name: &str| change.get(name).and_then(Node::as_str);
            let (Some(address), Some(kind)) = (text("address"), text("type")) else { continue };
            let actions: Vec<&str> = change
                .get("change")
                .map(|each| items(each, "actions").filter_map(Node::as_str).collect())
                .unwrap_or_default();
            if !export::is_export(kind) || !actions.contains(&"delete") || !actions.contains(&"create") {
                continue;
            }
            let span = change.get("address").map_or(change.span, |node| node.span);
            let replaced = Some((why_replaced(change), span));
            match out.iter_mut().find(|each| each.address == address) {
                Some(each) => each.replaced = replaced,
                None => out.push(DeclaredExport { replaced, ..self.export(address, kind, span) }),
            }
        }
        out
    }

    fn export(&self, address: &str, kind: &str, span: Span) -> DeclaredExport {
        let is_report = kind == "aws_cur_report_definition";
        DeclaredExport {
            source: self.source,
            file: String::new(),
            address: address.to_owned(),
            span,
            maker: if is_report { Maker::TerraformReport } else { Maker::TerraformExport },
            settings: Node { span, value: Value::Null },
            order: Order::Open,
            region: self.region_of_provider(address).unwrap_or(MadeIn::Open),
            added_to: None,
            replaced: None,
        }
    }

    /// The Region of a resource: its own, which version 6 of the provider plans, or that of its provider.
    fn region(&self, resource: &Resource<'n, 't>) -> MadeIn {
        let own = resource.values.get("region").and_then(|region| {
            let place = Place { source: self.source, span: region.span };
            Some(MadeIn::Named(region.as_str()?.to_owned(), place))
        });
        own.or_else(|| self.region_of_provider(resource.address)).unwrap_or(MadeIn::Open)
    }

    /// The Region that the module's text gives the provider of a resource.
    fn region_of_provider(&self, address: &str) -> Option<MadeIn> {
        let maker = self.makers.get(&plain(address))?;
        let providers = self.document.root.get("configuration")?.get("provider_config")?;
        let region = providers.get(maker)?.get("expressions")?.get("region")?.get("constant_value")?;
        let place = Place { source: self.source, span: region.span };
        Some(MadeIn::Named(region.as_str()?.to_owned(), place))
    }

    fn policies(&self, resource: &Resource<'n, 't>, links: &[(Option<String>, Link)], out: &mut Taken) {
        let address = resource.address.to_owned();
        let own: Vec<Target> = self.target(resource).into_iter().collect();
        if let Some((attribute, hint)) = holds(resource.kind) {
            let hint = match resource.kind {
                "aws_organizations_policy" => {
                    of_organization(resource.values.get("type").and_then(Node::as_str))
                }
                _ => hint,
            };
            let node = resource.values.get(attribute);
            let used = |kind: LinkKind| -> Vec<Target> {
                let mine = links.iter().filter(|(own, link)| {
                    own.as_deref() == Some(&*plain(resource.address)) && link.kind == kind
                });
                mine.map(|(_, link)| link.target.clone()).collect()
            };
            let mut add = |hint: PolicyHint, targets: Vec<Target>| {
                let attachment = Attachment::new(address.clone(), hint, targets);
                self.policy(resource, (attribute, node), attachment, out);
            };
            if resource.kind == "aws_iam_policy" {
                let (policies, boundaries) = (used(LinkKind::Policy), used(LinkKind::Boundary));
                let is_boundary = !boundaries.is_empty();
                if is_boundary {
                    add(PolicyHint::Boundary, boundaries);
                }
                if !policies.is_empty() || !is_boundary {
                    add(hint, policies);
                }
            } else {
                add(hint, own.clone());
            }
        }
        let others: Vec<&str> = holds(resource.kind).map(|(attribute, _)| attribute).into_iter().collect();
        for (name, node) in super::documents::in_values(resource.values, &others) {
            let hint = super::documents::hint_in_plan(name, node);
            let attachment = Attachment::new(format!("{address}.{name}"), hint, Vec::new());
            self.policy(resource, (name, Some(node)), attachment, out);
        }
        for inline in items(resource.values, "inline_policy") {
            let address = format!("{address}.inline_policy");
            let attachment = Attachment::new(address, PolicyHint::Identity, own.clone());
            self.policy(resource, ("inline_policy", inline.get("policy")), attachment, out);
        }
    }

    /// Takes one policy. A resource whose text gives none has none.
    fn policy(
        &self,
        resource: &Resource<'n, 't>,
        (attribute, node): (&str, Option<&'n Node<'t>>),
        attachment: Attachment,
        out: &mut Taken,
    ) {
        let node = node.filter(|node| !matches!(node.value, Value::Null));
        let Some(node) = node.filter(|node| node.as_str() != Some("")) else {
            if self.is_written(resource, attribute) {
                let reason = "its policy is known when the plan is applied".to_owned();
                out.not_evaluated.push((attachment.address.clone(), reason));
                out.open.push(attachment);
            }
            return;
        };
        match Embedded::read(self.text, self.source, self.document, node) {
            Some(Embedded { policy, issues, length, wrapped }) => {
                out.policies.push(TemplatePolicy { policy, issues, length, wrapped, attachment });
            }
            None => {
                let is_marked = node.as_str().is_some_and(super::secret::is_hidden);
                let reason = match is_marked {
                    true => "the plan marks it as sensitive, so that it is not looked at",
                    false => "its text is no policy",
                };
                out.not_evaluated.push((attachment.address, reason.to_owned()));
            }
        }
    }

    fn target(&self, resource: &Resource<'n, 't>) -> Option<Target> {
        let (kind, attribute) = target_of(resource.kind)?;
        let name = match resource.values.get(attribute).and_then(Node::as_str) {
            Some(name) => known(name, resource.span),
            None => {
                let refers = self.references(resource, attribute);
                hole(&refers.unwrap_or_else(|| plain(resource.address)), resource.span)
            }
        };
        Some(Target { kind, name })
    }

    fn is_written(&self, resource: &Resource<'n, 't>, attribute: &str) -> bool {
        self.written.get(&plain(resource.address)).is_some_and(|all| all.get(attribute).is_some())
    }

    /// The address of the `aws_iam_policy` of the plan whose ARN an attribute is.
    fn own_policy(&self, resource: &Resource<'n, 't>, attribute: &str) -> Option<String> {
        let address = self.references(resource, attribute)?;
        let is_it = |each: &Resource<'n, 't>| each.kind == "aws_iam_policy" && plain(each.address) == address;
        self.resources.iter().any(is_it).then_some(address)
    }

    /// The address of the resource that an attribute refers to in the module's text.
    fn references(&self, resource: &Resource<'n, 't>, attribute: &str) -> Option<String> {
        let address = plain(resource.address);
        let expression = self.written.get(&address)?.get(attribute)?;
        // The last one is the resource itself, those before it name an attribute.
        let last = items(expression, "references")
            .filter_map(Node::as_str)
            .rfind(|text| text.starts_with("aws_"))?;
        let module = address.strip_suffix(&*written_as(&address))?;
        Some(format!("{module}{}", plain(last)))
    }
}

/// The setting that cannot be changed in place, or else the plan's own word.
fn why_replaced(change: &Node<'_>) -> String {
    let paths = change.get("change").into_iter().flat_map(|each| items(each, "replace_paths"));
    let names = paths.filter_map(|path| path.as_array()?.iter().rev().find_map(Node::as_str));
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return change.get("action_reason").and_then(Node::as_str).unwrap_or("actions").to_owned();
    }
    names.join("`, `")
}

/// The address of a resource inside of its module: kind and name.
fn written_as(address: &str) -> String {
    let mut parts: Vec<&str> = address.rsplit('.').take(2).collect();
    parts.reverse();
    parts.join(".")
}

fn items<'n, 't>(
    node: &'n Node<'t>,
    key: &str,
) -> impl DoubleEndedIterator<Item = &'n Node<'t>> + use<'n, 't> {
    node.get(key).and_then(Node::as_array).unwrap_or_default().iter()
}

/// An address without the keys of `count` and `for_each`.
pub(in crate::load) fn plain(address: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    for c in address.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

fn known(name: &str, span: Span) -> Text {
    Text::of_parts(&[Part::Text(name.to_owned().into())], span)
}

fn hole(name: &str, span: Span) -> Text {
    Text::of_parts(&[Part::Hole(name.to_owned().into())], span)
}
