//! The form as brute force takes it.

use preflight::contract::{Contract, Form};

/// The form as the contract completes it. Accounts that leave the form open are not for brute force.
pub(super) fn complete(form: &Form, contract: &Contract) -> Form {
    let mut form = form.clone();
    let mut fill = |name: &str, value: &str| {
        if form.text(name).is_none() {
            form = form.with(name, value);
        }
    };
    for default in &contract.defaults {
        fill(&default.name, &default.value);
    }
    fill("partition", "aws");
    fill("billing-region", "us-east-1");
    // An account stands for its root.
    let product = form.text("product-principal").filter(|text| text.len() == 12).map(str::to_owned);
    if let Some(account) = product {
        form = form.with("product-principal", &format!("arn:aws:iam::{account}:root"));
    }
    let account = form.text("account").map(str::to_owned);
    if let (None, Some(account)) = (form.text("bucket-account"), account) {
        form = form.with("bucket-account", &account);
    }
    form
}
