//! Buckets of a plan, with what resources of their own and values within them set.

use super::super::{buckets, export};
use super::{Plan, Resource, items};
use crate::evidence::{BucketSetting, DeclaredBucket, MadeIn};
use crate::load::buckets::{location, setting};
use crate::syntax::{Member, Node, Part, Value};
use std::borrow::Cow;
use std::collections::BTreeSet;

impl<'n, 't> Plan<'n, 't> {
    /// The buckets that are there when the plan is applied, and what gives settings to buckets.
    pub(super) fn buckets(&self) -> Vec<DeclaredBucket> {
        self.resources.iter().filter_map(|resource| self.bucket(resource)).collect()
    }

    fn bucket(&self, resource: &Resource<'n, 't>) -> Option<DeclaredBucket> {
        let own = buckets::sets(resource.kind);
        if own.is_none() && resource.kind != buckets::BUCKET {
            return None;
        }
        let node = shaped(Some(resource.values), self.unknown(resource.address), resource.address)?;
        let settings = match own {
            Some(kind) => vec![setting(kind, &node)],
            None => buckets::WITHIN
                .into_iter()
                .filter(|(name, kind)| {
                    *kind != BucketSetting::Payer && node.get(&export::camel(name)).is_some()
                })
                .map(|(name, kind)| buckets::of_bucket(name, kind, &node))
                .chain(match self.region(resource) {
                    MadeIn::Named(region, place) => Some(location(&region, place.span)),
                    MadeIn::Open => None,
                })
                .collect(),
        };
        Some(DeclaredBucket {
            source: self.source,
            file: String::new(),
            address: resource.address.to_owned(),
            target: self.target(resource)?,
            settings,
        })
    }

    /// What of a resource only AWS will tell.
    fn unknown(&self, address: &str) -> Option<&'n Node<'t>> {
        let mut changes = items(&self.document.root, "resource_changes");
        let change = changes.find(|each| each.get("address").and_then(Node::as_str) == Some(address))?;
        change.get("change")?.get("after_unknown")
    }
}

/// The values of a plan with holes where it does not know them; names with capital letters.
fn shaped(values: Option<&Node<'_>>, unknown: Option<&Node<'_>>, name: &str) -> Option<Node<'static>> {
    if let Some(Node { span, value: Value::Bool(true) }) = unknown {
        let hole = vec![Part::Hole(Cow::Owned(name.to_owned()))];
        return Some(Node { span: values.map_or(*span, |values| values.span), value: Value::Template(hole) });
    }
    let either =
        |pick: fn(&Value<'_>) -> bool| [values, unknown].into_iter().flatten().any(|node| pick(&node.value));
    let span = values.or(unknown)?.span;
    if either(|value| matches!(value, Value::Object(_))) {
        let keys = |node: Option<&Node<'_>>| -> Vec<String> {
            let members = node.and_then(Node::as_object).unwrap_or_default().iter();
            members.map(|member| member.key.to_string()).collect()
        };
        let keys: BTreeSet<String> = keys(values).into_iter().chain(keys(unknown)).collect();
        let member = |key: String| {
            let (value, open) = (below(values, &key), below(unknown, &key));
            let value = shaped(value, open, &format!("{name}.{key}"))?;
            let key = Cow::Owned(export::camel(&key));
            Some(Member { key, key_parts: Vec::new(), key_span: value.span, value })
        };
        let value = Value::Object(keys.into_iter().filter_map(member).collect());
        return Some(Node { span, value });
    }
    match values.map(|node| (&node.value, node)) {
        // What is not given, the provider plans as null, and a block that is not there as a list of none.
        Some((Value::Null, _)) | None => None,
        Some((Value::Array(list), _)) if list.is_empty() => None,
        Some((Value::Array(list), _)) => {
            let open = unknown.and_then(Node::as_array).unwrap_or_default();
            let each =
                list.iter().enumerate().filter_map(|(at, item)| shaped(Some(item), open.get(at), name));
            let mut made: Vec<Node<'static>> = each.collect();
            match made.pop() {
                Some(only) if made.is_empty() && only.as_object().is_some() => Some(only),
                Some(last) => {
                    made.push(last);
                    Some(Node { span, value: Value::Array(made) })
                }
                None => None,
            }
        }
        Some((_, node)) => Some(node.clone().into_owned()),
    }
}

fn below<'n, 't>(node: Option<&'n Node<'t>>, key: &str) -> Option<&'n Node<'t>> {
    node?.get(key)
}
