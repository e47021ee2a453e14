//! Names of resources that only the deployment knows, taken for names that nothing else has: what changes then changes
//! whatever they are.
//!
//! A bucket that a template makes has some name, and each statement on `${bucket}/*` is about that one. So a statement that is
//! new there gives access, and no search over what the name may be has to tell. Where the name may be one that a document
//! spells out, or one of two open ones may be the other, that is not so.

use super::Found;
use crate::catalog::{self, Action, ArnPattern};
use crate::eval::Glob;
use crate::finding::change::AccessChange;
use crate::policy::{Element, Policy, Text};

/// Names for what is open in resources, in the order of documents.
pub(super) struct Filled {
    names: Vec<(String, String)>,
}

impl Filled {
    /// Nothing if no resource is open, or if what is may be what stands elsewhere.
    pub(super) fn of(old: Option<&Policy>, new: Option<&Policy>) -> Option<Self> {
        let all = || [old, new].into_iter().flatten().flat_map(|policy| &policy.statements);
        let elements = || all().filter_map(|statement| statement.resources.as_ref());
        let items = || elements().flat_map(|element: &Element| &element.items);
        let mut holes: Vec<&str> =
            items().flat_map(|item| item.holes.iter().map(|hole| &*hole.name)).collect();
        holes.sort_unstable();
        holes.dedup();
        // The Region is no name.
        let mut of_names = holes.iter().filter(|name| **name != "AWS::Region");
        let are_apart = of_names.clone().count() <= 1 || of_names.all(|name| is_of_one_resource(name));
        if holes.is_empty() || !are_apart {
            return None;
        }
        for item in items().filter(|item| !item.is_whole()) {
            let others = items().filter(|other| other.is_whole() && &*other.value != "*");
            if others.into_iter().any(|other| may_meet(item, other)) {
                return None;
            }
        }
        let mut names = Vec::new();
        for (at, hole) in holes.iter().enumerate() {
            let name = format!("preflight-open-{at}");
            let used = |item: &&Text| item.holes.iter().any(|other| &*other.name == *hole);
            let begins = items()
                .any(|item| item.holes.first().is_some_and(|first| first.at == 0 && &*first.name == *hole));
            if !begins {
                names.push(((*hole).to_owned(), name));
                continue;
            }
            // Where a text begins with it, it is an ARN: one that each of its uses can be an ARN with.
            let actions = || {
                let with = all().filter(|statement| {
                    statement.resources.iter().flat_map(|element| &element.items).any(|item| used(&item))
                });
                let items =
                    with.filter_map(|statement| statement.actions.as_ref()).flat_map(|each| &each.items);
                items.flat_map(|item| catalog::expand(&item.widest()).take(MOST))
            };
            let mut arns: Vec<String> = actions()
                .flat_map(Action::resource_types)
                .flat_map(|each| each.resource_type.arns())
                .map(|template| named(template, &name))
                .collect();
            arns.sort_by_key(|arn| (arn.len(), arn.clone()));
            arns.dedup();
            let fits = |arn: &String| {
                items().filter(used).all(|item| {
                    let mut text = item.clone();
                    text.fill(&|other| (other == *hole).then(|| arn.clone()));
                    let widest = text.widest();
                    let pattern = ArnPattern::new(&widest);
                    actions()
                        .flat_map(Action::resource_types)
                        .any(|each| each.resource_type.overlaps(&pattern))
                })
            };
            names.push(((*hole).to_owned(), arns.into_iter().find(fits)?));
        }
        Some(Self { names })
    }

    /// A policy with the names in it.
    pub(super) fn policy(&self, policy: &Policy) -> Policy {
        let mut out = policy.clone();
        out.fill(&|name| self.names.iter().find(|(hole, _)| hole == name).map(|(_, name)| name.clone()));
        out
    }

    /// What was found with the names, told with what they stand for.
    pub(super) fn told(&self, mut found: Found) -> Found {
        let told = |text: &mut String| {
            for (hole, name) in &self.names {
                *text = text.replace(name, &format!("${{{hole}}}"));
            }
        };
        let class = |change: &mut AccessChange| {
            change.resources.iter_mut().for_each(told);
            change.conditions.iter_mut().for_each(told);
            told(&mut change.witness.resource);
            change.witness.context.iter_mut().filter_map(|(_, value)| value.as_mut()).for_each(told);
        };
        found.gained.iter_mut().for_each(class);
        found.lost.iter_mut().for_each(class);
        found
    }
}

/// Actions of one pattern that are looked at for what its resources can be.
const MOST: usize = 64;

/// Whether a name is that of an attribute of one resource of the template, which no other resource has.
fn is_of_one_resource(name: &str) -> bool {
    (name.starts_with("aws_") && name.contains('.')) || name.ends_with(".Arn")
}

/// Whether what is open in a text may make it mean some of what another one says.
fn may_meet(open: &Text, other: &Text) -> bool {
    let widest = open.widest();
    let prefix = |text: &str| text.split(['*', '?']).next().unwrap_or_default().to_owned();
    let (left, right) = (prefix(&widest), prefix(&other.value));
    let begin_alike = left.starts_with(&right) || right.starts_with(&left);
    begin_alike || Glob::new(&widest).matches(&other.value)
}

/// A template of AWS's tables with a name in its holes.
fn named(template: &str, name: &str) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((text, behind)) = rest.split_once("${") {
        let (hole, behind) = behind.split_once('}').unwrap_or((behind, ""));
        out.push_str(text);
        out.push_str(match hole {
            "Partition" => "aws",
            "Region" => "us-east-1",
            "Account" => "210987654321",
            _ => name,
        });
        rest = behind;
    }
    out.push_str(rest);
    out
}
