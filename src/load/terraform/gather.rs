//! The policies of a module's resources.

use super::attach::{self, Uses};
use super::behind::{self, behind};
use super::documents::documents;
use super::kinds::{ATTACHED, OTHER_POLICIES, PERMISSION, gives, holds, of_organization};
use super::module::{File, Module};
use super::value::{Names, Scope, is_known};
use super::{Found, Unused, buckets, declared, export, instances, policy, statement, walk_body};
use crate::evidence::{Attachment, Called, Case, CaseIs, CasePolicy, PolicyHint, Target, When};
use crate::load::cloudformation::{self, Taken, TemplatePolicy};
use crate::load::permission;
use crate::load::reading::{Explored, Question};
use crate::policy::{Length, Notation, Policy, read_as};
use crate::source::SourceId;
use crate::syntax::hcl::{HclBlock, HclExpr, HclKind, HclStep};
use crate::syntax::{self, Node, Part, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A policy of a resource before it is resolved.
struct Held<'b> {
    block: &'b HclBlock,
    expr: &'b HclExpr,
    attachment: Attachment,
    /// What decides whether it is made, where only the run knows.
    depends: Option<String>,
}

/// How many of a resource are made.
pub(super) enum Made {
    None,
    Some,
    Depends(String),
}

/// Takes the policies that stand in the wanted files of a module.
pub(super) fn gather(module: &Module, wanted: &BTreeSet<SourceId>, found: &mut Found) {
    let mut used: BTreeSet<String> = BTreeSet::new();
    for file in &module.files {
        walk_body(&file.body, &mut |expr| used.extend(data_document(expr)));
    }
    let uses = Uses::of(module);
    for file in module.files.iter().filter(|file| wanted.contains(&file.source)) {
        let mut out = Taken { links: uses.links_in(file), ..Taken::default() };
        let names = Names::new();
        let scope = module.scope(file, &names);
        for block in &file.body.blocks {
            if let ("module", [name]) = (block.kind.as_str(), block.labels.as_slice()) {
                for held in of_call(block, name, &scope) {
                    take(&scope, held, &mut out);
                }
            }
            out.called.extend(called(module, file, block));
            let [kind, name] = block.labels.as_slice() else { continue };
            if block.kind == "resource" {
                out.buckets.extend(buckets::of_block(block, (kind, name), &scope));
                out.buckets.extend(buckets::placed(module, file, block, (kind, name), &scope));
            }
            match block.kind.as_str() {
                "data" if kind == "aws_iam_policy_document" && !used.contains(name) => {
                    let document = || Ok(statement::document(&scope, block));
                    let (Ok(Some(CasePolicy { policy, issues, length })), cases) =
                        cases(&scope, block, &document)
                    else {
                        continue;
                    };
                    let (file, address) = (file.name.clone(), format!("data.{kind}.{name}"));
                    let behind = behind(&scope, block, policy.hole_names());
                    found.unused.push(Unused { file, address, policy, issues, length, behind, cases });
                }
                "resource" if export::is_export(kind) && !matches!(made(block, &scope), Made::None) => {
                    for names in instances::instances(block, &scope) {
                        let settings = export::settings(kind, block, &Scope { names: &names, ..scope });
                        out.exports.read_resolved(&settings, file.source);
                    }
                    let settings = export::settings(kind, block, &scope);
                    out.declared.push(declared::declared(module, file, block, settings));
                }
                "resource" if kind == PERMISSION => permitted(&scope, block, name, &mut out),
                "resource" if !OTHER_POLICIES.contains(&kind.as_str()) => {
                    policies_of(block, (kind, name), &scope, &uses, &mut out);
                }
                _ => {}
            }
        }
        found.files.push((file.name.clone(), out));
    }
    found.assumed.extend(presumed(module));
}

/// Takes the policies of a resource: of each instance its own where what it says is another thing in each.
fn policies_of<'m>(
    block: &'m HclBlock,
    resource: (&str, &str),
    scope: &Scope<'m>,
    uses: &Uses,
    out: &mut Taken,
) {
    let all = of_resource(block, resource, scope, uses, false);
    let is_of_each = all.iter().any(|held| instances::is_of_each(scope, held.expr));
    let Some(told) = instances::told(block, scope).filter(|_| is_of_each) else {
        all.into_iter().for_each(|held| take(scope, held, out));
        return;
    };
    for names in &told {
        let inner = Scope { names, ..*scope };
        for held in of_resource(block, resource, &inner, uses, true) {
            let none = Names::new();
            match instances::literal(block, &inner, held.expr) {
                Some((file, expr)) => {
                    take(&scope.module.scope(file, &none), Held { expr, ..held }, out);
                }
                None => take(&inner, held, out),
            }
        }
    }
}

fn take(scope: &Scope<'_>, held: Held<'_>, out: &mut Taken) {
    let Held { block, expr, attachment, depends } = held;
    let found = cases(scope, block, &|| policy::resolve(scope, expr));
    put(scope, block, (attachment, depends), found, out);
}

/// What a permission of a function adds to its policy.
fn permitted(scope: &Scope<'_>, block: &HclBlock, name: &str, out: &mut Taken) {
    let depends = match made(block, scope) {
        Made::None => return,
        Made::Some => None,
        Made::Depends(name) => Some(name),
    };
    let get = |name: &str| block.body.value(name).map(|expr| scope.value(expr));
    let document = || {
        let root = permission::document(permission::TERRAFORM, (block.span, block.kind_span), &get);
        let root = root.ok_or_else(|| "it does not say whom it is for".to_owned())?;
        Ok(policy::Document { source: scope.file, root, issues: Vec::new(), is_json: false })
    };
    let attachment = Attachment::new(format!("{PERMISSION}.{name}"), PolicyHint::Resource, Vec::new());
    let found = cases(scope, block, &document);
    put(scope, block, (attachment, depends), found, out);
}

/// A document with all left open, and in its cases.
type InCases = (Result<Option<CasePolicy>, policy::Reason>, Vec<Case>);

/// Puts a policy, or why there is none, into what a file holds.
fn put(
    scope: &Scope<'_>,
    block: &HclBlock,
    (mut attachment, depends): (Attachment, Option<String>),
    (found, cases): InCases,
    out: &mut Taken,
) {
    attachment.cases = cases;
    match found {
        // `null`: the resource has none.
        Ok(None) => {}
        Ok(Some(CasePolicy { mut policy, issues, length })) => {
            if let Some(name) = depends {
                policy.statements.iter_mut().for_each(|statement| statement.depend_on(&name, statement.span));
            }
            // What no text of the module fills in is the same whatever that says.
            let holes = attachment.holes(&policy).into_iter().filter(|name| !name.starts_with("AWS::"));
            attachment.behind = behind(scope, block, holes);
            out.policies.push(TemplatePolicy { policy, issues, length, wrapped: None, attachment });
        }
        Err(reason) => {
            let open = Attachment { cases: Vec::new(), ..attachment.clone() };
            out.not_evaluated.push((open.address.clone(), reason));
            out.open.push(open);
            let made = attachment.cases.iter().find_map(|case| match &case.is {
                CaseIs::Made(made) => Some(Arc::clone(made)),
                CaseIs::Absent | CaseIs::Open(_) => None,
            });
            if let Some(made) = made {
                let mut policy = made.policy.clone();
                attachment.behind = behind(scope, block, attachment.holes(&policy));
                policy.statements.clear();
                let (issues, length, wrapped) = (Vec::new(), made.length, None);
                out.in_cases.push(TemplatePolicy { policy, issues, length, wrapped, attachment });
            }
        }
    }
}

/// What a document is with all left open, and in each case of what only the run decides.
fn cases(
    scope: &Scope<'_>,
    block: &HclBlock,
    resolve: &dyn Fn() -> Result<policy::Document, policy::Reason>,
) -> InCases {
    let module = scope.module;
    let start = module.followed.get();
    let Explored { base, cases, is_whole } = module.reading.explore(|| {
        // Each case has what one document may follow.
        module.followed.set(start);
        let made = made(block, scope);
        if matches!(made, Made::None) {
            return Ok(None);
        }
        let document = resolve()?;
        if matches!(document.root.value, Value::Null) {
            return Ok(None);
        }
        let (policy, length) = read(&document);
        Ok(Some(CasePolicy { policy, issues: document.issues, length }))
    });
    let case = |(when, found): (When, Result<Option<CasePolicy>, policy::Reason>)| {
        let is = match found {
            Ok(Some(made)) => CaseIs::Made(Arc::new(made)),
            Ok(None) => CaseIs::Absent,
            Err(reason) => CaseIs::Open(reason),
        };
        Case { when, is, is_part: !is_whole }
    };
    (base, cases.into_iter().map(case).collect())
}

fn read(document: &policy::Document) -> (Policy, Length) {
    let notation = if document.is_json { Notation::Json } else { Notation::Hcl };
    (read_as(&document.root, document.source, notation), cloudformation::length(&document.root))
}

/// The policies of a resource, or of the instance of it whose names the scope has.
fn of_resource<'b>(
    block: &'b HclBlock,
    (kind, name): (&str, &str),
    scope: &Scope<'_>,
    uses: &Uses,
    is_instance: bool,
) -> Vec<Held<'b>> {
    let instance = if is_instance { instances::shown(scope.names) } else { String::new() };
    let address = format!("{kind}.{name}{instance}");
    let targets = || match is_instance {
        true => attach::target(block, kind, name, scope).into_iter().collect(),
        false => attach::targets(block, kind, name, scope),
    };
    let mut out = Vec::new();
    let depends = match made(block, scope) {
        Made::None => return out,
        Made::Some => None,
        Made::Depends(name) => Some(name),
    };
    if let Some((attribute, hint)) = holds(kind)
        && let Some(expr) = block.body.value(attribute)
        && !matches!(expr.kind, HclKind::Null)
    {
        let hint = if kind == "aws_organizations_policy" { kind_in_organization(block, scope) } else { hint };
        let mut held = |hint: PolicyHint, targets: Vec<Target>| {
            let attachment = Attachment::new(address.clone(), hint, targets);
            out.push(Held { block, expr, attachment, depends: depends.clone() });
        };
        if kind == "aws_iam_policy" {
            let policy = (name, instance.as_str());
            let (policies, boundaries) = (uses.targets(policy), uses.bounded(policy));
            if !boundaries.is_empty() {
                held(PolicyHint::Boundary, boundaries.clone());
            }
            if !policies.is_empty() || boundaries.is_empty() {
                held(hint, policies);
            }
        } else {
            held(hint, targets());
        }
    }
    for inline in block.body.blocks_of("inline_policy") {
        if let Some(expr) = inline.body.value("policy") {
            let address = format!("{address}.inline_policy");
            let attachment = Attachment::new(address, PolicyHint::Identity, targets());
            out.push(Held { block, expr, attachment, depends: depends.clone() });
        }
    }
    let mut others = vec!["inline_policy"];
    others.extend(holds(kind).map(|(attribute, _)| attribute));
    let is_of_aws = kind.starts_with("aws_") || kind.starts_with("awscc_");
    for each in documents(&block.body, scope, (&others, is_of_aws)) {
        let attachment = Attachment::new(format!("{address}.{}", each.name), each.hint, Vec::new());
        out.push(Held { block, expr: each.expr, attachment, depends: depends.clone() });
    }
    out
}

/// What gives access and stands in no document: an attachment, a grant, or the call of a module that stands elsewhere.
fn called(module: &Module, file: &File, block: &HclBlock) -> Option<Called> {
    let is_one = match (block.kind.as_str(), block.labels.as_slice()) {
        ("resource", [kind, _]) => gives(kind),
        ("module", [name]) => module.callees.of(name).is_none(),
        _ => false,
    };
    let names = Names::new();
    let scope = module.scope(file, &names);
    if let ("resource", false, [_, _]) = (block.kind.as_str(), is_one, block.labels.as_slice()) {
        return attached(module, file, block, &scope);
    }
    if !is_one || matches!(made(block, &scope), Made::None) {
        return None;
    }
    // Policies that are handed on are compared by themselves.
    let read = documents(&block.body, &scope, (&[], false)).into_iter().map(|each| each.name);
    let read: Vec<String> = read.collect();
    let name = block.labels.join(".");
    let address = if block.kind == "module" { format!("module.{name}") } else { name };
    Some(Called { file: String::new(), address, marks: behind::made_with(module, (file, block), &read) })
}

/// What names policies from elsewhere that are attached, where it is not all known: what that is made of may become another text.
fn attached(module: &Module, file: &File, block: &HclBlock, scope: &Scope<'_>) -> Option<Called> {
    let all = instances::instances(block, scope);
    let is_open = |name: &&str| {
        let expr = block.body.value(name);
        let is_known =
            |expr: &HclExpr| all.iter().all(|names| is_known(&Scope { names, ..*scope }.value(expr)));
        expr.is_some_and(|expr| attach::own_policy(expr).is_none() && !is_known(expr))
    };
    let open: Vec<&str> = ATTACHED.into_iter().filter(is_open).collect();
    let repeats = ["for_each", "count"];
    let is_repeated = repeats.iter().any(|name| block.body.value(name).is_some())
        && instances::told(block, scope).is_none();
    let is_attachment = block.body.value("policy_arn").is_some();
    if (open.is_empty() && !(is_attachment && is_repeated)) || matches!(made(block, scope), Made::None) {
        return None;
    }
    let names = block.body.attributes.iter().map(|each| each.name.clone());
    let others = names.filter(|name| !open.contains(&name.as_str()) && !repeats.contains(&name.as_str()));
    let marks = behind::made_with(module, (file, block), &others.collect::<Vec<_>>());
    Some(Called { file: String::new(), address: block.labels.join("."), marks })
}

/// The policies that are handed to a module of which no file was read; one that was says itself what it makes of them.
fn of_call<'b>(block: &'b HclBlock, name: &str, scope: &Scope<'_>) -> Vec<Held<'b>> {
    let source = block.body.value("source").and_then(HclExpr::literal).unwrap_or_default();
    if source.starts_with('.') || matches!(made(block, scope), Made::None) {
        return Vec::new();
    }
    let all = documents(&block.body, scope, (&[], false)).into_iter();
    all.map(|each| {
        let attachment = Attachment::new(format!("module.{name}.{}", each.name), each.hint, Vec::new());
        Held { block, expr: each.expr, attachment, depends: None }
    })
    .collect()
}

pub(super) fn made(block: &HclBlock, scope: &Scope<'_>) -> Made {
    let (count, each) = (block.body.value("count"), block.body.value("for_each"));
    let Some(expr) = count.or(each) else { return Made::Some };
    let node = scope.value(expr);
    match &node.value {
        Value::Number(number) if count.is_some() && &**number == "0" => Made::None,
        Value::Number(_) if count.is_some() => Made::Some,
        Value::Array(items) if items.is_empty() => Made::None,
        Value::Object(members) if members.is_empty() => Made::None,
        Value::Array(_) | Value::Object(_) => Made::Some,
        Value::Template(parts) => match parts.as_slice() {
            [Part::Hole(name)] => match scope.module.reading.ask(Question::made(name)) {
                Some(0) => Made::Some,
                Some(_) => Made::None,
                None => Made::Depends(name.to_string()),
            },
            _ => Made::Depends(syntax::shown(parts)),
        },
        _ => Made::Depends("how many are made".to_owned()),
    }
}

fn kind_in_organization(block: &HclBlock, scope: &Scope<'_>) -> PolicyHint {
    let kind = block.body.value("type").map(|expr| scope.value(expr));
    of_organization(kind.as_ref().and_then(Node::as_str))
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

/// What was presumed when the module was resolved.
fn presumed(module: &Module) -> Vec<String> {
    let mut out: Vec<String> = module.presumed.borrow().iter().cloned().collect();
    let mut has_partition = false;
    for File { body, .. } in &module.files {
        walk_body(body, &mut |expr| {
            has_partition |= matches!(&expr.kind, HclKind::Traversal(root, steps)
                if matches!(&root.kind, HclKind::Variable(name) if name == "data")
                    && matches!(steps.first(), Some(HclStep::Attribute(kind)) if kind == "aws_partition"));
        });
    }
    if has_partition {
        out.push("`data.aws_partition` is `aws`, the partition in which exports are made".to_owned());
    }
    out
}
