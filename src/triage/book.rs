//! `rules/messages/*.toml`: messages with their templates, causes, what to ask for, and which facts lead to which cause.

use super::anchors::Anchors;
use super::codes::{CodeGroup, Codes};
use super::pages::{AskPage, CausePage, Limit, Rank, Service, Step};
use super::template::{Found, Template, TemplateFault};
use super::when::{fill, fits, holds};
use crate::finding::triage::{Facts, Sure};
use crate::shipped::Shipped;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use thiserror::Error;

/// What is wrong with a file of messages. Its author must act.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BookFault {
    /// Not the shape of such a file.
    #[error("messages/{file}.toml: {message}")]
    Toml {
        /// The file.
        file: String,
        /// What the reader says.
        message: String,
    },
    /// A template cannot be read.
    #[error("messages/{file}.toml: message `{message}`: {fault}")]
    Template {
        /// The file.
        file: String,
        /// The message.
        message: String,
        /// Why.
        fault: TemplateFault,
    },
}

/// How deep a message stands in others: what a product says wraps what a client says, that what AWS says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// The outermost words of a product.
    Wrap,
    /// What the product was doing.
    Step,
    /// What the client says of the call.
    Client,
    /// A client's second half.
    Code,
    /// What AWS says, or the product itself.
    Service,
    /// A part of that.
    Detail,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct File {
    message: Vec<RawMessage>,
    layers: BTreeMap<String, String>,
    words: BTreeMap<String, String>,
    cause: BTreeMap<String, CausePage>,
    ask: BTreeMap<String, AskPage>,
    rank: Vec<Rank>,
    limit: Vec<Limit>,
    operations: BTreeMap<String, String>,
    /// Names of facts, and by their values the type of export.
    export_types: BTreeMap<String, BTreeMap<String, String>>,
    events: BTreeMap<String, String>,
    service: Vec<Service>,
    code: Vec<CodeGroup>,
    step: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMessage {
    id: String,
    level: Level,
    template: String,
    /// Texts that the template may begin with, the usual one first.
    #[serde(default)]
    begins: Vec<String>,
    /// What a text that ends within the template must have had, in small letters.
    #[serde(default)]
    until: Option<String>,
    /// It stands behind what it belongs to.
    #[serde(default)]
    tail: bool,
    /// How far behind it may stand, and that there may be several.
    #[serde(default)]
    reach: Option<usize>,
    #[serde(default)]
    set: BTreeMap<String, String>,
    #[serde(default, rename = "source")]
    _source: Option<String>,
    #[serde(default)]
    test: Vec<MessageTest>,
}

/// An example of a message, with facts that it tells; an empty text: it does not tell that one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageTest {
    /// The text.
    pub text: String,
    /// The facts.
    pub facts: BTreeMap<String, String>,
}

/// One message.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) level: Level,
    pub(super) template: Template,
    until: Option<String>,
    pub(super) is_tail: bool,
    pub(super) reach: Option<usize>,
    pub(super) set: BTreeMap<String, String>,
    pub(super) tests: Vec<MessageTest>,
}

/// A cause that facts lead to, how sure, and why.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranked<'b> {
    pub(super) id: &'b str,
    pub(super) page: &'b CausePage,
    pub(super) sure: Sure,
    pub(super) why: &'b str,
}

/// Everything that is known of messages.
#[derive(Debug, Default)]
pub struct Book {
    pub(super) messages: Vec<Message>,
    layers: BTreeMap<String, String>,
    words: BTreeMap<String, String>,
    causes: BTreeMap<String, CausePage>,
    asks: BTreeMap<String, AskPage>,
    ranks: Vec<Rank>,
    limits: Vec<Limit>,
    operations: BTreeMap<String, String>,
    pub(super) export_types: BTreeMap<String, BTreeMap<String, String>>,
    events: BTreeMap<String, String>,
    services: Vec<Service>,
    steps: Vec<Step>,
    pub(super) codes: Codes,
    anchors: OnceLock<Option<Anchors>>,
}

impl Book {
    /// What comes with the program.
    ///
    /// # Errors
    /// If a file is broken, which a test of this repository rules out.
    pub fn embedded() -> Result<Self, BookFault> {
        let mut book = Self::default();
        for (name, text) in crate::rulebook::embedded::MESSAGES {
            book.add(name, *text)?;
        }
        Ok(book)
    }

    /// Adds the text of a file.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn add<'t>(&mut self, file: &str, text: impl Into<Shipped<'t>>) -> Result<(), BookFault> {
        let toml = |error: &toml::de::Error| BookFault::Toml {
            file: file.to_owned(),
            message: error.message().to_owned(),
        };
        let read: File = text.into().read().map_err(|error| toml(&error))?;
        for raw in read.message {
            let whole = if raw.begins.is_empty() { vec![String::new()] } else { raw.begins.clone() };
            for (at, begin) in whole.iter().enumerate() {
                let text = format!("{begin}{}", raw.template);
                let template = Template::new(&text, whole.first().filter(|_| at > 0)).map_err(|fault| {
                    BookFault::Template { file: file.to_owned(), message: raw.id.clone(), fault }
                })?;
                self.messages.push(Message {
                    id: raw.id.clone(),
                    level: raw.level,
                    template,
                    until: raw.until.clone(),
                    is_tail: raw.tail,
                    reach: raw.reach,
                    set: raw.set.clone(),
                    tests: if at == 0 { raw.test.clone() } else { Vec::new() },
                });
            }
        }
        self.layers.extend(read.layers.into_iter().map(|(name, id)| (name.to_ascii_lowercase(), id)));
        self.words.extend(read.words);
        self.causes.extend(read.cause);
        self.asks.extend(read.ask);
        self.ranks.extend(read.rank);
        self.limits.extend(read.limit);
        self.operations.extend(read.operations);
        self.export_types.extend(read.export_types);
        self.events.extend(read.events);
        self.services.extend(read.service);
        self.steps.extend(read.step);
        self.codes.add(read.code);
        Ok(())
    }

    /// The examples of all messages: the message's name, and the example.
    pub fn tests(&self) -> impl Iterator<Item = (&str, &MessageTest)> {
        self.messages
            .iter()
            .flat_map(|message| message.tests.iter().map(move |test| (message.id.as_str(), test)))
    }

    /// Messages without an example, which a test of this repository rules out.
    pub fn untested(&self) -> impl Iterator<Item = &str> {
        let has_none = |message: &&Message| {
            !self.messages.iter().any(|other| other.id == message.id && !other.tests.is_empty())
        };
        self.messages.iter().filter(has_none).map(|message| message.id.as_str())
    }

    /// Names that nothing has: causes of ranks, things to ask for, rules, demands. Each in a line.
    #[must_use]
    pub fn dangling(&self, is_rule: impl Fn(&str) -> bool, is_demand: impl Fn(&str) -> bool) -> Vec<String> {
        let mut out = Vec::new();
        for (_, id, _) in self.ranks.iter().flat_map(|rank| &rank.causes) {
            if !self.causes.contains_key(id) {
                out.push(format!("a rank names the cause `{id}`"));
            }
        }
        for (id, cause) in &self.causes {
            if !self.ranks.iter().flat_map(|rank| &rank.causes).any(|(_, other, _)| other == id) {
                out.push(format!("no rank names the cause `{id}`"));
            }
            if cause.page != is_rule(&cause.rule) {
                out.push(format!("cause `{id}`: `{}` and its page", cause.rule));
            }
            out.extend(
                cause
                    .rules
                    .iter()
                    .filter(|rule| !is_rule(rule))
                    .map(|rule| format!("cause `{id}`: `{rule}`")),
            );
            let demands = cause.demands.iter().filter(|demand| *demand != "@action" && !is_demand(demand));
            out.extend(demands.map(|demand| format!("cause `{id}`: `{demand}`")));
            let asks = cause.asks.iter().filter(|ask| !self.asks.contains_key(*ask));
            out.extend(asks.map(|ask| format!("cause `{id}`: `{ask}`")));
            if cause.asks.is_empty() {
                out.push(format!("cause `{id}` asks for nothing"));
            }
        }
        out
    }

    /// The layer that a text's words mean.
    pub(super) fn layer(&self, words: &str) -> Option<&str> {
        self.layers.get(&words.to_ascii_lowercase()).map(String::as_str)
    }

    /// The action of a call; `service` is its prefix or CloudTrail's name for it, where that is known.
    pub(super) fn action_of(&self, operation: &str, service: Option<&str>) -> Option<String> {
        let named = |prefix: &str| {
            let action = crate::catalog::service(prefix)?.action(operation)?;
            Some(format!("{}:{}", action.service().prefix(), action.name()))
        };
        let known = self.operations.get(operation);
        let prefix = service.map(|service| self.prefix(service));
        let is_of = |action: &str, prefix: &str| {
            action.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(':'))
        };
        match (known, prefix) {
            (Some(action), None) => Some(action.clone()),
            (Some(action), Some(prefix)) if is_of(action, &prefix) => Some(action.clone()),
            (_, Some(prefix)) => named(&prefix),
            (None, None) => self.services.iter().find_map(|service| named(&service.name)),
        }
    }

    /// CloudTrail's name of a call, or of the call that an action is for.
    pub(super) fn event_of<'c>(&'c self, call: &'c str) -> Option<&'c str> {
        let named = call.split_once(':').map_or(call, |(_, name)| name);
        let event = self.events.get(call).map_or(named, String::as_str);
        Some(event).filter(|event| event.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    }

    /// The prefix of a service's actions, from what CloudTrail or an SDK calls it.
    pub(super) fn prefix<'s>(&'s self, service: &'s str) -> Cow<'s, str> {
        let name = service.trim_end_matches(".amazonaws.com");
        let is_plain = name.bytes().all(|byte| byte != b' ' && !byte.is_ascii_uppercase());
        let name = if is_plain {
            Cow::Borrowed(name)
        } else {
            Cow::Owned(name.split(' ').collect::<String>().to_ascii_lowercase())
        };
        let other = self.services.iter().find(|each| each.names.iter().any(|other| *other == name));
        other.map_or(name, |each| Cow::Borrowed(&each.name))
    }

    /// Whether a call of one service may be refused for an action of another, which it does on behalf of the caller.
    pub(super) fn may_need(&self, called: &str, needed: &str) -> bool {
        let of = |service: &&Service| service.name == called;
        let service = self.services.iter().find(of);
        service.is_none_or(|service| service.needs.iter().any(|other| other == needed))
    }

    /// The step that an action shows.
    pub(super) fn step_of(&self, action: &str, is_denied: bool) -> Option<&str> {
        let shows = |step: &&Step| {
            (is_denied || !step.denied) && step.actions.iter().any(|pattern| fits(pattern, action))
        };
        self.steps.iter().find(shows).map(|step| step.name.as_str())
    }

    /// Every match of every message in a text, with the number of the message.
    pub(super) fn matches<'b>(&'b self, text: &'b str, most: usize) -> Vec<(&'b Message, Found<'b>)> {
        let anchors =
            self.anchors.get_or_init(|| Anchors::new(self.messages.iter().map(|each| &each.template)));
        let Some(anchors) = anchors else { return Vec::new() };
        let lower = text.to_ascii_lowercase();
        let template = |number: usize| self.messages.get(number).map(|each| &each.template);
        let found = anchors.find_in(template, text, &lower, most);
        let found = found.into_iter().filter_map(|(number, found)| Some((self.messages.get(number)?, found)));
        let is_enough = |(message, found): &(&Message, Found<'_>)| {
            let own = lower.get(found.start..found.end).unwrap_or_default();
            !found.is_cut || message.until.as_deref().is_none_or(|until| own.contains(until))
        };
        found.filter(is_enough).collect()
    }

    /// Causes in the order of their likelihood.
    pub(super) fn causes(&self, facts: &Facts) -> Vec<Ranked<'_>> {
        let mut out: Vec<Ranked<'_>> = Vec::new();
        for rank in self.ranks.iter().filter(|rank| holds(&rank.when, facts)) {
            for (sure, id, why) in &rank.causes {
                if let Some((id, page)) = self.causes.get_key_value(id)
                    && !out.iter().any(|ranked| ranked.id == id)
                {
                    out.push(Ranked { id, page, sure: *sure, why });
                }
            }
            if rank.last {
                break;
            }
        }
        out.sort_by_key(|ranked| ranked.sure);
        out
    }

    /// What the text cannot say.
    pub(super) fn limits(&self, facts: &Facts) -> Vec<String> {
        self.limits.iter().filter(|limit| holds(&limit.when, facts)).map(|limit| limit.says.clone()).collect()
    }

    pub(super) fn cause(&self, id: &str) -> Option<&CausePage> {
        self.causes.get(id)
    }

    pub(super) fn ask(&self, id: &str) -> Option<&AskPage> {
        self.asks.get(id)
    }

    /// A sentence with the facts of a message; what it does not tell is called by its kind.
    pub(super) fn say(&self, template: &str, facts: &Facts) -> String {
        fill(template, |name| match facts.get(name) {
            Some(value) => format!("`{value}`"),
            None => self.words.get(name).cloned().unwrap_or_else(|| name.to_owned()),
        })
    }
}
