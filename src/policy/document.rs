//! The typed document: statements, elements, clauses. Every part keeps its span in the source it was read from.

use super::operator::Operator;
use super::text::Text;
use crate::source::{SourceId, Span};
use crate::syntax::Part;

/// In what a document is written: decides what a place in it means, and who can edit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Notation {
    /// JSON, perhaps inside strings of other JSON.
    #[default]
    Json,
    /// Terraform's language.
    Hcl,
    /// YAML.
    Yaml,
}

/// One policy document.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The text it was read from.
    pub source: SourceId,
    /// How many layers of JSON string surround it in that text (the AWS CLI prints policies wrapped once).
    pub level: u8,
    /// In what it is written.
    pub notation: Notation,
    /// The whole document.
    pub span: Span,
    /// The `Version` element.
    pub version: Version,
    /// Place of the value of `Version`, if there is one.
    pub version_span: Option<Span>,
    /// The `Id` element.
    pub id: Option<Text>,
    /// Place of the `Statement` key, or of the document where there is none.
    pub statement_span: Span,
    /// In the order of the document.
    pub statements: Vec<Statement>,
    /// What the grammar does not allow.
    pub faults: Vec<Fault>,
}

/// The `Version` element: it decides whether `${…}` is a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// `2012-10-17`
    V2012,
    /// `2008-10-17`
    V2008,
    /// No `Version`: variables are plain text, as in 2008. AWS's pages contradict each other in words, not in this
    /// effect (`MISSING_VERSION` of the Access Analyzer policy checks).
    Missing,
    /// A value AWS refuses.
    Other(Box<str>),
}

impl Version {
    /// Whether `${…}` is a variable.
    #[must_use]
    pub fn has_variables(&self) -> bool {
        matches!(self, Version::V2012)
    }
}

/// `Allow` or `Deny`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Forbids.
    Deny,
    /// Missing or misspelt: it cannot be told which was meant.
    Unreadable,
}

/// One statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Position in the document, from 0.
    pub index: usize,
    /// The whole statement.
    pub span: Span,
    /// The `Sid`.
    pub sid: Option<Text>,
    /// The `Effect`.
    pub effect: Effect,
    /// Place of the value of `Effect`, or the statement's opening where there is none.
    pub effect_span: Span,
    /// For an effect that is filled in later, or a statement of which nothing is known before: the name of the hole.
    pub effect_hole: Option<Box<str>>,
    /// `Principal` or `NotPrincipal`.
    pub principals: Option<Principals>,
    /// `Action` or `NotAction`.
    pub actions: Option<Element>,
    /// `Resource` or `NotResource`.
    pub resources: Option<Element>,
    /// One entry for each operator and key of `Condition`.
    pub clauses: Vec<Clause>,
    /// Place of the `Condition` key, if there is one.
    pub condition_span: Option<Span>,
}

/// `Action`, `NotAction`, `Resource` or `NotResource`: one string or a list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The `Not…` form.
    pub negated: bool,
    /// Place of the key.
    pub key_span: Span,
    /// Place of the value.
    pub span: Span,
    /// The strings.
    pub items: Vec<Text>,
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principals {
    /// `NotPrincipal`.
    pub negated: bool,
    /// Place of the key.
    pub key_span: Span,
    /// Place of the value.
    pub span: Span,
    /// The principals; a bare `"*"` is one entry of kind [`PrincipalKind::Everyone`].
    pub entries: Vec<PrincipalEntry>,
}

/// One principal of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalEntry {
    /// The key it stands under.
    pub kind: PrincipalKind,
    /// Place of that key; of the value where there is none.
    pub kind_span: Span,
    /// The value.
    pub value: Text,
}

/// The key under which a principal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    /// `"Principal": "*"`
    Everyone,
    /// `AWS`
    Aws,
    /// `Service`
    Service,
    /// `Federated`
    Federated,
    /// `CanonicalUser`
    CanonicalUser,
    /// A string that stands directly under `Principal` and is not `*`; AWS refuses it.
    Bare,
    /// A key that AWS does not know; it refuses it.
    Other,
}

/// One key under one operator of `Condition`.
#[derive(Debug, Clone)]
pub struct Clause {
    /// The operator as written.
    pub operator: Text,
    /// What it means; `None` where AWS does not know it.
    pub parsed: Option<Operator>,
    /// The condition key as written.
    pub key: Text,
    /// Key and values.
    pub span: Span,
    /// The value or list of values.
    pub value_span: Span,
    /// The values.
    pub values: Vec<Text>,
}

impl Statement {
    /// Makes the statement depend on something that only a deployment tells, by its name: a condition of the template.
    pub fn depend_on(&mut self, name: &str, span: Span) {
        let text = Text::of_parts(&[Part::Hole(name.into())], span);
        self.clauses.push(Clause {
            operator: text.clone(),
            parsed: None,
            key: text.clone(),
            span,
            value_span: span,
            values: vec![text],
        });
    }

    /// Whether nothing is known of it before it is deployed: it stands for any statements, or for none.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.effect_hole.is_some() && self.effect_span == self.span
    }
}

impl Clause {
    /// The name of what decides later which key is compared, or how.
    #[must_use]
    pub fn hole(&self) -> Option<&str> {
        self.key.holes.first().or_else(|| self.operator.holes.first()).map(|hole| &*hole.name)
    }
}

/// Something the policy grammar does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// The smallest text that carries it; for a missing part, the key or bracket of what it is missing from.
    pub span: Span,
    /// The text found there, or the name of what is missing.
    pub found: Box<str>,
}

/// Kinds of [`Fault`]. The kebab-case name is the `case` that a rule page of check `grammar` selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultKind {
    /// The document is not an object.
    NotAnObject,
    /// An element name that AWS does not know.
    UnknownElement,
    /// A `Version` that AWS does not know.
    InvalidVersion,
    /// No `Statement`.
    MissingStatement,
    /// No `Effect`.
    MissingEffect,
    /// An `Effect` that is neither `Allow` nor `Deny`.
    InvalidEffect,
    /// No `Action` and no `NotAction`.
    MissingAction,
    /// An element and its `Not…` form in one statement.
    ElementCombination,
    /// A value of the wrong JSON type.
    WrongType,
    /// `Principal` is neither `"*"` nor a map.
    PrincipalFormat,
    /// A key under `Principal` that AWS does not know.
    PrincipalKey,
    /// A condition operator that AWS does not know.
    UnknownOperator,
    /// Two spellings of one condition key under one operator.
    KeysDifferOnlyByCase,
    /// A policy variable inside `Fn::Sub`, which takes it for a name of the template.
    SubTakesVariable,
}

impl FaultKind {
    /// The kebab-case name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            FaultKind::NotAnObject => "not-an-object",
            FaultKind::UnknownElement => "unknown-element",
            FaultKind::InvalidVersion => "invalid-version",
            FaultKind::MissingStatement => "missing-statement",
            FaultKind::MissingEffect => "missing-effect",
            FaultKind::InvalidEffect => "invalid-effect",
            FaultKind::MissingAction => "missing-action",
            FaultKind::ElementCombination => "element-combination",
            FaultKind::WrongType => "wrong-type",
            FaultKind::PrincipalFormat => "principal-format",
            FaultKind::PrincipalKey => "principal-key",
            FaultKind::UnknownOperator => "unknown-operator",
            FaultKind::KeysDifferOnlyByCase => "keys-differ-only-by-case",
            FaultKind::SubTakesVariable => "sub-takes-variable",
        }
    }

    /// Every kind, in order.
    pub const ALL: [FaultKind; 14] = [
        FaultKind::NotAnObject,
        FaultKind::UnknownElement,
        FaultKind::InvalidVersion,
        FaultKind::MissingStatement,
        FaultKind::MissingEffect,
        FaultKind::InvalidEffect,
        FaultKind::MissingAction,
        FaultKind::ElementCombination,
        FaultKind::WrongType,
        FaultKind::PrincipalFormat,
        FaultKind::PrincipalKey,
        FaultKind::UnknownOperator,
        FaultKind::KeysDifferOnlyByCase,
        FaultKind::SubTakesVariable,
    ];
}

impl Policy {
    /// Whether every statement is for everybody and for every resource. A policy of one resource names that resource; such a
    /// document bounds an organization or an endpoint.
    #[must_use]
    pub fn is_for_all(&self) -> bool {
        self.statements.iter().all(|statement| {
            let everybody = |principals: &Principals| {
                !principals.negated && principals.entries.iter().any(|entry| &*entry.value.value == "*")
            };
            statement.principals.as_ref().is_some_and(everybody)
                && statement.resources.as_ref().is_some_and(|resources| {
                    !resources.negated && resources.items.iter().all(|item| &*item.value == "*")
                })
        })
    }

    /// Whether every statement is a Deny.
    #[must_use]
    pub fn only_denies(&self) -> bool {
        self.statements
            .iter()
            .all(|statement| statement.effect == Effect::Deny && statement.effect_hole.is_none())
    }
}
