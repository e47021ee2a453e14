//! Our walk through patterns beside an automata library: on patterns made at random, and on those that people write.

mod smt;

use preflight::eval::member::{Found, Language, string};
use preflight::eval::{ArnGlob, Glob};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use smt::Verdict;
use std::collections::BTreeSet;
use std::path::Path;

/// Derivatives that the library may build for one question.
const BOUND: usize = 4_000;

fn agree(must: &[&Language], must_not: &[&Language], fits: impl Fn(&str) -> bool) -> Result<bool, String> {
    let ours = string(must, must_not);
    if let Found::Value(text) = &ours
        && !fits(text)
    {
        return Err(format!("{text:?} does not fit"));
    }
    match (ours, smt::string(must, must_not, BOUND)) {
        (Found::Value(_), Verdict::Value(_)) | (Found::Nothing, Verdict::Nothing) => Ok(true),
        (Found::GaveUp, _) | (_, Verdict::GaveUp) => Ok(false),
        (ours, theirs) => Err(format!("ours {ours:?}, theirs {theirs:?}")),
    }
}

fn pattern() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[ab]{1,2}", 3 => Just("*".to_owned()), 2 => Just("?".to_owned()), 2 => Just(":".to_owned()),
        1 => Just("arn:aws:s3:::".to_owned()), 1 => Just("reports/".to_owned()), 1 => Just("é".to_owned()),
    ];
    proptest::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

/// A pattern as a Resource, as an ARN operator or without regard to case; and what it matches.
#[derive(Debug, Clone)]
enum Kind {
    Glob(String),
    Arn(String),
    Folded(String),
}

impl Kind {
    fn language(&self) -> Option<Language> {
        Some(match self {
            Kind::Glob(text) => Language::glob(text),
            Kind::Arn(text) => Language::arn(ArnGlob::new(text)?.parts()),
            Kind::Folded(text) => Language::folded(text),
        })
    }

    fn matches(&self, value: &str) -> bool {
        match self {
            Kind::Glob(text) => Glob::new(text).matches(value),
            Kind::Arn(text) => ArnGlob::new(text).is_some_and(|arn| arn.matches(value)),
            Kind::Folded(text) => text.to_lowercase() == value.to_lowercase(),
        }
    }
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        6 => pattern().prop_map(Kind::Glob),
        2 => pattern().prop_map(|text| Kind::Arn(format!("arn:aws:*:{text}:*"))),
        1 => "[abAB]{0,4}".prop_map(Kind::Folded),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 20_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(4),
        ..ProptestConfig::default()
    })]

    #[test]
    fn two_ways_through_patterns_find_the_same(
        must in proptest::collection::vec(kind(), 1..4),
        must_not in proptest::collection::vec(kind(), 0..4),
    ) {
        let languages = |list: &[Kind]| list.iter().map(Kind::language).collect::<Option<Vec<_>>>();
        let (Some(yes), Some(no)) = (languages(&must), languages(&must_not)) else { return Ok(()) };
        let fits = |value: &str| {
            must.iter().all(|kind| kind.matches(value)) && !must_not.iter().any(|kind| kind.matches(value))
        };
        let settled = agree(&yes.iter().collect::<Vec<_>>(), &no.iter().collect::<Vec<_>>(), fits);
        prop_assert!(settled.is_ok(), "{}", settled.unwrap_err());
    }
}

#[test]
fn they_find_the_same_in_policies_as_people_write_them() {
    let patterns = written();
    assert!(patterns.len() > 50, "only {} patterns were found", patterns.len());
    let languages: Vec<Language> = patterns.iter().map(|text| Language::glob(text)).collect();
    let mut settled = 0;
    for (at, left) in languages.iter().enumerate() {
        for step in [1, 7, 31] {
            let other = (at + step) % languages.len();
            let (a, b) = (&patterns[at], &patterns[other]);
            let (one, two) = (Glob::new(a), Glob::new(b));
            let right = &languages[other];
            let inside = agree(&[left], &[right], |value| one.matches(value) && !two.matches(value));
            let overlap = agree(&[left, right], &[], |value| one.matches(value) && two.matches(value));
            for answer in [inside, overlap] {
                settled += usize::from(answer.unwrap_or_else(|fault| panic!("{a} and {b}: {fault}")));
            }
        }
    }
    assert_eq!(settled, patterns.len() * 6, "a question was given up");
}

/// Every text with a wildcard that stands in a document of our examples.
fn written() -> Vec<String> {
    fn take(value: &serde_json::Value, out: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::String(text) if text.contains('*') && text.contains(':') => {
                out.insert(text.clone());
            }
            serde_json::Value::Array(list) => list.iter().for_each(|value| take(value, out)),
            serde_json::Value::Object(members) => members.values().for_each(|value| take(value, out)),
            _ => {}
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = BTreeSet::new();
    for entry in ignore::Walk::new(root.join("fixtures/accounts")).filter_map(Result::ok) {
        if entry.path().extension().is_some_and(|extension| extension == "json")
            && let Ok(value) = serde_json::from_slice(&std::fs::read(entry.path()).unwrap())
        {
            take(&value, &mut out);
        }
    }
    out.into_iter().collect()
}
