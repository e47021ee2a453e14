//! The resources that tests take, worked out once for a request.

use crate::eval::compile::Compiled;
use crate::eval::member::{self, Found, Language};
use crate::eval::request::Request;
use crate::eval::world::FreeAtom;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// What is known of the tests of one request's resource.
#[derive(Default)]
pub(super) struct Taken {
    by: FxHashMap<FreeAtom, Option<Rc<Language>>>,
    apart: FxHashMap<(FreeAtom, FreeAtom), bool>,
}

impl Taken {
    /// Keeps what is the same for every request.
    pub(super) fn forget_values(&mut self, set: &Compiled<'_>) {
        let is_fixed = |atom: &FreeAtom| set.variables(*atom).next().is_none();
        self.by.retain(|atom, _| is_fixed(atom));
        self.apart.retain(|(one, other), _| is_fixed(one) && is_fixed(other));
    }

    /// The resources that a test takes; none where a variable has no single value.
    pub(super) fn by(
        &mut self,
        set: &Compiled<'_>,
        request: &Request,
        atom: FreeAtom,
    ) -> Option<Rc<Language>> {
        let taken = self.by.entry(atom);
        taken.or_insert_with(|| set.resource_language(atom, &request.context).map(Rc::new)).clone()
    }

    /// Whether no resource is taken by two tests, as far as that can be told.
    pub(super) fn are_apart(
        &mut self,
        set: &Compiled<'_>,
        request: &Request,
        (one, other): (FreeAtom, FreeAtom),
        work: &mut u64,
    ) -> bool {
        let pair = if one < other { (one, other) } else { (other, one) };
        if let Some(known) = self.apart.get(&pair) {
            return *known;
        }
        let (Some(left), Some(right)) = (self.by(set, request, one), self.by(set, request, other)) else {
            return false;
        };
        let are_apart = member::string_within(&[&left, &right], &[], work) == Found::Nothing;
        self.apart.insert(pair, are_apart);
        are_apart
    }
}
