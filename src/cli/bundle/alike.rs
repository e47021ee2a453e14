//! Whether a bundle is judged as the documents are, and names that keep it from that.

use super::{Document, compose, keep, learn, redacted, salt};
use crate::cli::check::Run;
use crate::contract::Form;
use crate::evidence::Evidence;
use crate::finding::Report;
use crate::load;
use crate::redact::Redactor;
use crate::source::Sources;

/// Documents under other names.
pub(super) struct Replaced {
    pub(super) redactor: Redactor,
    pub(super) documents: Vec<Document>,
    pub(super) text: String,
    /// Names that stay where no document shows them as names.
    pub(super) left: Vec<String>,
    /// Where the bundle is judged otherwise than the documents.
    pub(super) apart: Vec<String>,
}

/// More names are not tried one by one.
const MOST_NAMES: usize = 64;
/// What is known by its form, whatever letters it has.
const FORMS: [&str; 6] = ["account", "id", "access key", "organization", "unit", "canonical user"];

/// Replaces names. Where the bundle is judged otherwise then, some of them are words of AWS's language as well: a user is called
/// `arn`, or a group `billing`, which is a part of columns. Those are replaced only where a document shows them as names.
pub(super) fn replaced(run: &Run, form: &[(String, String)], documents: &[Document]) -> Replaced {
    let salt = salt();
    let before = Outline::of(run);
    let with = |left: Vec<String>| {
        let mut redactor = Redactor::new(salt, documents.iter().map(|document| document.text.as_str()));
        for (name, value) in form {
            learn(&mut redactor, name, value);
        }
        for contract in run.consumers.iter().filter_map(|name| run.library.contract(name)) {
            keep(&mut redactor, contract);
        }
        left.iter().for_each(|name| redactor.weaken(name));
        let (form, documents) = redacted(&mut redactor, form, documents);
        let text = compose(&form, &documents);
        let apart = before.apart(run, &text, &documents);
        Replaced { text, redactor, documents, left, apart }
    };
    let mut best = with(Vec::new());
    // A name of several words, or with digits, is nobody's word but the customer's.
    let is_word = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphabetic());
    let names = best.redactor.mapping().filter(|(kind, name, _)| !FORMS.contains(kind) && is_word(name));
    let names: Vec<String> = names.map(|(_, name, _)| name.to_owned()).take(MOST_NAMES).collect();
    for name in names {
        if best.apart.is_empty() {
            break;
        }
        let tried = with(best.left.iter().cloned().chain([name]).collect());
        if tried.apart.len() < best.apart.len() {
            best = tried;
        }
    }
    best
}

/// What is said of the documents.
pub(super) struct Outline(Vec<String>);

impl Outline {
    pub(super) fn of(run: &Run) -> Self {
        Self(outline(&run.judge(), &run.sources, &[]))
    }

    /// Where a bundle is judged otherwise.
    pub(super) fn apart(&self, run: &Run, text: &str, documents: &[Document]) -> Vec<String> {
        let (mut sources, mut evidence) = (Sources::new(), Evidence::default());
        load::add_unnamed(&mut sources, "bundle", text, &mut evidence);
        let bundled = run.judge_other(&sources, &evidence, &Form::new());
        let short: Vec<&str> =
            documents.iter().filter(|document| document.is_short).map(|document| &*document.name).collect();
        let after = outline(&bundled, &sources, &short);
        if self.0 == after {
            return Vec::new();
        }
        let only = |left: &[String], right: &[String]| -> Vec<String> {
            left.iter().filter(|line| !right.contains(line)).cloned().collect()
        };
        let mut out = only(&self.0, &after);
        out.extend(only(&after, &self.0));
        if out.is_empty() {
            out.push("another order".to_owned());
        }
        out
    }
}

/// What a report says, without names; of listings that were shortened, without places.
fn outline(report: &Report, sources: &Sources, short: &[&str]) -> Vec<String> {
    let mut lines = vec![format!("verdict {:?}", report.verdict)];
    for consumer in &report.consumers {
        lines.extend(consumer.demands.iter().map(|demand| format!("{} {:?}", demand.id, demand.state)));
    }
    let mut findings: Vec<String> = report
        .findings
        .iter()
        .map(|finding| {
            let source = sources.get(finding.primary.place.source);
            // The form stands elsewhere in a bundle.
            let at = source.position(finding.primary.place.span.start);
            let is_elsewhere = matches!(source.name(), "command line" | "bundle")
                || source.name().ends_with("preflight.toml")
                || source.is_excerpt()
                || short.contains(&source.name());
            let place = if is_elsewhere { String::new() } else { format!(" {}:{}", at.line, at.column) };
            format!("{}{place}", finding.rule.0)
        })
        .collect();
    findings.sort();
    lines.extend(findings);
    lines
}
