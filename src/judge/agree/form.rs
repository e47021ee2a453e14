//! What the connection form says and answers say otherwise.

use crate::contract::Form;
use crate::evidence::{Disagreement, Evidence, FormClash, PolicyDocument, Role, may_be_one_key};
use crate::finding::shell_word;
use crate::source::{Place, Sources};
use crate::syntax::read_json;

/// What the form says of the organization and AWS's answers say otherwise, for both kinds of policies that hang on it.
pub(super) fn clashes(sources: &Sources, evidence: &Evidence, form: &Form) -> Vec<Disagreement> {
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
    let all = found.iter().flat_map(|each| [Role::Scp, Role::Rcp].map(|role| disagreement(each, role)));
    all.chain(key(sources, evidence, form)).collect()
}

/// A KMS key of the form that is not the one with which a delivered object was written.
fn key(sources: &Sources, evidence: &Evidence, form: &Form) -> Option<Disagreement> {
    let typed = form.get("kms-key").filter(|_| form.is_given("kms-key"))?;
    let other = evidence.bucket.object_keys.iter().find(|key| !may_be_one_key(&key.text, &typed.text))?;
    let bucket = form.text("bucket").map_or_else(|| "BUCKET".to_owned(), shell_word);
    Some(Disagreement {
        call: format!("s3api head-object --bucket {bucket} --key KEY"),
        files: vec![sources.get(other.place.source).name().to_owned()],
        role: None,
        form: Some(FormClash {
            name: "kms-key".to_owned(),
            found: typed.text.clone(),
            told: format!("`{}`", other.text),
        }),
    })
}

/// The form without the values that answers contradict: what hangs on them is not known.
pub(in super::super) fn without_clashes(evidence: &Evidence, form: Form) -> Form {
    let clashes = evidence.disagreements.iter().filter_map(|each| each.form.as_ref());
    clashes.fold(form, |form, clash| form.without(&clash.name))
}

/// Whether somebody said what a policy is: the user, or AWS Organizations, which gives it with a summary.
fn is_said(sources: &Sources, document: &PolicyDocument) -> bool {
    let answer = || read_json(sources.get(document.source).text());
    !document.is_met
        || answer().root.get("Policy").is_some_and(|policy| policy.get("PolicySummary").is_some())
}
