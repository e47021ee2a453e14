//! `rules/consumers/*.toml`: the demands of one product, with those of the parts that it is put together from.

use super::demand::{self, Confidence, Demand, RawDemand};
use super::fault::ContractFault;
use super::layout::Layout;
use crate::shipped::Shipped;
use crate::source::Span;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// The contract of one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// The file's name.
    pub name: String,
    /// For people.
    pub title: String,
    /// The product's name.
    pub product: String,
    /// The guide users follow.
    pub guide: Option<String>,
    /// When the sources were read.
    pub checked: String,
    /// As what the product reads.
    pub reader: ReadsAs,
    /// How sure it is that the product needs what stands here.
    pub confidence: Confidence,
    /// What of the contract is not known, or why it is not sure; said beside every answer.
    pub note: Option<String>,
    /// What is presumed of the form where the user says nothing.
    pub defaults: Vec<Default>,
    /// Where the product looks for files.
    pub layout: Option<Layout>,
    /// Where AWS writes them, for products of which nobody knows where they look.
    pub delivered: Option<Layout>,
    /// Those of the parts in their order, then those of the file.
    pub demands: Vec<Demand>,
}

/// As what a product reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, std::default::Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadsAs {
    /// With the access key of a user of the customer.
    #[default]
    User,
    /// With a role of the customer, which the product's own account takes.
    Role,
    /// As a principal of the product's own account, which the bucket's policy lets in.
    Principal,
    /// With whatever the customer gives it; the contract says nothing of it.
    Anything,
}

impl ReadsAs {
    /// For people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::User => "a user's access key",
            Self::Role => "a role that it takes",
            Self::Principal => "a principal of its own account",
            Self::Anything => "whatever it is given",
        }
    }
}

/// A presumed form value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Default {
    /// Name of the form value.
    pub name: String,
    /// The value.
    pub value: String,
    /// Why it is presumed.
    pub because: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawContract {
    title: String,
    product: String,
    guide: Option<String>,
    checked: String,
    #[serde(default)]
    reader: ReadsAs,
    #[serde(default)]
    confidence: Confidence,
    note: Option<String>,
    #[serde(default)]
    parts: Vec<Spanned<String>>,
    #[serde(default)]
    without: Vec<Spanned<String>>,
    #[serde(default)]
    defaults: BTreeMap<String, RawDefault>,
    layout: Option<Layout>,
    #[serde(default)]
    demand: Vec<Spanned<RawDemand>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPart {
    layout: Option<Layout>,
    delivered: Option<Layout>,
    demand: Vec<Spanned<RawDemand>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDefault {
    value: String,
    because: String,
}

impl Contract {
    /// Reads a consumer file that stands by itself.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn read(name: &str, text: &str) -> Result<Self, ContractFault> {
        Self::read_with(name, text.into(), &|_| None)
    }

    /// Reads a consumer file with the parts that it names (`rules/parts/*.toml`). A demand of the file takes the place of
    /// that of a part with the same name.
    ///
    /// # Errors
    /// The first thing that is wrong with it, or with one of its parts.
    pub fn read_with<'t>(
        name: &str,
        text: Shipped<'_>,
        part: &dyn Fn(&str) -> Option<Shipped<'t>>,
    ) -> Result<Self, ContractFault> {
        let file = format!("consumers/{name}.toml");
        let raw: RawContract = text.read().map_err(|error| ContractFault::from_toml(&file, &error))?;
        let fault = |place: &Spanned<String>, message: String| ContractFault {
            file: file.clone(),
            span: Span::new(place.span().start, place.span().end),
            message,
        };
        let own = demands(&file, raw.demand, raw.confidence)?;
        let (mut layout, mut delivered) = (raw.layout, None);
        let mut all: Vec<Demand> = Vec::new();
        for named in &raw.parts {
            let text = part(named.get_ref())
                .ok_or_else(|| fault(named, format!("there is no part `{}`", named.get_ref())))?;
            let path = format!("parts/{}.toml", named.get_ref());
            let raw: RawPart = text.read().map_err(|error| ContractFault::from_toml(&path, &error))?;
            layout = layout.or(raw.layout);
            delivered = delivered.or(raw.delivered);
            for demand in demands(&path, raw.demand, Confidence::High)? {
                if all.iter().any(|other| other.id == demand.id) {
                    return Err(fault(named, format!("two parts have the demand `{}`", demand.id)));
                }
                all.push(demand);
            }
        }
        for gone in &raw.without {
            let at = all.iter().position(|demand| demand.id == *gone.get_ref());
            let at = at.ok_or_else(|| fault(gone, format!("no part has the demand `{}`", gone.get_ref())))?;
            all.remove(at);
        }
        for demand in own {
            match all.iter_mut().find(|other| other.id == demand.id) {
                Some(other) => *other = demand,
                None => all.push(demand),
            }
        }
        let defaults = raw
            .defaults
            .into_iter()
            .map(|(name, default)| Default { name, value: default.value, because: default.because })
            .collect();
        Ok(Self {
            name: name.to_owned(),
            title: raw.title,
            product: raw.product,
            guide: raw.guide,
            checked: raw.checked,
            reader: raw.reader,
            confidence: raw.confidence,
            note: raw.note,
            defaults,
            layout,
            delivered,
            demands: all,
        })
    }
}

/// The demands of one file, none twice.
fn demands(
    file: &str,
    raw: Vec<Spanned<RawDemand>>,
    confidence: Confidence,
) -> Result<Vec<Demand>, ContractFault> {
    let mut out: Vec<Demand> = Vec::new();
    for raw in raw {
        let at = Span::new(raw.span().start, raw.span().end);
        let demand = demand::read(file, at, raw.into_inner(), confidence)?;
        if out.iter().any(|other| other.id == demand.id) {
            let message = format!("demand `{}` stands here twice", demand.id);
            return Err(ContractFault { file: file.to_owned(), span: at, message });
        }
        out.push(demand);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Need;

    fn demand(id: &str, need: &str) -> String {
        format!(
            "[[demand]]\nid = \"{id}\"\nsection = \"Export\"\ntitle = \"t\"\nneed = \"{need}\"\nask = \"export\"\nabout = \"status\"\nsource = \"s\"\n"
        )
    }

    fn read(lines: &str) -> Result<Contract, ContractFault> {
        let part = demand("a", "needed") + &demand("b", "needed");
        let again = demand("b", "needed");
        let text = format!("title = \"t\"\nproduct = \"p\"\nchecked = \"2026-11-28\"\n{lines}");
        Contract::read_with("x", text.as_str().into(), &|name| match name {
            "part" => Some(part.as_str().into()),
            "again" => Some(again.as_str().into()),
            _ => None,
        })
    }

    fn ids(contract: &Contract) -> Vec<&str> {
        contract.demands.iter().map(|demand| demand.id.as_str()).collect()
    }

    #[test]
    fn demands_of_parts_come_first_and_give_way_to_those_of_the_file() {
        let lines = format!("parts = [\"part\"]\n{}{}", demand("b", "advice"), demand("c", "needed"));
        let contract = read(&lines).unwrap();
        assert_eq!(ids(&contract), ["a", "b", "c"]);
        assert!(contract.demands.iter().any(|demand| demand.id == "b" && demand.need == Need::Advice));
    }

    #[test]
    fn a_demand_of_a_part_can_be_left_out() {
        assert_eq!(ids(&read("parts = [\"part\"]\nwithout = [\"a\"]\n").unwrap()), ["b"]);
    }

    #[test]
    fn what_is_not_there_is_a_fault_at_its_name() {
        for (lines, message) in [
            ("parts = [\"nowhere\"]\n", "there is no part `nowhere`"),
            ("parts = [\"part\"]\nwithout = [\"z\"]\n", "no part has the demand `z`"),
            ("parts = [\"part\", \"again\"]\n", "two parts have the demand `b`"),
        ] {
            let fault = read(lines).unwrap_err();
            assert_eq!(fault.message, message);
            assert!(fault.span.start > 0 && fault.span.end > fault.span.start, "{message}");
        }
    }

    #[test]
    fn what_is_not_sure_is_so_for_the_own_demands_alone() {
        let lines = format!("confidence = \"low\"\nparts = [\"part\"]\n{}", demand("c", "needed"));
        let contract = read(&lines).unwrap();
        let low: Vec<&str> = contract
            .demands
            .iter()
            .filter(|demand| demand.confidence == Confidence::Low)
            .map(|demand| demand.id.as_str())
            .collect();
        assert_eq!(low, ["c"]);
    }
}
