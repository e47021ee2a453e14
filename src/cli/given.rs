//! What the flags of `preflight check` give: documents with their kinds, and values of the form.

use super::args::CheckArgs;
use crate::config::Config;
use crate::contract::{FormValue, LinkedAccount, Origin};
use crate::evidence::{DocumentKind, Role};
use crate::load::Named;
use crate::policy::arn::account_of;
use crate::source::{Place, Sources, Span};
use anyhow::Context;
use std::path::{Path, PathBuf};

/// The documents that flags and configuration name.
pub(super) fn named_documents(
    args: &CheckArgs,
    config: &Config,
    folder: &Path,
) -> anyhow::Result<Vec<Named>> {
    let mut named = Vec::new();
    let flags = args.policies();
    for (role, paths) in flags {
        let levels = matches!(role, Role::Scp | Role::Rcp);
        for (at, path) in paths.iter().enumerate() {
            let level = if levels { at } else { 0 };
            named.push(Named { kind: DocumentKind::Policy(role), level, linked: None, path: path.clone() });
        }
    }
    for document in &args.document {
        let (name, path) = document.split_once('=').context("--document is written as KIND=FILE")?;
        let kind = DocumentKind::of(name).with_context(|| {
            let answers: Vec<&str> = DocumentKind::answers().collect();
            format!(
                "--document {name}: no such kind; a policy's role (`bucket-policy`), or the command that gave the answer, one \
                 of {}",
                answers.join(", ")
            )
        })?;
        named.push(Named { kind, level: 0, linked: None, path: PathBuf::from(path) });
    }
    for linked in &args.linked_policy {
        let (number, path) = linked.split_once('=').context("--linked-policy is written as ACCOUNT=FILE")?;
        let level = config.form.linked.iter().position(|account| account.account.text == number);
        let level = level.unwrap_or_default();
        let kind = DocumentKind::Policy(Role::LinkedPolicy);
        named.push(Named { kind, level, linked: None, path: PathBuf::from(path) });
    }
    for document in &config.documents {
        let kind = DocumentKind::of(&document.kind).or(Role::of(&document.kind).map(DocumentKind::Policy));
        let kind = kind.with_context(|| format!("no role `{}`", document.kind))?;
        // A flag of the same name wins over the file.
        let is_given =
            |(role, paths): &(Role, &[PathBuf])| kind == DocumentKind::Policy(*role) && !paths.is_empty();
        if document.linked.is_some() || !flags.iter().any(is_given) {
            let path = folder.join(&document.path);
            named.push(Named { kind, level: document.level, linked: document.linked, path });
        }
    }
    Ok(named)
}

impl CheckArgs {
    /// The flags that give a policy its role.
    pub(super) fn policies(&self) -> [(Role, &[PathBuf]); 9] {
        [
            (Role::BucketPolicy, &self.bucket_policy),
            (Role::ReaderPolicy, &self.reader_policy),
            (Role::TrustPolicy, &self.trust_policy),
            (Role::Boundary, &self.boundary),
            (Role::SessionPolicy, &self.session_policy),
            (Role::Scp, &self.scp),
            (Role::Rcp, &self.rcp),
            (Role::KeyPolicy, &self.key_policy),
            (Role::EndpointPolicy, &self.endpoint_policy),
        ]
    }

    pub(super) fn names_documents(&self) -> bool {
        !self.document.is_empty() || self.policies().iter().any(|(_, list)| !list.is_empty())
    }

    /// Flags win over the file. They become a source of their own, so that a finding can point at them.
    pub(super) fn give_form(&self, sources: &mut Sources, config: &mut Config) {
        let readers = self.live.linked_reader.iter().map(|value| ("linked-reader", value.as_str()));
        // Documents are put to the last accounts, so that these come last.
        let linked = readers.chain(self.linked_policy.iter().map(|value| ("linked-policy", value.as_str())));
        give("check", self.form.given().chain(linked), sources, config);
    }
}

/// Gives the form the values of flags, which become a source of their own.
pub(super) fn give<'v>(
    command: &str,
    values: impl Iterator<Item = (&'static str, &'v str)>,
    sources: &mut Sources,
    config: &mut Config,
) {
    let mut text = format!("preflight {command}");
    let mut given = Vec::new();
    for (name, value) in values {
        text.push_str(" --");
        text.push_str(name);
        text.push(' ');
        given.push((name, value, Span::new(text.len(), text.len() + value.len())));
        text.push_str(value);
    }
    if given.is_empty() {
        return;
    }
    let source = sources.add("command line", text);
    for (name, value, span) in given {
        let value_of = |text: &str| {
            let span =
                Span { start: span.start, end: span.end.min(span.start + Span::new(0, text.len()).end) };
            FormValue { text: text.to_owned(), origin: Origin::Given(Place { source, span }) }
        };
        match name {
            "connected-account" => config.form.connected_accounts.push(value_of(value)),
            "linked-reader" => {
                let number = account_of(value).unwrap_or_default();
                let reader = Some(value_of(value));
                let linked = &mut config.form.linked;
                match linked.iter_mut().find(|account| account.account.text == number) {
                    Some(account) => account.reader = reader,
                    None => linked.push(LinkedAccount { account: value_of(number), reader }),
                }
            }
            "linked-policy" => {
                let number = value.split('=').next().unwrap_or(value);
                // The user there may have been named, too.
                if !config.form.linked.iter().any(|account| account.account.text == number) {
                    config.form.linked.push(LinkedAccount { account: value_of(number), reader: None });
                }
            }
            name => config.form.give(name, value, Place { source, span }),
        }
    }
}
