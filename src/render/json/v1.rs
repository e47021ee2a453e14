//! Version 1 of the JSON report; `docs/schema/report.v1.json` describes it.
//!
//! These types are the published form and nothing else: internals may change without it. Texts are the real ones,
//! not made safe for a terminal; JSON escapes what must be escaped.

use crate::finding::{self, Applicability, Class, Owner, Severity, State, Verdict};
use crate::render::view::position;
use crate::source::{Place, Sources};
use serde::Serialize;
use std::collections::BTreeMap;

/// The number in the field `version`.
pub const VERSION: u32 = 1;

/// The whole report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report<'a> {
    /// Always [`VERSION`].
    pub version: u32,
    /// The worst of the consumers; null where no consumer was asked about.
    pub verdict: Option<Verdict>,
    /// One entry a consumer.
    pub consumers: Vec<Consumer<'a>>,
    /// Demands of several consumers that cannot be met together; left out where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Conflict<'a>>,
    /// Most severe first, then by place.
    pub findings: Vec<Finding<'a>>,
    /// Facts that are missing.
    pub unknown: Vec<Unknown<'a>>,
    /// What was presumed.
    pub assumed: Vec<Assumed<'a>>,
    /// What was not judged.
    pub not_evaluated: Vec<NotEvaluated<'a>>,
    /// What the user asked not to hear of.
    pub suppressed: Vec<Suppressed<'a>>,
    /// What changed since a revision; only where one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<super::change_v1::Changes<'a>>,
}

/// The answer for one consumer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Consumer<'a> {
    /// File name of the contract.
    pub name: &'a str,
    /// The answer.
    pub verdict: Verdict,
    /// In the order of the contract.
    pub demands: Vec<Demand<'a>>,
}

/// The answer to one demand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Demand<'a> {
    /// Identifier in the contract.
    pub id: &'a str,
    /// The answer.
    pub state: State,
}

/// Two demands that cannot be met together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict<'a> {
    /// The setting, the value of the form or the condition key.
    pub about: &'a str,
    /// For which kind of export, or null.
    pub export_type: Option<&'a str>,
    /// What it takes to serve both.
    pub kind: finding::ConflictKind,
    /// The two.
    pub demands: Vec<ConflictSide<'a>>,
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConflictSide<'a> {
    /// File name of the contract.
    pub consumer: &'a str,
    /// The demand.
    pub id: &'a str,
    /// Needed or advice.
    pub need: finding::Need,
    /// What it asks for.
    pub needs: &'a str,
    /// Where that comes from.
    pub source: &'a str,
}

/// A fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding<'a> {
    /// Name of the rule.
    pub rule: &'a str,
    /// The demand it breaks, or null.
    pub demand: Option<&'a str>,
    /// What happens if ignored.
    pub severity: Severity,
    /// Whether waiting helps.
    pub class: Class,
    /// Who must act.
    pub owner: Owner,
    /// One line.
    pub headline: &'a str,
    /// Where the fault stands.
    pub primary: Label<'a>,
    /// What makes it a fault.
    pub related: Vec<Label<'a>>,
    /// Why.
    pub notes: &'a [String],
    /// What to do, or null.
    pub help: Option<&'a str>,
    /// Changes of text.
    pub fixes: Vec<Fix<'a>>,
    /// Names in other tools.
    pub aliases: &'a [String],
}

/// A range of a document. Lines and columns count from 1 in characters; the end is behind the last character.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Region<'a> {
    /// Name of the document.
    pub document: &'a str,
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Line of the end.
    pub end_line: u32,
    /// Column of the end.
    pub end_column: u32,
    /// Byte offset of the start, from 0.
    pub offset: u32,
}

/// A range and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Label<'a> {
    /// The range.
    #[serde(flatten)]
    pub region: Region<'a>,
    /// What is wrong there.
    pub text: &'a str,
}

/// A change of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix<'a> {
    /// For a person.
    pub title: &'a str,
    /// How far to trust it.
    pub applicability: Applicability,
    /// Why it is not safe, or what else it does.
    pub because: &'a [String],
    /// In the order of their places; all of them belong together.
    pub edits: Vec<Edit<'a>>,
    /// What to run, where no document holds the setting.
    pub commands: &'a [String],
    /// Access gained outside the contract, with a request that shows it.
    pub gained: Vec<Access<'a>>,
    /// Access lost.
    pub lost: Vec<Access<'a>>,
}

/// Bytes to replace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edit<'a> {
    /// What to replace.
    pub region: Region<'a>,
    /// Number of bytes to replace.
    pub length: usize,
    /// What to write there.
    pub replacement: &'a str,
}

/// One request that stands for a class of access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Access<'a> {
    /// All callers of the class, for people.
    pub who: &'a str,
    /// Whether anybody at all can use it.
    pub public: bool,
    /// All actions of the class.
    pub actions: &'a [String],
    /// Resources, as the deciding statement writes them.
    pub resources: &'a [String],
    /// Conditions of that statement.
    pub conditions: &'a [String],
    /// Who asks in the request that shows it; empty for anybody.
    pub caller: &'a str,
    /// What.
    pub action: &'a str,
    /// On what.
    pub resource: &'a str,
    /// Condition keys.
    pub context: BTreeMap<&'a str, &'a str>,
}

/// A fact that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unknown<'a> {
    /// The demand that waits for it.
    pub demand: &'a str,
    /// Identifier of the fact.
    pub fact: &'a str,
    /// Why it is not known.
    pub reason: &'a str,
    /// What would tell, or null.
    pub tell: Option<&'a str>,
}

/// Something presumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assumed<'a> {
    /// What.
    pub text: &'a str,
    /// Where it comes from, or null.
    pub source: Option<&'a str>,
}

/// A document that was not judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotEvaluated<'a> {
    /// Its name.
    pub document: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// A finding not to be heard of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suppressed<'a> {
    /// The finding.
    pub finding: Finding<'a>,
    /// The reason the user gave.
    pub reason: &'a str,
}

impl<'a> Report<'a> {
    /// The published form of a report.
    #[must_use]
    pub fn new(report: &'a finding::Report, sources: &'a Sources) -> Self {
        Self {
            version: VERSION,
            verdict: (!report.consumers.is_empty()).then_some(report.verdict),
            consumers: report.consumers.iter().map(Consumer::new).collect(),
            conflicts: report.conflicts.iter().map(Conflict::new).collect(),
            findings: report.findings.iter().map(|finding| Finding::new(finding, sources)).collect(),
            unknown: report.unknown.iter().map(Unknown::new).collect(),
            assumed: report
                .assumed
                .iter()
                .map(|entry| Assumed { text: &entry.text, source: entry.source.as_deref() })
                .collect(),
            not_evaluated: report
                .not_evaluated
                .iter()
                .map(|entry| NotEvaluated { document: &entry.document, reason: &entry.reason })
                .collect(),
            suppressed: report
                .suppressed
                .iter()
                .map(|entry| Suppressed {
                    finding: Finding::new(&entry.finding, sources),
                    reason: &entry.reason,
                })
                .collect(),
            changes: report.changes.as_ref().map(|changes| super::change_v1::changes(changes, sources)),
        }
    }
}

impl<'a> Consumer<'a> {
    fn new(consumer: &'a finding::ConsumerReport) -> Self {
        let demand = |demand: &'a finding::DemandReport| Demand { id: &demand.id, state: demand.state };
        Self {
            name: &consumer.name,
            verdict: consumer.verdict,
            demands: consumer.demands.iter().map(demand).collect(),
        }
    }
}

impl<'a> Conflict<'a> {
    fn new(conflict: &'a finding::Conflict) -> Self {
        let side = |side: &'a finding::ConflictSide| ConflictSide {
            consumer: &side.consumer,
            id: &side.demand,
            need: side.need,
            needs: &side.needs,
            source: &side.source,
        };
        Self {
            about: &conflict.about,
            export_type: conflict.export_type.as_deref(),
            kind: conflict.kind,
            demands: conflict.sides.iter().map(side).collect(),
        }
    }
}

impl<'a> Finding<'a> {
    fn new(finding: &'a finding::Finding, sources: &'a Sources) -> Self {
        Self {
            rule: &finding.rule.0,
            demand: finding.demand.as_deref(),
            severity: finding.severity,
            class: finding.class,
            owner: finding.owner,
            headline: &finding.headline,
            primary: Label::new(&finding.primary, sources),
            related: finding.related.iter().map(|label| Label::new(label, sources)).collect(),
            notes: &finding.notes,
            help: finding.help.as_deref(),
            fixes: finding.fixes.iter().map(|fix| Fix::new(fix, sources)).collect(),
            aliases: &finding.aliases,
        }
    }
}

impl<'a> Label<'a> {
    fn new(label: &'a finding::Label, sources: &'a Sources) -> Self {
        Self { region: Region::new(&label.place, sources), text: &label.text }
    }
}

impl<'a> Region<'a> {
    pub(super) fn new(place: &Place, sources: &'a Sources) -> Self {
        let source = sources.get(place.source);
        let start = position(source, place.span.start as usize);
        let end = position(source, place.span.end as usize);
        Self {
            document: source.name(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            offset: start.offset,
        }
    }
}

impl<'a> Fix<'a> {
    fn new(fix: &'a finding::Fix, sources: &'a Sources) -> Self {
        Self {
            title: &fix.title,
            applicability: fix.applicability,
            because: &fix.because,
            edits: fix.edits.iter().map(|edit| Edit::new(edit, sources)).collect(),
            commands: &fix.commands,
            gained: fix.gained.iter().map(Access::new).collect(),
            lost: fix.lost.iter().map(Access::new).collect(),
        }
    }
}

impl<'a> Edit<'a> {
    fn new(edit: &'a finding::Edit, sources: &'a Sources) -> Self {
        Self {
            region: Region::new(&edit.place, sources),
            length: edit.place.span.len(),
            replacement: &edit.replacement,
        }
    }
}

impl<'a> Access<'a> {
    fn new(class: &'a finding::AccessClass) -> Self {
        let context = class.context.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        Self {
            who: &class.who,
            public: class.public,
            actions: &class.actions,
            resources: &class.resources,
            conditions: &class.conditions,
            caller: &class.caller,
            action: &class.action,
            resource: &class.resource,
            context,
        }
    }
}

impl<'a> Unknown<'a> {
    fn new(unknown: &'a finding::Unknown) -> Self {
        let finding::Unknown { demand, fact, reason, tell } = unknown;
        Self { demand, fact, reason, tell: tell.as_deref() }
    }
}

/// The report as indented JSON.
#[must_use]
pub fn render(report: &finding::Report, sources: &Sources) -> String {
    let mut out = serde_json::to_string_pretty(&Report::new(report, sources)).unwrap_or_default();
    out.push('\n');
    out
}
