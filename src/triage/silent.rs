//! Imports that go wrong without a message: what the evidence shows of the export, where nobody gave the form.

use super::{Bench, SYMPTOMS};
use crate::contract::Form;
use crate::finding::triage::Facts;
use crate::judge::{form_shown, months_shown};
use std::borrow::Cow;

/// The form and the facts with what the evidence shows, if no message tells anything. That a value is derived and not typed
/// is a fact (`form-derived`): what was typed may still differ.
pub(super) fn seen<'f>(bench: &Bench<'_>, form: Form, facts: &'f Facts) -> (Form, Cow<'f, Facts>) {
    let is_silent = facts.get("trouble").is_some_and(|trouble| SYMPTOMS.contains(&trouble));
    let Some(contract) = bench.library.contract(bench.consumer).filter(|_| is_silent) else {
        return (form, Cow::Borrowed(facts));
    };
    let shown = form_shown(&form, contract, bench.evidence);
    let mut facts = facts.clone();
    let management = bench.evidence.organization.management.as_ref();
    if let (Some(management), Some(account)) = (management, shown.text("account")) {
        facts.add("account-kind", if management.text == account { "root" } else { "linked" });
    }
    let derived = ["export-path", "export-name"].iter().any(|name| form.text(name) != shown.text(name));
    if derived {
        facts.add("form-derived", "true");
    }
    if let Some(months) = months_shown(&shown, contract, bench.evidence) {
        facts.add("first-month", &months.first);
        facts.add("gap", &in_words(&months.missing));
        if let Some(made) = &months.made {
            facts.add("made", made);
            facts.add("begins", if *made < months.first { "later" } else { "as-made" });
        }
    }
    (shown, Cow::Owned(facts))
}

/// The months, the first and the last of them where they are many.
fn in_words(months: &[String]) -> String {
    match months {
        [] => String::new(),
        [first, .., last] if months.len() > 3 => format!("{first} to {last}"),
        few => few.join(", "),
    }
}
