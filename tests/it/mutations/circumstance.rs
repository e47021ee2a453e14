//! What of a reader's request follows from what it is about.

use preflight::contract::Form;
use preflight::eval::{Caller, Context};

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
