//! Resource types and the shape of their ARNs.

use super::glob::{self, Case, Class, Empty, Token};
use super::key::ConditionKey;
use super::service::{self, Service};
use std::cell::OnceCell;

/// A resource type of a service.
#[derive(Debug)]
pub struct ResourceType {
    service: &'static Service,
    name: &'static str,
    arns: &'static str,
    keys: &'static str,
}

impl ResourceType {
    /// Reads a row of the file: name, templates, keys.
    pub(super) fn read(service: &'static Service, row: &'static str) -> Option<Self> {
        let mut fields = row.split('\t');
        let (name, arns) = (fields.next()?, fields.next()?);
        Some(Self { service, name, arns, keys: fields.next().unwrap_or_default() })
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

    /// Whether some ARN of this type fits the `Resource` pattern of a policy: `*` and `?` are wildcards, and a policy
    /// variable stands for anything.
    #[must_use]
    pub fn overlaps(&self, pattern: &str) -> bool {
        match plain_fields(pattern) {
            Some((fields, resource)) => {
                let tokens = OnceCell::new();
                let resource = || tokens.get_or_init(|| glob::pattern(resource, Case::Sensitive)).as_slice();
                self.arns().any(|template| {
                    fields_fit(template, fields)
                        .is_some_and(|form| glob::overlap(resource(), &resource_tokens(form)))
                })
            }
            None => self.fits(&glob::pattern(pattern, Case::Sensitive)),
        }
    }

    /// Whether some resource of this type is called by what stands behind the account in an ARN of a service, whatever its
    /// partition, region and account are.
    #[must_use]
    pub fn has_form(&self, service: &str, resource: &str) -> bool {
        let resource = glob::pattern(resource, Case::Sensitive);
        self.arns().any(|template| {
            let mut fields = template.splitn(6, ':').skip(2);
            fields.next() == Some(service)
                && fields.nth(2).is_some_and(|form| glob::overlap(&resource, &resource_tokens(form)))
        })
    }

    fn fits(&self, text: &[Token]) -> bool {
        self.arns().any(|template| glob::overlap(text, &tokens(template)))
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

/// The resource part of a template whose other fields fit. Field by field it is what `overlap` says of the whole: no field of
/// a template before the resource part takes a colon.
fn fields_fit(template: &'static str, fields: [&str; 5]) -> Option<&'static str> {
    let mut listed = template.splitn(6, ':');
    let fit = fields.iter().all(|field| match listed.next() {
        Some(hole) if hole == "*" || hole.contains(['$', '<']) => {
            let hole = if hole == "*" { "${Any}" } else { hole };
            hole.starts_with("${") && hole.ends_with('}') && hole.matches("${").count() == 1
                || glob::overlap(&glob::literal(field, Case::Sensitive), &field_tokens(hole))
        }
        listed => listed == Some(field),
    });
    if fit { listed.next() } else { None }
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
                    assert_eq!(kind.overlaps(pattern), whole, "{} {pattern}", kind.name());
                    compared += 1;
                }
            }
        }
        assert!(compared > 3_000, "{compared}");
    }
}
