//! What stacks were made with at a revision, and where that is another thing now.

use super::super::git::Blob;
use super::side::Side;
use crate::evidence::ParameterSet;
use crate::load;
use crate::render::Tree;
use std::collections::BTreeSet;

/// The sets of values of parameters on both sides.
pub(super) struct Sets {
    /// Those of the revision, their files named as its files are.
    pub(super) old: Vec<ParameterSet>,
    /// Those that only one side has, their files named as in the repository.
    changed: Vec<ParameterSet>,
}

impl Sets {
    pub(super) fn new(
        tree: &Tree,
        prefix: String,
        wanted: &[(&String, &Blob)],
        texts: &[Option<Vec<u8>>],
        now: &Side,
    ) -> Self {
        let mut before = Vec::new();
        for ((path, _), text) in wanted.iter().zip(texts) {
            let may_be = load::is_looked_into(path) || path.ends_with("samconfig.toml");
            if let Some(text) = text.as_ref().filter(|_| may_be) {
                before.extend(load::parameters_in(path, &load::decode(text.clone())));
            }
        }
        let names: BTreeSet<&String> = wanted.iter().map(|(path, _)| *path).collect();
        load::keep_known_parameters(&mut before, &|name| names.contains(&name.to_owned()));
        let in_tree = |set: &ParameterSet| {
            let file = tree.path(&set.file);
            let name = set.name.strip_prefix(&set.file).map(|rest| format!("{file}{rest}"));
            let template = set.template.as_deref().map(|template| tree.path(template));
            ParameterSet { name: name.unwrap_or_else(|| set.name.clone()), file, template, ..set.clone() }
        };
        let after: Vec<ParameterSet> = now.parameters.iter().map(in_tree).collect();
        let only = |one: &[ParameterSet], other: &[ParameterSet]| -> Vec<ParameterSet> {
            one.iter().filter(|set| !other.contains(set)).cloned().collect()
        };
        let changed = [only(&before, &after), only(&after, &before)].concat();
        let placed = |set: ParameterSet| ParameterSet {
            name: set.name.clone(),
            file: format!("{prefix}{}", set.file),
            template: set.template.map(|template| format!("{prefix}{template}")),
            ..set
        };
        Self { old: before.into_iter().map(placed).collect(), changed }
    }

    /// Whether a template may be made with other values now.
    pub(super) fn changes(&self, path: &str) -> bool {
        self.changed.iter().any(|set| set.is_of(path, &|_| true))
    }
}
