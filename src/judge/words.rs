//! From causes to findings: the words of the rule that claims the case.

use super::Library;
use super::several::{PRODUCT, SHARED};
use crate::checks::{Cause, FactRef};
use crate::contract::{Demand, Form};
use crate::finding::{Class, Finding, Label, Need, Owner, RuleName, Severity, State};
use crate::rulebook::Rule;

fn rule<'l>(library: &'l Library, cause: &Cause, group: &str) -> Option<&'l Rule> {
    library.book().rule_for(cause.group.unwrap_or(group), cause.check, cause.case)
}

/// The finding of a cause. What may be wrong with a demand that is not decided is no error.
pub(super) fn finding(
    library: &Library,
    cause: &Cause,
    group: &str,
    answered: Option<(&Demand, State)>,
) -> Finding {
    let demand = answered.map(|(demand, _)| demand);
    let most = match answered {
        Some((_, State::Unknown)) => Severity::Warning,
        Some((_, State::Holds | State::Broken)) | None => Severity::Error,
    };
    let id = demand.map(|demand| demand.id.clone());
    let Some(rule) = rule(library, cause, group) else { return unexplained(cause, id) };
    // A guide's further wishes are worth a note, or what the contract says that they are; what is exposed, and what is seen of users and accounts, stays as severe
    // as its page says.
    let is_severe = matches!(
        cause.check,
        "exposure" | "others" | "bucket" | "live" | "reader" | "discovery" | "accounts"
    );
    let is_wish = demand.is_some_and(|demand| demand.need == Need::Advice) && !is_severe;
    // Where a product is connected for discovery alone, a gap in it is no matter of convenience.
    let is_vital = cause.check == "discovery" && demand.is_some_and(|demand| demand.need == Need::Needed);
    let severity = match (is_wish, is_vital) {
        (true, _) => demand.map_or(Severity::Note, |demand| demand.severity.min(rule.severity)),
        (false, true) => Severity::Error,
        (false, false) => rule.severity,
    };
    let related =
        cause.related.iter().map(|(place, text)| Label { place: *place, text: text.clone() }).collect();
    Finding {
        rule: rule.name.clone(),
        demand: id,
        also: Vec::new(),
        severity: severity.min(most),
        class: rule.class,
        owner: rule.owner,
        headline: rule.headline.render(&cause.values),
        primary: Label { place: cause.place, text: rule.label.render(&cause.values) },
        related,
        notes: cause.notes.clone(),
        help: rule.help.as_ref().map(|help| help.render(&cause.values)),
        repairs: cause.repairs.clone(),
        fixes: Vec::new(),
        aliases: rule.aliases.clone(),
    }
}

/// A fault that no page has words for is still told. A test keeps this from happening with the pages shipped.
fn unexplained(cause: &Cause, demand: Option<String>) -> Finding {
    let values: Vec<String> = cause.values.iter().map(|(hole, value)| format!("{hole} `{value}`")).collect();
    Finding {
        rule: RuleName("unexplained".to_owned()),
        demand,
        also: Vec::new(),
        severity: Severity::Error,
        class: Class::NeedsEvidence,
        owner: Owner::Customer,
        headline: format!("{} {}: {}", cause.check, cause.case.replace('-', " "), values.join(", ")),
        primary: Label { place: cause.place, text: "here".to_owned() },
        related: Vec::new(),
        notes: cause.notes.clone(),
        help: None,
        repairs: Vec::new(),
        fixes: Vec::new(),
        aliases: Vec::new(),
    }
}

/// The next step for the summary.
pub(super) fn next(library: &Library, cause: &Cause, group: &str) -> Option<String> {
    let rule = rule(library, cause, group)?;
    rule.next.as_ref().or(rule.help.as_ref()).map(|words| words.render(&cause.values))
}

/// Reason and telling command of a fact.
pub(super) fn fact(library: &Library, form: &Form, fact: &FactRef) -> (String, Option<String>) {
    let values: Vec<(&str, &str)> =
        fact.values.iter().map(|(hole, value)| (hole.as_str(), value.as_str())).collect();
    // A value that was typed for another product is missing for this one.
    let is_shared = values.contains(&("name", PRODUCT)) && form.text(SHARED).is_some();
    let id = if is_shared && fact.id == "form" { "form-shared" } else { fact.id.as_str() };
    let form = super::complete::shown(form);
    let words = library.facts().words(id, &form, &values);
    match values.iter().find(|(hole, _)| *hole == "tell") {
        Some((_, other)) => (words.0, library.facts().words(other, &form, &values).1),
        None => words,
    }
}

/// How somebody is called in titles whom the form does not name.
const UNNAMED: [(&str, &str); 1] = [("product-principal", "the product")];

/// A demand's title with the form's values; what the form does not have stays as an upper-case word.
#[must_use]
pub fn title(form: &Form, template: &str) -> String {
    let mut title = template.to_owned();
    for (name, words) in UNNAMED {
        if form.text(name).is_none() {
            title = title.replace(&format!("`{{{name}}}`"), words);
        }
    }
    loop {
        match form.fill(&title) {
            Ok(filled) => return filled,
            Err(missing) if title.contains("{root}") && !missing.is_empty() => {
                let of = |name: &str, word: &str| form.text(name).unwrap_or(word).to_owned();
                let root = format!("{}/{}", of("export-path", "PATH"), of("export-name", "NAME"));
                title = title.replace("{root}", &root);
            }
            Err(missing) => {
                let before = title.len();
                for name in &missing {
                    title = title.replace(&format!("{{{name}}}"), &name.to_uppercase());
                }
                // A name that is none of the holes' would go on for ever.
                if title.len() == before {
                    return title;
                }
            }
        }
    }
}
