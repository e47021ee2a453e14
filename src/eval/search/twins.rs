//! Resources that differ in what stands for a variable without a value: where it has one, they are the same.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html> (default values, checked 2026-11)

use super::{Branch, Choices, Search};
use crate::eval::context::ContextValue;
use crate::eval::member::{self, Found, Language};
use crate::eval::request::Request;
use crate::eval::world::FreeAtom;

/// What a leaf says of such resources.
pub(super) enum Twins {
    /// Nothing.
    None,
    /// One takes a request that the other does not take, and takes whenever that one does: no request is like that.
    Impossible,
    /// The requests that the one takes for its default: one of them.
    Absent(Box<Request>),
}

impl Search<'_, '_> {
    pub(super) fn twins(&mut self, at: Branch<'_>, choices: &Choices) -> Twins {
        let chosen = |truth: usize| -> Vec<FreeAtom> {
            let all = choices.iter().filter(|(_, option)| *option == truth);
            all.filter_map(|(dimension, _)| dimension.atom()).collect()
        };
        let (takes, leaves) = (chosen(1), chosen(0));
        for one in &takes {
            for other in &leaves {
                let Some((own, of_other)) = self.set.defaults_apart(*one, *other) else { continue };
                let is_there =
                    |key: &String| !matches!(at.request.context.get(key), None | Some(ContextValue::Unseen));
                if own.is_empty() || own.iter().chain(&of_other).all(is_there) {
                    return Twins::Impossible;
                }
                if !of_other.is_empty() || own.iter().any(|key| !super::is_open(at.request, key)) {
                    continue;
                }
                let mut request = at.request.clone();
                own.iter().for_each(|key| request.context.remove(key));
                let (Some(text), Some(space)) =
                    (self.set.resource_language(*one, &request.context), request.space.clone())
                else {
                    continue;
                };
                let within: Vec<&Language> = space.iter().chain([&text]).collect();
                if let Found::Value(resource) = member::string(&within, &[]) {
                    request.resource = resource.into();
                    request.space = None;
                    return Twins::Absent(Box::new(request));
                }
            }
        }
        Twins::None
    }
}
