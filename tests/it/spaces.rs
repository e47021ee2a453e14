//! Laws of answers over spaces: a proof holds for every member that can be listed, and a witness is a member that differs.

use preflight::eval::member::{Found, Language, string};
use preflight::eval::{
    Answer, Caller, Compiled, Context, ContextValue, Glob, Layer, Layers, Member, NoTrace, Question, Request,
    World, ask, decide,
};
use preflight::policy::{self, Policy};
use preflight::source::Sources;
use preflight::syntax::read_json;
use proptest::prelude::*;

fn policy(statements: &[(bool, bool, Vec<String>)]) -> Policy {
    let list: Vec<String> = statements
        .iter()
        .map(|(allow, negated, patterns)| {
            let patterns: Vec<String> = patterns.iter().map(|pattern| format!("\"{pattern}\"")).collect();
            format!(
                r#"{{"Effect":"{}","Action":"s3:GetObject","{}":[{}]}}"#,
                if *allow { "Allow" } else { "Deny" },
                if *negated { "NotResource" } else { "Resource" },
                patterns.join(",")
            )
        })
        .collect();
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, list.join(","));
    let mut sources = Sources::new();
    let source = sources.add("policy", text.clone());
    policy::read(&read_json(&text).root, source, 0)
}

fn layers(policy: &Policy) -> Layers<'_> {
    Layers { identity: Layer::Known(vec![policy]), ..Layers::none() }
}

fn request(resource: &str, context: Context) -> Request {
    let caller = Caller::parse("arn:aws:iam::111122223333:user/reader").unwrap();
    Request::new(caller, "s3:GetObject", resource, Some("111122223333"), context)
}

fn question(pattern: &str, context: Context) -> Question {
    let request = request(pattern, context).over(pattern);
    Question {
        members: vec![Member { request, example: None }],
        unknowns: Vec::new(),
        allowed: true,
        base: World::new(),
    }
}

/// Every string over the letters up to a length.
fn strings(letters: &[char], length: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = vec![String::new()];
    for _ in 0..length {
        last = last
            .iter()
            .flat_map(|text| letters.iter().map(move |letter| format!("{text}{letter}")))
            .collect();
        all.extend(last.iter().cloned());
    }
    all
}

fn pattern() -> impl Strategy<Value = String> {
    proptest::collection::vec(prop_oneof![Just('a'), Just('b'), Just('*'), Just('?')], 1..5)
        .prop_map(|chars| chars.into_iter().collect())
}

fn statement() -> impl Strategy<Value = (bool, bool, Vec<String>)> {
    (
        proptest::bool::weighted(0.6),
        proptest::bool::weighted(0.15),
        proptest::collection::vec(pattern(), 1..3),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Over a small alphabet everything can be listed: an answer over the space is the answer over the list.
    #[test]
    fn a_space_answers_like_all_of_its_members(
        statements in proptest::collection::vec(statement(), 1..5),
        space in pattern(),
    ) {
        let policy = policy(&statements);
        let set = Compiled::new(&layers(&policy));
        let inside = Glob::new(&space);
        let denied: Vec<String> = strings(&['a', 'b', 'c'], 5)
            .into_iter()
            .filter(|text| inside.matches(text))
            .filter(|text| !decide(&set, &request(text, Context::new()), &World::new(), &mut NoTrace).is_allowed())
            .collect();
        match ask(&set, &question(&space, Context::new())) {
            Answer::Holds { .. } => prop_assert!(denied.is_empty(), "proved, yet {:?} is denied", denied.first()),
            Answer::Fails { witness, .. } => {
                prop_assert!(inside.matches(&witness.request.resource), "{} is outside", witness.request.resource);
                let again = decide(&set, &witness.request, &witness.world, &mut NoTrace);
                prop_assert!(!again.is_allowed(), "the witness {} is allowed", witness.request.resource);
            }
            other @ (Answer::Depends { .. } | Answer::GaveUp { .. }) => {
                prop_assert!(false, "nothing is unknown here: {other:?}");
            }
        }
    }

    /// A key that has one value of a pattern, nobody knows which, answers like all of its values, one by one.
    #[test]
    fn a_value_within_a_pattern_answers_like_each_of_its_values(
        clauses in proptest::collection::vec((any::<bool>(), any::<bool>(), pattern()), 1..5),
        within in pattern(),
    ) {
        let list: Vec<(&str, String)> = clauses
            .iter()
            .map(|(allow, negated, pattern)| {
                let operator = if *negated { "StringNotLike" } else { "StringLike" };
                let effect = if *allow { "Allow" } else { "Deny" };
                (effect, format!(r#"{{"{operator}":{{"k":"{pattern}"}}}}"#))
            })
            .collect();
        let list: Vec<(&str, &str)> = list.iter().map(|(effect, clause)| (*effect, clause.as_str())).collect();
        let policy = conditions(&list);
        let set = Compiled::new(&layers(&policy));
        let with = |value: ContextValue| {
            let mut context = Context::new();
            context.set("k", value);
            context
        };
        let inside = Glob::new(&within);
        let decided: Vec<bool> = strings(&['a', 'b', 'c'], 5)
            .into_iter()
            .filter(|text| inside.matches(text))
            .map(|text| {
                let request = request("arn:aws:s3:::b/k", with(ContextValue::One(text.into())));
                decide(&set, &request, &World::new(), &mut NoTrace).is_allowed()
            })
            .collect();
        let context = with(ContextValue::Within(Language::glob(&within)));
        let (some, none) = (decided.contains(&true), decided.contains(&false));
        match ask(&set, &question("arn:aws:s3:::b/k", context)) {
            Answer::Holds { .. } => prop_assert!(!none),
            Answer::Fails { .. } => prop_assert!(!some),
            Answer::Depends { witness, .. } => {
                prop_assert!(some && none);
                match witness.request.context.get("k") {
                    Some(ContextValue::One(value)) => prop_assert!(inside.matches(value)),
                    other => prop_assert!(false, "the witness has {other:?}"),
                }
            }
            other @ Answer::GaveUp { .. } => prop_assert!(false, "{other:?}"),
        }
    }

    /// The walk through patterns agrees with listing, for overlap and difference.
    #[test]
    fn a_found_string_is_in_and_nothing_means_none(
        must in proptest::collection::vec(pattern(), 1..4),
        must_not in proptest::collection::vec(pattern(), 0..4),
    ) {
        let languages = |list: &[String]| list.iter().map(|text| Language::glob(text)).collect::<Vec<_>>();
        let (yes, no) = (languages(&must), languages(&must_not));
        let fits = |text: &str| {
            must.iter().all(|pattern| Glob::new(pattern).matches(text))
                && !must_not.iter().any(|pattern| Glob::new(pattern).matches(text))
        };
        match string(&yes.iter().collect::<Vec<_>>(), &no.iter().collect::<Vec<_>>()) {
            Found::Value(text) => prop_assert!(fits(&text), "{text:?} does not fit"),
            Found::Nothing => {
                let listed = strings(&['a', 'b', 'c'], 5).into_iter().find(|text| fits(text));
                prop_assert!(listed.is_none(), "{listed:?} fits");
            }
            Found::GaveUp => prop_assert!(false, "such small patterns must not spend the budget"),
        }
    }
}

fn conditions(clauses: &[(&str, &str)]) -> Policy {
    let list: Vec<String> = clauses
        .iter()
        .map(|(effect, condition)| {
            format!(r#"{{"Effect":"{effect}","Action":"*","Resource":"*","Condition":{condition}}}"#)
        })
        .collect();
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, list.join(","));
    let mut sources = Sources::new();
    let source = sources.add("policy", text.clone());
    policy::read(&read_json(&text).root, source, 0)
}

fn answer(clauses: &[(&str, &str)], keys: &[&str]) -> &'static str {
    let policy = conditions(clauses);
    let set = Compiled::new(&layers(&policy));
    let mut context = Context::new();
    for key in keys {
        context.set(key, ContextValue::Unknown);
    }
    match ask(&set, &question("arn:aws:s3:::b/k", context)) {
        Answer::Holds { .. } => "holds",
        Answer::Fails { .. } => "fails",
        Answer::Depends { .. } => "depends",
        Answer::GaveUp { .. } => "gave up",
    }
}

/// Three-valued logic would call all of these unknown.
#[test]
fn what_covers_every_value_is_proved_although_the_value_is_unknown() {
    let allow = ("Allow", "{}");
    for (expected, clauses, key) in [
        (
            "fails",
            vec![
                allow,
                ("Deny", r#"{"StringEquals":{"k":"a"}}"#),
                ("Deny", r#"{"StringNotEquals":{"k":"a"}}"#),
            ],
            "k",
        ),
        (
            "holds",
            vec![("Allow", r#"{"StringLike":{"k":"a*"}}"#), ("Allow", r#"{"StringNotLike":{"k":"a*"}}"#)],
            "k",
        ),
        (
            "holds",
            vec![("Allow", r#"{"StringNotLike":{"k":"ab*"}}"#), ("Allow", r#"{"StringLike":{"k":"a*"}}"#)],
            "k",
        ),
        ("depends", vec![("Allow", r#"{"StringLike":{"k":"ab*"}}"#)], "k"),
        ("holds", vec![allow, ("Deny", r#"{"StringEquals":{"k":"a"},"StringLike":{"k":"b*"}}"#)], "k"),
        (
            "holds",
            vec![
                ("Allow", r#"{"NumericLessThan":{"n":"10"}}"#),
                ("Allow", r#"{"NumericGreaterThanEquals":{"n":"9.5"}}"#),
            ],
            "n",
        ),
        (
            "depends",
            vec![
                ("Allow", r#"{"NumericLessThan":{"n":"10"}}"#),
                ("Allow", r#"{"NumericGreaterThan":{"n":"10"}}"#),
            ],
            "n",
        ),
        (
            "holds",
            vec![
                ("Allow", r#"{"IpAddress":{"ip":"0.0.0.0/1"}}"#),
                ("Allow", r#"{"NotIpAddress":{"ip":"0.0.0.0/1"}}"#),
            ],
            "ip",
        ),
        ("holds", vec![("Allow", r#"{"Bool":{"b":"true"}}"#), ("Allow", r#"{"Bool":{"b":"false"}}"#)], "b"),
        (
            "holds",
            vec![
                ("Allow", r#"{"DateLessThan":{"d":"2026-01-01"}}"#),
                ("Allow", r#"{"DateGreaterThanEquals":{"d":"2026-01-01T00:00:00Z"}}"#),
            ],
            "d",
        ),
    ] {
        assert_eq!(answer(&clauses, &[key]), expected, "{clauses:?}");
    }
}

#[test]
fn hard_sets_of_patterns_end_with_an_honest_answer() {
    let twenty: Vec<(bool, bool, Vec<String>)> =
        ('a'..='t').map(|c| (true, false, vec![format!("*{c}*")])).collect();
    let pair =
        vec![(true, false, vec!["*a??????????".to_owned()]), (false, false, vec!["*b??????????".to_owned()])];
    let many = vec![(true, false, (0..500).map(|at| format!("arn:aws:s3:::b/*{at}*x")).collect::<Vec<_>>())];
    for (statements, space) in [(twenty, "*"), (pair, "*"), (many, "arn:aws:s3:::b/*")] {
        let policy = policy(&statements);
        let set = Compiled::new(&layers(&policy));
        match ask(&set, &question(space, Context::new())) {
            Answer::Fails { witness, .. } => {
                assert!(!decide(&set, &witness.request, &witness.world, &mut NoTrace).is_allowed());
            }
            Answer::GaveUp { .. } => {}
            other @ (Answer::Holds { .. } | Answer::Depends { .. }) => panic!("{other:?}"),
        }
    }
}
