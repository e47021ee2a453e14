//! One request of a leaf: what the search chose and found, written into a request that can be decided by itself.

use super::path::Path;
use super::{Search, is_open};
use crate::eval::compile::Axis;
use crate::eval::context::ContextValue;
use crate::eval::member::{self, Found, Language};
use crate::eval::request::Request;

impl Search<'_, '_> {
    /// One request of the leaf, every key and the resource that a choice speaks of filled in.
    pub(super) fn concrete(&mut self, request: &Request, path: &Path) -> Option<Request> {
        let choices = path.choices();
        let mut concrete = request.clone();
        if let Some(space) = &request.space {
            concrete.resource = match path.value(Axis::Resource) {
                Some(value) => value.into(),
                None => {
                    let space: Vec<&Language> = space.iter().collect();
                    let Found::Value(any) = member::string(&space, &[]) else { return None };
                    any.into()
                }
            };
            concrete.space = None;
        }
        let every: Vec<(String, Language)> = request
            .context
            .iter()
            .filter_map(|(key, value)| match value {
                ContextValue::Every(within) => Some((key.to_owned(), within.clone())),
                _ => None,
            })
            .collect();
        for (dimension, option) in choices {
            let Some(atom) = dimension.atom() else { continue };
            if let (Some(key), 0) = (self.set.presence_of(atom), *option) {
                concrete.context.remove(self.set.key_name(key));
            }
            let Axis::Key(key) = self.set.axis(atom) else { continue };
            let name = self.set.key_name(key);
            if is_open(&concrete, name)
                && !self.is_of_many(choices, name)
                && let Some(value) = path.value(Axis::Key(key))
            {
                concrete.context.set(name, ContextValue::One(value.into()));
            }
        }
        self.fill_apart(request, &mut concrete, choices);
        // What no test looked at may be anything.
        for (key, within) in every {
            if matches!(concrete.context.get(&key), Some(ContextValue::Every(_))) {
                let Found::Value(any) = member::string(&[&within], &[]) else { return None };
                concrete.context.set_one(&key, &any);
            }
        }
        Some(concrete)
    }
}
