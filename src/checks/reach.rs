//! What access there is, class by class: for comparing two sets of documents.
//!
//! A class is one concrete request that stands for all requests that the documents treat alike: for every statement that
//! allows something its principals, actions, resources and conditions, and for every demand of the contract its requests.
//! What the requests of a class get is the evaluator's answer; nothing of IAM is decided here.

mod scope;

pub use scope::Scope;

use super::layers;
use super::subject::Subject;
use crate::catalog;
use crate::contract::{Ask, Demand, Expect, Form, KeyChange, RequestTemplate};
use crate::eval::{Caller, CallerKind, Compiled, Context, Glob, Layer, NoTrace, Request, World, decide};
use crate::evidence::Role;
use crate::finding::AccessClass;
use crate::policy::{Clause, Effect, Element, PrincipalKind, Statement, arn};
use scope::Existing;
use std::collections::BTreeSet;

/// An account, a user and a service that nobody knows.
const STRANGER: &str = "999999999999";
const STRANGE_SERVICE: &str = "unheard-of.amazonaws.com";

/// Values of one condition that are looked at.
const MOST_VALUES: usize = 4;
/// Actions that one pattern is looked at with.
const MOST_ACTIONS: usize = 40;

/// Every class that the documents of a subject tell apart.
#[must_use]
pub fn classes(subject: &Subject<'_>, demands: &[Demand], scope: Scope<'_>) -> BTreeSet<AccessClass> {
    let mut out = BTreeSet::new();
    let mut existing = Existing::default();
    for demand in demands {
        of_demand(subject, demand, (scope, &mut existing), &mut out);
    }
    let words = Words::of(subject, &out);
    for document in &subject.evidence.documents {
        let is_resource = matches!(document.role, Role::BucketPolicy | Role::KeyPolicy);
        if !is_resource && document.role != Role::ReaderPolicy {
            continue;
        }
        let allows = document.policy.statements.iter().filter(|statement| statement.effect == Effect::Allow);
        for statement in allows {
            of_statement(subject, statement, is_resource, (&words, scope, &mut existing), &mut out);
        }
    }
    out
}

/// Which of the classes are allowed. Layers that nobody has seen are taken to allow, before and after alike.
#[must_use]
pub fn allowed<'c>(subject: &Subject<'_>, classes: &'c BTreeSet<AccessClass>) -> BTreeSet<&'c AccessClass> {
    let mut out = BTreeSet::new();
    let mut rest: Vec<&AccessClass> = classes.iter().collect();
    let service_of = |class: &AccessClass| class.action.split(':').next().unwrap_or_default().to_owned();
    rest.sort_by_key(|class| (class.caller.clone(), service_of(class)));
    let world = World::new();
    for group in
        rest.chunk_by(|left, right| left.caller == right.caller && service_of(left) == service_of(right))
    {
        let Some(first) = group.first() else { continue };
        let Ok(caller) = Caller::parse(&first.caller) else { continue };
        let mut layers = layers::layers(subject, &caller, &service_of(first));
        if caller.kind() != CallerKind::Service && subject.form.text("reader") != Some(&first.caller) {
            // What policies somebody else has is not known: what the resource's policy alone gives is compared.
            layers.identity = Layer::Absent;
            layers.boundary = Layer::Absent;
        }
        let set = Compiled::new(&layers);
        for class in group {
            let mut context = Context::new();
            for (key, value) in &class.context {
                context.set_one(key, value);
            }
            let is_bucket = matches!(service_of(class).as_str(), "s3" | "kms");
            let owner = subject.form.text("bucket-account").filter(|_| is_bucket);
            let owner = arn::account_of(&class.resource).or(owner);
            let request = Request::new(caller.clone(), &class.action, &class.resource, owner, context);
            if decide(&set, &request, &world, &mut NoTrace).is_allowed() {
                out.insert(*class);
            }
        }
    }
    out
}

/// Whether a class is one that the contract asks for: by its caller, one of its actions, in the form's bucket or on what the
/// demand names, and of a service on behalf of the form's account. What the reader may do is what is asked with this form;
/// what delivers may do whatever delivering takes.
#[must_use]
pub fn is_inside(subject: &Subject<'_>, demands: &[Demand], class: &AccessClass) -> bool {
    demand_of(subject, demands, class).is_some()
}

/// The demand that asks for a class, as [`is_inside`] says.
#[must_use]
pub fn demand_of<'d>(
    subject: &Subject<'_>,
    demands: &'d [Demand],
    class: &AccessClass,
) -> Option<&'d Demand> {
    let form = subject.form;
    let account = form.text("account").unwrap_or_default();
    let names_account = |key: &str| {
        class.context.iter().any(|(name, value)| name.eq_ignore_ascii_case(key) && value.contains(account))
    };
    let names = |actions: &[String]| actions.iter().any(|action| action.eq_ignore_ascii_case(&class.action));
    if class.caller.ends_with(".amazonaws.com") {
        // AWS's own policies let each of the services that deliver do all that delivering takes, whichever the export is.
        let is_own =
            !account.is_empty() && (names_account("aws:SourceAccount") || names_account("aws:SourceArn"));
        let parts = || {
            demands.iter().filter_map(|demand| {
                let (template, actions, on) = asked(subject, &demand.ask)?;
                template.caller.ends_with(".amazonaws.com").then_some((demand, template, actions, on))
            })
        };
        let is_known = is_own && parts().any(|(_, template, ..)| template.caller == class.caller);
        let fits = |(_, _, actions, on): &(_, _, &[String], &str)| {
            names(actions) && is_on(form, on, &class.resource)
        };
        // The one of its own, if there is one.
        let own = parts().find(|part| part.1.caller == class.caller && fits(part));
        let found = own.or_else(|| parts().find(fits)).filter(|_| is_known);
        return found.map(|(demand, ..)| demand);
    }
    demands.iter().find(|demand| {
        let Some((template, actions, on)) = asked(subject, &demand.ask) else { return false };
        if !crate::checks::is_asked(subject, demand) {
            return false;
        }
        let is_caller = form.fill(&template.caller).is_ok_and(|caller| caller == class.caller);
        // What is no matter of buckets and keys is one of the account.
        let is_account_wide = matches!(demand.ask, Ask::Discovery { .. })
            || !class.action.starts_with("s3:") && !class.action.starts_with("kms:");
        is_caller && names(actions) && (is_account_wide || is_on(form, on, &class.resource))
    })
}

fn is_on(form: &Form, on: &str, resource: &str) -> bool {
    let bucket = |rest: &str| form.fill(&format!("arn:{{partition}}:s3:::{{bucket}}{rest}")).ok();
    if on == "keys" {
        return bucket("/").is_some_and(|folder| resource.starts_with(&folder));
    }
    let Ok(wanted) = form.fill(&on.replace("{export-id}", "*")) else { return false };
    wanted == "*" || Glob::new(&wanted).matches(resource)
}

/// Template, actions and resource of a demand that something be allowed.
fn asked<'a>(subject: &Subject<'a>, ask: &'a Ask) -> Option<(&'a RequestTemplate, &'a [String], &'a str)> {
    match ask {
        Ask::Access { request, actions, on, expect: Expect::Allowed, .. }
        | Ask::Discovery { request, actions, on, .. } => Some((subject.requests.get(request)?, actions, on)),
        _ => None,
    }
}

fn of_demand(
    subject: &Subject<'_>,
    demand: &Demand,
    (scope, existing): (Scope<'_>, &mut Existing),
    out: &mut BTreeSet<AccessClass>,
) {
    let Some((template, actions, on)) = asked(subject, &demand.ask) else { return };
    let form = subject.form;
    let Ok(caller) = form.fill(&template.caller) else { return };
    if !scope.takes_caller(subject, &caller) {
        return;
    }
    let resources: Vec<String> = if on == "keys" {
        let arn = |key: &str| form.fill(&format!("arn:{{partition}}:s3:::{{bucket}}/{key}")).ok();
        template.keys.iter().filter_map(|key| arn(&key.example)).collect()
    } else {
        form.fill(&on.replace("{export-id}", "any-export")).ok().into_iter().collect()
    };
    let contexts = contexts_of(subject, template);
    for action in actions.iter().filter(|action| scope.takes_action(action)) {
        for resource in resources.iter().filter(|resource| existing.has(action, resource)) {
            out.extend(contexts.iter().map(|context| AccessClass {
                caller: caller.clone(),
                action: action.clone(),
                resource: resource.clone(),
                context: context.clone(),
            }));
        }
    }
}

/// The context of a template's requests, with the first and with the last option of everything unknown.
fn contexts_of(subject: &Subject<'_>, template: &RequestTemplate) -> Vec<Vec<(String, String)>> {
    let fill = |text: &str| match text {
        "{now}" => Some(subject.now.to_owned()),
        "{service-address}" => Some("52.94.76.10".to_owned()),
        other => subject.form.fill(&other.replace("{export-id}", "any-export")).ok(),
    };
    let fixed: Vec<(String, String)> = template
        .context
        .iter()
        .filter_map(|(key, value)| Some((key.clone(), fill(value).filter(|value| value != "none")?)))
        .collect();
    let with = |pick: fn(usize) -> usize| {
        let mut context = fixed.clone();
        for unknown in &template.unknowns {
            let Some(option) = unknown.options.get(pick(unknown.options.len())) else { continue };
            for (key, change) in &option.keys {
                if let KeyChange::Value(value) = change {
                    context.extend(fill(value).map(|value| (key.clone(), value)));
                }
            }
        }
        context
    };
    let mut all = vec![with(|_| 0), with(|count| count.saturating_sub(1))];
    all.dedup();
    all
}

/// Actions and resources that are spoken of anywhere.
struct Words {
    actions: BTreeSet<String>,
    action_patterns: BTreeSet<String>,
    resources: BTreeSet<String>,
}

impl Words {
    fn of(subject: &Subject<'_>, known: &BTreeSet<AccessClass>) -> Self {
        let mut actions: BTreeSet<String> = known.iter().map(|class| class.action.clone()).collect();
        let mut resources: BTreeSet<String> = known.iter().map(|class| class.resource.clone()).collect();
        let mut action_patterns = BTreeSet::new();
        let statements = subject.evidence.documents.iter().flat_map(|document| &document.policy.statements);
        for statement in statements {
            for item in statement.actions.iter().flat_map(|element| &element.items) {
                if item.value.contains(['*', '?']) {
                    action_patterns.insert(item.value.to_string());
                } else {
                    actions.insert(item.value.to_string());
                }
            }
            let items = statement.resources.iter().flat_map(|element| &element.items);
            resources.extend(items.map(|item| filled(&item.value)));
        }
        Self { actions, action_patterns, resources }
    }

    /// The actions a list names, one for each way in which the documents' patterns tell them apart.
    fn actions(&self, element: &Element) -> Vec<String> {
        let names = |action: &str| {
            element
                .items
                .iter()
                .any(|item| Glob::new(&item.value.to_ascii_lowercase()).matches(&action.to_ascii_lowercase()))
        };
        let mut out: Vec<String> =
            self.actions.iter().filter(|action| names(action) != element.negated).cloned().collect();
        if element.negated {
            return out;
        }
        let mut seen = BTreeSet::new();
        for item in element.items.iter().filter(|item| item.value.contains(['*', '?'])) {
            for (service, name) in catalog::expand(&item.value) {
                let action = format!("{service}:{name}");
                let kind = self.alike(&action);
                if seen.insert((service, kind)) && seen.len() <= MOST_ACTIONS {
                    out.push(action);
                }
            }
        }
        out
    }

    /// Which of the patterns name an action.
    fn alike(&self, action: &str) -> Vec<usize> {
        let action = action.to_ascii_lowercase();
        let patterns = self.action_patterns.iter().enumerate();
        patterns
            .filter(|(_, pattern)| Glob::new(&pattern.to_ascii_lowercase()).matches(&action))
            .map(|(at, _)| at)
            .collect()
    }

    fn resources(&self, element: &Element) -> Vec<String> {
        let names =
            |resource: &str| element.items.iter().any(|item| Glob::new(&item.value).matches(resource));
        let mut out: Vec<String> =
            self.resources.iter().filter(|resource| names(resource) != element.negated).cloned().collect();
        if !element.negated {
            out.extend(element.items.iter().map(|item| filled(&item.value)));
        }
        out.sort();
        out.dedup();
        out
    }
}

/// A text that a pattern matches, and that few others do.
fn filled(pattern: &str) -> String {
    if pattern == "*" {
        return "arn:aws:s3:::some-other-bucket/some-key".to_owned();
    }
    pattern.replace(['*', '?'], "x")
}

fn of_statement(
    subject: &Subject<'_>,
    statement: &Statement,
    is_resource: bool,
    (words, scope, existing): (&Words, Scope<'_>, &mut Existing),
    out: &mut BTreeSet<AccessClass>,
) {
    let (Some(actions), Some(resources)) = (&statement.actions, &statement.resources) else { return };
    let mut callers = if is_resource {
        callers(subject, statement)
    } else {
        subject.form.text("reader").map(str::to_owned).into_iter().collect()
    };
    callers.retain(|caller| scope.takes_caller(subject, caller));
    if callers.is_empty() {
        return;
    }
    let (actions, resources) = (words.actions(actions), words.resources(resources));
    let contexts = contexts(&statement.clauses);
    for action in actions.iter().filter(|action| scope.takes_action(action)) {
        for resource in resources.iter().filter(|resource| existing.has(action, resource)) {
            out.extend(callers.iter().flat_map(|caller| {
                contexts.iter().map(|context| AccessClass {
                    caller: caller.clone(),
                    action: action.clone(),
                    resource: resource.clone(),
                    context: context.clone(),
                })
            }));
        }
    }
}

/// Callers that a statement of a resource's policy names or stands for.
fn callers(subject: &Subject<'_>, statement: &Statement) -> Vec<String> {
    let account = subject.form.text("account").unwrap_or(STRANGER);
    let everybody = || {
        [
            String::new(),
            format!("arn:aws:iam::{account}:user/somebody-else"),
            format!("arn:aws:iam::{STRANGER}:user/stranger"),
            STRANGE_SERVICE.to_owned(),
        ]
    };
    let Some(principals) = &statement.principals else { return Vec::new() };
    let mut out = Vec::new();
    if principals.negated {
        out.extend(everybody());
        return out;
    }
    for entry in &principals.entries {
        let value = &*entry.value.value;
        match entry.kind {
            PrincipalKind::Everyone => out.extend(everybody()),
            PrincipalKind::Aws if value == "*" => out.extend(everybody()),
            PrincipalKind::Service => out.push(value.to_owned()),
            PrincipalKind::Aws if arn::is_account(value) => {
                out.push(format!("arn:aws:iam::{value}:user/somebody-else"))
            }
            PrincipalKind::Aws => match value.strip_suffix(":root") {
                Some(account) => out.push(format!("{account}:user/somebody-else")),
                None => out.push(value.to_owned()),
            },
            PrincipalKind::Federated
            | PrincipalKind::CanonicalUser
            | PrincipalKind::Bare
            | PrincipalKind::Other => {}
        }
    }
    out
}

/// Contexts in which conditions hold: with each of their first few values.
fn contexts(clauses: &[Clause]) -> Vec<Vec<(String, String)>> {
    let base = vec![("aws:SecureTransport".to_owned(), "true".to_owned())];
    let count = clauses.iter().map(|clause| clause.values.len()).max().unwrap_or(1).clamp(1, MOST_VALUES);
    let mut out = Vec::new();
    for at in 0..count {
        let mut context = base.clone();
        for clause in clauses {
            let is_positive = clause.parsed.is_some_and(|operator| !operator.negated);
            let value = clause.values.get(at).or(clause.values.last());
            let is_null = clause.operator.value.eq_ignore_ascii_case("null");
            if let (true, false, Some(value)) = (is_positive, is_null, value) {
                let key = clause.key.value.to_string();
                context.retain(|(known, _)| !known.eq_ignore_ascii_case(&key));
                context.push((key, filled(&value.value)));
            }
        }
        out.push(context);
    }
    out.dedup();
    out
}
