//! `rules/requests/*.toml`: what AWS, or a product, sends when it does its work.

use super::fault::ContractFault;
use crate::shipped::Shipped;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A request with holes for the form's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestTemplate {
    /// Name of the file.
    pub name: String,
    /// Who does what, as a sentence.
    pub title: String,
    /// The caller, a template.
    pub caller: String,
    /// AWS's page on it.
    pub source: String,
    /// The caller is the product's own: what its account lets it do is not the customer's affair, and is taken to be enough.
    pub is_foreign: bool,
    /// Object keys.
    pub keys: Vec<KeyTemplate>,
    /// Object keys of the legacy layout, where they differ.
    pub keys_legacy: Vec<KeyTemplate>,
    /// Keys of files that go with some outputs only.
    pub companions: Vec<CompanionTemplate>,
    /// Context keys that are never there; a closing `*` stands for any rest.
    pub absent: Vec<String>,
    /// Context keys that are there with a value nobody knows.
    pub present: Vec<String>,
    /// Context keys with their values, templates.
    pub context: Vec<(String, String)>,
    /// The facts that tell the values of context keys; a closing `*` of a key stands for any rest.
    pub tells: Vec<(String, String)>,
    /// What is one way or another.
    pub unknowns: Vec<UnknownTemplate>,
}

/// The keys of one kind of file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "RawKey")]
pub struct KeyTemplate {
    /// The compression that the files are written with, as an export's settings name it; any where nothing is said.
    pub compression: Option<String>,
    /// All of them, a template in which `*` and `?` expand.
    pub pattern: String,
    /// One of them, a template.
    pub example: String,
}

/// Pattern and example, or compression, pattern and example.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawKey {
    Any(String, String),
    Of(String, String, String),
}

impl From<RawKey> for KeyTemplate {
    fn from(raw: RawKey) -> Self {
        match raw {
            RawKey::Any(pattern, example) => Self { compression: None, pattern, example },
            RawKey::Of(compression, pattern, example) => {
                Self { compression: Some(compression), pattern, example }
            }
        }
    }
}

/// The keys of files that are written for an output that the export's settings name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "(String, String, String)")]
pub struct CompanionTemplate {
    /// The output, as `AdditionalArtifacts` names it.
    pub output: String,
    /// The keys.
    pub key: KeyTemplate,
}

impl From<(String, String, String)> for CompanionTemplate {
    fn from((output, pattern, example): (String, String, String)) -> Self {
        Self { output, key: KeyTemplate { compression: None, pattern, example } }
    }
}

/// Something that is one way or another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownTemplate {
    /// The fact in `rules/facts.toml`.
    pub fact: String,
    /// The option presumed, and its source.
    pub presumed: Option<(usize, String)>,
    /// Evidence of this kind tells that it is this option.
    pub settled: Option<(String, usize)>,
    /// The options.
    pub options: Vec<OptionTemplate>,
}

/// One way it can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionTemplate {
    /// For people.
    pub label: String,
    /// What it does to context keys.
    pub keys: Vec<(String, KeyChange)>,
}

/// What an option does to a context key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyChange {
    /// Sent with this value, a template.
    Value(String),
    /// Not sent.
    Absent,
    /// Present with these values, all at once.
    List(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawRequest {
    title: String,
    caller: String,
    source: String,
    #[serde(default)]
    foreign: bool,
    #[serde(rename = "checked")]
    _checked: String,
    #[serde(default)]
    keys: Vec<KeyTemplate>,
    #[serde(default)]
    keys_legacy: Vec<KeyTemplate>,
    #[serde(default)]
    companion_keys: Vec<CompanionTemplate>,
    #[serde(default, rename = "keys-source")]
    _keys_source: Option<String>,
    #[serde(default)]
    absent: Vec<String>,
    #[serde(default, rename = "absent-source")]
    _absent_source: Option<String>,
    #[serde(default)]
    present: Vec<String>,
    #[serde(default)]
    context: BTreeMap<String, String>,
    #[serde(default)]
    tells: BTreeMap<String, String>,
    #[serde(default)]
    unknown: Vec<RawUnknown>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawUnknown {
    fact: String,
    presumed: Option<usize>,
    presumed_source: Option<String>,
    settled: Option<RawSettled>,
    option: Vec<RawOption>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSettled {
    has: String,
    option: usize,
}

#[derive(Deserialize)]
struct RawOption {
    label: String,
    #[serde(flatten)]
    keys: BTreeMap<String, RawChange>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawChange {
    Value(String),
    List(Vec<String>),
    Sent(bool),
}

impl RequestTemplate {
    /// Reads a request file.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn read<'t>(name: &str, text: impl Into<Shipped<'t>>) -> Result<Self, ContractFault> {
        let file = format!("requests/{name}.toml");
        let raw: RawRequest = text.into().read().map_err(|error| ContractFault::from_toml(&file, &error))?;
        let fault = |message: String| ContractFault {
            file: file.clone(),
            span: crate::source::Span::default(),
            message,
        };
        let unknowns = raw
            .unknown
            .into_iter()
            .map(|unknown| {
                if unknown.option.len() < 2 {
                    return Err(fault(format!("unknown `{}` needs two options or more", unknown.fact)));
                }
                let presumed = match (unknown.presumed, unknown.presumed_source) {
                    (None, None) => None,
                    (Some(at), Some(source)) if at < unknown.option.len() => Some((at, source)),
                    (Some(_) | None, Some(_) | None) => {
                        return Err(fault(format!(
                            "unknown `{}`: `presumed` is the number of an option and comes with `presumed-source`",
                            unknown.fact
                        )));
                    }
                };
                let options: Vec<OptionTemplate> = unknown.option.into_iter().map(option).collect();
                let settled = unknown.settled.map(|settled| (settled.has, settled.option));
                if settled.as_ref().is_some_and(|(_, at)| *at >= options.len()) {
                    return Err(fault(format!("unknown `{}`: `settled` names no option", unknown.fact)));
                }
                Ok(UnknownTemplate { fact: unknown.fact, presumed, settled, options })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            name: name.to_owned(),
            title: raw.title,
            caller: raw.caller,
            source: raw.source,
            is_foreign: raw.foreign,
            keys: raw.keys,
            keys_legacy: raw.keys_legacy,
            companions: raw.companion_keys,
            absent: raw.absent.iter().map(|key| key.to_ascii_lowercase()).collect(),
            present: raw.present,
            context: raw.context.into_iter().collect(),
            tells: raw.tells.into_iter().map(|(key, fact)| (key.to_ascii_lowercase(), fact)).collect(),
            unknowns,
        })
    }

    /// Whether a context key (lower case) is never there.
    #[must_use]
    pub fn is_absent(&self, key: &str) -> bool {
        self.absent.iter().any(|pattern| fits(pattern, key))
    }

    /// The fact (`rules/facts.toml`) that tells the value of a context key (lower case).
    #[must_use]
    pub fn tell(&self, key: &str) -> Option<&str> {
        self.tells.iter().find(|(pattern, _)| fits(pattern, key)).map(|(_, fact)| fact.as_str())
    }
}

/// Whether a key is the one that a pattern names, in which a closing `*` stands for any rest.
fn fits(pattern: &str, key: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => key.starts_with(prefix),
        None => pattern == key,
    }
}

fn option(raw: RawOption) -> OptionTemplate {
    let keys = raw
        .keys
        .into_iter()
        .map(|(key, change)| {
            let change = match change {
                RawChange::Value(text) => KeyChange::Value(text),
                RawChange::List(texts) => KeyChange::List(texts),
                RawChange::Sent(false) => KeyChange::Absent,
                RawChange::Sent(true) => KeyChange::Value("true".to_owned()),
            };
            (key, change)
        })
        .collect();
    OptionTemplate { label: raw.label, keys }
}
