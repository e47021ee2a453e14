//! Contracts, request descriptions, facts and rule pages: everything that is data.

use super::known::KnownTexts;
use crate::checks::CASES;
use crate::contract::{Ask, Contract, ContractFault, Facts, Reads, RequestTemplate};
use crate::rulebook::{PageFault, Phrases, PhrasesFault, Rulebook, embedded};
use crate::shipped::Shipped;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use thiserror::Error;

/// The data of one run.
#[derive(Debug)]
pub struct Library {
    consumers: BTreeMap<String, Consumer>,
    requests: BTreeMap<String, RequestTemplate>,
    facts: Facts,
    reads: OnceLock<Reads>,
    known: KnownTexts,
    phrases: Phrases,
    book: Rulebook,
}

/// A contract: one that comes with the program is read when its consumer is first asked for.
#[derive(Debug)]
struct Consumer {
    text: Shipped<'static>,
    read: OnceLock<Result<Contract, LibraryFault>>,
}

/// Data that cannot be used. Its author must act.
#[derive(Debug, Error)]
pub enum LibraryFault {
    /// A contract, request or fact file.
    #[error(transparent)]
    Contract(#[from] ContractFault),
    /// Parts of sentences.
    #[error(transparent)]
    Phrases(#[from] PhrasesFault),
    /// Rule pages.
    #[error("{} broken rule page(s)", .0.len())]
    Pages(Vec<PageFault>),
    /// A contract names a request that there is not.
    #[error("consumers/{consumer}.toml: demand `{demand}` names the request `{request}`, which there is not")]
    Request {
        /// The consumer.
        consumer: String,
        /// The demand.
        demand: String,
        /// The missing request.
        request: String,
    },
    /// A contract tells a setting by a case that there is not.
    #[error(
        "consumers/{consumer}.toml: demand `{demand}` names the case `{case}`, which check `setting` does not have; `value` fits all"
    )]
    Case {
        /// The consumer.
        consumer: String,
        /// The demand.
        demand: String,
        /// The unknown case.
        case: String,
    },
}

impl Library {
    /// The data that is part of the program.
    ///
    /// # Errors
    /// If a file is broken, which a test of this repository rules out.
    pub fn embedded() -> Result<Self, LibraryFault> {
        let requests = embedded::REQUESTS
            .iter()
            .map(|(name, text)| Ok(((*name).to_owned(), RequestTemplate::read(name, *text)?)))
            .collect::<Result<_, ContractFault>>()?;
        let table = |name: &str| {
            embedded::TABLES
                .iter()
                .find(|(table, _)| *table == name)
                .map_or(Shipped::default(), |(_, text)| *text)
        };
        let book = Rulebook::embedded(CASES).map_err(LibraryFault::Pages)?;
        let consumers = embedded::CONSUMERS
            .iter()
            .map(|(name, text)| ((*name).to_owned(), Consumer { text: *text, read: OnceLock::new() }))
            .collect();
        Ok(Self {
            consumers,
            requests,
            facts: Facts::read(table("facts"))?,
            reads: OnceLock::new(),
            known: KnownTexts::read(table("known-texts"))?,
            phrases: Phrases::read(table("phrases"))?,
            book,
        })
    }

    /// Adds a consumer, replacing one of the same name.
    ///
    /// # Errors
    /// If the file is broken or names a request that there is not.
    pub fn add_consumer(&mut self, name: &str, text: &str) -> Result<(), LibraryFault> {
        let contract = self.read(name, text.into())?;
        self.consumers.insert(
            name.to_owned(),
            Consumer { text: Shipped::default(), read: OnceLock::from(Ok(contract)) },
        );
        Ok(())
    }

    /// Reads a contract and holds it to the requests and cases that there are.
    fn read(&self, name: &str, text: Shipped<'_>) -> Result<Contract, LibraryFault> {
        let part =
            |wanted: &str| embedded::PARTS.iter().find(|(name, _)| *name == wanted).map(|(_, text)| *text);
        let contract = Contract::read_with(name, text, &part)?;
        let told = |case: &str| CASES.iter().any(|spec| spec.check == "setting" && spec.case == case);
        for demand in &contract.demands {
            match &demand.ask {
                Ask::Access { request, .. } | Ask::Discovery { request, .. }
                    if !self.requests.contains_key(request) =>
                {
                    return Err(LibraryFault::Request {
                        consumer: name.to_owned(),
                        demand: demand.id.clone(),
                        request: request.clone(),
                    });
                }
                Ask::Setting(setting) if !told(&setting.case) => {
                    return Err(LibraryFault::Case {
                        consumer: name.to_owned(),
                        demand: demand.id.clone(),
                        case: setting.case.clone(),
                    });
                }
                _ => {}
            }
        }
        Ok(contract)
    }

    /// The contract of a consumer; `None` where there is no such consumer.
    ///
    /// # Errors
    /// If its file is broken, which for the consumers of the program a test of this repository rules out.
    pub fn consumer(&self, name: &str) -> Result<Option<&Contract>, &LibraryFault> {
        let Some(consumer) = self.consumers.get(name) else { return Ok(None) };
        consumer.read.get_or_init(|| self.read(name, consumer.text)).as_ref().map(Some)
    }

    /// A contract by name.
    #[must_use]
    pub fn contract(&self, name: &str) -> Option<&Contract> {
        self.consumer(name).ok().flatten()
    }

    /// The names of all consumers, sorted.
    pub fn consumers(&self) -> impl Iterator<Item = &str> {
        self.consumers.keys().map(String::as_str)
    }

    /// All contracts, by name. Reads every one.
    pub fn contracts(&self) -> impl Iterator<Item = &Contract> {
        self.consumers().filter_map(|name| self.contract(name))
    }

    /// Request descriptions by name.
    #[must_use]
    pub fn requests(&self) -> &BTreeMap<String, RequestTemplate> {
        &self.requests
    }

    /// The facts.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What is read from AWS.
    #[must_use]
    pub fn reads(&self) -> &Reads {
        let table = embedded::TABLES.iter().find(|(table, _)| *table == "reads");
        let text = table.map_or(Shipped::default(), |(_, text)| *text);
        // Asked for only where a snapshot is at hand. A test reads the table, so that it is never broken here.
        self.reads.get_or_init(|| Reads::read(text).unwrap_or_default())
    }

    /// Parts of sentences.
    #[must_use]
    pub fn phrases(&self) -> &Phrases {
        &self.phrases
    }

    pub(super) fn known_texts(&self) -> &KnownTexts {
        &self.known
    }

    /// The rules.
    #[must_use]
    pub fn book(&self) -> &Rulebook {
        &self.book
    }

    /// The rules, for adding pages.
    pub fn book_mut(&mut self) -> &mut Rulebook {
        &mut self.book
    }
}
