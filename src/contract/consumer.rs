//! `rules/consumers/*.toml`: the demands of one product.

use super::ask::{Ask, Expect};
use super::bucket::BucketQuestion;
use super::fault::ContractFault;
use super::form::Form;
use super::grammar::RawGrammar;
use super::identity::Question;
use super::layout::{Layout, LayoutQuestion};
use super::read_setting::RawSetting;
use super::setting::ExportQuestion;
use crate::finding::Need;
use crate::source::Span;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// The contract of one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// The file's name.
    pub name: String,
    /// For people.
    pub title: String,
    /// The product's name.
    pub product: String,
    /// The guide users follow.
    pub guide: Option<String>,
    /// When the sources were read.
    pub checked: String,
    /// What is presumed of the form where the user says nothing.
    pub defaults: Vec<Default>,
    /// Where the product looks for files.
    pub layout: Option<Layout>,
    /// In the order of the file.
    pub demands: Vec<Demand>,
}

/// A presumed form value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Default {
    /// Name of the form value.
    pub name: String,
    /// The value.
    pub value: String,
    /// Why it is presumed.
    pub because: String,
}

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
    /// When it is asked at all.
    pub when: Vec<Condition>,
    /// What is asked.
    pub ask: Ask,
    /// Where the demand comes from.
    pub source: String,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawContract {
    title: String,
    product: String,
    guide: Option<String>,
    checked: String,
    #[serde(default)]
    defaults: BTreeMap<String, RawDefault>,
    layout: Option<Layout>,
    demand: Vec<Spanned<RawDemand>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDefault {
    value: String,
    because: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawDemand {
    id: String,
    section: String,
    title: String,
    need: Need,
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
    source: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn into_vec(self) -> Vec<String> {
        match self {
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(list) => list,
        }
    }
}

impl Contract {
    /// Reads a consumer file.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn read(name: &str, text: &str) -> Result<Self, ContractFault> {
        let file = format!("consumers/{name}.toml");
        let raw: RawContract =
            toml::from_str(text).map_err(|error| ContractFault::from_toml(&file, &error))?;
        let mut demands: Vec<Demand> = Vec::new();
        for raw in raw.demand {
            let span = raw.span();
            let at = Span::new(span.start, span.end);
            let demand = demand(&file, at, raw.into_inner())?;
            if demands.iter().any(|other| other.id == demand.id) {
                return Err(ContractFault {
                    file,
                    span: at,
                    message: format!("demand `{}` stands here twice", demand.id),
                });
            }
            demands.push(demand);
        }
        let defaults = raw
            .defaults
            .into_iter()
            .map(|(name, default)| Default { name, value: default.value, because: default.because })
            .collect();
        Ok(Self {
            name: name.to_owned(),
            title: raw.title,
            product: raw.product,
            guide: raw.guide,
            checked: raw.checked,
            defaults,
            layout: raw.layout,
            demands,
        })
    }
}

fn demand(file: &str, at: Span, raw: RawDemand) -> Result<Demand, ContractFault> {
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
                .filter(|case| matches!(case.as_str(), "read" | "change"))
                .ok_or_else(|| fault(at, "`ask = \"others\"` needs `exposure`, `read` or `change`"))?,
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
                "`ask` is `access`, `others`, `accepted`, `bucket`, `layout`, `setting`, `export`, `identity` or `discovery`",
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
    Ok(Demand {
        id: raw.id,
        section: raw.section,
        title: raw.title,
        need: raw.need,
        when,
        ask,
        source: raw.source,
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
