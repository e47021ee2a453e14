//! Terraform: the policies of modules, resolved as far as their texts tell.
//!
//! A module is all `.tf` files of one folder. Nothing is run and nothing is asked of AWS: what only a run knows is a hole.

mod function;
mod module;
mod policy;
mod roles;
mod statement;
mod value;

use super::files::{self, LoadError};
use crate::evidence::PolicyHint;
use crate::policy::{Notation, Policy, read_as};
use crate::source::{SourceId, Sources};
use crate::syntax::hcl::{HclBlock, HclBody, HclDirective, HclExpr, HclKind, HclPart, HclStep, read_hcl};
use crate::syntax::{Issue, Node, Value};
use module::{File, Module, asset_path};
pub(super) use roles::take;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use value::Names;

/// A policy of a module.
pub(super) struct Attached {
    pub(super) policy: Policy,
    pub(super) issues: Vec<Issue>,
    pub(super) hint: Option<PolicyHint>,
    pub(super) address: String,
    /// The name of the bucket, where it is known.
    pub(super) bucket: Option<String>,
}

/// What modules hold.
#[derive(Default)]
pub(super) struct Found {
    pub(super) policies: Vec<Attached>,
    /// Policies by address, and files, that are not judged, and why.
    pub(super) not_evaluated: Vec<(String, String)>,
}

/// Whether a file is one of a module.
pub(super) fn is_terraform(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "tf")
}

/// Reads the modules that the files belong to. Of a module of which some files are asked for, policies are taken from those.
///
/// # Errors
/// If a file or folder cannot be opened.
pub(super) fn modules(sources: &mut Sources, paths: &[PathBuf]) -> Result<Found, LoadError> {
    let mut folders: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    for path in paths {
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        folders.entry(folder).or_default().insert(path.clone());
    }
    let mut found = Found::default();
    for (folder, asked) in folders {
        let mut module = Module::default();
        let mut wanted = BTreeSet::new();
        for path in in_folder(&folder)? {
            let text = files::read_text(&path)?;
            let name = super::display(&path);
            let is_values = path.extension().is_some_and(|ending| ending == "tfvars");
            let body = match read_hcl(&text) {
                Ok(body) => body,
                Err(fault) => {
                    let reason = format!("line {} is no HCL: {}", fault.line, fault.message);
                    found.not_evaluated.push((name, reason));
                    continue;
                }
            };
            let source = sources.add(name, text.clone());
            if asked.contains(&path) {
                wanted.insert(source);
            }
            let list = if is_values { &mut module.values } else { &mut module.files };
            list.push(File { source, text, body });
        }
        read_assets(sources, &folder, &mut module);
        gather(&module, &wanted, &mut found);
    }
    Ok(found)
}

/// The files of a module in order: those that declare, and those that give values to variables.
fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let place = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let is_part = |path: &Path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        is_terraform(path) || name == "terraform.tfvars" || name.ends_with(".auto.tfvars")
    };
    let mut out: Vec<PathBuf> = files::listed(place)?
        .into_iter()
        .map(|name| folder.join(name))
        .filter(|path| is_part(path))
        .collect();
    out.sort();
    Ok(out)
}

/// Reads what `file` and `templatefile` name. One that cannot be read is not there.
fn read_assets(sources: &mut Sources, folder: &Path, module: &mut Module) {
    let mut names = BTreeSet::new();
    for file in &module.files {
        walk_body(&file.body, &mut |expr| {
            if let HclKind::Call(name, arguments) = &expr.kind
                && matches!(name.as_str(), "file" | "templatefile")
            {
                names.extend(arguments.first().and_then(asset_path));
            }
        });
    }
    for name in names {
        let path = folder.join(name.trim_start_matches("./"));
        if let Ok(text) = files::read_text(&path) {
            let source = sources.add(super::display(&path), text.clone());
            module.assets.insert(name, (source, text));
        }
    }
}

fn walk_body(body: &HclBody, take: &mut impl FnMut(&HclExpr)) {
    for attribute in &body.attributes {
        walk(&attribute.value, take);
    }
    for block in &body.blocks {
        walk_body(&block.body, take);
    }
}

fn walk(expr: &HclExpr, take: &mut impl FnMut(&HclExpr)) {
    take(expr);
    match &expr.kind {
        HclKind::Template(parts) => walk_parts(parts, take),
        HclKind::Array(items) | HclKind::Call(_, items) => items.iter().for_each(|item| walk(item, take)),
        HclKind::Object(items) => items.iter().for_each(|item| walk(&item.value, take)),
        HclKind::Traversal(root, steps) => {
            walk(root, take);
            for step in steps {
                if let HclStep::Index(index) = step {
                    walk(index, take);
                }
            }
        }
        HclKind::Conditional(each) => each.iter().for_each(|each| walk(each, take)),
        HclKind::Binary(_, sides) => sides.iter().for_each(|each| walk(each, take)),
        HclKind::Unary(_, inner) => walk(inner, take),
        HclKind::For(each) => {
            walk(&each.collection, take);
            walk(&each.result, take);
        }
        HclKind::Null | HclKind::Bool(_) | HclKind::Number(_) | HclKind::Variable(_) | HclKind::Other => {}
    }
}

fn walk_parts(parts: &[HclPart], take: &mut impl FnMut(&HclExpr)) {
    for part in parts {
        match part {
            HclPart::Text(..) => {}
            HclPart::Value(expr, _) => walk(expr, take),
            HclPart::Directive(directive, _) => match directive.as_ref() {
                HclDirective::If(condition, yes, no) => {
                    walk(condition, take);
                    walk_parts(yes, take);
                    walk_parts(no, take);
                }
                HclDirective::For(_, _, collection, parts) => {
                    walk(collection, take);
                    walk_parts(parts, take);
                }
            },
        }
    }
}

/// Which attribute of a resource holds a policy, and of what kind.
fn holds(kind: &str) -> Option<(&'static str, Option<PolicyHint>)> {
    Some(match kind {
        "aws_s3_bucket_policy" | "aws_s3_bucket" => ("policy", Some(PolicyHint::Bucket)),
        "aws_iam_policy" | "aws_iam_user_policy" | "aws_iam_role_policy" | "aws_iam_group_policy" => {
            ("policy", Some(PolicyHint::Identity))
        }
        "aws_ssoadmin_permission_set_inline_policy" => ("inline_policy", Some(PolicyHint::Identity)),
        "aws_iam_role" => ("assume_role_policy", Some(PolicyHint::Trust)),
        "aws_kms_key" | "aws_kms_key_policy" | "aws_kms_external_key" => ("policy", Some(PolicyHint::Key)),
        "aws_vpc_endpoint" | "aws_vpc_endpoint_policy" => ("policy", Some(PolicyHint::Endpoint)),
        "aws_organizations_policy" => ("content", None),
        "aws_sqs_queue" | "aws_sns_topic" => ("policy", Some(PolicyHint::Resource)),
        kind if kind.starts_with("aws_") && kind.ends_with("_policy") => {
            ("policy", Some(PolicyHint::Resource))
        }
        _ => return None,
    })
}

/// What is a policy by its name and none of IAM: lifecycle rules, scaling, backup plans.
const OTHER_POLICIES: [&str; 9] = [
    "aws_appautoscaling_policy",
    "aws_autoscaling_policy",
    "aws_ecr_lifecycle_policy",
    "aws_dlm_lifecycle_policy",
    "aws_cloudfront_origin_request_policy",
    "aws_cloudfront_cache_policy",
    "aws_cloudfront_response_headers_policy",
    "aws_load_balancer_policy",
    "aws_opensearchserverless_security_policy",
];

fn gather(module: &Module, wanted: &BTreeSet<SourceId>, found: &mut Found) {
    let mut used: BTreeSet<String> = BTreeSet::new();
    for file in &module.files {
        walk_body(&file.body, &mut |expr| used.extend(data_document(expr)));
    }
    for file in module.files.iter().filter(|file| wanted.contains(&file.source)) {
        let names = Names::new();
        let scope = module.scope(file, &names);
        for block in &file.body.blocks {
            let [kind, name] = block.labels.as_slice() else { continue };
            match block.kind.as_str() {
                "data" if kind == "aws_iam_policy_document" && !used.contains(name) => {
                    let document = statement::document(module, file, block, 0);
                    let address = format!("data.{kind}.{name}");
                    found.policies.push(attached(document, None, address, None));
                }
                "resource" if !OTHER_POLICIES.contains(&kind.as_str()) => {
                    for (address, expr, hint) in of_resource(block, kind, name, &scope) {
                        match policy::resolve(&scope, expr) {
                            Ok(document) if matches!(document.root.value, Value::Null) => {}
                            Ok(document) => {
                                let bucket = block.body.value("bucket").map(|expr| scope.value(expr));
                                let bucket = bucket.and_then(|node| node.as_str().map(str::to_owned));
                                found.policies.push(attached(document, hint, address, bucket));
                            }
                            Err(reason) => found.not_evaluated.push((address, reason)),
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// The policies of a resource with their addresses.
fn of_resource<'b>(
    block: &'b HclBlock,
    kind: &str,
    name: &str,
    scope: &value::Scope<'_>,
) -> Vec<(String, &'b HclExpr, Option<PolicyHint>)> {
    let address = format!("{kind}.{name}");
    let mut out = Vec::new();
    if let Some((attribute, hint)) = holds(kind)
        && let Some(expr) = block.body.value(attribute)
        && !matches!(expr.kind, HclKind::Null)
    {
        let hint =
            if kind == "aws_organizations_policy" { Some(of_organization(block, scope)) } else { hint };
        out.push((address.clone(), expr, hint));
    }
    for inline in block.body.blocks_of("inline_policy") {
        if let Some(expr) = inline.body.value("policy") {
            out.push((format!("{address}.inline_policy"), expr, Some(PolicyHint::Identity)));
        }
    }
    out
}

fn of_organization(block: &HclBlock, scope: &value::Scope<'_>) -> PolicyHint {
    let kind = block.body.value("type").map(|expr| scope.value(expr));
    match kind.as_ref().and_then(Node::as_str) {
        Some("RESOURCE_CONTROL_POLICY") => PolicyHint::Rcp,
        Some(_) | None => PolicyHint::Scp,
    }
}

/// The name of a data source whose document an expression is.
fn data_document(expr: &HclExpr) -> Option<String> {
    let HclKind::Traversal(root, steps) = &expr.kind else { return None };
    let is_data = matches!(&root.kind, HclKind::Variable(name) if name == "data");
    match steps.as_slice() {
        [HclStep::Attribute(kind), HclStep::Attribute(name), ..]
            if is_data && kind == "aws_iam_policy_document" =>
        {
            Some(name.clone())
        }
        _ => None,
    }
}

fn attached(
    document: policy::Document,
    hint: Option<PolicyHint>,
    address: String,
    bucket: Option<String>,
) -> Attached {
    let notation = if document.is_json { Notation::Json } else { Notation::Hcl };
    let policy = read_as(&document.root, document.source, notation);
    Attached { policy, issues: document.issues, hint, address, bucket }
}
