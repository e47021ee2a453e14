//! What one product demands, and the connection form it is told.
//!
//! Contracts are files (`rules/consumers`, `rules/requests`, `rules/facts.toml`); this module reads them and fills in
//! the form's values. It knows no policy and decides nothing.

mod ask;
mod bucket;
mod conflict;
mod consumer;
mod demand;
mod fault;
mod form;
mod grammar;
mod identity;
mod layout;
mod read_setting;
mod reads;
mod request;
mod setting;
mod tables;

pub use ask::{Ask, Expect};
pub use bucket::BucketQuestion;
pub use conflict::{conflicts, needed_settings};
pub use consumer::{Contract, Default, ReadsAs};
pub use demand::{Condition, Confidence, Demand};
pub use fault::ContractFault;
pub use form::{FORM_CHOICES, FORM_NAMES, Form, FormValue, LinkedAccount, Origin, is_choice};
pub use grammar::{Failure, Grammar};
pub use identity::Question;
pub use layout::{Case, IfMissing, Layout, LayoutQuestion, Month, NameRule, Period, Sign};
pub use reads::{Purpose, Read, ReaderKind, Reads};
pub use request::{
    CompanionTemplate, KeyChange, KeyTemplate, OptionTemplate, RequestTemplate, UnknownTemplate,
};
pub use setting::{Absent, AskedOf, ExportQuestion, Setting, SettingPath, Test};
pub use tables::{Fact, Facts};
