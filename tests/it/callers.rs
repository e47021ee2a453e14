//! One caller for each way in which policies tell callers apart: against every caller of a small world.

use preflight::eval::{
    Caller, CallerKind, Compiled, Context, Glob, Layer, Layers, NoTrace, Request, World, callers, decide,
};
use preflight::policy::{self, Policy};
use preflight::source::Sources;
use preflight::syntax::read_json;
use std::collections::BTreeMap;

const POLICIES: u64 = 600;
const OWN: &str = "111122223333";
const OTHER: &str = "777788889999";
/// An account that no policy here names.
const NOBODYS: &str = "999999999999";
const RESOURCE: &str = "arn:aws:s3:::acme-billing/key";

/// The next number of a stream (xorshift).
fn next(state: &mut u64, end: usize) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state % end.max(1) as u64) as usize
}

fn pick<'t>(state: &mut u64, list: &[&'t str]) -> &'t str {
    list[next(state, list.len())]
}

/// Every caller of the world: users, roles and federated users named over two letters up to length three, also below a path, roots, services,
/// nobody.
fn world() -> Vec<Caller> {
    let mut names = vec![String::new()];
    let mut last = names.clone();
    for _ in 0..3 {
        last = last.iter().flat_map(|name| ["a", "b"].map(|letter| format!("{name}{letter}"))).collect();
        names.extend(last.iter().cloned());
    }
    names.remove(0);
    names.extend(["p/a".to_owned(), "p/ab".to_owned()]);
    let mut all = vec![String::new()];
    for account in [OWN, OTHER, NOBODYS] {
        all.push(format!("arn:aws:iam::{account}:root"));
        for kind in ["user", "role"] {
            all.extend(names.iter().map(|name| format!("arn:aws:iam::{account}:{kind}/{name}")));
        }
        let federated = names.iter().filter(|name| !name.contains('/'));
        all.extend(federated.map(|name| format!("arn:aws:sts::{account}:federated-user/{name}")));
    }
    all.extend(["a", "b", "ab"].map(|name| format!("{name}.amazonaws.com")));
    all.iter().map(|text| Caller::parse(text).unwrap()).collect()
}

fn principal(state: &mut u64) -> String {
    let named = |state: &mut u64| {
        let (account, kind) = (pick(state, &[OWN, OTHER]), pick(state, &["user", "role"]));
        match next(state, 6) {
            0 => format!(r#""{account}""#),
            1 => format!(r#""arn:aws:iam::{account}:root""#),
            _ => format!(r#""arn:aws:iam::{account}:{kind}/{}""#, pick(state, &["a", "ab", "p/a", "bb"])),
        }
    };
    match next(state, 6) {
        0 => r#""Principal":"*""#.to_owned(),
        1 => r#""Principal":{"AWS":"*"}"#.to_owned(),
        2 => format!(r#""NotPrincipal":{{"AWS":[{},{}]}}"#, named(state), named(state)),
        3 => format!(r#""Principal":{{"Service":"{}.amazonaws.com"}}"#, pick(state, &["a", "ab", "c"])),
        _ => format!(r#""Principal":{{"AWS":[{},{}]}}"#, named(state), named(state)),
    }
}

fn condition(state: &mut u64) -> String {
    let account = pick(state, &[OWN, OTHER, "*"]);
    let glob = pick(state, &["*", "a*", "*b", "?", "*a*", "p/*", "ab"]);
    let kind = pick(state, &["user", "role", "*"]);
    let not = pick(state, &["", "Not"]);
    match next(state, 8) {
        0 => format!(
            r#","Condition":{{"String{not}Like":{{"aws:PrincipalArn":"arn:aws:iam::{account}:{kind}/{glob}"}}}}"#
        ),
        1 => format!(
            r#","Condition":{{"Arn{not}Like":{{"aws:PrincipalArn":"arn:aws:iam::{account}:{kind}/{glob}"}}}}"#
        ),
        2 => format!(r#","Condition":{{"String{not}Like":{{"aws:username":"{glob}"}}}}"#),
        3 => format!(
            r#","Condition":{{"String{not}Equals":{{"aws:PrincipalAccount":"{}"}}}}"#,
            pick(state, &[OWN, OTHER])
        ),
        4 => format!(
            r#","Condition":{{"StringEqualsIfExists":{{"aws:username":"{}"}}}}"#,
            pick(state, &["a", "ab"])
        ),
        5 if next(state, 2) == 0 => {
            let kind = pick(state, &["FederatedUser", "User", "AssumedRole"]);
            format!(r#","Condition":{{"String{not}Equals":{{"aws:PrincipalType":"{kind}"}}}}"#)
        }
        5 => r#","Condition":{"Bool":{"aws:PrincipalIsAWSService":"true"}}"#.to_owned(),
        _ => String::new(),
    }
}

fn policy(state: &mut u64) -> Policy {
    let statements: Vec<String> = (0..=next(state, 3))
        .map(|at| {
            let effect = if at > 0 && next(state, 3) == 0 { "Deny" } else { "Allow" };
            let (principal, condition) = (principal(state), condition(state));
            format!(
                r#"{{"Effect":"{effect}",{principal},"Action":"s3:GetObject","Resource":"*"{condition}}}"#
            )
        })
        .collect();
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
    let mut sources = Sources::new();
    let source = sources.add("policy", text.clone());
    policy::read(&read_json(&text).root, source, 0)
}

fn is_allowed(set: &Compiled<'_>, caller: &Caller) -> bool {
    let request = Request::new(caller.clone(), "s3:GetObject", RESOURCE, Some(OWN), Context::new());
    decide(set, &request, &World::new(), &mut NoTrace).is_allowed()
}

/// Callers of one kind in one account; accounts that no policy names are one.
fn group(caller: &Caller) -> (String, &'static str) {
    let kind = match caller.kind() {
        CallerKind::Root => "root",
        CallerKind::User => "user",
        CallerKind::Role => "role",
        CallerKind::Service => "service",
        CallerKind::Anonymous => "nobody",
        CallerKind::Session => "session",
        CallerKind::Federated => "federated",
        CallerKind::Provider => "provider",
        CallerKind::Canonical => "canonical",
    };
    let account = match caller.account() {
        Some(account) if account == OWN || account == OTHER => account,
        Some(_) => "any",
        None => "",
    };
    (account.to_owned(), kind)
}

type Groups = BTreeMap<(String, &'static str), (bool, bool)>;

/// For each group whether somebody is allowed and whether somebody is denied.
fn groups<'c>(set: &Compiled<'_>, all: impl Iterator<Item = &'c Caller>) -> Groups {
    let mut out = Groups::new();
    for caller in all {
        let (allowed, denied) = out.entry(group(caller)).or_default();
        if is_allowed(set, caller) { *allowed = true } else { *denied = true }
    }
    out
}

#[test]
fn the_classes_of_callers_answer_like_every_caller_of_a_small_world() {
    let everybody = world();
    let (mut mixed, mut narrowed) = (0, 0);
    for seed in 1..=POLICIES {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let policy = policy(&mut state);
        let layers = Layers {
            resource: Layer::Known(vec![&policy]),
            identity: if seed % 2 == 0 { Layer::Absent } else { Layer::NotVisible },
            ..Layers::none()
        };
        let set = Compiled::new(&layers);
        let pattern =
            pick(&mut state, &["*", "*", "arn:aws:iam::111122223333:*", "arn:aws:iam::*:user/a*", "*b"]);
        let inside = Glob::new(pattern);
        let found = callers(&[&set], pattern, &[OWN, OTHER], &[]);
        // Of sessions without their roles it is not followed which roles conditions speak of.
        assert!(found.complete || pattern == "*b", "policy {seed}");
        if !found.complete {
            continue;
        }
        for class in &found.list {
            assert!(
                inside.matches(class.caller.arn())
                    || class.caller.kind() == CallerKind::Anonymous && pattern == "*",
                "policy {seed}: {} is not in {pattern}",
                class.caller.arn()
            );
        }
        let listed = groups(&set, found.list.iter().map(|class| &class.caller));
        let there = everybody.iter().filter(|caller| match caller.kind() {
            CallerKind::Anonymous => pattern == "*",
            _ => inside.matches(caller.arn()),
        });
        for (group, (allowed, denied)) in groups(&set, there) {
            mixed += usize::from(allowed && denied);
            narrowed += usize::from(pattern != "*");
            let (may, may_not) = listed.get(&group).copied().unwrap_or_default();
            assert!(
                may || !allowed,
                "policy {seed}, {pattern}: somebody of {group:?} is allowed, no class is"
            );
            assert!(
                may_not || !denied,
                "policy {seed}, {pattern}: somebody of {group:?} is denied, no class is"
            );
        }
    }
    assert!(mixed > 200 && narrowed > 200, "the policies tell too few callers apart: {mixed}, {narrowed}");
}
