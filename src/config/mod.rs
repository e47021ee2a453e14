//! `preflight.toml`: which consumer, the form's values, and which document is what.
//!
//! It reads text, not files; paths in it are relative to the file's folder.

mod gate;
mod inline;

pub use inline::inline;

use crate::contract::{FORM_NAMES, Form, FormValue, LinkedAccount, Origin};
use crate::evidence::DocumentKind;
use crate::finding::{SeverityChange, Suppression};
use crate::source::{Place, SourceId, Span};
use std::borrow::Cow;
use std::ops::Range;
use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A configuration, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// Consumers to judge for.
    pub consumers: Vec<String>,
    /// The form.
    pub form: Form,
    /// Documents, in the order of the file.
    pub documents: Vec<NamedDocument>,
    /// Findings not to be heard of.
    pub suppressions: Vec<Suppression>,
    /// Findings to be taken as more or less severe.
    pub severities: Vec<SeverityChange>,
}

/// A file that the configuration names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedDocument {
    /// A role, or the command that gives such an answer.
    pub kind: String,
    /// The level of an organization policy, from 0 at the root; of a linked account's own policy the account.
    pub level: usize,
    /// For what bears on a linked account: which, from 0.
    pub linked: Option<usize>,
    /// The path as written.
    pub path: String,
}

/// What is wrong with a configuration. Its author must act.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct ConfigFault {
    /// Where.
    pub span: Span,
    /// What, in one line.
    pub message: String,
}

/// Keys of `[documents]` with one path or a list of them; `scps` and `rcps` have a list of levels.
pub const DOCUMENT_LISTS: [&str; 7] = [
    "bucket-policy",
    "reader-policy",
    "trust-policy",
    "boundary",
    "session-policy",
    "key-policy",
    "endpoint-policy",
];

/// Reads a configuration.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn read(text: &str, source: SourceId) -> Result<Config, ConfigFault> {
    let table = DeTable::parse(text).map_err(|error| ConfigFault {
        span: span(error.span().unwrap_or(0..0)),
        message: error.message().lines().collect::<Vec<_>>().join(", "),
    })?;
    let mut config = Config::default();
    for (key, value) in table.get_ref() {
        match key.get_ref().as_ref() {
            "consumer" => {
                config.consumers = strings(value, "consumer")?.into_iter().map(|(text, _)| text).collect()
            }
            "form" => form(value, source, &mut config.form)?,
            "documents" => documents(value, &mut config.documents)?,
            "linked" => linked(value, source, &mut config)?,
            "suppress" => gate::suppressions(value, source, &mut config.suppressions)?,
            "severity" => gate::severities(value, &mut config.severities)?,
            other => {
                let known =
                    "`consumer`, `[form]`, `[documents]`, `[[linked]]`, `[[suppress]]` and `[[severity]]`";
                return Err(unknown(key, other, known));
            }
        }
    }
    Ok(config)
}

impl Config {
    /// Whether `[documents]` names any: a configuration that names its documents names all of them. Policies of linked
    /// accounts do not count, since nothing but their being named tells whose they are.
    #[must_use]
    pub fn names_documents(&self) -> bool {
        self.documents.iter().any(|document| document.kind != LINKED_ROLE && document.linked.is_none())
    }
}

/// The role of the policies of linked accounts; the level is the place of the account in the file.
const LINKED_ROLE: &str = "linked-policy";

fn linked(value: &Spanned<DeValue<'_>>, source: SourceId, config: &mut Config) -> Result<(), ConfigFault> {
    let DeValue::Array(accounts) = value.get_ref() else {
        let message = "write `[[linked]]` with two brackets, once for each linked account".to_owned();
        return Err(ConfigFault { span: span(value.span()), message });
    };
    for each in accounts {
        let (mut account, mut reader) = (None, None);
        let number = config.form.linked.len();
        for (key, value) in table(each, "linked")? {
            let given = |(text, span)| FormValue { text, origin: Origin::Given(Place { source, span }) };
            match key.get_ref().as_ref() {
                "account" => account = Some(given(string(value, "account")?)),
                "reader" => reader = Some(given(string(value, "reader")?)),
                "discovery-policy" => config.documents.extend(
                    strings(value, "discovery-policy")?.into_iter().map(|(path, _)| NamedDocument {
                        kind: LINKED_ROLE.to_owned(),
                        level: number,
                        linked: None,
                        path,
                    }),
                ),
                "boundary" => {
                    config.documents.extend(strings(value, "boundary")?.into_iter().map(|(path, _)| {
                        NamedDocument { kind: "boundary".to_owned(), level: 0, linked: Some(number), path }
                    }))
                }
                "scps" => levels(value, "scps", "scp", Some(number), &mut config.documents)?,
                "rcps" => levels(value, "rcps", "rcp", Some(number), &mut config.documents)?,
                other => {
                    let known = "`account`, `discovery-policy`, `reader`, `boundary`, `scps` and `rcps`";
                    return Err(unknown(key, other, known));
                }
            }
        }
        let Some(account) = account else {
            let message = "`[[linked]]` needs `account`, the number of the linked account".to_owned();
            return Err(ConfigFault { span: span(each.span()), message });
        };
        config.form.linked.push(LinkedAccount { account, reader });
    }
    Ok(())
}

fn span(range: Range<usize>) -> Span {
    Span::new(range.start, range.end)
}

fn unknown(key: &Spanned<Cow<'_, str>>, name: &str, known: &str) -> ConfigFault {
    ConfigFault { span: span(key.span()), message: format!("`{name}` is not known here; known are {known}") }
}

fn table<'t>(value: &'t Spanned<DeValue<'_>>, name: &str) -> Result<&'t DeTable<'t>, ConfigFault> {
    match value.get_ref() {
        DeValue::Table(table) => Ok(table),
        _ => Err(ConfigFault {
            span: span(value.span()),
            message: format!("`{name}` must be a table: `[{name}]`"),
        }),
    }
}

fn string(value: &Spanned<DeValue<'_>>, name: &str) -> Result<(String, Span), ConfigFault> {
    match value.get_ref() {
        DeValue::String(text) => Ok((text.to_string(), span(value.span()))),
        DeValue::Integer(_) => {
            let message = format!("write `{name}` in quotes: leading zeros of a number would be lost");
            Err(ConfigFault { span: span(value.span()), message })
        }
        _ => Err(ConfigFault { span: span(value.span()), message: format!("`{name}` must be a string") }),
    }
}

fn strings(value: &Spanned<DeValue<'_>>, name: &str) -> Result<Vec<(String, Span)>, ConfigFault> {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().map(|item| string(item, name)).collect(),
        _ => Ok(vec![string(value, name)?]),
    }
}

fn form(value: &Spanned<DeValue<'_>>, source: SourceId, form: &mut Form) -> Result<(), ConfigFault> {
    for (key, value) in table(value, "form")? {
        let name = key.get_ref().as_ref();
        if name == "connected-accounts" {
            for (text, span) in strings(value, name)? {
                let origin = Origin::Given(Place { source, span });
                form.connected_accounts.push(FormValue { text, origin });
            }
            continue;
        }
        if !FORM_NAMES.contains(&name) {
            return Err(unknown(
                key,
                name,
                &format!("`{}` and `connected-accounts`", FORM_NAMES.join("`, `")),
            ));
        }
        let (text, span) = string(value, name)?;
        form.give(name, &text, Place { source, span });
    }
    Ok(())
}

fn documents(value: &Spanned<DeValue<'_>>, out: &mut Vec<NamedDocument>) -> Result<(), ConfigFault> {
    let answers: Vec<&str> = DocumentKind::answers().collect();
    for (key, value) in table(value, "documents")? {
        let name = key.get_ref().as_ref();
        match name {
            "scps" => levels(value, name, "scp", None, out)?,
            "rcps" => levels(value, name, "rcp", None, out)?,
            _ if DOCUMENT_LISTS.contains(&name) || answers.contains(&name) => {
                out.extend(strings(value, name)?.into_iter().map(|(path, _)| NamedDocument {
                    kind: name.to_owned(),
                    level: 0,
                    linked: None,
                    path,
                }));
            }
            _ => {
                let known = format!(
                    "`{}`, `scps`, `rcps`, and commands of the AWS CLI whose answers are read (`{}`)",
                    DOCUMENT_LISTS.join("`, `"),
                    answers.join("`, `")
                );
                return Err(unknown(key, name, &known));
            }
        }
    }
    Ok(())
}

/// A list of levels of an organization.
fn levels(
    value: &Spanned<DeValue<'_>>,
    name: &str,
    kind: &str,
    linked: Option<usize>,
    out: &mut Vec<NamedDocument>,
) -> Result<(), ConfigFault> {
    let DeValue::Array(levels) = value.get_ref() else {
        let message = format!(
            "`{name}` must be a list of levels, the root first: [[\"root.json\"], [\"account.json\"]]"
        );
        return Err(ConfigFault { span: span(value.span()), message });
    };
    for (level, paths) in levels.iter().enumerate() {
        // https://docs.aws.amazon.com/organizations/latest/APIReference/API_DetachPolicy.html (checked 2026-11)
        if kind == "scp" && paths.get_ref().as_array().is_some_and(|paths| paths.is_empty()) {
            let message = format!(
                "level {} of `{name}` has no policy, and every root, unit and account has at least one: name its files, \
                 `FullAWSAccess` as a file, too; leave out `{name}` if a level is not known",
                level + 1
            );
            return Err(ConfigFault { span: span(paths.span()), message });
        }
        out.extend(strings(paths, name)?.into_iter().map(|(path, _)| NamedDocument {
            kind: kind.to_owned(),
            level,
            linked,
            path,
        }));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn read_text(text: &str) -> Result<Config, String> {
        let mut sources = Sources::new();
        let source = sources.add("preflight.toml", text);
        read(text, source)
            .map_err(|fault| format!("{}: {}", sources.get(source).slice(fault.span), fault.message))
    }

    #[test]
    fn values_lists_and_levels() {
        let config = read_text(
            "consumer = \"spendeffix-root\"\n[form]\naccount = \"111122223333\"\n[documents]\nreader-policy = [\"a.json\", \"b.json\"]\nscps = [[\"root.json\"], [\"account.json\"]]\n",
        )
        .unwrap();
        assert_eq!(config.consumers, ["spendeffix-root"]);
        assert_eq!(config.form.text("account"), Some("111122223333"));
        assert_eq!(config.documents.len(), 4);
        assert!(config.documents.iter().any(|each| (each.kind.as_str(), each.level) == ("scp", 1)));
    }

    #[test]
    fn policies_of_linked_accounts_are_no_documents_of_this_account() {
        let config = read_text(
            "[[linked]]\naccount = \"222233334444\"\ndiscovery-policy = [\"a.json\"]\n[[linked]]\naccount = \"333344445555\"\ndiscovery-policy = \"b.json\"\n",
        )
        .unwrap();
        assert!(!config.names_documents());
        assert_eq!(config.form.linked.len(), 2);
        assert!(config.documents.iter().any(|each| (each.level, each.path.as_str()) == (1, "b.json")));
    }

    #[test]
    fn every_kind_of_answer_can_be_named() {
        let config = read_text("[documents]\nget-export = [\"a.json\", \"b.json\"]\n").unwrap();
        assert_eq!(config.documents.len(), 2);
        assert!(config.names_documents());
        let fault = read_text("[documents]\nget-exprot = \"a.json\"\n").unwrap_err();
        assert!(fault.starts_with("get-exprot: ") && fault.contains("`get-export`"), "{fault}");
    }

    #[test]
    fn faults_point_at_the_smallest_text() {
        for (text, expected) in [
            ("[form]\naccount = 111122223333\n", "111122223333: write `account` in quotes"),
            ("[form]\nbuket = \"x\"\n", "buket: `buket` is not known here"),
            ("[documents]\nscps = \"a.json\"\n", "\"a.json\": `scps` must be a list of levels"),
            ("[documents]\nscps = [[\"a.json\"], []]\n", "[]: level 2 of `scps` has no policy"),
            ("[linked]\naccount = \"111122223333\"\n", "[linked]: write `[[linked]]` with two brackets"),
            ("[[linked]]\nreader = \"x\"\n", "[[linked]]: `[[linked]]` needs `account`"),
            ("form = 1\n", "1: `form` must be a table"),
        ] {
            let fault = read_text(text).unwrap_err();
            assert!(fault.starts_with(expected), "{fault}");
        }
    }
}
