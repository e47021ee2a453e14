//! Products that are judged together: each is let in by its own contract, and none is a stranger to another.

use super::Library;
use crate::contract::{Ask, Contract, Demand, Expect, Form, ReadsAs};
use std::borrow::Cow;

/// As whom the other products take the role, and the form as this one sees it.
pub(super) fn beside(
    library: &Library,
    consumers: &[String],
    form: Form,
    contract: &Contract,
) -> (Vec<String>, Form) {
    let others = consumers.iter().filter(|name| **name != contract.name);
    let others: Vec<&Contract> = others.filter_map(|name| library.contract(name)).collect();
    let neighbours = others.iter().flat_map(|other| principals(&form, other)).collect();
    let form = match shared(&form, contract, &others) {
        _ if others.is_empty() => form,
        Some(names) => form.without(PRODUCT).with(SHARED, &names),
        None => with_own_principal(&form, contract),
    };
    (neighbours, form)
}

/// The demands of a contract beside those of the other products of the run.
pub(super) fn demands<'d>(
    library: &Library,
    consumers: &[String],
    contract: &'d Contract,
) -> Vec<Cow<'d, Demand>> {
    contract.demands.iter().filter_map(|one| beside_others(library, consumers, contract, one)).collect()
}

/// A demand beside what the other products of the run ask: what one of them needs to be allowed is not asked to be denied, and a
/// demand of which nothing is left is not asked.
fn beside_others<'d>(
    library: &Library,
    consumers: &[String],
    contract: &Contract,
    demand: &'d Demand,
) -> Option<Cow<'d, Demand>> {
    let Ask::Access { request, actions, on, expect: Expect::Denied(_), .. } = &demand.ask else {
        return Some(Cow::Borrowed(demand));
    };
    let caller = |request: &String| library.requests().get(request).map(|template| &template.caller);
    let others = consumers.iter().filter(|name| **name != contract.name);
    let needed = others.filter_map(|name| library.contract(name)).flat_map(|other| &other.demands);
    let needed: Vec<&String> = needed
        .filter_map(|other| match &other.ask {
            Ask::Access { request: by, actions, on: there, expect: Expect::Allowed, .. }
                if there == on && caller(by) == caller(request) =>
            {
                Some(actions)
            }
            _ => None,
        })
        .flatten()
        .collect();
    let left: Vec<String> = actions.iter().filter(|action| !needed.contains(action)).cloned().collect();
    if left.len() == actions.len() {
        return Some(Cow::Borrowed(demand));
    }
    let mut own = demand.clone();
    if let Ask::Access { actions, .. } = &mut own.ask {
        actions.clone_from(&left);
    }
    (!left.is_empty()).then_some(Cow::Owned(own))
}

/// The other products that the typed value may be of: no contract says as whom they come, and each product comes as somebody of its
/// own. Products of one maker may come as the same.
fn shared(form: &Form, contract: &Contract, others: &[&Contract]) -> Option<String> {
    let is_open = |contract: &Contract| {
        matches!(contract.reader, ReadsAs::Role | ReadsAs::Principal)
            && !contract.defaults.iter().any(|default| default.name == PRODUCT)
    };
    let is_other = |other: &&&Contract| is_open(other) && other.product != contract.product;
    let names: Vec<&str> = others.iter().filter(is_other).map(|other| other.product.as_str()).collect();
    (is_open(contract) && form.is_given(PRODUCT) && !names.is_empty()).then(|| names.join("`, `"))
}

/// The form as one of several products sees it: who takes the role is said by its contract, and a value that was typed is for those
/// whose contract does not know.
#[must_use]
pub fn with_own_principal(form: &Form, contract: &Contract) -> Form {
    let knows = contract.defaults.iter().any(|default| default.name == PRODUCT);
    if knows { form.without(PRODUCT) } else { form.clone() }
}

/// Whom another product takes the role as.
fn principals(form: &Form, contract: &Contract) -> Vec<String> {
    let own = with_own_principal(form, contract);
    let default = contract.defaults.iter().find(|default| default.name == PRODUCT);
    let first = own.text(PRODUCT).or(default.map(|default| default.value.as_str()));
    let more = contract.demands.iter().filter_map(|demand| match &demand.ask {
        Ask::Access { of, .. } => of.iter().find(|(name, _)| name == PRODUCT).map(|(_, arn)| arn.as_str()),
        _ => None,
    });
    let mut all: Vec<String> = first.into_iter().chain(more).map(str::to_owned).collect();
    all.dedup();
    all
}

/// The value of the form that says as whom a product takes the role.
pub(super) const PRODUCT: &str = "product-principal";

/// The products that the value may be of as well as of this one.
pub(super) const SHARED: &str = "product-principal-shared";
