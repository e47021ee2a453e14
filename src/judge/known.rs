//! Names a bucket policy that AWS published. Recognising a text changes no answer; it tells the reader where the text is
//! from.

use crate::contract::{ContractFault, Form};
use crate::evidence::{Evidence, Role};
use crate::policy::{self, Policy, Statement, Text};
use crate::source::{Sources, Span};
use crate::syntax::read_json;
use serde::Deserialize;

/// Published texts (`rules/known-texts.toml`).
#[derive(Debug, Default)]
pub(super) struct KnownTexts {
    texts: Vec<KnownText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownText {
    name: String,
    #[serde(rename = "type")]
    export_type: String,
    #[serde(rename = "source")]
    _source: String,
    policy: String,
}

#[derive(Deserialize)]
struct Table {
    #[serde(default)]
    text: Vec<KnownText>,
}

impl KnownTexts {
    pub(super) fn read(text: &str) -> Result<Self, ContractFault> {
        let table: Table = toml::from_str(text).map_err(|error| ContractFault {
            file: "known-texts.toml".to_owned(),
            span: error.span().map_or_else(Span::default, |span| Span::new(span.start, span.end)),
            message: error.message().to_owned(),
        })?;
        Ok(Self { texts: table.text })
    }

    /// The published text whose every statement stands in the bucket policy; of several, the one with most statements
    /// and the right `Version`.
    pub(super) fn name(&self, evidence: &Evidence, form: &Form) -> Option<String> {
        let policies = evidence.policies(Role::BucketPolicy);
        let [policy] = policies.as_slice() else { return None };
        let have: Vec<String> = policy.statements.iter().map(meaning).collect();
        let known = self.texts.iter().filter_map(|known| {
            let official = fill(&known.policy, form)?;
            let all = official.statements.iter().map(meaning).all(|statement| have.contains(&statement));
            all.then_some((known, official))
        });
        let (known, official) = known
            .max_by_key(|(_, official)| (official.version == policy.version, official.statements.len()))?;
        let more = policy.statements.len().saturating_sub(official.statements.len());
        let with = if more == 0 { String::new() } else { format!(", with {more} more") };
        let other = if form.text("export-type") == Some(&known.export_type) {
            ""
        } else {
            "; it was published for the other type of export"
        };
        Some(format!("{}{with}{other}", known.name))
    }
}

/// Fills in `{bucket}`, `{account}` and `{partition}`; the other braces are JSON's.
fn fill(template: &str, form: &Form) -> Option<Policy> {
    let mut text = template.to_owned();
    for name in ["bucket", "account", "partition"] {
        text = text.replace(&format!("{{{name}}}"), form.text(name)?);
    }
    let mut sources = Sources::new();
    let source = sources.add("known text", text.clone());
    Some(policy::read(&read_json(&text).root, source, 0))
}

/// A statement without what does not matter: order, Sid, one value or a list of one.
fn meaning(statement: &Statement) -> String {
    let sorted = |items: &mut dyn Iterator<Item = &Text>| {
        let mut list: Vec<&str> = items.map(|item| &*item.value).collect();
        list.sort_unstable();
        list.join(" ")
    };
    let principals = statement.principals.as_ref().map(|principals| {
        let mut list: Vec<String> = principals
            .entries
            .iter()
            .map(|entry| format!("{:?}:{}", entry.kind, entry.value.value))
            .collect();
        list.sort_unstable();
        (principals.negated, list)
    });
    let element = |element: &Option<policy::Element>| {
        element.as_ref().map(|element| (element.negated, sorted(&mut element.items.iter())))
    };
    let mut clauses: Vec<String> = statement
        .clauses
        .iter()
        .map(|clause| {
            let values = sorted(&mut clause.values.iter());
            format!("{} {} {values}", clause.operator.value, clause.key.value.to_ascii_lowercase())
        })
        .collect();
    clauses.sort_unstable();
    format!(
        "{:?} {principals:?} {:?} {:?} {clauses:?}",
        statement.effect,
        element(&statement.actions),
        element(&statement.resources)
    )
}
