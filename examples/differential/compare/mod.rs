//! Two engines, the same questions: what `preflight` decides and what `@cloud-copilot/iam-simulate` decides.
//!
//! Every difference must be named in [`known`], with the AWS page that decides it; any other is a failure. Shared by the
//! test, which asks 20,000 questions, and by the program that asks as many as one likes.

#![allow(dead_code, unreachable_pub, reason = "each user takes what it needs")]

mod change;
mod clauses;
mod dice;
mod generate;
mod known;
mod peer;
mod scene;
mod shrink;

use crate::cases::{self, Case};
pub use peer::Pace;
use peer::{Peer, Reply};
use preflight::eval::{Answer, Dependence, Member, Outcome, Question, World, ask};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What became of many questions.
#[derive(Default)]
pub struct Tally {
    pub asked: usize,
    pub agreed: BTreeMap<&'static str, usize>,
    /// Our engine says that AWS leaves the answer open, by reason.
    pub open: BTreeMap<String, usize>,
    /// Differences that are known, by name.
    pub known: BTreeMap<&'static str, usize>,
    /// Questions that the other engine does not take, by reason.
    pub refused: BTreeMap<String, usize>,
    pub unexplained: Vec<Difference>,
    differing: Vec<(Value, Ours, Reply)>,
}

/// Two answers that nothing explains.
pub struct Difference {
    pub case: Value,
    pub ours: String,
    pub theirs: Reply,
}

enum Ours {
    /// The outcomes of every world: one, or both kinds of denial.
    Settled(Vec<&'static str>),
    Open(String),
}

/// The case of a seed, read.
#[must_use]
pub fn generated(seed: u64) -> Case {
    read(&generate::case(seed))
}

/// The case of a seed, as text.
#[must_use]
pub fn text(seed: u64) -> String {
    generate::case(seed).to_string()
}

const BATCH: u64 = 100;

/// Asks both engines the cases of these seeds.
pub fn run(seeds: std::ops::Range<u64>, pace: Pace) -> Tally {
    let mut peer = Peer::start(pace);
    let mut tally = Tally::default();
    let mut waiting: Option<Vec<Value>> = None;
    let mut start = seeds.start;
    while start < seeds.end || waiting.is_some() {
        let end = seeds.end.min(start + BATCH);
        let batch: Vec<Value> = (start..end).map(generate::case).collect();
        start = end;
        let next = (!batch.is_empty()).then_some(batch);
        if let Some(batch) = &next {
            peer.send(batch);
        }
        if let Some(batch) = waiting {
            let ours: Vec<Ours> = batch.iter().map(decide).collect();
            let replies = peer.receive();
            let open: Vec<(Value, Ours, Reply)> = batch
                .into_iter()
                .zip(ours)
                .zip(replies)
                .filter_map(|((case, ours), reply)| tally.take(case, ours, reply))
                .collect();
            tally.differing.extend(open);
        }
        waiting = next;
    }
    tally.explain(&mut peer);
    tally
}

fn read(case: &Value) -> Case {
    cases::read(&case.to_string()).remove(0)
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allowed => "Allow",
        Outcome::ExplicitDeny => "ExplicitDeny",
        Outcome::ImplicitDeny => "ImplicitDeny",
    }
}

fn decide(case: &Value) -> Ours {
    let case = read(case);
    let set = case.compile();
    let question = Question {
        members: vec![Member { request: case.request.clone(), example: None }],
        unknowns: Vec::new(),
        allowed: true,
        base: World::new(),
    };
    match ask(&set, &question) {
        Answer::Holds { .. } => Ours::Settled(vec!["Allow"]),
        Answer::Fails { witness, others } => {
            let outcomes = std::iter::once(&*witness).chain(&others).map(|each| word(each.decision.outcome));
            Ours::Settled(outcomes.collect())
        }
        Answer::Depends { on, .. } | Answer::GaveUp { on } => {
            let first = on.iter().find_map(|each| match each {
                Dependence::Free(atom) => Some(set.free_name(*atom).to_ascii_lowercase()),
                Dependence::Unknown(_) | Dependence::Unseen(_) => None,
            });
            Ours::Open(first.unwrap_or_default())
        }
    }
}

impl Tally {
    /// Counts a pair of answers; gives it back where they differ.
    fn take(&mut self, mut case: Value, mut ours: Ours, reply: Reply) -> Option<(Value, Ours, Reply)> {
        self.asked += 1;
        if reply.answer == "Refused" {
            *self.refused.entry(reply.why).or_default() += 1;
            return None;
        }
        if !reply.ignored.is_empty() {
            let context = case["request"]["context"].as_object_mut().expect("a context");
            context.retain(|key, _| !reply.ignored.contains(key));
            ours = decide(&case);
        }
        match &ours {
            Ours::Open(reason) => {
                *self.open.entry(reason.clone()).or_default() += 1;
                None
            }
            Ours::Settled(words) => match words.iter().find(|word| **word == reply.answer) {
                Some(word) => {
                    *self.agreed.entry(word).or_default() += 1;
                    None
                }
                None => Some((case, ours, reply)),
            },
        }
    }
}

impl Tally {
    /// Holds each difference against the known ones: the case is changed so that the other engine's fault plays no part,
    /// and asked again. Only if it then says what ours says of the case as it was, the difference is that known one.
    fn explain(&mut self, peer: &mut Peer) {
        for (case, ours, reply) in std::mem::take(&mut self.differing) {
            let Ours::Settled(words) = &ours else { continue };
            let mut changes: Vec<(&'static str, Value)> = known::ALL
                .iter()
                .filter_map(|known| (known.change)(&case).map(|changed| (known.name, changed)))
                .collect();
            // Two at once, and all at once: each change upon the one before.
            for (at, (name, changed)) in changes.clone().into_iter().enumerate() {
                let others = known::ALL.iter().skip_while(|known| known.name != name).skip(1);
                changes.extend(others.filter_map(|known| Some((name, (known.change)(&changed)?))));
                if at == 0 {
                    let all =
                        known::ALL.iter().fold(changed, |case, known| (known.change)(&case).unwrap_or(case));
                    changes.push((name, all));
                }
            }
            let cases: Vec<Value> = changes.iter().map(|(_, changed)| changed.clone()).collect();
            let replies = if cases.is_empty() {
                Vec::new()
            } else {
                peer.send(&cases);
                peer.receive()
            };
            let found = changes
                .iter()
                .zip(&replies)
                .find(|(_, again)| words.iter().any(|word| *word == again.answer));
            match found {
                Some(((name, _), _)) => *self.known.entry(name).or_default() += 1,
                None => {
                    let ours = words.join("/");
                    self.unexplained.push(Difference { case, ours, theirs: reply });
                }
            }
        }
    }

    /// Adds up two runs.
    pub fn add(&mut self, other: Tally) {
        self.asked += other.asked;
        for (into, from) in [(&mut self.agreed, other.agreed), (&mut self.known, other.known)] {
            for (name, count) in from {
                *into.entry(name).or_default() += count;
            }
        }
        for (into, from) in [(&mut self.open, other.open), (&mut self.refused, other.refused)] {
            for (name, count) in from {
                *into.entry(name).or_default() += count;
            }
        }
        self.unexplained.extend(other.unexplained);
    }

    /// The counts, for people.
    #[must_use]
    pub fn table(&self) -> String {
        let mut out = String::new();
        let share = |count: usize| count as f64 * 100.0 / self.asked.max(1) as f64;
        let mut line = |count: usize, text: &str| {
            let _ = writeln!(out, "{count:>9}  {:>6.2} %  {text}", share(count));
        };
        line(self.asked, "questions asked");
        for (word, count) in &self.agreed {
            line(*count, &format!("agree: {word}"));
        }
        line(self.open.values().sum(), "AWS leaves it open, says ours; by the key or text that decides:");
        let mut open: Vec<_> = self.open.iter().collect();
        open.sort_by_key(|(reason, count)| (std::cmp::Reverse(**count), (*reason).clone()));
        for (reason, count) in open.iter().take(12) {
            line(**count, &format!("    {reason}"));
        }
        line(self.known.values().sum(), "known differences:");
        for known in known::ALL {
            let count = self.known.get(known.name).copied().unwrap_or_default();
            line(count, &format!("    {}: {}", known.name, known.why));
        }
        line(self.refused.values().sum(), "not taken by the other engine:");
        for (reason, count) in &self.refused {
            line(*count, &format!("    {}", reason.chars().take(150).collect::<String>()));
        }
        line(self.unexplained.len(), "differences that nothing explains");
        out
    }
}

impl Difference {
    /// The smallest case found on which the engines still differ, without what is known.
    pub fn shrink(&mut self) {
        let mut peer = Peer::start(Pace::Careful);
        'again: loop {
            let cases = shrink::smaller(&self.case);
            peer.send(&cases);
            for (case, reply) in cases.into_iter().zip(peer.receive()) {
                let mut tally = Tally::default();
                let ours = decide(&case);
                if let Some(differing) = tally.take(case, ours, reply) {
                    tally.differing.push(differing);
                    tally.explain(&mut peer);
                    if let Some(smaller) = tally.unexplained.pop() {
                        *self = smaller;
                        continue 'again;
                    }
                }
            }
            return;
        }
    }

    /// The case in the form of `fixtures/decisions`, with both answers and our trace.
    #[must_use]
    pub fn show(&self) -> String {
        let trace = read(&self.case).trace().join("\n    ");
        format!("ours {}, theirs {}\n{}\n    {trace}", self.ours, self.theirs.answer, self.case)
    }
}
