//! A service: its prefix, and its tables, which are read when one of them is first asked for.

use std::sync::OnceLock;

use super::action::Action;
use super::key::{self, ConditionKey};
use super::resource::ResourceType;
use super::{name, store};

/// An AWS service as the Service Authorization Reference lists it.
#[derive(Debug)]
pub struct Service {
    prefix: &'static str,
    name: &'static str,
    place: Place,
    rcp: bool,
    tables: OnceLock<Tables>,
}

/// Where the text of a service is.
#[derive(Debug, Clone, Copy)]
struct Place {
    block: usize,
    start: usize,
    length: usize,
}

#[derive(Debug, Default)]
struct Tables {
    keys: Vec<ConditionKey>,
    resource_types: Vec<ResourceType>,
    actions: Vec<Action>,
}

impl Service {
    /// Reads a row of the index.
    pub(super) fn read(row: &'static str) -> Option<Self> {
        let mut fields = row.split('\t');
        let (prefix, name) = (fields.next()?, fields.next()?);
        let mut number = || fields.next()?.parse().ok();
        let place = Place { block: number()?, start: number()?, length: number()? };
        Some(Self { prefix, name, place, rcp: fields.next().is_some(), tables: OnceLock::new() })
    }

    /// The prefix of its actions: `s3`.
    #[must_use]
    pub fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// The name that AWS displays: `Amazon S3`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether resource control policies apply to it.
    pub(super) fn supports_rcp(&self) -> bool {
        self.rcp
    }

    /// The action with this name (without the prefix). Case does not count.
    #[must_use]
    pub fn action(&'static self, action: &str) -> Option<&'static Action> {
        name::find(self.actions(), action, Action::name)
    }

    /// All actions, sorted by lower-case name.
    #[must_use]
    pub fn actions(&'static self) -> &'static [Action] {
        &self.tables().actions
    }

    /// The resource type with this name: `bucket`. Case does not count.
    #[must_use]
    pub fn resource_type(&'static self, resource_type: &str) -> Option<&'static ResourceType> {
        name::find(self.resource_types(), resource_type, ResourceType::name)
    }

    /// All resource types, sorted by lower-case name.
    #[must_use]
    pub fn resource_types(&'static self) -> &'static [ResourceType] {
        &self.tables().resource_types
    }

    /// The condition key that this service lists under this name, or whose template fits it. Case does not count.
    ///
    /// A service lists some global keys too, such as `aws:ResourceTag/${TagKey}`; for the others ask
    /// [`global_key`](super::global_key).
    #[must_use]
    pub fn condition_key(&'static self, key: &str) -> Option<&'static ConditionKey> {
        key::find(self.condition_keys(), key)
    }

    /// All condition keys that the service lists, sorted by lower-case name.
    #[must_use]
    pub fn condition_keys(&'static self) -> &'static [ConditionKey] {
        &self.tables().keys
    }

    fn tables(&'static self) -> &'static Tables {
        self.tables.get_or_init(|| self.read_tables().unwrap_or_default())
    }

    fn read_tables(&'static self) -> Option<Tables> {
        let Place { block, start, length } = self.place;
        let mut sections = store::text(block, start, length)?.split(store::SECTION);
        let mut section = || Some(sections.next()?.lines());
        Some(Tables {
            keys: section()?.map(ConditionKey::read).collect::<Option<_>>()?,
            resource_types: section()?.map(|row| ResourceType::read(self, row)).collect::<Option<_>>()?,
            actions: section()?.map(|row| Action::read(self, row)).collect::<Option<_>>()?,
        })
    }
}

/// The position that a character of the file stands for.
pub(super) fn position(character: char) -> Option<usize> {
    usize::try_from(u32::from(character).checked_sub(0x30)?).ok()
}

/// The condition keys that a field of the file refers to.
pub(super) fn keys_at(
    service: &'static Service,
    refs: &'static str,
) -> impl Iterator<Item = &'static ConditionKey> {
    refs.chars().filter_map(move |character| service.condition_keys().get(position(character)?))
}
