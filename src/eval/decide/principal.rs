//! Whether a principal element means the caller, and how directly.

use super::Pass;
use crate::eval::caller::CallerKind;
use crate::eval::compile::{CompiledElement, CompiledStatement, Test};
use crate::eval::condition::Truth;
use crate::eval::layers::{Layer, LayerKind};
use crate::eval::principal::{Naming, PrincipalTest};
use crate::eval::trace::Recorder;
use crate::eval::world::FreeAtom;
use crate::policy::Effect;

impl<R: Recorder> Pass<'_, '_, R> {
    pub(super) fn principals(
        &mut self,
        element: &CompiledElement,
        statement: &CompiledStatement,
    ) -> (bool, Naming) {
        let mut best: Option<Naming> = None;
        let mut account = false;
        let mut itself = false;
        let mut others = false;
        for atom in &element.atoms {
            let (truth, naming) = match self.set.atoms.get(*atom as usize) {
                Some(Test::Principal(test)) => {
                    others |= element.negated && test.is_other_identity_of(&self.request.caller);
                    test.names(&self.request.caller)
                }
                Some(_) | None => (Truth::Free, Naming::Itself),
            };
            let named = match truth {
                Truth::Yes => true,
                Truth::No | Truth::Null | Truth::Mistyped => false,
                Truth::Free => self.free(FreeAtom(*atom)),
            };
            if named {
                best = best.max(Some(naming));
                account |= naming == Naming::Account;
                itself |= naming != Naming::Account;
            }
        }
        if !element.negated {
            return match best {
                None => (false, Naming::Account),
                // On gateway endpoints an account id means its root user, on interface endpoints the account.
                // https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html (checked 2026-11)
                Some(Naming::Account)
                    if statement.layer == LayerKind::Endpoint
                        && self.request.caller.kind() != CallerKind::Root =>
                {
                    let atom = element.atoms.first().copied().unwrap_or_default();
                    (!self.free(FreeAtom(atom)), Naming::Account)
                }
                Some(naming) => (true, naming),
            };
        }
        let applies = match statement.effect {
            Effect::Allow => best.is_none(),
            Effect::Deny | Effect::Unreadable => self.not_principal_denies(element, account, itself, others),
        };
        (applies, Naming::Itself)
    }

    /// Deny with NotPrincipal: AWS wants the whole chain listed (session, role, account) and always denies callers with a
    /// permissions boundary.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html> (checked 2026-11)
    fn not_principal_denies(
        &mut self,
        element: &CompiledElement,
        account: bool,
        itself: bool,
        others: bool,
    ) -> bool {
        let caller = &self.request.caller;
        let signed = !matches!(
            caller.kind(),
            CallerKind::Service | CallerKind::Anonymous | CallerKind::Root | CallerKind::Provider
        );
        if signed && matches!(self.set.layer(LayerKind::Boundary), Layer::Known(_) | Layer::Partly(_)) {
            return true;
        }
        let chain_is_listed = match caller.kind() {
            CallerKind::Service
            | CallerKind::Anonymous
            | CallerKind::Root
            | CallerKind::Provider
            | CallerKind::Canonical => account || itself,
            // The session belongs to the chain, and what it is called nobody told.
            CallerKind::Role if caller.is_in_some_session() => false,
            CallerKind::User | CallerKind::Federated | CallerKind::Role => account && itself,
            CallerKind::Session => {
                account && self.names(element, Naming::Itself) && self.names(element, Naming::Role)
            }
        };
        let everyone = element.atoms.iter().any(|atom| {
            matches!(self.set.atoms.get(*atom as usize), Some(Test::Principal(PrincipalTest::Everyone)))
        });
        if chain_is_listed || everyone {
            return false;
        }
        if !account && !itself {
            return true;
        }
        // AWS's example lists a user and its account's root and means to deny the account's other users.
        let own = match caller.kind() {
            CallerKind::Session => self.names(element, Naming::Itself),
            CallerKind::Root
            | CallerKind::User
            | CallerKind::Role
            | CallerKind::Federated
            | CallerKind::Service
            | CallerKind::Anonymous
            | CallerKind::Provider
            | CallerKind::Canonical => itself,
        };
        if account && !own && others {
            return true;
        }
        // A part of the chain is missing: AWS says the rest "might" be denied.
        element.atoms.first().is_some_and(|atom| self.free(FreeAtom(*atom)))
    }

    fn names(&self, element: &CompiledElement, wanted: Naming) -> bool {
        element.atoms.iter().any(|atom| match self.set.atoms.get(*atom as usize) {
            Some(Test::Principal(test)) => test.names(&self.request.caller) == (Truth::Yes, wanted),
            Some(_) | None => false,
        })
    }
}
