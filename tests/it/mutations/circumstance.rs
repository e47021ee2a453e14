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
    if let (Some(organization), true) =
        (form.text("organization"), owner.is_some() && owner == form.text("account"))
    {
        context.set_one("aws:ResourceOrgID", organization);
    }
    if action.starts_with("kms:") {
        context.set_one("kms:CallerAccount", caller.account().unwrap_or_default());
        context.set_one("kms:ViaService", &format!("s3.{}.amazonaws.com", region.unwrap_or_default()));
        context.set_one("aws:ViaAWSService", "true");
    }
}

/// Whether the form tells of which organization the caller's account is: its own, or none that anybody named.
pub(super) fn is_of_organization(form: &Form, caller: &Caller) -> bool {
    let Some(account) = caller.account() else { return true };
    ["account", "management-account"].iter().any(|name| form.text(name) == Some(account))
        || form.connected_accounts.iter().any(|connected| connected.text == account)
}
