//! Callers beside those that a pattern of ARNs finds.

use super::callers::CallerClass;
use crate::eval::caller::Caller;
use crate::eval::compile::{Compiled, Test};
use crate::eval::principal::PrincipalTest;
use crate::policy::PrincipalKind;

/// The name of a session that no policy has.
pub(super) const SESSION: &str = "preflight-any-session";

/// The sessions of a role, where policies name one or more, which may be answered otherwise than the others: those, and one that
/// stands for all others, first.
#[must_use]
pub fn named_sessions(set: &Compiled<'_>, role: &Caller) -> Vec<Caller> {
    let named = set.atoms.iter().filter_map(|test| match test {
        Test::Principal(PrincipalTest::Arn(arn)) if arn.contains(":assumed-role/") => Caller::parse(arn).ok(),
        _ => None,
    });
    let is_of = |session: &Caller| session.account() == role.account() && session.name() == role.name();
    let mut all: Vec<Caller> = Vec::new();
    for session in named.filter(is_of) {
        if !all.contains(&session) {
            all.push(session);
        }
    }
    if let Some(first) = all.first() {
        let before = first.arn().rsplit_once('/').map_or("", |(before, _)| before);
        let other = Caller::parse(&format!("{before}/{SESSION}")).ok();
        all.splice(0..0, other);
    }
    all.into_iter().map(|session| session.with_role_arn(role.arn())).collect()
}

/// Callers that no pattern of ARNs finds, one for each that a policy of the sets names: those of an identity provider, accounts
/// by their canonical id, origin access identities of CloudFront, and sessions of roles that a `NotPrincipal` lists, since AWS wants the session listed, too.
#[must_use]
pub fn others(sets: &[&Compiled<'_>]) -> Vec<CallerClass> {
    let mut out: Vec<CallerClass> = Vec::new();
    let mut add = |caller: Caller, named: bool| {
        let class = CallerClass { caller, named, open: false, own_name: false };
        if !out.contains(&class) {
            out.push(class);
        }
    };
    for set in sets {
        for test in &set.atoms {
            match test {
                Test::Principal(PrincipalTest::Federated(provider)) => {
                    add(Caller::of_provider(provider), true)
                }
                Test::Principal(PrincipalTest::Held { kind: PrincipalKind::Federated, text, .. }) => {
                    add(Caller::of_provider(text), true);
                }
                Test::Principal(PrincipalTest::Canonical(id)) => add(Caller::of_canonical_id(id), true),
                // Of CloudFront's identities, which belong to no account.
                Test::Principal(PrincipalTest::Arn(arn)) => {
                    let caller = Caller::parse(arn).ok().filter(|caller| caller.account().is_none());
                    caller.into_iter().for_each(|caller| add(caller, true));
                }
                _ => {}
            }
        }
        let negated = set.statements.iter().filter_map(|statement| statement.principals.as_ref());
        for atom in negated.filter(|element| element.negated).flat_map(|element| &element.atoms) {
            let Some(Test::Principal(PrincipalTest::Role { arn, account, name })) =
                set.atoms.get(*atom as usize)
            else {
                continue;
            };
            let partition = arn.split(':').nth(1).unwrap_or("aws");
            let session = format!("arn:{partition}:sts::{account}:assumed-role/{name}/{SESSION}");
            if let Ok(caller) = Caller::parse(&session) {
                add(caller.with_role_arn(arn), false);
            }
        }
    }
    out
}
