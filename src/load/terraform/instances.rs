//! The instances of a block that `for_each` or `count` repeats, where the module tells which there are.
//!
//! <https://developer.hashicorp.com/terraform/language/meta-arguments/for_each> and
//! <https://developer.hashicorp.com/terraform/language/meta-arguments/count> (checked 2026-11)

use super::value::{Names, Scope, known_node};
use crate::syntax::hcl::HclBlock;
use crate::syntax::{Node, Value};
use std::borrow::Cow;

/// More instances than this are not told apart.
const MOST: usize = 256;

/// The names that each instance of a block has beside those of its module: `each` or `count`. Of a block that is not repeated, or of
/// which it is not known how often, there is one, and in it they are open.
pub(super) fn instances(block: &HclBlock, scope: &Scope<'_>) -> Vec<Names> {
    known(block, scope).unwrap_or_else(|| vec![scope.names.clone()])
}

/// The names of the instance with a key: a text of `for_each`, a number of `count`.
pub(super) fn instance(block: &HclBlock, scope: &Scope<'_>, key: &Node<'_>) -> Option<Names> {
    let is_it = |names: &Names| {
        let (_, given) = names.last()?;
        let own = given.get("key").or_else(|| given.get("index"))?;
        (own.value == key.value).then_some(())
    };
    known(block, scope)?.into_iter().find(|names| is_it(names).is_some())
}

fn known(block: &HclBlock, scope: &Scope<'_>) -> Option<Vec<Names>> {
    if let Some(expr) = block.body.value("for_each") {
        let all = scope.entries(expr).filter(|all| all.len() <= MOST)?;
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
