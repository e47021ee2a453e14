//! A module: all files of one folder. Its blocks by address, and what references to them stand for.

use super::assets::{self, Asset, Assets, is_local_file};
use super::calls::{Callees, Calls};
use super::declared;
use super::instances::instance;
use super::named::Given;
use super::value::{Names, Scope, is_known, renamed, respan, string};
use crate::evidence::MadeIn;
use crate::load::reading::Reading;
use crate::source::{SourceId, Span};
use crate::syntax::hcl::{HclBlock, HclBody, HclExpr, HclKind, HclPart, HclStep};
use crate::syntax::{Node, Part, Value};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

/// One file of a module.
pub(super) struct File {
    pub(super) name: String,
    pub(super) source: SourceId,
    pub(super) text: String,
    pub(super) body: HclBody,
}

/// References followed in one module; what comes after is left open. Values that refer to others twice, and those to others
/// twice, would double without end.
const MOST_REFERENCES: usize = 100_000;

/// All files of a folder.
#[derive(Default)]
pub(super) struct Module {
    /// References followed so far.
    pub(super) followed: Cell<usize>,
    /// Defaults of variables that were taken.
    pub(super) presumed: RefCell<BTreeSet<String>>,
    /// Those that declare.
    pub(super) files: Vec<File>,
    /// Those that give values to variables, the last one counts.
    pub(super) values: Vec<File>,
    /// Those that do so where somebody names them.
    pub(super) named: Vec<File>,
    /// What is taken for given; modules that are read together share it.
    pub(super) reading: Rc<Reading>,
    /// Files that its expressions read.
    pub(super) assets: RefCell<Assets>,
    /// The blocks that call it, where their modules were read, too.
    pub(super) calls: Calls,
    /// The modules that its blocks call, by their names.
    pub(super) callees: Callees,
}

impl Module {
    pub(super) fn scope<'m>(&'m self, file: &'m File, names: &'m Names) -> Scope<'m> {
        Scope { module: self, file: file.source, text: &file.text, names, depth: 0 }
    }

    /// Whether one more reference may be followed.
    pub(super) fn follows(&self) -> bool {
        self.followed.set(self.followed.get().saturating_add(1));
        self.followed.get() <= MOST_REFERENCES
    }

    /// A block such as `resource "aws_s3_bucket" "b"`.
    pub(super) fn block(&self, kind: &str, labels: &[&str]) -> Option<(&File, &HclBlock)> {
        self.files.iter().find_map(|file| {
            let is_it = |block: &&HclBlock| block.kind == kind && block.labels == labels;
            let found = file.body.blocks.iter().find(is_it);
            found.map(|block| (file, block))
        })
    }

    /// The expression of a local value.
    pub(super) fn local(&self, name: &str) -> Option<(&File, &HclExpr)> {
        self.files.iter().find_map(|file| {
            let mut blocks = file.body.blocks_of("locals");
            blocks.find_map(|block| block.body.value(name)).map(|expr| (file, expr))
        })
    }

    /// The value of a variable, and whether it is the one that the module presets.
    pub(super) fn variable(&self, name: &str) -> Option<(&File, &HclExpr, bool)> {
        let given = self.values.iter().rev().find_map(|file| Some((file, file.body.value(name)?, false)));
        given.or_else(|| {
            let (file, block) = self.block("variable", &[name])?;
            Some((file, block.body.value("default")?, true))
        })
    }

    /// What a reference stands for, and the steps that lead on from there.
    pub(super) fn reference<'s>(
        &self,
        scope: &Scope<'_>,
        root: &str,
        steps: &'s [HclStep],
    ) -> (Option<Node<'static>>, &'s [HclStep]) {
        let in_file = |file: &File, expr: &HclExpr| {
            let names = Names::new();
            let inner = Scope {
                module: self,
                file: file.source,
                text: &file.text,
                names: &names,
                depth: scope.depth + 1,
            };
            inner.value(expr)
        };
        match (root, steps) {
            ("local", [HclStep::Attribute(name), rest @ ..]) => {
                (self.local(name).map(|(file, expr)| in_file(file, expr)), rest)
            }
            ("var", [HclStep::Attribute(name), rest @ ..]) if self.calls.is_called() => {
                (self.given(scope, name), rest)
            }
            ("var", [HclStep::Attribute(name), rest @ ..]) => {
                let found = match self.given_by_name(scope, name) {
                    Given::Value(file, expr) => {
                        let value = in_file(file, expr);
                        self.note_named(name, file, &value.value);
                        return (Some(value).filter(|node| !matches!(node.value, Value::Null)), rest);
                    }
                    Given::Open => return (None, rest),
                    Given::Nothing => self.variable(name),
                };
                let value = found.map(|(file, expr, _)| in_file(file, expr));
                let value = value.filter(|node| !matches!(node.value, Value::Null));
                if let (Some((file, expr, true)), Some(_)) = (found, &value) {
                    // What has parts may have any in it, and nobody looks for what it is here.
                    let declared = self.block("variable", &[name.as_str()]);
                    let mark = declared.and_then(|(_, block)| block.body.value("sensitive"));
                    let shown = match expr.kind {
                        _ if mark.is_some_and(|mark| mark.kind != HclKind::Bool(false)) => "***",
                        HclKind::Object(_) => "{…}",
                        HclKind::Array(_) => "[…]",
                        _ => file.text.get(expr.span.range()).unwrap_or_default(),
                    };
                    let shown = shown.lines().next().unwrap_or_default().trim_matches('"');
                    let text =
                        format!("variable {name} of {} is `{shown}`, as the module presets it", file.name);
                    self.presumed.borrow_mut().insert(text);
                }
                (value, rest)
            }
            ("path", [HclStep::Attribute(_)]) => (Some(text(".")), &[]),
            ("module", [HclStep::Attribute(call), HclStep::Attribute(output), rest @ ..])
            | (
                "module",
                [HclStep::Attribute(call), HclStep::Index(_), HclStep::Attribute(output), rest @ ..],
            ) => (self.output_of(scope, call, output), rest),
            ("data", [HclStep::Attribute(kind), HclStep::Attribute(name), HclStep::Attribute(attribute)])
                if is_local_file(kind) && attribute == "content" =>
            {
                (self.local_file(kind, name), &[])
            }
            // `id` is what it was called at first, and `region` what it is called since version 6 of the provider.
            ("data", [HclStep::Attribute(kind), HclStep::Attribute(name), HclStep::Attribute(attribute)])
                if kind == "aws_region" && matches!(attribute.as_str(), "name" | "id" | "region") =>
            {
                let block = self.block("data", &[kind, name]);
                let made = block.map(|(file, block)| declared::region(self, file, block, scope.depth + 1));
                match made {
                    Some(MadeIn::Named(region, _)) => (Some(text(region)), &[]),
                    Some(MadeIn::Open) | None => (None, &[]),
                }
            }
            ("data", [HclStep::Attribute(kind), HclStep::Attribute(_), rest @ ..]) => {
                (known_data(kind, rest), &[])
            }
            (kind, [HclStep::Attribute(name), rest @ ..]) => {
                let (key, rest) = match rest {
                    [HclStep::Index(key), rest @ ..] => (Some(key), rest),
                    rest => (None, rest),
                };
                let [HclStep::Attribute(attribute)] = rest else { return (None, &[]) };
                let found = self.block("resource", &[kind, name]).and_then(|(file, block)| {
                    let argument = of_resource(kind, attribute)?;
                    let expr = block.body.value(argument)?;
                    let (none, depth) = (Names::new(), scope.depth + 1);
                    let inner = Scope { depth, ..self.scope(file, &none) };
                    let names = key.and_then(|key| instance(block, &inner, &scope.value(key)));
                    let node = Scope { names: names.as_ref().unwrap_or(&none), ..inner }.value(expr);
                    // One of several: which values it has depends on which it is.
                    (!is_several(block) || is_known(&node)).then_some((argument, node))
                });
                let value = found.and_then(|(argument, node)| match (kind, attribute.as_str()) {
                    ("aws_s3_bucket", "arn") => Some(behind("arn:aws:s3:::", node)),
                    ("terraform_data", "output") => Some(node),
                    (_, given) if given == argument || given == "id" => Some(node),
                    _ => None,
                });
                (value, &[])
            }
            _ => (None, &[]),
        }
    }

    /// What the calls of the module give a variable; nothing where they give different things.
    fn given(&self, scope: &Scope<'_>, name: &str) -> Option<Node<'static>> {
        let value = |module: &Module, file: &File, expr: &HclExpr| {
            let (names, depth) = (Names::new(), scope.depth + 1);
            Scope { depth, ..module.scope(file, &names) }.value(expr)
        };
        let all = self.calls.each(|module, file, block| match block.body.value(name) {
            // What a loop of calls gives is another thing in each.
            Some(expr) => Some((value(module, file, expr), is_several(block))),
            None => {
                let (file, block) = self.block("variable", &[name])?;
                Some((value(self, file, block.body.value("default")?), false))
            }
        });
        let mut all = all.into_iter().collect::<Option<Vec<_>>>()?.into_iter();
        let (first, is_several) = all.next()?;
        let is_one = all.all(|(other, _)| other == first && is_known(&other));
        let node = Some(first).filter(|node| is_one && !matches!(node.value, Value::Null))?;
        if is_several && !is_known(&node) {
            return None;
        }
        Some(respan(renamed(node, &format!("var.{name}")), Span::default()))
    }

    /// The file of a path that is written below the module's folder.
    pub(super) fn asset(&self, path: &str) -> Option<Rc<Asset>> {
        self.assets.borrow().get(&assets::key(path)).cloned()
    }

    /// The expression of an output.
    pub(super) fn output(&self, name: &str) -> Option<(&File, &HclExpr)> {
        let (file, block) = self.block("output", &[name])?;
        Some((file, block.body.value("value")?))
    }

    /// What an output of a module gives that this one calls by a path. One of several calls gives what all of them give.
    fn output_of(&self, scope: &Scope<'_>, call: &str, output: &str) -> Option<Node<'static>> {
        let callee = self.callees.of(call)?;
        let (file, expr) = callee.output(output)?;
        let (_, block) = self.block("module", &[call])?;
        let (names, depth) = (Names::new(), scope.depth + 1);
        let node = Scope { depth, ..callee.scope(file, &names) }.value(expr);
        let is_one = !is_several(block) || is_known(&node);
        is_one.then(|| respan(renamed(node, &format!("module.{call}.{output}")), Span::default()))
    }

    /// The text of a file that a data source reads.
    fn local_file(&self, kind: &str, name: &str) -> Option<Node<'static>> {
        let (file, block) = self.block("data", &[kind, name])?;
        let names = Names::new();
        let scope = self.scope(file, &names);
        let asset = scope.asset(block.body.value("filename")?)?;
        Some(Node { span: Span::default(), value: Value::String(Cow::Owned(asset.text.clone())) })
    }
}

/// Whether a block stands for several.
fn is_several(block: &HclBlock) -> bool {
    ["for_each", "count"].iter().any(|each| block.body.value(each).is_some())
}

/// The path of a file as it is written, below the module's folder.
pub(super) fn asset_path(expr: &HclExpr) -> Option<String> {
    let HclKind::Template(parts) = &expr.kind else { return None };
    let mut out = String::new();
    for part in parts {
        match part {
            HclPart::Text(text, _) => out.push_str(text),
            HclPart::Value(HclExpr { kind: HclKind::Traversal(root, steps), .. }, _)
                if matches!(&root.kind, HclKind::Variable(name) if name == "path")
                    && matches!(steps.as_slice(), [HclStep::Attribute(name)] if name == "module" || name == "root") =>
            {
                out.push('.');
            }
            HclPart::Value(..) | HclPart::Directive(..) => return None,
        }
    }
    Some(out)
}

/// Which argument an attribute of a resource is made of.
fn of_resource<'a>(kind: &str, attribute: &'a str) -> Option<&'a str> {
    match (kind, attribute) {
        ("aws_s3_bucket", "id" | "bucket" | "arn") => Some("bucket"),
        ("aws_iam_user" | "aws_iam_role" | "aws_iam_group", "id" | "name") => Some("name"),
        // https://developer.hashicorp.com/terraform/language/resources/terraform-data (checked 2026-11)
        ("terraform_data", "output") => Some("input"),
        // What else a resource is told, it has; what it computes is not known.
        (_, "id" | "arn") => None,
        (_, attribute) => Some(attribute),
    }
}

/// Data sources with one meaning. Another partition than `aws` is one in which nothing of this is sold.
fn known_data(kind: &str, steps: &[HclStep]) -> Option<Node<'static>> {
    let [HclStep::Attribute(attribute)] = steps else { return None };
    match (kind, attribute.as_str()) {
        ("aws_partition", "partition") => Some(text("aws")),
        ("aws_partition", "dns_suffix") => Some(text("amazonaws.com")),
        _ => None,
    }
}

fn text(text: impl Into<Cow<'static, str>>) -> Node<'static> {
    Node { span: Span::default(), value: Value::String(text.into()) }
}

fn behind(start: &'static str, node: Node<'static>) -> Node<'static> {
    let mut parts = vec![Part::Text(Cow::Borrowed(start))];
    match node.value {
        Value::String(text) => parts.push(Part::Text(text)),
        Value::Template(more) => parts.extend(more),
        value => return Node { span: node.span, value },
    }
    Node { span: node.span, value: string(parts) }
}
