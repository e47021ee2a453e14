//! What the questions of a comparison are made of.

use super::{Job, Kind};
use crate::eval::{CallerClass, Carriage, Compiled, Place, carriage, places};
use std::collections::BTreeSet;

/// The name of a role whose trust policy is compared, where no document tells it.
const ROLE: &str = "role/compared";

/// What questions are made of.
pub(super) struct Around<'a, 'p> {
    pub(super) job: &'a Job<'p>,
    pub(super) sets: (&'a Compiled<'p>, &'a Compiled<'p>),
    pub(super) holders: Vec<CallerClass>,
    /// The holders are one for people.
    pub(super) alone: bool,
    pub(super) partition: String,
    pub(super) keys: BTreeSet<&'a str>,
}

impl Around<'_, '_> {
    /// What tells actions apart beside the statements that name them: keys that a request brings, and resources, as far as the
    /// statements look at them.
    pub(super) fn mark(&self, class: &CallerClass, name: &str) -> (Vec<Carriage>, Vec<Place>) {
        let (old, new) = (self.sets.0.looks_at(name), self.sets.1.looks_at(name));
        let carried = |key: &&str| {
            let is_seen = old.1.contains(key) || new.1.contains(key);
            // Which is not looked at is the same for all.
            if is_seen { carriage(&class.caller, name, key) } else { Carriage::Never }
        };
        (self.keys.iter().map(carried).collect(), self.places(name, old.0 || new.0))
    }

    fn places(&self, action: &str, are_looked_at: bool) -> Vec<Place> {
        if self.job.kind == Kind::Trust {
            let shown = format!("arn:{}:iam::{}:{ROLE}", self.partition, self.job.account);
            return vec![Place { shown, space: None, usual: None }];
        }
        if !are_looked_at {
            return Vec::new();
        }
        places(action, &self.partition)
    }
}
