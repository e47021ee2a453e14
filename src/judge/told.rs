//! Which findings are told: each fault once, by the rule that says most.

use crate::finding::{Finding, Label, Repair};
use crate::source::Place;

/// A finding with the case it tells of.
pub(super) struct Told {
    pub(super) finding: Finding,
    pub(super) check: &'static str,
    pub(super) case: &'static str,
    /// It only says that AWS refuses the text.
    pub(super) refusal: bool,
}

/// A fault is told once, by the most specific rule: what explains a broken demand wins over what says that AWS refuses the
/// text, and both win over what is merely unsure.
pub(super) fn distinct(mut told: Vec<Told>) -> Vec<Finding> {
    told.sort_by(|left, right| {
        let key = |told: &Told| {
            (
                std::cmp::Reverse(told.finding.severity),
                told.finding.primary.place,
                told.refusal,
                told.finding.rule.clone(),
            )
        };
        key(left).cmp(&key(right))
    });
    let keep: Vec<bool> = told
        .iter()
        .enumerate()
        .map(|(at, each)| {
            !told
                .iter()
                .enumerate()
                .any(|(other_at, other)| at != other_at && covers(other, other_at, each, at))
        })
        .collect();
    let mut findings: Vec<Finding> =
        told.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(told, _)| told.finding.clone()).collect();
    // What else shows that a value of the form is wrong is worth a look.
    for (one, _) in told.iter().zip(&keep).filter(|(_, keep)| **keep) {
        let Some(finding) = findings.iter_mut().find(|finding| **finding == one.finding) else { continue };
        for other in told.iter().zip(&keep).filter(|(_, keep)| !**keep).map(|(told, _)| told) {
            let place = other.finding.primary.place;
            let is_new = place.source != finding.primary.place.source
                && !finding.related.iter().any(|label| label.place == place);
            if is_new && tells_the_same_of_the_form(one, other) {
                finding.related.push(Label { place, text: other.finding.headline.clone() });
            }
        }
    }
    // Several of a kind at one place (an `Action` list without two of the actions) are one finding that names the others.
    for finding in &mut findings {
        let others = told.iter().map(|told| &told.finding).filter(|other| {
            other.rule == finding.rule
                && other.primary.place == finding.primary.place
                && other.headline != finding.headline
        });
        for other in others {
            // What is merely wanted is mended by itself.
            if other.severity == finding.severity {
                finding.repairs = both(&finding.repairs, &other.repairs);
            }
            let note = format!("the same: {}", other.headline);
            if !finding.notes.contains(&note) {
                finding.notes.push(note);
            }
        }
    }
    findings
}

/// Ways that mend two findings of a kind together.
fn both(one: &[Repair], other: &[Repair]) -> Vec<Repair> {
    let with = |(one, other): (&Repair, &Repair)| {
        let more = other.changes.iter().filter(|change| !one.changes.contains(change)).cloned();
        Repair { changes: one.changes.iter().cloned().chain(more).collect() }
    };
    match (one, other) {
        (one, []) => one.to_vec(),
        ([], other) => other.to_vec(),
        (one, other) => one.iter().zip(other).map(with).collect(),
    }
}

/// Findings about the values of the form that lead to the export's files, those that tell most first.
fn about_form(told: &Told) -> Option<u8> {
    match (told.check, told.case) {
        ("path", _) => Some(0),
        (
            "layout",
            "mixed-formats" | "passed-over" | "page" | "months-hidden" | "months-passed-over" | "archived",
        ) => None,
        ("layout", _) => Some(1),
        (
            "export",
            "path" | "path-last-folder" | "name-not-there" | "name-not-shown" | "none-there" | "type"
            | "table",
        ) => Some(2),
        ("setting", "bucket") => Some(2),
        _ => None,
    }
}

/// A value of the form that is wrong is wrong once: what its letters show goes before what the bucket shows, and that before
/// what the export's settings show.
fn tells_the_same_of_the_form(one: &Told, other: &Told) -> bool {
    let at_value = |told: &Told, place: Place| {
        let of = |at: Place| {
            at.source == place.source && (at.span.contains(place.span) || place.span.contains(at.span))
        };
        of(told.finding.primary.place) || told.finding.related.iter().any(|label| of(label.place))
    };
    about_form(one).is_some()
        && about_form(other).is_some()
        && (at_value(one, other.finding.primary.place) || at_value(other, one.finding.primary.place))
}

/// Whether one finding makes another superfluous.
fn covers(one: &Told, one_at: usize, other: &Told, other_at: usize) -> bool {
    let (left, right) = (one.finding.primary.place, other.finding.primary.place);
    if tells_the_same_of_the_form(one, other) {
        let rank = |told: &Told| (std::cmp::Reverse(told.finding.severity), about_form(told));
        let (first, second) = (rank(one), rank(other));
        return first < second || (first == second && left == right && one_at < other_at);
    }
    // What is merely good to know never hides what breaks a demand.
    if left.source != right.source || one.finding.severity < other.finding.severity {
        return false;
    }
    if left == right && one.finding.rule == other.finding.rule {
        return one_at < other_at;
    }
    match (other.case, one.case) {
        // AWS refuses the same string for the same reason.
        ("resource-outside-bucket", "resource-placeholder") => right.span.contains(left.span),
        ("action-resource-mismatch", "resource-bucket-arn" | "resource-object-arn") => true,
        (
            "resource-outside-bucket" | "resource-names-nothing",
            "resource-bucket" | "resource-arn-form" | "resource-partition" | "resource-other",
        )
        | ("unknown-action", "action-misspelt") => left == right,
        // Who is open to the world is public to AWS as well; a name that nobody has is no other.
        ("public-to-aws", "public" | "any-account")
        | (
            "read" | "change" | "assume" | "own",
            "principal-misspelt" | "principal-kind" | "principal-other" | "principal-missing",
        ) => left == right,
        // What auto-detection takes no report for says more than what is missing in it.
        ("resource-ids", "schema-elements") => left == right,
        // Months that are lost say more than that files are passed over.
        ("mixed-formats" | "passed-over", "months-hidden" | "months-passed-over") => true,
        // Who is let in with every account need not be told to be let in for others.
        ("deputy", "any-account" | "conditioned") => left == right,
        ("unsure", _) if one.refusal => left == right,
        _ => false,
    }
}
