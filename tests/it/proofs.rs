//! A proof over a space survives every member that can be thought of; a witness is a member that differs.

use crate::differential::compare::generated;
use preflight::eval::{
    Answer, Compiled, ContextValue, Glob, Member, NoTrace, Question, Request, World, ask, decide,
};

const PROOFS: usize = 24;
const MEMBERS: u64 = 10_000;
const SPACE: &str = "arn:aws:s3:::acme-billing/*";
const OPEN: [&str; 4] = ["aws:PrincipalTag/team", "aws:SourceVpce", "aws:RequestedRegion", "aws:SourceIp"];

/// The next number of a stream (xorshift).
fn next(state: &mut u64, end: usize) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state % end.max(1) as u64) as usize
}

/// A member: a key made of pieces of what the policies name, and the open keys absent or with a value they name.
fn member(set: &Compiled<'_>, open: &Request, state: &mut u64) -> Request {
    let texts: Vec<&str> = set.texts().collect();
    let mut key = String::from("arn:aws:s3:::acme-billing/");
    for _ in 0..next(state, 5) {
        let text = if texts.is_empty() { "x" } else { texts[next(state, texts.len())] };
        let tail: Vec<char> = text.rsplit("acme-billing/").next().unwrap_or(text).chars().collect();
        let from = next(state, tail.len() + 1);
        let to = from + next(state, tail.len() - from + 1);
        key.extend(&tail[from..to]);
        key.push(['/', 'a', '.', 'R', ':', '*', 'é'][next(state, 7)]);
    }
    let mut request = open.clone();
    request.resource = key.into();
    request.space = None;
    for name in OPEN {
        request.context.remove(name);
        match next(state, 3) {
            0 => {}
            1 if !texts.is_empty() => request.context.set_one(name, texts[next(state, texts.len())]),
            _ => {
                request.context.set_one(name, ["red", "203.0.113.7", "", "x", "2001:db8::1"][next(state, 5)])
            }
        }
    }
    request
}

#[test]
fn a_proof_survives_ten_thousand_members_and_a_witness_decides_as_it_says() {
    let (mut proofs, mut witnesses, mut seed) = (0, 0, 0);
    while proofs < PROOFS || witnesses < PROOFS {
        seed += 1;
        let case = generated(seed);
        if !case.request.resource.starts_with("arn:aws:s3:::acme-billing/") {
            continue;
        }
        let set = case.compile();
        let mut open = case.request.clone().over(SPACE);
        for key in OPEN {
            open.context.set(key, ContextValue::Unseen);
        }
        for allowed in [true, false] {
            let question = Question {
                members: vec![Member { request: open.clone(), example: None }],
                unknowns: Vec::new(),
                allowed,
                base: World::new(),
            };
            match ask(&set, &question) {
                Answer::Holds { .. } if proofs < PROOFS => {
                    proofs += 1;
                    let mut state = seed | 1;
                    for at in 0..MEMBERS {
                        let request = member(&set, &open, &mut state);
                        assert!(Glob::new(SPACE).matches(&request.resource));
                        let decision = decide(&set, &request, &World::new(), &mut NoTrace);
                        assert_eq!(
                            decision.is_allowed(),
                            allowed,
                            "seed {seed}, member {at}: {} {:?}",
                            request.resource,
                            request.context
                        );
                    }
                }
                Answer::Fails { witness, .. } | Answer::Depends { witness, .. } if witnesses < PROOFS * 4 => {
                    witnesses += 1;
                    let shown = &witness.request;
                    assert!(Glob::new(SPACE).matches(&shown.resource), "seed {seed}: {}", shown.resource);
                    let again = decide(&set, shown, &witness.world, &mut NoTrace);
                    assert_eq!(again, witness.decision, "seed {seed}");
                    assert_ne!(again.is_allowed(), allowed, "seed {seed}");
                }
                Answer::Holds { .. }
                | Answer::Fails { .. }
                | Answer::Depends { .. }
                | Answer::GaveUp { .. } => {}
            }
        }
    }
}
