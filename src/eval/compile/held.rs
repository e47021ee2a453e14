//! Texts with holes as tests: what cannot match whatever stands in the hole does not match; else it is one way or the other
//! for the whole run, the same in every place that has the same text.

use super::build::Builder;
use super::{ActionTest, Test};
use crate::eval::condition::{Operand, Template, ValueTest};
use crate::eval::glob::Glob;
use crate::policy::variable::{Piece, held_pieces};
use crate::policy::{BaseOperator, Text};

impl Builder<'_> {
    pub(super) fn held_action(&mut self, text: &Text) -> u32 {
        let pattern =
            Test::Action(ActionTest { pattern: Glob::widest(text, true, |c| c.to_ascii_lowercase()) });
        self.held(text, pattern)
    }

    pub(super) fn held_resource(&mut self, text: &Text, variables: bool) -> u32 {
        let pattern = match template(text, true, variables) {
            Some(template) => Test::ResourceTemplate(template),
            None => Test::Resource(Glob::widest(text, true, |c| c)),
        };
        self.held(text, pattern)
    }

    /// A condition value. Of numbers, instants and the like nothing can be said before the hole is filled.
    pub(super) fn held_value(&mut self, key: u32, base: BaseOperator, text: &Text, variables: bool) -> u32 {
        let glob = |wild| Operand::Glob(Glob::widest(text, wild, |c| c));
        let operand = match base {
            BaseOperator::StringEquals | BaseOperator::StringLike | BaseOperator::ArnLike => {
                match template(text, false, variables) {
                    Some(template) => Operand::Template(template),
                    None => glob(base.expands_wildcards()),
                }
            }
            // Folding the case of a pattern is left out: any value may fit.
            BaseOperator::StringEqualsIgnoreCase => Operand::Glob(Glob::Any),
            BaseOperator::NumericEquals
            | BaseOperator::NumericLessThan
            | BaseOperator::NumericLessThanEquals
            | BaseOperator::NumericGreaterThan
            | BaseOperator::NumericGreaterThanEquals
            | BaseOperator::DateEquals
            | BaseOperator::DateLessThan
            | BaseOperator::DateLessThanEquals
            | BaseOperator::DateGreaterThan
            | BaseOperator::DateGreaterThanEquals
            | BaseOperator::Bool
            | BaseOperator::BinaryEquals
            | BaseOperator::IpAddress
            | BaseOperator::Null => return self.hole(text),
        };
        let base = match operand {
            // A text that an ARN operator takes, or an exact one, is among those that the pattern takes.
            Operand::Glob(_) => BaseOperator::StringLike,
            _ => base,
        };
        let pattern = Test::Value { key, test: ValueTest { base, operand } };
        self.held(text, pattern)
    }

    fn held(&mut self, text: &Text, pattern: Test) -> u32 {
        let pattern = self.number(pattern);
        let hole = self.hole(text);
        self.number(Test::Held { pattern, hole })
    }

    pub(super) fn hole(&mut self, text: &Text) -> u32 {
        self.number(Test::Hole { text: text.value.clone(), names: text.hole_names().into() })
    }
}

/// The text with its variables, if it has some.
fn template(text: &Text, is_resource: bool, variables: bool) -> Option<Template> {
    let pieces = variables.then(|| held_pieces(text, is_resource))?;
    let has_variable = |piece: &Piece| matches!(piece, Piece::Variable { .. } | Piece::Literal(_));
    pieces.iter().any(has_variable).then(|| Template::new(pieces))
}
