//! Names of condition operators.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html> (checked 2026-11).

/// A condition operator, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operator {
    /// `ForAllValues:` or `ForAnyValue:`, if given.
    pub set: Option<SetOperator>,
    /// The comparison, without its negation.
    pub base: BaseOperator,
    /// A `…Not…` operator: true when the comparison is true of none of the values.
    pub negated: bool,
    /// `…IfExists`: true when the key is missing.
    pub if_exists: bool,
}

/// The prefix for keys with several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SetOperator {
    /// Every value of the request; true when there is none.
    ForAllValues,
    /// At least one value of the request; false when there is none.
    ForAnyValue,
}

/// The comparison of an operator. `ArnEquals` and `ArnLike` are the same comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BaseOperator {
    /// Exact.
    StringEquals,
    /// Without regard to case.
    StringEqualsIgnoreCase,
    /// `*` and `?` expand.
    StringLike,
    /// Equal as numbers.
    NumericEquals,
    /// Less as numbers.
    NumericLessThan,
    /// Less or equal as numbers.
    NumericLessThanEquals,
    /// Greater as numbers.
    NumericGreaterThan,
    /// Greater or equal as numbers.
    NumericGreaterThanEquals,
    /// The same instant.
    DateEquals,
    /// Before.
    DateLessThan,
    /// Before or at.
    DateLessThanEquals,
    /// After.
    DateGreaterThan,
    /// After or at.
    DateGreaterThanEquals,
    /// `true` or `false`.
    Bool,
    /// The same bytes.
    BinaryEquals,
    /// In the range.
    IpAddress,
    /// Each of the six parts matches.
    ArnLike,
    /// The key is absent (`true`) or present (`false`).
    Null,
}

impl Operator {
    /// Reads an operator name. AWS's own texts use one spelling; whether it takes others is not documented, so the
    /// comparison ignores case, as AWS's policy checks do not name case as a fault.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let (set, rest) = if let Some(rest) = lower.strip_prefix("forallvalues:") {
            (Some(SetOperator::ForAllValues), rest)
        } else if let Some(rest) = lower.strip_prefix("foranyvalue:") {
            (Some(SetOperator::ForAnyValue), rest)
        } else {
            (None, lower.as_str())
        };
        let (name, if_exists) = match rest.strip_suffix("ifexists") {
            Some(name) => (name, true),
            None => (rest, false),
        };
        let (base, negated) = base_of(name)?;
        if base == BaseOperator::Null && if_exists {
            return None;
        }
        Some(Self { set, base, negated, if_exists })
    }
}

fn base_of(lower: &str) -> Option<(BaseOperator, bool)> {
    use BaseOperator as B;
    Some(match lower {
        "stringequals" => (B::StringEquals, false),
        "stringnotequals" => (B::StringEquals, true),
        "stringequalsignorecase" => (B::StringEqualsIgnoreCase, false),
        "stringnotequalsignorecase" => (B::StringEqualsIgnoreCase, true),
        "stringlike" => (B::StringLike, false),
        "stringnotlike" => (B::StringLike, true),
        "numericequals" => (B::NumericEquals, false),
        "numericnotequals" => (B::NumericEquals, true),
        "numericlessthan" => (B::NumericLessThan, false),
        "numericlessthanequals" => (B::NumericLessThanEquals, false),
        "numericgreaterthan" => (B::NumericGreaterThan, false),
        "numericgreaterthanequals" => (B::NumericGreaterThanEquals, false),
        "dateequals" => (B::DateEquals, false),
        "datenotequals" => (B::DateEquals, true),
        "datelessthan" => (B::DateLessThan, false),
        "datelessthanequals" => (B::DateLessThanEquals, false),
        "dategreaterthan" => (B::DateGreaterThan, false),
        "dategreaterthanequals" => (B::DateGreaterThanEquals, false),
        "bool" => (B::Bool, false),
        "binaryequals" => (B::BinaryEquals, false),
        "ipaddress" => (B::IpAddress, false),
        "notipaddress" => (B::IpAddress, true),
        "arnequals" | "arnlike" => (B::ArnLike, false),
        "arnnotequals" | "arnnotlike" => (B::ArnLike, true),
        "null" => (B::Null, false),
        _ => return None,
    })
}

impl BaseOperator {
    /// Whether `${…}` in a value is a variable under this operator: String and ARN operators, and `Bool`. For `Bool` the
    /// operators page says so, while the variables page and the policy check `INVALID_VARIABLE_FOR_OPERATOR` do not.
    #[must_use]
    pub fn takes_variables(self) -> bool {
        matches!(
            self,
            BaseOperator::StringEquals
                | BaseOperator::StringEqualsIgnoreCase
                | BaseOperator::StringLike
                | BaseOperator::ArnLike
                | BaseOperator::Bool
        )
    }

    /// Whether moments are compared.
    #[must_use]
    pub fn is_date(self) -> bool {
        matches!(
            self,
            BaseOperator::DateEquals
                | BaseOperator::DateLessThan
                | BaseOperator::DateLessThanEquals
                | BaseOperator::DateGreaterThan
                | BaseOperator::DateGreaterThanEquals
        )
    }

    /// Whether `*` and `?` in a value expand under this operator.
    #[must_use]
    pub fn expands_wildcards(self) -> bool {
        matches!(self, BaseOperator::StringLike | BaseOperator::ArnLike)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_suffixes_and_negations_come_apart() {
        let op = Operator::parse("ForAllValues:StringNotLikeIfExists").unwrap();
        assert_eq!(op.set, Some(SetOperator::ForAllValues));
        assert!(op.negated && op.if_exists);
        assert_eq!(op.base, BaseOperator::StringLike);
        assert_eq!(Operator::parse("ArnEquals").unwrap().base, BaseOperator::ArnLike);
        assert!(Operator::parse("NullIfExists").is_none());
        assert!(Operator::parse("StringLikeIgnoreCase").is_none());
    }
}
