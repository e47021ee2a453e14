//! Identity and trust policies: classes are true, and there are no others.

use super::{Found, Job, OWNER, compare, plain, policy, request, session};
use preflight::change::{Kind, Limit};
use preflight::eval::{Compiled, Layer, Layers, NoTrace, Request, World, decide};
use preflight::finding::change::{AccessChange, Effect};
use preflight::policy::Policy;
use proptest::prelude::*;
use serde_json::{Value, json};

/// What a document answers: one of an identity by itself, a trust policy to callers without and with policies of their own.
fn decisions(kind: Kind, policy: &Policy, asked: &Request) -> Vec<bool> {
    let identities = match kind {
        Kind::Identity => vec![Layer::Known(vec![policy])],
        _ => vec![Layer::Known(Vec::new()), Layer::NotVisible],
    };
    let one = |identity| {
        let resource = if kind == Kind::Identity { Layer::Absent } else { Layer::Known(vec![policy]) };
        let layers = Layers { resource, identity, session: session(asked), ..Layers::none() };
        decide(&Compiled::new(&layers), asked, &World::new(), &mut NoTrace).is_allowed()
    };
    identities.into_iter().map(one).collect()
}

fn compared(old: &Policy, new: &Policy, kind: Kind) -> Found {
    compare(&Job { old: Some(old), new: Some(new), kind, account: OWNER, only: &[], asked: &[], beside: &[] })
}

/// Every witness is decided differently, and a request that is decided differently belongs to a class.
fn holds(
    (old, new): (&Policy, &Policy),
    kind: Kind,
    requests: &[Request],
    covers: fn(&AccessChange, &Request) -> bool,
) -> Result<(), TestCaseError> {
    let found = compared(old, new, kind);
    prop_assert!(found.unknown.is_empty(), "{:?}", found.unknown);
    for (list, direction) in [(&found.gained, true), (&found.lost, false)] {
        for class in list {
            let witness = &class.witness;
            let asked = request(&witness.principal, &witness.action, &witness.resource, &witness.context);
            let (was, is) = (decisions(kind, old, &asked), decisions(kind, new, &asked));
            let shows = was.iter().zip(&is).any(|(was, is)| *was != direction && *is == direction);
            prop_assert!(shows, "{direction} {class:?}: {was:?} {is:?}");
            prop_assert!(class.actions.contains(&witness.action), "{class:?}");
        }
    }
    for asked in requests {
        for (was, is) in decisions(kind, old, asked).into_iter().zip(decisions(kind, new, asked)) {
            if was != is {
                let list = if is { &found.gained } else { &found.lost };
                prop_assert!(
                    list.iter().any(|class| covers(class, asked)),
                    "{asked:?} {was} -> {is}: {list:#?}"
                );
            }
        }
    }
    prop_assert_eq!(found.effect == Effect::Same, found.gained.is_empty() && found.lost.is_empty());
    Ok(())
}

const ACTIONS: [&str; 6] =
    ["s3:GetObject", "s3:PutObject", "s3:GetObject*", "s3:ListBucket", "s3:*", "kms:Decrypt"];
const RESOURCES: [&str; 5] = [
    "arn:aws:s3:::acme/*",
    "arn:aws:s3:::acme",
    "arn:aws:s3:::acme/reports/*",
    "arn:aws:s3:::acme/r*/a?",
    "*",
];

fn conditions() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => Just(Value::Null),
        1 => Just(json!({ "Bool": { "aws:SecureTransport": "true" } })),
        1 => Just(json!({ "IpAddress": { "aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"] } })),
        1 => Just(json!({ "StringEquals": { "aws:PrincipalTag/team": "finops" } })),
        1 => Just(json!({ "StringNotLike": { "aws:PrincipalTag/team": "o*" } })),
        1 => Just(json!({ "Null": { "aws:PrincipalTag/team": "true" } })),
    ]
}

fn statement_of_identity() -> impl Strategy<Value = Value> {
    (
        proptest::bool::weighted(0.7),
        (proptest::sample::subsequence(&ACTIONS[..], 1..3), proptest::bool::weighted(0.1)),
        (proptest::sample::subsequence(&RESOURCES[..], 1..3), proptest::bool::weighted(0.1)),
        conditions(),
    )
        .prop_map(|(allow, (actions, no_action), (resources, no_resource), conditions)| {
            let mut out = json!({ "Effect": if allow { "Allow" } else { "Deny" } });
            // What an Allow leaves out would be every action of AWS, one class for each.
            let no_action = no_action && !allow;
            out[if no_action { "NotAction" } else { "Action" }] = json!(actions);
            out[if no_resource { "NotResource" } else { "Resource" }] = json!(resources);
            if !conditions.is_null() {
                out["Condition"] = conditions;
            }
            out
        })
}

const TRUSTED: [&str; 5] = [
    "*",
    "arn:aws:iam::111122223333:user/reader",
    "arn:aws:iam::444455556666:root",
    "arn:aws:iam::444455556666:role/partner",
    "111122223333",
];

fn statement_of_trust() -> impl Strategy<Value = Value> {
    let conditions = prop_oneof![
        3 => Just(Value::Null),
        2 => Just(json!({ "StringEquals": { "sts:ExternalId": "acme-7" } })),
        1 => Just(json!({ "StringLike": { "sts:ExternalId": "acme-*" } })),
        1 => Just(json!({ "StringNotEquals": { "aws:PrincipalAccount": "444455556666" } })),
        1 => Just(json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/p*" } })),
    ];
    (
        proptest::bool::weighted(0.75),
        proptest::sample::subsequence(&TRUSTED[..], 1..3),
        proptest::sample::subsequence(&["sts:AssumeRole", "sts:TagSession"][..], 1..=2),
        conditions,
    )
        .prop_map(|(allow, trusted, actions, conditions)| {
            let mut out = json!({
                "Effect": if allow { "Allow" } else { "Deny" }, "Principal": { "AWS": trusted }, "Action": actions,
            });
            if !conditions.is_null() {
                out["Condition"] = conditions;
            }
            out
        })
}

fn key(name: &str, value: &str) -> (String, Option<String>) {
    (name.to_owned(), Some(value.to_owned()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn classes_of_identity_policies_are_true_and_there_are_no_others(
        shared in proptest::collection::vec(statement_of_identity(), 0..3),
        before in proptest::collection::vec(statement_of_identity(), 0..2),
        after in proptest::collection::vec(statement_of_identity(), 0..2),
        address in "(203\\.0\\.113|192\\.0\\.2)\\.[1-9]",
        team in "finops|ops|x",
    ) {
        let old = policy(&[shared.clone(), before].concat());
        let new = policy(&[after, shared].concat());
        let mut requests = Vec::new();
        for (action, resources) in [
            ("s3:GetObject", &["acme/a", "acme/reports/ab", "acme/r/a1", "zoo/a"][..]),
            ("s3:PutObject", &["acme/reports/x", "zoo/reports/a"][..]),
            ("s3:ListBucket", &["acme", "zoo"][..]),
            ("s3:GetObjectAcl", &["acme/reports/x"][..]),
        ] {
            for resource in resources {
                for transport in ["true", "false"] {
                    let mut keys = vec![key("aws:SecureTransport", transport), key("aws:SourceIp", &address)];
                    if team != "x" {
                        keys.push(key("aws:PrincipalTag/team", &team));
                    }
                    let resource = format!("arn:aws:s3:::{resource}");
                    requests.push(request("arn:aws:iam::111122223333:user/reader", action, &resource, &keys));
                }
            }
        }
        holds((&old, &new), Kind::Identity, &requests, |class, asked| {
            super::covers(class, &asked.action, &asked.resource)
        })?;
    }

    #[test]
    fn classes_of_trust_policies_are_true_and_there_are_no_others(
        shared in proptest::collection::vec(statement_of_trust(), 0..3),
        before in proptest::collection::vec(statement_of_trust(), 0..2),
        after in proptest::collection::vec(statement_of_trust(), 0..2),
        external in "acme-[78]|other",
    ) {
        let old = policy(&[shared.clone(), before].concat());
        let new = policy(&[after, shared].concat());
        let mut requests = Vec::new();
        for caller in ["111122223333:user/reader", "111122223333:user/x", "444455556666:role/partner", "999988887777:user/x"] {
            for action in ["sts:AssumeRole", "sts:TagSession"] {
                let caller = format!("arn:aws:iam::{caller}");
                // Only the request for the role itself carries it.
                let is_sent = external != "other" && action == "sts:AssumeRole";
                let keys = if is_sent { vec![key("sts:ExternalId", &external)] } else { Vec::new() };
                requests.push(request(&caller, action, "arn:aws:iam::111122223333:role/billing", &keys));
            }
        }
        holds((&old, &new), Kind::Trust, &requests, |class, asked| {
            class.actions.iter().any(|action| **action == *asked.action)
        })?;
    }
}

/// Where nothing looks at the resource, all actions are one question.
#[test]
fn a_deny_of_everything_that_spares_more_is_one_class() {
    let scp = |spared: Value| {
        let deny = json!({
            "Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": { "ArnNotLike": { "aws:PrincipalArn": spared } }
        });
        policy(&[json!({ "Effect": "Allow", "Action": "*", "Resource": "*" }), deny])
    };
    let old = scp(json!("arn:aws:iam::*:role/ops"));
    let new = scp(json!(["arn:aws:iam::*:role/ops", "arn:aws:iam::*:role/ops-*"]));
    let found = compared(&old, &new, Kind::Limit(preflight::change::Limit::Scp));
    assert!(found.unknown.is_empty() && found.lost.is_empty(), "{:?}", found.unknown);
    let [class] = found.gained.as_slice() else { panic!("{:#?}", found.gained) };
    assert!(
        class.actions.len() > 10_000 && class.witness.principal.contains("role/ops-"),
        "{:?}",
        class.witness
    );
}

/// A condition that looks at all values of a key and one that looks at its one value do not exclude each other: neither a class
/// nor a proof is made of them.
#[test]
fn two_readings_of_a_key_of_many_values_are_a_doubt() {
    let one = |operator: &str| {
        policy(&[json!({
            "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
            "Condition": { operator: { "aws:ResourceOrgPaths": ["o-a/r-b/*"] } }
        })])
    };
    let found = compared(&one("StringEquals"), &one("ForAnyValue:StringLike"), Kind::Identity);
    assert!(found.gained.is_empty() && found.lost.is_empty(), "{found:#?}");
    assert!(found.unknown.iter().all(|doubt| doubt.reason.contains("hangs on")), "{:?}", found.unknown);
    assert_eq!(found.effect, Effect::CannotTell);
}

/// Of STS only what brings a token goes unsigned, and a token of one provider says nothing of another's.
#[test]
fn who_cannot_ask_is_no_witness() {
    let trust = |principal: Value, action: &str| {
        policy(&[json!({ "Effect": "Allow", "Principal": principal, "Action": action })])
    };
    let old = trust(json!({ "AWS": "arn:aws:iam::444455556666:role/a" }), "sts:AssumeRole");
    let found = compared(&old, &trust(json!({ "AWS": "*" }), "sts:AssumeRole"), Kind::Trust);
    assert!(
        found.gained.iter().all(|class| class.public && !class.witness.principal.is_empty()),
        "{found:#?}"
    );
    let web = |sub: &str, key: &str| {
        policy(&[json!({
            "Effect": "Allow",
            "Principal": { "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": { "StringLike": { key: sub } }
        })])
    };
    let github = "token.actions.githubusercontent.com:sub";
    let found = compared(&web("repo:acme/a:*", github), &web("repo:acme/*", github), Kind::Trust);
    assert_eq!((found.gained.len(), found.lost.len(), found.unknown.len()), (1, 0, 0), "{found:#?}");
    assert!(found.gained[0].principal.contains("oidc-provider"), "{found:#?}");
    let google = "accounts.google.com:sub";
    let found = compared(&web("a", google), &web("b", google), Kind::Trust);
    assert_eq!(found.effect, Effect::Same, "{found:#?}");
}

#[test]
fn a_service_control_policy_that_only_denies_stands_beside_one_that_allows() {
    let both = policy(&[plain("Deny", "s3:DeleteBucket"), plain("Deny", "ec2:RunInstances")]);
    let one = policy(&[plain("Deny", "s3:DeleteBucket")]);
    let all = policy(&[plain("Allow", "*")]);
    let kind = Kind::Limit(Limit::Scp);
    for (old, new, gained, lost) in [
        (&both, &one, vec!["ec2:RunInstances"], vec![]),
        (&one, &both, vec![], vec!["ec2:RunInstances"]),
        (&one, &all, vec!["s3:DeleteBucket"], vec![]),
    ] {
        let found = compared(old, new, kind);
        let actions = |list: &[AccessChange]| -> Vec<String> {
            list.iter().flat_map(|class| class.actions.clone()).collect()
        };
        assert_eq!(
            (actions(&found.gained), actions(&found.lost)),
            (
                gained.iter().map(|&each| each.to_owned()).collect(),
                lost.iter().map(|&each| each.to_owned()).collect()
            ),
            "{found:#?}"
        );
    }
}
