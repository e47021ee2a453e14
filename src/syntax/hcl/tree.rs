//! The tree of a text in HCL. What its names stand for is not known here.

use crate::source::Span;

/// What stands between braces, or in a file: attributes and blocks, each in the order of the text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HclBody {
    /// `name = value`
    pub attributes: Vec<HclAttribute>,
    /// `kind "label" { … }`
    pub blocks: Vec<HclBlock>,
}

/// `name = value`
#[derive(Debug, Clone, PartialEq)]
pub struct HclAttribute {
    /// The name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The value.
    pub value: HclExpr,
}

/// `kind "label" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct HclBlock {
    /// Such as `resource`, `statement`.
    pub kind: String,
    /// Where the kind stands.
    pub kind_span: Span,
    /// Such as the type and the name of a resource.
    pub labels: Vec<String>,
    /// The whole block.
    pub span: Span,
    /// What it holds.
    pub body: HclBody,
}

/// An expression and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct HclExpr {
    /// Where it stands; of a string with its quotes.
    pub span: Span,
    /// What it is.
    pub kind: HclKind,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum HclKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// As written.
    Number(String),
    /// A string or heredoc, piece by piece.
    Template(Vec<HclPart>),
    /// `[…]`
    Array(Vec<HclExpr>),
    /// `{…}`
    Object(Vec<HclItem>),
    /// A name by itself.
    Variable(String),
    /// A value and what is taken out of it.
    Traversal(Box<HclExpr>, Vec<HclStep>),
    /// `name(…)`; of a last argument with `…` nothing is made.
    Call(String, Vec<HclExpr>),
    /// `condition ? yes : no`
    Conditional(Box<[HclExpr; 3]>),
    /// `!x`, `-x`
    Unary(char, Box<HclExpr>),
    /// `x == y`, `x && y` and the like.
    Binary(String, Box<[HclExpr; 2]>),
    /// `[for …]`, `{for …}`
    For(Box<HclFor>),
    /// Something that is not looked into.
    Other,
}

/// An entry of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct HclItem {
    /// The key; a bare name is a string.
    pub key: HclExpr,
    /// The value.
    pub value: HclExpr,
}

/// What is taken out of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum HclStep {
    /// `.name`
    Attribute(String),
    /// `[…]`, `.0`
    Index(HclExpr),
    /// `[*]`, `.*`
    Splat,
}

/// `for key, value in collection : …`
#[derive(Debug, Clone, PartialEq)]
pub struct HclFor {
    /// The first of two names.
    pub key: Option<String>,
    /// The name of each value.
    pub value: String,
    /// What is walked.
    pub collection: HclExpr,
    /// For an object: the key of each entry.
    pub key_result: Option<HclExpr>,
    /// What is made of each value.
    pub result: HclExpr,
    /// `...`: entries of one key are gathered.
    pub groups: bool,
    /// `if …`
    pub condition: Option<HclExpr>,
}

/// A piece of a string.
#[derive(Debug, Clone, PartialEq)]
pub enum HclPart {
    /// Text, escapes resolved, and where it stands.
    Text(String, Span),
    /// `${…}`; the expression, and the place with its brackets.
    Value(HclExpr, Span),
    /// `%{ if … }`, `%{ for … }`
    Directive(Box<HclDirective>, Span),
}

/// A directive of a string.
#[derive(Debug, Clone, PartialEq)]
pub enum HclDirective {
    /// `%{ if … }…%{ else }…%{ endif }`
    If(HclExpr, Vec<HclPart>, Vec<HclPart>),
    /// `%{ for key, value in … }…%{ endfor }`
    For(Option<String>, String, HclExpr, Vec<HclPart>),
}

impl HclBody {
    /// The attribute of a name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&HclAttribute> {
        self.attributes.iter().find(|each| each.name == name)
    }

    /// The value of an attribute.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&HclExpr> {
        self.attribute(name).map(|each| &each.value)
    }

    /// The blocks of a kind.
    pub fn blocks_of<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = &'b HclBlock> {
        self.blocks.iter().filter(move |each| each.kind == kind)
    }
}

impl HclExpr {
    /// The text of a string without values in it.
    #[must_use]
    pub fn literal(&self) -> Option<String> {
        let HclKind::Template(parts) = &self.kind else { return None };
        parts
            .iter()
            .map(|part| match part {
                HclPart::Text(text, _) => Some(text.as_str()),
                HclPart::Value(..) | HclPart::Directive(..) => None,
            })
            .collect()
    }
}
