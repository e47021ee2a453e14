//! What of a reader's request follows from what it is about.

use preflight::contract::{Form, RequestTemplate};
use preflight::eval::{Caller, CallerKind, Compiled, Context, ContextValue, Glob, Request};
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
pub(super) type Carried = Vec<(&'static str, ContextValue)>;

/// Who of an account calls, and what S3 tells KMS: for each way that it can be, what the requests of it carry, each of which is
/// made.
pub(super) fn ways(
    (set, template): (&Compiled<'_>, &RequestTemplate),
    (form, evidence): (&Form, &Evidence),
    (caller, service): (&Caller, &str),
) -> Vec<Vec<Carried>> {
    let looks = |key: &str| set.keys().any(|name| name.eq_ignore_ascii_case(key));
    let mut ways = vec![vec![Vec::new()]];
    // How many values a key has that nobody knows is not known either: what set operators do with it stays open.
    let statements = evidence.documents.iter().flat_map(|document| &document.policy.statements);
    let is_set = statements.flat_map(|statement| &statement.clauses).any(|clause| {
        clause.key.value.eq_ignore_ascii_case("aws:PrincipalArn")
            && clause.parsed.is_some_and(|operator| operator.set.is_some())
    });
    let one = |value: String| ContextValue::One(value.into());
    if template.is_foreign && caller.kind() == CallerKind::Root && looks("aws:PrincipalArn") && !is_set {
        let before = caller.arn().trim_end_matches("root");
        let arns = below(set, before, "role/nobody-names-it");
        ways = arns.into_iter().map(|arn| vec![vec![("aws:PrincipalArn", one(arn))]]).collect();
    }
    for (key, is_carried) in [
        ("aws:SourceOrgPaths", caller.kind() == CallerKind::Service),
        ("aws:ResourceOrgPaths", matches!(service, "s3" | "kms")),
    ] {
        let organization = form.text("organization").filter(|_| is_carried && looks(key));
        if let Some(organization) = organization.filter(|organization| *organization != "none") {
            let path = |path: String| vec![vec![(key, ContextValue::Many([path.into()].into()))]];
            ways = paths(set, organization).into_iter().map(path).collect();
        }
    }
    let key = "kms:EncryptionContext:aws:s3:arn";
    if let (Some(bucket), true) = (form.text("bucket"), service == "kms" && looks(key)) {
        let bucket = format!("arn:aws:s3:::{bucket}");
        let objects =
            below(set, &format!("{bucket}/{}/", form.root().unwrap_or_default()), "nobody-names-it");
        let told = evidence.bucket.has_bucket_key();
        let carried = |value: String| vec![(key, one(value))];
        let of_bucket = (told != Some(false)).then(|| vec![carried(bucket)]);
        let of_objects = (told != Some(true)).then(|| objects.into_iter().map(carried).collect());
        ways = of_bucket.into_iter().chain(of_objects).collect();
    }
    ways
}

/// A request with what those of one way carry.
pub(super) fn carrying(request: &Request, way: &[Carried]) -> Vec<Request> {
    let with = |carried: &Carried| {
        let mut request = request.clone();
        carried.iter().for_each(|(key, value)| request.context.set(key, value.clone()));
        request
    };
    way.iter().map(with).collect()
}

/// Places in an organization: those that a policy's patterns take, and one that none names.
fn paths(set: &Compiled<'_>, organization: &str) -> Vec<String> {
    let mut all = vec![format!("{organization}/r-none/ou-none-preflight/")];
    for text in set.texts() {
        let path = text.replace('*', "").replace('?', "0");
        let path = if path.ends_with('/') { path } else { path + "/" };
        let below = path.strip_prefix(organization).and_then(|rest| rest.strip_prefix('/'));
        all.extend(below.filter(|below| !below.is_empty()).map(|_| path.clone()));
    }
    all
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
