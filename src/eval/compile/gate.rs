//! A quick look at a resource, which most statements of a large identity do not survive.
//!
//! Where every `Resource` pattern of a statement begins with the same text, a resource without it is none of the statement's.
//! Sixteen bytes of that text, the last ones, are compared first: they tell `team-a` from `team-b` better than `arn:aws:s3`.

use super::{CompiledElement, Test};
use crate::eval::glob::{Glob, Token};

/// How many bytes are compared.
const WIDTH: usize = 16;

/// The look at one statement.
#[derive(Debug, Clone, Copy)]
pub(in crate::eval) struct Gate {
    bytes: u128,
    /// Where they stand in a resource; `None`: any resource may pass.
    at: Option<u32>,
}

impl Gate {
    const OPEN: Self = Self { bytes: 0, at: None };

    /// The gate of a statement's `Resource` element.
    pub(super) fn new(resources: Option<&CompiledElement>, atoms: &[Test]) -> Self {
        let Some(element) = resources.filter(|element| !element.negated && !element.atoms.is_empty()) else {
            return Self::OPEN;
        };
        let mut shared: Option<Vec<u8>> = None;
        for atom in &element.atoms {
            let Some(start) = atoms.get(*atom as usize).and_then(beginning) else { return Self::OPEN };
            match &mut shared {
                None => shared = Some(start),
                Some(shared) => {
                    let alike = shared.iter().zip(&start).take_while(|(left, right)| left == right).count();
                    shared.truncate(alike);
                }
            }
        }
        let shared = shared.unwrap_or_default();
        let window = shared.last_chunk::<WIDTH>();
        let at = shared.len().checked_sub(WIDTH).and_then(|at| u32::try_from(at).ok());
        match window {
            Some(window) => Self { bytes: u128::from_ne_bytes(*window), at },
            None => Self::OPEN,
        }
    }

    /// Whether the statement may speak of a resource. If not, it does not.
    #[inline]
    pub(in crate::eval) fn admits(self, resource: &[u8]) -> bool {
        let Some(at) = self.at else { return true };
        let window = resource.get(at as usize..).and_then(|rest| rest.first_chunk::<WIDTH>());
        window.is_some_and(|window| u128::from_ne_bytes(*window) == self.bytes)
    }
}

/// The text that everything a test takes begins with; `None` for a test that is not of the resource as it is written.
fn beginning(test: &Test) -> Option<Vec<u8>> {
    match test {
        Test::Resource(Glob::Any) => Some(Vec::new()),
        Test::Resource(Glob::Exact(text) | Glob::Prefix(text)) => Some(text.as_bytes().to_vec()),
        Test::Resource(Glob::Pieces(pieces)) => {
            let fixed = pieces.tokens().iter().map_while(|token| match token {
                Token::Char(c) => Some(*c),
                Token::One | Token::Many => None,
            });
            Some(fixed.collect::<String>().into_bytes())
        }
        // Without a value of its variable it takes nothing, so that what it begins with tells enough.
        Test::ResourceTemplate(template) => Some(template.beginning().as_bytes().to_vec()),
        Test::Action(_)
        | Test::Principal(_)
        | Test::Value { .. }
        | Test::Unreadable(_)
        | Test::Hole { .. }
        | Test::Held { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(patterns: &[&str]) -> Gate {
        let atoms: Vec<Test> = patterns.iter().map(|pattern| Test::Resource(Glob::new(pattern))).collect();
        let numbers = (0..patterns.len() as u32).collect();
        let element = CompiledElement { negated: false, atoms: numbers, null: None };
        Gate::new(Some(&element), &atoms)
    }

    #[test]
    fn a_gate_admits_whatever_a_pattern_matches() {
        let resources = [
            "arn:aws:s3:::acme-billing",
            "arn:aws:s3:::acme-billing/",
            "arn:aws:s3:::acme-billing/reports/a",
            "arn:aws:s3:::acme-billinx/reports/a",
            "arn:aws:s3:::acme",
            "",
            "*",
            "arn:aws:s3:::\u{e9}cole-de-paris/a",
        ];
        let lists: [&[&str]; 8] = [
            &["*"],
            &["arn:aws:s3:::acme-billing", "arn:aws:s3:::acme-billing/*"],
            &["arn:aws:s3:::acme-billing/reports/?"],
            &["arn:aws:s3:::acme-*/reports/*", "arn:aws:s3:::acme-billinx/*"],
            &["arn:aws:s3:::acme"],
            &["arn:aws:s3:::\u{e9}cole-de-paris/*"],
            &["arn:aws:s3:::\u{e9}cole-de-paris/*", "arn:aws:s3:::\u{e8}cole-de-paris/*"],
            &["arn:aws:*"],
        ];
        let mut shut = 0;
        for patterns in lists {
            let gate = gate(patterns);
            for resource in resources {
                let matches = patterns.iter().any(|pattern| Glob::new(pattern).matches(resource));
                assert!(!matches || gate.admits(resource.as_bytes()), "{patterns:?} shuts out {resource}");
                shut += usize::from(!gate.admits(resource.as_bytes()));
            }
        }
        assert!(shut > 20, "{shut}");
    }
}
