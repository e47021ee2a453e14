//! Resource types and the shape of their ARNs.

use super::glob::{self, Case, Class, Empty, Token};
use super::key::ConditionKey;
use super::service::{self, Service};
use std::cell::OnceCell;
use std::sync::OnceLock;

/// A resource type of a service.
#[derive(Debug)]
pub struct ResourceType {
    service: &'static Service,
    name: &'static str,
    arns: &'static str,
    keys: &'static str,
    templates: OnceLock<Vec<ArnTemplate>>,
}

/// A `Resource` pattern of a policy, taken apart once for being held against many types: `*` and `?` are wildcards, and a
/// policy variable stands for anything.
#[derive(Debug)]
pub struct ArnPattern<'p> {
    text: &'p str,
    /// The first five fields and the resource part, where none of the five has a wildcard or variable: a wildcard would
    /// reach over the colons.
    fields: Option<([&'p str; 5], &'p str)>,
    /// The tokens of the resource part, or of the whole where the fields are not plain.
    tokens: OnceCell<Vec<Token>>,
}

impl<'p> ArnPattern<'p> {
    /// Takes a pattern apart.
    #[must_use]
    pub fn new(text: &'p str) -> Self {
        Self { text, fields: plain_fields(text), tokens: OnceCell::new() }
    }

    fn tokens(&self) -> &[Token] {
        let text = self.fields.map_or(self.text, |(_, resource)| resource);
        self.tokens.get_or_init(|| glob::pattern(text, Case::Sensitive))
    }
}

/// An ARN template of AWS's tables, taken apart: `arn:${Partition}:s3:::${BucketName}`.
#[derive(Debug)]
pub struct ArnTemplate {
    text: &'static str,
    fields: [Field; 5],
    /// The resource part.
    form: &'static str,
    tokens: OnceLock<Vec<Token>>,
    whole: OnceLock<Vec<Token>>,
}

/// A field of a template before the resource part.
#[derive(Debug, Clone, Copy)]
enum Field {
    /// This text.
    Fixed(&'static str),
    /// Any text.
    Hole,
    /// Text and holes.
    Mixed(&'static str),
}

impl ArnTemplate {
    fn read(text: &'static str) -> Self {
        let mut fields = text.splitn(6, ':');
        let mut field = || match fields.next().unwrap_or_default() {
            "*" => Field::Hole,
            hole if hole.starts_with("${") && hole.ends_with('}') && hole.matches("${").count() == 1 => {
                Field::Hole
            }
            mixed if mixed.contains(['$', '<']) => Field::Mixed(mixed),
            fixed => Field::Fixed(fixed),
        };
        let taken = [field(), field(), field(), field(), field()];
        Self {
            text,
            fields: taken,
            form: fields.next().unwrap_or_default(),
            tokens: OnceLock::new(),
            whole: OnceLock::new(),
        }
    }

    /// The template as AWS writes it.
    #[must_use]
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// Whether it is about resources of this service, by the third field. Types of one service may name those of another.
    #[must_use]
    pub fn is_of(&self, service: &str) -> bool {
        matches!(self.fields, [_, _, Field::Fixed(listed), ..] if listed == service)
    }

    /// Whether a field before the resource part is empty: the fourth is the Region, the fifth the account.
    #[must_use]
    pub fn is_empty(&self, field: usize) -> bool {
        matches!(self.fields.get(field), Some(Field::Fixed("")) | None)
    }

    /// What the resource part begins with, up to its first hole.
    #[must_use]
    pub fn beginning(&self) -> &'static str {
        self.form.split(['$', '<', '*']).next().unwrap_or_default()
    }

    /// The resource part with nothing in its holes: what is asked about is this where no resource has a name yet.
    #[must_use]
    pub fn emptied(&self) -> String {
        let mut out = String::new();
        let mut rest = self.form;
        while let Some(at) = rest.find(['$', '<', '*']) {
            let (before, hole) = rest.split_at(at);
            out.push_str(before);
            let end = hole.find(['}', '>']).filter(|_| !hole.starts_with('*')).unwrap_or(0);
            rest = hole.get(end + 1..).unwrap_or_default();
        }
        out + rest
    }

    /// Whether the fields before the resource part fit. Field by field it is what `overlap` says of the whole: no field of a
    /// template before the resource part takes a colon.
    fn takes(&self, fields: [&str; 5]) -> bool {
        self.fields.iter().zip(fields).all(|(listed, field)| match listed {
            Field::Fixed(fixed) => *fixed == field,
            Field::Hole => true,
            Field::Mixed(mixed) => {
                glob::overlap(&glob::literal(field, Case::Sensitive), &field_tokens(mixed))
            }
        })
    }

    /// The tokens of all fields.
    fn whole(&self) -> &[Token] {
        self.whole.get_or_init(|| tokens(self.text))
    }

    /// The tokens of the resource part.
    fn tokens(&self) -> &[Token] {
        self.tokens.get_or_init(|| resource_tokens(self.form))
    }
}

impl ResourceType {
    /// Reads a row of the file: name, templates, keys.
    pub(super) fn read(service: &'static Service, row: &'static str) -> Option<Self> {
        let mut fields = row.split('\t');
        let (name, arns) = (fields.next()?, fields.next()?);
        Some(Self {
            service,
            name,
            arns,
            keys: fields.next().unwrap_or_default(),
            templates: OnceLock::new(),
        })
    }

    /// The name in AWS's table: `bucket`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The ARN templates, as AWS writes them: `arn:${Partition}:s3:::${BucketName}`. Nearly always one.
    pub fn arns(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.arns.split(", ")
    }

    /// Condition keys that a request for such a resource carries, whatever the action.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static ConditionKey> + use<> {
        service::keys_at(self.service, self.keys)
    }

    /// Whether a concrete ARN has the shape of this type.
    ///
    /// A hole before the resource part stands for any text without a colon, also none. In the resource part it stands for
    /// any text but none, `/` and `:` included, because AWS's tables do not say which holes end at them (`${LogGroupName}`
    /// does not). Only `${BucketName}` ends at `/`: a bucket's name has none
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>, checked 2026-11). So an ARN may have
    /// the shape of several types; no fitting type is the strong answer.
    #[must_use]
    pub fn matches(&self, arn: &str) -> bool {
        self.fits(&glob::literal(arn, Case::Sensitive))
    }

    /// Whether some ARN of this type fits a pattern.
    #[must_use]
    pub fn overlaps(&self, pattern: &ArnPattern<'_>) -> bool {
        match pattern.fields {
            Some((fields, _)) => self
                .templates()
                .iter()
                .any(|template| template.takes(fields) && glob::overlap(pattern.tokens(), template.tokens())),
            None => self.fits(pattern.tokens()),
        }
    }

    /// Whether some resource of this type is called by what stands behind the account in a pattern, and belongs to the same
    /// service, whatever its partition, region and account are.
    #[must_use]
    pub fn has_form(&self, pattern: &ArnPattern<'_>) -> bool {
        let (service, resource) = match pattern.fields {
            Some(([_, _, service, ..], resource)) => (service, resource),
            None => {
                let mut fields = pattern.text.splitn(6, ':').skip(2);
                (fields.next().unwrap_or_default(), fields.nth(2).unwrap_or_default())
            }
        };
        let own = OnceCell::new();
        let tokens = || match pattern.fields {
            Some(_) => pattern.tokens(),
            None => own.get_or_init(|| glob::pattern(resource, Case::Sensitive)).as_slice(),
        };
        self.templates()
            .iter()
            .any(|template| template.is_of(service) && glob::overlap(tokens(), template.tokens()))
    }

    /// The ARN templates, taken apart.
    #[must_use]
    pub fn templates(&self) -> &[ArnTemplate] {
        self.templates.get_or_init(|| self.arns().map(ArnTemplate::read).collect())
    }

    fn fits(&self, text: &[Token]) -> bool {
        self.templates().iter().any(|template| glob::overlap(text, template.whole()))
    }
}

/// The first five fields of a pattern and its resource part, where none of the five has a wildcard or variable: a wildcard
/// would reach over the colons.
fn plain_fields(pattern: &str) -> Option<([&str; 5], &str)> {
    let mut rest = pattern.splitn(6, ':');
    let mut fields = [""; 5];
    for field in &mut fields {
        *field = rest.next()?;
    }
    let resource = rest.next()?;
    let is_plain = !fields.iter().any(|field| field.contains(['*', '?', '$']));
    is_plain.then_some((fields, resource))
}

fn field_tokens(field: &str) -> Vec<Token> {
    glob::template(field, Case::Sensitive, |_| (Class::Not(b':'), Empty::Possible))
}

fn resource_tokens(form: &str) -> Vec<Token> {
    glob::template(form, Case::Sensitive, |hole| (resource_hole(hole), Empty::Never))
}

fn tokens(template: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (number, field) in template.splitn(6, ':').enumerate() {
        if number > 0 {
            tokens.push(Token::Literal(b':'));
        }
        if number < 5 {
            // NOTE: four templates have a bare `*` here; like a hole it ends at the colon.
            let field = if field == "*" { "${Any}" } else { field };
            tokens.extend(field_tokens(field));
        } else {
            tokens.extend(resource_tokens(field));
        }
    }
    tokens
}

fn resource_hole(name: &str) -> Class {
    if name == "BucketName" { Class::Not(b'/') } else { Class::Any }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A template with every hole filled in.
    fn filled(template: &str, with: &str) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, behind)) = rest.split_once("${") {
            out.push_str(before);
            out.push_str(with);
            rest = behind.split_once('}').unwrap().1;
        }
        out + rest
    }

    #[test]
    fn field_by_field_is_as_the_whole() {
        let mut compared = 0;
        for service in super::super::services().step_by(2).filter_map(super::super::service) {
            let types = service.resource_types();
            let patterns: Vec<String> = types
                .iter()
                .flat_map(ResourceType::arns)
                .take(3)
                .flat_map(|template| {
                    let other =
                        template.replacen("${Region}", "", 1).replacen("${Account}", "123456789012", 1);
                    [
                        filled(template, "x"),
                        filled(template, ""),
                        filled(&other, "*"),
                        filled(&other, "a/b:c"),
                    ]
                })
                .collect();
            for kind in types.iter().take(3) {
                for pattern in &patterns {
                    let whole = kind.fits(&glob::pattern(pattern, Case::Sensitive));
                    assert_eq!(kind.overlaps(&ArnPattern::new(pattern)), whole, "{} {pattern}", kind.name());
                    compared += 1;
                }
            }
        }
        assert!(compared > 3_000, "{compared}");
    }
}
