//! JSONPath (RFC 9535) on the tree. Nothing else names the library that runs it.
//!
//! A path selects; what IAM means by a value ("string or array") is not its business
//! ([`Node::iter_one_or_many`] is).

use super::{Node, Value};
use crate::source::Span;
use jsonpath_rust::parser::errors::JsonPathError;
use jsonpath_rust::parser::model::JpQuery;
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use jsonpath_rust::query::queryable::Queryable;
use std::borrow::Cow;

/// A path, read once and used on many trees.
#[derive(Debug, Clone)]
pub struct Selector {
    way: Way,
}

/// How a path is walked.
#[derive(Debug, Clone)]
enum Way {
    /// From member to member, `$.DataQuery.QueryStatement`: what settings of products are nearly always. Walked here,
    /// because reading one with the library's grammar costs more than judging a policy does. A test holds this to what
    /// the library selects.
    Members(Box<[Box<str>]>),
    /// By the library.
    Query(Box<JpQuery>),
}

/// A path that cannot be read. Who wrote the rule or consumer file must act.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SelectorFault {
    /// What is wrong with it.
    pub message: String,
    /// The byte offset in the path at which it cannot be read any further.
    pub at: usize,
}

impl Selector {
    /// Reads a path such as `$.Statement[*].Action`.
    ///
    /// # Errors
    ///
    /// If the text is no JSONPath, or uses a function that RFC 9535 does not have.
    pub fn parse(path: &str) -> Result<Self, SelectorFault> {
        if let Some(members) = members(path) {
            return Ok(Self { way: Way::Members(members) });
        }
        match parse_json_path(path) {
            Ok(query) => Ok(Self { way: Way::Query(Box::new(query)) }),
            Err(error) => Err(fault(path, &error)),
        }
    }
}

/// Every node that a path selects, in the order of the library, which is the order of the text but for `..`.
#[must_use]
pub fn select<'n, 't>(root: &'n Node<'t>, path: &Selector) -> Vec<&'n Node<'t>> {
    match &path.way {
        Way::Members(members) => {
            members.iter().try_fold(root, |node, name| Node::get(node, name)).into_iter().collect()
        }
        Way::Query(query) => {
            let hits = js_path_process(query, root).unwrap_or_default();
            hits.into_iter().map(|hit| hit.val).collect()
        }
    }
}

/// The names of a path that only goes from member to member, in letters, digits and underscores.
fn members(path: &str) -> Option<Box<[Box<str>]>> {
    let name = |name: &str| {
        let plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        plain.then(|| name.into())
    };
    path.strip_prefix("$.")?.split('.').map(name).collect()
}

/// The parser's own words name its grammar (`expected atom_expr`), so only the place is taken from it.
fn fault(path: &str, error: &JsonPathError) -> SelectorFault {
    let at = match error {
        JsonPathError::PestError(error) => first_number(&format!("{:?}", error.location)),
        _ => 0,
    };
    SelectorFault { message: format!("`{path}` is no JSONPath"), at }
}

/// The start in `Pos(4)` or `Span((4, 6))`. The type belongs to a library that is no dependency of ours.
fn first_number(location: &str) -> usize {
    let digits = location.trim_start_matches(|next: char| !next.is_ascii_digit());
    let end = digits.find(|next: char| !next.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end).and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// What a query computes stands nowhere.
fn computed<'t>(value: Value<'t>) -> Node<'t> {
    Node { span: Span::default(), value }
}

impl From<&str> for Node<'_> {
    fn from(text: &str) -> Self {
        computed(Value::String(Cow::Owned(text.to_owned())))
    }
}

impl From<String> for Node<'_> {
    fn from(text: String) -> Self {
        computed(Value::String(Cow::Owned(text)))
    }
}

impl From<bool> for Node<'_> {
    fn from(flag: bool) -> Self {
        computed(Value::Bool(flag))
    }
}

impl From<i64> for Node<'_> {
    fn from(number: i64) -> Self {
        computed(Value::Number(Cow::Owned(number.to_string())))
    }
}

impl From<f64> for Node<'_> {
    fn from(number: f64) -> Self {
        computed(Value::Number(Cow::Owned(number.to_string())))
    }
}

impl<'t> From<Vec<Node<'t>>> for Node<'t> {
    fn from(items: Vec<Node<'t>>) -> Self {
        computed(Value::Array(items))
    }
}

impl Queryable for Node<'_> {
    fn get(&self, key: &str) -> Option<&Self> {
        Node::get(self, key)
    }

    fn as_array(&self) -> Option<&Vec<Self>> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    fn as_object(&self) -> Option<Vec<(&str, &Self)>> {
        let members = Node::as_object(self)?;
        Some(members.iter().map(|member| (&*member.key, &member.value)).collect())
    }

    fn as_str(&self) -> Option<&str> {
        Node::as_str(self)
    }

    fn as_i64(&self) -> Option<i64> {
        match &self.value {
            Value::Number(number) => number.parse().ok(),
            _ => None,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        match &self.value {
            Value::Number(number) => number.parse().ok(),
            _ => None,
        }
    }

    fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    fn null() -> Self {
        computed(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::read_json;

    const POLICY: &str = r#"{"Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Max": 1.0},
        {"Effect": "Deny", "Action": "s3:*", "Effect": "Deny", "Max": 20}
    ]}"#;

    fn texts(path: &str) -> Vec<&'static str> {
        let document = read_json(POLICY);
        let selector = Selector::parse(path).unwrap();
        select(&document.root, &selector).iter().map(|node| POLICY.get(node.span.range()).unwrap()).collect()
    }

    #[test]
    fn hits_carry_their_places() {
        assert_eq!(texts("$.Statement[*].Action[*]"), [r#""s3:GetObject""#, r#""s3:ListBucket""#]);
        assert_eq!(texts("$.Statement[1]['Action']"), [r#""s3:*""#]);
        assert_eq!(texts("$..Max"), ["1.0", "20"]);
        assert!(texts("$.Nothing").is_empty());
    }

    #[test]
    fn comparisons_do_not_look_at_places() {
        assert_eq!(texts("$.Statement[?@.Effect=='Deny'].Action"), [r#""s3:*""#]);
        assert_eq!(texts("$.Statement[?@.Max==1].Max"), ["1.0"]);
        assert_eq!(texts("$.Statement[?@.Max>5].Max"), ["20"]);
        assert_eq!(texts("$.Statement[?length(@.Action)==2].Max"), ["1.0"]);
        assert_eq!(texts("$.Statement[?match(@.Action, 's3:.')].Max"), ["20"]);
    }

    #[test]
    fn the_short_way_selects_what_the_library_selects() {
        let document = read_json(
            r#"{"a": {"b": {"c": [1, {"b": 2}], "c": "x"}, "_1": null}, "b": [{"c": 1}], "true": 1, "": {"a": 1}}"#,
        );
        for path in
            ["$.a", "$.a.b", "$.a.b.c", "$.a._1", "$.a.c", "$.b.c", "$.b", "$.true", "$.a.b.c.b", "$.x"]
        {
            let short = Selector { way: Way::Members(members(path).unwrap()) };
            let long = Selector { way: Way::Query(Box::new(parse_json_path(path).unwrap())) };
            let places =
                |selector| select(&document.root, selector).iter().map(|node| node.span).collect::<Vec<_>>();
            assert_eq!(places(&short), places(&long), "{path}");
        }
        for other in
            ["$", "$.", "$..a", "$.a.", "$.1", "$.a[0]", "$.a-b", "$['a']", "a", "$.a b", "$.é", "$.*"]
        {
            assert!(members(other).is_none(), "{other}");
        }
    }

    #[test]
    fn of_duplicate_keys_the_last_one_counts() {
        let document = read_json(r#"{"a": 1, "a": 2}"#);
        let hits = select(&document.root, &Selector::parse("$.a").unwrap());
        assert_eq!(hits, [&read_json("2").root]);
    }

    #[test]
    fn a_faulty_path_names_the_place() {
        let fault = Selector::parse("$.a[?@.b = 1]").unwrap_err();
        assert_eq!((fault.message.as_str(), fault.at), ("`$.a[?@.b = 1]` is no JSONPath", 9));
        assert!(Selector::parse("$[?glob(@, 'a')]").is_err());
        assert!(Selector::parse("").is_err());
        assert!(Selector::parse(&"[".repeat(100_000)).is_err());
    }
}
