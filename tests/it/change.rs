//! What a change of a policy does: proofs of equality, witnesses, and the command `diff`.

mod kinds;

use assert_cmd::Command;
use preflight::change::{Found, Job, Kind, Limit, compare, says_the_same};
use preflight::eval::{
    Caller, CallerKind, Compiled, Context, Glob, Layer, Layers, NoTrace, Request, World, decide,
};
use preflight::finding::change::{AccessChange, Effect};
use preflight::policy::{self, Policy};
use preflight::source::Sources;
use preflight::syntax::read_json;
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

const OWNER: &str = "111122223333";

fn read(text: &str) -> Policy {
    let mut sources = Sources::new();
    let source = sources.add("policy", text);
    policy::read(&read_json(text).root, source, 0)
}

fn policy(statements: &[Value]) -> Policy {
    read(&json!({ "Version": "2012-10-17", "Statement": statements }).to_string())
}

fn compared(old: &Policy, new: &Policy, kind: Kind) -> Found {
    compare(&Job { old: Some(old), new: Some(new), kind, account: OWNER, only: &[], asked: &[], beside: &[] })
}

#[test]
fn one_value_with_a_comma_is_not_two_values() {
    let with = |values: &[&str]| {
        policy(&[
            json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/*",
            "Condition": { "StringEquals": { "aws:PrincipalAccount": values } } }),
        ])
    };
    let (one, two) = (with(&["111122223333, 444455556666"]), with(&["111122223333", "444455556666"]));
    assert!(!says_the_same(&one, &two) && says_the_same(&two, &with(&["444455556666", "111122223333"])));
    let found = compared(&one, &two, Kind::Resource(Some("s3")));
    assert_eq!((found.effect, found.lost.len()), (Effect::Differs, 0), "{found:#?}");
}

/// A federated user has what the policy gives it that it was made with, and nobody has seen that.
fn session<T>(request: &Request) -> Layer<T> {
    if request.caller.kind() == CallerKind::Federated { Layer::NotVisible } else { Layer::Absent }
}

/// What a bucket policy answers to a caller without policies of its own, and to one whose policies allow everything.
fn decisions(policy: &Policy, request: &Request) -> [bool; 2] {
    [Layer::Known(Vec::new()), Layer::NotVisible].map(|identity| {
        let (resource, session) = (Layer::Known(vec![policy]), session(request));
        let layers = Layers { resource, identity, session, ..Layers::none() };
        decide(&Compiled::new(&layers), request, &World::new(), &mut NoTrace).is_allowed()
    })
}

fn request(principal: &str, action: &str, resource: &str, keys: &[(String, Option<String>)]) -> Request {
    let mut context = Context::new();
    for (key, value) in keys {
        if let Some(value) = value {
            context.set_one(key, value);
        }
    }
    let mut request = Request::new(Caller::parse(principal).unwrap(), action, resource, Some(OWNER), context);
    for (key, _) in keys.iter().filter(|(_, value)| value.is_none()) {
        request.context.remove(key);
    }
    request
}

const PRINCIPALS: [&str; 5] = [
    "*",
    "arn:aws:iam::111122223333:user/reader",
    "arn:aws:iam::444455556666:root",
    "arn:aws:iam::444455556666:role/partner",
    "111122223333",
];
const ACTIONS: [&str; 5] = ["s3:GetObject", "s3:PutObject", "s3:GetObject*", "s3:ListBucket", "s3:*"];
const RESOURCES: [&str; 5] = [
    "arn:aws:s3:::acme/*",
    "arn:aws:s3:::acme",
    "arn:aws:s3:::acme/reports/*",
    "arn:aws:s3:::acme/reports/a?",
    "*",
];
const CALLERS: [&str; 6] = [
    "arn:aws:iam::111122223333:user/reader",
    "arn:aws:iam::111122223333:user/other",
    "arn:aws:iam::444455556666:role/partner",
    "arn:aws:iam::444455556666:user/x",
    "arn:aws:iam::999988887777:user/x",
    "",
];
const OBJECTS: [&str; 5] = [
    "arn:aws:s3:::acme",
    "arn:aws:s3:::acme/a",
    "arn:aws:s3:::acme/reports/ab",
    "arn:aws:s3:::acme/reports/b",
    "arn:aws:s3:::zoo/a",
];

fn statement() -> impl Strategy<Value = Value> {
    let conditions = prop_oneof![
        4 => Just(Value::Null),
        1 => Just(json!({ "Bool": { "aws:SecureTransport": "false" } })),
        1 => Just(json!({ "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } })),
        1 => Just(json!({ "NotIpAddress": { "aws:SourceIp": "203.0.113.0/25" } })),
        1 => Just(json!({ "StringEquals": { "aws:PrincipalAccount": "444455556666" } })),
        1 => Just(json!({ "StringLike": { "aws:PrincipalArn": "arn:aws:iam::*:user/r*" } })),
        1 => Just(json!({ "StringNotEquals": { "aws:PrincipalTag/team": ["finops", "ops"] } })),
    ];
    (
        proptest::bool::weighted(0.7),
        proptest::sample::select(&PRINCIPALS[..]),
        proptest::sample::subsequence(&ACTIONS[..], 1..3),
        proptest::bool::weighted(0.1),
        proptest::sample::subsequence(&RESOURCES[..], 1..3),
        conditions,
    )
        .prop_map(|(allow, principal, actions, negated, resources, conditions)| {
            let principal = if principal == "*" { json!("*") } else { json!({ "AWS": principal }) };
            let mut out = json!({
                "Effect": if allow { "Allow" } else { "Deny" }, "Principal": principal, "Action": actions,
            });
            out[if negated { "NotResource" } else { "Resource" }] = json!(resources);
            if !conditions.is_null() {
                out["Condition"] = conditions;
            }
            out
        })
}

/// Whether a class speaks of an action on a resource.
fn covers(class: &AccessChange, action: &str, resource: &str) -> bool {
    class.actions.iter().any(|each| each == action)
        && class
            .resources
            .iter()
            .any(|each| each.starts_with("all but ") || Glob::new(each).matches(resource))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    /// A witness is decided differently; what no class speaks of is decided alike.
    #[test]
    fn classes_are_true_and_there_are_no_others(
        shared in proptest::collection::vec(statement(), 0..3),
        before in proptest::collection::vec(statement(), 0..2),
        after in proptest::collection::vec(statement(), 0..2),
    ) {
        let old = policy(&[shared.clone(), before].concat());
        let new = policy(&[after, shared].concat());
        let found = compared(&old, &new, Kind::Resource(Some("s3")));
        prop_assert!(found.unknown.is_empty(), "{:?}", found.unknown);
        for (list, direction) in [(&found.gained, true), (&found.lost, false)] {
            for class in list {
                let witness = &class.witness;
                let asked = request(&witness.principal, &witness.action, &witness.resource, &witness.context);
                let (was, is) = (decisions(&old, &asked), decisions(&new, &asked));
                let shows = was.iter().zip(&is).any(|(was, is)| *was != direction && *is == direction);
                prop_assert!(shows, "{direction} {class:?}: {was:?} {is:?}");
                prop_assert!(class.actions.contains(&witness.action), "{class:?}");
            }
        }
        for caller in CALLERS {
            for action in ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:GetObjectAcl", "s3:DeleteObject"] {
                for resource in OBJECTS {
                    let is_bucket = !resource.contains('/');
                    if is_bucket != (action == "s3:ListBucket") {
                        continue;
                    }
                    for (transport, address, team) in [("true", "203.0.113.9", "finops"), ("false", "203.0.113.200", "x")] {
                        let mut keys = vec![
                            ("aws:SecureTransport".to_owned(), Some(transport.to_owned())),
                            ("aws:SourceIp".to_owned(), Some(address.to_owned())),
                        ];
                        if !caller.is_empty() {
                            keys.push(("aws:PrincipalTag/team".to_owned(), Some(team.to_owned())));
                        }
                        let asked = request(caller, action, resource, &keys);
                        for (was, is) in decisions(&old, &asked).into_iter().zip(decisions(&new, &asked)) {
                            if was == is {
                                continue;
                            }
                            let list = if is { &found.gained } else { &found.lost };
                            let told = list.iter().any(|class| covers(class, action, resource));
                            prop_assert!(told, "{caller} {action} {resource} {was} -> {is}: {list:#?}");
                        }
                    }
                }
            }
        }
    }

    /// Another order, statements split by action or resource, other names: the same access, proved.
    #[test]
    fn what_is_written_otherwise_is_proved_to_be_the_same(
        statements in proptest::collection::vec(statement(), 1..5),
    ) {
        let mut split = Vec::new();
        for statement in statements.iter().rev() {
            let actions = statement["Action"].as_array().unwrap();
            for (at, action) in actions.iter().enumerate() {
                let mut part = statement.clone();
                part["Action"] = action.clone();
                part["Sid"] = json!(format!("Part{at}"));
                match statement.get("Resource").and_then(Value::as_array) {
                    Some(resources) => split.extend(resources.iter().map(|resource| {
                        let mut one = part.clone();
                        one["Resource"] = resource.clone();
                        one
                    })),
                    None => split.push(part),
                }
            }
        }
        let found = compared(&policy(&statements), &policy(&split), Kind::Resource(Some("s3")));
        prop_assert_eq!(found.effect, Effect::Same, "{:#?}", found);
    }
}

#[test]
fn what_nobody_can_read_is_no_difference_where_it_stands_in_both_and_a_doubt_where_it_is_new() {
    let with = |account: &str, more: &str| {
        read(&format!(
            r#"{{"Version":"2012-10-17","Statement":[{more}{{"Effect":"Allow","Principal":{{"AWS":"{account}"}},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme/*","Condition":{{"ForAnyValue:StringEquals":{{"aws:TagKeys":["a"]}}}}}}]}}"#
        ))
    };
    let same = compared(&with(OWNER, ""), &with(OWNER, ""), Kind::Resource(Some("s3")));
    assert_eq!(same.effect, Effect::Same, "{same:#?}");
    let nobody = r#"{"Effect":"Allow","Principal":{"Person":"somebody"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme/*"},"#;
    let doubt = compared(&with(OWNER, ""), &with(OWNER, nobody), Kind::Resource(Some("s3")));
    assert_eq!((doubt.effect, doubt.unknown.is_empty()), (Effect::CannotTell, false), "{doubt:#?}");
}

#[test]
fn identity_and_trust_policies_are_compared_too() {
    let old =
        policy(&[json!({ "Effect": "Allow", "Action": ["s3:GetObject", "kms:Decrypt"], "Resource": "*" })]);
    let new = policy(&[
        json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/*" }),
        json!({ "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*" }),
    ]);
    let found = compared(&old, &new, Kind::Identity);
    let actions = |list: &[AccessChange]| -> Vec<String> {
        list.iter().flat_map(|each| each.actions.clone()).collect()
    };
    assert_eq!(actions(&found.gained), ["iam:PassRole"]);
    let mut lost = actions(&found.lost);
    lost.sort();
    assert_eq!(lost, ["kms:Decrypt", "s3:GetObject"], "{:#?}", found.lost);
    let trust = |principal: Value| {
        policy(&[json!({ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" })])
    };
    let found = compared(&trust(json!({ "AWS": OWNER })), &trust(json!({ "AWS": "*" })), Kind::Trust);
    assert!(found.gained.iter().any(|class| class.public) && found.lost.is_empty(), "{found:#?}");
}

/// A statement of a policy that names nobody, on everything.
fn plain(effect: &str, action: &str) -> Value {
    json!({ "Effect": effect, "Action": action, "Resource": "*" })
}

#[test]
fn what_bounds_others_gains_by_what_it_no_longer_stops() {
    let everybody = |effect: &str, action: &str| json!({ "Effect": effect, "Principal": "*", "Action": action, "Resource": "*" });
    let boundary = [plain("Allow", "*")];
    let open = [boundary.to_vec(), vec![plain("Deny", "s3:DeleteBucket")]].concat();
    let rcp = [everybody("Deny", "s3:DeleteBucket")];
    let endpoint = [vec![everybody("Allow", "*")], vec![everybody("Deny", "s3:DeleteBucket")]].concat();
    for (limit, with, without) in [
        (Limit::Scp, policy(&open), policy(&boundary)),
        (Limit::Boundary, policy(&open), policy(&boundary)),
        (Limit::Session, policy(&open), policy(&boundary)),
        (Limit::Rcp, policy(&rcp), policy(&[])),
        (Limit::Endpoint, policy(&endpoint), policy(&[everybody("Allow", "*")])),
    ] {
        let kind = Kind::Limit(limit);
        for (found, is_gain) in
            [(compared(&with, &without, kind), true), (compared(&without, &with, kind), false)]
        {
            let (some, none) =
                if is_gain { (&found.gained, &found.lost) } else { (&found.lost, &found.gained) };
            assert!(none.is_empty() && !some.is_empty(), "{limit:?} {is_gain} {found:#?}");
            assert!(some.iter().all(|class| class.actions == ["s3:DeleteBucket"]), "{limit:?} {some:#?}");
            // It opens nothing to anybody by itself.
            assert!(some.iter().all(|class| !class.public), "{limit:?} {some:#?}");
        }
        assert_eq!(compared(&with, &with, kind).effect, Effect::Same, "{limit:?}");
    }
}

#[test]
fn key_policies_and_policies_that_come_and_go_are_compared() {
    let account = json!({ "AWS": format!("arn:aws:iam::{OWNER}:root") });
    let role = json!({ "AWS": format!("arn:aws:iam::{OWNER}:role/reports") });
    let statement = |principal: &Value, action: &str| json!({ "Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*" });
    let old = policy(&[statement(&account, "kms:*")]);
    let new = policy(&[statement(&account, "kms:*"), statement(&role, "kms:Decrypt")]);
    let found = compared(&old, &new, Kind::Resource(Some("kms")));
    assert_eq!((found.gained.len(), found.lost.len()), (1, 0), "{found:#?}");
    assert_eq!(found.gained[0].actions, ["kms:Decrypt"]);
    let job = Job {
        old: Some(&new),
        new: None,
        kind: Kind::Resource(Some("kms")),
        account: OWNER,
        only: &[],
        asked: &[],
        beside: &[],
    };
    let found = compare(&job);
    assert!(found.gained.is_empty() && found.lost.len() >= 2, "{found:#?}");
    let job = Job { old: None, new: Some(&new), ..job };
    let found = compare(&job);
    assert!(found.lost.is_empty() && found.gained.len() >= 2, "{found:#?}");
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn diff(folder: &TempDir, args: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_preflight"));
    command.env_clear().env("COLUMNS", "100").arg("diff").args(args).current_dir(folder.path());
    let output = command.output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code().unwrap(), text)
}

const TEAM: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Team","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/team"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme/*"}]}"#;

#[test]
fn exit_codes_and_forms_of_the_command() {
    let open = TEAM.replace(r#"{"AWS":"arn:aws:iam::111122223333:role/team"}"#, "\"*\"");
    let more = TEAM.replace("\"s3:GetObject\"", "[\"s3:GetObject\",\"s3:PutObject\"]");
    let folder = folder(&[
        ("a.json", TEAM),
        ("open.json", &open),
        ("more.json", &more),
        ("bad.json", "{"),
        ("b.json", &format!("\n{TEAM}")),
        ("refused.json", &open.replace("\"Allow\"", "\"allow\"")),
    ]);
    let schema: Value = serde_json::from_str(include_str!("../../docs/schema/change.v1.json")).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for (args, code) in [
        (vec!["a.json", "b.json"], 0),
        (vec!["a.json", "more.json"], 0),
        (vec!["a.json", "more.json", "--fail-on", "warning"], 1),
        (vec!["more.json", "a.json", "--fail-on", "warning"], 0),
        (vec!["more.json", "a.json", "--fail-on", "note"], 1),
        (vec!["a.json", "open.json"], 1),
        (vec!["a.json", "b.json", "--must-not-grant", "s3:Get*"], 1),
        (vec!["a.json", "b.json", "--must-not-grant", "s3:Put*,iam:*"], 0),
        (vec!["more.json", "more.json", "--no-new-access-than", "a.json"], 1),
        (vec!["more.json", "a.json", "--no-new-access-than", "a.json"], 0),
        // What AWS refuses grants nothing, and is nothing to stay within.
        (vec!["a.json", "a.json", "--no-new-access-than", "refused.json"], 3),
        // What AWS has no action for would be granted by nobody, and asked about by nobody.
        (vec!["a.json", "b.json", "--must-not-grant", "s3:RemoveBucket"], 2),
        (vec!["a.json", "b.json", "--must-not-grant", "DeleteBucket"], 2),
        (vec!["a.json", "bad.json"], 2),
        (vec!["a.json"], 2),
    ] {
        let (found, out) = diff(&folder, &args);
        assert_eq!(found, code, "{args:?}: {out}");
        if code == 2 {
            continue;
        }
        let (found, out) = diff(&folder, &[args, vec!["--format", "json"]].concat());
        assert_eq!(found, code);
        let value: Value = serde_json::from_str(&out).unwrap();
        let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    let (_, out) = diff(&folder, &["a.json", "open.json", "--account", OWNER]);
    assert!(out.contains("anybody") && out.contains("open.json:1:"), "{out}");
}
