//! The instances of a block that `for_each` or `count` repeats, where the module tells which there are.
//!
//! <https://developer.hashicorp.com/terraform/language/meta-arguments/for_each> and
//! <https://developer.hashicorp.com/terraform/language/meta-arguments/count> (checked 2026-11)

use super::module::{File, Module};
use super::value::{Names, Scope, is_known, known_node};
use crate::syntax::hcl::{HclBlock, HclExpr, HclKind, HclStep};
use crate::syntax::{Node, Value};
use std::borrow::Cow;

/// More instances than this are not told apart.
const MOST: usize = 256;

/// Of more instances than this, what is said of each is read once for all of them.
const MOST_TOLD: usize = 32;

/// Local values followed one behind the other.
const DEEPEST: usize = 16;

/// The names that each instance of a block has beside those of its module: `each` or `count`. Of a block that is not repeated, or of
/// which it is not known how often, there is one, and in it they are open.
pub(super) fn instances(block: &HclBlock, scope: &Scope<'_>) -> Vec<Names> {
    known(block, scope).unwrap_or_else(|| vec![scope.names.clone()])
}

/// The instances of a block that says something of each, if it is known which there are.
pub(super) fn told(block: &HclBlock, scope: &Scope<'_>) -> Option<Vec<Names>> {
    known(block, scope).filter(|all| !all.is_empty() && all.len() <= MOST_TOLD)
}

/// How an address names an instance: `["mara"]`, `[0]`.
pub(super) fn shown(names: &Names) -> String {
    key(names).and_then(of_key).unwrap_or_default()
}

/// The same of a key.
pub(super) fn of_key(key: &Node<'_>) -> Option<String> {
    match &key.value {
        Value::String(text) => Some(format!("[\"{text}\"]")),
        Value::Number(number) => Some(format!("[{number}]")),
        _ => None,
    }
}

/// Whether an expression is another one in each instance.
pub(super) fn is_of_each(scope: &Scope<'_>, expr: &HclExpr) -> bool {
    let text = scope.text.get(expr.span.range()).unwrap_or_default();
    text.contains("each.") || text.contains("count.index")
}

/// What stands for `each.value` of an instance where `for_each` is written as an object, and the file in which it stands.
pub(super) fn literal<'m>(
    block: &'m HclBlock,
    scope: &Scope<'m>,
    expr: &HclExpr,
) -> Option<(&'m File, &'m HclExpr)> {
    let HclKind::Traversal(root, steps) = &expr.kind else { return None };
    let [HclStep::Attribute(value), rest @ ..] = steps.as_slice() else { return None };
    if !matches!(&root.kind, HclKind::Variable(name) if name == "each") || value != "value" {
        return None;
    }
    let file = scope.module.files.iter().find(|file| file.source == scope.file)?;
    let (file, all) = written(scope.module, (file, block.body.value("for_each")?), 0);
    let none = Names::new();
    let inner = scope.module.scope(file, &none);
    let member = |all: &'m HclExpr, key: &str| {
        let HclKind::Object(items) = &all.kind else { return None };
        items.iter().find(|item| inner.value(&item.key).as_str() == Some(key)).map(|item| &item.value)
    };
    let mut found = member(all, key(scope.names)?.as_str()?)?;
    for step in rest {
        let HclStep::Attribute(name) = step else { return None };
        found = member(found, name)?;
    }
    Some((file, found))
}

/// The expression behind local values.
fn written<'m>(
    module: &'m Module,
    (file, expr): (&'m File, &'m HclExpr),
    depth: usize,
) -> (&'m File, &'m HclExpr) {
    if let HclKind::Traversal(root, steps) = &expr.kind
        && matches!(&root.kind, HclKind::Variable(name) if name == "local")
        && let [HclStep::Attribute(name)] = steps.as_slice()
        && depth < DEEPEST
        && let Some(found) = module.local(name)
    {
        return written(module, found, depth + 1);
    }
    (file, expr)
}

/// The key of an instance.
fn key(names: &Names) -> Option<&Node<'static>> {
    let (_, given) = names.last()?;
    given.get("key").or_else(|| given.get("index"))
}

/// The names of the instance with a key: a text of `for_each`, a number of `count`.
pub(super) fn instance(block: &HclBlock, scope: &Scope<'_>, key: &Node<'_>) -> Option<Names> {
    known(block, scope)?.into_iter().find(|names| self::key(names).is_some_and(|own| own.value == key.value))
}

fn known(block: &HclBlock, scope: &Scope<'_>) -> Option<Vec<Names>> {
    if let Some(expr) = block.body.value("for_each") {
        let all = scope.entries(expr).filter(|all| all.len() <= MOST)?;
        // An entry that only the run knows may stand for several.
        if all.iter().any(|(key, _)| !is_known(key)) {
            return None;
        }
        let each = all.into_iter().map(|(key, value)| {
            let span = value.span;
            let both = vec![known_node("key", span, key), known_node("value", span, value)];
            scope.with(None, "each", Node { span, value: Value::Object(both) })
        });
        return Some(each.collect());
    }
    let expr = block.body.value("count")?;
    let Value::Number(number) = scope.value(expr).value else { return None };
    let count: usize = number.parse().ok().filter(|count| *count <= MOST)?;
    let index = |at: usize| {
        let number = Node { span: expr.span, value: Value::Number(Cow::Owned(at.to_string())) };
        let index = vec![known_node("index", expr.span, number)];
        scope.with(None, "count", Node { span: expr.span, value: Value::Object(index) })
    };
    Some((0..count).map(index).collect())
}
