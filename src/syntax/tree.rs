//! The tree: nodes with spans, and the issues met on the way.

use crate::source::Span;
use std::borrow::Cow;

/// What reading one text gave: a tree, always, and everything about the text that JSON does not allow.
#[derive(Debug, Clone)]
pub struct Document<'t> {
    /// The outermost value; [`Value::Missing`] for an empty text.
    pub root: Node<'t>,
    /// In the order of their places.
    pub issues: Vec<Issue>,
}

/// One value and its place. The span of a string includes its quotes.
#[derive(Debug, Clone, Default)]
pub struct Node<'t> {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub value: Value<'t>,
}

/// A value. Numbers keep the text they were written with.
#[derive(Debug, Clone, Default)]
pub enum Value<'t> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written; owned only where a query computed it.
    Number(Cow<'t, str>),
    /// A string, escapes resolved; borrowed where it has none.
    String(Cow<'t, str>),
    /// `[…]`
    Array(Vec<Node<'t>>),
    /// `{…}` with every member as written, duplicates included.
    Object(Vec<Member<'t>>),
    /// A string, or a value of any type, with *holes*: places that are filled in when it is deployed. JSON has none; a
    /// template of infrastructure as code does. A lone [`Part::Hole`] stands for a value of which nothing is known, its
    /// type included.
    Template(Vec<Part<'t>>),
    /// Text that is no JSON value: a bare word, an unreplaced placeholder such as `<account-id>`, a lone `*`.
    Bare(&'t str),
    /// Nothing stands where a value must stand.
    #[default]
    Missing,
}

/// A piece of a [`Value::Template`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'t> {
    /// Text as it will stand there.
    Text(Cow<'t, str>),
    /// What is filled in later, by the name that the user knows it by: `var.bucket`, `Bucket.Arn`.
    Hole(Cow<'t, str>),
}

/// One `key: value` of an object.
#[derive(Debug, Clone)]
pub struct Member<'t> {
    /// The key, escapes resolved; holes in it as `${name}`.
    pub key: Cow<'t, str>,
    /// The pieces of a key with holes; empty for a key without.
    pub key_parts: Vec<Part<'t>>,
    /// Where the key stands, quotes included.
    pub key_span: Span,
    /// The value.
    pub value: Node<'t>,
}

/// Something about the text that JSON does not allow, or that is known to confuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// What it is.
    pub kind: IssueKind,
    /// The smallest text that carries it; empty where something is missing.
    pub span: Span,
}

/// The kinds of [`Issue`]. The name in kebab-case is the `case` that a rule page selects (`documents/*.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IssueKind {
    /// U+FEFF at the start.
    ByteOrderMark,
    /// `//`, `#` or `/* */`.
    Comment,
    /// A comma before a closing bracket; the span is the comma.
    TrailingComma,
    /// Two values or members without a comma between them; empty, after the first of them.
    MissingComma,
    /// A comma where none belongs: the first of an object or array, or the second of two in a row.
    ExtraComma,
    /// No colon between key and value; empty, after the key.
    MissingColon,
    /// A key without a value; empty, where the value should start.
    MissingValue,
    /// `“…”` or `‘…’` used as quotes: the whole string, or one quote where the other is a straight one.
    CurlyQuote,
    /// `'…'` used as quotes: the whole string.
    SingleQuote,
    /// A key or value without quotes, or without the opening one, that is not a placeholder; also text before the
    /// document.
    BareWord,
    /// `<…>`, `${…}`, `{…}` or `…` standing unquoted for a value to be filled in.
    Placeholder,
    /// A string without its closing quote. It ends before the comma, colon or bracket that must have followed the
    /// quote, at the latest with its line.
    UnterminatedString,
    /// Control characters written raw inside a string, adjoining ones together.
    ControlCharacter,
    /// A backslash sequence that JSON does not have, or a lone surrogate.
    InvalidEscape,
    /// A number that JSON would write otherwise.
    InvalidNumber,
    /// A bracket that is never closed; the span is the bracket.
    UnclosedBracket,
    /// A bracket that closes nothing or the wrong kind, or opens a value where a key must stand.
    UnexpectedBracket,
    /// The same key a second time in one object; the span is the later key.
    DuplicateKey,
    /// Text after the document.
    TrailingText,
    /// Characters that fit nowhere: `;` or `=` as a separator, a no-break space, a quote inside a string, text behind
    /// a value.
    UnexpectedCharacter,
    /// No value at all.
    Empty,
    /// Nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH), or an alias that brings too much: the span is the bracket or
    /// the alias, and what it holds was not read.
    TooDeep,
    /// No YAML from here on; the span is the rest of the line. Nothing behind it was read.
    YamlBroken,
}
