//! Names a bucket policy that AWS published. Recognising a text changes no answer; it tells the reader where the text is
//! from.

use crate::contract::{ContractFault, Form};
use crate::evidence::{Evidence, Role};
use crate::policy::{self, Policy, Statement, meaning};
use crate::shipped::Shipped;
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
    pub(super) fn read(text: Shipped<'_>) -> Result<Self, ContractFault> {
        let table: Table = text.read().map_err(|error| ContractFault {
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

/// Which statements of a policy stand word for word in a published text, whosever bucket and account they name.
#[derive(Debug, Default)]
pub(super) struct Published {
    names: Vec<Option<String>>,
}

impl Published {
    /// The name of the text that has the statement with this index.
    pub(super) fn name(&self, index: usize) -> Option<&str> {
        self.names.get(index)?.as_deref()
    }
}

impl KnownTexts {
    /// Looks up every statement of a policy. A statement that stands in several texts has the name of the last.
    pub(super) fn published(&self, policy: &Policy) -> Published {
        let may_be = |statement: &Statement| {
            let services = statement.principals.iter().flat_map(|principals| &principals.entries);
            services.into_iter().any(|entry| entry.kind == policy::PrincipalKind::Service)
        };
        if !policy.statements.iter().any(may_be) {
            return Published::default();
        }
        let mut texts: Vec<(String, &str)> = Vec::new();
        for known in &self.texts {
            let filled = [("{bucket}", "bucket"), ("{account}", "111122223333"), ("{partition}", "aws")]
                .iter()
                .fold(known.policy.clone(), |text, (hole, value)| text.replace(hole, value));
            let mut sources = Sources::new();
            let source = sources.add("known text", filled.clone());
            let official = policy::read(&read_json(&filled).root, source, 0);
            texts.extend(
                official.statements.iter().map(|each| (impersonal(&meaning(each)), known.name.as_str())),
            );
        }
        let name = |statement: &Statement| {
            let own = impersonal(&meaning(statement));
            texts.iter().rev().find(|(text, _)| *text == own).map(|(_, name)| (*name).to_owned())
        };
        Published { names: policy.statements.iter().map(name).collect() }
    }
}

/// A statement's meaning without the names of its bucket, account and partition, or what a template has in their places.
fn impersonal(meaning: &str) -> String {
    let mut out = String::with_capacity(meaning.len());
    let mut rest = meaning;
    while let Some(at) = rest.find("arn:aws") {
        let (before, arn) = rest.split_at(at);
        out.push_str(before);
        let end = arn.find([' ', '"', ')', ',']).unwrap_or(arn.len());
        let (arn, behind) = arn.split_at(end);
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        match parts.as_slice() {
            [_, _, "s3", "", "", resource] => {
                let below = if resource.ends_with("/*") { "/*" } else { "" };
                out.push_str("arn:s3:");
                out.push_str(below);
            }
            [_, _, service, region, _, resource] => {
                out.extend(["arn:", service, ":", region, ":", resource]);
            }
            _ => out.push_str(arn),
        }
        rest = behind;
    }
    out.push_str(rest);
    // The account of `aws:SourceAccount` stands alone behind its key.
    let key = "aws:sourceaccount ";
    match out.split_once(key) {
        Some((before, behind)) => {
            let end = behind.find('"').unwrap_or(behind.len());
            format!("{before}{key}{}", behind.get(end..).unwrap_or_default())
        }
        None => out,
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
