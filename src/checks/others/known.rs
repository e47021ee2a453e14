//! Whom the form and the contract name.

use crate::checks::subject::Subject;
use crate::contract::Ask;
use crate::eval::{Caller, CallerKind};
use crate::policy::arn;

/// The accounts that the form names: the payer, the owner of the bucket, the reader's, the connected ones.
pub(super) fn own_accounts(subject: &Subject<'_>) -> Vec<String> {
    let form = subject.form;
    let named = ["account", "bucket-account", "management-account"];
    let reader = form.text("reader").and_then(arn::account_of);
    let mut all: Vec<String> = named
        .iter()
        .filter_map(|name| form.text(name))
        .chain(reader)
        .chain(form.connected().map(|value| value.text.as_str()))
        .map(str::to_owned)
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Whether the contract itself names a caller: the reader, the product, or a service that delivers.
pub(super) fn is_of_contract(subject: &Subject<'_>, caller: &Caller) -> bool {
    if caller.kind() == CallerKind::Service {
        return subject.requests.values().any(|request| request.caller == caller.arn());
    }
    let of = |name: &str| subject.form.text(name).and_then(|arn| Caller::parse(arn).ok());
    let is_reader = |reader: Caller| {
        reader.arn() == caller.arn()
            || (reader.principal_arn().is_some() && reader.principal_arn() == caller.principal_arn())
    };
    // Whoever of the product's own account calls is the product.
    let is_product = |product: Caller| product.account().is_some() && product.account() == caller.account();
    // The root user's key is one reader's; the account of a product is the product.
    // A product may call from more than one account.
    let also = subject.demands.iter().filter_map(|demand| match &demand.ask {
        Ask::Access { of, .. } => of.iter().find(|(name, _)| name == "product-principal"),
        _ => None,
    });
    let also = also.map(|(_, arn)| arn).chain(subject.neighbours);
    let also = also.filter_map(|arn| Caller::parse(arn).ok());
    of("reader").is_some_and(is_reader) || of("product-principal").into_iter().chain(also).any(is_product)
}
