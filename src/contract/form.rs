//! The values of the connection form, and where each came from.

use crate::finding::shell_word;
use crate::source::Place;
use std::collections::BTreeMap;

/// Every value a form can have. The names are those of the flags and of `[form]` in `preflight.toml`.
pub const FORM_NAMES: [&str; 15] = [
    "account",
    "account-kind",
    "bucket",
    "bucket-account",
    "export-name",
    "export-path",
    "export-type",
    "mode",
    "reader",
    "external-id",
    "product-principal",
    "management-account",
    "organization",
    "kms-key",
    "partition",
];

/// Values with a closed set of choices.
pub const FORM_CHOICES: [(&str, &[&str]); 3] = [
    ("account-kind", &["root", "linked"]),
    ("export-type", &["cur-2.0", "cur-legacy"]),
    ("mode", &["bucket-only", "find-report", "create-report"]),
];

/// Whether a value is one of a closed set, so that it names nobody.
#[must_use]
pub fn is_choice(name: &str) -> bool {
    name == "partition" || FORM_CHOICES.iter().any(|(choice, _)| *choice == name)
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The user gave it here.
    Given(Place),
    /// Nobody gave it; it is presumed for this reason.
    Presumed(String),
    /// Nobody gave it and nothing tells it: a stand-in for this reason, so that what does not hang on it can be judged.
    StandIn(String),
}

/// One value of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormValue {
    /// The value as given.
    pub text: String,
    /// Where it came from.
    pub origin: Origin,
}

/// The form. Values that nobody gave are missing, not empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    values: BTreeMap<String, FormValue>,
    /// As the user typed them: values of which another spelling is worked with.
    typed: BTreeMap<String, FormValue>,
    /// Accounts connected to the product beside this one.
    pub connected_accounts: Vec<FormValue>,
    /// Linked accounts whose policies were given.
    pub linked: Vec<LinkedAccount>,
}

/// A linked account that is connected to the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedAccount {
    /// Its number.
    pub account: FormValue,
    /// The ARN of the user by which the product looks into it.
    pub reader: Option<FormValue>,
}

impl Form {
    /// An empty form.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a value given by the user; a later one wins.
    pub fn give(&mut self, name: &str, text: &str, place: Place) {
        let value = FormValue { text: text.to_owned(), origin: Origin::Given(place) };
        self.values.insert(name.to_owned(), value);
    }

    /// Sets a value where none was given.
    pub fn presume(&mut self, name: &str, text: &str, because: &str) {
        self.values.entry(name.to_owned()).or_insert_with(|| FormValue {
            text: text.to_owned(),
            origin: Origin::Presumed(because.to_owned()),
        });
    }

    /// Sets a stand-in where no value was given and nothing tells it.
    pub fn stand_in(&mut self, name: &str, text: &str, because: &str) {
        self.values.entry(name.to_owned()).or_insert_with(|| FormValue {
            text: text.to_owned(),
            origin: Origin::StandIn(because.to_owned()),
        });
    }

    /// Whether a value is there for nothing but to stand in for one that nobody knows.
    #[must_use]
    pub fn is_stand_in(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| matches!(value.origin, Origin::StandIn(_)))
    }

    /// Goes on with what a value means that the user wrote otherwise than it is written.
    pub fn respell(&mut self, name: &str, text: &str) {
        let meant = FormValue { text: text.to_owned(), origin: Origin::Presumed(String::new()) };
        if let Some(typed) = self.values.insert(name.to_owned(), meant) {
            self.typed.insert(name.to_owned(), typed);
        }
    }

    /// Every value by name, as the user typed it.
    pub fn typed(&self) -> impl Iterator<Item = (&str, &FormValue)> {
        self.iter().map(|(name, value)| (name, self.typed.get(name).unwrap_or(value)))
    }

    /// A copy in which one value is another.
    #[must_use]
    pub fn with(&self, name: &str, text: &str) -> Self {
        let mut copy = self.clone();
        let origin = Origin::Presumed(String::new());
        copy.values.insert(name.to_owned(), FormValue { text: text.to_owned(), origin });
        copy
    }

    /// A copy without one of the values.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let mut copy = self.clone();
        copy.values.remove(name);
        copy
    }

    /// Whether the user gave a value of this name.
    #[must_use]
    pub fn is_given(&self, name: &str) -> bool {
        match name {
            "connected-accounts" => !self.connected_accounts.is_empty(),
            "linked" => !self.linked.is_empty(),
            _ => self.get(name).is_some_and(|value| matches!(value.origin, Origin::Given(_))),
        }
    }

    /// Every account that is known to be connected beside this one.
    pub fn connected(&self) -> impl Iterator<Item = &FormValue> {
        self.connected_accounts.iter().chain(self.linked.iter().map(|linked| &linked.account))
    }

    /// A value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&FormValue> {
        self.values.get(name)
    }

    /// The text of a value.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| value.text.as_str())
    }

    /// Every value by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FormValue)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The folder of the export in the bucket: path and name, as AWS joins them. Where the export or the listing shows another
    /// path than the one typed (`used-path`), that is the one. A closing slash of the path is
    /// dropped, as the consumer does; a leading one stays, since it makes a folder without a name.
    #[must_use]
    pub fn root(&self) -> Option<String> {
        let name = self.text("export-name")?;
        let path = self.text("used-path").or(self.text("export-path"))?;
        let path = path.strip_suffix('/').unwrap_or(path);
        Some(if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") })
    }

    /// Fills the holes `{name}` of a template.
    ///
    /// # Errors
    /// The names that the form does not have.
    pub fn fill(&self, template: &str) -> Result<String, Vec<String>> {
        self.filled(template, |text| text)
    }

    /// The same for a command: each value is one word of a shell's command line, whatever stands in it.
    ///
    /// # Errors
    /// Those of [`Form::fill`].
    pub fn fill_command(&self, template: &str) -> Result<String, Vec<String>> {
        self.filled(template, |text| shell_word(&text))
    }

    fn filled(&self, template: &str, word: impl Fn(String) -> String) -> Result<String, Vec<String>> {
        let mut out = String::with_capacity(template.len());
        let mut missing = Vec::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                out.push('{');
                rest = after;
                continue;
            };
            match self.hole(name) {
                Ok(text) => out.push_str(&word(text)),
                Err(names) => missing.extend(names),
            }
            rest = behind;
        }
        out.push_str(rest);
        if missing.is_empty() { Ok(out) } else { Err(missing) }
    }

    fn hole(&self, name: &str) -> Result<String, Vec<String>> {
        let of = |name: &str| self.text(name).map(str::to_owned).ok_or_else(|| vec![name.to_owned()]);
        match name {
            "root" => self.root().ok_or_else(|| {
                ["export-path", "export-name"]
                    .into_iter()
                    .filter(|name| self.text(name).is_none())
                    .map(str::to_owned)
                    .collect()
            }),
            "reader-name" => {
                let reader = of("reader")?;
                // Of a session the role is meant; what stands last names the session.
                let mut parts = reader.split('/');
                let is_session = parts.next().is_some_and(|first| first.ends_with(":assumed-role"));
                let name = if is_session { parts.next() } else { reader.rsplit('/').next() };
                Ok(name.unwrap_or(&reader).to_owned())
            }
            // A reader in another account than the form's is bounded by what stands above that one.
            "reader-account" => {
                let account = |arn: &str| {
                    arn.split(':').nth(4).filter(|account| !account.is_empty()).map(str::to_owned)
                };
                self.text("reader").and_then(account).map_or_else(|| of("account"), Ok)
            }
            other => of(other),
        }
    }
}
