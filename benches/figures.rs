//! The figures that are promised, each measured: `cargo bench --no-default-features --bench figures`
//!
//! A forty-line policy read, compiled and decided; decisions on ten policies of twenty statements; the judging of a
//! shipped account; how cost grows; and our walk through patterns beside an automata library. Times are the best of
//! several runs, so that a busy machine disturbs them little.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a bench that cannot run ends")]

#[path = "../tests/it/walk/smt.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the test")]
mod smt;

use preflight::change;
use preflight::checks;
use preflight::config;
use preflight::contract::{Ask, Demand};
use preflight::eval::member::{Found, Language, string};
use preflight::eval::{
    Caller, Compiled, Context, Layer, Layers, Member, NoTrace, Question, Request, World, ask, decide,
};
use preflight::evidence::DocumentKind;
use preflight::judge::{Job, Library, judge, prepare};
use preflight::load::{self, Named};
use preflight::policy::{self, Policy};
use preflight::source::Sources;
use preflight::syntax::read_json;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

const FORTY_LINES: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ListTheBucket",
      "Effect": "Allow",
      "Action": [
        "s3:ListBucket",
        "s3:GetBucketLocation"
      ],
      "Resource": "arn:aws:s3:::acme-billing",
      "Condition": {
        "StringLike": {
          "s3:prefix": ["reports/*", "archive/*"]
        }
      }
    },
    {
      "Sid": "ReadReports",
      "Effect": "Allow",
      "Action": [
        "s3:GetObject",
        "s3:GetObjectVersion"
      ],
      "Resource": [
        "arn:aws:s3:::acme-billing/reports/*",
        "arn:aws:s3:::acme-billing/archive/*"
      ]
    },
    {
      "Sid": "OnlyWithTls",
      "Effect": "Deny",
      "Action": "s3:*",
      "Resource": "*",
      "Condition": {
        "Bool": { "aws:SecureTransport": "false" }
      }
    }
  ]
}
"#;

/// Seconds of one call, the best of some runs of many.
fn best<T>(calls: usize, mut work: impl FnMut() -> T) -> f64 {
    let mut least = f64::MAX;
    for _ in 0..9 {
        let start = Instant::now();
        for _ in 0..calls {
            black_box(work());
        }
        least = least.min(start.elapsed().as_secs_f64() / calls as f64);
    }
    least
}

fn read(text: &str) -> Policy {
    let source = Sources::new().add("policy", text);
    policy::read(&read_json(text).root, source, 0)
}

fn layers(policies: &[Policy]) -> Layers<'_> {
    Layers { identity: Layer::Known(policies.iter().collect()), ..Layers::none() }
}

fn request(resource: &str) -> Request {
    let caller = Caller::parse("arn:aws:iam::111122223333:user/mara").expect("a caller");
    let mut context = Context::new();
    context.set_one("aws:SecureTransport", "true");
    context.set_one("aws:PrincipalOrgID", "o-acme123456");
    Request::new(caller, "s3:GetObject", resource, Some("111122223333"), context)
}

fn many(policies: usize, statements: usize, patterns: usize) -> Vec<Policy> {
    (0..policies)
        .map(|policy| {
            let list: Vec<String> = (0..statements)
                .map(|at| {
                    let resources: Vec<String> = (0..patterns)
                        .map(|n| format!("\"arn:aws:s3:::acme-{policy}-{at}/team-{n}/*\""))
                        .collect();
                    format!(
                        r#"{{"Effect":"Allow","Action":["s3:GetObject","s3:Put*"],"Resource":[{}],"Condition":{{"StringEquals":{{"aws:PrincipalOrgID":"o-acme123456"}}}}}}"#,
                        resources.join(",")
                    )
                })
                .collect();
            read(&format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, list.join(",")))
        })
        .collect()
}

fn decisions() {
    let world = World::new();
    let asked = request("arn:aws:s3:::acme-billing/reports/2026/a.csv");
    let whole = best(2_000, || {
        let policies = [read(FORTY_LINES)];
        decide(&Compiled::new(&layers(&policies)), &asked, &world, &mut NoTrace).is_allowed()
    });
    println!(
        "a policy of {} lines read, compiled, decided   {:>8.2} µs",
        FORTY_LINES.lines().count(),
        whole * 1e6
    );
    let policies = many(10, 20, 2);
    let set = Compiled::new(&layers(&policies));
    for (name, resource) in [
        ("the first statement", "arn:aws:s3:::acme-0-0/team-0/a"),
        ("the last statement", "arn:aws:s3:::acme-9-19/team-1/a"),
        ("no statement", "arn:aws:s3:::elsewhere/a"),
    ] {
        let asked = request(resource);
        let each = best(5_000, || decide(&set, &asked, &world, &mut NoTrace).is_allowed());
        println!("ten policies of twenty statements, {name:<20} {:>6.2} million a second", 1e-6 / each);
    }
}

/// Two policies of six kilobytes that say the same, with their statements split and turned round.
fn equality() {
    let part = |at: usize, actions: &str, resource: &str| {
        format!(
            r#"{{"Sid":"S{at}","Effect":"Allow","Action":[{actions}],"Resource":"arn:aws:s3:::acme-{at}/{resource}*","Condition":{{"StringEquals":{{"aws:PrincipalOrgID":"o-acme123456"}}}}}}"#
        )
    };
    let whole = |parts: Vec<String>| {
        read(&format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, parts.join(",")))
    };
    let text = (0..30).map(|at| part(at, r#""s3:GetObject","s3:PutObject""#, "")).collect::<Vec<_>>();
    let size = text.join(",").len();
    let old = whole(text);
    let split =
        (0..30).rev().flat_map(|at| [part(at, r#""s3:PutObject""#, ""), part(at, r#""s3:GetObject""#, "")]);
    let new = whole(split.collect());
    let job = change::Job {
        old: Some(&old),
        new: Some(&new),
        kind: change::Kind::Identity,
        account: "111122223333",
        only: &[],
        beside: &[],
        asked: &[],
    };
    assert_eq!(change::compare(&job).effect, preflight::finding::change::Effect::Same);
    let each = best(5, || change::compare(&job));
    println!("\ntwo policies of {size} bytes proved to be the same       {:>8.3} ms", each * 1e3);
}

fn growth() {
    println!("\n{:<28}{:>12}{:>12}{:>14}", "growth", "compile µs", "decide µs", "space µs");
    let row = |name: &str, policies: &[Policy], calls: usize| {
        let compile = best(calls, || Compiled::new(&layers(policies)));
        let set = Compiled::new(&layers(policies));
        let asked = request("arn:aws:s3:::elsewhere/a");
        let one = best(calls * 10, || decide(&set, &asked, &World::new(), &mut NoTrace).is_allowed());
        let pattern = "arn:aws:s3:::acme-0-0/team-0/reports/*";
        let question = Question {
            members: vec![Member { request: request(pattern).over(pattern), example: None }],
            unknowns: Vec::new(),
            allowed: true,
            base: World::new(),
        };
        let space = best(calls, || ask(&set, &question));
        println!("{name:<28}{:>12.1}{:>12.2}{:>14.1}", compile * 1e6, one * 1e6, space * 1e6);
    };
    for statements in [1, 10, 100, 1_000] {
        row(&format!("{statements} statements"), &many(1, statements, 2), (2_000 / statements).max(2));
    }
    for patterns in [1, 10, 50, 500] {
        row(&format!("{patterns} patterns"), &many(1, 1, patterns), (2_000 / patterns).max(4));
    }
    for policies in [1, 100, 10_000] {
        row(&format!("{policies} policies"), &many(policies, 1, 2), (2_000 / policies).max(1));
    }
}

/// All demands of a check, and those of them that ask about requests: each is one question or more over a space.
fn judging(account: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(account);
    let mut sources = Sources::new();
    let text = std::fs::read_to_string(folder.join("preflight.toml")).expect("a settings file");
    let source = sources.add("preflight.toml", text);
    let config = config::read(sources.get(source).text(), source).expect("settings");
    let named: Vec<Named> = config
        .documents
        .iter()
        .map(|document| Named {
            kind: DocumentKind::of(&document.kind).expect("a kind of document"),
            level: document.level,
            linked: document.linked,
            path: folder.join(&document.path),
        })
        .collect();
    let walked: Vec<PathBuf> = if config.names_documents() { Vec::new() } else { vec![folder.clone()] };
    let evidence = load::load(&mut sources, &named, &walked).expect("evidence");
    let library = Library::embedded().expect("the library");
    let job = Job {
        sources: &sources,
        evidence: &evidence,
        form: &config.form,
        consumers: &config.consumers,
        strict: false,
        now: "2026-11-23T12:00:00Z",
        only: &[],
    };
    let each = best(20, || judge(&library, &job));
    println!("\njudging {account}, every demand  {:>8.3} ms", each * 1e3);
    let name = config.consumers.first().map_or("spendeffix-root", String::as_str);
    let contract = library.consumer(name).expect("a contract that can be read").expect("a contract");
    let prepared = prepare(&library, &job, contract);
    let report = judge(&library, &job);
    let is_asked = |demand: &&Demand| {
        let mut reported = report.consumers.iter().flat_map(|consumer| &consumer.demands);
        matches!(demand.ask, Ask::Access { .. } | Ask::Others { .. })
            && reported.any(|reported| reported.id == demand.id)
    };
    let demands: Vec<&Demand> = contract.demands.iter().filter(is_asked).collect();
    let each = best(20, || {
        let subject = prepared.subject(&library, &job, contract);
        demands.iter().map(|demand| checks::put(&subject, demand)).collect::<Vec<_>>()
    });
    println!("  its {} demands about requests, over spaces  {:>8.3} ms", demands.len(), each * 1e3);
}

/// Pairs of patterns as people write them, and three that nobody does: is there a string in the first and not in the
/// second; is there one in both.
const PAIRS: [(&str, &str); 11] = [
    ("arn:aws:s3:::acme-cur/*", "arn:aws:s3:::acme-*/*"),
    ("arn:aws:s3:::acme-*/*", "arn:aws:s3:::acme-cur/*"),
    ("arn:aws:s3:::acme-billing/reports/*", "arn:aws:s3:::acme-billing/*"),
    ("arn:aws:s3:::acme-billing/*/data/*", "arn:aws:s3:::acme-billing/reports/*"),
    ("s3:Get*Object", "s3:*"),
    (
        "arn:aws:cur:us-east-1:111122223333:definition/*",
        "arn:aws:bcm-data-exports:us-east-1:111122223333:export/*",
    ),
    ("arn:aws:iam::*:role/*/admin-?", "arn:aws:iam::111122223333:role/team/*"),
    ("*.csv.gz", "*-Manifest.json"),
    ("*a*b*c*", "*c*b*a*"),
    ("arn:aws:s3:::*log*archive*2024*", "arn:aws:s3:::*archive*log*"),
    ("*a??????????", "*b??????????"),
];

fn patterns() {
    println!(
        "\n{:<50}{:<50}{:>10}{:>12}",
        "in the first, not in the second; in both", "", "walk µs", "library µs"
    );
    for (left, right) in PAIRS {
        let (one, two) = (Language::glob(left), Language::glob(right));
        let hard = left.contains("????");
        let calls = if hard { 1 } else { 200 };
        let ours = best(calls, || (string(&[&one], &[&two]), string(&[&one, &two], &[])));
        let bound = if hard { 1_000 } else { 100_000 };
        let theirs =
            best(calls, || (smt::string(&[&one], &[&two], bound), smt::string(&[&one, &two], &[], bound)));
        let given_up = |gave: bool| if gave { " (gave up)" } else { "" };
        let gave = string(&[&one], &[&two]) == Found::GaveUp;
        let library_gave = smt::string(&[&one], &[&two], bound) == smt::Verdict::GaveUp;
        println!(
            "{left:<50}{right:<50}{:>10.1}{:>12.1}{}{}",
            ours * 1e6,
            theirs * 1e6,
            given_up(gave),
            given_up(library_gave)
        );
    }
}

fn main() {
    decisions();
    equality();
    growth();
    judging("fixtures/accounts/the-guide-to-the-letter");
    judging("examples/acme-billing");
    patterns();
}
