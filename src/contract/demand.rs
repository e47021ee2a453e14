//! `[[demand]]` of a consumer file or of a part of one: as it is written, and as it is asked.

use super::ask::{Ask, Expect};
use super::bucket::BucketQuestion;
use super::fault::ContractFault;
use super::form::{FORM_NAMES, Form};
use super::grammar::{RawGrammar, grammar};
use super::identity::Question;
use super::layout::LayoutQuestion;
use super::read_setting::RawSetting;
use super::setting::ExportQuestion;
use crate::finding::{Need, Severity};
use crate::source::Span;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// One thing a product asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// Such as `delivery.put-object`.
    pub id: String,
    /// Such as `Delivery`.
    pub section: String,
    /// The demand as a sentence, a template.
    pub title: String,
    /// Needed or advice.
    pub need: Need,
    /// Of advice: how severe it is that it is not followed. A note where nothing is said.
    pub severity: Severity,
    /// When it is asked at all.
    pub when: Vec<Condition>,
    /// What is asked.
    pub ask: Ask,
    /// Of advice: `generate` follows it, as the texts that AWS publishes do.
    pub is_generated: bool,
    /// Where the demand comes from.
    pub source: String,
    /// How sure it is that the product needs this.
    pub confidence: Confidence,
}

/// A condition on asking a demand: all must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The form value is one of these.
    Form(String, Vec<String>),
    /// Evidence of this kind is at hand.
    Has(String),
    /// No evidence of this kind is at hand.
    Lacks(String),
    /// The form has this value, whatever it is.
    Given(String),
    /// Evidence of one of these kinds is at hand, or the user gave the form value of this name.
    AnyOf(Vec<String>),
}

/// How sure it is that a product needs what its contract says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, std::default::Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Read at the vendor's, or in the product's source.
    #[default]
    High,
    /// Read at third parties, or put together from hints.
    Low,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawDemand {
    id: String,
    section: String,
    title: String,
    need: Need,
    severity: Option<Spanned<Severity>>,
    #[serde(default)]
    when: BTreeMap<String, OneOrMany>,
    ask: Spanned<String>,
    document: Option<String>,
    request: Option<String>,
    action: Option<OneOrMany>,
    on: Option<String>,
    expect: Option<Spanned<String>>,
    #[serde(default)]
    of: BTreeMap<String, String>,
    #[serde(default)]
    context: BTreeMap<String, String>,
    unsure: Option<String>,
    exposure: Option<String>,
    question: Option<Spanned<String>>,
    days: Option<i64>,
    #[serde(default)]
    linked: bool,
    about: Option<Spanned<String>>,
    value: Option<String>,
    select: Option<Spanned<BTreeMap<String, Spanned<String>>>>,
    one_of: Option<Vec<String>>,
    none_of: Option<Vec<String>>,
    all_of: Option<Vec<String>>,
    equals: Option<String>,
    matches: Option<Spanned<RawGrammar>>,
    columns: Option<Vec<String>>,
    absent: Option<Spanned<String>>,
    default: Option<String>,
    case: Option<String>,
    #[serde(default)]
    generated: bool,
    source: String,
    confidence: Option<Confidence>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(super) fn into_vec(self) -> Vec<String> {
        match self {
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(list) => list,
        }
    }
}

pub(super) fn read(
    file: &str,
    at: Span,
    raw: RawDemand,
    confidence: Confidence,
) -> Result<Demand, ContractFault> {
    let fault = |span: Span, message: &str| ContractFault {
        file: file.to_owned(),
        span,
        message: message.to_owned(),
    };
    let ask_span = Span::new(raw.ask.span().start, raw.ask.span().end);
    let ask = match raw.ask.get_ref().as_str() {
        "accepted" => {
            let document = raw.document.ok_or_else(|| fault(at, "`ask = \"accepted\"` needs `document`"))?;
            Ask::Accepted { document }
        }
        "access" => {
            let expect = match &raw.expect {
                None => Expect::Allowed,
                Some(text) => match text.get_ref().as_str() {
                    "allowed" => Expect::Allowed,
                    "denied" => {
                        let exposure = raw
                            .exposure
                            .clone()
                            .ok_or_else(|| fault(at, "`expect = \"denied\"` needs `exposure`"))?;
                        Expect::Denied(exposure)
                    }
                    _ => {
                        let span = Span::new(text.span().start, text.span().end);
                        return Err(fault(span, "`expect` is `allowed` or `denied`"));
                    }
                },
            };
            Ask::Access {
                request: raw.request.ok_or_else(|| fault(at, "`ask = \"access\"` needs `request`"))?,
                actions: raw.action.ok_or_else(|| fault(at, "`ask = \"access\"` needs `action`"))?.into_vec(),
                on: raw.on.ok_or_else(|| fault(at, "`ask = \"access\"` needs `on`"))?,
                expect,
                of: raw.of.into_iter().collect(),
                context: raw.context.into_iter().collect(),
                unsure: raw.unsure,
            }
        }
        "others" => Ask::Others {
            actions: raw.action.ok_or_else(|| fault(at, "`ask = \"others\"` needs `action`"))?.into_vec(),
            on: raw.on.ok_or_else(|| fault(at, "`ask = \"others\"` needs `on`"))?,
            case: raw
                .exposure
                .filter(|case| matches!(case.as_str(), "read" | "change" | "assume"))
                .ok_or_else(|| {
                    fault(at, "`ask = \"others\"` needs `exposure`, `read`, `change` or `assume`")
                })?,
        },
        "layout" => {
            let question =
                raw.question.as_ref().ok_or_else(|| fault(at, "`ask = \"layout\"` needs `question`"))?;
            let span = Span::new(question.span().start, question.span().end);
            Ask::Layout(
                LayoutQuestion::of(question.get_ref())
                    .ok_or_else(|| fault(span, "there is no such question"))?,
            )
        }
        "bucket" => {
            let question =
                raw.question.as_ref().ok_or_else(|| fault(at, "`ask = \"bucket\"` needs `question`"))?;
            let span = Span::new(question.span().start, question.span().end);
            Ask::Bucket(
                BucketQuestion::of(question.get_ref(), raw.days).map_err(|message| fault(span, message))?,
            )
        }
        "form" => {
            let name = raw
                .value
                .filter(|name| FORM_NAMES.contains(&name.as_str()))
                .ok_or_else(|| fault(at, "`ask = \"form\"` needs `value`, the name of a form value"))?;
            match (raw.one_of, raw.matches) {
                (Some(one_of), None) => Ask::Form { name, one_of },
                (None, Some(matches)) => {
                    let span = matches.span();
                    let grammar = grammar(matches).map_err(|wrong| {
                        fault(wrong.span.unwrap_or(Span::new(span.start, span.end)), &wrong.message)
                    })?;
                    Ask::Written { name, grammar }
                }
                _ => return Err(fault(at, "`ask = \"form\"` needs `one-of` or `matches`")),
            }
        }
        "identity" => {
            let question =
                raw.question.as_ref().ok_or_else(|| fault(at, "`ask = \"identity\"` needs `question`"))?;
            let span = Span::new(question.span().start, question.span().end);
            let question =
                Question::of(question.get_ref()).ok_or_else(|| fault(span, "there is no such question"))?;
            Ask::Identity { question }
        }
        "discovery" => Ask::Discovery {
            request: raw.request.ok_or_else(|| fault(at, "`ask = \"discovery\"` needs `request`"))?,
            actions: raw.action.ok_or_else(|| fault(at, "`ask = \"discovery\"` needs `action`"))?.into_vec(),
            on: raw.on.ok_or_else(|| fault(at, "`ask = \"discovery\"` needs `on`"))?,
            linked: raw.linked,
        },
        "setting" => {
            if raw.document.as_deref() != Some("export") {
                return Err(fault(at, "`ask = \"setting\"` needs `document = \"export\"`"));
            }
            let setting = RawSetting {
                case: raw.case,
                select: raw.select,
                one_of: raw.one_of,
                none_of: raw.none_of,
                all_of: raw.all_of,
                equals: raw.equals,
                matches: raw.matches,
                columns: raw.columns,
                absent: raw.absent,
                default: raw.default,
            };
            Ask::Setting(setting.read().map_err(|wrong| fault(wrong.span.unwrap_or(at), &wrong.message))?)
        }
        "export" => {
            let about = raw.about.ok_or_else(|| fault(at, "`ask = \"export\"` needs `about`"))?;
            let span = Span::new(about.span().start, about.span().end);
            let question = ExportQuestion::of(about.get_ref());
            Ask::Export(question.ok_or_else(|| fault(span, &ExportQuestion::choices()))?)
        }
        _ => {
            return Err(fault(
                ask_span,
                "`ask` is `access`, `others`, `accepted`, `bucket`, `layout`, `setting`, `export`, `form`, `identity` or `discovery`",
            ));
        }
    };
    let when = raw
        .when
        .into_iter()
        .flat_map(|(name, values)| {
            let values = values.into_vec();
            match name.as_str() {
                "has" => values.into_iter().map(Condition::Has).collect::<Vec<_>>(),
                "lacks" => values.into_iter().map(Condition::Lacks).collect(),
                "given" => values.into_iter().map(Condition::Given).collect(),
                "any-of" => vec![Condition::AnyOf(values)],
                _ => vec![Condition::Form(name, values)],
            }
        })
        .collect();
    let severity = match (&raw.severity, raw.need) {
        (None, _) => Severity::Note,
        (Some(severity), Need::Advice) if *severity.get_ref() < Severity::Error => *severity.get_ref(),
        (Some(severity), _) => {
            let span = Span::new(severity.span().start, severity.span().end);
            return Err(fault(span, "`severity` is for advice, and `note` or `warning`"));
        }
    };
    Ok(Demand {
        id: raw.id,
        section: raw.section,
        title: raw.title,
        need: raw.need,
        severity,
        when,
        ask,
        is_generated: raw.generated,
        source: raw.source,
        confidence: raw.confidence.unwrap_or(confidence),
    })
}

impl Demand {
    /// Whether the demand is asked with this form and this evidence.
    pub fn is_asked(&self, form: &Form, has: impl Fn(&str) -> bool) -> bool {
        self.when.iter().all(|condition| match condition {
            Condition::Form(name, values) => {
                form.text(name).is_some_and(|text| values.iter().any(|value| value == text))
            }
            Condition::Has(kind) => has(kind),
            Condition::Lacks(kind) => !has(kind),
            Condition::Given(name) => form.text(name).is_some(),
            Condition::AnyOf(kinds) => kinds.iter().any(|kind| has(kind) || form.is_given(kind)),
        })
    }
}
