//! What a contract asks that requests be allowed, and which classes are of it.

use crate::checks::subject::Subject;
use crate::contract::{Ask, Expect, Form, RequestTemplate};
use crate::eval::Glob;
use crate::finding::AccessClass;

/// Whether a class has what a product of another account shows with its requests, such as the ExternalId.
pub(super) fn shows_what_the_product_shows(
    form: &Form,
    template: &RequestTemplate,
    class: &AccessClass,
) -> bool {
    let service = class.action.split(':').next().unwrap_or_default();
    let is_of_service = |key: &str| key.split_once(':').is_some_and(|(prefix, _)| prefix == service);
    let mut shown = template.context.iter().filter(|(key, _)| template.is_foreign && is_of_service(key));
    shown.all(|(key, value)| match form.fill(value) {
        Ok(value) if value != "none" => {
            class.context.iter().any(|(name, has)| name.eq_ignore_ascii_case(key) && *has == value)
        }
        Ok(_) | Err(_) => true,
    })
}

pub(super) fn is_on(form: &Form, on: &str, resource: &str) -> bool {
    let bucket = |rest: &str| form.fill(&format!("arn:{{partition}}:s3:::{{bucket}}{rest}")).ok();
    if on == "keys" {
        return bucket("/").is_some_and(|folder| resource.starts_with(&folder));
    }
    let Ok(wanted) = form.fill(&on.replace("{export-id}", "*")) else { return false };
    wanted == "*" || Glob::new(&wanted).matches(resource)
}

/// Template, actions and resource of a demand that something be allowed.
pub(super) fn asked<'a>(
    subject: &Subject<'a>,
    ask: &'a Ask,
) -> Option<(&'a RequestTemplate, &'a [String], &'a str)> {
    match ask {
        Ask::Access { request, actions, on, expect: Expect::Allowed, .. }
        | Ask::Discovery { request, actions, on, .. } => Some((subject.requests.get(request)?, actions, on)),
        _ => None,
    }
}
