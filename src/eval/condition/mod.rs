//! One value of a condition against one value of a request. How tests combine into a clause is for `decide`.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html> (checked 2026-11).

mod arn;
mod binary;
mod date;
mod ip;
mod number;
mod template;

use super::context::Context;
use super::glob::Glob;
use crate::policy::{BaseOperator, variable};

pub use arn::ArnGlob;
pub use date::Instant;
pub use ip::Network;
pub use number::Decimal;
pub use template::Template;

/// The outcome of an elementary test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// A variable of the policy has no value: the text stands for nothing.
    Null,
    /// The value of the request, or of the policy, is not of the operator's type: the condition is false, negated or not.
    Mistyped,
    /// It cannot be computed.
    Free,
}

impl From<bool> for Truth {
    fn from(truth: bool) -> Self {
        if truth { Truth::Yes } else { Truth::No }
    }
}

/// The compiled value of a condition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Operand {
    /// An exact text.
    Text(Box<str>),
    /// A text in lower case.
    Folded(Box<str>),
    /// A pattern.
    Glob(Glob),
    /// Six patterns.
    Arn(Box<ArnGlob>),
    /// A text with variables, for the operator it stands under.
    Template(Template),
    /// A number.
    Number(Decimal),
    /// An instant.
    Date(Instant),
    /// `true` or `false`.
    Flag(bool),
    /// A range of addresses.
    Network(Network),
    /// An IPv6 address without a prefix: AWS says the default prefix is `/32` and does not say whether it means this family.
    BareV6(Network, Network),
    /// Bytes.
    Bytes(Box<[u8]>),
    /// A text that is no value of the operator's type: it equals nothing.
    Mistyped,
    /// A text nobody can read, such as an unquoted placeholder.
    Unreadable,
}

/// One value under one operator.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ValueTest {
    /// The comparison.
    pub base: BaseOperator,
    /// With what.
    pub operand: Operand,
}

impl ValueTest {
    /// What every value comes to, where none passes: a text of the wrong type, or a variable that has no value.
    #[must_use]
    pub fn hopeless(&self, context: &Context) -> Option<Truth> {
        match &self.operand {
            Operand::Mistyped => Some(Truth::Mistyped),
            Operand::Template(template) if template.is_null(context) => Some(Truth::Null),
            _ => None,
        }
    }

    /// Compiles a condition value. `variables`: the document's version has variables.
    #[must_use]
    pub fn new(base: BaseOperator, text: &str, variables: bool) -> Self {
        let template = (variables && base.takes_variables()).then(|| variable::pieces(text)).flatten();
        let operand = match (template, base) {
            (Some(pieces), _) => Operand::Template(Template::new(pieces)),
            (None, base) => Self::plain(base, text),
        };
        Self { base, operand }
    }

    fn plain(base: BaseOperator, text: &str) -> Operand {
        use BaseOperator as B;
        let or_mistyped = |operand: Option<Operand>| operand.unwrap_or(Operand::Mistyped);
        match base {
            B::StringEquals => Operand::Text(text.into()),
            B::StringEqualsIgnoreCase => Operand::Folded(text.to_lowercase().into()),
            B::StringLike => Operand::Glob(Glob::new(text)),
            B::ArnLike => or_mistyped(ArnGlob::new(text).map(|arn| Operand::Arn(Box::new(arn)))),
            B::NumericEquals
            | B::NumericLessThan
            | B::NumericLessThanEquals
            | B::NumericGreaterThan
            | B::NumericGreaterThanEquals => or_mistyped(Decimal::parse(text).map(Operand::Number)),
            B::DateEquals
            | B::DateLessThan
            | B::DateLessThanEquals
            | B::DateGreaterThan
            | B::DateGreaterThanEquals => or_mistyped(Instant::parse(text).map(Operand::Date)),
            B::Bool | B::Null => or_mistyped(flag(text).map(Operand::Flag)),
            B::BinaryEquals => or_mistyped(binary::decode(text).map(Operand::Bytes)),
            B::IpAddress => or_mistyped(Network::parse(text).map(|exact| {
                let wide = text
                    .parse::<std::net::Ipv6Addr>()
                    .ok()
                    .and_then(|_| Network::parse(&format!("{text}/32")));
                wide.map_or(Operand::Network(exact), |wide| Operand::BareV6(exact, wide))
            })),
        }
    }

    /// Whether a value of the request passes.
    #[must_use]
    pub fn test(&self, value: &str, context: &Context) -> Truth {
        match &self.operand {
            Operand::Text(text) => (**text == *value).into(),
            Operand::Folded(text) => fold_equals(text, value).into(),
            Operand::Glob(glob) => glob.matches(value).into(),
            Operand::Arn(arn) => typed(crate::policy::arn::split(value), |parts| arn.matches_parts(parts)),
            Operand::Template(template) => template.test(self.base, value, context),
            Operand::Number(number) => typed(Decimal::parse(value), |have| self.compares(have.cmp(number))),
            Operand::Date(date) => typed(Instant::parse(value), |have| self.compares(have.cmp(date))),
            Operand::Flag(want) => typed(flag(value), |have| have == *want),
            Operand::Network(network) => typed(Network::parse(value), |have| network.contains(&have)),
            Operand::BareV6(exact, wide) => match (exact.contains_text(value), wide.contains_text(value)) {
                _ if Network::parse(value).is_none() => Truth::Mistyped,
                (left, right) if left == right => left.into(),
                _ => Truth::Free,
            },
            Operand::Bytes(bytes) => typed(binary::decode(value), |have| have == *bytes),
            Operand::Mistyped => Truth::Mistyped,
            Operand::Unreadable => Truth::Free,
        }
    }

    /// Whether it is plain that no value passes this test and the other one.
    #[must_use]
    pub fn excludes(&self, other: &ValueTest) -> bool {
        let context = Context::default();
        match (&self.operand, &other.operand) {
            (Operand::Network(left), Operand::Network(right)) => {
                let (left, right) = (left.bounds(), right.bounds());
                left.2 != right.2 || left.1 < right.0 || right.1 < left.0
            }
            (
                Operand::Text(text),
                Operand::Text(_) | Operand::Folded(_) | Operand::Glob(_) | Operand::Arn(_),
            ) => other.test(text, &context) != Truth::Yes,
            (Operand::Folded(_) | Operand::Glob(_) | Operand::Arn(_), Operand::Text(_)) => {
                other.excludes(self)
            }
            _ => false,
        }
    }

    fn compares(&self, order: std::cmp::Ordering) -> bool {
        use BaseOperator as B;
        match self.base {
            B::NumericLessThan | B::DateLessThan => order.is_lt(),
            B::NumericLessThanEquals | B::DateLessThanEquals => order.is_le(),
            B::NumericGreaterThan | B::DateGreaterThan => order.is_gt(),
            B::NumericGreaterThanEquals | B::DateGreaterThanEquals => order.is_ge(),
            B::NumericEquals
            | B::DateEquals
            | B::StringEquals
            | B::StringEqualsIgnoreCase
            | B::StringLike
            | B::Bool
            | B::BinaryEquals
            | B::IpAddress
            | B::ArnLike
            | B::Null => order.is_eq(),
        }
    }
}

fn typed<T>(value: Option<T>, holds: impl Fn(T) -> bool) -> Truth {
    value.map_or(Truth::Mistyped, |value| holds(value).into())
}

fn flag(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

fn fold_equals(lower: &str, value: &str) -> bool {
    if value.is_ascii() { lower.eq_ignore_ascii_case(value) } else { lower == value.to_lowercase() }
}
