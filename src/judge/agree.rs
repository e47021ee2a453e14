//! Finds answers about one thing that say different things: a bucket has one policy and lies in one Region, an export has
//! one definition. Which answer is the newer one, the answers do not say, so that none of them is judged.

mod answers;
mod claims;
mod documents;
mod exports;
mod form;

pub(super) use form::without_clashes;

use super::declared;
use crate::contract::Form;
use crate::evidence::{AnswerKind, BoundaryRecord, Disagreement, Evidence, Listing, Role};
use crate::source::{SourceId, Sources};
use claims::{Claims, Clash, Thing};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The evidence without what disagrees, and with the word that it does.
pub(super) fn settle<'e>(sources: &Sources, evidence: Cow<'e, Evidence>, form: &Form) -> Cow<'e, Evidence> {
    let evidence = with_listing(sources, evidence, form);
    let evidence = with_bucket_policy(sources, evidence, form);
    let evidence = with_exports(sources, evidence, form);
    let (evidence, of_templates) = with_settings(evidence);
    let mut claims = Claims::default();
    documents::claim(sources, &evidence, form, &mut claims);
    answers::claim(sources, &evidence, form, &mut claims);
    exports::claim(sources, &evidence, form, &mut claims);
    let mut clashes = claims.clashes();
    clashes.extend(of_templates);
    let of_form = form::clashes(sources, &evidence, form);
    if clashes.is_empty() && of_form.is_empty() {
        return evidence;
    }
    let mut out = evidence.into_owned();
    for clash in &clashes {
        forget(&mut out, clash);
    }
    let mut found: Vec<Disagreement> = Vec::new();
    for each in clashes.iter().map(|clash| clash.disagreement(sources, form)).chain(of_form) {
        if !found.contains(&each) {
            found.push(each);
        }
    }
    out.disagreements = found;
    Cow::Owned(out)
}

/// Takes away what different things are said of. Policies stay where they are pointed at: their layer is not known.
fn forget(out: &mut Evidence, clash: &Clash) {
    match &clash.thing {
        Thing::Single(AnswerKind::BucketLocation) => out.exports.bucket_region = None,
        Thing::Single(AnswerKind::OwnershipControls) => out.bucket.ownership = None,
        Thing::Single(AnswerKind::Key) => out.bucket.keys.clear(),
        Thing::Single(AnswerKind::Encryption) => out.bucket.encryption = None,
        Thing::Single(AnswerKind::RequestPayment) => out.bucket.payer = None,
        Thing::Single(AnswerKind::Lifecycle) => out.bucket.lifecycle.clear(),
        Thing::Single(AnswerKind::PolicyStatus) => out.bucket.is_public = None,
        Thing::Single(AnswerKind::BucketAcl) => out.bucket.public_grants.clear(),
        Thing::Single(AnswerKind::AccountSummary) => out.reader.root_keys = None,
        Thing::Single(_) => {}
        Thing::Boundary | Thing::Policy(Role::Boundary) => out.reader.boundary = BoundaryRecord::Refused,
        Thing::Policy(_) | Thing::Named(..) => {}
        Thing::Reader => out.reader.holders.retain(|holder| holder.arn != clash.about),
        Thing::Attached(_) | Thing::Inline(_) | Thing::Groups | Thing::Details => {}
        Thing::Keys | Thing::Credentials => (out.reader.keys, out.reader.keys_place) = (None, None),
        Thing::Accounts => (out.organization.accounts, out.organization.list) = (None, None),
        Thing::PolicyTypes => out.organization.policy_types = None,
        Thing::Exports(legacy) | Thing::Export(legacy) => exports::forget(out, *legacy, &clash.about),
        Thing::Listing => out.listing = Listing::default(),
    }
}

/// The evidence without listings of other buckets, where one is at hand that may be of the form's.
fn with_listing<'e>(sources: &Sources, evidence: Cow<'e, Evidence>, form: &Form) -> Cow<'e, Evidence> {
    let Some((listing, others)) = form.text("bucket").and_then(|bucket| evidence.listing.only(bucket)) else {
        return evidence;
    };
    let mut out = evidence.into_owned();
    out.listing = listing;
    leave_out(sources, &mut out, others, "a listing of another bucket than the form's");
    Cow::Owned(out)
}

/// The same of policies that AWS gave of other buckets.
fn with_bucket_policy<'e>(sources: &Sources, evidence: Cow<'e, Evidence>, form: &Form) -> Cow<'e, Evidence> {
    let others = documents::of_other_buckets(sources, &evidence, form);
    if others.is_empty() {
        return evidence;
    }
    let mut out = evidence.into_owned();
    out.documents
        .retain(|document| document.role != Role::BucketPolicy || !others.contains(&document.source));
    leave_out(
        sources,
        &mut out,
        others,
        "the policy of another bucket than the form's, by the resources that it names",
    );
    Cow::Owned(out)
}

/// The same of exports of other accounts, where the form's account has one of the same name.
fn with_exports<'e>(sources: &Sources, evidence: Cow<'e, Evidence>, form: &Form) -> Cow<'e, Evidence> {
    let others = exports::of_other_accounts(&evidence, form);
    if others.is_empty() {
        return evidence;
    }
    let mut out = evidence.into_owned();
    out.exports.definitions.retain(|each| !others.contains(&each.source));
    out.exports.statuses.retain(|each| !others.contains(&each.source));
    leave_out(
        sources,
        &mut out,
        others,
        "an export of another account than the form's, which has one of this name",
    );
    Cow::Owned(out)
}

/// The evidence with the settings that templates give the bucket, and what somebody says otherwise of them.
fn with_settings(evidence: Cow<'_, Evidence>) -> (Cow<'_, Evidence>, Vec<Clash>) {
    if evidence.buckets.is_empty() {
        return (evidence, Vec::new());
    }
    let mut out = evidence.into_owned();
    let clash = |(setting, texts): declared::Differing| {
        let thing = Thing::Single(setting.kind()?);
        Some(Clash { thing, about: String::new(), sources: texts.into_iter().collect() })
    };
    let clashes = declared::note(&mut out).into_iter().filter_map(clash).collect();
    (Cow::Owned(out), clashes)
}

fn leave_out(sources: &Sources, out: &mut Evidence, list: impl IntoIterator<Item = SourceId>, reason: &str) {
    let named = list.into_iter().map(|source| (sources.get(source).name().to_owned(), reason.to_owned()));
    out.not_evaluated.extend(named);
}

/// Names of texts, each once.
fn named(sources: &Sources, list: impl IntoIterator<Item = SourceId>) -> Vec<String> {
    let names: BTreeSet<String> =
        list.into_iter().map(|source| sources.get(source).name().to_owned()).collect();
    names.into_iter().collect()
}
