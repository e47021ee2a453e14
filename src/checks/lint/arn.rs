//! `Resource` and `NotResource`: the six parts of an ARN against what AWS lists.

use super::doc::{Doc, Out, is_open, readable};
use super::fields::{fields, without_variable_colons};
use super::grammar::Named;
use super::kind::PolicyKind;
use super::named::is_partition;
use super::space::fill;
use crate::catalog::{self, Action, ArnPattern, ArnTemplate, Service};
use crate::eval::Glob;
use crate::eval::member::{self, Found, Language};
use crate::policy::variable::variables;
use crate::policy::{Effect, Element, Statement, Text, arn};
use crate::source::Span;
use rustc_hash::FxHashMap;

/// What the resource part of an ARN of IAM begins with; IAM refuses others when the policy is saved.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html>
/// (checked 2026-11)
const IAM_PATHS: [&str; 17] = [
    "user",
    "federated-user",
    "role",
    "group",
    "instance-profile",
    "mfa",
    "server-certificate",
    "policy",
    "sms-mfa",
    "saml-provider",
    "oidc-provider",
    "report",
    "access-report",
    "assumed-role",
    "role-template",
    "root",
    "u2f",
];

pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    partitions(doc, out);
    for statement in &doc.policy.statements {
        let Some(resources) = &statement.resources else { continue };
        for item in readable(&resources.items).filter(|item| &*item.value != "*") {
            one(doc, item, out);
        }
        reach(doc, statement, resources, out);
        star(doc, statement, resources, out);
    }
}

/// Resources of more than one partition. A policy belongs to an account, and an account to one partition.
fn partitions(doc: &Doc<'_>, out: &mut Out) {
    let elements = doc.policy.statements.iter().flat_map(|statement| &statement.resources);
    let items = elements.flat_map(|element| readable(&element.items));
    let named = items.filter_map(|item| {
        let [_, partition, ..] = arn::split(&item.value)?;
        (!is_open(partition) && is_partition(partition)).then_some((partition, item))
    });
    let mut own = doc.partition;
    for (partition, item) in named {
        let needed = *own.get_or_insert(partition);
        if partition != needed {
            let values = [("found", partition), ("needed", needed)];
            out.push("arn", "other-partition", part(doc, item, 1), &values);
        }
    }
}

fn one(doc: &Doc<'_>, item: &Text, out: &mut Out) {
    let text = &*item.value;
    let found = [("found", text)];
    // A colon of a variable is none of the ARN's.
    let hidden = without_variable_colons(text);
    let parts: Vec<&str> = fields(text, &hidden);
    let first = parts.first().copied().unwrap_or_default();
    if is_short_form(doc, text) {
        return;
    }
    if !Glob::new(first).matches("arn") {
        out.push("arn", "prefix", item.span, &found);
        return;
    }
    let (&[_, partition, service, region, account, resource], 6) =
        (<&[&str; 6]>::try_from(parts.as_slice()).unwrap_or(&["", "", "", "", "", ""]), parts.len())
    else {
        let short = parts.last() == Some(&"*")
            || (parts.len() == 3 && parts.last().is_some_and(|service| !service.is_empty()));
        let case = if short { "cut-short" } else { "field-missing" };
        out.push("arn", case, item.span, &[("found", text), ("count", &parts.len().to_string())]);
        return;
    };
    if service.is_empty() || partition.is_empty() {
        out.push("arn", "field-missing", item.span, &[("found", text), ("count", "6")]);
        return;
    }
    for (at, field) in [(1, partition), (2, service), (3, region), (4, account)] {
        if variables(field).next().is_some() && doc.policy.version.has_variables() {
            out.push("variable", "field", part(doc, item, at), &[("found", field)]);
        }
    }
    if !is_open(partition) && !is_partition(partition) {
        out.push("arn", "partition", part(doc, item, 1), &[("found", partition)]);
        return;
    }
    if !is_open(service) && service.chars().any(|c| c.is_ascii_uppercase()) {
        out.push("arn", "service-case", part(doc, item, 2), &[("found", service)]);
        return;
    }
    if !is_open(region) && !region.is_empty() && !catalog::is_region(region) {
        let date = catalog::data_version().date;
        out.push("arn", "region-unknown", part(doc, item, 3), &[("found", region), ("date", date)]);
    }
    let other = ["aws", "cloudfront", "aws-managed", "third-party"];
    if !is_open(account) && !account.is_empty() && !arn::is_account(account) && !other.contains(&account) {
        out.push("arn", "account", part(doc, item, 4), &[("found", account)]);
    }
    if is_open(service) {
        return;
    }
    if let PolicyKind::Resource(Some(own)) = doc.kind
        && own != service
        && catalog::service(own).is_some_and(|own| !own.resource_types().is_empty())
        && !names_service(own, service)
    {
        out.push("arn", "of-other-service", item.span, &[("found", text), ("service", own)]);
        return;
    }
    shape(doc, item, [partition, service, region, account, resource], out);
}

/// The form without what API Gateway knows itself: `execute-api:/STAGE/METHOD/PATH` in the policy of an API.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/openapi-extensions-policy.html> (checked 2026-11)
fn is_short_form(doc: &Doc<'_>, text: &str) -> bool {
    doc.kind == PolicyKind::Resource(Some("execute-api")) && text.starts_with("execute-api:/")
}

/// Whether the ARNs of a service may stand in the table of another.
fn names_service(own: &str, service: &str) -> bool {
    catalog::service(own).is_some_and(|own| {
        own.resource_types().iter().flat_map(|each| each.templates()).any(|template| template.is_of(service))
    })
}

/// The resource part against the templates of the service.
fn shape(doc: &Doc<'_>, item: &Text, parts: [&str; 5], out: &mut Out) {
    let [_, service, region, account, resource] = parts;
    let Some(known) = catalog::service(service) else {
        let listed = || catalog::services().any(|prefix| names_service(prefix, service));
        if !listed() {
            let date = catalog::data_version().date;
            out.push("service", "unknown", part(doc, item, 2), &[("found", service), ("date", date)]);
        }
        return;
    };
    if service == "iam" {
        let head = resource.split(['/', '*', '?', '$']).next().unwrap_or_default();
        let open = !resource.contains('/') && is_open(resource);
        if !open && !IAM_PATHS.contains(&head) {
            let span = part(doc, item, 5);
            out.push("arn", "iam-path", span, &[("found", resource)]);
            return;
        }
    }
    let pattern = ArnPattern::new(&item.value);
    let fitting: Vec<&ArnTemplate> = known
        .resource_types()
        .iter()
        .filter(|each| each.has_form(&pattern))
        .flat_map(|each| each.templates())
        .filter(|template| template.is_of(service))
        .collect();
    if known.resource_types().is_empty() || fitting.is_empty() {
        // Other services list resources of this one, too: streams of tables, for instance.
        let elsewhere = || {
            let others = catalog::services().filter(|prefix| *prefix != service).filter_map(catalog::service);
            others.flat_map(|other| other.resource_types()).any(|each| each.has_form(&pattern))
        };
        if !known.resource_types().is_empty() && !is_open(resource) && service != "iam" && !elsewhere() {
            out.push(
                "arn",
                "resource-form",
                part(doc, item, 5),
                &[("found", resource), ("service", known.name())],
            );
        }
        return;
    }
    for (at, value, not_allowed, missing) in [
        (3, region, "region-not-allowed", "region-missing"),
        (4, account, "account-not-allowed", "account-missing"),
    ] {
        let fixed = fitting.iter().all(|template| template.is_empty(at));
        let needed = fitting.iter().all(|template| !template.is_empty(at));
        let literal = !value.trim_matches('*').is_empty() && !value.contains("${");
        // IAM refuses it for S3 and for itself; for others it is saved and matches nothing.
        let refused = matches!(service, "s3" | "iam");
        if fixed && literal && refused {
            out.push("arn", not_allowed, part(doc, item, at), &[("found", value), ("service", known.name())]);
        } else if fixed && literal {
            let values = [("found", &*item.value), ("service", known.name())];
            out.push("arn", "resource-form", part(doc, item, at), &values);
        } else if needed
            && value.is_empty()
            && !(at == 4 && is_of_aws(service, resource))
            && !(at == 3 && WITH_GLOBAL_RESOURCES.contains(&service))
        {
            let values = [("found", &*item.value), ("service", known.name())];
            out.push("arn", missing, item.span, &values);
        }
    }
}

/// Services of which AWS itself owns resources; the ARNs of those have no account.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html> and AWS's managed
/// policies, such as `AmazonSSMAutomationRole` (checked 2026-11)
const WITH_RESOURCES_OF_AWS: [&str; 2] = ["ssm", "resource-explorer-2"];

/// Services with resources in no Region, which AWS's reference does not list apart: quotas of IAM and AWS Organizations.
/// <https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ServiceQuota.html> (`GlobalQuota`, checked 2026-11)
const WITH_GLOBAL_RESOURCES: [&str; 1] = ["servicequotas"];

/// Whether a resource part may name what AWS owns: `document/AWS-RunShellScript`, `parameter/aws/service/*`.
fn is_of_aws(service: &str, resource: &str) -> bool {
    let name = resource.split_once(['/', ':']).map_or("", |(_, name)| name).to_ascii_lowercase();
    WITH_RESOURCES_OF_AWS.contains(&service)
        && (["aws", "amazon"].iter().any(|start| name.starts_with(start)) || is_wide(&name))
}

/// The place of one part of an ARN, where the text is written without escapes; else all of it.
fn part(doc: &Doc<'_>, item: &Text, at: usize) -> Span {
    let raw = doc.text.slice(item.span);
    let inner = raw.get(1..raw.len().saturating_sub(1));
    let range = arn::ranges(&without_variable_colons(&item.value)).and_then(|ranges| ranges.get(at).cloned());
    match range {
        Some(range) if inner == Some(&*item.value) && !range.is_empty() => {
            let start = item.span.range().start + 1;
            Span::new(start + range.start, start + range.end)
        }
        Some(_) | None => item.span,
    }
}

/// Actions that reach none of the resources they stand beside.
fn reach(doc: &Doc<'_>, statement: &Statement, resources: &Element, out: &mut Out) {
    let Some(actions) = statement.actions.as_ref().filter(|actions| !actions.negated) else { return };
    // Whether it denies nothing or gives nothing is another fault.
    if statement.effect_hole.is_some() {
        return;
    }
    if resources.negated || resources.items.is_empty() || doc.kind == PolicyKind::Resource(Some("s3")) {
        return;
    }
    let anything = readable(&resources.items)
        .any(|item| is_wide(&item.value) || is_short_form(doc, &item.value))
        || resources.items.iter().any(|item| item.kind == crate::policy::TextKind::Unreadable);
    if anything {
        return;
    }
    let deny = statement.effect == Effect::Deny;
    let named = Named::new(resources);
    let mut collections: FxHashMap<&str, bool> = FxHashMap::default();
    for item in readable(&actions.items).filter(|item| &*item.value != "*" && !item.value.contains("${")) {
        let mut idle = Vec::new();
        let mut all = 0usize;
        let known = catalog::expansion(&item.value);
        let none = known.is_some_and(|known| !known.resource_types().iter().any(|each| named.takes(each)));
        for action in catalog::expand(&item.value) {
            all += 1;
            let reaches = if action.has_resources() {
                !none && named.take(action)
            } else {
                let service = action.service();
                *collections.entry(service.prefix()).or_insert_with(|| takes_collection(service, resources))
            };
            if !reaches {
                idle.push(action.name());
            }
        }
        if all == 0 || idle.is_empty() {
            continue;
        }
        if idle.len() == all {
            let needed = needs(&item.value);
            let case = if deny { "denies-nothing" } else { "reaches-nothing" };
            out.push("arn", case, item.span, &[("found", &item.value), ("needed", &needed)])
                .related(resources.span, "none of these is one");
        } else {
            let (some, all) = (idle.len().to_string(), all.to_string());
            let values = [("found", &*item.value), ("count", some.as_str()), ("all", all.as_str())];
            out.push("arn", "partly-idle", item.span, &values)
                .note(format!("among them `{}`", idle.first().copied().unwrap_or_default()));
        }
    }
}

/// Services that AWS lists without resources, and the service whose resources they are asked about: the channels of a session of
/// Systems Manager.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-quickstart.html> (checked 2026-11)
const ASKS_ABOUT_OTHERS: [(&str, &str); 1] = [("ssmmessages", "ssm")];

/// Whether AWS may ask for an action of a service that has no resources about what one of these is. Its table demands `*`; what is asked about is
/// for many services the collection, with no name in it: `arn:aws:iam::111122223333:user/` for `iam:ListUsers`, `arn:aws:s3:::*`
/// for `s3:ListAllMyBuckets`. EC2 asks about `*` alone.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html> and
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policy-structure.html> (checked 2026-11)
fn takes_collection(service: &'static Service, resources: &Element) -> bool {
    let heads = || service.resource_types().iter().flat_map(|each| each.templates());
    let is_collection = |item: &Text| {
        let Some([_, _, of, _, _, resource]) = arn::split(&item.value) else { return is_wide(&item.value) };
        if ASKS_ABOUT_OTHERS.contains(&(service.prefix(), of)) {
            return true;
        }
        let Some((head, _)) = resource.split_once('*') else { return false };
        let is_head = |template: &ArnTemplate| template.beginning() == head || template.emptied() == head;
        (is_wide(of) || of == service.prefix()) && (head.is_empty() || heads().any(is_head))
    };
    service.prefix() != "ec2" && readable(&resources.items).any(is_collection)
}

/// What an action works on, for people.
fn needs(pattern: &str) -> String {
    let known = catalog::expansion(pattern);
    let mut types: Vec<&str> = match &known {
        Some(known) => known.resource_types().iter().map(|each| each.name()).collect(),
        None => catalog::expand(pattern)
            .flat_map(|action| action.resource_types().map(|each| each.resource_type.name()))
            .collect(),
    };
    types.sort_unstable();
    types.dedup();
    types.truncate(3);
    if types.is_empty() { "`*`".to_owned() } else { types.join(", ") }
}

fn is_wide(pattern: &str) -> bool {
    pattern == "*" || pattern.trim_matches('*').is_empty()
}

/// `*`, and patterns that are no narrower.
fn star(doc: &Doc<'_>, statement: &Statement, resources: &Element, out: &mut Out) {
    if statement.effect != Effect::Allow || resources.negated || !doc.kind.grants() {
        return;
    }
    if doc.kind.has_principal() {
        // The policy hangs at one resource; `*` is that one.
        return;
    }
    let Some(actions) = statement.actions.as_ref().filter(|actions| !actions.negated) else { return };
    let scoped = || {
        readable(&actions.items)
            .filter(|item| &*item.value != "*")
            .flat_map(|item| catalog::expand(&item.value))
            .filter(|action| action.has_resources())
    };
    for item in readable(&resources.items) {
        if is_wide(&item.value) {
            if let Some(first) = scoped().next().map(Action::full_name) {
                let values = [("found", &*item.value), ("action", first.as_str())];
                out.push("arn", "star", item.span, &values)
                    .note(format!("{} of its actions can be kept to named resources", scoped().count()));
            }
        } else if is_effectively_everything(&item.value) {
            out.push("arn", "effectively-star", item.span, &[("found", &item.value)]);
        }
    }
}

/// Whether a pattern holds every resource of a type in every account: no ARN of the type and partition lies outside of it.
fn is_effectively_everything(pattern: &str) -> bool {
    let Some([_, partition, service, _, _, resource]) = arn::split(pattern) else { return false };
    if pattern.contains("${") || !pattern.contains('*') {
        return false;
    }
    let partition = if is_open(partition) { "aws" } else { partition };
    let (glob, language) = (Glob::new(pattern), Language::glob(pattern));
    let types = catalog::service(service).into_iter().flat_map(Service::resource_types);
    // What the pattern begins with has to be what the form begins with: a quick no for nearly all.
    let beginning = resource.split(['*', '?']).next().unwrap_or_default();
    types
        .flat_map(|each| each.templates())
        .filter(|template| template.is_of(service) && template.beginning().starts_with(beginning))
        .any(|template| {
            let template = template.text();
            let wide = fill(template, "*").replacen("arn:aws:", &format!("arn:{partition}:"), 1);
            // What covers a pattern takes its very text, too: a quick no for nearly all types.
            glob.matches(&wide)
                && matches!(member::string(&[&Language::glob(&wide)], &[&language]), Found::Nothing)
        })
}
