//! The logic behind rules: puts a demand to the evaluator and explains what comes back.
//!
//! A check says *what* is wrong and where, as a case with values; the words stand in the rule page that claims the case.
//! Which demands there are, and what the answer means for the verdict, is for `judge`.

mod accepted;
mod access;
mod aside;
mod asked;
mod bucket;
mod cases;
mod circumstance;
mod context;
pub mod contracted;
mod declared;
mod discovery;
mod explain;
mod export;
mod filled;
mod form;
mod grammar;
mod homes;
mod identity;
mod layers;
mod layout;
pub mod lint;
mod live;
mod others;
mod phrases;
mod refused;
mod service;
mod session;
mod subject;
mod unnamed;

pub use accepted::look;
pub use asked::{anywhere, question};
pub use cases::CASES;
pub use declared::{Replaced, can_be_meant, look_declared, made_elsewhere, replaced};
pub use explain::near::placeholder;
pub use export::found_export;
pub use form::{bucket_meant, check_meaning};
pub use identity::is_file_of;
pub use layout::{ShownExport, ShownMonths, UsedPath, check_path, shown_export, shown_months, used_path};
pub use live::compare;
pub use phrases::PHRASES;
pub use refused::refused;
pub use subject::{Assumption, Cause, FactRef, Looked, Outcome, Subject};

use crate::contract::{Ask, Demand};

/// Puts one demand.
#[must_use]
pub fn put(subject: &Subject<'_>, demand: &Demand) -> Outcome {
    let mut outcome = aside::check(subject, |subject| asked(subject, demand));
    unnamed::without_names(subject, &mut outcome);
    outcome
}

fn asked(subject: &Subject<'_>, demand: &Demand) -> Outcome {
    match &demand.ask {
        Ask::Accepted { document } => accepted::check(subject, document),
        Ask::Access { .. } => access::check(subject, &demand.ask),
        Ask::Others { actions, on, case } => others::check(subject, &others::Wanted { actions, on, case }),
        Ask::Form { name, one_of } => form::value(subject, name, one_of),
        Ask::Written { name, grammar } => layout::written(subject, name, grammar),
        Ask::Bucket(question) => bucket::check(subject, *question),
        Ask::Layout(question) => layout::check(subject, *question),
        Ask::Identity { question } => identity::check(subject, *question),
        Ask::Discovery { actions, on, request, linked } => {
            let wanted = discovery::Wanted { actions, on, request };
            if *linked { discovery::linked(subject, &wanted) } else { discovery::check(subject, &wanted) }
        }
        Ask::Setting(setting) => export::check_setting(subject, setting),
        Ask::Export(question) => export::check(subject, *question),
    }
}

/// Whether a demand is asked of this subject: what its contract says of form and evidence, and of exports whether it has
/// something to say of the kind that the form means.
#[must_use]
pub fn is_asked(subject: &Subject<'_>, demand: &Demand) -> bool {
    demand.is_asked(subject.form, |kind| has(subject, kind)) && export::is_asked(subject, &demand.ask)
}

/// Whether something of this kind is at hand.
fn has(subject: &Subject<'_>, kind: &str) -> bool {
    match kind {
        // The form may name the key that encrypts the bucket; what AWS tells of the bucket goes before.
        "kms" if subject.form.text("kms-key").is_some() => subject.evidence.bucket.needs_key() != Some(false),
        "discovery-policy" => *subject.looked.discovery.get_or_init(|| discovery::is_given(subject)),
        "acls-enabled" => subject
            .evidence
            .bucket
            .ownership
            .as_ref()
            .is_some_and(|ownership| ownership.text != "BucketOwnerEnforced"),
        "malformed-value" => !form::malformed(subject).is_empty(),
        "unknown-choice" => form::unknown_choice(subject.form).is_some(),
        _ => export::has(subject, kind).unwrap_or_else(|| subject.evidence.has(kind)),
    }
}
