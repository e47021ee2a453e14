//! Whether an expression is a set: a set and a list hold the same values here, and give other keys.

use super::value::Scope;
use crate::syntax::hcl::{HclExpr, HclKind, HclStep};

/// References followed one behind the other.
const DEEPEST: usize = 16;

/// Functions that give sets.
/// <https://developer.hashicorp.com/terraform/language/functions> (checked 2026-11)
const OF_SETS: [&str; 5] = ["fileset", "setintersection", "setsubtract", "setunion", "toset"];

/// Whether an expression whose value is a sequence is a set, as far as the module tells.
pub(super) fn is_set(scope: &Scope<'_>, expr: &HclExpr, depth: usize) -> Option<bool> {
    if depth > DEEPEST {
        return None;
    }
    match &expr.kind {
        HclKind::Call(name, _) if OF_SETS.contains(&name.as_str()) => Some(true),
        // A set where all of its arguments are sets, and one is not known by its text alone.
        HclKind::Call(name, _)
            if ["setproduct", "try", "coalesce", "nonsensitive", "sensitive"].contains(&name.as_str()) =>
        {
            None
        }
        HclKind::Conditional(each) => {
            let [_, yes, no] = each.as_ref();
            match (is_set(scope, yes, depth + 1), is_set(scope, no, depth + 1)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            }
        }
        HclKind::Traversal(root, steps) => {
            let HclKind::Variable(root) = &root.kind else { return None };
            match (root.as_str(), steps.as_slice()) {
                ("local", [HclStep::Attribute(name)]) => {
                    let (_, expr) = scope.module.local(name)?;
                    is_set(scope, expr, depth + 1)
                }
                ("var", [HclStep::Attribute(name)]) => {
                    let (_, block) = scope.module.block("variable", &[name])?;
                    match block.body.value("type").map(|expr| &expr.kind) {
                        Some(HclKind::Call(kind, _)) => Some(kind == "set"),
                        // Without a type it is what it is given: nothing that is written is a set.
                        None => Some(false).filter(|_| !scope.module.calls.is_called()),
                        Some(_) => None,
                    }
                }
                _ => None,
            }
        }
        HclKind::Array(_) | HclKind::For(_) | HclKind::Call(..) => Some(false),
        _ => None,
    }
}
