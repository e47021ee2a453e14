//! Reports and exports of a module with what stands around them: what they wait for, the Region of their provider, and changes
//! that the module leaves to AWS.

use super::attach;
use super::gather::{Made, made};
use super::module::{File, Module};
use super::value::{Names, Scope};
use super::{plain_address, walk_body};
use crate::evidence::{DeclaredExport, MadeIn, Maker, Order};
use crate::policy::Text;
use crate::source::{Place, Span};
use crate::syntax::hcl::{HclBlock, HclBody, HclExpr, HclKind, HclStep};
use crate::syntax::{Node, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The table to whose configuration AWS adds the billing view.
const TABLE: &str = "COST_AND_USAGE_REPORT";

/// A report or export with what stands around it.
pub(super) fn declared(
    module: &Module,
    file: &File,
    block: &HclBlock,
    settings: Node<'static>,
) -> DeclaredExport {
    let kind = block.labels.first().map_or("", String::as_str);
    let maker =
        if kind == "aws_cur_report_definition" { Maker::TerraformReport } else { Maker::TerraformExport };
    DeclaredExport {
        source: file.source,
        file: file.name.clone(),
        address: block.labels.join("."),
        span: block.kind_span,
        maker,
        order: order(module, file, block),
        region: region(module, file, block, 0),
        added_to: added_to(block, &settings).filter(|_| maker == Maker::TerraformExport),
        replaced: None,
        settings,
    }
}

/// Whether the policy of its bucket is made before it.
fn order(module: &Module, file: &File, block: &HclBlock) -> Order {
    let names = Names::new();
    let mut bucket = None;
    walk_attributes(&block.body, &mut |name, expr| {
        if name == "s3_bucket" {
            bucket = Some(attach::name_of(expr, &module.scope(file, &names)));
        }
    });
    let Some(bucket) = bucket.filter(is_one) else { return Order::Open };
    let waits = reached(module, &block.labels.join("."));
    let mut beside = None;
    for other in &module.files {
        let scope = module.scope(other, &names);
        for policy in other.body.blocks.iter().filter(|block| block.kind == "resource") {
            let [kind, name] = policy.labels.as_slice() else { continue };
            if kind != "aws_s3_bucket_policy" || matches!(made(policy, &scope), Made::None) {
                continue;
            }
            let targets = attach::targets(policy, kind, name, &scope);
            if !targets.iter().any(|target| target.name.value == bucket.value) {
                continue;
            }
            let address = format!("{kind}.{name}");
            if waits.contains(&address) {
                return Order::After;
            }
            // Another policy of the bucket may be waited for.
            beside.get_or_insert_with(|| {
                let policy = Place { source: other.source, span: policy.kind_span };
                Order::Beside { policy, address }
            });
        }
    }
    beside.unwrap_or(Order::Open)
}

/// Whether a name stands for one and the same thing wherever it is written: what a loop gives is another thing in each block, and
/// of `?` nothing is known.
fn is_one(name: &Text) -> bool {
    let is_several = |name: &str| {
        name == "?"
            || name
                .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.' && c != '-')
                .any(|word| matches!(word.split('.').next(), Some("each" | "count")))
    };
    !name.holes.iter().any(|hole| is_several(&hole.name))
}

/// Everything that a block of a module waits for: what it refers to, what that refers to, and so on.
pub(super) fn reached(module: &Module, from: &str) -> BTreeSet<String> {
    let mut bodies: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for block in module.files.iter().flat_map(|file| &file.body.blocks) {
        match (block.kind.as_str(), block.labels.as_slice()) {
            ("resource", [kind, name]) => {
                bodies.entry(format!("{kind}.{name}")).or_default().extend(references(&block.body));
            }
            ("data", [kind, name]) => {
                bodies.entry(format!("data.{kind}.{name}")).or_default().extend(references(&block.body));
            }
            ("module", [name]) => {
                bodies.entry(format!("module.{name}")).or_default().extend(references(&block.body));
            }
            ("locals", _) => {
                for attribute in &block.body.attributes {
                    let body = HclBody { attributes: vec![attribute.clone()], blocks: Vec::new() };
                    bodies.entry(format!("local.{}", attribute.name)).or_default().extend(references(&body));
                }
            }
            _ => {}
        }
    }
    let mut seen = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(next) = open.pop() {
        for name in bodies.get(&next).into_iter().flatten() {
            if seen.insert(name.clone()) {
                open.push(name.clone());
            }
        }
    }
    seen
}

/// The addresses that stand in a body.
fn references(body: &HclBody) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    walk_body(body, &mut |expr| out.extend(address(expr)));
    // In the JSON form, and in old texts, what is waited for is named by strings.
    if let Some(HclKind::Array(items)) = body.value("depends_on").map(|expr| &expr.kind) {
        out.extend(items.iter().filter_map(HclExpr::literal));
    }
    out
}

fn address(expr: &HclExpr) -> Option<String> {
    let HclKind::Traversal(root, steps) = &expr.kind else { return None };
    let HclKind::Variable(root) = &root.kind else { return None };
    match (root.as_str(), steps.as_slice()) {
        ("data", [HclStep::Attribute(kind), HclStep::Attribute(name), ..]) => {
            Some(format!("data.{kind}.{name}"))
        }
        ("var" | "each" | "count" | "path" | "self" | "terraform", _) => None,
        (root, [HclStep::Attribute(name), ..]) => Some(format!("{root}.{name}")),
        _ => None,
    }
}

/// The Region of a resource: its own argument, which version 6 of the provider has, or that of its provider.
///
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support> (checked 2026-11).
/// `depth`: references followed so far.
pub(super) fn region(module: &Module, file: &File, block: &HclBlock, depth: usize) -> MadeIn {
    if let Some(expr) = block.body.value("region") {
        return named(module, file, expr, depth);
    }
    let alias = block.body.value("provider").and_then(alias);
    for other in &module.files {
        for provider in other.body.blocks_of("provider").filter(|block| block.labels == ["aws"]) {
            let name = provider.body.value("alias").and_then(HclExpr::literal);
            if name == alias {
                let region = provider.body.value("region");
                return region.map_or(MadeIn::Open, |expr| named(module, other, expr, depth));
            }
        }
    }
    MadeIn::Open
}

fn named(module: &Module, file: &File, expr: &HclExpr, depth: usize) -> MadeIn {
    let names = Names::new();
    match (Scope { depth, ..module.scope(file, &names) }).value(expr).value {
        Value::String(region) => {
            MadeIn::Named(region.into_owned(), Place { source: file.source, span: expr.span })
        }
        _ => MadeIn::Open,
    }
}

/// `aws.x`, or `"aws.x"` in the JSON form.
fn alias(expr: &HclExpr) -> Option<String> {
    match &expr.kind {
        HclKind::Traversal(_, steps) => match steps.as_slice() {
            [HclStep::Attribute(name)] => Some(name.clone()),
            _ => None,
        },
        HclKind::Template(_) => expr.literal()?.split_once('.').map(|(_, name)| name.to_owned()),
        _ => None,
    }
}

/// The configuration of the table without the member that AWS adds, unless the module leaves changes of it to AWS.
fn added_to(block: &HclBlock, settings: &Node<'static>) -> Option<Span> {
    let table = ["Export", "DataQuery", "TableConfigurations", TABLE];
    let node = table.iter().try_fold(settings, |node, key| node.get(key))?;
    let members = node.as_object()?;
    let is_known = members.iter().all(|member| member.key_parts.is_empty());
    (is_known && node.get("BILLING_VIEW_ARN").is_none() && !is_left(block)).then_some(node.span)
}

/// Whether `ignore_changes` covers the configuration of tables.
fn is_left(block: &HclBlock) -> bool {
    let lifecycle = block.body.blocks_of("lifecycle").next();
    let Some(ignored) = lifecycle.and_then(|block| block.body.value("ignore_changes")) else { return false };
    match &ignored.kind {
        HclKind::Variable(name) => name == "all",
        HclKind::Template(_) => ignored.literal().as_deref() == Some("all"),
        HclKind::Array(items) => items.iter().any(|item| {
            let steps: Vec<String> = match &item.kind {
                HclKind::Variable(name) => vec![name.clone()],
                HclKind::Traversal(root, steps) => {
                    let root = match &root.kind {
                        HclKind::Variable(name) => name.clone(),
                        _ => String::new(),
                    };
                    let names = steps.iter().filter_map(|step| match step {
                        HclStep::Attribute(name) => Some(name.clone()),
                        HclStep::Index(_) | HclStep::Splat => None,
                    });
                    std::iter::once(root).chain(names).collect()
                }
                // A string, in the JSON form and in old texts: `"export[0].data_query"`.
                _ => item.literal().map_or_else(Vec::new, |text| {
                    let is_name = |step: &&str| step.parse::<usize>().is_err();
                    plain_address(&text).split('.').filter(is_name).map(str::to_owned).collect()
                }),
            };
            let path = ["export", "data_query", "table_configurations"];
            !steps.is_empty() && steps.iter().zip(path).all(|(step, name)| step == name)
        }),
        _ => false,
    }
}

/// The attributes of a body and of the blocks in it.
fn walk_attributes<'b>(body: &'b HclBody, take: &mut impl FnMut(&str, &'b HclExpr)) {
    for attribute in &body.attributes {
        take(&attribute.name, &attribute.value);
    }
    for block in &body.blocks {
        walk_attributes(&block.body, take);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::hcl::read_hcl;

    #[test]
    fn addresses_are_those_of_blocks() {
        let body =
            read_hcl("a = \"${aws_s3_bucket.b[0].id}-${local.x}\"\nb = data.aws_region.r.name\nc = var.v\n")
                .unwrap();
        let found: Vec<String> = references(&body).into_iter().collect();
        assert_eq!(found, ["aws_s3_bucket.b", "data.aws_region.r", "local.x"]);
    }

    fn exports(text: &str) -> Vec<DeclaredExport> {
        let mut sources = crate::source::Sources::new();
        let found = super::super::module_of(&mut sources, "main.tf", text);
        found.files.into_iter().flat_map(|(_, taken)| taken.declared).collect()
    }

    fn module(bucket: &str, rest: &str) -> String {
        let export = r#"resource "aws_bcmdataexports_export" "e" {
          REST
          export {
            data_query {
              table_configurations = { COST_AND_USAGE_REPORT = { TIME_GRANULARITY = "DAILY" } }
            }
            destination_configurations {
              s3_destination {
                s3_bucket = BUCKET
              }
            }
          }
        }
        "#;
        export.replace("BUCKET", bucket).replace("REST", rest)
    }

    #[test]
    fn what_is_left_to_aws_may_be_named_by_a_string() {
        for (path, is_left) in [
            ("export", true),
            ("export[0].data_query[0].table_configurations", true),
            ("export.0.data_query", true),
            ("export[0].name", false),
            ("tags", false),
        ] {
            let rest = format!("lifecycle {{\n ignore_changes = [\"{path}\"]\n }}");
            let found = exports(&module("\"acme\"", &rest));
            assert_eq!(found[0].added_to.is_none(), is_left, "{path}");
        }
    }

    #[test]
    fn only_one_thing_has_a_name_and_one_policy_that_is_waited_for_is_enough() {
        let policy = |name: &str, bucket: &str| {
            format!(
                "resource \"aws_s3_bucket_policy\" \"{name}\" {{\n  bucket = {bucket}\n  policy = \"{{}}\"\n}}\n"
            )
        };
        let order = |bucket: &str, rest: &str, policies: &[&str]| {
            let policies: String = policies.iter().map(|name| policy(name, bucket)).collect();
            exports(&format!("{}{policies}", module(bucket, rest))).remove(0).order
        };
        assert!(matches!(order("\"acme\"", "", &["a"]), Order::Beside { .. }));
        assert!(matches!(order("var.bucket", "", &["a"]), Order::Beside { .. }));
        for bucket in ["each.key", "each.value.bucket", "\"acme-${count.index}\"", "upper(each.key)"] {
            assert_eq!(order(bucket, "for_each = var.all", &["a"]), Order::Open, "{bucket}");
        }
        let waits = "depends_on = [aws_s3_bucket_policy.b]";
        assert_eq!(order("\"acme\"", waits, &["a", "b"]), Order::After);
    }
}
