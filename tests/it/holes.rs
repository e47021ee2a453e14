//! Texts with holes: what a template of infrastructure as code leaves open is neither a yes nor a no, and nothing is said
//! against it.

use preflight::checks::lint::{Doc, PolicyKind, lint};
use preflight::eval::{
    Answer, Caller, Compiled, Context, ContextValue, Dependence, Layer, Layers, Member, Question, Request,
    World, ask,
};
use preflight::policy::{self, Length, Policy};
use preflight::source::{Source, Sources};
use preflight::syntax::{Node, Part, Value, read_json};
use std::collections::BTreeMap;

/// Makes holes of `«name»` in the strings and keys of a tree.
fn open(node: &mut Node<'_>) {
    match &mut node.value {
        Value::String(text) if text.contains('«') => node.value = Value::Template(parts(text)),
        Value::Array(items) => items.iter_mut().for_each(open),
        Value::Object(members) => {
            for member in members {
                if member.key.contains('«') {
                    member.key_parts = parts(&member.key);
                }
                open(&mut member.value);
            }
        }
        _ => {}
    }
}

fn parts(text: &str) -> Vec<Part<'static>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('«') {
        let (name, behind) = behind.split_once('»').unwrap();
        if !before.is_empty() {
            out.push(Part::Text(before.to_owned().into()));
        }
        out.push(Part::Hole(name.to_owned().into()));
        rest = behind;
    }
    if !rest.is_empty() {
        out.push(Part::Text(rest.to_owned().into()));
    }
    out
}

fn policy(text: &str) -> Policy {
    let mut sources = Sources::new();
    let source = sources.add("policy", text);
    let mut document = read_json(text);
    assert!(document.issues.is_empty(), "{text}");
    open(&mut document.root);
    policy::read(&document.root, source, 0)
}

/// Who asks, what for, on what (a `*` at its end: on each of them), with which context.
struct Asked {
    caller: &'static str,
    action: &'static str,
    resource: &'static str,
    context: Context,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            caller: "billingreports.amazonaws.com",
            action: "s3:PutObject",
            resource: "arn:aws:s3:::acme-billing/reports/*",
            context: Context::new(),
        }
    }
}

/// Whether a bucket policy allows all that is asked; where that depends, on what.
fn told(statements: &str, asked: &Asked) -> String {
    let policy = policy(&format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#));
    assert!(policy.faults.is_empty(), "{:?}", policy.faults);
    let layers = Layers { resource: Layer::Known(vec![&policy]), ..Layers::none() };
    let set = Compiled::new(&layers);
    let caller = Caller::parse(asked.caller).unwrap();
    let request =
        Request::new(caller, asked.action, asked.resource, Some("111122223333"), asked.context.clone());
    let request = if asked.resource.ends_with('*') { request.over(asked.resource) } else { request };
    let question = Question {
        members: vec![Member { request, example: None }],
        unknowns: Vec::new(),
        allowed: true,
        base: World::new(),
    };
    match ask(&set, &question) {
        Answer::Holds { .. } => "yes".to_owned(),
        Answer::Fails { .. } => "no".to_owned(),
        Answer::GaveUp { .. } => "gave up".to_owned(),
        Answer::Depends { on, .. } => {
            let mut names: Vec<String> = on
                .iter()
                .map(|each| match each {
                    Dependence::Free(atom) => set.free_name(*atom),
                    other => format!("{other:?}"),
                })
                .collect();
            names.sort();
            // Of a statement that is open as a whole, its effect and all its tests are.
            names.dedup();
            names.join(" and ")
        }
    }
}

const SERVICE: &str = r#""Principal":{"Service":"billingreports.amazonaws.com"}"#;

fn allow(rest: &str) -> String {
    format!(r#"{{"Effect":"Allow",{SERVICE},"Action":"s3:PutObject",{rest}}}"#)
}

fn deny(rest: &str) -> String {
    format!(r#"{{"Effect":"Deny","Principal":"*","Action":"s3:PutObject",{rest}}}"#)
}

fn alone(statement: &str) -> String {
    told(&format!("[{statement}]"), &Asked::default())
}

#[test]
fn a_hole_that_may_match_is_what_the_answer_depends_on() {
    assert_eq!(alone(&allow(r#""Resource":"arn:aws:s3:::«var.bucket»/*""#)), "var.bucket");
    assert_eq!(alone(&allow(r#""Resource":"«aws_s3_bucket.b.arn»/*""#)), "aws_s3_bucket.b.arn");
    assert_eq!(
        alone(&allow(r#""Resource":"arn:«data.aws_partition.p.partition»:s3:::acme-billing/reports/*""#)),
        "data.aws_partition.p.partition"
    );
    assert_eq!(alone(&allow(r#""Resource":"«var.a»«var.b»/reports/*""#)), "var.a, var.b");
}

#[test]
fn a_hole_that_cannot_match_whatever_fills_it_is_a_definite_no() {
    for resource in
        ["arn:aws:s3:::other-«var.x»/*", "arn:aws:s3:::acme-billing/«var.prefix»/x", "«var.b»/logs/a"]
    {
        assert_eq!(alone(&allow(&format!(r#""Resource":"{resource}""#))), "no", "{resource}");
    }
    // A pattern beside it that covers everything settles it.
    assert_eq!(
        alone(&allow(r#""Resource":["arn:aws:s3:::«var.b»/*","arn:aws:s3:::acme-billing/*"]"#)),
        "yes"
    );
}

#[test]
fn the_same_text_has_one_truth_wherever_it_stands() {
    let on = r#""Resource":"arn:aws:s3:::«var.b»/*""#;
    assert_eq!(told(&format!("[{},{}]", allow(on), deny(on)), &Asked::default()), "no");
    let not = r#""NotResource":"arn:aws:s3:::«var.b»/*""#;
    let all = allow(r#""Resource":"*""#);
    // Denied on the text and off it: on everything.
    assert_eq!(told(&format!("[{all},{},{}]", deny(on), deny(not)), &Asked::default()), "no");
    // Another text may be another bucket.
    let other = r#""Resource":"arn:aws:s3:::«var.c»/*""#;
    assert_eq!(told(&format!("[{},{}]", allow(on), deny(other)), &Asked::default()), "var.b and var.c");
}

#[test]
fn principals_with_holes_are_taken_for_what_they_can_be() {
    let to = |principal: &str, asked: &Asked| {
        let statement = format!(
            r#"[{{"Effect":"Allow","Principal":{principal},"Action":"s3:*","Resource":"arn:aws:s3:::acme-billing/*"}}]"#
        );
        told(&statement, asked)
    };
    let root = r#"{"AWS":"arn:aws:iam::«var.account»:root"}"#;
    // No service, whatever the account is.
    assert_eq!(to(root, &Asked::default()), "no");
    let user = Asked { caller: "arn:aws:iam::444455556666:user/x", ..Asked::default() };
    // Its own policies do not allow.
    assert_eq!(to(root, &user), "no");
    let direct = r#"{"AWS":"arn:aws:iam::444455556666:user/«var.user»"}"#;
    assert_eq!(to(direct, &user), "no");
    let own = Asked { caller: "arn:aws:iam::111122223333:user/x", ..Asked::default() };
    assert_eq!(to(r#"{"AWS":"arn:aws:iam::111122223333:user/«var.user»"}"#, &own), "var.user");
    assert_eq!(to(r#"{"AWS":"arn:aws:iam::111122223333:user/y«var.user»"}"#, &own), "no");
    assert_eq!(to(r#"{"Service":"«var.service»"}"#, &Asked::default()), "var.service");
    assert_eq!(to(r#"{"Service":"«var.service»"}"#, &own), "no");
    assert_eq!(to(r#"{"AWS":"«var.who»"}"#, &Asked::default()), "var.who");
    assert_eq!(to(r#""«var.principals»""#, &Asked::default()), "var.principals");
}

#[test]
fn actions_effects_conditions_and_whole_statements_may_be_open() {
    let all = r#""Resource":"arn:aws:s3:::acme-billing/*""#;
    let with = |action: &str| alone(&format!(r#"{{"Effect":"Allow",{SERVICE},"Action":{action},{all}}}"#));
    assert_eq!(with(r#""«var.actions»""#), "var.actions");
    assert_eq!(with(r#""s3:«var.verb»Object""#), "var.verb");
    assert_eq!(with(r#"["s3:Get«var.verb»"]"#), "no");
    assert_eq!(
        alone(&format!(r#"{{"Effect":"«var.effect»",{SERVICE},"Action":"s3:*",{all}}}"#)),
        "var.effect"
    );
    assert_eq!(alone(r#""«var.statement»""#), "var.statement");
    assert_eq!(told(&format!(r#"["«var.statement»",{}]"#, allow(all)), &Asked::default()), "var.statement");
    assert_eq!(told(r#""«var.statements»""#, &Asked::default()), "var.statements");
    let mut context = Context::new();
    context.set_one("aws:SourceAccount", "111122223333");
    let asked = Asked { context, ..Asked::default() };
    let on =
        |condition: &str| told(&format!("[{}]", allow(&format!(r#"{all},"Condition":{condition}"#))), &asked);
    assert_eq!(on(r#"{"StringEquals":{"aws:SourceAccount":"«local.account»"}}"#), "local.account");
    assert_eq!(on(r#"{"StringEquals":{"aws:SourceAccount":"4«local.account»"}}"#), "no");
    assert_eq!(on(r#"{"StringNotEquals":{"aws:SourceAccount":"4«local.account»"}}"#), "yes");
    assert_eq!(on(r#"{"StringEquals":{"«var.key»":"x"}}"#), "var.key");
    assert_eq!(on(r#"{"«var.operator»":{"aws:SourceAccount":"x"}}"#), "var.operator");
    assert_eq!(on(r#""«var.condition»""#), "var.condition");
    assert_eq!(on(r#"{"NumericLessThan":{"aws:SourceAccount":"«var.n»"}}"#), "var.n");
}

#[test]
fn a_hole_in_a_condition_on_a_key_of_many_values_is_filled_once() {
    let mut context = Context::new();
    context.set("s3:prefix", ContextValue::Unknown);
    let asked = Asked { context, ..Asked::default() };
    let statement = allow(
        r#""Resource":"arn:aws:s3:::acme-billing/*","Condition":{"StringLike":{"s3:prefix":"«var.prefix»*"}}"#,
    );
    let answer = told(&format!("[{statement}]"), &asked);
    assert!(answer.contains("var.prefix"), "{answer}");
}

/// The texts in the blocks of rule pages that are policies, with the kind the block is named after.
fn pages() -> Vec<(PolicyKind, String)> {
    let mut out = Vec::new();
    for folder in ["rules/iam", "rules/documents"] {
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|each| each.unwrap().path()).collect();
        files.sort();
        for file in files {
            let text = std::fs::read_to_string(file).unwrap();
            for block in text.split("```json ").skip(1) {
                let (name, rest) = block.split_once('\n').unwrap();
                let body = rest.split("```").next().unwrap();
                if let Some(kind) = PolicyKind::of(name.trim())
                    && read_json(body).issues.is_empty()
                {
                    out.push((kind, body.to_owned()));
                }
            }
        }
    }
    out
}

/// How many strings a tree has.
fn strings(node: &Node<'_>) -> usize {
    match &node.value {
        Value::String(_) => 1,
        Value::Array(items) => items.iter().map(strings).sum(),
        Value::Object(members) => members.iter().map(|member| strings(&member.value)).sum(),
        _ => 0,
    }
}

/// Makes a hole of the nth string, or of its second half.
fn hollow(node: &mut Node<'_>, nth: &mut usize, half: bool) -> Option<preflight::source::Span> {
    match &mut node.value {
        Value::String(text) => {
            if *nth > 0 {
                *nth -= 1;
                return None;
            }
            *nth = usize::MAX;
            let keep: String = text.chars().take(if half { text.chars().count() / 2 } else { 0 }).collect();
            let hole = Part::Hole("var.any".into());
            let parts = if keep.is_empty() { vec![hole] } else { vec![Part::Text(keep.into()), hole] };
            node.value = Value::Template(parts);
            Some(node.span)
        }
        Value::Array(items) => items.iter_mut().find_map(|item| hollow(item, nth, half)),
        Value::Object(members) => members.iter_mut().find_map(|member| hollow(&mut member.value, nth, half)),
        _ => None,
    }
}

fn causes(text: &Source, policy: &Policy, kind: PolicyKind) -> Vec<(String, preflight::source::Span)> {
    let requests = BTreeMap::new();
    let length = Length::of(text.text());
    let doc = Doc {
        text,
        policy,
        issues: &[],
        length,
        kind,
        bucket: None,
        partition: None,
        owner: None,
        requests: &requests,
    };
    lint(&doc)
        .into_iter()
        .map(|cause| (format!("{}/{}", cause.check, cause.case), cause.place.span))
        .collect()
}

#[test]
fn no_rule_speaks_of_a_text_that_is_not_known() {
    let pages = pages();
    assert!(pages.len() > 300, "{}", pages.len());
    let (mut tried, mut wrong) = (0, Vec::new());
    for (number, (kind, body)) in pages.iter().enumerate() {
        let mut sources = Sources::new();
        let source = sources.add("policy.json", body.clone());
        let whole = policy::read(&read_json(body).root, source, 0);
        let before = causes(sources.get(source), &whole, *kind);
        // One in thirty-one: all of them take minutes.
        for nth in (0..strings(&read_json(body).root)).filter(|nth| (number + nth) % 31 == 0) {
            for half in [false, true] {
                let mut document = read_json(body);
                let mut at = nth;
                let span = hollow(&mut document.root, &mut at, half).unwrap();
                let policy = policy::read(&document.root, source, 0);
                tried += 1;
                for (case, place) in causes(sources.get(source), &policy, *kind) {
                    // Told once for a list, at the first of it that is known.
                    let at_first = ["reach/credentials", "reach/permissions", "reach/reads", "reach/writes"];
                    let is_new = if at_first.contains(&case.as_str()) {
                        !before.iter().any(|(other, _)| *other == case)
                    } else {
                        !before.contains(&(case.clone(), place))
                    };
                    // Who is left out of `NotPrincipal` does not matter to all the others.
                    let of_others = case == "principal/public";
                    if is_new || (place == span && !of_others) {
                        wrong.push(format!("{case} at {:?} of {body}", &body[place.range()]));
                    }
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(tried > 200, "{tried}");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
}
