//! The settings that templates give the form's bucket: which of their buckets it is, and whether S3's answers say the same.

use super::attached::Selection;
use crate::evidence::{
    AnswerKind, BucketSetting, DeclaredBucket, DeclaredSetting, EncryptionRecord, Evidence, Fit,
    LifecycleRule, is_of_module,
};
use crate::source::SourceId;
use std::collections::BTreeSet;

impl Selection<'_> {
    /// Keeps the settings of those buckets of templates that are, or of all may alone be, the form's, as far as they are known.
    pub(super) fn settings(&mut self) {
        let bucket = self.form.text("bucket");
        let fit = |each: &DeclaredBucket| bucket.map_or(Fit::Open, |bucket| each.target.is(bucket));
        let fits: Vec<Fit> = self.out.buckets.iter().map(fit).collect();
        let is_known = fits.contains(&Fit::Yes);
        let open: BTreeSet<(&str, &str)> = self
            .out
            .buckets
            .iter()
            .zip(&fits)
            .filter(|(_, fit)| **fit == Fit::Open)
            .map(|(each, _)| (super::attached::scope(self.sources, each.source), &*each.target.name.value))
            .collect();
        let wanted = if is_known { Some(Fit::Yes) } else { Some(Fit::Open).filter(|_| open.len() == 1) };
        // What a module leaves open of it a plan says.
        let has_plan = !self.out.plans.is_empty();
        let mut kept = Vec::new();
        for (each, fit) in std::mem::take(&mut self.out.buckets).into_iter().zip(fits) {
            if Some(fit) == wanted {
                kept.push(each);
            } else if fit == Fit::Open && !each.settings.is_empty() && !(has_plan && is_of_module(&each.file))
            {
                let reason = match is_known {
                    true => "what it is attached to the deployment tells; another is on the bucket",
                    false => "it is one of several that may be the bucket's, which the deployment tells",
                };
                self.out.not_evaluated.push((format!("{}: {}", each.file, each.address), reason.to_owned()));
            }
        }
        let all = kept.iter().flat_map(|each| &each.settings);
        let told: Vec<BucketSetting> =
            all.filter(|setting| setting.why_open().is_none()).map(|setting| setting.kind).collect();
        for each in &mut kept {
            let address = format!("{}: {}", each.file, each.address);
            each.settings.retain(|setting| match setting.why_open() {
                Some(why) => {
                    if !told.contains(&setting.kind) {
                        self.out.not_evaluated.push((address.clone(), why));
                    }
                    false
                }
                None => true,
            });
        }
        self.out.buckets = kept;
    }
}

/// A setting, and the texts that say different things of it.
pub(super) type Differing = (BucketSetting, Vec<SourceId>);

/// Takes the settings that templates give the bucket for what S3 would answer. Those of which an answer, or another template, says
/// something else are given. What was taken before says the same, so that it may be asked again.
pub(super) fn note(evidence: &mut Evidence) -> Vec<Differing> {
    let mut differing = Vec::new();
    for kind in BucketSetting::ALL {
        let of_kind = |bucket: &DeclaredBucket| -> Vec<(DeclaredSetting, SourceId)> {
            let settings = bucket.settings.iter().filter(|setting| setting.kind == kind);
            settings.map(|setting| (setting.clone(), bucket.source)).collect()
        };
        let told: Vec<(DeclaredSetting, SourceId)> = evidence.buckets.iter().flat_map(of_kind).collect();
        let Some((first, source)) = told.first() else { continue };
        let noted = |(setting, source): &(DeclaredSetting, SourceId)| {
            let mut alone = Evidence::default();
            alone.note_setting(kind, &setting.answer, *source);
            alone
        };
        let all: Vec<Evidence> = told.iter().map(noted).collect();
        let is_answered = match kind {
            BucketSetting::Encryption => evidence.bucket.encryption.is_some(),
            BucketSetting::Ownership => evidence.bucket.ownership.is_some(),
            BucketSetting::Payer => evidence.bucket.payer.is_some(),
            BucketSetting::Location => evidence.exports.bucket_region.is_some(),
            BucketSetting::Lifecycle => {
                let is_noted = !evidence.bucket.lifecycle.is_empty();
                is_noted || evidence.answers_of(AnswerKind::Lifecycle).next().is_some()
            }
            // Those of the bucket and of its account hold together.
            BucketSetting::PublicAccess => {
                told.iter().for_each(|(each, source)| evidence.note_setting(kind, &each.answer, *source));
                continue;
            }
        };
        let base = if is_answered { Some(&*evidence) } else { all.first() };
        if base.is_some_and(|base| all.iter().any(|other| !agree(kind, base, other))) {
            let answers = kind.kind().into_iter().flat_map(|kind| evidence.answers_of(kind));
            let answers = answers.map(|answer| answer.source);
            differing.push((kind, told.iter().map(|(_, source)| *source).chain(answers).collect()));
        } else if !is_answered {
            evidence.note_setting(kind, &first.answer, *source);
        }
    }
    differing
}

/// Whether two say the same of a setting, as far as they say something.
fn agree(kind: BucketSetting, left: &Evidence, right: &Evidence) -> bool {
    if kind == BucketSetting::Location {
        let region = |said: &Evidence| said.exports.bucket_region.as_ref().map(|(region, _)| region.clone());
        return region(left) == region(right);
    }
    let (left, right) = (&left.bucket, &right.bucket);
    match kind {
        BucketSetting::Encryption => match (&left.encryption, &right.encryption) {
            (Some(left), Some(right)) => {
                left.algorithm.text == right.algorithm.text
                    && left.has_bucket_key.unwrap_or_default() == right.has_bucket_key.unwrap_or_default()
                    && is_one_key(left, right)
            }
            (left, right) => left.is_none() && right.is_none(),
        },
        BucketSetting::Ownership => {
            left.ownership.as_ref().map(|said| &said.text) == right.ownership.as_ref().map(|said| &said.text)
        }
        BucketSetting::Payer => {
            left.payer.as_ref().map(|said| &said.text) == right.payer.as_ref().map(|said| &said.text)
        }
        BucketSetting::Lifecycle => {
            let said = |rule: &LifecycleRule| {
                let expires = rule.expires.as_ref().map(|(term, _)| term.clone());
                let archives = rule.archives.as_ref().map(|(term, class, _)| (term.clone(), class.clone()));
                (rule.prefix.clone(), expires, archives)
            };
            let all = |rules: &[LifecycleRule]| rules.iter().map(said).collect::<Vec<_>>();
            let (left, right) = (all(&left.lifecycle), all(&right.lifecycle));
            left.len() == right.len() && left.iter().all(|rule| right.contains(rule))
        }
        BucketSetting::PublicAccess | BucketSetting::Location => true,
    }
}

/// Whether two names may be of one key: an alias, and what is filled in later, name any.
fn is_one_key(left: &EncryptionRecord, right: &EncryptionRecord) -> bool {
    let id = |record: &EncryptionRecord| {
        let text = record.key.as_ref()?.text.clone();
        let is_any = text.contains("${") || text.contains("alias/");
        Some(if is_any { String::new() } else { text.rsplit('/').next().unwrap_or_default().to_owned() })
    };
    match (id(left), id(right)) {
        (Some(left), Some(right)) => left.is_empty() || right.is_empty() || left == right,
        (left, right) => left == right,
    }
}
