//! Laws of the evaluator, tried on policies and requests made at random.

mod settings;

use preflight::eval::{
    Compiled, ContextValue, Event, Glob, Layer, LayerKind, Layers, NoTrace, Patch, Trace, Unknown, World,
    ask, decide, fuzz,
};
use preflight::policy::{self, FaultKind};
use preflight::source::{Sources, Span};
use preflight::syntax::read_json;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use settings::{Setting, definite, pick, policy, setting, statement};

/// The same cases in every run; `PROPTEST_CASES=20000` asks for that many others.
fn config() -> ProptestConfig {
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 512;
        config.rng_seed = RngSeed::Fixed(20_121_017);
    }
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_deny_more_never_allows(setting in setting(), more in statement(true), at in 0usize..5) {
        let mut more = more;
        more["Effect"] = json!("Deny");
        let mut denied = setting.clone();
        denied.bucket.insert(at.min(denied.bucket.len()), more);
        match (setting.answer(), denied.answer()) {
            (Some(false), after) => prop_assert_eq!(after, Some(false)),
            (None, after) => prop_assert_ne!(after, Some(true)),
            (Some(true), _) => {}
        }
    }

    #[test]
    fn an_allow_more_never_denies(setting in setting(), more in statement(true)) {
        let mut more = more;
        more["Effect"] = json!("Allow");
        let mut allowed = setting.clone();
        allowed.bucket.push(more);
        match (setting.answer(), allowed.answer()) {
            (Some(true), after) => prop_assert_eq!(after, Some(true)),
            (None, after) => prop_assert_ne!(after, Some(false)),
            (Some(false), _) => {}
        }
    }

    #[test]
    fn the_order_of_statements_does_not_matter(setting in setting(), turn in 0usize..4) {
        let mut turned = setting.clone();
        turned.bucket.reverse();
        let length = turned.own.len().max(1);
        turned.own.rotate_left(turn % length);
        prop_assert_eq!(setting.answer(), turned.answer());
    }

    #[test]
    fn names_of_statements_do_not_matter(setting in setting()) {
        let mut named = setting.clone();
        for (at, statement) in named.bucket.iter_mut().chain(&mut named.own).enumerate() {
            statement["Sid"] = json!(format!("Statement{at}"));
        }
        prop_assert_eq!(setting.answer(), named.answer());
    }

    #[test]
    fn a_statement_split_by_its_actions_says_the_same(setting in setting()) {
        let mut split = setting.clone();
        for list in [&mut split.bucket, &mut split.own] {
            *list = list.iter().flat_map(halves).collect();
        }
        prop_assert_eq!(setting.answer(), split.answer());
    }

    #[test]
    fn an_unseen_layer_that_is_shown_never_turns_a_definite_answer(
        setting in setting(),
        scp in proptest::collection::vec(statement(false), 0..4),
    ) {
        let mut hidden = setting;
        hidden.unseen = true;
        let Some(definite_answer) = hidden.answer() else { return Ok(()) };
        let (bucket, own, scp) = (policy(&hidden.bucket), policy(&hidden.own), policy(&scp));
        let mut layers = Layers::none();
        layers.resource = Layer::Known(vec![&bucket]);
        layers.identity = Layer::Known(vec![&own]);
        layers.scp = Layer::Known(vec![vec![&scp]]);
        let shown = ask(&Compiled::new(&layers), &hidden.question(Vec::new()));
        prop_assert_eq!(definite(&shown), Some(definite_answer));
    }

    #[test]
    fn an_unknown_key_that_is_told_never_turns_a_definite_answer(
        setting in setting(),
        value in pick(&["a", "A", "true", "1", "b"]),
        absent in any::<bool>(),
    ) {
        let Some(definite_answer) = setting.answer() else { return Ok(()) };
        let mut told = setting;
        told.context.retain(|(_, value)| !(absent && *value == ContextValue::Unseen));
        for (_, slot) in &mut told.context {
            if matches!(slot, ContextValue::Unknown | ContextValue::Unseen) {
                *slot = ContextValue::One(value.as_str().into());
            }
        }
        // A key that stands twice is the later one; taking that out must not bring the earlier one back.
        let mut names: Vec<&String> = told.context.iter().map(|(key, _)| key).collect();
        names.sort();
        prop_assume!(names.windows(2).all(|pair| pair[0] != pair[1]));
        prop_assert_eq!(told.answer(), Some(definite_answer));
    }

    #[test]
    fn an_unknown_of_the_question_that_is_settled_never_turns_a_definite_answer(setting in setting()) {
        let options: Vec<Option<ContextValue>> =
            vec![None, Some(ContextValue::One("a".into())), Some(ContextValue::One("A".into()))];
        let unknown = |options: &[Option<ContextValue>]| Unknown {
            fact: "fact".to_owned(),
            presumed: None,
            options: options
                .iter()
                .map(|value| Patch { label: String::new(), keys: vec![("aws:SourceAccount".to_owned(), value.clone())] })
                .collect(),
        };
        setting.with(|set| {
            let open = definite(&ask(set, &setting.question(vec![unknown(&options)])));
            let settled: Vec<Option<bool>> = options
                .iter()
                .map(|option| definite(&ask(set, &setting.question(vec![unknown(std::slice::from_ref(option))]))))
                .collect();
            if let Some(open) = open {
                assert!(settled.iter().all(|each| *each == Some(open)), "{open} but {settled:?}");
            } else {
                let same = settled.iter().all(|each| *each == settled[0] && each.is_some());
                assert!(!same, "depends, but every option says {:?}", settled[0]);
            }
        });
    }

    #[test]
    fn watching_does_not_change_a_decision(setting in setting(), bits in any::<u64>()) {
        setting.with(|set| {
            let request = setting.request();
            let mut world = World::new();
            world.set_unseen_denies(LayerKind::Scp, bits & 1 == 1);
            loop {
                let mut trace = Trace::default();
                let watched = decide(set, &request, &world, &mut trace);
                assert_eq!(watched, decide(set, &request, &world, &mut NoTrace));
                let open = trace.events.iter().find_map(|event| match event {
                    Event::Free(atom) if !world.get(*atom) && bits >> (atom.0 % 64) & 1 == 1 => Some(*atom),
                    _ => None,
                });
                let Some(atom) = open else { break };
                world.set(atom, true);
            }
        });
    }

    #[test]
    fn a_glob_matches_as_a_naive_matcher_says(pattern in "[ab*?é]{0,8}", text in "[abé]{0,10}") {
        let (pattern_chars, text_chars): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
        prop_assert_eq!(Glob::new(&pattern).matches(&text), naive(&pattern_chars, &text_chars), "{} ~ {}", pattern, text);
    }

    #[test]
    fn no_text_breaks_reading_or_deciding(text in "(\\PC|[{}\\[\\]\",:*]){0,200}") {
        read_and_decide(&text);
    }

    #[test]
    fn no_damage_breaks_reading_or_deciding(setting in setting(), at in any::<prop::sample::Index>(), with in "\\PC{0,3}") {
        let mut text = json!({ "Version": "2012-10-17", "Statement": setting.bucket }).to_string();
        let mut place = at.index(text.len());
        while !text.is_char_boundary(place) {
            place -= 1;
        }
        text.truncate(place);
        read_and_decide(&format!("{text}{with}"));
    }
}

#[test]
fn an_empty_list_under_a_negated_operator_stays_open_for_a_value_that_nobody_knows() {
    let allow = json!({
        "Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "*",
        "Condition": { "StringNotEquals": { "s3:prefix": [] } },
    });
    for value in [ContextValue::Unknown, ContextValue::One("a".into())] {
        let setting = Setting {
            bucket: vec![allow.clone()],
            own: Vec::new(),
            unseen: false,
            caller: "bcm-data-exports.amazonaws.com".to_owned(),
            action: "s3:PutObject".to_owned(),
            context: vec![("s3:prefix".to_owned(), value)],
        };
        assert_eq!(setting.answer(), None);
    }
}

#[test]
fn what_is_missing_from_a_text_that_is_no_policy_is_told_on_character_borders() {
    let text = "\u{1f574}";
    let source = Sources::new().add("policy", text);
    let faults = policy::read(&read_json(text).root, source, 0).faults;
    let missing = faults.iter().find(|fault| fault.kind == FaultKind::MissingStatement);
    assert!(missing.is_none_or(|fault| fault.span == Span::new(0, text.len())), "{faults:?}");
    assert!(!faults.is_empty());
}

#[test]
fn every_policy_at_hand_is_read_and_decided() {
    let mut count = 0;
    for account in crate::common::accounts() {
        for (_, source) in account.sources.iter() {
            read_and_decide(source.text());
            count += 1;
        }
    }
    assert!(count >= 300, "only {count} texts");
}

/// Any text is a policy with faults, which lie inside of it, and can be decided.
fn read_and_decide(text: &str) {
    let source = Sources::new().add("policy", text);
    let document = read_json(text);
    let policy = policy::read(&document.root, source, 0);
    for fault in &policy.faults {
        assert!(text.get(fault.span.range()).is_some(), "{fault:?} is outside of {text:?}");
    }
    fuzz::policy(&policy);
}

/// A statement as one statement for each half of its actions; `NotAction` is no list of alternatives.
fn halves(statement: &Value) -> Vec<Value> {
    let Some(actions) = statement["Action"].as_array().filter(|actions| actions.len() > 1) else {
        return vec![statement.clone()];
    };
    let (front, back) = actions.split_at(actions.len() / 2);
    [front, back]
        .into_iter()
        .map(|actions| {
            let mut half = statement.clone();
            half["Action"] = json!(actions);
            half
        })
        .collect()
}

fn naive(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|skipped| naive(rest, &text[skipped..])),
        Some(('?', rest)) => !text.is_empty() && naive(rest, &text[1..]),
        Some((wanted, rest)) => text.first() == Some(wanted) && naive(rest, &text[1..]),
    }
}
