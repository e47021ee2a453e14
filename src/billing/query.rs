//! The columns and the table of an export's query. What is not sure to be understood is *unknown*, never guessed.
//!
//! Data Exports take `SELECT`, `AS`, `FROM`, `WHERE` and `LIMIT` alone, with keywords in any case.
//! <https://docs.aws.amazon.com/cur/latest/userguide/dataexports-data-query.html> (checked 2026-11)

use std::ops::Range;

/// What of a query is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The columns of the files that are delivered.
    pub columns: Columns,
    /// The name behind `FROM`.
    pub table: Option<String>,
    /// The bytes of that name in the statement.
    pub table_range: Range<usize>,
    /// The bytes of what leaves rows out: `WHERE …`, `LIMIT …`.
    pub limits: Option<Range<usize>>,
    /// The bytes of `LIMIT …`.
    pub limit: Option<Range<usize>>,
    /// The statement is read to its end: it is of one table, and nothing of it is left over.
    pub is_whole: bool,
}

/// The columns of the files that are delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Columns {
    /// `*`: every column of the table.
    All,
    /// These and no others.
    Listed(Vec<Column>),
    /// The list cannot be read.
    Unknown,
}

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name that the delivered file has it under: what stands behind `AS`, or else the column itself.
    pub name: String,
    /// The column of the table, where the entry is one and nothing else.
    pub from: Option<String>,
    /// The bytes of the entry in the statement.
    pub range: Range<usize>,
}

impl Columns {
    /// Whether the delivered files have a column; nothing if the list cannot be read.
    #[must_use]
    pub fn has(&self, name: &str) -> Option<bool> {
        match self {
            Self::All => Some(true),
            Self::Listed(list) => Some(list.iter().any(|column| column.name == name)),
            Self::Unknown => None,
        }
    }
}

impl Query {
    /// Reads a statement.
    #[must_use]
    pub fn read(statement: &str) -> Self {
        let Some(Split { ranges, table, table_range, tail }) = split(statement) else {
            return Self {
                columns: Columns::Unknown,
                table: None,
                table_range: 0..0,
                limits: None,
                limit: None,
                is_whole: false,
            };
        };
        let Tail { alias, limits, limit, is_whole } = tail;
        let owners: Vec<&str> = table.as_deref().into_iter().chain(alias.as_deref()).collect();
        let entries: Option<Vec<Entry>> =
            ranges.into_iter().map(|range| entry(statement, range, &owners)).collect();
        let columns = match entries.filter(|_| is_whole) {
            None => Columns::Unknown,
            Some(list) if list.iter().any(|entry| matches!(entry, Entry::All)) => Columns::All,
            Some(list) => {
                let columns = list.into_iter().filter_map(|entry| match entry {
                    Entry::Column(column) => Some(column),
                    Entry::All => None,
                });
                Columns::Listed(columns.collect())
            }
        };
        Self { columns, table, table_range, limits, limit, is_whole }
    }
}

enum Entry {
    All,
    Column(Column),
}

struct Split {
    ranges: Vec<Range<usize>>,
    table: Option<String>,
    table_range: Range<usize>,
    tail: Tail,
}

/// What stands behind the table.
#[derive(Default)]
struct Tail {
    alias: Option<String>,
    limits: Option<Range<usize>>,
    limit: Option<Range<usize>>,
    is_whole: bool,
}

/// Cuts the list between `SELECT` and `FROM` at its commas, and takes the name behind `FROM`.
fn split(statement: &str) -> Option<Split> {
    let mut words = Words { text: statement, at: 0 };
    let select = words.next()?;
    if !statement.get(select.clone())?.eq_ignore_ascii_case("select") {
        return None;
    }
    let mut ranges = Vec::new();
    let mut current: Option<Range<usize>> = None;
    let mut depth = 0usize;
    while let Some(word) = words.next() {
        let text = statement.get(word.clone())?;
        match text {
            "," if depth == 0 => {
                ranges.push(current.take()?);
                continue;
            }
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.checked_sub(1)?,
            _ if depth == 0 && text.eq_ignore_ascii_case("from") => {
                ranges.push(current.take()?);
                let table_range = words.next().unwrap_or(word.end..word.end);
                let table = statement.get(table_range.clone()).map(bare).filter(|table| is_name(table));
                let table = table.map(str::to_owned);
                let tail = tail(statement, words).filter(|_| table.is_some()).unwrap_or_default();
                return Some(Split { ranges, table, table_range, tail });
            }
            _ => {}
        }
        current = Some(current.map_or(word.clone(), |range| range.start..word.end));
    }
    None
}

/// The rest of the statement: another name for the table, and what leaves rows out. Nothing if it is anything else, such as a
/// second table or a second statement.
fn tail(statement: &str, words: Words<'_>) -> Option<Tail> {
    let mut words = words.filter(|word| statement.get(word.clone()) != Some(";")).peekable();
    let text = |word: &Range<usize>| statement.get(word.clone()).unwrap_or_default();
    let is = |word: &Range<usize>, wanted: &str| text(word).eq_ignore_ascii_case(wanted);
    let begins = |word: &Range<usize>| is(word, "where") || is(word, "limit");
    let mut tail = Tail { is_whole: true, ..Tail::default() };
    if words.next_if(|word| is(word, "as")).is_some() || words.peek().is_some_and(|word| !begins(word)) {
        let alias = words.next().filter(|word| is_name(bare(text(word))))?;
        tail.alias = Some(bare(text(&alias)).to_owned());
    }
    let Some(first) = words.next() else { return Some(tail) };
    let rest: Vec<Range<usize>> = words.collect();
    let end = rest.last().map_or(first.end, |last| last.end);
    let limit = if is(&first, "limit") {
        Some(first.clone())
    } else {
        rest.iter().find(|word| is(word, "limit")).cloned()
    };
    tail.limit = limit.map(|limit| limit.start..end);
    let condition: Vec<&str> = rest.iter().take_while(|word| !is(word, "limit")).map(text).collect();
    tail.limits = match (begins(&first), is(&first, "where") && is_always_true(&condition)) {
        (true, false) => Some(first.start..end),
        (true, true) => tail.limit.clone(),
        (false, _) => return None,
    };
    // A condition has no statement of its own that adds rows or tables.
    let adds = ["union", "intersect", "except", "join", "from", "group", "order", "having", "offset"];
    (!rest.iter().any(|word| adds.iter().any(|add| is(word, add)))).then_some(tail)
}

/// Whether a condition holds for every row: `TRUE`, or a literal that equals itself.
fn is_always_true(condition: &[&str]) -> bool {
    let is_literal = |word: &str| word.starts_with('\'') || word.bytes().all(|byte| byte.is_ascii_digit());
    match condition {
        [word] => word.eq_ignore_ascii_case("true"),
        [left, "=", right] => left == right && is_literal(left),
        _ => false,
    }
}

fn entry(statement: &str, range: Range<usize>, owners: &[&str]) -> Option<Entry> {
    let text = statement.get(range.clone())?;
    let words: Vec<&str> = Words { text, at: 0 }.filter_map(|word| text.get(word)).collect();
    let own = |name: &str| {
        let name = bare(name);
        match name.split_once('.') {
            Some((first, rest)) if owners.contains(&first) => rest.to_owned(),
            _ => name.to_owned(),
        }
    };
    match words.as_slice() {
        [star] if own(star) == "*" => Some(Entry::All),
        [name] if is_name(bare(name)) => {
            let name = own(name);
            Some(Entry::Column(Column { from: Some(name.clone()), name, range }))
        }
        [.., r#as, name] if r#as.eq_ignore_ascii_case("as") && is_name(bare(name)) => {
            let from = match words.as_slice() {
                [column, _, _] if is_name(bare(column)) => Some(own(column)),
                _ => None,
            };
            Some(Entry::Column(Column { name: bare(name).to_owned(), from, range }))
        }
        _ => None,
    }
}

/// Without the quotes of an identifier.
fn bare(word: &str) -> &str {
    ['"', '`']
        .into_iter()
        .find_map(|quote| word.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)))
        .unwrap_or(word)
}

fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

/// Words, quoted texts and single marks, as ranges of bytes.
struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl Iterator for Words<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..)?;
        let start = self.at + rest.find(|next: char| !next.is_whitespace())?;
        let rest = self.text.get(start..)?;
        let first = rest.chars().next()?;
        let length = match first {
            '"' | '`' | '\'' => rest.get(1..)?.find(first).map_or(rest.len(), |end| end + 2),
            _ if in_word(first) => rest.find(|next| !in_word(next)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        self.at = start + length;
        Some(start..self.at)
    }
}

/// A star belongs to `table.*`.
fn in_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.' | '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(statement: &str) -> Option<Vec<String>> {
        match Query::read(statement).columns {
            Columns::Listed(list) => Some(list.into_iter().map(|column| column.name).collect()),
            Columns::All | Columns::Unknown => None,
        }
    }

    #[test]
    fn a_list_of_columns() {
        let query = "SELECT a, line_item_blended_cost AS cost,\n T.c, \"d\" , product.region, concat(x, y) as e FROM T WHERE a = 'FROM, b'";
        assert_eq!(names(query).unwrap(), ["a", "cost", "c", "d", "product.region", "e"]);
        let read = Query::read(query);
        assert_eq!((read.table.as_deref(), query.get(read.table_range)), (Some("T"), Some("T")));
        let Columns::Listed(list) = Query::read(query).columns else { panic!() };
        assert_eq!(query.get(list[1].range.clone()), Some("line_item_blended_cost AS cost"));
        assert_eq!(list[1].from.as_deref(), Some("line_item_blended_cost"));
        assert_eq!(list[5].from, None);
    }

    #[test]
    fn what_leaves_rows_out() {
        let limits = |query: &'static str| Query::read(query).limits.and_then(|range| query.get(range));
        assert_eq!(limits("SELECT a FROM T where b = 'x' LIMIT 5; "), Some("where b = 'x' LIMIT 5"));
        assert_eq!(limits("SELECT * FROM T LIMIT 5"), Some("LIMIT 5"));
        assert_eq!(limits("SELECT * FROM T;"), None);
        assert_eq!(limits("SELECT * FROM T"), None);
        assert_eq!(limits("SELECT * FROM T WHERE 1 = 1"), None);
        assert_eq!(limits("SELECT * FROM T WHERE TRUE LIMIT 5"), Some("LIMIT 5"));
        assert_eq!(limits("SELECT * FROM T WHERE 1 = 2"), Some("WHERE 1 = 2"));
        let limit = |query: &'static str| Query::read(query).limit.and_then(|range| query.get(range));
        assert_eq!(limit("SELECT * FROM T WHERE a = 'b' LIMIT 5"), Some("LIMIT 5"));
        assert_eq!(limit("SELECT * FROM T WHERE a = 'LIMIT 5'"), None);
    }

    #[test]
    fn another_name_for_the_table() {
        for query in [
            "SELECT c.a, b FROM T AS c",
            "SELECT c.a, T.b FROM T c WHERE c.a = 1",
            "SELECT c.a, b FROM T as c;",
        ] {
            assert_eq!(names(query).unwrap(), ["a", "b"], "{query}");
            assert_eq!(Query::read(query).table.as_deref(), Some("T"), "{query}");
        }
        assert_eq!(Query::read("SELECT c.* FROM T AS c").columns, Columns::All);
    }

    #[test]
    fn a_star_is_every_column() {
        for query in ["SELECT * FROM T", "select T.* from T limit 5", "SELECT a, * FROM T"] {
            assert_eq!(Query::read(query).columns, Columns::All, "{query}");
        }
        assert_eq!(Columns::All.has("anything"), Some(true));
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        let long = "(".repeat(100_000);
        for query in [
            "",
            "SELECT",
            "SELECT a",
            "SELECT a,, b FROM T",
            "SELECT * FROM (SELECT a FROM T) t",
            "SELECT * FROM (SELECT * FROM T LIMIT 10)",
            "SELECT a FROM T UNION SELECT b FROM T",
            "SELECT * FROM T UNION ALL SELECT * FROM T",
            "SELECT * FROM T WHERE a = 1 UNION SELECT * FROM U",
            "SELECT * FROM T, U",
            "SELECT * FROM T JOIN U ON a = b",
            "SELECT * FROM T AS t INNER JOIN U AS u ON a = b",
            "SELECT a FROM T GROUP BY a",
            "SELECT a FROM T AS",
            "SELECT a FROM T ORDER BY a",
            "SELECT a FROM",
            "SELECT concat(a) FROM T",
            "DELETE a FROM T",
            &long,
        ] {
            assert_eq!(Query::read(query).columns, Columns::Unknown, "{query}");
        }
        assert_eq!(Query::read("SELECT DISTINCT a FROM T").columns, Columns::Unknown);
        assert_eq!(Query::read("SELECT f(a) FROM T").table.as_deref(), Some("T"));
        assert_eq!(Query::read("SELECT f(a) FROM ${table}").table, None);
    }

    #[test]
    fn columns_are_told_apart_by_case() {
        assert_eq!(Query::read("SELECT A FROM T").columns.has("a"), Some(false));
        assert_eq!(Query::read("SELECT a FROM T").columns.has("a"), Some(true));
    }
}
