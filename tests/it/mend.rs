//! Fixes: every account with a fault whose rule has a fix is mended, and nothing else happens to its documents.
//!
//! One account in so many is tried, unless the environment has `MEND=all`: all take a minute or two.

use crate::common::{Account, NOW, accounts};
use preflight::finding::{Applicability, Finding, Report, Severity, State as State_, Verdict};
use preflight::judge::Library;
use preflight::load;
use preflight::mend::{Bench, Options, Plan, Reasons, State, plan};
use preflight::source::SourceId;
use std::collections::BTreeMap;
use std::fmt::Write as _;

mod cases;
mod command;
mod kms;
mod offered;
mod pairs;
mod spoil;
mod templates;

pub(crate) fn config(account: &Account) -> Option<SourceId> {
    account.sources.iter().find(|(_, source)| source.name().ends_with("preflight.toml")).map(|(id, _)| id)
}

pub(crate) fn bench<'a>(library: &'a Library, account: &'a Account) -> Bench<'a> {
    Bench { library, consumers: &account.config.consumers, strict: false, now: NOW, config: config(account) }
}

pub(crate) fn state(account: &Account) -> State {
    let (sources, evidence) = load::again(&account.sources, &account.evidence, &BTreeMap::new());
    State::new(sources, evidence, account.config.form.clone())
}

fn faults(report: &Report) -> Vec<&Finding> {
    report.findings.iter().filter(|finding| finding.severity > Severity::Note).collect()
}

/// One account in so many is tried.
const SAMPLE: usize = 5;

#[test]
fn safe_fixes_make_accounts_ready() {
    let library = Library::embedded().unwrap();
    let mut told = String::new();
    let (mut not_ready, mut able, mut mended, mut one_fault, mut one_mended) = (0, 0, 0, 0, 0);
    let mut wrong = String::new();
    let reasons = Reasons::embedded();
    let step = if std::env::var_os("MEND").is_some_and(|all| all == "all") { 1 } else { SAMPLE };
    for account in accounts().into_iter().step_by(step) {
        let bench = bench(&library, &account);
        let state = state(&account);
        let report = bench.judge(&state);
        if report.verdict != Verdict::NotReady {
            continue;
        }
        not_ready += 1;
        let is_one = faults(&report).len() == 1;
        one_fault += usize::from(is_one);
        let done: Plan = plan(&bench, state, report, &Options::default());
        let ready = done.report.verdict == Verdict::Ready;
        mended += usize::from(ready);
        one_mended += usize::from(ready && is_one);
        // A safe fix that leaves its demand broken was not safe.
        for step in done.steps.iter().filter(|step| step.fix.applicability == Applicability::Safe) {
            let demands = done.report.consumers.iter().flat_map(|consumer| &consumer.demands);
            let still = demands.filter(|demand| Some(&demand.id) == step.finding.demand.as_ref());
            for demand in still.filter(|demand| demand.state == State_::Broken) {
                let _ = writeln!(wrong, "{}: {} is broken after {}", account.name, demand.id, step.fix.title);
            }
        }
        for step in &done.steps {
            assert!(step.fix.gained.is_empty(), "{}: {:?}", account.name, step.fix);
        }
        let is_begun = !done.steps.is_empty();
        if ready {
            able += 1;
            continue;
        }
        // What a safe fix can mend is mended, unless it waits for something else.
        for left in &done.left {
            let is_safe = left.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe);
            if is_safe && !left.conflicts && !left.untried && left.waits.is_none() {
                let _ = writeln!(wrong, "{}: a safe fix is left: {}", account.name, left.finding.headline);
            }
        }
        // What is left takes a review, somebody else, or a command; or the rule has no fix, and it is told why.
        let done = plan(
            &bench,
            done.after,
            done.report,
            &Options { with_review: true, least: Severity::Error, ..Options::default() },
        );
        able += usize::from(is_begun || !done.steps.is_empty());
        let _ = writeln!(told, "{} {:?} {}", account.name, done.report.verdict, done.steps.len());
        for left in &done.left {
            let group = library.book().get(&left.finding.rule.0).map_or("", |rule| rule.group.as_str());
            let reason = reasons.of_finding(group, &left.finding);
            let fix = left.fix.as_ref().map(|fix| format!("{:?} {}", fix.applicability, fix.title));
            let line = format!("{}: {} -> {fix:?} {reason:?}", left.finding.rule, left.finding.headline);
            let _ = writeln!(told, "    {line}");
            if fix.is_none() && reason.is_none() {
                let _ = writeln!(wrong, "{}: nothing says why there is no fix: {line}", account.name);
            }
        }
    }
    println!(
        "{told}\n{not_ready} accounts are not ready, something can be done in the documents of {able}, and {mended} are ready after \
         safe fixes; of {one_fault} with one fault {one_mended}"
    );
    assert!(wrong.is_empty(), "{wrong}");
    // The others need AWS, the organization or the product to act, or a review.
    assert!(able * 3 > not_ready, "in only {able} of {not_ready} accounts something is done");
    assert!(mended * 4 >= able * 3, "only {mended} of {able} accounts are ready after safe fixes");
}

/// A bucket policy as security teams keep them: long, commented, in a hand of its own.
const HARDENED: &str = include_str!("../../fixtures/mend/hardened-bucket-policy.json");

/// The policy with its fault mended by hand.
fn by_hand() -> String {
    HARDENED.replace("bcm-data-exports:eu-west-1", "bcm-data-exports:us-east-1")
}

/// The text of a bucket policy before and after all safe fixes.
fn mended(text: &str, options: &Options) -> (String, Plan) {
    let library = Library::embedded().unwrap();
    let account = accounts().into_iter().find(|account| account.name == "the-guide-to-the-letter").unwrap();
    let bench = Bench { config: None, ..bench(&library, &account) };
    let mut sources = preflight::source::Sources::new();
    let mut evidence = preflight::evidence::Evidence::default();
    let role = preflight::evidence::Role::BucketPolicy;
    load::add_text(&mut sources, "bucket-policy.json", text, role, 0, &mut evidence);
    let state = State::new(sources, evidence, account.config.form.clone());
    let report = bench.judge(&state);
    let done = plan(&bench, state, report, options);
    let (_, after) = done.after.sources.iter().next().map(|(id, source)| (id, source.text())).unwrap();
    (after.to_owned(), done)
}

#[test]
fn of_a_long_policy_only_the_line_with_the_fault_changes() {
    assert!(HARDENED.len() > 19_000 && HARDENED.contains("\r\n\t"), "{}", HARDENED.len());
    let (after, _) = mended(HARDENED, &Options::default());
    assert_eq!(after, by_hand());
    let diff = preflight::mend::unified("bucket-policy.json", HARDENED, &after);
    let changed: Vec<&str> = diff.lines().skip(2).filter(|line| line.starts_with(['+', '-'])).collect();
    assert_eq!(changed.len(), 2, "{diff}");
}

#[test]
fn a_statement_is_added_to_a_long_policy_and_every_line_stays() {
    let whole = by_hand();
    let last = whole.rfind("\t\t{ \"Effect\": \"Allow\"").unwrap();
    let end = whole.rfind("\r\n\t]").unwrap();
    let without = format!("{}{}", whole[..last].trim_end_matches([',', '\r', '\n']), &whole[end..]);
    let (after, done) = mended(&without, &Options::default());
    assert!(!done.steps.is_empty(), "{:#?}", done.left);
    let diff = preflight::mend::unified("bucket-policy.json", &without, &after);
    let gone: Vec<&str> = diff.lines().skip(2).filter(|line| line.starts_with('-')).collect();
    // The statement before gets its comma.
    assert!(gone.len() <= 1, "{diff}");
    assert!(after.starts_with(whole[..last].trim_end_matches([',', '\r', '\n'])), "{diff}");
    assert!(after.ends_with(&whole[end..]) && !after.replace("\r\n", "").contains('\n'), "{diff}");
}

/// A bucket policy with statements so long that one more is too much.
fn almost_too_long(statement: &dyn Fn(usize) -> String) -> String {
    let mut statements: Vec<String> = Vec::new();
    let text = |statements: &[String]| {
        format!(
            "{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n{}\n  ]\n}}\n",
            statements.join(",\n")
        )
    };
    loop {
        let mut more = statements.clone();
        more.push(statement(statements.len()));
        if text(&more).len() > 20 * 1024 {
            return text(&statements);
        }
        statements = more;
    }
}

fn with_review() -> Options {
    Options { with_review: true, ..Options::default() }
}

#[test]
fn where_the_tries_end_it_is_told_and_no_fix_is_said_to_be_excluded() {
    let library = Library::embedded().unwrap();
    let (mut ended, mut tried) = (0, 0);
    for account in accounts().into_iter().step_by(SAMPLE) {
        let bench = bench(&library, &account);
        let run = |tries: usize| {
            let state = state(&account);
            let report = bench.judge(&state);
            plan(&bench, state, report, &Options { tries, ..Options::default() })
        };
        let whole = run(20);
        if whole.ended || whole.steps.is_empty() {
            continue;
        }
        assert!(!whole.left.iter().any(|left| left.untried), "{}", account.name);
        let excluded = |done: &Plan| -> Vec<String> {
            let left = done.left.iter().filter(|left| left.conflicts);
            left.map(|left| left.finding.headline.clone()).collect()
        };
        for tries in 0..4 {
            let done = run(tries);
            if !done.ended {
                break;
            }
            let known = excluded(&whole);
            assert!(excluded(&done).iter().all(|one| known.contains(one)), "{}: {tries}", account.name);
            assert!(done.left.iter().any(|left| left.untried), "{}: {tries}", account.name);
            ended += 1;
        }
        tried += 1;
        if tried == 6 {
            break;
        }
    }
    assert!(ended >= 6, "{ended}");
}

#[test]
fn where_a_fix_makes_a_policy_too_long_it_is_written_shorter() {
    let actions = [
        "DeleteBucket",
        "DeleteObject",
        "DeleteObjectVersion",
        "PutBucketAcl",
        "PutBucketCORS",
        "PutBucketLogging",
        "PutBucketNotification",
        "PutBucketTagging",
        "PutBucketVersioning",
        "PutBucketWebsite",
        "PutLifecycleConfiguration",
        "PutObjectAcl",
        "PutObjectTagging",
        "PutReplicationConfiguration",
        "PutAccelerateConfiguration",
    ];
    let roles: Vec<String> = (0..8)
        .map(|number| format!("\"arn:aws:iam::111122223333:role/{}-{number}\"", "x".repeat(105)))
        .collect();
    let long = almost_too_long(&|number| {
        format!(
            "    {{ \"Sid\": \"Rule{number}\", \"Effect\": \"Deny\", \"Principal\": \"*\", \"Action\": \"s3:{}\", \"Resource\": [\"arn:aws:s3:::acme-billing\", \"arn:aws:s3:::acme-billing/*\"],\n      \"Condition\": {{ \"ArnEquals\": {{ \"aws:PrincipalArn\": [{}] }} }} }}",
            actions[number % actions.len()],
            roles.join(", ")
        )
    });
    let long = long.replacen(
        "{\n  \"Version\"",
        &format!("{{\n{}  \"Version\"", " ".repeat(20_400 - long.len())),
        1,
    );
    let (after, done) = mended(&long, &with_review());
    let because: Vec<&String> = done.steps.iter().flat_map(|step| &step.fix.because).collect();
    assert!(because.iter().any(|text| text.contains("written shorter")), "{because:?} {:#?}", done.left);
    assert!(done.steps.iter().all(|step| step.fix.gained.is_empty() && step.fix.lost.is_empty()));
    assert!(after.len() < 20 * 1024 && after.contains("bcm-data-exports.amazonaws.com"), "{after}");
    // By themselves, safe fixes rewrite no whole policy.
    let (after, _) = mended(&long, &Options::default());
    assert_eq!(after, long);
}

#[test]
fn a_policy_that_is_too_long_for_its_layout_alone_is_written_without_it() {
    let path = "x".repeat(440);
    let statement = |number: usize| {
        serde_json::json!({
            "Sid": format!("Deny{number}"), "Effect": "Deny",
            "Principal": { "AWS": format!("arn:aws:iam::111122223333:role/{path}/team-{number}") },
            "Action": "s3:DeleteObject", "Resource": format!("arn:aws:s3:::acme-billing/team-{number}/*"),
        })
    };
    let statements: Vec<_> = (0..31).map(statement).collect();
    let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": statements });
    let pretty = serde_json::to_string_pretty(&policy).unwrap();
    assert!(pretty.len() > 20 * 1024 && policy.to_string().len() < 20 * 1024 - 600, "{}", pretty.len());
    let (after, done) = mended(&pretty, &with_review());
    assert!(after.len() <= 20 * 1024 && after.contains("bcm-data-exports.amazonaws.com"), "{:#?}", done.left);
    let because: Vec<&String> = done.steps.iter().flat_map(|step| &step.fix.because).collect();
    assert!(because.iter().any(|text| text.contains("without the space")), "{because:?}");
    // By themselves, safe fixes rewrite no whole policy.
    assert_eq!(mended(&pretty, &Options::default()).0, pretty);
}

#[test]
fn where_a_fix_makes_a_policy_too_long_and_nothing_can_go_it_is_told() {
    let long = almost_too_long(&|number| {
        let roles: Vec<String> = (0..8)
            .map(|at| format!("\"arn:aws:iam::111122223333:role/{}-{number}-{at}\"", "x".repeat(105)))
            .collect();
        format!(
            "{{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:PutObjectAcl\",\"Resource\":\"arn:aws:s3:::acme-billing/{number}/*\",\"Condition\":{{\"ArnNotEquals\":{{\"aws:PrincipalArn\":[{}]}}}}}}",
            roles.join(",")
        )
    });
    let long = long.replacen("role/x", &format!("role/{}", "x".repeat(20_470 - long.len())), 1);
    let (after, done) = mended(&long, &with_review());
    assert_eq!(after, long);
    let told = done.left.iter().filter_map(|left| left.fix.as_ref()).flat_map(|fix| &fix.because);
    assert!(told.into_iter().any(|text| text.contains("may have 20480")), "{:#?}", done.left);
}
