//! Values that a stack of CloudFormation is made with, as a file of parameters or another template says.

use std::collections::{BTreeMap, BTreeSet};

/// One set of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterSet {
    /// What it is called: the file, `samconfig.toml [prod]`, or the template and its nested stack.
    pub name: String,
    /// The file that says it.
    pub file: String,
    /// The template that is made with it, where that is said.
    pub template: Option<String>,
    /// By parameter its value.
    pub values: BTreeMap<String, String>,
    /// Parameters that are given something that only the deployment tells.
    pub open: BTreeSet<String>,
}

impl ParameterSet {
    /// Whether the template in a file, which has these parameters, may be made with it. One that says its template is that one's;
    /// another one is of every template beside or above it that has all of its parameters.
    #[must_use]
    pub fn is_of(&self, file: &str, has: &dyn Fn(&str) -> bool) -> bool {
        if let Some(template) = &self.template {
            return template == file;
        }
        let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let (own, other) = (folder(&self.file), folder(file));
        let is_below = |inner: &str, outer: &str| {
            outer.is_empty()
                || inner == outer
                || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
        };
        // `stacks/a.yaml` and `parameters/a.json` stand side by side.
        let is_near = is_below(&own, &other)
            || (folder(&own) == folder(&other) && !own.is_empty() && !other.is_empty());
        is_near && !self.values.is_empty() && self.values.keys().all(|name| has(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_of_templates_near_it_that_have_its_parameters() {
        let set = |file: &str| ParameterSet {
            name: file.to_owned(),
            file: file.to_owned(),
            template: None,
            values: BTreeMap::from([("Bucket".to_owned(), "b".to_owned())]),
            open: BTreeSet::new(),
        };
        let has = |name: &str| name == "Bucket";
        for (file, template, is_its) in [
            ("prod.json", "stack.yaml", true),
            ("infra/params/prod.json", "infra/stack.yaml", true),
            ("infra/params/prod.json", "infra/stacks/stack.yaml", true),
            ("params/prod.json", "other/deep/stack.yaml", false),
            ("infrax/deep/prod.json", "infra/stack.yaml", false),
        ] {
            assert_eq!(set(file).is_of(template, &has), is_its, "{file} {template}");
        }
        assert!(!set("prod.json").is_of("stack.yaml", &|_| false));
    }
}
