//! Conditions of a template: true, false, or told by the deployment alone.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html> (checked 2026-11)

use super::function::{Function, function, name_of};
use super::parts::{parts_of, whole};
use super::resolve::Resolver;
use crate::load::reading::Question;
use crate::syntax::Node;

/// How deep conditions may lead to conditions.
const DEEPEST: u8 = 32;

/// Values of one parameter that are looked at one by one.
const MOST_VALUES: usize = 12;

impl<'t> Resolver<'_, 't> {
    /// Whether the condition that a node names holds.
    pub(super) fn truth_of_name(&self, node: &Node<'t>) -> Option<bool> {
        self.named_truth(node.as_str()?, 0)
    }

    /// What is taken for given of a value that only the deployment tells: of a parameter with a list of values which of them it
    /// has, of another one whether it is this text.
    fn supposed(&self, value: &Node<'t>, text: &str) -> Option<bool> {
        let name = name_of(value);
        let bare = name.strip_prefix("${").and_then(|name| name.strip_suffix('}')).unwrap_or(&name);
        if let Some(allowed) = self.allowed(bare) {
            let answers = allowed.iter().map(|value| format!("`{bare}` is `{value}`")).collect();
            let answer = self.reading.ask(Question { what: bare.to_owned(), answers })?;
            return allowed.get(answer).map(|value| value == text);
        }
        self.reading.ask(Question::truth(&format!("{bare} == \"{text}\""))).map(|answer| answer == 0)
    }

    /// The values that a parameter may have, where the template lists them.
    pub(super) fn allowed(&self, name: &str) -> Option<Vec<String>> {
        let values = self.template.parameter(name)?.get("AllowedValues")?.as_array()?;
        let texts: Option<Vec<String>> = values.iter().map(|value| whole(&parts_of(value)?)).collect();
        texts.filter(|texts| (2..=MOST_VALUES).contains(&texts.len()))
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
                let (left, right) = (self.value(left)?, self.value(right)?);
                let both = (parts_of(&left)?, parts_of(&right)?);
                match (whole(&both.0), whole(&both.1)) {
                    (Some(left), Some(right)) => Some(left == right),
                    (Some(known), None) => self.supposed(&right, &known),
                    (None, Some(known)) => self.supposed(&left, &known),
                    (None, None) => self.supposed(&left, &name_of(&right)),
                }
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
