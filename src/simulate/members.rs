//! Actions and resources of a question, and the requests that they make.

use super::Question;
use super::context::{self, Given};
use super::fault::Fault;
use crate::catalog;
use crate::eval::member::Language;
use crate::eval::{
    Caller, CallerClass, Carriage, Compiled, ContextValue, Glob, Request, actions as alike, carriage, shape,
    written,
};
use crate::policy::arn;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// One action on one resource, or on each of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) action: String,
    /// As people read it.
    pub(super) resource: String,
    /// The resources, where there are many: those that all of these hold.
    space: Option<Vec<Language>>,
}

impl Ask {
    pub(super) fn service(&self) -> String {
        self.action.split(':').next().unwrap_or_default().to_ascii_lowercase()
    }

    pub(super) fn is_many(&self) -> bool {
        self.space.is_some()
    }
}

/// The asks of each service.
pub(super) fn by_service(asks: Vec<Ask>) -> BTreeMap<String, Vec<Ask>> {
    let mut all: BTreeMap<String, Vec<Ask>> = BTreeMap::new();
    for ask in asks {
        all.entry(ask.service()).or_default().push(ask);
    }
    all
}

pub(super) fn resources(question: &Question) -> Result<Vec<String>, Fault> {
    if let Some(account) = question.resource_account.as_deref().filter(|account| !arn::is_account(account)) {
        return Err(Fault::Account(account.to_owned()));
    }
    if question.resources.is_empty() {
        return Ok(vec!["*".to_owned()]);
    }
    for text in &question.resources {
        let parts = arn::split(text);
        let whole = matches!(parts, Some(["arn", partition, service, ..]) if !partition.is_empty() && !service.is_empty());
        if whole || text == "*" {
            continue;
        }
        let hint = if let Some(path) = text.strip_prefix("s3://") {
            Some(format!("arn:aws:s3:::{path}"))
        } else if !text.is_empty()
            && !text.contains([':', ' '])
            && question.actions.iter().any(|action| action.starts_with("s3:"))
        {
            Some(format!("arn:aws:s3:::{text}"))
        } else {
            None
        };
        return Err(Fault::Resource { found: text.clone(), hint });
    }
    Ok(question.resources.clone())
}

pub(super) fn actions(
    question: &Question,
    resources: &[String],
    notes: &mut Vec<String>,
) -> Result<Vec<Ask>, Fault> {
    if question.actions.is_empty() {
        return Err(Fault::NoAction);
    }
    let mut asks: Vec<Ask> = Vec::new();
    for text in &question.actions {
        let text = text.trim();
        let many = text.contains(['*', '?']);
        let before = asks.len();
        for name in names(text, notes)? {
            let of_name = asks.len();
            let mut refused = None;
            for resource in resources {
                match places(question, &name, resource) {
                    Ok(mut more) => asks.append(&mut more),
                    Err(fault) => refused = refused.or(Some(fault)),
                }
            }
            // Of several resources some are meant for other actions; of a pattern, some actions for other resources.
            if let Some(fault) = refused.filter(|_| !many && asks.len() == of_name) {
                return Err(fault);
            }
        }
        if many && asks.len() == before {
            return Err(Fault::NobodyAsked(text.to_owned()));
        }
    }
    asks.iter().filter(|ask| ask.resource == "*" && resources.iter().any(|each| each != "*")).for_each(
        |ask| {
            notes.push(format!(
                "`{}` has no resource of its own; it is asked on `*`, as AWS does",
                ask.action
            ));
        },
    );
    // Only what is asked of one action can be asked twice.
    let mut of_action: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    let mut unlike: Vec<Ask> = Vec::new();
    for ask in asks {
        let known = of_action.entry(ask.action.clone()).or_default();
        if !known.iter().any(|at| unlike.get(*at) == Some(&ask)) {
            known.push(unlike.len());
            unlike.push(ask);
        }
    }
    Ok(unlike)
}

/// The full names of the actions that a text means.
fn names(text: &str, notes: &mut Vec<String>) -> Result<Vec<String>, Fault> {
    if text.contains(['*', '?']) {
        let all: Vec<String> = catalog::expand(text).map(catalog::Action::full_name).collect();
        return if all.is_empty() { Err(Fault::ActionPattern(text.to_owned())) } else { Ok(all) };
    }
    let Some((prefix, name)) =
        text.split_once(':').filter(|(prefix, name)| !prefix.is_empty() && !name.is_empty())
    else {
        return Err(Fault::ActionShape(text.to_owned()));
    };
    let Some(service) = catalog::service(prefix) else {
        let suggestion = catalog::closest_service(prefix).map(|near| format!("{near}:{name}"));
        return Err(Fault::Service { found: prefix.to_owned(), action: text.to_owned(), suggestion });
    };
    if let Some(action) = service.action(name) {
        return Ok(vec![format!("{}:{}", service.prefix(), action.name())]);
    }
    if let Some(near) = catalog::closest_action(prefix, name) {
        let suggestion = Some(format!("{}:{near}", service.prefix()));
        return Err(Fault::Action { found: text.to_owned(), suggestion });
    }
    if name.contains([' ', ',', ':', '/']) {
        return Err(Fault::Action { found: text.to_owned(), suggestion: None });
    }
    notes.push(format!(
        "`{text}` is not in the catalog of AWS's actions ({}); it was asked as it stands",
        catalog::data_version().date
    ));
    Ok(vec![text.to_owned()])
}

/// The requests of one action for one resource of the question.
fn places(question: &Question, action: &str, resource: &str) -> Result<Vec<Ask>, Fault> {
    let ask = |resource: &str, space| Ask { action: action.to_owned(), resource: resource.to_owned(), space };
    let many = resource.contains(['*', '?']);
    let Some(known) = catalog::action(action) else {
        let space = many.then(|| vec![Language::glob(resource)]);
        return Ok(vec![ask(resource, space)]);
    };
    let mut types: Vec<_> = known.resource_types().map(|each| each.resource_type).collect();
    types.dedup_by_key(|each| each.name());
    if types.is_empty() {
        let fits = resource == "*" || !question.actions.iter().any(|text| text.contains(['*', '?']));
        return if fits { Ok(vec![ask("*", None)]) } else { Err(Fault::NobodyAsked(action.to_owned())) };
    }
    let partition = partition(question);
    let mut asks = Vec::new();
    let pattern = catalog::ArnPattern::new(resource);
    for each in types.iter().filter(|each| each.overlaps(&pattern)) {
        if !many {
            return Ok(vec![ask(resource, None)]);
        }
        for template in each.arns() {
            let shape = shape(template, &partition);
            let shown = if resource == "*" { written(template, &partition) } else { resource.to_owned() };
            let space = vec![Language::glob(resource), shape];
            // Thousands of actions are asked about on everything; of these nothing has to be looked for.
            let meets = || crate::eval::member::string(&space.iter().collect::<Vec<_>>(), &[]);
            if resource == "*" || meets() != crate::eval::member::Found::Nothing {
                asks.push(ask(&shown, Some(space)));
            }
        }
    }
    if asks.is_empty() {
        let on: Vec<String> = types
            .iter()
            .take(3)
            .flat_map(|each| each.arns().map(|arn| format!("`{}`", written(arn, &partition))))
            .collect();
        return Err(Fault::ResourceType {
            action: action.to_owned(),
            found: resource.to_owned(),
            on: on.join(" or "),
        });
    }
    Ok(asks)
}

fn partition(question: &Question) -> String {
    let of = |text: &String| match arn::split(text) {
        Some(["arn", partition, ..]) if !partition.contains(['*', '?']) => Some(partition.to_owned()),
        Some(_) | None => None,
    };
    question
        .resources
        .iter()
        .find_map(of)
        .or_else(|| of(&question.principal))
        .unwrap_or_else(|| "aws".to_owned())
}

/// The actions that the policies tell apart, with all their names.
pub(super) fn classes(set: &Compiled<'_>, caller: &Caller, asks: &[&Ask]) -> Vec<(Ask, Vec<String>)> {
    let mut places: Vec<Vec<&Ask>> = Vec::new();
    let mut by_resource: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for ask in asks {
        let known = by_resource.entry(&ask.resource).or_default();
        let is_here = |at: &usize| {
            places.get(*at).and_then(|here| here.first()).is_some_and(|first| first.space == ask.space)
        };
        match known.iter().find(|at| is_here(at)).copied().and_then(|at| places.get_mut(at)) {
            Some(here) => here.push(ask),
            None => {
                known.push(places.len());
                places.push(vec![ask]);
            }
        }
    }
    let keys: Vec<&str> = set.keys().collect();
    let mut out = Vec::new();
    for here in places {
        let marked = here.iter().map(|ask| {
            let carried: Vec<Carriage> = keys.iter().map(|key| carriage(caller, &ask.action, key)).collect();
            (ask.action.clone(), carried)
        });
        for class in alike(&[set], marked) {
            let first = class.names.first().and_then(|name| here.iter().find(|ask| ask.action == *name));
            if let Some(ask) = first {
                out.push(((**ask).clone(), class.names));
            }
        }
    }
    out
}

/// The request of an action.
pub(super) fn request(
    set: &Compiled<'_>,
    class: &CallerClass,
    ask: &Ask,
    owner: Option<&str>,
    (given, question): (&Given, &Question),
) -> Request {
    let (context, removed) = context::context(set, class, &ask.action, given, &question.now);
    let mut request = Request::new(class.caller.clone(), &ask.action, &ask.resource, owner, context);
    for key in removed {
        request.context.remove(&key);
    }
    let Some(space) = &ask.space else { return request };
    let mut space = space.clone();
    if let (Some(owner), Some([.., account, _])) = (owner, arn::split(&ask.resource))
        && !account.is_empty()
        && Glob::new(account).matches(owner)
    {
        let any = || Glob::Any;
        if [class.caller.account(), question.resource_account.as_deref(), Some(account)]
            .contains(&Some(owner))
        {
            // Resources of other accounts would have other owners.
            space.push(Language::arn(&[any(), any(), any(), any(), Glob::new(owner), any()]));
        } else {
            // Any of these accounts, none of which is the caller's.
            for key in ["aws:ResourceAccount", "s3:ResourceAccount"] {
                if request.context.get(&key.to_ascii_lowercase()).is_some() {
                    request.context.set(key, ContextValue::Within(Language::glob(account)));
                }
            }
        }
    }
    request.within(space, &ask.resource)
}
