//! What of a reader's request follows from what it is about.

use preflight::contract::{Form, RequestTemplate};
use preflight::eval::{Caller, CallerKind, Compiled, Context, Glob, Request};
use preflight::evidence::Evidence;

/// What follows of a reader's request from whose it is and where it goes: the accounts here tell no Region of their bucket.
pub(super) fn circumstances(
    form: &Form,
    caller: &Caller,
    (action, resource, owner): (&str, &str, Option<&str>),
    context: &mut Context,
) {
    let region = match resource.split(':').nth(3).filter(|region| !region.is_empty()) {
        Some(region) => Some(region),
        None => ["iam:", "ce:", "cur:", "bcm-data-exports:", "organizations:", "budgets:"]
            .iter()
            .any(|service| action.starts_with(service))
            .then_some("us-east-1"),
    };
    if let Some(region) = region {
        context.set_one("aws:RequestedRegion", region);
    }
    if let (Some(organization), true) = (form.text("organization"), is_of_organization(form, owner)) {
        context.set_one("aws:ResourceOrgID", organization);
    }
    if action.starts_with("kms:") {
        context.set_one("kms:CallerAccount", caller.account().unwrap_or_default());
        context.set_one("kms:ViaService", &format!("s3.{}.amazonaws.com", region.unwrap_or_default()));
        context.set_one("aws:ViaAWSService", "true");
    }
}

/// Whether the form tells that an account is of its organization.
pub(super) fn is_of_organization(form: &Form, account: Option<&str>) -> bool {
    let named = ["account", "management-account"].iter().any(|name| form.text(name) == account);
    let is_connected = form.connected_accounts.iter().any(|connected| Some(&*connected.text) == account);
    account.is_some() && (named || is_connected)
}

/// Keys and values that one request carries.
pub(super) type Carried = Vec<(&'static str, String)>;

/// Who of an account calls, and what S3 tells KMS: for each way that it can be, what the requests of it carry, each of which is
/// made.
pub(super) fn ways(
    (set, template): (&Compiled<'_>, &RequestTemplate),
    (form, evidence): (&Form, &Evidence),
    (caller, service): (&Caller, &str),
) -> Vec<Vec<Carried>> {
    let looks = |key: &str| set.keys().any(|name| name.eq_ignore_ascii_case(key));
    let mut ways = vec![vec![Vec::new()]];
    if template.is_foreign && caller.kind() == CallerKind::Root && looks("aws:PrincipalArn") {
        let before = caller.arn().trim_end_matches("root");
        let arns = below(set, before, "role/nobody-names-it");
        ways = arns.into_iter().map(|arn| vec![vec![("aws:PrincipalArn", arn)]]).collect();
    }
    let key = "kms:EncryptionContext:aws:s3:arn";
    if let (Some(bucket), true) = (form.text("bucket"), service == "kms" && looks(key)) {
        let bucket = format!("arn:aws:s3:::{bucket}");
        let objects =
            below(set, &format!("{bucket}/{}/", form.root().unwrap_or_default()), "nobody-names-it");
        let told = evidence.bucket.has_bucket_key();
        let one = |value: String| vec![(key, value)];
        let of_bucket = (told != Some(false)).then(|| vec![one(bucket)]);
        let of_objects = (told != Some(true)).then(|| objects.into_iter().map(one).collect());
        ways = of_bucket.into_iter().chain(of_objects).collect();
    }
    ways
}

/// A request with what those of one way carry.
pub(super) fn carrying(request: &Request, way: &[Carried]) -> Vec<Request> {
    let with = |carried: &Carried| {
        let mut request = request.clone();
        carried.iter().for_each(|(key, value)| request.context.set_one(key, value));
        request
    };
    way.iter().map(with).collect()
}

/// Texts that begin so: those that a policy's patterns take, and one that none names.
fn below(set: &Compiled<'_>, before: &str, fresh: &str) -> Vec<String> {
    let inside = Glob::new(&format!("{before}?*"));
    let mut all = vec![format!("{before}{fresh}")];
    for text in set.texts() {
        let filled = text.replace('*', "").replace('?', "0");
        all.extend([filled.clone(), format!("{filled}0"), format!("{before}{filled}")]);
    }
    all.retain(|text| inside.matches(text));
    all.sort();
    all.dedup();
    all
}
