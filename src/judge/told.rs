//! Which findings are told: each fault once, by the rule that says most.

use crate::finding::{Finding, Label, Repair, RuleName, Severity};
use crate::source::{Place, SourceId};
use std::cmp::Reverse;
use std::collections::BTreeMap;

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
    told.sort_by(|left, right| order(left).cmp(&order(right)));
    let beside = Beside::new(&told);
    let keep: Vec<bool> = (0..told.len()).map(|at| !beside.covered(&told, at)).collect();
    let hidden = beside.form.iter().filter(|at| keep.get(**at) == Some(&false));
    let hidden: Vec<&Told> = hidden.filter_map(|at| told.get(*at)).collect();
    let mut findings = Vec::new();
    for (one, _) in told.iter().zip(&keep).filter(|(_, keep)| **keep) {
        let mut finding = one.finding.clone();
        // What else shows that a value of the form is wrong is worth a look.
        for other in hidden.iter().filter(|other| tells_the_same_of_the_form(one, other)) {
            let place = other.finding.primary.place;
            let is_new = place.source != finding.primary.place.source
                && !finding.related.iter().any(|label| label.place == place);
            if is_new {
                finding.related.push(Label { place, text: other.finding.headline.clone() });
            }
        }
        // Several of a kind at one place (an `Action` list without two of the actions) are one finding that names the others.
        let alike = beside.kinds.get(&(&one.finding.rule, one.finding.primary.place));
        let alike = alike.into_iter().flatten().filter_map(|at| told.get(*at)).map(|told| &told.finding);
        for other in alike.filter(|other| other.headline != one.finding.headline) {
            finding.also.extend(other.demand.clone().map(|demand| (demand, other.headline.clone())));
            // What is merely wanted is mended by itself.
            if other.severity == finding.severity {
                finding.repairs = both(&finding.repairs, &other.repairs);
            }
            let note = format!("the same: {}", other.headline);
            if !finding.notes.contains(&note) {
                finding.notes.push(note);
            }
        }
        findings.push(finding);
    }
    findings
}

fn order(told: &Told) -> (Reverse<Severity>, Place, bool, &RuleName) {
    let finding = &told.finding;
    (Reverse(finding.severity), finding.primary.place, told.refusal, &finding.rule)
}

/// Which findings can bear on each other: a thousand files have thousands, of which few do.
struct Beside<'t> {
    sources: BTreeMap<SourceId, Vec<usize>>,
    kinds: BTreeMap<(&'t RuleName, Place), Vec<usize>>,
    /// Those about the values of the form, which bear on each other across files.
    form: Vec<usize>,
}

impl<'t> Beside<'t> {
    fn new(told: &'t [Told]) -> Self {
        let mut beside = Self { sources: BTreeMap::new(), kinds: BTreeMap::new(), form: Vec::new() };
        for (at, each) in told.iter().enumerate() {
            let place = each.finding.primary.place;
            beside.sources.entry(place.source).or_default().push(at);
            beside.kinds.entry((&each.finding.rule, place)).or_default().push(at);
            if about_form(each).is_some() {
                beside.form.push(at);
            }
        }
        beside
    }

    /// Whether another finding makes this one superfluous.
    fn covered(&self, told: &[Told], at: usize) -> bool {
        let Some(each) = told.get(at) else { return false };
        let near = self.sources.get(&each.finding.primary.place.source).into_iter().flatten();
        let far = self.form.iter().filter(|_| about_form(each).is_some());
        near.chain(far)
            .filter(|other| **other != at)
            .any(|other| told.get(*other).is_some_and(|one| covers(one, *other, each, at)))
    }
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
            "mixed-formats" | "passed-over" | "page" | "months-hidden" | "months-passed-over"
            | "months-cased" | "archived",
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
        | ("unknown-action", "action-misspelt")
        | ("service-form" | "service-misspelt", "principal-misspelt") => left == right,
        // Who is open to the world is public to AWS as well; a name that nobody has is no other.
        ("public-to-aws", "public" | "any-account")
        | (
            "read" | "change" | "assume" | "own",
            "principal-misspelt" | "principal-kind" | "principal-other" | "principal-missing",
        ) => left == right,
        // What auto-detection takes no report for says more than what is missing in it.
        ("resource-ids", "schema-elements") => left == right,
        // Months that are lost say more than that files are passed over.
        ("mixed-formats" | "passed-over", "months-hidden" | "months-passed-over" | "months-cased") => true,
        // Who is let in with every account need not be told to be let in for others.
        ("deputy", "any-account" | "conditioned") => left == right,
        ("unsure", _) if one.refusal => left == right,
        _ => false,
    }
}
