//! Finds answers about one thing that say different things: a bucket has one policy and lies in one Region, an export has
//! one definition. Which answer is the newer one, the answers do not say, so that none of them is judged.

use super::declared::{self, Differing};
use super::known::meaning;
use crate::billing::{ExportDefinition, ExportKind};
use crate::contract::Form;
use crate::evidence::{AnswerKind, Disagreement, Evidence, FormClash, PolicyDocument, Role};
use crate::policy::ArnSplit;
use crate::source::{Place, SourceId, Sources};
use crate::syntax::{Node, read_json};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Answers that a bucket, or an organization, has one of.
const SINGLE: [AnswerKind; 8] = [
    AnswerKind::BucketLocation,
    AnswerKind::OwnershipControls,
    AnswerKind::Encryption,
    AnswerKind::RequestPayment,
    AnswerKind::Lifecycle,
    AnswerKind::PolicyStatus,
    AnswerKind::BucketAcl,
    AnswerKind::Organization,
];

/// What of a definition is no setting, or changes by itself.
const NO_SETTINGS: [&str; 2] = ["ReportStatus", "Description"];

/// The evidence without what disagrees, and with the word that it does.
pub(super) fn settle<'e>(sources: &Sources, evidence: Cow<'e, Evidence>, form: &Form) -> Cow<'e, Evidence> {
    let evidence = with_listing(sources, evidence, form);
    let (evidence, mut found, mut kinds) = with_settings(sources, evidence, form);
    found.extend(policies(sources, &evidence, form));
    let (more, singles) = singles(sources, &evidence, form);
    found.extend(more);
    kinds.extend(singles);
    let (more, definitions) = definitions(sources, &evidence, form);
    found.extend(more);
    found.extend(keys(sources, &evidence, form));
    found.extend(clashes(sources, &evidence, form));
    if found.is_empty() {
        return evidence;
    }
    let mut out = evidence.into_owned();
    for kind in kinds {
        match kind {
            AnswerKind::BucketLocation => out.exports.bucket_region = None,
            AnswerKind::OwnershipControls => out.bucket.ownership = None,
            AnswerKind::Encryption => out.bucket.encryption = None,
            AnswerKind::RequestPayment => out.bucket.payer = None,
            AnswerKind::Lifecycle => out.bucket.lifecycle.clear(),
            AnswerKind::PolicyStatus => out.bucket.is_public = None,
            AnswerKind::BucketAcl => out.bucket.public_grants.clear(),
            _ => {}
        }
    }
    let mut at = 0..;
    out.exports.definitions.retain(|_| !definitions.contains(&at.next().unwrap_or_default()));
    out.disagreements = found;
    Cow::Owned(out)
}

/// The evidence without listings of other buckets, where one is at hand that may be of the form's.
fn with_listing<'e>(sources: &Sources, evidence: Cow<'e, Evidence>, form: &Form) -> Cow<'e, Evidence> {
    let Some((listing, others)) = form.text("bucket").and_then(|bucket| evidence.listing.only(bucket)) else {
        return evidence;
    };
    let mut out = evidence.into_owned();
    out.listing = listing;
    let reason = "a listing of another bucket than the form's";
    let others = others.into_iter().map(|source| (sources.get(source).name().to_owned(), reason.to_owned()));
    out.not_evaluated.extend(others);
    Cow::Owned(out)
}

/// The evidence with the settings that templates give the bucket, and which of them somebody says otherwise.
fn with_settings<'e>(
    sources: &Sources,
    evidence: Cow<'e, Evidence>,
    form: &Form,
) -> (Cow<'e, Evidence>, Vec<Disagreement>, Vec<AnswerKind>) {
    if evidence.buckets.is_empty() {
        return (evidence, Vec::new(), Vec::new());
    }
    let mut out = evidence.into_owned();
    let differing = declared::note(&mut out);
    let kinds: Vec<AnswerKind> = differing.iter().filter_map(|(setting, _)| setting.kind()).collect();
    let disagreement = |(setting, texts): Differing| {
        let call = of_bucket(setting.kind()?.name(), form);
        Some(Disagreement { call, files: names(sources, texts), role: None, form: None })
    };
    let found = differing.into_iter().filter_map(disagreement).collect();
    (Cow::Owned(out), found, kinds)
}

fn names(sources: &Sources, list: impl IntoIterator<Item = SourceId>) -> Vec<String> {
    let names: BTreeSet<String> =
        list.into_iter().map(|source| sources.get(source).name().to_owned()).collect();
    names.into_iter().collect()
}

/// The same command with the bucket it is about.
fn of_bucket(call: &str, form: &Form) -> String {
    format!("{call} --bucket {}", form.text("bucket").unwrap_or("BUCKET"))
}

/// Policies of the bucket and of its key. Those of templates are put together by who wrote the template.
fn policies(sources: &Sources, evidence: &Evidence, form: &Form) -> Vec<Disagreement> {
    let asked = [
        (Role::BucketPolicy, of_bucket("s3api get-bucket-policy", form)),
        (
            Role::KeyPolicy,
            format!(
                "kms get-key-policy --policy-name default --key-id {}",
                form.text("kms-key").unwrap_or("KEY")
            ),
        ),
    ];
    let differing = |(role, call): (Role, String)| {
        let of_role: Vec<&PolicyDocument> = evidence
            .of(role)
            .filter(|document| !document.from_template && document.attachment.is_none())
            .filter(|document| role != Role::BucketPolicy || !is_of_other_bucket(document, form))
            .collect();
        let said = |document: &PolicyDocument| -> BTreeSet<String> {
            document.policy.statements.iter().map(meaning).collect()
        };
        let first = said(of_role.first()?);
        let differs = of_role.iter().any(|document| said(document) != first);
        let files = || names(sources, of_role.iter().map(|document| document.source));
        differs.then(|| Disagreement { call, files: files(), role: Some(role), form: None })
    };
    asked.into_iter().filter_map(differing).collect()
}

/// S3 takes no policy that names another bucket than its own.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-bucket-user-policy-specifying-principal-intro.html> (checked 2026-11)
fn is_of_other_bucket(document: &PolicyDocument, form: &Form) -> bool {
    let Some(bucket) = form.text("bucket") else { return false };
    let resources = document.policy.statements.iter().flat_map(|statement| &statement.resources);
    let mut items = resources.flat_map(|element| &element.items).peekable();
    let is_other = |text: &str| {
        let arn = ArnSplit::new(text).filter(|arn| arn.service == "s3");
        let name = arn.map(|arn| arn.resource.split('/').next().unwrap_or_default().to_owned());
        name.is_some_and(|name| name != bucket && !name.contains(['*', '?', '$', '{', '<']))
    };
    items.peek().is_some() && items.all(|item| is_other(&item.value))
}

/// Answers of one kind that differ in what is asked of them.
fn singles(sources: &Sources, evidence: &Evidence, form: &Form) -> (Vec<Disagreement>, Vec<AnswerKind>) {
    let (mut found, mut kinds) = (Vec::new(), Vec::new());
    for kind in SINGLE {
        let answers: Vec<SourceId> = evidence.answers_of(kind).map(|answer| answer.source).collect();
        let [first, rest @ ..] = answers.as_slice() else { continue };
        if rest.is_empty() {
            continue;
        }
        let document = |source: SourceId| read_json(sources.get(source).text());
        let said = document(*first);
        let differs = |other: &Node<'_>| kind.keys().iter().any(|key| other.get(key) != said.root.get(key));
        if rest.iter().any(|source| differs(&document(*source).root)) {
            let call = match kind {
                AnswerKind::Organization => kind.name().to_owned(),
                _ => of_bucket(kind.name(), form),
            };
            found.push(Disagreement {
                call,
                files: names(sources, answers.iter().copied()),
                role: None,
                form: None,
            });
            kinds.push(kind);
        }
    }
    (found, kinds)
}

/// Definitions of one export that differ, by their places in the list. What one is made from, and what a run was made with,
/// is another thing than what it is.
fn definitions(sources: &Sources, evidence: &Evidence, form: &Form) -> (Vec<Disagreement>, BTreeSet<usize>) {
    let all = &evidence.exports.definitions;
    let is_input = |definition: &ExportDefinition| {
        let inputs = [AnswerKind::ExportInput, AnswerKind::ReportInput];
        inputs.iter().any(|kind| evidence.answers_of(*kind).any(|answer| answer.source == definition.source))
    };
    let mut by_export: BTreeMap<(bool, &str, &str), Vec<usize>> = BTreeMap::new();
    for (at, definition) in all.iter().enumerate() {
        if definition.from_execution || definition.resolved.is_some() || is_input(definition) {
            continue;
        }
        let legacy = definition.kind == ExportKind::Legacy;
        let arn = definition.arn.as_ref().map_or("", |arn| &arn.text);
        by_export.entry((legacy, definition.label(), arn)).or_default().push(at);
    }
    let (mut found, mut places) = (Vec::new(), BTreeSet::new());
    for ((legacy, ..), list) in by_export.into_iter().filter(|(_, list)| list.len() > 1) {
        let of = |at: &usize| all.get(*at);
        let text =
            |definition: &ExportDefinition| sources.get(definition.source).slice(definition.span).to_owned();
        let texts: Vec<String> = list.iter().filter_map(of).map(text).collect();
        let read: Vec<_> = texts.iter().map(|text| read_json(text)).collect();
        let [first, rest @ ..] = read.as_slice() else { continue };
        if rest.iter().all(|other| same_settings(&first.root, &other.root)) {
            continue;
        }
        let call = if legacy {
            "cur describe-report-definitions --region {billing-region}"
        } else {
            "bcm-data-exports get-export --region {billing-region} --export-arn ARN"
        };
        let call = form.fill(call).unwrap_or_else(|_| call.to_owned());
        let files = names(sources, list.iter().filter_map(of).map(|definition| definition.source));
        found.push(Disagreement { call, files, role: None, form: None });
        places.extend(list);
    }
    (found, places)
}

fn same_settings(one: &Node<'_>, other: &Node<'_>) -> bool {
    let names = |node: &Node<'_>| -> BTreeSet<String> {
        let members = node.as_object().unwrap_or_default().iter().map(|member| member.key.to_string());
        members.filter(|name| !NO_SETTINGS.contains(&name.as_str())).collect()
    };
    let (left, right) = (names(one), names(other));
    left == right && left.iter().all(|name| one.get(name) == other.get(name))
}

/// Access keys that are active in one answer and not in another.
fn keys(sources: &Sources, evidence: &Evidence, form: &Form) -> Option<Disagreement> {
    let keys = evidence.reader.keys.as_deref().unwrap_or_default();
    let mut known: BTreeMap<&str, (&str, SourceId)> = BTreeMap::new();
    let differing = keys.iter().find_map(|key| {
        let (id, now) = (key.id.text.as_str(), (key.status.text.as_str(), key.status.place.source));
        let before = known.insert(id, now);
        before.filter(|before| before.0 != now.0).map(|before| [before.1, now.1])
    })?;
    let user = form.fill("{reader-name}").unwrap_or_else(|_| "USER".to_owned());
    let call = format!("iam list-access-keys --user-name {user}");
    Some(Disagreement { call, files: names(sources, differing), role: None, form: None })
}

/// What the form says of the organization and AWS's answers say otherwise, for both kinds of policies that hang on it.
fn clashes(sources: &Sources, evidence: &Evidence, form: &Form) -> Vec<Disagreement> {
    let record = &evidence.organization;
    let given = |name: &str| form.get(name).filter(|_| form.is_given(name)).map(|value| value.text.clone());
    let file = |place: Place| sources.get(place.source).name().to_owned();
    let none = record.not_in_use.or(evidence.live.no_organization);
    let policies = [
        (Role::Scp, "otherwise: it is a service control policy"),
        (Role::Rcp, "otherwise: it is a resource control policy"),
    ];
    let mut found = Vec::new();
    if let Some(organization) = given("organization") {
        let is_none = organization == "none";
        let id = record.id.as_ref().filter(|id| id.text != organization);
        let id = id.map(|id| (format!("`{}`", id.text), file(id.place)));
        // An answer that names the payer answers for an organization.
        let payer = record.management.as_ref().filter(|_| is_none);
        let payer = payer.map(|payer| (format!("that `{}` pays for one", payer.text), file(payer.place)));
        let told = id.or(payer);
        let absent = none.filter(|_| !is_none).map(|place| ("that there is none".to_owned(), file(place)));
        let documents = policies.iter().filter(|_| is_none).find_map(|(role, words)| {
            let document = evidence.of(*role).find(|document| is_said(sources, document))?;
            Some(((*words).to_owned(), sources.get(document.source).name().to_owned()))
        });
        found.extend(
            told.or(absent)
                .or(documents)
                .map(|(told, file)| ("organization", organization.clone(), told, file)),
        );
    }
    if let (Some(management), Some(told)) = (given("management-account"), &record.management)
        && management != told.text
    {
        found.push(("management-account", management, format!("`{}`", told.text), file(told.place)));
    }
    let disagreement = |(name, found, told, file): &(&str, String, String, String), role| Disagreement {
        call: "organizations describe-organization".to_owned(),
        files: vec![file.clone()],
        role: Some(role),
        form: Some(FormClash { name: (*name).to_owned(), found: found.clone(), told: told.clone() }),
    };
    found.iter().flat_map(|each| [Role::Scp, Role::Rcp].map(|role| disagreement(each, role))).collect()
}

/// The form without the values that answers contradict: what hangs on them is not known.
pub(super) fn without_clashes(evidence: &Evidence, form: Form) -> Form {
    let clashes = evidence.disagreements.iter().filter_map(|each| each.form.as_ref());
    clashes.fold(form, |form, clash| form.without(&clash.name))
}

/// Whether somebody said what a policy is: the user, or AWS Organizations, which gives it with a summary.
fn is_said(sources: &Sources, document: &PolicyDocument) -> bool {
    let answer = || read_json(sources.get(document.source).text());
    !document.is_met
        || answer().root.get("Policy").is_some_and(|policy| policy.get("PolicySummary").is_some())
}
