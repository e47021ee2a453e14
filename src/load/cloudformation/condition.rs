//! Conditions of a template: true, false, or told by the deployment alone.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html> (checked 2026-11)

use super::function::{Function, function};
use super::parts::{parts_of, whole};
use super::resolve::Resolver;
use crate::syntax::Node;

/// How deep conditions may lead to conditions.
const DEEPEST: u8 = 32;

impl<'t> Resolver<'_, 't> {
    /// Whether the condition that a node names holds.
    pub(super) fn truth_of_name(&self, node: &Node<'t>) -> Option<bool> {
        self.named_truth(node.as_str()?, 0)
    }

    fn named_truth(&self, name: &str, depth: u8) -> Option<bool> {
        self.truth(self.template.condition(name)?, depth + 1)
    }

    fn truth(&self, node: &Node<'t>, depth: u8) -> Option<bool> {
        if depth > DEEPEST {
            return None;
        }
        let (function, argument) = function(node)?;
        let list = || argument.as_array().unwrap_or_default().iter().map(|each| self.truth(each, depth + 1));
        match function {
            Function::Condition => self.named_truth(argument.as_str()?, depth),
            Function::Not => list().next()?.map(|truth| !truth),
            Function::And => all(list(), true),
            Function::Or => all(list(), false),
            Function::Equals => {
                let [left, right] = argument.as_array()? else { return None };
                let text = |node| whole(&parts_of(&self.value(node)?)?);
                Some(text(left)? == text(right)?)
            }
            Function::Ref
            | Function::GetAtt
            | Function::Sub
            | Function::Join
            | Function::If
            | Function::Select
            | Function::Split
            | Function::FindInMap
            | Function::Other(_) => None,
        }
    }
}

/// `And` over truths where `unit` is true, else `Or`: one that is not the unit decides, else an unknown one leaves it open.
fn all(truths: impl Iterator<Item = Option<bool>>, unit: bool) -> Option<bool> {
    let mut found = Some(unit);
    for truth in truths {
        match truth {
            Some(truth) if truth != unit => return Some(!unit),
            Some(_) => {}
            None => found = None,
        }
    }
    found
}
