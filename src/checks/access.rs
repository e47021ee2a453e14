//! Whether a request is allowed, in every world.

use super::context::{EXPORT_ID, FRESH_ID, Maker, ORGANIZATION};
use super::explain;
use super::export;
use super::filled;
use super::homes;
use super::layers;
use super::others::everything;
use super::subject::{Assumption, FactRef, Outcome, Subject};
use super::unnamed;
use crate::contract::{Ask, Expect, Form, RequestTemplate};
use crate::eval::{
    Answer, Caller, Compiled, Dependence, ElementKind, ElementRef, FreeFact, Layer, Member, Question,
    Unknown, World, ask,
};
use crate::evidence::{EncryptionRecord, Role};
use crate::finding::State;
use crate::policy::{Effect, arn};

/// `on` of a demand about the files that go with some outputs.
const COMPANION_KEYS: &str = "companion-keys";

/// Form values that a policy may well not depend on: where they are missing, a stand-in is asked for, and only a No is
/// uncertain.
const STAND_INS: [(&str, &str); 3] = [
    ("export-name", "any-export"),
    ("export-path", "any-path"),
    (KMS_KEY, "arn:aws:kms:us-east-1:{bucket-account}:key/any-key"),
];

/// The form's value for the key of the bucket.
const KMS_KEY: &str = "kms-key";

/// Services whose resources belong to the bucket's owner, without their ARNs saying so.
const OF_THE_BUCKET: [&str; 2] = ["s3", "kms"];

/// Asks; of a reader whom nobody named for everybody whom it may be, and of exports in a Region that nobody knows for every one.
pub(super) fn check(subject: &Subject<'_>, demand: &Ask) -> Outcome {
    unnamed::check(subject, demand, |subject, demand| homes::check(subject, demand, of_one))
}

/// Asks. Where the product looks for folders below the path that was typed first, and below a shorter one then, both listings
/// must be allowed.
fn of_one(subject: &Subject<'_>, demand: &Ask) -> Outcome {
    let outcome = ask_once(subject, demand);
    let Ask::Access { context, .. } = demand else { return outcome };
    let form = subject.form;
    let (Some(used), Some(typed), Some(name)) =
        (form.text("used-path"), form.text("export-path"), form.text("export-name"))
    else {
        return outcome;
    };
    let is_looked_at =
        typed.trim_end_matches('/').strip_prefix(used).and_then(|rest| rest.strip_prefix('/')) == Some(name);
    if outcome.state != Some(State::Holds)
        || !is_looked_at
        || !context.iter().any(|(_, template)| template == "{root}/")
    {
        return outcome;
    }
    let form = form.with("used-path", typed.trim_end_matches('/'));
    let before = ask_once(&Subject { form: &form, ..*subject }, demand);
    if before.state == Some(State::Holds) { outcome } else { before }
}

fn ask_once(subject: &Subject<'_>, demand: &Ask) -> Outcome {
    let Ask::Access { request, actions, on, expect, of, context, unsure } = demand else {
        return Outcome::of(State::Unknown);
    };
    let Some(template) = subject.requests.get(request) else { return Outcome::of(State::Unknown) };
    let (form, stood_in) = stand_in(subject.form);
    let behalf = on_behalf(&form, of);
    let missing = |names: Vec<String>| Outcome {
        facts: names.iter().map(|name| FactRef::with("form", "name", name)).collect(),
        ..Outcome::of(State::Unknown)
    };
    let caller = match behalf.fill(&template.caller) {
        Ok(text) => match Caller::parse(&text) {
            // A product's account calls with whatever identity the product likes.
            Ok(caller) if template.is_foreign => caller.in_some_session().as_somebody(),
            Ok(caller) => caller.in_some_session(),
            Err(_) => {
                let name = template.caller.trim_matches(['{', '}']);
                let values = vec![("name".to_owned(), name.to_owned()), ("found".to_owned(), text)];
                let fact = FactRef { id: "form-not-a-caller".to_owned(), values };
                return Outcome { facts: vec![fact], ..Outcome::of(State::Unknown) };
            }
        },
        Err(names) => return missing(names),
    };
    // Whose request it is, and whose bucket, nothing can stand in for.
    if form.text("account").is_none() {
        return missing(vec!["account".to_owned()]);
    }
    let service = actions.first().and_then(|action| action.split(':').next()).unwrap_or_default();
    let mut layers = layers::layers(subject, &caller, service);
    if is_of_another_bucket(on, service) {
        // The bucket policy at hand is not its own.
        layers.resource = Layer::PresumedAbsent;
        layers.rcp = layers::organization(subject, Role::Rcp, form.text("account"));
    }
    // What the product's own account lets it do is its own affair.
    let all = subject.evidence.documents.first().map(|document| everything(document.source));
    if template.is_foreign {
        layers.identity = all.as_ref().map_or(Layer::Absent, |all| Layer::Known(vec![all]));
        layers.boundary = Layer::Absent;
        layers.session = Layer::Absent;
        layers.scp = Layer::Absent;
    }
    let set = Compiled::new(&layers);
    let files = export::files(subject);
    let maker = Maker { subject, template, form: &behalf, extra: context };
    let members = |id: &str| -> Result<Vec<Member>, Vec<String>> {
        let resources = resources(&form, template, &on.replace(EXPORT_ID, id), &files)?;
        let all = actions
            .iter()
            .flat_map(|action| resources.iter().map(move |(resource, example)| (action, resource, example)));
        let request = |(action, resource, example): (&String, &String, &Option<String>)| {
            let owner = owner_of(&form, resource, on, service);
            let request = maker.request(&set, &caller, action, resource, owner).over(resource);
            Member { request, example: example.as_deref().map(Into::into) }
        };
        Ok(all.map(request).collect())
    };
    let ids = maker.export_ids(&set);
    let fresh = match members(FRESH_ID) {
        Ok(members) => members,
        Err(names) => return missing(names),
    };
    let owner = fresh.first().and_then(|member| member.request.resource_account.clone());
    let mut question = Question {
        members: fresh,
        unknowns: maker.unknowns(&set, &caller, owner.as_deref()),
        allowed: *expect == Expect::Allowed,
        base: World::new(),
    };
    let mut answer = ask(&set, &question);
    let mut facts: Vec<FactRef> = Vec::new();
    if matches!(answer, Answer::Fails { .. }) {
        // The export may have one of the identifiers that a policy names.
        let other_id_differs = on.contains(EXPORT_ID)
            && ids.iter().skip(1).any(|id| {
                let question = Question { members: members(id).unwrap_or_default(), ..question.clone() };
                !matches!(ask(&set, &question), Answer::Fails { .. })
            });
        if other_id_differs {
            return Outcome { facts: vec![FactRef::new("export-id")], ..Outcome::of(State::Unknown) };
        }
        let named = |name: &str| names_hole(on, template, name);
        // Keys of the request whose values stand in, too.
        let keys = |name: &str| -> Vec<&str> {
            let asked = template.context.iter().chain(context);
            asked.filter(|(_, value)| has_hole(value, name)).map(|(key, _)| key.as_str()).collect()
        };
        let is_asked = |name: &&&str| {
            named(name) || keys(name).iter().any(|key| set.keys().any(|own| own.eq_ignore_ascii_case(key)))
        };
        let open: Vec<&str> = stood_in.iter().filter(is_asked).copied().collect();
        let loose: Vec<&str> = open.iter().flat_map(|name| keys(name)).collect();
        facts.extend(open.iter().map(|name| missing_value(subject, name)));
        if !facts.is_empty() {
            // What stood in may be why. If it fails with every Allow reaching the resource, it is not.
            question.base = reaching(&set, &loose);
            answer = ask(&set, &question);
        }
    }
    let case = explain::Case { subject, template, set: &set, question: &question, expect };
    let mut outcome = outcome(&case, &answer, service, &maker);
    if outcome.state == Some(State::Broken) {
        // A delivered object shows what AWS does not say.
        let is_shown = subject.evidence.bucket.object.as_ref().is_some_and(EncryptionRecord::is_kms);
        let open = unsure.iter().filter(|fact| !(is_shown && *fact == "delivery-encryption"));
        // Of many resources one is meant, and which is not known: nothing is open where none of them is allowed.
        let opposite = || Question { allowed: !question.allowed, ..question.clone() };
        let is_any = !on.contains('*') || !matches!(ask(&set, &opposite()), Answer::Holds { .. });
        facts = open.filter(|_| is_any).map(|fact| FactRef::new(fact)).collect();
        if !facts.is_empty() {
            outcome = Outcome { facts, ..Outcome::of(State::Unknown) };
        }
    } else if !facts.is_empty() {
        facts.extend(outcome.facts);
        outcome = Outcome { facts, ..Outcome::of(State::Unknown) };
    }
    outcome
}

/// The fact that waits for a value of the form; of a key that somebody names by an alias, which key that is.
fn missing_value(subject: &Subject<'_>, name: &str) -> FactRef {
    let said = subject.evidence.bucket.key().map(|key| key.text.as_str());
    let named = subject.form.text(KMS_KEY).or(said).filter(|text| arn::is_key_alias(text));
    match named.filter(|_| name == KMS_KEY) {
        Some(alias) => FactRef::with("kms-alias", "alias", alias.rsplit(':').next().unwrap_or(alias)),
        None => FactRef::with("form", "name", name),
    }
}

/// A world in which every Allow reaches the resource asked for, and in which conditions on some keys stand in nobody's way.
fn reaching(set: &Compiled<'_>, loose: &[&str]) -> World {
    let mut world = World::new();
    for statement in set.statement_ids() {
        let (_, origin) = set.origin(statement);
        let is_allow = origin.effect == Effect::Allow;
        if is_allow {
            world.force(ElementRef { statement, element: ElementKind::Resource }, true);
        }
        for (at, clause) in (0..).zip(&origin.clauses) {
            if loose.iter().any(|key| clause.key.value.eq_ignore_ascii_case(key)) {
                world.force(ElementRef { statement, element: ElementKind::Clause(at) }, is_allow);
            }
        }
    }
    world
}

/// Whether the resources of a demand depend on a form value.
fn names_hole(on: &str, template: &RequestTemplate, name: &str) -> bool {
    has_hole(on, name) || (is_keys(on) && template.keys.iter().any(|key| has_hole(&key.pattern, name)))
}

fn has_hole(text: &str, name: &str) -> bool {
    let in_root = matches!(name, "export-name" | "export-path");
    text.contains(&format!("{{{name}}}")) || (in_root && text.contains("{root}"))
}

/// The form with stand-ins, and the names of what stands in.
pub(super) fn stand_in(form: &Form) -> (Form, Vec<&'static str>) {
    let mut out = form.clone();
    let mut names = Vec::new();
    for (name, value) in STAND_INS {
        // An alias is no key: requests are about the key that it names.
        if form.text(name).is_none_or(|text| name == KMS_KEY && arn::is_key_alias(text)) {
            let value = form.fill(value).unwrap_or_else(|_| value.to_owned());
            out = out.with(name, &value);
            names.push(name);
        }
    }
    (out, names)
}

pub(super) fn other_account(form: &Form) -> &'static str {
    if form.text("account") == Some("999999999999") { "888888888888" } else { "999999999999" }
}

/// Whether a demand is about object keys: those of the request with the files that the export's outputs bring along, or the
/// latter alone, whatever the outputs are.
pub(super) fn is_keys(on: &str) -> bool {
    on == "keys" || on == COMPANION_KEYS
}

/// Whether a demand is about a bucket that is not the form's, such as one for the results of queries.
fn is_of_another_bucket(on: &str, service: &str) -> bool {
    service == "s3" && !is_keys(on) && !on.contains("{bucket}")
}

/// The account of a resource. The form's bucket and its key have one of their own; other buckets are the form's account's, and
/// what is no matter of a bucket is one of the caller's own account.
pub(super) fn owner_of<'a>(form: &'a Form, resource: &'a str, on: &str, service: &str) -> Option<&'a str> {
    let of_bucket = || match OF_THE_BUCKET.contains(&service) {
        true if is_of_another_bucket(on, service) => form.text("account"),
        true => form.text("bucket-account"),
        false => None,
    };
    arn::account_of(resource).or_else(of_bucket)
}

/// The form with the values that a demand asks with instead.
pub(super) fn on_behalf(form: &Form, of: &[(String, String)]) -> Form {
    of.iter().fold(form.clone(), |form, (name, value)| match value.as_str() {
        "another-account" => form.with(name, other_account(&form)).with("organization", "o-another0000"),
        value => form.with(name, value),
    })
}

/// The resources of a demand: each a pattern or an ARN, with an example where it is a pattern.
pub(super) fn resources(
    form: &Form,
    template: &RequestTemplate,
    on: &str,
    files: &export::Files<'_>,
) -> Result<Vec<(String, Option<String>)>, Vec<String>> {
    if !is_keys(on) {
        return form.fill(on).map(|resource| vec![(resource, None)]);
    }
    let legacy = form.text("export-type") == Some("cur-legacy") && !template.keys_legacy.is_empty();
    let keys = if legacy { &template.keys_legacy } else { &template.keys };
    let arn = |key: &str| form.fill(&format!("arn:{{partition}}:s3:::{{bucket}}/{key}"));
    let companions = template
        .companions
        .iter()
        .filter(|companion| on == COMPANION_KEYS || files.are_for(&companion.output));
    let data = keys.iter().filter(|key| on != COMPANION_KEYS && files.have(key, keys));
    let keys = data.chain(companions.map(|companion| &companion.key));
    keys.map(|key| Ok((arn(&key.pattern)?, Some(arn(&key.example)?)))).collect()
}

fn outcome(case: &explain::Case<'_, '_>, answer: &Answer, service: &str, maker: &Maker<'_>) -> Outcome {
    let question = case.question;
    match answer {
        Answer::Holds { presumed, presumed_layers } => {
            let mut assumed: Vec<Assumption> = presumed
                .iter()
                .filter_map(|at| question.unknowns.get(*at))
                .filter_map(|unknown| presumption(case.subject, unknown))
                .collect();
            assumed.extend(presumed_layers.iter().map(|layer| Assumption {
                text: case.subject.phrases.say("layer-presumed-absent", &[("layer", layer.name())]),
                source: None,
            }));
            Outcome { assumed, detail: detail(case.subject, question), ..Outcome::of(State::Holds) }
        }
        Answer::Fails { witness, others } => {
            let causes =
                if case.subject.explains { explain::broken(case, witness, others) } else { Vec::new() };
            Outcome { causes, ..Outcome::of(State::Broken) }
        }
        Answer::Depends { on, witness } => {
            let facts = facts(case, on, service, maker);
            let telling = on.iter().any(|each| !matches!(each, Dependence::Unseen(_)));
            let causes =
                if telling && case.subject.explains { explain::unsure(case, witness) } else { Vec::new() };
            Outcome { causes, facts, ..Outcome::of(State::Unknown) }
        }
        Answer::GaveUp { on } => {
            let mut facts = facts(case, on, service, maker);
            facts.push(FactRef::new("too-many-cases"));
            Outcome { facts, ..Outcome::of(State::Unknown) }
        }
    }
}

/// What the presumed option of an unknown says, with where it comes from.
fn presumption(subject: &Subject<'_>, unknown: &Unknown) -> Option<Assumption> {
    let option = unknown.options.get(unknown.presumed?)?;
    let mut templates = subject.requests.values().flat_map(|request| &request.unknowns);
    let source = templates
        .find(|template| template.fact == unknown.fact && template.presumed.is_some())
        .and_then(|template| template.presumed.as_ref().map(|(_, source)| source.clone()));
    Some(Assumption { text: option.label.clone(), source })
}

fn detail(subject: &Subject<'_>, question: &Question) -> Option<String> {
    let spaces: Vec<&str> = question
        .members
        .iter()
        .filter(|member| member.request.space.is_some())
        .filter_map(|member| member.request.resource.split_once(":::").map(|(_, key)| key))
        .collect();
    let (first, rest) = spaces.split_first()?;
    if !question.allowed {
        return None;
    }
    Some(match rest.len() {
        0 => subject.phrases.say("proved-for-one", &[("first", first)]),
        more => subject.phrases.say("proved-for-more", &[("first", first), ("more", &more.to_string())]),
    })
}

fn facts(case: &explain::Case<'_, '_>, on: &[Dependence], service: &str, maker: &Maker<'_>) -> Vec<FactRef> {
    let mut callers = case.question.members.iter().map(|member| &member.request.caller);
    let foreign = callers.find_map(|caller| maker.foreign_account(caller));
    let foreign = |key: &str| foreign.filter(|_| key.eq_ignore_ascii_case(ORGANIZATION));
    let first = case.question.members.first().map(|member| &member.request);
    let is_somebody = first.is_some_and(|request| request.caller.is_somebody());
    let asked = first.map(|request| &request.context);
    let context = asked.cloned().unwrap_or_default();
    let mut facts: Vec<FactRef> = on
        .iter()
        .map(|each| match each {
            Dependence::Unknown(at) => {
                FactRef::new(case.question.unknowns.get(*at).map_or("condition-key", |unknown| &unknown.fact))
            }
            Dependence::Unseen(layer) => layers::fact(case.subject, *layer, service),
            Dependence::Free(atom) => match case.set.describe_in(*atom, &context) {
                FreeFact::Key("aws:sourceip") => FactRef::new("source-ip"),
                FreeFact::Key(key) => match (maker.waits_for(key), foreign(key)) {
                    (Some(name), _) => FactRef::with("form", "name", &name),
                    (None, Some(account)) => FactRef::with("account-organization", "name", account),
                    (None, None) => maker.fact(key, first),
                },
                FreeFact::Clause(clause) if clause.parsed.is_some() => maker.fact(&clause.key.value, first),
                FreeFact::Clause(clause) => FactRef::with("undefined-condition", "key", &clause.key.value),
                FreeFact::Chain if is_somebody => FactRef::new("product-identity"),
                FreeFact::Chain => FactRef::new("principal-chain"),
                FreeFact::Hole(names) => filled::fact(case.subject, names),
                FreeFact::Text(_) => FactRef::new("unreadable-text"),
            },
        })
        .collect();
    facts.sort();
    facts.dedup();
    facts
}
