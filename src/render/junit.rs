//! JUnit's XML, as build servers draw it: a case for each demand, each conflict of products, each policy that was
//! compared, and each finding.
//!
//! What AWS or the import would not take fails, what is not known is skipped: a case that was not run is no success.

use super::human::changes::line;
use super::tree::Tree;
use super::view::{position, safe};
use crate::finding::change::{Comparison, Effect};
use crate::finding::{Conflict, DemandReport, Finding, Need, NotEvaluated, Report, Severity, State};
use crate::source::Sources;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

/// The report as one file.
#[must_use]
pub fn render(report: &Report, sources: &Sources, tree: &Tree) -> String {
    let mut out = quick_junit::Report::new("preflight");
    for consumer in &report.consumers {
        let mut suite = TestSuite::new(text(&consumer.title));
        suite.add_test_cases(consumer.demands.iter().map(|each| demand(each, &consumer.name)));
        out.add_test_suite(suite);
    }
    if !report.conflicts.is_empty() {
        let mut suite = TestSuite::new("conflicts");
        suite.add_test_cases(report.conflicts.iter().map(conflict));
        out.add_test_suite(suite);
    }
    if let Some(changes) = &report.changes {
        let mut suite = TestSuite::new(text(&format!("access since {}", changes.base)));
        for comparison in &changes.list {
            suite.add_test_case(compared(comparison));
        }
        suite.add_test_cases(changes.not_compared.iter().map(not_judged));
        out.add_test_suite(suite);
    }
    let mut suite = TestSuite::new("findings");
    suite.add_test_cases(report.findings.iter().map(|each| finding(each, sources, tree)));
    for entry in &report.suppressed {
        let mut case = finding(&entry.finding, sources, tree);
        case.status = skipped(&entry.reason);
        suite.add_test_case(case);
    }
    suite.add_test_cases(report.not_evaluated.iter().map(not_judged));
    if suite.test_cases.is_empty() && out.tests == 0 {
        // Some readers take a file without a case for a run that broke.
        suite.add_test_case(TestCase::new("no finding", TestCaseStatus::success()));
    }
    if !suite.test_cases.is_empty() {
        out.add_test_suite(suite);
    }
    let mut xml = out.to_string().unwrap_or_default();
    if !xml.ends_with('\n') {
        xml.push('\n');
    }
    xml
}

/// Characters that XML cannot hold, or that would hide something, are spelled.
fn text(text: &str) -> String {
    safe(text).into_owned()
}

fn skipped(reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(text(reason));
    status
}

fn failed(kind: &str, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(text(kind)).set_message(text(message));
    status
}

/// Two products of which one export cannot serve both: each of them may be ready by itself.
fn conflict(conflict: &Conflict) -> TestCase {
    let (sentence, sources) = super::conflict::words(conflict);
    let body = sources.iter().map(|line| text(line)).collect::<Vec<_>>().join("\n");
    let mut case = if conflict.is_needed() {
        let mut status = failed("conflict", &sentence);
        status.set_description(body);
        TestCase::new(text(&sentence), status)
    } else {
        // What a product merely wishes for stops no import.
        let mut case = TestCase::new(text(&sentence), TestCaseStatus::success());
        case.set_system_out(body);
        case
    };
    case.set_classname("conflict");
    case
}

/// What a change gives and takes stands among the findings; what of it could not be told stands here.
fn compared(comparison: &Comparison) -> TestCase {
    let reasons: Vec<&str> = comparison.unknown.iter().map(|doubt| doubt.reason.as_str()).collect();
    let reasons = reasons.join("; ");
    let name = text(&line(comparison));
    match comparison.effect {
        Effect::Differs => {
            let mut case = TestCase::new(name, TestCaseStatus::success());
            if !reasons.is_empty() {
                case.set_system_out(text(&format!("cannot tell: {reasons}")));
            }
            case
        }
        Effect::Same if reasons.is_empty() => TestCase::new(name, TestCaseStatus::success()),
        Effect::Same | Effect::CannotTell => TestCase::new(name, skipped(&reasons)),
    }
}

fn demand(demand: &DemandReport, consumer: &str) -> TestCase {
    let detail = demand.next.as_deref().or(demand.detail.as_deref()).unwrap_or("");
    let status = match demand.state {
        // What a product merely wishes for stops no import.
        State::Broken if demand.need == Need::Needed => failed(&demand.id, detail),
        State::Holds | State::Broken => TestCaseStatus::success(),
        State::Unknown => skipped(detail),
    };
    let mut case = TestCase::new(text(&demand.title), status);
    case.set_classname(text(&format!("{consumer}.{}", demand.id)));
    case
}

fn finding(finding: &Finding, sources: &Sources, tree: &Tree) -> TestCase {
    let place = finding.primary.place;
    let source = sources.get(place.source);
    let at = position(source, place.span.start as usize);
    let file = tree.path(source.name());
    let mut body = vec![format!("{file}:{}:{}: {}", at.line, at.column, finding.primary.text)];
    body.extend(finding.notes.iter().map(|note| format!("note: {note}")));
    body.extend(finding.help.iter().map(|help| format!("help: {help}")));
    let body = body.iter().map(|line| text(line)).collect::<Vec<_>>().join("\n");
    let mut case = match finding.severity {
        Severity::Error | Severity::Warning => {
            let mut status = failed(&finding.rule.0, &finding.headline);
            status.set_description(body);
            TestCase::new(text(&finding.headline), status)
        }
        // Worth a word, and nothing that anybody must mend.
        Severity::Note => {
            let mut case = TestCase::new(text(&finding.headline), TestCaseStatus::success());
            case.set_system_out(body);
            case
        }
    };
    case.set_classname(text(&finding.rule.0));
    case.extra.insert("file".into(), text(&file).into());
    case.extra.insert("line".into(), at.line.to_string().into());
    case
}

fn not_judged(entry: &NotEvaluated) -> TestCase {
    let mut case = TestCase::new(text(&entry.document), skipped(&entry.reason));
    case.set_classname("not evaluated");
    case
}
