//! What follows from the facts that a message has.

use super::book::Book;
use crate::finding::triage::Facts;
use crate::policy::arn;
use std::collections::BTreeMap;

/// What follows from the facts that the text has.
pub(super) fn derive(book: &Book, facts: &mut Facts) {
    who(facts);
    access_log(facts);
    code(book, facts);
    frame(book, facts);
    let service = facts.get("service").map(str::to_owned);
    if facts.get("action").is_none()
        && let Some(operation) = facts.get("operation").map(str::to_owned)
        && let Some(action) =
            book.action_of(&operation, service.as_deref()).or_else(|| book.action_of(&operation, None))
    {
        facts.set("action", &action);
    }
    if let Some(written) = facts.get("action")
        && let Some(action) = crate::catalog::action(written)
        && let Some((service, name)) = written.split_once(':')
        && (service != action.service().prefix() || name != action.name())
    {
        facts.set("action", &format!("{}:{}", action.service().prefix(), action.name()));
    }
    if let Some(key) = facts.get("key").and_then(listed_key) {
        facts.set("key", &key);
    }
    export_type(book, facts);
    resource(facts);
    accounts(facts);
    names(facts);
    region(facts);
    host(facts);
    let is_denied = facts.get("denied").is_some();
    if facts.get("step").is_none()
        && let Some(step) = facts.get("action").and_then(|action| book.step_of(action, is_denied))
    {
        facts.set("step", step);
    }
}

/// The kind of export that a message is about, where it does not say so itself: legacy reports and data exports are made by
/// calls, kept by services and written by principals of their own. What was refused does not tell: a data export of costs is made
/// with the permission for legacy reports as well.
/// <https://docs.aws.amazon.com/cur/latest/userguide/dataexports-iam.html> (checked 2026-11)
fn export_type(book: &Book, facts: &mut Facts) {
    let of = |(fact, types): (&String, &BTreeMap<String, String>)| types.get(facts.get(fact)?).cloned();
    if let Some(kind) = book.export_types.iter().find_map(of) {
        facts.add("type", &kind);
    }
}

/// Who called and which object, as access logs of S3 write them: services with a mark before their name, keys encoded twice, and
/// `-` for what is not there.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html> (checked 2026-11)
fn access_log(facts: &mut Facts) {
    if facts.get("message") != Some(ACCESS_LOG) {
        return;
    }
    let read = |name: &str| facts.get(name).filter(|value| *value != "-").map(str::to_owned);
    let (who, key, from) = (read("principal"), read("key"), read("source-ip"));
    ["principal", "key", "source-ip"].iter().for_each(|name| facts.remove(name));
    match who.as_deref().map(|who| (who, who.strip_prefix("svc:"))) {
        Some((_, Some(service))) => {
            let told = [("principal", service), ("caller-service", service), ("step", "delivery")];
            told.iter().for_each(|(name, value)| facts.set(name, value));
        }
        // Accounts stand there by a number that nothing else knows them by.
        Some((who, None)) if who.starts_with("arn:") => facts.set("principal", who),
        _ => {}
    }
    if let Some(key) = key {
        // A plus that stands for a space is one of the outer encoding.
        facts.set("key", &decoded(&decoded(&key.replace('+', "%20"))));
    }
    if let Some(from) = from.filter(|from| from.parse::<std::net::IpAddr>().is_ok()) {
        facts.set("source-ip", &from);
    }
}

/// The message that is a line of such a log.
const ACCESS_LOG: &str = "s3-access-log";

/// A text without the encoding of URLs; one that is none stays as it is.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let pair =
            [ahead.next(), ahead.next()].map(|digit| char::from(digit.unwrap_or_default()).to_digit(16));
        match (byte, pair) {
            (b'%', [Some(high), Some(low)]) => {
                out.extend(u8::try_from(high * 16 + low));
                bytes = ahead;
            }
            _ => out.push(byte),
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

/// What stands where AWS writes who called: an ARN, or words of a person, which name nobody.
fn who(facts: &mut Facts) {
    let Some(who) = facts.get("who").map(str::to_owned) else { return };
    facts.remove("who");
    if who.starts_with("arn:") || who.ends_with(".amazonaws.com") {
        facts.add("principal", &who);
    }
}

/// The call out of the outermost frame of a client's stack: methods are called like calls, in Java with a small first letter.
fn frame(book: &Book, facts: &mut Facts) {
    let Some(frame) = facts.get("frame").map(str::to_owned) else { return };
    facts.remove("frame");
    let name = frame.strip_suffix("Async").unwrap_or(&frame);
    let mut letters = name.chars();
    let Some(first) = letters.next() else { return };
    let call = format!("{}{}", first.to_ascii_uppercase(), letters.as_str());
    let service = facts.get("service").map(str::to_owned);
    if facts.get("operation").is_none() && book.action_of(&call, service.as_deref()).is_some() {
        facts.set("operation", &call);
    }
}

/// What the code tells, where AWS's text does not say something else.
fn code(book: &Book, facts: &mut Facts) {
    // Some clients put the code before what AWS says, and call it by no name: `NotFound: Not Found`.
    if facts.get("code").is_none()
        && let Some((word, rest)) = facts.get("says").and_then(|says| says.split_once(": "))
        && book.codes.get(word).is_some()
    {
        let (word, rest) = (word.to_owned(), rest.to_owned());
        facts.set("code", &word);
        facts.remove("says");
        if rest.replace(' ', "") != word {
            facts.set("says", &rest);
        }
    }
    let Some(code) = facts.get("code").map(str::to_owned) else { return };
    let Some(group) = book.codes.get(&code) else { return };
    facts.set("code", book.codes.name(&code));
    let has = |facts: &Facts, name: &str| facts.get(name).is_some();
    if !has(facts, "says") && !has(facts, "trouble") && !has(facts, "denied") && !has(facts, "empty") {
        group.empty.iter().for_each(|(name, value)| facts.add(name, value));
    }
    let is_trouble = has(facts, "trouble");
    if !is_trouble && group.set.contains_key("trouble") && !has(facts, "layer") {
        facts.remove("denied");
    }
    let adds = |name: &str| !(is_trouble && name == "denied");
    for (name, value) in group.set.iter().filter(|(name, _)| adds(name)) {
        facts.add(name, value);
    }
}

/// Whether caller and resource belong to one account.
fn accounts(facts: &mut Facts) {
    let account = |text: Option<&str>| text.and_then(arn::account_of).map(str::to_owned);
    if let Some(caller) = account(facts.get("principal")) {
        facts.add("account", &caller);
    }
    let Some(caller) = account(facts.get("principal")).or(facts.get("account").map(str::to_owned)) else {
        return;
    };
    let owner = facts.get("owner").map(str::to_owned).or_else(|| account(facts.get("resource")));
    if let Some(owner) = owner {
        facts.set("accounts-are", if caller == owner { "the-same" } else { "different" });
    } else if facts.get("recipient").is_some_and(|recipient| recipient != caller) {
        // Events are kept in the caller's account as well as in the owner's, so that its own says nothing.
        facts.set("accounts-are", "different");
    }
}

/// The Region that was asked, out of the ARN of what was refused: a service finds in a Region what is in it.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion>
/// (checked 2026-11)
fn region(facts: &mut Facts) {
    if facts.get("denied").is_none() {
        return;
    }
    let region =
        facts.get("resource").filter(|arn| arn.starts_with("arn:")).and_then(|arn| arn.split(':').nth(3));
    if let Some(region) =
        region.filter(|region| region.contains('-') && !region.contains('*')).map(str::to_owned)
    {
        facts.add("requested-region", &region);
    }
}

/// Whether the Region in the host of an endpoint is one that is known.
fn host(facts: &mut Facts) {
    let Some(host) = facts.get("host").map(str::to_owned) else { return };
    let Some((before, _)) = host.split_once(".amazonaws.com") else { return };
    let Some(region) = before.rsplit('.').next().filter(|word| word.matches('-').count() >= 2) else {
        return;
    };
    let is_known = |partition: &crate::catalog::Partition| partition.regions().any(|known| known == region);
    if !crate::catalog::partitions().iter().any(is_known) {
        facts.add("region-of-host", "unknown");
        facts.add("region", region);
    }
}

/// Names that commands need, out of ARNs.
fn names(facts: &mut Facts) {
    let last = |arn: &str| arn.rsplit('/').next().map(str::to_owned);
    if let Some(rest) = facts.get("kms-rest").map(str::to_owned) {
        facts.remove("kms-rest");
        facts.add("kms-key", &format!("arn:aws:kms:{rest}"));
    }
    if let Some(arn) = facts.get("resource").map(str::to_owned) {
        if arn.contains(":kms:") {
            facts.add("kms-key", &arn);
        }
        if arn.contains(":iam:")
            && arn.contains(":role/")
            && let Some(name) = last(&arn)
        {
            facts.add("role-name", &name);
        }
    }
    if let Some(policy) = facts.get("policy").map(str::to_owned) {
        if policy.contains(":organizations:")
            && let Some(id) = last(&policy)
        {
            facts.add("policy-id", &id);
        }
        if policy.contains(":iam:") {
            facts.add("iam-policy", &policy);
        }
    }
}

/// Bucket, key and ARN of S3, each from the others.
fn resource(facts: &mut Facts) {
    if let Some(name) =
        facts.get("resource").and_then(|arn| arn.split_once(":s3:::")).map(|(_, name)| name.to_owned())
    {
        let (bucket, key) = name.split_once('/').unwrap_or((name.as_str(), ""));
        facts.add("bucket", bucket);
        facts.add("key", key);
        return;
    }
    let is_s3 = facts.get("action").is_some_and(|action| action.starts_with("s3:"));
    if let (true, None, Some(bucket)) = (is_s3, facts.get("resource"), facts.get("bucket").map(str::to_owned))
        && is_bucket(&bucket)
    {
        let on_object = facts.get("action").is_some_and(|action| {
            crate::catalog::action(action)
                .is_some_and(|action| action.resource_types().any(|on| on.resource_type.name() == "object"))
        });
        match (on_object, facts.get("key").map(str::to_owned)) {
            (true, Some(key)) => facts.set("resource", &format!("arn:aws:s3:::{bucket}/{key}")),
            (true, None) => {}
            (false, _) => facts.set("resource", &format!("arn:aws:s3:::{bucket}")),
        }
    }
}

/// The key out of a printed record of a listing: `{'Key': 'reports/x', …}`.
fn listed_key(text: &str) -> Option<String> {
    let (_, behind) = text.split_once("'Key': '").or_else(|| text.split_once("\"Key\": \""))?;
    Some(behind.split(['\'', '"']).next()?.to_owned())
}

/// Whether a text can be the name of a bucket.
pub(super) fn is_bucket(text: &str) -> bool {
    (3..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}
