//! Demands answered by brute force: every request in every world, with `decide` alone.
//!
//! It shares no code with `checks`: form, layers, context and worlds are worked out here once more, as plainly as can be.

use super::circumstance::{Carried, carrying, circumstances, is_of_organization, ways};
use super::files::{compression, resources};
use crate::common::NOW;
use preflight::catalog;
use preflight::contract::{Ask, Demand, Expect, Form, KeyChange, RequestTemplate};
use preflight::eval::{
    Caller, CallerKind, Compiled, Context, ContextValue, Event, FreeAtom, Layer, LayerKind, Layers, Request,
    Trace, World, decide,
};
use preflight::evidence::{Evidence, Role};
use preflight::finding::State;
use preflight::judge::Library;
use preflight::policy::{self, FaultKind, Policy};
use preflight::source::Sources;
use preflight::syntax::read_json;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::LazyLock;

/// `NOW` in seconds since 1970.
const NOW_SECONDS: &str = "1795435200";

/// Free atoms and unseen layers that are tried out together, at most.
const WIDEST: usize = 12;

/// Requests of a demand in every combination of what is unknown, and whether that combination is presumed. They depend on
/// the form and on the keys and networks that the policies name, so few sets serve all mutants of an account.
#[derive(Default)]
pub(crate) struct Cache {
    families: BTreeMap<String, Rc<Vec<Family>>>,
}

/// The requests of one combination, and whether it is presumed.
type Family = (bool, Vec<Request>);

/// The state of a demand on access, or nothing if there are too many worlds.
pub(crate) fn state(
    library: &Library,
    form: &Form,
    evidence: &Evidence,
    demand: &Demand,
    cache: &mut Cache,
) -> Option<State> {
    let Ask::Access { request, actions, on, expect, of, context, unsure } = &demand.ask else { return None };
    // One of many resources is meant, and which is not known: there is no request to decide.
    if unsure.is_some() && on.contains('*') {
        return None;
    }
    let template = &library.requests()[request];
    let mut behalf = form.clone();
    for (name, value) in of {
        behalf = if value == "another-account" {
            assert_eq!(name, "account", "{}", demand.id);
            behalf.with("account", "999999999999").with("organization", "o-another0000")
        } else {
            behalf.with(name, value)
        };
    }
    let caller = Caller::parse(&behalf.fill(&template.caller).ok()?).ok()?;
    let service = actions[0].split(':').next()?;
    let layers = layers(form, evidence, &caller, service, template.is_foreign);
    let set = Compiled::new(&layers);
    let ids = export_ids(form, evidence);
    let puzzle = Puzzle { set: &set, template, form: &behalf, extra: context };
    let mut keys: Vec<&str> = set.keys().collect();
    keys.sort_unstable();
    let ways = ways((&set, template), (form, evidence), (&caller, service));
    let written = compression(form, evidence);
    let address = puzzle.fill("{service-address}");
    let name = format!("{} {address:?} {keys:?} {ids:?} {ways:?} {written:?}", demand.id);
    let resources: Vec<Vec<String>> = ids
        .iter()
        .map(|id| resources(form, template, &on.replace("{export-id}", id), written))
        .collect::<Option<_>>()?;
    let families = cache.families.entry(name).or_insert_with(|| {
        let family = |id: &str, resources: &[String], combination: &[usize], way: &[Carried]| {
            let made = actions.iter().flat_map(|action| {
                resources.iter().map(|resource| {
                    // What is neither the bucket nor of it belongs to who asks.
                    let of_bucket =
                        if service == "s3" { form.text("bucket-account") } else { caller.account() };
                    let owner = account_of(resource).or(of_bucket);
                    puzzle.request(&caller, (action, resource, owner), id, combination)
                })
            });
            let requests = made.flat_map(|request| carrying(&request, way));
            let mut chosen = template.unknowns.iter().zip(combination);
            let presumed =
                chosen.all(|(unknown, option)| unknown.presumed.as_ref().is_none_or(|(at, _)| at == option));
            (presumed, requests.collect())
        };
        let combinations = puzzle.combinations();
        let worlds = ids.iter().zip(&resources).flat_map(|(id, resources)| {
            let all =
                combinations.iter().flat_map(|combination| ways.iter().map(move |way| (combination, way)));
            all.map(move |(combination, way)| family(id, resources, combination, way))
        });
        Rc::new(worlds.collect())
    });
    let families = Rc::clone(families);
    let allowed = *expect == Expect::Allowed;
    let answers = answers(&set, &families, allowed)?;
    // Yes in every world is yes in every presumed one.
    let state = if answers.iter().all(|(presumed, holds)| *holds || !presumed) {
        State::Holds
    } else if answers.iter().all(|(_, holds)| !holds) {
        State::Broken
    } else {
        State::Unknown
    };
    Some(if state == State::Broken && unsure.is_some() { State::Unknown } else { state })
}

/// For each world: whether it is one that is presumed, and whether the demand holds in it.
fn answers(set: &Compiled<'_>, families: &[Family], allowed: bool) -> Option<Vec<(bool, bool)>> {
    let mut atoms: Vec<FreeAtom> = Vec::new();
    let mut unseen: Vec<LayerKind> = Vec::new();
    loop {
        let (known, layers) = (atoms.len(), unseen.len());
        if known + layers > WIDEST {
            return None;
        }
        let mut out = Vec::new();
        for bits in 0u32..1 << (known + layers) {
            let mut world = World::new();
            for (at, atom) in atoms.iter().enumerate().take(known) {
                world.set(*atom, bits & (1 << at) != 0);
            }
            for (at, layer) in unseen.iter().enumerate().take(layers) {
                world.set_unseen_denies(*layer, bits & (1 << (known + at)) != 0);
            }
            for (presumed, requests) in families {
                let mut holds = true;
                for request in requests {
                    let mut trace = Trace::default();
                    holds &= decide(set, request, &world, &mut trace).is_allowed() == allowed;
                    for event in trace.events {
                        match event {
                            Event::Free(atom) if !atoms.contains(&atom) => atoms.push(atom),
                            Event::Unseen(layer) if !unseen.contains(&layer) => unseen.push(layer),
                            _ => {}
                        }
                    }
                }
                out.push((*presumed, holds));
            }
        }
        if atoms.len() == known && unseen.len() == layers {
            return Some(out);
        }
    }
}

struct Puzzle<'a, 'p> {
    set: &'a Compiled<'p>,
    template: &'a RequestTemplate,
    form: &'a Form,
    extra: &'a [(String, String)],
}

impl Puzzle<'_, '_> {
    /// Every choice of one option for each unknown.
    fn combinations(&self) -> Vec<Vec<usize>> {
        self.template.unknowns.iter().fold(vec![Vec::new()], |combinations, unknown| {
            combinations
                .iter()
                .flat_map(|chosen| {
                    (0..unknown.options.len()).map(|option| {
                        let mut chosen = chosen.clone();
                        chosen.push(option);
                        chosen
                    })
                })
                .collect()
        })
    }

    fn request(
        &self,
        caller: &Caller,
        (action, resource, owner): (&str, &str, Option<&str>),
        id: &str,
        combination: &[usize],
    ) -> Request {
        let template = self.template;
        let mut decided: Vec<String> = Vec::new();
        let mut context = Context::new();
        for (key, value) in template.context.iter().chain(self.extra) {
            decided.push(key.to_ascii_lowercase());
            let is_foreign = key.eq_ignore_ascii_case("aws:PrincipalOrgID")
                && caller.account().is_some()
                && !is_of_organization(self.form, caller.account());
            match self.fill(value).filter(|_| !is_foreign) {
                None => context.set(key, ContextValue::Unseen),
                Some(value) if value == "none" => {}
                Some(value) => context.set_one(key, &value),
            }
        }
        if caller.account().is_some() {
            circumstances(self.form, caller, (action, resource, owner), &mut context);
        }
        for key in &template.present {
            decided.push(key.to_ascii_lowercase());
            if context.get(&key.to_ascii_lowercase()).is_none() {
                context.set(key, ContextValue::Unknown);
            }
        }
        for unknown in &template.unknowns {
            decided.extend(
                unknown.options.iter().flat_map(|o| &o.keys).map(|(key, _)| key.to_ascii_lowercase()),
            );
        }
        // An account stands for whoever of it calls.
        if template.is_foreign && caller.kind() == CallerKind::Root {
            for key in ["aws:principalarn", "aws:principaltype", "aws:userid", "aws:username"] {
                if context.get(key).is_none() {
                    context.set(key, ContextValue::Unknown);
                }
            }
        }
        let mut request = Request::new(caller.clone(), action, resource, owner, context);
        for key in self.set.keys() {
            let is_settled = request.context.get(key).is_some()
                || decided.iter().any(|name| name == key)
                || template.is_absent(key);
            let is_carried = || {
                (key.starts_with("aws:") && !is_slip(key))
                    || catalog::action(action).is_some_and(|action| action.condition_key(key).is_some())
            };
            if !is_settled && is_carried() {
                request.context.set(key, ContextValue::Unseen);
            }
        }
        for (unknown, option) in template.unknowns.iter().zip(combination) {
            for (key, change) in &unknown.options[*option].keys {
                match change {
                    KeyChange::Absent => request.context.remove(key),
                    KeyChange::List(values) => {
                        let values = values.iter().map(|value| value.as_str().into()).collect();
                        request.context.set(key, ContextValue::Many(values));
                    }
                    KeyChange::Value(value) => match self.fill(&value.replace("{export-id}", id)) {
                        Some(value) => request.context.set_one(key, &value),
                        None => request.context.set(key, ContextValue::Unknown),
                    },
                }
            }
        }
        request
    }

    fn fill(&self, template: &str) -> Option<String> {
        match template {
            "{now}" => Some(NOW.to_owned()),
            "{now-seconds}" => Some(NOW_SECONDS.to_owned()),
            // Any address of AWS's that the policies do not name.
            "{service-address}" => ["52.94.76.10", "3.5.140.20", "54.239.28.30"]
                .iter()
                .find(|address| !self.set.networks().any(|network| network.contains_text(address)))
                .or(Some(&"52.94.76.10"))
                .map(|address| (*address).to_owned()),
            other => self.form.fill(other).ok(),
        }
    }
}

thread_local! {
    static SLIPS: RefCell<BTreeMap<String, bool>> = const { RefCell::new(BTreeMap::new()) };
}

/// A slip of the pen in the name of a key makes none that anybody sends.
fn is_slip(key: &str) -> bool {
    let look = || catalog::condition_key(key).is_none() && catalog::closest_global_key(key).is_some();
    SLIPS.with(|slips| *slips.borrow_mut().entry(key.to_owned()).or_insert_with(look))
}

/// Identifiers that the export may have: one that no policy names, and each that one names behind the export's name, its
/// wildcards filled in.
fn export_ids(form: &Form, evidence: &Evidence) -> Vec<String> {
    let mut ids = vec!["3f2a9c1e-0000-4000-8000-000000000000".to_owned()];
    let before = format!("export/{}-", form.text("export-name").unwrap_or_default());
    for statement in evidence.documents.iter().flat_map(|document| &document.policy.statements) {
        let resources = statement.resources.iter().flat_map(|element| &element.items);
        for text in resources.chain(statement.clauses.iter().flat_map(|clause| &clause.values)) {
            let Some((_, id)) = text.value.split_once(&before) else { continue };
            let id = id.replace('*', "").replace('?', "0");
            if !id.is_empty() && !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    ids
}

fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}

/// The roles whose documents bear on a demand's requests.
pub(crate) fn bears(library: &Library, demand: &Demand, role: Role) -> bool {
    let Ask::Access { request, .. } = &demand.ask else { return true };
    let caller = &library.requests()[request].caller;
    matches!(role, Role::BucketPolicy | Role::KeyPolicy | Role::TrustPolicy | Role::Rcp)
        || caller == "{reader}"
}

/// What a product's own account lets it do is its own affair.
static EVERYTHING: LazyLock<Policy> = LazyLock::new(|| {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let mut sources = Sources::new();
    let source = sources.add("everything.json", text);
    policy::read(&read_json(text).root, source, 0)
});

fn layers<'a>(
    form: &Form,
    evidence: &'a Evidence,
    caller: &Caller,
    service: &str,
    foreign: bool,
) -> Layers<'a> {
    let readable = |policy: &Policy| {
        !policy.faults.iter().any(|f| matches!(f.kind, FaultKind::NotAnObject | FaultKind::MissingStatement))
    };
    let given = |role: Role| evidence.of(role).count() > 0;
    let known = |role: Role| {
        let policies = evidence.policies(role);
        (!policies.is_empty() && policies.iter().all(|policy| readable(policy))).then_some(policies)
    };
    let visible = |role: Role| known(role).map_or(Layer::NotVisible, Layer::Known);
    let presumed = |role: Role| match known(role) {
        Some(policies) => Layer::Known(policies),
        None if given(role) => Layer::NotVisible,
        None => Layer::PresumedAbsent,
    };
    let organization = |role: Role, account: Option<&str>| {
        let payer = form
            .text("management-account")
            .or_else(|| form.text("account").filter(|_| form.text("account-kind") == Some("root")));
        if form.text("organization") == Some("none") || (payer.is_some() && payer == account) {
            Layer::Absent
        } else if known(role).is_some() {
            Layer::Known(evidence.levels(role))
        } else {
            Layer::NotVisible
        }
    };
    let mut layers = Layers::none();
    layers.public_access_block = evidence.public_access_block.unwrap_or_default();
    match service {
        "s3" => layers.resource = visible(Role::BucketPolicy),
        "kms" => layers.resource = visible(Role::KeyPolicy),
        "sts" => layers.resource = visible(Role::TrustPolicy),
        _ => {}
    }
    if matches!(service, "s3" | "kms") {
        layers.rcp = organization(Role::Rcp, form.text("bucket-account"));
    }
    if service == "sts" {
        layers.rcp = organization(Role::Rcp, form.text("reader").and_then(account_of));
    }
    if foreign {
        layers.identity = Layer::Known(vec![&EVERYTHING]);
        return layers;
    }
    if matches!(caller.kind(), CallerKind::Service | CallerKind::Anonymous) {
        return layers;
    }
    layers.identity = visible(Role::ReaderPolicy);
    layers.boundary = presumed(Role::Boundary);
    // One for S3: the other services are reached past it.
    if service == "s3" {
        layers.endpoint = presumed(Role::EndpointPolicy);
    }
    // A user has no session of its own; a role has one with every call, mostly without a policy.
    if caller.kind() != CallerKind::User {
        layers.session = presumed(Role::SessionPolicy);
    } else if let Some(policies) = known(Role::SessionPolicy) {
        layers.session = Layer::Known(policies);
    }
    layers.scp = organization(Role::Scp, caller.account());
    layers
}
