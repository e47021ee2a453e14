//! What the `policy` of a resource is: the document, with places in the file that holds its text.

use super::assets::{Asset, is_local_file};
use super::instances::instance;
use super::module::Module;
use super::statement;
use super::value::{Names, Scope, entries, renamed, respan};
use crate::source::SourceId;
use crate::syntax::hcl::{HclDirective, HclExpr, HclKind, HclPart, HclStep, read_hcl_template};
use crate::syntax::{Issue, Node, Part, Stitched, Value};

/// References followed one behind the other.
const DEEPEST: usize = 16;

/// A document as it will be deployed, holes in it.
pub(super) struct Document {
    pub(super) source: SourceId,
    pub(super) root: Node<'static>,
    pub(super) issues: Vec<Issue>,
    /// The whole file is JSON.
    pub(super) is_json: bool,
}

/// Why there is no document.
pub(super) type Reason = String;

/// The document that an expression gives.
pub(super) fn resolve(scope: &Scope<'_>, expr: &HclExpr) -> Result<Document, Reason> {
    if scope.depth > DEEPEST || !scope.module.follows() {
        return Err("its value refers to itself".to_owned());
    }
    let module = scope.module;
    match &expr.kind {
        HclKind::Null => {
            Ok(Document { source: scope.file, root: scope.value(expr), issues: Vec::new(), is_json: false })
        }
        HclKind::Call(name, arguments) => match (name.as_str(), arguments.as_slice()) {
            ("jsonencode", [value]) => Ok(Document {
                source: scope.file,
                root: scope.value(value),
                issues: Vec::new(),
                is_json: false,
            }),
            ("file", [path]) => {
                let asset = scope.asset(path).ok_or_else(|| not_read(scope, path))?;
                Ok(of_file(scope, expr, &asset))
            }
            ("templatefile", [path, values]) => {
                let asset = scope.asset(path).ok_or_else(|| not_read(scope, path))?;
                let text = asset.text.as_str();
                let source = asset.source.ok_or_else(|| not_read(scope, path))?;
                let parts = read_hcl_template(text).map_err(|fault| {
                    format!("its template cannot be read in line {}: {}", fault.line, fault.message)
                })?;
                let given = entries(&scope.value(values)).unwrap_or_default();
                let names: Names = given
                    .into_iter()
                    .filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value)))
                    .collect();
                let inner = Scope { file: source, text, names: &names, module, depth: scope.depth + 1 };
                stitched(&inner, &parts, true)
            }
            _ => Err(not_known(scope, expr)),
        },
        HclKind::Template(parts) => match parts.as_slice() {
            [HclPart::Value(inner, _)] => resolve(scope, inner),
            parts => {
                let is_heredoc = scope.text.get(expr.span.range()).is_some_and(|text| text.starts_with("<<"));
                stitched(scope, parts, is_heredoc)
            }
        },
        HclKind::Conditional(each) => {
            let [condition, yes, no] = each.as_ref();
            match scope.truth(condition) {
                Some(true) => resolve(scope, yes),
                Some(false) => resolve(scope, no),
                None => Err(not_known(scope, expr)),
            }
        }
        HclKind::Traversal(root, steps) => {
            referred(scope, root, steps).unwrap_or_else(|| Err(not_known(scope, expr)))
        }
        _ => Err(not_known(scope, expr)),
    }
}

fn referred(scope: &Scope<'_>, root: &HclExpr, steps: &[HclStep]) -> Option<Result<Document, Reason>> {
    let HclKind::Variable(root) = &root.kind else { return None };
    let module: &Module = scope.module;
    let names = Names::new();
    match (root.as_str(), steps) {
        ("local", [HclStep::Attribute(name)]) => {
            let (file, expr) = module.local(name)?;
            Some(resolve(&Scope { depth: scope.depth + 1, ..module.scope(file, &names) }, expr))
        }
        // Of several calls, each gives a document of its own.
        ("var", [HclStep::Attribute(name)]) if module.calls.is_called() => {
            let mut all = module.calls.each(|caller, file, block| {
                let expr = block.body.value(name)?;
                let inner = Scope { depth: scope.depth + 1, ..caller.scope(file, &names) };
                let name = format!("var.{name}");
                let given = |document: Document| Document { root: renamed(document.root, &name), ..document };
                Some(resolve(&inner, expr).map(given))
            });
            if all.len() == 1 { all.pop()? } else { None }
        }
        // Of several calls, each may give another one.
        ("module", [HclStep::Attribute(call), HclStep::Attribute(output)]) => {
            let callee = module.callees.of(call)?;
            let (file, expr) = callee.output(output)?;
            let inner = Scope { depth: scope.depth + 1, ..callee.scope(file, &names) };
            let name = format!("module.{call}.{output}");
            let given = |document: Document| Document { root: renamed(document.root, &name), ..document };
            Some(resolve(&inner, expr).map(given))
        }
        ("data", [HclStep::Attribute(kind), HclStep::Attribute(name), HclStep::Attribute(attribute)])
            if is_local_file(kind) && attribute == "content" =>
        {
            let (file, block) = module.block("data", &[kind, name])?;
            let inner = module.scope(file, &names);
            let path = block.body.value("filename")?;
            Some(
                inner
                    .asset(path)
                    .map(|asset| of_file(&inner, path, &asset))
                    .ok_or_else(|| not_read(&inner, path)),
            )
        }
        ("data", [HclStep::Attribute(kind), HclStep::Attribute(name), rest @ ..])
            if kind == "aws_iam_policy_document" && is_text_of(rest) =>
        {
            let (file, block) = module.block("data", &[kind, name])?;
            let inner = Scope { depth: scope.depth + 1, ..module.scope(file, &names) };
            let of_key = match rest {
                [HclStep::Index(key), ..] => instance(block, &inner, &scope.value(key)),
                _ => None,
            };
            let names = of_key.as_ref().unwrap_or(&names);
            Some(Ok(statement::document(&Scope { names, ..inner }, block)))
        }
        _ => None,
    }
}

/// The document that is a whole file.
fn of_file(scope: &Scope<'_>, expr: &HclExpr, asset: &Asset) -> Document {
    let mut stitched = Stitched::default();
    stitched.text(&asset.text, crate::source::Span::new(0, asset.text.len()), true);
    let document = stitched.read();
    match asset.source {
        Some(source) => Document { source, root: document.root, issues: document.issues, is_json: true },
        // One of several files has no place of its own.
        None => Document {
            source: scope.file,
            root: respan(document.root, expr.span),
            issues: document.issues.into_iter().map(|issue| Issue { span: expr.span, ..issue }).collect(),
            is_json: false,
        },
    }
}

/// `.json`, of one of several or of the only one.
fn is_text_of(steps: &[HclStep]) -> bool {
    let last = match steps {
        [HclStep::Index(_), last] | [last] => last,
        _ => return false,
    };
    matches!(last, HclStep::Attribute(name) if name == "json" || name == "minified_json")
}

/// A text of JSON with values in it.
fn stitched(scope: &Scope<'_>, parts: &[HclPart], is_heredoc: bool) -> Result<Document, Reason> {
    let mut out = Stitched::default();
    stitch(scope, parts, is_heredoc, &mut out)?;
    if !out.as_text().trim_start().starts_with('{') {
        return Err("its text is no JSON object".to_owned());
    }
    let document = out.read();
    Ok(Document { source: scope.file, root: document.root, issues: document.issues, is_json: false })
}

fn stitch(scope: &Scope<'_>, parts: &[HclPart], is_heredoc: bool, out: &mut Stitched) -> Result<(), Reason> {
    for part in parts {
        match part {
            HclPart::Text(text, span) => {
                // A heredoc that is moved to the left keeps its places if it is taken as it is written.
                let raw = scope.text.get(span.range()).unwrap_or_default();
                let as_written = is_heredoc && !raw.contains("$${") && !raw.contains("%%{");
                let text = if as_written { raw } else { text };
                out.text(text, *span, text == raw);
            }
            HclPart::Value(expr, span) => match json(&scope.value(expr)) {
                Some(parts) => {
                    for part in parts {
                        match part {
                            Part::Text(text) => out.text(&text, *span, false),
                            Part::Hole(name) => out.hole(&name, *span),
                        }
                    }
                }
                None => out.hole(&name_of(scope, expr), *span),
            },
            HclPart::Directive(directive, _) => match directive.as_ref() {
                HclDirective::If(condition, yes, no) => match scope.truth(condition) {
                    Some(flag) => stitch(scope, if flag { yes } else { no }, is_heredoc, out)?,
                    None => return Err(not_known(scope, condition)),
                },
                HclDirective::For(key, value, collection, parts) => {
                    let all = scope.entries(collection).ok_or_else(|| not_known(scope, collection))?;
                    for (at, item) in all {
                        let names = scope.with(key.as_deref().map(|key| (key, at)), value, item);
                        stitch(&Scope { names: &names, ..*scope }, parts, is_heredoc, out)?;
                    }
                }
            },
        }
    }
    Ok(())
}

/// What stands in a text for a value.
fn json(node: &Node<'static>) -> Option<Vec<Part<'static>>> {
    match &node.value {
        Value::String(text) | Value::Number(text) => Some(vec![Part::Text(text.clone())]),
        Value::Bool(flag) => Some(vec![Part::Text(flag.to_string().into())]),
        Value::Template(parts) => Some(parts.clone()),
        _ => None,
    }
}

fn name_of(scope: &Scope<'_>, expr: &HclExpr) -> String {
    match scope.hole(expr) {
        Value::Template(parts) => parts
            .iter()
            .map(|part| match part {
                Part::Text(text) | Part::Hole(text) => text.to_string(),
            })
            .collect(),
        _ => String::new(),
    }
}

fn not_known(scope: &Scope<'_>, expr: &HclExpr) -> Reason {
    format!("`{}` is not known before it is deployed", name_of(scope, expr))
}

fn not_read(scope: &Scope<'_>, path: &HclExpr) -> Reason {
    format!("the file `{}` cannot be read", name_of(scope, path))
}
