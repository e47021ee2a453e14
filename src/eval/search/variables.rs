//! Variables of which nobody knows whether they have a value: with one and without one are two requests.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value> (checked 2026-11)

use super::{Dimension, Search};
use crate::eval::context::ContextValue;
use crate::eval::request::Request;

impl Search<'_, '_> {
    /// The key of which a dimension says whether it is there, if texts have it as a variable and nobody knows.
    pub(super) fn variable_of(&self, dimension: Dimension, request: &Request) -> Option<&str> {
        let key = self.set.key_name(self.set.presence_of(dimension.atom()?)?);
        let is_unseen = request.context.get(key) == Some(&ContextValue::Unseen);
        (is_unseen && self.set.template_keys().any(|name| name == key)).then_some(key)
    }

    /// The request in which it is known whether such a key is there.
    pub(super) fn with_variable(
        &self,
        request: &Request,
        (dimension, option): (Dimension, usize),
    ) -> Option<Request> {
        let key = self.variable_of(dimension, request)?;
        let mut request = request.clone();
        match option {
            0 => request.context.remove(key),
            _ => request.context.set(key, ContextValue::Unknown),
        }
        Some(request)
    }
}

/// Whether a key has a value with a wildcard in it: AWS does not say whether it expands where a variable stands for it.
pub(super) fn is_wild(request: &Request, key: &str) -> bool {
    matches!(request.context.get(key), Some(ContextValue::One(value)) if value.contains(['*', '?']))
}

/// Whether a key has one value, or none, which nobody knows.
pub(super) fn is_unknown(request: &Request, key: &str) -> bool {
    matches!(
        request.context.get(key),
        Some(ContextValue::Unknown | ContextValue::Within(_) | ContextValue::Unseen)
    )
}

/// Whether nobody knows the value of a key.
pub(super) fn is_open(request: &Request, key: &str) -> bool {
    matches!(
        request.context.get(key),
        Some(ContextValue::Unknown | ContextValue::Within(_) | ContextValue::Unseen | ContextValue::Every(_))
    )
}
