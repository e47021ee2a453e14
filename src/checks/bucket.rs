//! What the settings of the bucket do to the export's files: who owns them, how long they stay, who else sees them.

use super::layers::{disagree, disagreement_of};
use super::subject::{Assumption, Cause, FactRef, Outcome, Subject};
use crate::contract::{BucketQuestion, FormValue, Origin};
use crate::eval::Instant;
use crate::evidence::{EncryptionRecord, KmsKey, LifecycleRule, Said, Term};
use crate::finding::{Change, Repair, State};
use crate::policy::arn;
use crate::rulebook::Values;

pub(super) fn check(subject: &Subject<'_>, question: BucketQuestion) -> Outcome {
    match question {
        BucketQuestion::Exists => exists(subject),
        BucketQuestion::Kept(days) => kept(subject, days),
        BucketQuestion::Readable(days) => readable(subject, days),
        BucketQuestion::Unarchived(days) => unarchived(subject, days),
        BucketQuestion::Owned => owned(subject),
        BucketQuestion::ReaderPays { reader } => reader_pays(subject, reader),
        BucketQuestion::DeliveryPays => delivery_pays(subject),
        // A delivered object would tell; nobody asks where one is at hand.
        BucketQuestion::ManagedKey => {
            let facts = vec![FactRef::new("delivery-encryption")];
            Outcome { facts, ..Outcome::of(State::Unknown) }
        }
        BucketQuestion::KeyRegion => key_region(subject),
        BucketQuestion::KeyWorks => key_works(subject),
        BucketQuestion::Private => private(subject),
        BucketQuestion::Public => super::others::public(subject),
    }
}

/// Whether the account has the bucket. Where the owner is said to be another account, the account's list says nothing.
fn exists(subject: &Subject<'_>) -> Outcome {
    let record = &subject.evidence.bucket;
    let waits = |fact: FactRef| Outcome { facts: vec![fact], ..Outcome::of(State::Unknown) };
    let Some(bucket) = subject.form.text("bucket") else {
        return waits(FactRef::with("form", "name", "bucket"));
    };
    let values = || Values::new().with("found", bucket);
    let is_of_account = subject.form.text("bucket-account") == subject.form.text("account");
    let is_listed = record.lists.iter().flat_map(|list| &list.names).any(|name| name.text == bucket);
    if let Some(place) = record.missing {
        // Which bucket was asked for, the error does not say.
        if is_listed {
            return waits(FactRef::with("bucket-elsewhere", "name", bucket));
        }
        let cause = Cause::new("bucket", "missing", place, values());
        return Outcome { causes: vec![cause], ..Outcome::of(State::Broken) };
    }
    let Some(list) = record.lists.iter().find(|_| is_of_account && !is_listed) else {
        return Outcome::of(State::Holds);
    };
    // S3 knows it, so that it is another account's.
    if record.found.is_some() {
        return waits(FactRef::with("bucket-owner", "name", bucket));
    }
    let causes = match list.is_page {
        true => Vec::new(),
        false => vec![Cause::new("bucket", "not-listed", list.place, values())],
    };
    Outcome { causes, ..waits(FactRef::with("bucket-elsewhere", "name", bucket)) }
}

/// Whether a lifecycle rule is about the export's files. One that looks at tags or sizes, or a folder that nobody told, may or
/// may not be.
fn hits(subject: &Subject<'_>, rule: &LifecycleRule) -> Option<bool> {
    let root = subject.form.root().map(|root| format!("{root}/"));
    let prefix = rule.prefix.as_deref()?;
    if prefix.is_empty() {
        return Some(true);
    }
    let root = root?;
    Some(root.starts_with(prefix) || prefix.starts_with(root.as_str()))
}

/// Whether the export's files stay readable for a number of days.
fn kept(subject: &Subject<'_>, needed: i64) -> Outcome {
    let mut causes = Vec::new();
    let mut is_unsure = false;
    for rule in &subject.evidence.bucket.lifecycle {
        let hits = hits(subject, rule);
        let values =
            |days: i64| Values::new().with("found", days.to_string()).with("needed", needed.to_string());
        let days = |term: &Term| Some(days(subject, term)).filter(|days| *days < needed);
        let expires = rule.expires.as_ref().and_then(|(term, place)| Some((days(term)?, *place)));
        let archives =
            rule.archives.as_ref().and_then(|(term, class, place)| Some((days(term)?, class, place)));
        if hits == Some(false) || (expires.is_none() && archives.is_none()) {
            continue;
        }
        if hits.is_none() {
            is_unsure = true;
            continue;
        }
        if let Some((days, place)) = expires {
            causes.push(Cause::new("bucket", "expires", place, values(days)));
        }
        if let Some((days, class, place)) = archives {
            causes.push(Cause::new("bucket", "archives", *place, values(days).with("name", class.as_str())));
        }
    }
    let state = match (causes.is_empty(), is_unsure) {
        (false, _) => State::Broken,
        (true, true) => State::Unknown,
        (true, false) => State::Holds,
    };
    let facts = if state == State::Unknown { vec![FactRef::new("lifecycle-filter")] } else { Vec::new() };
    Outcome { causes, facts, ..Outcome::of(state) }
}

/// Whether no lifecycle rule may have archived files by now that are read first, or taken all of them away. A listing shows it.
fn unarchived(subject: &Subject<'_>, needed: i64) -> Outcome {
    let may_be = |rule: &&LifecycleRule| {
        let archives = rule.archives.as_ref().is_some_and(|(term, ..)| days(subject, term) < needed);
        let deletes = rule.expires.as_ref().is_some_and(|(term, _)| days(subject, term) < 1);
        (archives || deletes) && hits(subject, rule) != Some(false)
    };
    match subject.evidence.bucket.lifecycle.iter().find(may_be) {
        None => Outcome::of(State::Holds),
        Some(_) => Outcome { facts: vec![FactRef::new("archived-by-now")], ..Outcome::of(State::Unknown) },
    }
}

/// How many days a file that is delivered now is left alone.
fn days(subject: &Subject<'_>, term: &Term) -> i64 {
    match term {
        Term::Days(days) => *days,
        Term::On(date) => {
            let both = Instant::parse(subject.now).zip(Instant::parse(date));
            both.map_or(0, |(now, date)| now.days_until(date).max(0))
        }
    }
}

/// Whether the delivered object at hand can be read as it is. An older one than is read says nothing of newer ones.
fn readable(subject: &Subject<'_>, needed: i64) -> Outcome {
    let Some(object) = &subject.evidence.bucket.archived else { return Outcome::of(State::Holds) };
    let values = Values::new().with("found", object.class.text.as_str());
    let cause = Cause::new("bucket", "archived", object.class.place, values);
    let written = object.written.as_ref().and_then(|written| Instant::parse(&written.text));
    let age = written.zip(Instant::parse(subject.now)).map(|(written, now)| written.days_until(now));
    if age.is_some_and(|days| days <= needed) {
        return Outcome { causes: vec![cause], ..Outcome::of(State::Broken) };
    }
    let facts = vec![FactRef::new("archived-object")];
    Outcome { causes: vec![cause], facts, ..Outcome::of(State::Unknown) }
}

/// Whether the bucket's policy can let the reader read: it speaks for objects of the bucket's owner alone. A reader of the
/// owner's account is let in by its own policy, since deliveries give the owner full control.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html> (checked 2026-11)
fn owned(subject: &Subject<'_>) -> Outcome {
    let (form, bucket) = (subject.form, &subject.evidence.bucket);
    let is_same = form.text("reader").and_then(arn::account_of) == form.text("bucket-account");
    // The key that AWS manages for S3 serves the account of the bucket alone.
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html (checked 2026-11)
    let encrypted = bucket.encryption.as_ref().filter(|default| default.is_kms() && default.key.is_none());
    if let Some(encrypted) = encrypted.filter(|_| !is_same && bucket.object.is_none()) {
        let values = Values::new().with("found", encrypted.algorithm.text.as_str());
        let cause = Cause::new("bucket", "managed-key", encrypted.algorithm.place, values);
        let facts = vec![FactRef::new("delivery-encryption")];
        return Outcome { causes: vec![cause], facts, ..Outcome::of(State::Unknown) };
    }
    // Who asked AWS and was not told knows nothing; it bears on readers of other accounts alone.
    let was_refused = |call: &str| !is_same && subject.evidence.live.was_refused(call);
    if bucket.needs_key().is_none() && was_refused("get-bucket-encryption") {
        return Outcome { facts: vec![FactRef::new("bucket-encryption")], ..Outcome::of(State::Unknown) };
    }
    if bucket.ownership.is_none() && was_refused("get-bucket-ownership-controls") {
        return Outcome { facts: vec![FactRef::new("bucket-ownership")], ..Outcome::of(State::Unknown) };
    }
    let Some(ownership) = &bucket.ownership else { return Outcome::of(State::Holds) };
    if is_same || ownership.text != "ObjectWriter" {
        return Outcome { detail: Some(ownership.text.clone()), ..Outcome::of(State::Holds) };
    }
    let values = Values::new().with("found", ownership.text.as_str()).with("needed", "BucketOwnerEnforced");
    let cause = Cause::new("bucket", "owner", ownership.place, values);
    let facts = vec![FactRef::new("object-owner")];
    Outcome { causes: vec![cause], facts, ..Outcome::of(State::Unknown) }
}

/// Whether S3 can use the key that the bucket's settings name, which it takes in the bucket's Region alone. S3 does not look
/// at the key when the settings are made. <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html>: "the KMS key must be in the same Region as
/// the bucket" (checked 2026-11)
fn key_region(subject: &Subject<'_>) -> Outcome {
    let told = subject.evidence.bucket.key().map(|key| (key.text.as_str(), key.place));
    let typed = || match subject.form.get("kms-key")? {
        FormValue { text, origin: Origin::Given(place) } => Some((text.as_str(), *place)),
        _ => None,
    };
    let Some((key, place)) = told.or_else(typed) else { return Outcome::of(State::Holds) };
    let is_told = |region: &&str| !region.is_empty() && !region.contains("${");
    let of_key = arn::split(key).map(|[_, _, _, region, ..]| region).filter(is_told);
    let (Some(found), Some(needed)) = (of_key, super::export::region_of_bucket(subject)) else {
        if subject.strict {
            return Outcome { facts: vec![FactRef::new("bucket-location")], ..Outcome::of(State::Unknown) };
        }
        let text = subject.phrases.say("same-region", &[]);
        let source = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html";
        let assumed = vec![Assumption { text, source: Some(source.to_owned()) }];
        return Outcome { assumed, ..Outcome::of(State::Holds) };
    };
    if found == needed {
        return Outcome { detail: Some(needed), ..Outcome::of(State::Holds) };
    }
    let values = Values::new().with("found", found).with("needed", needed);
    let cause = Cause::new("bucket", "key-region", place, values);
    // By AWS's own page deliveries use another kind of encryption; nothing is written with a key of another Region.
    let facts = vec![FactRef::new("delivery-encryption")];
    Outcome { causes: vec![cause], facts, ..Outcome::of(State::Unknown) }
}

/// Whether the key that encrypts the bucket can be used: one that is switched off, or is to be deleted, neither writes nor
/// reads. <https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html> (checked 2026-11)
fn key_works(subject: &Subject<'_>) -> Outcome {
    if let Some(two) = disagreement_of(subject, "kms describe-key") {
        return Outcome { facts: vec![disagree(two)], ..Outcome::of(State::Unknown) };
    }
    let bucket = &subject.evidence.bucket;
    let named = bucket.key().map(|key| key.text.as_str()).or(subject.form.text("kms-key"));
    let is_meant = |name: &str| match &bucket.keys[..] {
        // Which key an alias names shows where it was asked for.
        [only] if arn::is_key_alias(name) => Some(only),
        keys => keys.iter().find(|key| key.is(name)),
    };
    let Some(key) = named.and_then(is_meant) else {
        if subject.strict {
            return Outcome { facts: vec![FactRef::new("key-state")], ..Outcome::of(State::Unknown) };
        }
        let text = subject.phrases.say("key-works", &[]);
        let source = "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html".to_owned();
        let assumed = vec![Assumption { text, source: Some(source) }];
        return Outcome { assumed, ..Outcome::of(State::Holds) };
    };
    let Some(state) = key.state.as_ref().filter(|_| !key.works()) else { return Outcome::of(State::Holds) };
    let name = key.arn.as_ref().or(key.id.as_ref()).map_or_else(String::new, |said| said.text.clone());
    let values = Values::new().with("found", state.text.as_str()).with("key", name);
    let mut cause = Cause::new("bucket", "key-off", state.place, values);
    cause.repairs.extend(switching_on(key, state).map(Repair::of));
    // What was written with it nobody reads. What is written from now on may be written otherwise.
    if bucket.object.as_ref().is_some_and(EncryptionRecord::is_kms) {
        return Outcome { causes: vec![cause], ..Outcome::of(State::Broken) };
    }
    let facts = vec![FactRef::new("delivery-encryption")];
    Outcome { causes: vec![cause], facts, ..Outcome::of(State::Unknown) }
}

/// The command that makes a key usable again, where one does. A key that was to be deleted is disabled after that.
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html> (checked 2026-11)
fn switching_on(key: &KmsKey, state: &Said) -> Option<Change> {
    // What a shell reads otherwise is in no ARN of a key.
    let is_plain = |next: char| next.is_ascii_alphanumeric() || ":/-".contains(next);
    let arn = &key.arn.as_ref().filter(|arn| arn.text.chars().all(is_plain))?.text;
    let region = arn::split(arn).map(|[_, _, _, region, ..]| region)?;
    let verbs: &[&str] = match &*state.text {
        "Disabled" => &["enable-key"],
        "PendingDeletion" => &["cancel-key-deletion", "enable-key"],
        _ => return None,
    };
    let commands: Vec<String> =
        verbs.iter().map(|verb| format!("aws kms {verb} --region {region} --key-id {arn}")).collect();
    Some(Change::Run { command: commands.join(" && "), effect: None })
}

/// What S3 answers as long as nobody has changed it.
const OWNER_PAYS: &str = "BucketOwner";

/// Whether the product's requests are answered though they do not say that whoever asks pays. Of the bucket's owner alone
/// S3 does not want that said; anybody else gets 403 without it.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html>: "Bucket owners do not need to
/// add x-amz-request-payer to their requests" (checked 2026-11)
fn reader_pays(subject: &Subject<'_>, name: &str) -> Outcome {
    let form = subject.form;
    let account = form.text(name).and_then(arn::account_of);
    let is_owner = account.is_some() && account == form.text("bucket-account");
    // Who asked AWS and was not told knows nothing; it bears on readers of other accounts alone.
    let was_refused = subject.evidence.live.was_refused("get-bucket-request-payment");
    if subject.evidence.bucket.payer.is_none() && was_refused && !is_owner {
        let facts = vec![FactRef::new("request-payer")];
        return Outcome { facts, ..Outcome::of(State::Unknown) };
    }
    let payer = match owner_pays(subject) {
        Ok(outcome) => return outcome,
        Err(payer) => payer,
    };
    let (Some(reader), Some(owner)) =
        (form.text(name).and_then(arn::account_of), form.text("bucket-account"))
    else {
        let missing = if form.text("bucket-account").is_none() { "bucket-account" } else { name };
        let facts = vec![FactRef::with("form", "name", missing)];
        return Outcome { facts, ..Outcome::of(State::Unknown) };
    };
    if reader == owner {
        return Outcome { detail: Some(payer.text.clone()), ..Outcome::of(State::Holds) };
    }
    let values = Values::new().with("found", reader).with("needed", OWNER_PAYS);
    let cause = Cause::new("bucket", "reader-pays", payer.place, values);
    Outcome { causes: vec![cause], ..Outcome::of(State::Broken) }
}

/// Whether a delivery gets in. It comes from a service of AWS and not from the bucket's owner, and AWS does not tell whether
/// it says that it pays.
fn delivery_pays(subject: &Subject<'_>) -> Outcome {
    let payer = match owner_pays(subject) {
        Ok(outcome) => return outcome,
        Err(payer) => payer,
    };
    let values = Values::new().with("found", payer.text.as_str()).with("needed", OWNER_PAYS);
    let cause = Cause::new("bucket", "delivery-pays", payer.place, values);
    let facts = vec![FactRef::new("delivery-request-payer")];
    Outcome { causes: vec![cause], facts, ..Outcome::of(State::Unknown) }
}

/// The answer where the owner pays, or is taken to because AWS did not tell; otherwise what S3 said.
fn owner_pays<'s>(subject: &Subject<'s>) -> Result<Outcome, &'s Said> {
    match &subject.evidence.bucket.payer {
        Some(payer) if payer.text == OWNER_PAYS => Ok(Outcome::of(State::Holds)),
        Some(payer) => Err(payer),
        None if subject.strict => {
            let facts = vec![FactRef::new("request-payer")];
            Ok(Outcome { facts, ..Outcome::of(State::Unknown) })
        }
        None => {
            let text = subject.phrases.say("owner-pays", &[]);
            let source = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html";
            let assumed = vec![Assumption { text, source: Some(source.to_owned()) }];
            Ok(Outcome { assumed, ..Outcome::of(State::Holds) })
        }
    }
}

/// Whether ACLs, or what AWS itself says of the policy, let everybody in. What does not count needs not be seen: ACLs of a
/// bucket without them, and the policy's status where public policies are restricted.
fn private(subject: &Subject<'_>) -> Outcome {
    let (bucket, live) = (&subject.evidence.bucket, &subject.evidence.live);
    let enforced = bucket.ownership.as_ref().is_some_and(|ownership| ownership.text == "BucketOwnerEnforced");
    let mut causes = Vec::new();
    let mut facts = Vec::new();
    if !enforced && !bucket.ignores_public_acls {
        causes.extend(bucket.public_grants.iter().map(|grant| {
            Cause::new("bucket", "acl-public", grant.place, Values::new().with("found", grant.text.as_str()))
        }));
        if !subject.evidence.has("get-bucket-acl") {
            facts.push(FactRef::new("bucket-acl"));
        }
    }
    let block = subject.evidence.public_access_block.unwrap_or_default();
    if !block.restrict_public_buckets {
        let public = bucket.is_public.filter(|(is_public, _)| *is_public);
        causes.extend(public.map(|(_, place)| Cause::new("bucket", "public", place, Values::new())));
        if bucket.is_public.is_none() {
            facts.push(FactRef::new("bucket-public"));
        }
    }
    // What a block that nobody was shown would stop may be stopped.
    if !causes.is_empty() && live.was_refused("get-public-access-block") {
        return Outcome { facts: vec![FactRef::new("public-access-block")], ..Outcome::of(State::Unknown) };
    }
    let state = match (causes.is_empty(), facts.is_empty()) {
        (false, _) => State::Broken,
        (true, false) => State::Unknown,
        (true, true) => State::Holds,
    };
    let facts = if state == State::Unknown { facts } else { Vec::new() };
    Outcome { causes, facts, ..Outcome::of(state) }
}
