//! The form with what is presumed where the user said nothing.

use crate::catalog;
use crate::checks::{self, Subject};
use crate::contract::{Contract, Form, FormValue, Origin, ReadsAs};
use crate::evidence::{Evidence, Role};
use crate::finding::Assumed;
use crate::policy::{ArnSplit, arn};
use std::borrow::Cow;

/// Adds the consumer's defaults, and what follows from other values.
#[must_use]
pub fn complete(form: &Form, contract: &Contract, evidence: &Evidence) -> Form {
    let mut form = form.clone();
    if let Some(account) = form.text("account") {
        // The console shows account ids with dashes; the form check reports it, the rest goes on with the digits.
        let digits: String = account.chars().filter(char::is_ascii_digit).collect();
        if digits != account && digits.len() == 12 {
            form.respell("account", &digits);
        }
    }
    // An ARN or an address of a bucket is reported as well; what was meant is plain, and the rest goes on with the name.
    if let Some(bucket) = form.text("bucket").and_then(checks::bucket_meant).map(str::to_owned) {
        form.respell("bucket", &bucket);
    }
    for default in &contract.defaults {
        form.presume(&default.name, &default.value, &default.because);
    }
    if let Some(account) = form.text("account").map(str::to_owned) {
        form.presume("bucket-account", &account, "no other account was named as the bucket's owner");
    }
    // Which key an alias names, it does not say.
    let is_key = |text: &str| text.starts_with("arn:") && !arn::is_key_alias(text) && !text.contains("${");
    if let Some(key) = evidence.bucket.key().filter(|key| is_key(&key.text)) {
        form.presume("kms-key", &key.text, "the bucket's settings name this key");
    }
    if let (Some(alias), [described]) = (evidence.bucket.key(), &evidence.bucket.keys[..])
        && let Some(arn) = described.arn.as_ref().filter(|_| arn::is_key_alias(&alias.text))
    {
        form.presume(
            "kms-key",
            &arn.text,
            "the bucket's settings name an alias, and this is the key that was described",
        );
    }
    if let Some(bucket) = bucket_of(evidence) {
        form.presume("bucket", &bucket, "the bucket policy names this bucket and no other");
    }
    real_reader(&mut form, contract, evidence);
    let partition = form
        .text("reader")
        .and_then(crate::policy::arn::split)
        .map_or_else(|| "aws".to_owned(), |[_, partition, ..]| partition.to_owned());
    form.presume("partition", &partition, "");
    let partition = form.text("partition").unwrap_or(&partition).to_owned();
    billing_region(&mut form, &partition, evidence);
    product(&mut form, &partition);
    organization(&mut form, evidence);
    if let Some(id) = record_id(&form, evidence) {
        form.presume("reader-id", &id, "");
    }
    let presumed = match contract.reader {
        ReadsAs::User => Some(("user", NOT_NAMED[0])),
        ReadsAs::Role => Some(("role", NOT_NAMED[1])),
        // Who reads is not of the customer's account.
        ReadsAs::Principal | ReadsAs::Anything => None,
    };
    let Some((kind, why)) = presumed else { return form };
    if let Some((reader, because)) = reader_of(&form, evidence, kind) {
        form.presume("reader", &reader, because);
    }
    if let (Some(account), Some(partition)) = (form.text("account"), form.text("partition")) {
        let reader = format!("arn:{partition}:iam::{account}:{kind}/reader");
        form.stand_in("reader", &reader, why);
    }
    form
}

/// The Region of the partition in which reports and exports are made. Where AWS does not say that their ARNs name it, the ARN of
/// an export does.
fn billing_region(form: &mut Form, partition: &str, evidence: &Evidence) {
    const NAME: &str = "billing-region";
    let region = billing_region_in(partition);
    let Some(known) = catalog::partition(partition) else { return form.presume(NAME, region, "") };
    if known.billing_regions().eq([region]) {
        form.presume(NAME, region, "");
        return;
    }
    let arns = evidence.exports.definitions.iter().filter_map(|export| export.arn.as_ref());
    let mut parts = arns.filter_map(|arn| arn::split(&arn.text));
    let is_known = |named: &&str| known.regions().any(|region| region == *named);
    match parts.find_map(|[_, of, _, named, ..]| Some(named).filter(is_known).filter(|_| of == partition)) {
        Some(named) => form.presume(NAME, named, "the ARN of an export names this Region"),
        None => form.stand_in(NAME, region, ""),
    }
}

/// The Region in which a partition has its reports and exports.
#[must_use]
pub fn billing_region_in(partition: &str) -> &'static str {
    let home = |name: &str| catalog::partition(name).map(catalog::Partition::billing_region);
    home(partition).or_else(|| home("aws")).unwrap_or_default()
}

/// The same for the partition of a form that nothing was added to.
#[must_use]
pub fn billing_region_of(form: &Form) -> &'static str {
    let of_reader = || form.text("reader").and_then(arn::split).map(|[_, partition, ..]| partition);
    billing_region_in(form.text("partition").or_else(of_reader).unwrap_or("aws"))
}

/// Who takes the role, where an account was typed: IAM takes its number for the account as a whole.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts> (checked
/// 2026-11)
fn product(form: &mut Form, partition: &str) {
    const NAME: &str = "product-principal";
    let Some(FormValue { text, origin: Origin::Given(place) }) = form.get(NAME).cloned() else { return };
    let digits: String = text.chars().filter(|next| !matches!(next, '-' | ' ')).collect();
    if arn::is_account(&digits) {
        form.give(NAME, &format!("arn:{partition}:iam::{digits}:root"), place);
    }
}

/// The reader's ARN as IAM tells it: the form may have the name alone, or an ARN without the user's path, and a policy
/// that names the user names it whole. Names are unique in an account, so that it is the same one.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html> (checked 2026-11)
fn real_reader(form: &mut Form, contract: &Contract, evidence: &Evidence) {
    let Some(value) = form.get("reader").filter(|value| matches!(value.origin, Origin::Given(_))).cloned()
    else {
        return;
    };
    let Origin::Given(place) = value.origin else { return };
    let given = value.text.as_str();
    let kind = if contract.reader == ReadsAs::Role { "role" } else { "user" };
    let name = given.rsplit('/').next().unwrap_or(given);
    let is_name = !given.contains([':', '/']) && !given.is_empty();
    let account = crate::policy::arn::account_of(given).or(form.text("account"));
    let is_it = |arn: &str| {
        let Some(parts) = ArnSplit::new(arn) else { return false };
        let Some((of, rest)) = parts.resource.split_once('/') else { return false };
        let is_kind = if is_name { of == kind } else { given.contains(&format!(":{of}/")) };
        is_kind && rest.rsplit('/').next() == Some(name) && Some(parts.account) == account
    };
    let record = &evidence.reader;
    let real = record.arns.iter().chain(&record.listed).find(|arn| is_it(&arn.text));
    let arn = match (real, account) {
        (Some(real), _) => real.text.clone(),
        (None, Some(account)) if is_name => format!("arn:aws:iam::{account}:{kind}/{given}"),
        (None, _) => return,
    };
    // A product takes the role by the ARN that was typed; a user's key needs none.
    if contract.reader == ReadsAs::Role && !is_name && arn != given {
        form.respell("reader", &arn);
    } else {
        form.give("reader", &arn, place);
    }
}

/// The identifier that IAM gave to the user, where one answer tells it of the user that the form means.
fn record_id(form: &Form, evidence: &Evidence) -> Option<String> {
    let record = &evidence.reader;
    let [id] = record.ids.as_slice() else { return None };
    let is_it = form.text("reader").is_none_or(|reader| record.arns.iter().any(|arn| arn.text == reader));
    is_it.then(|| id.text.clone())
}

/// Why a reader is presumed of whom nothing is known, a user or a role.
const NOT_NAMED: [&str; 2] = [
    "the reader was not named; it is taken for an IAM user of the account",
    "the reader was not named; it is taken for a role of the account",
];

/// The form for commands that are shown: nobody is called as the reader is that was presumed.
pub(super) fn shown(form: &Form) -> Cow<'_, Form> {
    let is_nobody = form.is_stand_in("reader");
    let Some(arn) = form.text("reader").filter(|_| is_nobody) else { return Cow::Borrowed(form) };
    let kind = if arn.contains(":role/") { "ROLE" } else { "USER" };
    let arn = arn.rsplit_once('/').map_or(arn, |(before, _)| before);
    Cow::Owned(form.with("reader", &format!("{arn}/{kind}")))
}

/// What AWS Organizations says of the account.
fn organization(form: &mut Form, evidence: &Evidence) {
    if evidence.live.no_organization.is_some() {
        form.presume("organization", "none", "AWS Organizations says that the account is in none");
    }
    let record = &evidence.organization;
    if record.not_in_use.is_some() {
        form.presume("organization", "none", "AWS Organizations says that the account is in none");
    }
    if let Some(management) = &record.management {
        form.presume(
            "management-account",
            &management.text,
            "AWS Organizations names it as the one that pays",
        );
    }
    if let Some(id) = &record.id {
        form.presume("organization", &id.text, "AWS Organizations answers for it");
    }
}

/// The reader that IAM's answers are about, if they are about one.
fn reader_of(form: &Form, evidence: &Evidence, kind: &str) -> Option<(String, &'static str)> {
    let record = &evidence.reader;
    if kind == "role" {
        let mut roles = record.arns.iter().filter(|arn| arn.text.contains(":role/"));
        return Some((roles.next()?.text.clone(), "the answers of the AWS CLI are about this role"));
    }
    if let Some(arn) = record.arns.first() {
        return Some((arn.text.clone(), "the answers of the AWS CLI are about this user"));
    }
    if let Some(name) = record.names.first() {
        let (account, partition) = (form.text("account")?, form.text("partition")?);
        // A path before the name is not known; names are unique without it.
        let arn = record.listed.iter().find(|arn| arn.text.rsplit('/').next() == Some(&name.text));
        let arn = arn.map_or_else(
            || format!("arn:{partition}:iam::{account}:user/{}", name.text),
            |arn| arn.text.clone(),
        );
        let is_template = evidence
            .documents
            .iter()
            .any(|document| document.tie().is_some() && document.source == name.place.source);
        let because = match is_template {
            true => "the template attaches its policies to this user",
            false => "the answers of the AWS CLI are about this user",
        };
        return Some((arn, because));
    }
    let mut users = record.listed.iter().filter(|arn| arn.text.contains(":user/"));
    let only = users.next()?;
    users.next().is_none().then(|| (only.text.clone(), "it is the only user of the account"))
}

/// The bucket that every resource of the bucket policy names, if they agree on one.
fn bucket_of(evidence: &Evidence) -> Option<String> {
    let mut bucket: Option<&str> = None;
    for statement in evidence.of(Role::BucketPolicy).flat_map(|document| &document.policy.statements) {
        for item in statement.resources.iter().flat_map(|element| &element.items) {
            let resource = ArnSplit::new(&item.value).filter(|arn| arn.service == "s3")?.resource;
            let name = resource.split('/').next().unwrap_or(resource);
            let plain = !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
            if !plain || bucket.is_some_and(|bucket| bucket != name) {
                return None;
            }
            bucket = Some(name);
        }
    }
    bucket.map(str::to_owned)
}

/// What of the form is presumed and worth telling.
pub(super) fn presumptions(form: &Form) -> Vec<Assumed> {
    form.iter()
        .filter_map(|(name, value)| match &value.origin {
            Origin::Presumed(because) | Origin::StandIn(because) if !because.is_empty() => {
                Some(Assumed { text: format!("{name} is `{}`: {because}", value.text), source: None })
            }
            Origin::Presumed(_) | Origin::StandIn(_) | Origin::Given(_) => None,
        })
        .collect()
}

/// The form with what the export's settings and the listing show of it, if they show something: the path that is used, and
/// what auto-detection takes from the export.
pub(super) fn used(subject: &Subject<'_>, form: &Form) -> Option<Form> {
    let mut out = form.clone();
    if let Some(found) = checks::found_export(subject) {
        let because = "auto-detection comes to this export";
        let values = [("export-name", &found.name), ("bucket", &found.bucket)];
        for (name, value) in values.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
            out.presume(name, &value.text, because);
        }
    }
    if let Some(used) = checks::used_path(&Subject { form: &out, ..*subject }) {
        let because = match form.text("export-path") {
            Some(typed) => {
                format!("{}; judged for it, and not for `{typed}`, which the form has", used.because)
            }
            None => used.because,
        };
        out.presume("used-path", &used.path, &because);
    }
    (out != *form).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Library;
    use crate::source::{Place, Sources, Span};

    #[test]
    fn a_products_account_is_its_root_in_the_readers_partition() {
        let library = Library::embedded().unwrap();
        let contract = library.contract("datadog").unwrap();
        let place = Place { source: Sources::new().add("preflight.toml", ""), span: Span::default() };
        for (typed, partition, wanted) in [
            ("444455556666", "aws", "arn:aws:iam::444455556666:root"),
            ("4444-5555-6666", "aws-cn", "arn:aws-cn:iam::444455556666:root"),
            ("arn:aws:iam::444455556666:role/x", "aws", "arn:aws:iam::444455556666:role/x"),
            ("44445555666", "aws", "44445555666"),
        ] {
            let mut form = Form::default();
            form.give("reader", &format!("arn:{partition}:iam::111122223333:role/r"), place);
            form.give("product-principal", typed, place);
            let form = complete(&form, contract, &Evidence::default());
            assert_eq!(form.text("product-principal"), Some(wanted), "{typed}");
        }
    }
}
