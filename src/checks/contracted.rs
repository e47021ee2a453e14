//! What a contract asks to be allowed, as access: who, what, on what.
//!
//! It says what is inside the contract when two sets of documents are compared; whether any of it is allowed is not asked here.

use super::access::{is_keys, on_behalf, resources};
use super::export::Files;
use super::subject::Subject;
use crate::contract::{Ask, Demand, Expect, Form, RequestTemplate};
use crate::eval::member::{Found, Language, string};
use crate::eval::{Caller, CallerKind, Glob};

/// Access that a demand is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contracted {
    /// An ARN or a service.
    pub caller: String,
    /// What for.
    pub actions: Vec<String>,
    /// On what, a pattern.
    pub resource: String,
    /// Condition keys of the action's service that a product of another account shows, such as its ExternalId, with their
    /// values.
    pub shown: Vec<(String, String)>,
}

impl Contracted {
    /// Whether a service is let in.
    #[must_use]
    pub fn is_service(&self) -> bool {
        is_service(&self.caller)
    }
}

/// Whether a caller, as requests name it, is a service of AWS.
#[must_use]
pub fn is_service(caller: &str) -> bool {
    Caller::parse(caller).is_ok_and(|caller| caller.kind() == CallerKind::Service)
}

/// Everything that demands ask to be allowed. What the reader may do is what is asked with this form; what delivers may do
/// whatever delivering takes, whichever the export is: AWS's own policies let each of the services that deliver do all of it.
#[must_use]
pub fn contracted(subject: &Subject<'_>, demands: &[Demand]) -> Vec<Contracted> {
    let form = subject.form;
    let mut out = Vec::new();
    let mut services: Vec<String> = Vec::new();
    let mut deliveries: Vec<(Vec<String>, String)> = Vec::new();
    for demand in demands {
        let Some((template, actions, on, of)) = allowing(subject, &demand.ask) else { continue };
        let form = &on_behalf(form, of);
        let Ok(caller) = form.fill(&template.caller) else { continue };
        let is_delivery = is_service(&caller);
        if !is_delivery && !super::is_asked(subject, demand) {
            continue;
        }
        // What is no matter of buckets and keys is one of the account.
        let of_bucket = |action: &String| action.starts_with("s3:") || action.starts_with("kms:");
        let is_wide = matches!(demand.ask, Ask::Discovery { .. }) || !actions.iter().all(of_bucket);
        let resource = match on {
            _ if is_wide => Ok("*".to_owned()),
            "keys" | "companion-keys" => form.fill("arn:{partition}:s3:::{bucket}/*"),
            on => form.fill(&on.replace("{export-id}", "*")),
        };
        let Ok(resource) = resource else { continue };
        if is_delivery {
            services.push(caller);
            deliveries.push((actions.to_vec(), resource));
        } else {
            let shown = shown(form, template, actions);
            out.push(Contracted { caller, actions: actions.to_vec(), resource, shown });
        }
    }
    services.sort();
    services.dedup();
    for caller in services {
        out.extend(deliveries.iter().map(|(actions, resource)| Contracted {
            caller: caller.clone(),
            actions: actions.clone(),
            resource: resource.clone(),
            shown: Vec::new(),
        }));
    }
    out.sort();
    out.dedup();
    out
}

/// One request, for asking which demand it is of.
#[derive(Debug, Clone, Copy)]
pub struct Single<'r> {
    /// An ARN or a service.
    pub caller: &'r str,
    /// `s3:GetObject`
    pub action: &'r str,
    /// An ARN; a pattern where many are meant.
    pub resource: &'r str,
    /// The keys that are known, with their values.
    pub context: &'r [(String, String)],
}

/// The demand that asks for a request to be allowed, as [`contracted`] says what is asked. A service acts on behalf of the
/// form's account.
#[must_use]
pub fn demand_of<'d>(
    subject: &Subject<'_>,
    demands: &'d [Demand],
    request: &Single<'_>,
) -> Option<&'d Demand> {
    let form = subject.form;
    let fits = |access: &Contracted| {
        let is_action = access.actions.iter().any(|action| action.eq_ignore_ascii_case(request.action));
        is_action && (access.resource == "*" || Glob::new(&access.resource).matches(request.resource))
    };
    let of = |demand: &'d Demand| contracted(subject, std::slice::from_ref(demand));
    if request.caller.ends_with(".amazonaws.com") {
        let account = form.text("account").filter(|account| !account.is_empty())?;
        let names_account = |key: &str| {
            let mut context = request.context.iter();
            context.any(|(name, value)| name.eq_ignore_ascii_case(key) && value.contains(account))
        };
        if !names_account("aws:SourceAccount") && !names_account("aws:SourceArn") {
            return None;
        }
        let is_own = |access: &Contracted| access.caller == request.caller;
        let is_known = demands.iter().any(|demand| of(demand).iter().any(is_own));
        // The one of its own, if there is one; else of the other service that delivers.
        let own = demands.iter().find(|demand| of(demand).iter().any(|each| is_own(each) && fits(each)));
        let of_service = |each: &Contracted| each.is_service() && fits(each);
        return own
            .or_else(|| demands.iter().find(|demand| of(demand).iter().any(of_service)))
            .filter(|_| is_known);
    }
    let shows = |access: &Contracted| {
        access.shown.iter().all(|(key, value)| {
            let mut context = request.context.iter();
            context.any(|(name, has)| name.eq_ignore_ascii_case(key) && has == value)
        })
    };
    demands.iter().find(|demand| {
        of(demand).iter().any(|each| each.caller == request.caller && fits(each) && shows(each))
    })
}

/// Whether some of what a demand asks for lies among resources, given as a pattern. Keys are those of the form's export: access to
/// others in its bucket is no part of what a reader needs.
#[must_use]
pub fn reaches(subject: &Subject<'_>, demand: &Demand, pattern: &str) -> bool {
    let Some((template, _, on, of)) = allowing(subject, &demand.ask) else { return true };
    if !is_keys(on) {
        return true;
    }
    let Ok(asked) = resources(&on_behalf(subject.form, of), template, on, &Files::default()) else {
        return true;
    };
    let own = Language::glob(pattern);
    let meets = |(other, _): &(String, Option<String>)| {
        string(&[&own, &Language::glob(other)], &[]) != Found::Nothing
    };
    asked.is_empty() || asked.iter().any(meets)
}

/// What a product of another account shows with its requests and others do not: what comes from the form.
fn shown(form: &Form, template: &RequestTemplate, actions: &[String]) -> Vec<(String, String)> {
    let services: Vec<&str> = actions.iter().filter_map(|action| action.split(':').next()).collect();
    let is_of_service = |key: &str| key.split_once(':').is_some_and(|(prefix, _)| services.contains(&prefix));
    let is_own = |value: &str| value.contains('{');
    let shown = template.context.iter().filter(|(key, value)| is_of_service(key) && is_own(value));
    shown
        .filter(|_| template.is_foreign)
        .filter_map(|(key, value)| Some((key.clone(), form.fill(value).ok()?)))
        .filter(|(_, value)| value != "none")
        .collect()
}

/// What a demand that something be allowed asks: template, actions, resource, and the values it asks with instead of the form's.
type Allowing<'a> = (&'a RequestTemplate, &'a [String], &'a str, &'a [(String, String)]);

fn allowing<'a>(subject: &Subject<'a>, ask: &'a Ask) -> Option<Allowing<'a>> {
    match ask {
        Ask::Access { request, actions, on, expect: Expect::Allowed, of, .. } => {
            Some((subject.requests.get(request)?, actions, on, of))
        }
        Ask::Discovery { request, actions, on, .. } => {
            Some((subject.requests.get(request)?, actions, on, &[]))
        }
        _ => None,
    }
}
