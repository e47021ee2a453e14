//! What a product needs of one setting: where it stands, and what it must be. A closed set of tests, no language.

use crate::source::Span;
use crate::syntax::Selector;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

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

/// How a text must be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grammar {
    characters: Vec<(char, char)>,
    shortest: usize,
    longest: usize,
    not_first: Vec<char>,
    not_last: Vec<char>,
}

/// In which way a text is not written as it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Too short.
    Short,
    /// Begins with a character that must not be the first.
    First,
    /// Ends with one that must not be the last.
    Last,
    /// Has a character that is not allowed.
    Character,
    /// Too long.
    Long,
}

impl Failure {
    /// What is added to the name of a case that tells the ways apart.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::First => "first",
            Self::Last => "last",
            Self::Character => "character",
            Self::Long => "long",
        }
    }
}

impl Grammar {
    /// The first thing that is wrong with a text, with the bytes that carry it.
    #[must_use]
    pub fn failure(&self, text: &str) -> Option<(Failure, std::ops::Range<usize>)> {
        if text.chars().count() < self.shortest {
            return Some((Failure::Short, 0..text.len()));
        }
        if let Some(first) = text.chars().next().filter(|first| self.not_first.contains(first)) {
            return Some((Failure::First, 0..first.len_utf8()));
        }
        if let Some((at, last)) =
            text.char_indices().next_back().filter(|(_, last)| self.not_last.contains(last))
        {
            return Some((Failure::Last, at..at + last.len_utf8()));
        }
        let fits = |letter: &char| self.characters.iter().any(|(from, to)| (from..=to).contains(&letter));
        if let Some((at, odd)) = text.char_indices().find(|(_, letter)| !fits(letter)) {
            return Some((Failure::Character, at..at + odd.len_utf8()));
        }
        (text.chars().count() > self.longest).then_some((Failure::Long, 0..text.len()))
    }

    /// For people.
    #[must_use]
    pub fn describe(&self) -> String {
        let characters: String = self
            .characters
            .iter()
            .map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") })
            .collect();
        format!("{} to {} of {characters}", self.shortest, self.longest)
    }
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
    /// It is of the form's type.
    Type "type",
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
    /// One more export can be made.
    Quota "quota",
    /// AWS calls it healthy.
    Status "status",
    /// Its last run ended with a delivery.
    Execution "execution",
    /// Something was delivered once.
    Delivered "delivered",
}

/// What a consumer file says of a setting.
pub(super) struct RawSetting {
    pub(super) case: Option<String>,
    pub(super) select: Option<Spanned<BTreeMap<String, Spanned<String>>>>,
    pub(super) one_of: Option<Vec<String>>,
    pub(super) none_of: Option<Vec<String>>,
    pub(super) all_of: Option<Vec<String>>,
    pub(super) equals: Option<String>,
    pub(super) matches: Option<Spanned<RawGrammar>>,
    pub(super) columns: Option<Vec<String>>,
    pub(super) absent: Option<Spanned<String>>,
    pub(super) default: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawGrammar {
    characters: String,
    #[serde(default)]
    shortest: usize,
    longest: usize,
    #[serde(default)]
    not_first: String,
    #[serde(default)]
    not_last: String,
}

/// What is wrong, and where if it is not the demand as a whole.
pub(super) struct Wrong {
    pub(super) span: Option<Span>,
    pub(super) message: String,
}

impl Wrong {
    fn whole(message: &str) -> Self {
        Self { span: None, message: message.to_owned() }
    }

    fn at<T>(place: &Spanned<T>, message: impl Into<String>) -> Self {
        Self { span: Some(Span::new(place.span().start, place.span().end)), message: message.into() }
    }
}

impl RawSetting {
    pub(super) fn read(self) -> Result<Setting, Wrong> {
        let case = self.case.ok_or_else(|| Wrong::whole("`ask = \"setting\"` needs `case`"))?;
        let select = self.select.ok_or_else(|| Wrong::whole("`ask = \"setting\"` needs `select`"))?;
        let select = select
            .into_inner()
            .into_iter()
            .map(|(of, path)| Ok((asked_of(&of, &path)?, setting_path(&path)?)))
            .collect::<Result<Vec<_>, Wrong>>()?;
        let matches = self.matches.map(grammar).transpose()?;
        let tests = [
            self.one_of.map(Test::OneOf),
            self.none_of.map(Test::NoneOf),
            self.all_of.map(Test::AllOf),
            self.equals.map(Test::Equals),
            matches.map(Test::Matches),
            self.columns.map(Test::Columns),
        ];
        let mut tests = tests.into_iter().flatten();
        let (Some(test), None) = (tests.next(), tests.next()) else {
            return Err(Wrong::whole(
                "a setting has one of `one-of`, `none-of`, `all-of`, `equals`, `matches` and `columns`",
            ));
        };
        let absent = match (self.absent, self.default) {
            (None, None) => Absent::Unknown,
            (None, Some(text)) => Absent::Default(text),
            (Some(absent), None) => match absent.get_ref().as_str() {
                "unknown" => Absent::Unknown,
                "holds" => Absent::Holds,
                "broken" => Absent::Broken,
                _ => return Err(Wrong::at(&absent, "`absent` is `unknown`, `holds` or `broken`")),
            },
            (Some(absent), Some(_)) => {
                return Err(Wrong::at(&absent, "`absent` and `default` exclude each other"));
            }
        };
        Ok(Setting { case, select, test, absent })
    }
}

fn asked_of(name: &str, place: &Spanned<String>) -> Result<AskedOf, Wrong> {
    match name {
        "cur-legacy" => Ok(AskedOf::Legacy),
        "cur-2.0" => Ok(AskedOf::Cur2),
        "data-export" => Ok(AskedOf::DataExport),
        _ => Err(Wrong::at(place, "`select` is for `cur-legacy`, `cur-2.0` and `data-export`")),
    }
}

fn setting_path(path: &Spanned<String>) -> Result<SettingPath, Wrong> {
    let text = path.get_ref();
    let selector = Selector::parse(text).map_err(|fault| {
        // The text stands behind its opening quote.
        let start = path.span().start + 1 + fault.at;
        Wrong { span: Some(Span::new(start, path.span().end.max(start))), message: fault.message }
    })?;
    let parents = text
        .char_indices()
        .rev()
        .filter(|(at, mark)| matches!(mark, '.' | '[') && *at > 1)
        .filter_map(|(at, _)| Selector::parse(text.get(..at)?).ok())
        .collect();
    Ok(SettingPath { text: text.clone(), selector, parents })
}

fn grammar(raw: Spanned<RawGrammar>) -> Result<Grammar, Wrong> {
    let grammar = raw.get_ref();
    let mut characters = Vec::new();
    let mut rest = grammar.characters.chars().peekable();
    while let Some(from) = rest.next() {
        let mut ahead = rest.clone();
        match (ahead.next(), ahead.next()) {
            (Some('-'), Some(to)) if from <= to => {
                characters.push((from, to));
                rest = ahead;
            }
            (Some('-'), Some(to)) => {
                return Err(Wrong::at(&raw, format!("`{from}-{to}` runs backwards")));
            }
            (_, _) => characters.push((from, from)),
        }
    }
    Ok(Grammar {
        characters,
        shortest: grammar.shortest,
        longest: grammar.longest,
        not_first: grammar.not_first.chars().collect(),
        not_last: grammar.not_last.chars().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Ask, Contract};
    use super::*;

    fn contract(lines: &str) -> String {
        format!(
            "title = \"t\"\nproduct = \"p\"\nchecked = \"2026-11-23\"\n[[demand]]\nid = \"a\"\nsection = \"Export\"\ntitle = \"t\"\nneed = \"needed\"\nask = \"setting\"\ndocument = \"export\"\nsource = \"s\"\ncase = \"granularity\"\n{lines}\n"
        )
    }

    fn read(lines: &str) -> Setting {
        let contract = Contract::read("x", &contract(lines)).unwrap();
        match contract.demands.into_iter().next().unwrap().ask {
            Ask::Setting(setting) => setting,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn faults_stand_at_their_place() {
        for (lines, underlined, message) in [
            ("select = { cur-legacy = \"$.a[?@.b = 1]\" }\none-of = []", "= 1]\"", "is no JSONPath"),
            ("select = { focus = \"$.a\" }\none-of = []", "\"$.a\"", "`select` is for"),
            ("select = {}\none-of = []\nabsent = \"maybe\"", "\"maybe\"", "`absent` is"),
            (
                "select = {}\nmatches = { characters = \"z-a\", longest = 3 }",
                "{ characters = \"z-a\", longest = 3 }",
                "runs backwards",
            ),
        ] {
            let text = contract(lines);
            let fault = Contract::read("x", &text).unwrap_err();
            assert_eq!(text.get(fault.span.range()), Some(underlined), "{lines}");
            assert!(fault.message.contains(message), "{}", fault.message);
        }
    }

    #[test]
    fn a_setting_has_one_test() {
        for lines in ["select = {}", "select = {}\none-of = []\nequals = \"x\"", "one-of = []"] {
            assert!(Contract::read("x", &contract(lines)).is_err(), "{lines}");
        }
    }

    #[test]
    fn a_path_knows_what_it_stands_in() {
        let setting =
            read("select = { \"cur-2.0\" = \"$.DataQuery.TableConfigurations.A\" }\nnone-of = [\"x\"]");
        assert_eq!(setting.select.first().unwrap().1.parents.len(), 2);
        assert_eq!(setting.absent, Absent::Unknown);
    }

    #[test]
    fn grammars() {
        let setting = read(
            "select = {}\nmatches = { characters = \"0-9a-z/-\", shortest = 1, longest = 6, not-first = \"/\", not-last = \"/\" }",
        );
        let Test::Matches(grammar) = setting.test else { panic!() };
        let failure = |text| grammar.failure(text);
        assert_eq!(failure("a/b-9"), None);
        assert_eq!(failure(""), Some((Failure::Short, 0..0)));
        assert_eq!(failure("/a"), Some((Failure::First, 0..1)));
        assert_eq!(failure("a/"), Some((Failure::Last, 1..2)));
        assert_eq!(failure("aéb"), Some((Failure::Character, 1..3)));
        assert_eq!(failure("aaaaaaa"), Some((Failure::Long, 0..7)));
    }
}
