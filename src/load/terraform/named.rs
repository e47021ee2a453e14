//! Files of values that Terraform reads only where somebody names them: `prod.tfvars`, `env/prod.tfvars`.
//!
//! Each is one way in which the module is deployed. What all of them give a variable it has; what differs is asked about
//! ([`Reading`](crate::load::reading::Reading)).
//! <https://developer.hashicorp.com/terraform/language/values/variables#variable-definitions-tfvars-files> (checked 2026-11)

use super::module::{File, Module};
use super::value::{Names, Scope, is_known};
use crate::load::reading::Question;
use crate::syntax::Value;
use crate::syntax::hcl::HclExpr;

/// What is said of the values that the module presets.
const ALONE: &str = "no file of values is named";

/// What a variable is given.
pub(super) enum Given<'m> {
    /// A value; the file that gives it where it is one that somebody must name.
    Value(&'m File, &'m HclExpr),
    /// Values of which nobody says which one counts.
    Open,
    /// No such file gives one.
    Nothing,
}

impl Module {
    /// What the named files give a variable.
    pub(super) fn given_by_name<'m>(&'m self, scope: &Scope<'_>, name: &str) -> Given<'m> {
        let givers: Vec<Option<&HclExpr>> = self.named.iter().map(|file| file.body.value(name)).collect();
        let all: Vec<(&File, &HclExpr)> =
            self.named.iter().zip(&givers).filter_map(|(file, expr)| Some((file, (*expr)?))).collect();
        let Some(&(file, expr)) = all.first() else { return Given::Nothing };
        let names = Names::new();
        let value = |file: &File, expr: &HclExpr| {
            let depth = scope.depth + 1;
            Scope { depth, ..self.scope(file, &names) }.value(expr)
        };
        let preset = self.variable(name).map(|(file, expr, _)| (file, expr));
        let alone = self.is_whole_alone();
        let falls_back = alone || all.len() < self.named.len();
        let first = value(file, expr);
        let others = all.iter().skip(1).chain(preset.iter().filter(|_| falls_back));
        let mut others = others.map(|(file, expr)| value(file, expr));
        if is_known(&first) && others.all(|other| other.value == first.value) {
            return Given::Value(file, expr);
        }
        let mut answers: Vec<String> =
            self.named.iter().map(|file| format!("values are of `{}`", self.short(file))).collect();
        answers.extend(alone.then(|| ALONE.to_owned()));
        let answer = match answers.as_slice() {
            [_] => Some(0),
            _ => self.reading.ask(Question { what: "values".to_owned(), answers }),
        };
        let Some(answer) = answer else {
            let files: Vec<String> = all.iter().map(|(file, _)| format!("`{}`", file.name)).collect();
            let text = format!(
                "variable {name} is not the same in each file of values ({}), and was taken for not known; name one file to judge with it",
                files.join(", ")
            );
            self.presumed.borrow_mut().insert(text);
            return Given::Open;
        };
        match (self.named.get(answer), givers.get(answer).copied().flatten()) {
            (Some(file), Some(expr)) => Given::Value(file, expr),
            (None, _) => Given::Nothing,
            // It may be that two files are named together.
            (Some(_), None) => match (all.as_slice(), preset) {
                ([(file, expr)], None) => Given::Value(file, expr),
                ([_, ..] | [], Some(_) | None) => Given::Open,
            },
        }
    }

    /// Whether the module can be deployed without a named file: everything that these give has a value of its own.
    fn is_whole_alone(&self) -> bool {
        let mut names =
            self.named.iter().flat_map(|file| &file.body.attributes).map(|each| each.name.as_str());
        names.all(|name| self.block("variable", &[name]).is_none() || self.variable(name).is_some())
    }

    /// The name of a file of values below the module's folder.
    fn short<'f>(&self, file: &'f File) -> &'f str {
        let folder =
            self.files.first().map_or("", |own| own.name.rsplit_once('/').map_or("", |(folder, _)| folder));
        let own = file.name.strip_prefix(folder).unwrap_or(&file.name);
        let own = own.strip_prefix('/').unwrap_or(own);
        // A revision stands before the names of its files.
        own.split_once(':').map_or(own, |(_, own)| own)
    }

    /// Whether a file gives a value to a variable of the module.
    pub(super) fn takes(&self, file: &File) -> bool {
        let names = file.body.attributes.iter().map(|each| each.name.as_str());
        names.into_iter().any(|name| self.block("variable", &[name]).is_some())
    }

    /// Notes that a value comes from a file that somebody must name.
    pub(super) fn note_named(&self, name: &str, file: &File, value: &Value<'_>) {
        if !matches!(value, Value::Null) {
            let text = format!("variable {name} is what {} gives it", file.name);
            self.presumed.borrow_mut().insert(text);
        }
    }
}
