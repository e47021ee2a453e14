//! What a product needs of one setting: where it stands, and what it must be. A closed set of tests, no language.

use super::grammar::Grammar;
use crate::syntax::Selector;
use std::borrow::Cow;

/// A demand on one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The case of check `setting` that a finding is told by.
    pub case: String,
    /// Where the setting stands. The demand is asked of the exports that have an entry.
    pub select: Vec<(AskedOf, SettingPath)>,
    /// What it must be.
    pub test: Test,
    /// What it is where it does not stand there.
    pub absent: Absent,
}

/// Which exports a path is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AskedOf {
    /// Legacy reports.
    Legacy,
    /// CUR 2.0 exports.
    Cur2,
    /// Every data export, CUR 2.0 among them.
    DataExport,
}

/// A path into a definition.
#[derive(Debug, Clone)]
pub struct SettingPath {
    /// As it is written.
    pub text: String,
    /// The setting itself.
    pub selector: Selector,
    /// What it stands in, the nearest first: where to point if the setting is not there.
    pub parents: Vec<Selector>,
}

impl SettingPath {
    /// `$.List[?@ == 'X']` as the list and its element.
    #[must_use]
    pub fn parts(&self) -> (&str, Option<&str>) {
        match self.text.split_once("[?@ == '") {
            Some((base, rest)) => (base, rest.strip_suffix("']")),
            None => (&self.text, None),
        }
    }
}

impl Setting {
    /// What the setting must be at a path. One list of values serves all kinds of exports: what is an element of another
    /// kind's list is no value here, and of an element there is one value.
    #[must_use]
    pub fn test_at(&self, path: &SettingPath) -> Cow<'_, Test> {
        let (Test::OneOf(list) | Test::NoneOf(list)) = &self.test else { return Cow::Borrowed(&self.test) };
        let own = path.parts().1;
        let elements: Vec<&str> = self.select.iter().filter_map(|(_, path)| path.parts().1).collect();
        let is_value = |value: &&String| match own {
            Some(element) => *value == element,
            None => !elements.contains(&value.as_str()),
        };
        let kept: Vec<String> = list.iter().filter(is_value).cloned().collect();
        if kept.is_empty() || kept.len() == list.len() {
            return Cow::Borrowed(&self.test);
        }
        Cow::Owned(if matches!(self.test, Test::OneOf(_)) { Test::OneOf(kept) } else { Test::NoneOf(kept) })
    }
}

/// A path is its text.
impl PartialEq for SettingPath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for SettingPath {}

/// What a setting must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Each value is one of these.
    OneOf(Vec<String>),
    /// No value is one of these.
    NoneOf(Vec<String>),
    /// The values are these, all of them and no others.
    AllOf(Vec<String>),
    /// The value is this template, filled in from the form.
    Equals(String),
    /// The value is written so.
    Matches(Grammar),
    /// The query that is the value gives these columns.
    Columns(Vec<String>),
}

/// What a setting is that does not stand in the definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absent {
    /// Nobody knows.
    Unknown,
    /// As the product needs it.
    Holds,
    /// Not as the product needs it.
    Broken,
    /// What the API takes it for.
    Default(String),
}

macro_rules! questions {
    ($($(#[$doc:meta])* $question:ident $name:literal),+ $(,)?) => {
        /// What is asked of an export as a whole.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ExportQuestion {
            $($(#[$doc])* $question),+
        }

        impl ExportQuestion {
            /// The question of a name.
            #[must_use]
            pub fn of(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$question),)+ _ => None }
            }

            /// The choices of `about`, as a sentence.
            #[must_use]
            pub fn choices() -> String {
                format!("`about` is one of `{}`", [$($name),+].join("`, `"))
            }
        }
    };
}

questions! {
    /// Its settings are among the documents.
    Looked "looked-at",
    /// An export of the form's name is there.
    Named "named",
    /// A template makes it in the Region in which AWS makes exports.
    Made "made",
    /// It is of the form's type.
    Type "type",
    /// It belongs to the form's account.
    Account "account",
    /// Its query leaves no rows out.
    Rows "rows",
    /// Its query has no limit.
    Cut "cut",
    /// Its prefix is the form's path.
    Path "path",
    /// Format and compression go together.
    Parquet "parquet",
    /// What is made for Athena goes with the rest of the settings.
    Athena "athena",
    /// The bucket is where the export looks for it.
    Region "region",
    /// AWS delivers to a bucket of this owner.
    BucketAccount "bucket-account",
    /// Auto-detection comes to this export, and to no other before it.
    Found "found",
    /// One more export can be made.
    Quota "quota",
    /// AWS calls it healthy.
    Status "status",
    /// Its last run ended with a delivery.
    Execution "execution",
    /// Something was delivered once.
    Delivered "delivered",
}
