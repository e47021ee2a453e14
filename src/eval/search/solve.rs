//! Values that agree with every choice made so far.

use super::path::Path;
use super::{Dimension, Search, is_open, is_unknown};
use crate::eval::compile::Axis;
use crate::eval::context::ContextValue;
use crate::eval::member::{self, Found, Language};
use crate::eval::request::Request;
use crate::eval::world::FreeAtom;
use std::rc::Rc;

impl Search<'_, '_> {
    /// A value that goes on agreeing when a test is decided: the one at hand, if it does, else a new one.
    pub(super) fn value(
        &mut self,
        request: &Request,
        path: &Path,
        (atom, truth): (FreeAtom, bool),
    ) -> Found<String> {
        let axis = self.set.axis(atom);
        let at_hand = if axis == Axis::None { None } else { path.value(axis) };
        match at_hand {
            Some(value) if self.set.takes(atom, value, &request.context) == Some(truth) => {
                Found::Value(value.to_owned())
            }
            Some(_) | None => self.solve(request, path, (atom, truth)),
        }
    }

    /// Makes a choice, and finds a value that agrees with it and with all before it.
    pub(super) fn choose(
        &mut self,
        request: &Request,
        path: &mut Path,
        choice: (Dimension, usize),
    ) -> Found<()> {
        let atom = choice.0.atom();
        let axis = atom.map(|atom| self.set.axis(atom));
        path.push(choice, axis);
        let (Some(atom), Some(axis)) = (atom, axis) else { return Found::Value(()) };
        match self.value(request, path, (atom, choice.1 == 1)) {
            Found::Value(value) => {
                if axis != Axis::None {
                    path.agree(axis, value);
                }
                Found::Value(())
            }
            Found::Nothing => Found::Nothing,
            Found::GaveUp => Found::GaveUp,
        }
    }

    /// Makes a choice that holds for the whole run, and says whether a key can have a value that is like that: what tests say of
    /// one resource each need not fit together.
    pub(in crate::eval) fn is_possible(&mut self, path: &mut Path, choice: (Dimension, usize)) -> bool {
        let key = match choice.0 {
            Dimension::Free(atom) => match self.set.axis(atom) {
                Axis::Key(key) => Some(self.set.key_name(key)),
                Axis::Resource | Axis::None => None,
            },
            Dimension::Unknown(_) | Dimension::Unseen(_) | Dimension::Every(_) => None,
        };
        let request = key.and_then(|key| {
            let members = 0..self.question.members.len();
            let mut requests = members.filter_map(|member| self.request(member, path.choices()));
            requests.find(|request| is_unknown(request, key))
        });
        match request {
            Some(request) => self.choose(&request, path, choice) != Found::Nothing,
            None => {
                path.push(choice, choice.0.atom().map(|atom| self.set.axis(atom)));
                true
            }
        }
    }

    /// A value for the axis of a test that agrees with every choice made on it so far.
    fn solve(&mut self, request: &Request, path: &Path, (atom, truth): (FreeAtom, bool)) -> Found<String> {
        match self.set.axis(atom) {
            Axis::None => Found::Value(String::new()),
            Axis::Resource => {
                let Some(space) = &request.space else { return Found::Value(request.resource.to_string()) };
                let passed = path.tests(Axis::Resource, true);
                // With hundreds of folders each lies outside of all others.
                if truth && self.is_outside(request, atom, passed) {
                    return Found::Nothing;
                }
                self.resource(request, space, (passed, path.tests(Axis::Resource, false)))
            }
            Axis::Key(key) if !is_open(request, self.set.key_name(key)) => Found::Value(String::new()),
            axis @ Axis::Key(key) => {
                let (passed, failed) = (path.tests(axis, true), path.tests(axis, false));
                if truth && self.is_excluded(request, atom, passed) {
                    return Found::Nothing;
                }
                self.steps = self.steps.saturating_sub((passed.len() + failed.len()) as u64);
                // What else can be anything does not bear on the value.
                let bears = |atom: &&FreeAtom| self.apart(request, **atom).is_none();
                let tests = |atoms: &[FreeAtom]| {
                    let bearing = atoms.iter().filter(bears);
                    bearing.filter_map(|atom| self.set.value_test(*atom)).collect::<Vec<_>>()
                };
                let (must, must_not) = (tests(passed), tests(failed));
                let within = match request.context.get(self.set.key_name(key)) {
                    Some(ContextValue::Every(within) | ContextValue::Within(within)) => Some(within),
                    Some(_) | None => None,
                };
                let given = (within, &request.context);
                member::value(self.set.key_name(key), (&must, &must_not), given, &mut self.work)
            }
        }
    }

    fn resource(
        &mut self,
        request: &Request,
        space: &[Language],
        (passed, failed): (&[FreeAtom], &[FreeAtom]),
    ) -> Found<String> {
        self.steps = self.steps.saturating_sub((passed.len() + failed.len()) as u64);
        let widest = |atom: &FreeAtom| self.set.widest_resource_language(*atom, &request.context);
        let widest: Vec<Language> = passed.iter().filter_map(widest).collect();
        let mut taken = |atoms: &[FreeAtom]| -> Vec<Rc<Language>> {
            atoms.iter().filter_map(|atom| self.taken.by(self.set, request, *atom)).collect()
        };
        let (yes, no) = (taken(passed), taken(failed));
        let yes: Vec<&Language> = yes.iter().map(|taken| &**taken).chain(&widest).chain(space).collect();
        let no: Vec<&Language> = no.iter().map(|taken| &**taken).collect();
        member::string_within(&yes, &no, &mut self.work)
    }

    /// Whether a test takes no resource that another takes which is to pass.
    fn is_outside(&mut self, request: &Request, atom: FreeAtom, passed: &[FreeAtom]) -> bool {
        let mut others = passed.iter().filter(|other| **other != atom);
        others.any(|other| self.taken.are_apart(self.set, request, (atom, *other), &mut self.work))
    }

    /// The same of a test of a key.
    fn is_excluded(&self, request: &Request, atom: FreeAtom, passed: &[FreeAtom]) -> bool {
        let Some(test) = self.set.value_test(atom).filter(|_| self.apart(request, atom).is_none()) else {
            return false;
        };
        let mut others =
            passed.iter().filter(|other| **other != atom && self.apart(request, **other).is_none());
        others.any(|other| self.set.value_test(*other).is_some_and(|other| test.excludes(other)))
    }
}
