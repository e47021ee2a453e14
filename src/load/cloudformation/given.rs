//! What files near a template, or the templates that nest it, give its parameters.

use super::parts::{parts_of, whole};
use super::resolve::Resolver;
use super::template::Template;
use crate::evidence::ParameterSet;
use crate::load::reading::Question;
use crate::load::yaml;
use crate::syntax::Node;
use std::collections::{BTreeMap, BTreeSet};

/// What is said where a template is made with its defaults.
const ALONE: &str = "no file of parameters is used";

/// What a parameter is given.
pub(super) enum Given {
    /// A value.
    Value(String),
    /// Values of which nobody says which one counts, or one that only the deployment tells.
    Open,
    /// Nobody gives one.
    Nothing,
}

impl<'n, 't> Resolver<'n, 't> {
    /// Takes what is said of the template's parameters.
    pub(super) fn take_sets(&mut self, given: yaml::Given<'_>) {
        let has = |name: &str| self.template.parameter(name).is_some();
        let of = given.sets.iter().filter(|set| set.is_of(given.file, &has));
        let short = |set: &ParameterSet| ParameterSet { name: beside(&set.name, given.file), ..set.clone() };
        let all: Vec<ParameterSet> = of.map(short).collect();
        let is_nested =
            |set: &ParameterSet| set.file != given.file && set.template.is_some() && !set.name.ends_with(']');
        let own = given.sets.iter().filter(|set| set.file == given.file && set.template.is_some());
        self.read = own.filter_map(|set| Some(set.name.rsplit_once(": ")?.1.to_owned())).collect();
        // Who nests it says all that it is given.
        let nested: Vec<ParameterSet> = all.iter().filter(|set| is_nested(set)).cloned().collect();
        self.sets = if nested.is_empty() { all } else { nested };
    }

    /// What a parameter is given.
    pub(super) fn given(&self, name: &str, parameter: &'n Node<'t>) -> Given {
        let gives = |set: &ParameterSet| set.values.contains_key(name) || set.open.contains(name);
        if !self.sets.iter().any(gives) {
            return Given::Nothing;
        }
        let default = parameter.get("Default").and_then(parts_of).as_deref().and_then(whole);
        let value = |set: &ParameterSet| match (set.values.get(name), set.open.contains(name)) {
            (Some(value), _) => Some(value.clone()),
            (None, true) => None,
            (None, false) => default.clone(),
        };
        let alone = self.sets.iter().all(|set| set.template.is_none()) && self.is_whole_alone();
        let mut values: Vec<Option<String>> = self.sets.iter().map(value).collect();
        values.extend(alone.then(|| default.clone()));
        let Some((first, rest)) = values.split_first() else { return Given::Nothing };
        if rest.iter().all(|other| other == first) {
            return match first {
                Some(value) => {
                    let names: Vec<String> = self.sets.iter().map(|set| set.name.clone()).collect();
                    self.notes
                        .borrow_mut()
                        .insert(format!("parameter {name} is what {} gives it", names.join(", ")));
                    Given::Value(value.clone())
                }
                None => Given::Open,
            };
        }
        let mut answers: Vec<String> =
            self.sets.iter().map(|set| format!("parameters are of `{}`", set.name)).collect();
        answers.extend(alone.then(|| ALONE.to_owned()));
        match self.reading.ask(Question { what: "parameters".to_owned(), answers }) {
            Some(at) => values.get(at).cloned().flatten().map_or(Given::Open, Given::Value),
            None => {
                let names: Vec<&str> =
                    self.sets.iter().filter(|set| gives(set)).map(|set| set.name.as_str()).collect();
                self.notes.borrow_mut().insert(format!(
                    "parameter {name} is not the same in all of {}, and was taken for not known",
                    names.join(", ")
                ));
                Given::Open
            }
        }
    }

    /// Whether the template can be deployed with nothing given.
    fn is_whole_alone(&self) -> bool {
        let mut names = self.sets.iter().flat_map(|set| set.values.keys());
        names.all(|name| self.template.parameter(name).is_some_and(|found| found.get("Default").is_some()))
    }
}

/// A name without the folders that a file has, too. A revision stands before the names of its files.
fn beside(name: &str, file: &str) -> String {
    let file = file.split_once(':').map_or(file, |(_, file)| file);
    let (mut name, mut file) = (name, file);
    while let (Some((own, rest)), Some((other, inner))) = (name.split_once('/'), file.split_once('/'))
        && own == other
    {
        (name, file) = (rest, inner);
    }
    name.to_owned()
}

/// A nested stack whose template is a file here.
pub(in crate::load) struct Nested {
    pub(in crate::load) id: String,
    pub(in crate::load) template: String,
    pub(in crate::load) values: BTreeMap<String, String>,
    pub(in crate::load) open: BTreeSet<String>,
}

/// The nested stacks of a template with what they are given, as far as it tells.
/// <https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html> (checked 2026-11)
pub(in crate::load) fn nested(root: &Node<'_>) -> Vec<Nested> {
    let resolver = Resolver::new(Template::new(root));
    let mut out = Vec::new();
    for resource in resolver.template.resources() {
        let path = match resource.kind {
            "AWS::CloudFormation::Stack" => resource.property("TemplateURL"),
            "AWS::Serverless::Application" => resource.property("Location"),
            _ => None,
        };
        let Some(template) = path.and_then(Node::as_str) else { continue };
        let (mut values, mut open) = (BTreeMap::new(), BTreeSet::new());
        for member in resource.property("Parameters").and_then(Node::as_object).unwrap_or_default() {
            let value = resolver.value(&member.value);
            match value.as_ref().and_then(parts_of).as_deref().and_then(whole) {
                Some(value) => drop(values.insert(member.key.to_string(), value)),
                None => drop(open.insert(member.key.to_string())),
            }
        }
        out.push(Nested { id: resource.id.to_owned(), template: template.to_owned(), values, open });
    }
    out
}
