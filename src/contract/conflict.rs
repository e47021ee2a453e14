//! Demands of two contracts that nothing can meet at once.
//!
//! No list of pairs: for every setting that both ask for, each value that either of them mentions, and one that neither does, is
//! put to both. If none pleases both, they exclude each other. What only one contract asks excludes nothing.

use super::ask::{Ask, Expect};
use super::consumer::Contract;
use super::demand::Demand;
use super::form::{FORM_CHOICES, Form, Origin};
use super::request::RequestTemplate;
use super::setting::{Absent, AskedOf, Setting, Test};
use crate::finding::{Conflict, ConflictKind, ConflictSide, Need};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Elements of a list that are tried in all combinations; contracts mention three or four.
const MOST_ELEMENTS: usize = 8;

const EXPORT_TYPE: &str = "export-type";

/// The demands of contracts, each with the form as it sees it, that exclude each other: pair by pair, in their order.
#[must_use]
pub fn conflicts(
    contracts: &[(&Contract, Form)],
    requests: &BTreeMap<String, RequestTemplate>,
) -> Vec<Conflict> {
    let mut out = Vec::new();
    for (at, left) in contracts.iter().enumerate() {
        for right in contracts.iter().skip(at + 1) {
            out.extend(pair(left, right));
            out.extend(apart(left.0, right.0, requests));
        }
    }
    out
}

/// What two contracts cannot have in one export. Of the kinds of exports that both read, the one with the fewest conflicts
/// counts: if there is one with none, there is none.
fn pair((left, left_form): &(&Contract, Form), (right, right_form): &(&Contract, Form)) -> Vec<Conflict> {
    let mut out = forms(left, right);
    if !reads_exports(left) || !reads_exports(right) {
        return out;
    }
    let given = [left_form, right_form].into_iter().find_map(|form| {
        form.get(EXPORT_TYPE)
            .filter(|value| matches!(value.origin, Origin::Given(_)))
            .map(|value| &value.text)
    });
    let choices = FORM_CHOICES.iter().find(|(name, _)| *name == EXPORT_TYPE).map_or(&[][..], |(_, all)| all);
    let of_both = choices.iter().copied().filter(|choice| {
        let takes = |contract: &Contract| {
            asked_values(contract)
                .filter(|(_, name, _)| *name == EXPORT_TYPE)
                .all(|(_, _, allowed)| allowed.iter().any(|value| value == choice))
        };
        given.is_none_or(|given| given == choice) && takes(left) && takes(right)
    });
    let best = of_both
        .map(|kind| {
            let found = settings((left, left_form), (right, right_form), kind);
            let needed = found.iter().filter(|conflict| conflict.is_needed()).count();
            (needed, found.len(), found)
        })
        .min_by_key(|(needed, all, _)| (*needed, *all));
    out.extend(best.into_iter().flat_map(|(.., found)| found));
    out
}

/// Whether a contract has anything to say of an export.
fn reads_exports(contract: &Contract) -> bool {
    contract.demands.iter().any(|demand| matches!(demand.ask, Ask::Setting(_) | Ask::Export(_)))
}

/// The values of the form that a contract allows.
fn asked_values(contract: &Contract) -> impl Iterator<Item = (&Demand, &str, &[String])> {
    contract.demands.iter().filter_map(|demand| match &demand.ask {
        Ask::Form { name, one_of } => Some((demand, name.as_str(), one_of.as_slice())),
        _ => None,
    })
}

/// Values of the form of which no one does for both.
fn forms(left: &Contract, right: &Contract) -> Vec<Conflict> {
    let mut out = Vec::new();
    for (one, name, allowed) in asked_values(left) {
        for (other, also, too) in asked_values(right) {
            if name == also && !allowed.iter().any(|value| too.contains(value)) {
                out.push(Conflict {
                    about: name.to_owned(),
                    export_type: None,
                    kind: ConflictKind::Export,
                    sides: [side(left, one, allowed.join(" or ")), side(right, other, too.join(" or "))],
                });
            }
        }
    }
    out
}

fn side(contract: &Contract, demand: &Demand, needs: String) -> ConflictSide {
    ConflictSide {
        consumer: contract.name.clone(),
        demand: demand.id.clone(),
        need: demand.need,
        needs,
        source: demand.source.clone(),
    }
}

/// Settings of one kind of exports of which no value does for both.
fn settings(left: (&Contract, &Form), right: (&Contract, &Form), kind: &str) -> Vec<Conflict> {
    let (one, other) = (asked_settings(left, kind), asked_settings(right, kind));
    let mut out: Vec<Conflict> = Vec::new();
    for mine in &one {
        for theirs in other.iter().filter(|theirs| theirs.base == mine.base) {
            if can_agree(mine, theirs) {
                continue;
            }
            let conflict = Conflict {
                about: mine.base.trim_start_matches("$.").to_owned(),
                export_type: Some(kind.to_owned()),
                kind: ConflictKind::Export,
                sides: [
                    side(left.0, mine.demand, mine.needs()),
                    side(right.0, theirs.demand, theirs.needs()),
                ],
            };
            // A setting that a contract asks for twice, once as needed, is told once.
            match out.iter_mut().find(|known| known.about == conflict.about) {
                Some(known) if conflict.is_needed() && !known.is_needed() => *known = conflict,
                Some(known) if known.sides == conflict.sides => {}
                Some(_) if !conflict.is_needed() => {}
                Some(_) | None => out.push(conflict),
            }
        }
    }
    out
}

/// A setting as it is asked for of one kind of exports.
struct Asked<'c> {
    demand: &'c Demand,
    setting: &'c Setting,
    /// What the setting must be there.
    test: Cow<'c, Test>,
    /// The path without the element of a list that is meant.
    base: &'c str,
    /// The element of a list that is meant.
    element: Option<&'c str>,
    /// What the setting must equal.
    equals: Option<String>,
}

fn asked_settings<'c>((contract, form): (&'c Contract, &Form), kind: &str) -> Vec<Asked<'c>> {
    let form = form.with(EXPORT_TYPE, kind);
    let of: &[AskedOf] =
        if kind == "cur-legacy" { &[AskedOf::Legacy] } else { &[AskedOf::Cur2, AskedOf::DataExport] };
    let demands = contract.demands.iter().filter(|demand| demand.is_asked(&form, |_| true));
    demands
        .filter_map(|demand| {
            let Ask::Setting(setting) = &demand.ask else { return None };
            let (_, path) = setting.select.iter().find(|(kind, _)| of.contains(kind))?;
            let (base, element) = path.parts();
            let equals = match &setting.test {
                Test::Equals(template) => Some(form.fill(template).ok()?),
                _ => None,
            };
            Some(Asked { demand, setting, test: setting.test_at(path), base, element, equals })
        })
        .collect()
}

impl Asked<'_> {
    /// The values that the demand speaks of.
    fn mentioned(&self) -> Vec<String> {
        let listed = match &*self.test {
            Test::OneOf(list) | Test::NoneOf(list) | Test::AllOf(list) if self.element.is_none() => {
                list.clone()
            }
            _ => Vec::new(),
        };
        let listed = listed.into_iter();
        listed.chain(self.element.map(str::to_owned)).chain(self.equals.clone()).collect()
    }

    fn is_of_list(&self) -> bool {
        self.element.is_some() || matches!(*self.test, Test::AllOf(_))
    }

    /// Whether these are values with which the demand holds; what nobody can say is not held against it.
    fn takes(&self, values: &[String]) -> bool {
        let meant: Vec<String> = match self.element {
            Some(element) => values.iter().filter(|value| *value == element).cloned().collect(),
            None => values.to_vec(),
        };
        if meant.is_empty() {
            match &self.setting.absent {
                Absent::Unknown if !matches!(*self.test, Test::AllOf(_)) => return true,
                Absent::Holds => return true,
                Absent::Broken => return false,
                Absent::Default(value) => return self.test(std::slice::from_ref(value)),
                Absent::Unknown => {}
            }
        }
        self.test(&meant)
    }

    fn test(&self, values: &[String]) -> bool {
        match &*self.test {
            Test::OneOf(list) => values.iter().all(|value| list.contains(value)),
            Test::NoneOf(list) => !values.iter().any(|value| list.contains(value)),
            Test::AllOf(list) => {
                list.iter().all(|wanted| values.contains(wanted))
                    && values.iter().all(|value| list.contains(value))
            }
            Test::Equals(_) => values.iter().all(|value| Some(value) == self.equals.as_ref()),
            Test::Matches(grammar) => values.iter().all(|value| grammar.failure(value).is_none()),
            // One more column hurts nobody.
            Test::Columns(_) => true,
        }
    }

    fn needs(&self) -> String {
        let mentioned = self.mentioned();
        match (&*self.test, self.element) {
            (Test::OneOf(_), None) => mentioned.join(" or "),
            (Test::NoneOf(_), None) => format!("not {}", mentioned.join(", ")),
            (test, element) => needs(test, element, self.equals.as_deref()),
        }
    }
}

/// What a test asks for, in a few words.
fn needs(test: &Test, element: Option<&str>, equals: Option<&str>) -> String {
    match (test, element) {
        (Test::OneOf(_), Some(element)) => format!("with {element}"),
        (Test::NoneOf(_), Some(element)) => format!("without {element}"),
        (Test::OneOf(list), None) => list.join(" or "),
        (Test::NoneOf(list), None) => format!("not {}", list.join(", ")),
        (Test::AllOf(list), _) => format!("exactly {}", list.join(", ")),
        (Test::Equals(template), _) => equals.unwrap_or(template).to_owned(),
        (Test::Matches(grammar), _) => grammar.describe(),
        (Test::Columns(list), _) => list.join(", "),
    }
}

/// What a contract needs of the settings of one kind of exports: name of the setting and what it must be.
pub fn needed_settings<'c>(
    contract: &'c Contract,
    form: &Form,
    kind: &str,
) -> impl Iterator<Item = (&'c str, String)> {
    let asked = asked_settings((contract, form), kind).into_iter();
    asked
        .filter(|asked| asked.demand.need == Need::Needed)
        .filter(|asked| !matches!(*asked.test, Test::Columns(_) | Test::Matches(_) | Test::Equals(_)))
        .map(|asked| (asked.base.rsplit('.').next().unwrap_or(asked.base), asked.needs()))
}

/// Whether there is a value, or there are values, with which both demands hold.
fn can_agree(one: &Asked<'_>, other: &Asked<'_>) -> bool {
    let mut mentioned = one.mentioned();
    mentioned.extend(other.mentioned());
    mentioned.sort();
    mentioned.dedup();
    let both = |values: &[String]| one.takes(values) && other.takes(values);
    if one.is_of_list() || other.is_of_list() {
        // Too many to try is no proof of anything.
        return mentioned.len() > MOST_ELEMENTS
            || (0u32..1 << mentioned.len()).any(|chosen| {
                let values: Vec<String> = mentioned
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| chosen & (1 << at) != 0)
                    .map(|(_, value)| value.clone())
                    .collect();
                both(&values)
            });
    }
    // A value that neither mentions is like any other such.
    let other_value = "x".to_owned();
    mentioned.iter().chain([&other_value]).any(|value| both(std::slice::from_ref(value)))
        || is_absent(one, other)
}

/// Whether both demands hold where the setting is not there at all.
fn is_absent(one: &Asked<'_>, other: &Asked<'_>) -> bool {
    let holds = |asked: &Asked<'_>| match &asked.setting.absent {
        Absent::Holds => true,
        Absent::Default(value) => asked.test(std::slice::from_ref(value)),
        Absent::Unknown | Absent::Broken => false,
    };
    holds(one) && holds(other)
}

/// Requests for one thing with which one product shows what the other does not have: a condition that asks for it shuts the other
/// out, so each needs a statement of its own.
fn apart(left: &Contract, right: &Contract, requests: &BTreeMap<String, RequestTemplate>) -> Vec<Conflict> {
    let mut out: Vec<Conflict> = Vec::new();
    for (one, mine) in allowed(left, requests) {
        for (other, theirs) in allowed(right, requests) {
            if one.1 != other.1 || one.2 != other.2 {
                continue;
            }
            let service = one.1.first().and_then(|action| action.split(':').next()).unwrap_or_default();
            let keys = |template: &RequestTemplate| -> Vec<String> {
                let is_own = |key: &str| key.split_once(':').is_some_and(|(prefix, _)| prefix == service);
                template.context.iter().map(|(key, _)| key.clone()).filter(|key| is_own(key)).collect()
            };
            let (has, have) = (keys(mine), keys(theirs));
            let shown = |key: &String, keys: &[String]| {
                if keys.contains(key) { format!("shows {key}") } else { format!("shows no {key}") }
            };
            let differing = has.iter().chain(&have).find(|key| has.contains(key) != have.contains(key));
            let Some(key) = differing else { continue };
            let conflict = Conflict {
                about: key.clone(),
                export_type: None,
                kind: ConflictKind::Statement,
                sides: [side(left, one.0, shown(key, &has)), side(right, other.0, shown(key, &have))],
            };
            if !out.iter().any(|known| known.about == conflict.about) {
                out.push(conflict);
            }
        }
    }
    out
}

type Wish<'c> = (&'c Demand, &'c [String], &'c str);

/// What a contract asks for on behalf of the product itself, with the description of the requests.
fn allowed<'c>(
    contract: &'c Contract,
    requests: &'c BTreeMap<String, RequestTemplate>,
) -> Vec<(Wish<'c>, &'c RequestTemplate)> {
    let demands = contract.demands.iter();
    demands
        .filter_map(|demand| match &demand.ask {
            Ask::Access { request, actions, on, expect: Expect::Allowed, .. } => {
                let template = requests.get(request).filter(|template| template.is_foreign)?;
                Some(((demand, actions.as_slice(), on.as_str()), template))
            }
            _ => None,
        })
        .collect()
}
