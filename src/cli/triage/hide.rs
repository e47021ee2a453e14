//! Names replaced before anything is answered, so that no answer can show one.

use crate::cli::check::Run;
use crate::contract::{Form, Origin, is_choice};
use crate::finding::triage::Facts;
use crate::load;
use crate::redact::Redactor;
use crate::source::SourceId;
use crate::triage::{Book, Item};
use std::collections::BTreeMap;

/// Replaces names, or leaves everything as it is.
pub(super) struct Hider {
    redactor: Option<Redactor>,
    salt: u64,
    asked: bool,
    /// Names that documents and form have.
    learnt: Vec<(&'static str, String)>,
}

impl Hider {
    pub(super) fn new(asked: bool, salt: u64) -> Self {
        Self { redactor: None, salt, asked, learnt: Vec::new() }
    }

    /// Replaces names in documents and form.
    pub(super) fn documents(&mut self, book: &Book, run: &mut Run) {
        let _ = book;
        if !self.asked {
            return;
        }
        let texts: Vec<String> = run.sources.iter().map(|(_, source)| source.text().to_owned()).collect();
        let mut redactor = Redactor::new(self.salt, texts.iter().map(String::as_str));
        for (name, value) in run.config.form.iter() {
            let kind = match name {
                "bucket" => "bucket",
                "export-name" | "export-path" => "export",
                "reader" => "user",
                _ => continue,
            };
            let text = value.text.rsplit('/').next().unwrap_or(&value.text).to_owned();
            redactor.learn(kind, &text);
            self.learnt.push((kind, text));
        }
        let changed: BTreeMap<SourceId, String> = run
            .sources
            .iter()
            .filter(|(_, source)| !source.is_part())
            .map(|(id, source)| (id, redactor.redact(source.text())))
            .collect();
        let (sources, evidence) = load::again(&run.sources, &run.evidence, &changed);
        run.sources = sources;
        run.evidence = evidence;
        run.config.form = form(&run.config.form, &mut redactor);
        self.redactor = Some(redactor);
    }

    /// Replaces names in a message.
    pub(super) fn item(&mut self, book: &Book, item: Item) -> Item {
        if !self.asked {
            return item;
        }
        let mut names = self.learnt.clone();
        let told = crate::triage::facts(book, &item.text);
        for facts in told.iter().map(|(_, facts)| facts).chain([&item.facts]) {
            learn(facts, &mut names);
        }
        let salt = self.salt;
        let redactor = self.redactor.get_or_insert_with(|| Redactor::new(salt, []));
        // What one message names the next may name as well.
        let mut own = Redactor::new(salt, [item.text.as_str()]);
        for (kind, name) in names {
            redactor.learn(kind, &name);
            own.learn(kind, &name);
        }
        let mut hide = |text: &str| {
            let first = own.redact(text);
            if first == text { redactor.redact(text) } else { first }
        };
        let mut facts = Facts::default();
        for (name, value) in item.facts.iter() {
            let is_name = matches!(
                name,
                "principal"
                    | "role"
                    | "resource"
                    | "account"
                    | "owner"
                    | "recipient"
                    | "bucket"
                    | "key"
                    | "report"
                    | "prefix"
                    | "policy"
                    | "listed"
                    | "external-id"
                    | "source-ip"
                    | "vpc-endpoint"
            );
            facts.set(name, &if is_name { hide(value) } else { value.to_owned() });
        }
        Item { text: hide(&item.text), facts, origin: item.origin.as_deref().map(hide) }
    }

    /// Replaces names in a text that belongs to a message.
    pub(super) fn text(&mut self, text: &str) -> String {
        match &mut self.redactor {
            Some(redactor) => redactor.redact(text),
            None => text.to_owned(),
        }
    }
}

/// The names that a message tells.
fn learn(facts: &Facts, names: &mut Vec<(&'static str, String)>) {
    let kinds = [
        ("bucket", "bucket"),
        ("report", "export"),
        ("name", "name"),
        ("external-id", "name"),
        ("account", "account"),
        ("owner", "account"),
        ("recipient", "account"),
    ];
    for (fact, kind) in kinds {
        names.extend(facts.get(fact).map(|value| (kind, value.to_owned())));
    }
    for fact in ["prefix", "key", "listed"] {
        let parts = facts.get(fact).into_iter().flat_map(|text| text.split('/'));
        let is_name = |part: &&str| part.len() > 2 && !part.contains('=') && !part.starts_with("BILLING");
        names.extend(parts.filter(is_name).map(|part| ("folder", part.to_owned())));
    }
    for fact in ["principal", "role", "policy"] {
        let Some(arn) = facts.get(fact) else { continue };
        // What kind of policy it is stands in the path of an organization's, and is no name.
        let is_organization = arn.contains(":organizations:");
        let kind = if is_organization { "organization" } else { "user" };
        let parts = arn.split('/').skip(1).filter(|part| !is_organization || !part.contains('_'));
        names.extend(parts.map(|part| (kind, part.to_owned())));
    }
}

/// The form with its names replaced.
fn form(form: &Form, redactor: &mut Redactor) -> Form {
    let mut out = Form::new();
    let given: Vec<(String, String, Origin)> = form
        .iter()
        .map(|(name, value)| (name.to_owned(), value.text.clone(), value.origin.clone()))
        .collect();
    for (name, text, origin) in given {
        // What is one of a choice names nobody.
        let text = if is_choice(&name) { text } else { redactor.redact(&text) };
        match origin {
            Origin::Given(place) => out.give(&name, &text, place),
            Origin::Presumed(because) => out.presume(&name, &text, &because),
            Origin::StandIn(because) => out.stand_in(&name, &text, &because),
        }
    }
    for value in &form.connected_accounts {
        out.connected_accounts.push(crate::contract::FormValue {
            text: redactor.redact(&value.text),
            origin: value.origin.clone(),
        });
    }
    out.linked = form.linked.clone();
    for linked in &mut out.linked {
        linked.account.text = redactor.redact(&linked.account.text);
        if let Some(reader) = &mut linked.reader {
            reader.text = redactor.redact(&reader.text);
        }
    }
    out
}
