//! What is taken for true while a document is resolved, and what turned out to decide about it.
//!
//! A document that hangs on something that only the run tells (`var.public ? … : …`, one of several files of values) is resolved
//! once with that left open, and once for each answer: whoever judges the document judges each of these.

use crate::evidence::When;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Documents made of one, before the rest is left open.
const MOST_CASES: usize = 32;

/// Times that one document is resolved.
const MOST_RUNS: usize = 96;

/// Something that decides what a document is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Question {
    /// What is asked: an expression, or which values the module is given.
    pub(super) what: String,
    /// The answers, as words that stand behind "if".
    pub(super) answers: Vec<String>,
}

impl Question {
    /// Whether an expression is true.
    pub(super) fn truth(expression: &str) -> Self {
        Self {
            what: expression.to_owned(),
            answers: vec![format!("`{expression}`"), format!("not `{expression}`")],
        }
    }

    /// Whether a `count` or `for_each` makes something.
    pub(super) fn made(expression: &str) -> Self {
        Self {
            what: expression.to_owned(),
            answers: vec![format!("`{expression}` makes one"), format!("`{expression}` makes none")],
        }
    }
}

/// The answers that are taken for given.
#[derive(Debug, Default)]
pub(super) struct Reading {
    given: RefCell<BTreeMap<String, usize>>,
    open: RefCell<Vec<Question>>,
    is_asking: Cell<bool>,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Explored<T> {
    /// With all left open.
    pub(super) base: T,
    pub(super) cases: Vec<(When, T)>,
    /// One of the cases is the true one.
    pub(super) is_whole: bool,
}

impl Reading {
    /// The answer to a question, if one is given. One that is not is noted.
    pub(super) fn ask(&self, question: Question) -> Option<usize> {
        if let Some(answer) = self.given.borrow().get(&question.what) {
            return Some(*answer);
        }
        if self.is_another(&question.what) {
            return Some(1);
        }
        if self.is_asking.get() {
            self.open.borrow_mut().push(question);
        }
        None
    }

    /// The answer that is given, without asking.
    pub(super) fn given(&self, what: &str) -> Option<usize> {
        self.given.borrow().get(what).copied()
    }

    /// Whether `x == "a"` is asked where `x == "b"` is given.
    fn is_another(&self, what: &str) -> bool {
        let sides = |text: &str| -> Option<(String, String)> {
            let (left, right) = text.split_once(" == ")?;
            let is_plain = right.starts_with('"') && !right.contains("${") && !left.contains(['&', '|']);
            is_plain.then(|| (left.to_owned(), right.to_owned()))
        };
        let Some((left, right)) = sides(what) else { return false };
        let given = self.given.borrow();
        let true_ones = given.iter().filter(|(_, answer)| **answer == 0);
        true_ones.filter_map(|(what, _)| sides(what)).any(|(other, value)| other == left && value != right)
    }

    /// How many questions are open.
    pub(super) fn mark(&self) -> usize {
        self.open.borrow().len()
    }

    /// Takes back questions that were asked since: the answer is the same.
    pub(super) fn forget(&self, mark: usize) {
        self.open.borrow_mut().truncate(mark);
    }

    /// What something gives with all left open, and what it gives for each answer to what decides about it; of more answers than
    /// are looked at together each is looked at by itself.
    pub(super) fn explore<T>(&self, mut run: impl FnMut() -> T) -> Explored<T> {
        // One that looks into another resolves it as it finds it.
        if self.is_asking.get() {
            return Explored { base: run(), cases: Vec::new(), is_whole: true };
        }
        self.is_asking.set(true);
        let (base, first) = self.run(&BTreeMap::new(), &mut run);
        let mut out = Vec::new();
        let mut left: Vec<(BTreeMap<String, usize>, When)> = Vec::new();
        let branch = |left: &mut Vec<_>, given: &BTreeMap<String, usize>, taken: &When, open: &Question| {
            for (at, words) in open.answers.iter().enumerate().rev() {
                let (mut given, mut taken) = (given.clone(), taken.clone());
                given.insert(open.what.clone(), at);
                taken.insert(open.what.clone(), words.clone());
                left.push((given, taken));
            }
        };
        if let Some(open) = first {
            branch(&mut left, &BTreeMap::new(), &When::new(), &open);
        }
        let mut runs = 0;
        let mut is_whole = true;
        while let Some((given, taken)) = left.pop() {
            runs += 1;
            if runs > MOST_RUNS || out.len() + left.len() > MOST_CASES {
                out.clear();
                is_whole = false;
                break;
            }
            let (found, open) = self.run(&given, &mut run);
            match open {
                Some(open) => branch(&mut left, &given, &taken, &open),
                None => out.push((taken, found)),
            }
        }
        if !is_whole {
            out = self.one_by_one(&mut run);
        }
        self.given.borrow_mut().clear();
        self.is_asking.set(false);
        Explored { base, cases: out, is_whole }
    }

    /// Each answer by itself, all others left open: what is so in it alone is seen.
    fn one_by_one<T>(&self, run: &mut impl FnMut() -> T) -> Vec<(When, T)> {
        self.run(&BTreeMap::new(), run);
        let mut questions = self.open.borrow().clone();
        let mut seen = std::collections::BTreeSet::new();
        questions.retain(|question| seen.insert(question.what.clone()));
        let mut out = Vec::new();
        for question in questions {
            for (at, words) in question.answers.iter().enumerate() {
                if out.len() >= MOST_CASES {
                    return out;
                }
                let given = BTreeMap::from([(question.what.clone(), at)]);
                let (found, _) = self.run(&given, run);
                out.push((When::from([(question.what.clone(), words.clone())]), found));
            }
        }
        out
    }

    fn run<T>(&self, given: &BTreeMap<String, usize>, run: &mut impl FnMut() -> T) -> (T, Option<Question>) {
        self.given.borrow_mut().clone_from(given);
        self.open.borrow_mut().clear();
        let found = run();
        (found, self.open.borrow().first().cloned())
    }
}

/// The caller's own words in the name of a value that it gives: `var.a (var.b)` is `var.b`.
pub(super) fn innermost(name: &str) -> &str {
    let is_given = (name.starts_with("var.") || name.starts_with("module.")) && name.ends_with(')');
    match name.split_once(" (").filter(|(reference, _)| is_given && !reference.contains(' ')) {
        Some((_, inner)) => innermost(inner.strip_suffix(')').unwrap_or(inner)),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_decides_is_answered_both_ways_and_once() {
        let reading = Reading::default();
        let Explored { base, cases, .. } = reading.explore(|| {
            let one = reading.ask(Question::truth("a"));
            let other = if one == Some(0) { reading.ask(Question::truth("b")) } else { None };
            (one, other)
        });
        assert_eq!(base, (None, None));
        let told: Vec<_> =
            cases.into_iter().map(|(taken, found)| (taken.into_values().collect(), found)).collect();
        assert_eq!(
            told,
            [
                (vec!["`a`".to_owned(), "`b`".to_owned()], (Some(0), Some(0))),
                (vec!["`a`".to_owned(), "not `b`".to_owned()], (Some(0), Some(1))),
                (vec!["not `a`".to_owned()], (Some(1), None)),
            ]
        );
    }

    #[test]
    fn one_value_is_not_two() {
        let reading = Reading::default();
        let both = || {
            let ask = |text: &str| reading.ask(Question::truth(text));
            (ask(r#"var.env == "prod""#), ask(r#"var.env == "dev""#))
        };
        let found: Vec<_> = reading.explore(both).cases.into_iter().map(|(_, found)| found).collect();
        assert_eq!(found, [(Some(0), Some(1)), (Some(1), Some(0)), (Some(1), Some(1))]);
    }

    #[test]
    fn of_too_many_answers_each_is_looked_at_by_itself() {
        let reading = Reading::default();
        let many = || (0..9).map(|at| reading.ask(Question::truth(&format!("var.c{at}")))).count();
        let Explored { cases, is_whole, .. } = reading.explore(many);
        assert_eq!((cases.len(), is_whole), (18, false));
        assert!(cases.iter().all(|(when, _)| when.len() == 1));
        assert!(reading.ask(Question::truth("var.c0")).is_none());
    }

    #[test]
    fn a_value_that_was_handed_on_is_the_callers() {
        assert_eq!(innermost("var.a (var.b (var.c))"), "var.c");
        assert_eq!(innermost("length(var.a)"), "length(var.a)");
    }
}
