//! Where a product looks for the files of an export, and what it does if it finds none: `[layout]` of a consumer file.

use super::grammar::Grammar;
use serde::Deserialize;

/// How a product gets from the form to files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Layout {
    /// What the keys of an export begin with, a template of `{path}` and `{name}`. It ends in a slash; of what lies
    /// directly in that folder nothing is read, every folder in it is read with all that lies below.
    pub folder: String,
    /// One slash at the end of the path is dropped.
    pub drop_closing_slash: bool,
    /// What happens if nothing is found and the path has several folders.
    pub several_folders: IfMissing,
    /// What happens if nothing is found and the path is one folder.
    pub one_folder: IfMissing,
    /// Printable ASCII characters that path and name must not have. Others than ASCII are refused as well.
    pub refused_characters: String,
    /// What the product answers to a path with such a character, a template.
    pub refused_path: String,
    /// What the product answers to a name with such a character, a template.
    pub refused_name: String,
    /// What connecting ends in if nothing is found and that is an error, a template.
    pub refused_missing: String,
    /// What the import ends in if nothing is found, a template.
    pub import_missing: String,
    /// How many keys of a folder old releases read.
    pub page: usize,
    /// Endings of files, in the order of preference: of a later group something is read only if nothing of an earlier
    /// one was found.
    pub endings: Vec<Vec<String>>,
    /// Endings that data can have; what is not among `endings` is not read.
    pub data_endings: Vec<String>,
    /// Folders of billing periods, in the order of preference.
    pub period: Vec<Period>,
    /// How AWS lets exports be called, by type.
    #[serde(default)]
    pub name: Vec<NameRule>,
    /// How many characters path and name may have at most; a name has one at least.
    #[serde(default)]
    pub longest: Option<usize>,
    /// How many of the newest billing periods the first import reads; all of them if nothing is said.
    #[serde(default)]
    pub newest: Option<usize>,
    /// What a file shows of the settings that it was written with.
    #[serde(default)]
    pub sign: Vec<Sign>,
    /// This is where AWS writes, not the way of a product that nobody knows: nothing is refused, and a path may be empty.
    #[serde(default)]
    pub is_of_aws: bool,
    /// Where all this comes from.
    pub source: String,
}

/// How AWS lets exports of a type be called.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NameRule {
    /// The `export-type` of the form.
    pub export_type: String,
    /// How a name is written.
    pub matches: Grammar,
}

/// What files look like that were written with a setting.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sign {
    /// Values of the setting, in the two spellings that AWS has.
    pub values: Vec<String>,
    /// What keys of its files end in; empty if the setting does not show there.
    #[serde(default)]
    pub endings: Vec<String>,
    /// The `folder` of the period that they lie in; any, if it is empty.
    #[serde(default)]
    pub folders: Vec<String>,
    /// Whether a folder of the delivery stands between that of the period and the file.
    #[serde(default)]
    pub nested: Option<bool>,
}

/// What happens at connecting if no file is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IfMissing {
    /// Nothing: connecting succeeds, and the import fails.
    Silent,
    /// The last folder of the path is dropped and the product looks again; if there is still nothing, it refuses.
    RetryWithoutLastFolder,
    /// The product refuses.
    Refused,
}

/// The folder of one billing period.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Period {
    /// For which `export-type` of the form it is looked for.
    pub export_type: String,
    /// Its name, looked for anywhere in a key: `{yyyy}`, `{mm}` and `{dd}` are digits, `{m}` is a month without a leading
    /// zero. It ends in a slash.
    pub folder: String,
    /// Folders that AWS puts between the export's own and this one: empty, or a name with its slash, `{name}` for the
    /// export's.
    pub below: String,
}

impl Layout {
    /// The folder of an export.
    #[must_use]
    pub fn folder_of(&self, path: &str, name: &str) -> String {
        let folder = self.folder.replace("{path}", path).replace("{name}", name);
        if self.is_of_aws && path.is_empty() { folder.trim_start_matches('/').to_owned() } else { folder }
    }

    /// A path as the product goes on with it.
    #[must_use]
    pub fn path<'p>(&self, typed: &'p str) -> &'p str {
        if self.drop_closing_slash { typed.strip_suffix('/').unwrap_or(typed) } else { typed }
    }

    /// The first character of a value that the product refuses, with its offset.
    #[must_use]
    pub fn refused_in(&self, value: &str) -> Option<(usize, char)> {
        value.char_indices().find(|(_, c)| !c.is_ascii_graphic() || self.refused_characters.contains(*c))
    }

    /// Whether a key looks like data, by its ending.
    #[must_use]
    pub fn is_data(&self, key: &str) -> bool {
        self.data_endings.iter().any(|ending| key.ends_with(ending.as_str()))
    }

    /// Which ending a key has: the number of its group.
    #[must_use]
    pub fn ending(&self, key: &str) -> Option<usize> {
        self.endings.iter().position(|group| group.iter().any(|ending| key.ends_with(ending.as_str())))
    }
}

impl Sign {
    /// Whether a key in the folder of a period looks so.
    #[must_use]
    pub fn is_at(&self, key: &str, period: &Period) -> bool {
        let ends = || self.endings.iter().any(|ending| key.ends_with(ending.as_str()));
        let behind = period.find(key, Case::Exact).and_then(|(_, end)| key.get(end..)).unwrap_or_default();
        (self.endings.is_empty() || ends())
            && (self.folders.is_empty() || self.folders.contains(&period.folder))
            && self.nested.is_none_or(|nested| nested == behind.contains('/'))
    }

    /// What the files look like, for people.
    #[must_use]
    pub fn shown(&self, periods: &[Period]) -> String {
        let of = |folder: &String| periods.iter().find(|period| period.folder == *folder).map(Period::shown);
        let parts = self.endings.iter().cloned().chain(self.folders.iter().filter_map(of));
        parts.map(|part| format!("`{part}`")).collect::<Vec<_>>().join(" or ")
    }
}

/// A billing period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    /// Such as 2026.
    pub year: u16,
    /// 1 to 12.
    pub month: u16,
}

impl std::fmt::Display for Month {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{:04}-{:02}", self.year, self.month)
    }
}

/// How letters are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// As they are.
    Exact,
    /// Capital or small.
    Ignored,
}

impl Period {
    /// The folder's name for people: `BILLING_PERIOD=YYYY-MM/`.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut parts = self.folder.split(['{', '}']);
        let mut out = parts.next().unwrap_or_default().to_owned();
        while let Some(hole) = parts.next() {
            out.push_str(&hole.to_uppercase());
            out.push_str(parts.next().unwrap_or_default());
        }
        out
    }

    /// Year and month of a key in such a folder.
    #[must_use]
    pub fn month(&self, key: &str, case: Case) -> Option<Month> {
        let (start, end) = self.find(key, case)?;
        let mut rest = key.get(start..end)?;
        let (mut year, mut month) = (None, None);
        let mut parts = self.folder.split(['{', '}']);
        rest = rest.get(parts.next()?.len()..)?;
        while let Some(hole) = parts.next() {
            let length = digits(hole, rest.as_bytes())?;
            let number = rest.get(..length)?.parse::<u16>().ok()?;
            match hole {
                "yyyy" => year = year.or(Some(number)),
                "mm" | "m" => month = month.or(Some(number)),
                _ => {}
            }
            rest = rest.get(length + parts.next()?.len()..)?;
        }
        Some(Month { year: year?, month: month? })
    }

    /// The first place in a key where the folder stands, as offsets in bytes.
    #[must_use]
    pub fn find(&self, key: &str, case: Case) -> Option<(usize, usize)> {
        let bytes = key.as_bytes();
        (0..bytes.len()).find_map(|start| {
            let rest = bytes.get(start..)?;
            matched(&self.folder, rest, case).map(|length| (start, start + length))
        })
    }
}

/// The length of the text at the start of `bytes` that a pattern describes.
fn matched(pattern: &str, bytes: &[u8], case: Case) -> Option<usize> {
    let mut rest = pattern;
    let mut at = 0;
    while let Some(first) = rest.bytes().next() {
        if let Some((hole, behind)) = rest.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            at += digits(hole, bytes.get(at..)?)?;
            rest = behind;
            continue;
        }
        let found = *bytes.get(at)?;
        let same = match case {
            Case::Exact => found == first,
            Case::Ignored => found.eq_ignore_ascii_case(&first),
        };
        if !same {
            return None;
        }
        at += 1;
        rest = rest.get(1..)?;
    }
    Some(at)
}

/// How many digits a hole takes.
fn digits(hole: &str, bytes: &[u8]) -> Option<usize> {
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    if hole == "m" {
        return match bytes {
            [b'1', b'0'..=b'2', ..] => Some(2),
            [b'1'..=b'9', ..] => Some(1),
            _ => None,
        };
    }
    (0..hole.len()).all(is_digit).then_some(hole.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'k>(folder: &str, key: &'k str, case: Case) -> Option<&'k str> {
        let period = Period { export_type: String::new(), folder: folder.to_owned(), below: String::new() };
        period.find(key, case).and_then(|(start, end)| key.get(start..end))
    }

    #[test]
    fn folders_of_periods_are_found_as_the_product_finds_them() {
        let cur2 = "BILLING_PERIOD={yyyy}-{mm}/";
        assert_eq!(
            found(cur2, "r/e/data/BILLING_PERIOD=2026-01/f", Case::Exact),
            Some("BILLING_PERIOD=2026-01/")
        );
        assert_eq!(found(cur2, "r/e/data/billing_period=2026-01/f", Case::Exact), None);
        assert!(found(cur2, "r/e/data/billing_period=2026-01/f", Case::Ignored).is_some());
        assert_eq!(found(cur2, "r/e/data/BILLING_PERIOD=2026-1/f", Case::Exact), None);
        assert_eq!(found(cur2, "BILLING_PERIOD=2026-01", Case::Exact), None);
        let csv = "{yyyy}{mm}{dd}-{yyyy}{mm}{dd}/";
        assert_eq!(found(csv, "r/e/20260101-20260201/f", Case::Exact), Some("20260101-20260201/"));
        assert_eq!(found(csv, "r/e/2026010-20260201/f", Case::Exact), None);
        let athena = "year={yyyy}/month={m}/";
        assert_eq!(found(athena, "e/year=2026/month=1/f", Case::Exact), Some("year=2026/month=1/"));
        assert_eq!(found(athena, "e/year=2026/month=12/f", Case::Exact), Some("year=2026/month=12/"));
        assert_eq!(found(athena, "e/year=2026/month=13/f", Case::Exact), None);
        assert_eq!(found(athena, "e/year=2026/month=01/f", Case::Exact), None);
        assert_eq!(found(athena, "é", Case::Exact), None);
        let period = Period { export_type: String::new(), folder: athena.to_owned(), below: String::new() };
        assert_eq!(period.shown(), "year=YYYY/month=M/");
        for (folder, key, month) in [
            (cur2, "r/e/data/BILLING_PERIOD=2026-01/f", "2026-01"),
            (csv, "r/e/20260201-20260301/f", "2026-02"),
            (athena, "e/year=2026/month=3/f", "2026-03"),
            (athena, "e/year=2026/month=12/f", "2026-12"),
        ] {
            let period =
                Period { export_type: String::new(), folder: folder.to_owned(), below: String::new() };
            assert_eq!(period.month(key, Case::Exact).unwrap().to_string(), month);
        }
    }
}

/// What is asked about path, name and type of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayoutQuestion {
    /// They can be those of an export at all.
    Typed,
    /// Connecting succeeds.
    Connect,
    /// The import finds files.
    Import,
    /// No data below the export's folder is passed over.
    Ignored,
    /// Old releases read every file.
    Page,
    /// The files that are read can be had as they are: none is archived.
    Readable,
    /// No month is missing between others.
    Gaps,
    /// The newest files look as those of an export do that is set as the contract asks.
    Written,
}

impl LayoutQuestion {
    /// The question of a name in a consumer file.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "typed" => Self::Typed,
            "connect" => Self::Connect,
            "import" => Self::Import,
            "ignored" => Self::Ignored,
            "page" => Self::Page,
            "readable" => Self::Readable,
            "gaps" => Self::Gaps,
            "written" => Self::Written,
            _ => return None,
        })
    }
}
