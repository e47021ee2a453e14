//! `preflight simulate`: tables of questions, its own words on bad arguments, and that what it calls proved holds.

mod cases;
mod dice;

use cases::{cases, documents, read};
use dice::{Dice, member, words};
use preflight::eval::{CallerKind, Compiled, NoTrace, World, decide};
use preflight::finding::simulation::Answer;
use preflight::simulate::{Question, requests, simulate};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn preflight(args: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_preflight"))
        .arg("simulate")
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("COLUMNS", "100")
        .output()
        .unwrap()
}

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/simulate");
    let mut all: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    all.sort();
    assert!(!all.is_empty());
    all
}

#[test]
fn every_table_is_answered_as_expected() {
    for folder in folders() {
        let out = preflight(&["--cases", "cases.toml"], &folder);
        let text = String::from_utf8_lossy(&out.stdout);
        let errors = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(0), "{}\n{text}{errors}", folder.display());
        assert!(text.trim_end().ends_with(" passed, 0 failed"), "{text}");
    }
}

#[test]
fn every_answer_fits_the_schema() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../docs/schema/simulation.v1.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for folder in folders() {
        let out = preflight(&["--cases", "cases.toml", "--format", "json"], &folder);
        let value: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
        let faults: Vec<String> = validator.iter_errors(&value).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{}: {faults:#?}", folder.display());
        assert_eq!(value["failed"], 0);
    }
}

/// Every request of a proved answer is decided as the answer says.
#[test]
fn proved_answers_survive_ten_thousand_random_members() {
    survive(10_000);
}

fn survive(each: usize) {
    let mut looked_at = 0;
    for folder in folders() {
        for case in cases(&folder) {
            let evidence = read(&case);
            let documents = documents(&evidence);
            let answer = simulate(&case.question, &documents).unwrap();
            if !matches!(answer.answer, Answer::Allowed | Answer::Denied) {
                continue;
            }
            let words = words(&evidence);
            let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
            let parts = requests(&case.question, &documents).unwrap();
            let each = each.div_ceil(parts.len());
            for (set, request) in &parts {
                for _ in 0..each {
                    let Some(one) = member(&mut dice, set, request, &words) else { continue };
                    let mut world = World::new();
                    for kind in preflight::eval::LayerKind::ALL {
                        world.set_unseen_denies(kind, dice.roll(2) == 0);
                    }
                    let decision = decide(set, &one, &world, &mut NoTrace);
                    let allowed = answer.answer == Answer::Allowed;
                    assert_eq!(
                        decision.is_allowed(),
                        allowed,
                        "{} / {}: {one:#?}",
                        folder.display(),
                        case.name
                    );
                    looked_at += 1;
                }
            }
        }
    }
    assert!(looked_at > each * 20, "{looked_at} requests only");
}

/// A pattern of principals stands for each of them: any caller that it matches is answered like the whole.
#[test]
fn proved_answers_hold_for_random_callers() {
    let mut looked_at = 0;
    for folder in folders() {
        for case in cases(&folder) {
            if !case.question.principal.contains('*') {
                continue;
            }
            let evidence = read(&case);
            let documents = documents(&evidence);
            let answer = simulate(&case.question, &documents).unwrap().answer;
            if !matches!(answer, Answer::Allowed | Answer::Denied) {
                continue;
            }
            let mut dice = Dice(88_172_645_463_325_252);
            let words = words(&evidence);
            for _ in 0..60 {
                let pattern = case.question.principal.replace("::*:", "::444455556666:");
                let kind = if pattern.ends_with(":*") { dice.pick(&["user/", "role/", "root"]) } else { "" };
                let principal = match kind {
                    "root" => pattern.replace(":*", ":root"),
                    kind => dice.fill(&pattern.replace(":*", &format!(":{kind}a*")), &words),
                };
                // Nobody has an empty name, or a name with a wildcard in it.
                let name = principal.rsplit('/').next().unwrap_or_default();
                if name.is_empty() || name.contains(['*', '?']) || principal.contains("//") {
                    continue;
                }
                let question = Question { principal: principal.clone(), ..case.question.clone() };
                let Ok(one) = simulate(&question, &documents) else { continue };
                assert_eq!(one.answer, answer, "{} / {}: {principal}", folder.display(), case.name);
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 120, "{looked_at} callers only");
}

/// The witnesses of an answer are decided as shown when they are asked for by themselves.
#[test]
fn witnesses_are_decided_again() {
    for folder in folders() {
        for case in cases(&folder) {
            let evidence = read(&case);
            let documents = documents(&evidence);
            let answer = simulate(&case.question, &documents).unwrap();
            if answer.answer == Answer::Depends {
                continue;
            }
            for example in &answer.examples {
                let mut question = Question {
                    principal: if example.principal.is_empty() {
                        "anonymous".into()
                    } else {
                        example.principal.clone()
                    },
                    actions: vec![example.action.clone()],
                    resources: vec![example.resource.clone()],
                    ..case.question.clone()
                };
                for (key, value) in &example.context {
                    // What is said of the one clock is said of both of its keys.
                    let is_clock = |name: &str| {
                        ["aws:currenttime", "aws:epochtime"].contains(&&*name.to_ascii_lowercase())
                    };
                    question.context.retain(|(name, _)| {
                        !(name.eq_ignore_ascii_case(key) || is_clock(key) && is_clock(name))
                    });
                    let value = match value.as_deref() {
                        None => "absent".to_owned(),
                        Some("?") => "?".to_owned(),
                        Some(value) => format!("={value}"),
                    };
                    question.context.push((key.clone(), value));
                }
                let again = simulate(&question, &documents).unwrap_or_else(|fault| {
                    panic!("{} / {}: {fault} {example:#?}", folder.display(), case.name)
                });
                let expected = if example.allowed { Answer::Allowed } else { Answer::Denied };
                // A role stands for its sessions, of which a policy may name one.
                let is_of_sessions = again.answer == Answer::Mixed && example.principal.contains(":role/");
                let found = if is_of_sessions { expected } else { again.answer };
                assert_eq!(found, expected, "{} / {}: {example:#?}", folder.display(), case.name);
            }
        }
    }
}

#[test]
fn exit_codes_follow_the_answer_and_what_was_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/simulate/cross-account");
    let base = [
        "--principal",
        "arn:aws:iam::444455556666:user/bob",
        "--resource-account",
        "111122223333",
        "--resource-policy",
        "bucket.json",
        "--action",
        "s3:GetObject",
    ];
    let code = |more: &[&str]| preflight(&[&base, more].concat(), &folder).status.code().unwrap();
    let policy = ["--policy", "reads-all.json"];
    let with = |resource: &'static str, more: &[&'static str]| {
        code(&[&policy, &["--resource", resource], more].concat())
    };
    assert_eq!(with("arn:aws:s3:::acme-share/partner/a", &[]), 0);
    assert_eq!(with("arn:aws:s3:::acme-share/other/a", &[]), 1);
    assert_eq!(with("arn:aws:s3:::acme-share/*", &[]), 1);
    assert_eq!(code(&["--resource", "arn:aws:s3:::acme-share/partner/a"]), 3);
    assert_eq!(with("arn:aws:s3:::acme-share/other/a", &["--expect", "denied"]), 0);
    assert_eq!(with("arn:aws:s3:::acme-share/other/a", &["--expect", "allowed"]), 1);
    assert_eq!(with("arn:aws:s3:::acme-share/*", &["--expect", "mixed"]), 0);
    assert_eq!(code(&["--resource", "arn:aws:s3:::acme-share/partner/a", "--expect", "allowed"]), 3);
    // Whatever the user's own policy says, the bucket does not let it in.
    assert_eq!(code(&["--resource", "arn:aws:s3:::acme-share/other/a", "--expect", "allowed"]), 1);
    assert_eq!(code(&["--resource", "arn:aws:s3:::acme-share/partner/a", "--expect", "depends"]), 0);
}

#[test]
fn bad_arguments_are_explained() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/simulate/cross-account");
    let user = "arn:aws:iam::111122223333:user/a";
    let table: &[(&[&str], &str)] = &[
        (&["--action", "s3:GetObject"], "name who asks"),
        (&["--principal", user], "name an action"),
        (&["--principal", user, "--action", "s3:GetObjct"], "did you mean `s3:GetObject`?"),
        (&["--principal", user, "--action", "GetObject"], "write the service first"),
        (&["--principal", user, "--action", "ec3:RunInstances"], "no service `ec3`"),
        (&["--principal", user, "--action", "s3:Gett*"], "no action of AWS matches `s3:Gett*`"),
        (&["--principal", "bob", "--action", "s3:GetObject"], "`bob` is not a user"),
        (&["--principal", "arn:aws:iam::1234:user/a", "--action", "s3:GetObject"], "not 12 digits"),
        (
            &["--principal", "arn:aws:iam::111122223333:group/a", "--action", "s3:GetObject"],
            "cannot make requests",
        ),
        (&["--principal", "foo*bar", "--action", "s3:GetObject"], "a name like `foo*bar`"),
        (
            &["--principal", user, "--action", "s3:GetObject", "--resource", "s3://b/k"],
            "write `arn:aws:s3:::b/k`",
        ),
        (&["--principal", user, "--action", "s3:GetObject", "--resource", "b/k"], "write `arn:aws:s3:::b/k`"),
        (
            &["--principal", user, "--action", "s3:GetObject", "--resource", "arn:aws:s3:::b"],
            "`arn:aws:s3:::*/*`",
        ),
        (&["--principal", user, "--action", "s3:GetObject", "--resource-account", "12"], "12 digits are one"),
        (
            &["--principal", user, "--action", "s3:GetObject", "--context", "aws:SourceIp"],
            "write `aws:SourceIp=203.0.113.7`",
        ),
        (
            &["--principal", user, "--action", "s3:GetObject", "--context", "SourceIp=10.0.0.1"],
            "did you mean `aws:SourceIp`?",
        ),
        (
            &["--principal", "*", "--action", "s3:GetObject", "--resource", "arn:aws:s3:::b/*"],
            "--resource-account ID",
        ),
        (
            &["--principal", user, "--action", "s3:GetObject", "--context", "aws:SourceIp=office"],
            "holds an address",
        ),
        (
            &["--principal", user, "--action", "s3:GetObject", "--context", "aws:SecureTransport=yes"],
            "`true` or `false`",
        ),
        (
            &[
                "--principal",
                user,
                "--action",
                "s3:GetObject",
                "--context",
                "aws:SourceIp=absent",
                "--context",
                "aws:SourceIp=10.0.0.1",
            ],
            "to have a value and to have none",
        ),
        (
            &[
                "--principal",
                user,
                "--action",
                "ec2:CreateTags",
                "--context",
                "aws:TagKeys=a",
                "--context",
                "aws:TagKeys=b*",
            ],
            "once as a pattern",
        ),
        (
            &[
                "--principal",
                user,
                "--action",
                "s3:GetObject",
                "--context",
                "aws:CurrentTime=2040-01-01T00:00:00Z",
                "--context",
                "aws:EpochTime=1",
            ],
            "two moments are given",
        ),
        (
            &["--principal", user, "--action", "s3:GetObject", "--context", "aws:SourceIp=office*"],
            "holds an address",
        ),
        (
            &["--principal", "accounts.google.com", "--action", "s3:GetObject"],
            "asks for `sts:AssumeRoleWithWebIdentity`",
        ),
        (
            &["--principal", user, "--action", "s3:GetObject", "--policy", "none.json"],
            "cannot read `none.json`",
        ),
        (
            &["--principal", user, "--action", "s3:GetObject", "--policy", "cases.toml"],
            "this is not a policy",
        ),
    ];
    for (args, wanted) in table {
        let out = preflight(args, &folder);
        let said = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(wanted), "{args:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{args:?}: {said}");
    }
}

#[test]
fn any_arguments_are_taken_or_refused() {
    for text in [
        "",
        "*",
        "**",
        "?",
        "arn:",
        "arn:aws:iam::*",
        ":::::::",
        "s3:*",
        "*:*",
        "a=b=c",
        "=",
        "é:ü",
        "arn:aws:s3:::*/*",
    ] {
        preflight::simulate::fuzz::arguments(text, text, text, text);
        preflight::simulate::fuzz::arguments("*", "s3:GetObject", text, text);
        preflight::simulate::fuzz::arguments(text, "s3:Get*", "arn:aws:s3:::b/*", "aws:SourceIp=?");
    }
}

/// Callers of every kind can be asked for.
#[test]
fn everybody_has_every_kind() {
    let layers = preflight::eval::Layers::none();
    let set = Compiled::new(&layers);
    let all = preflight::eval::callers(&[&set], "*", &["111122223333"], &[]);
    for kind in [
        CallerKind::Root,
        CallerKind::User,
        CallerKind::Role,
        CallerKind::Federated,
        CallerKind::Service,
        CallerKind::Anonymous,
    ] {
        assert!(all.list.iter().any(|class| class.caller.kind() == kind), "{kind:?}");
    }
}
