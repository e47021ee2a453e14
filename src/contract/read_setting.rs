//! Reads what a consumer file says of a setting.

use super::grammar::{RawGrammar, grammar};
use super::setting::{Absent, AskedOf, Setting, SettingPath, Test};
use crate::source::Span;
use crate::syntax::Selector;
use std::collections::BTreeMap;
use toml::Spanned;

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

/// What is wrong, and where if it is not the demand as a whole.
pub(super) struct Wrong {
    pub(super) span: Option<Span>,
    pub(super) message: String,
}

impl Wrong {
    fn whole(message: &str) -> Self {
        Self { span: None, message: message.to_owned() }
    }

    pub(super) fn at<T>(place: &Spanned<T>, message: impl Into<String>) -> Self {
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

#[cfg(test)]
mod tests {
    use super::super::{Absent, Ask, Contract, Setting};

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
}
