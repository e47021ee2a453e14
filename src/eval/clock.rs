//! The moment of a request, which two condition keys hold: one as a date, the other in seconds.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-epochtime> (checked 2026-11)

use super::condition::Instant;
use super::context::Context;
use crate::policy::{BaseOperator, Clause, Operator, Text};

/// The moment as a date.
pub const CURRENT_TIME: &str = "aws:CurrentTime";
/// The same moment in seconds since 1970.
pub const EPOCH_TIME: &str = "aws:EpochTime";

/// The key of the two that a text names, however it is spelled.
#[must_use]
pub fn clock(key: &str) -> Option<&'static str> {
    [CURRENT_TIME, EPOCH_TIME].into_iter().find(|clock| clock.eq_ignore_ascii_case(key))
}

/// A moment as one of the two keys has it.
#[must_use]
pub fn clock_text(key: &str, moment: Instant) -> String {
    if key.eq_ignore_ascii_case(EPOCH_TIME) { moment.epoch_seconds() } else { moment.date() }
}

/// The moment of a request as a key has it, if it is one of the two and the request tells which moment it is: conditions on
/// either look at the date, wherever the moment was found.
#[must_use]
pub fn clock_of(context: &Context, key: &str) -> Option<String> {
    let key = clock(key)?;
    let told = |clock: &str| context.get(&clock.to_ascii_lowercase())?.told();
    let value = told(CURRENT_TIME).or_else(|| told(EPOCH_TIME))?;
    Some(Instant::parse(&value).map_or(value, |moment| clock_text(key, moment)))
}

/// A request that tells the seconds alone tells the date, too.
pub(in crate::eval) fn one_clock(context: &mut Context) {
    if let Some(seconds) = context.get(&EPOCH_TIME.to_ascii_lowercase()).cloned() {
        context.set_default(CURRENT_TIME, seconds);
    }
}

/// A condition on `aws:EpochTime` as the one on `aws:CurrentTime` that says the same: both are the moment of the request.
pub(in crate::eval) fn as_clock(clause: &Clause) -> Option<(&'static str, Operator)> {
    use BaseOperator as B;
    let operator = clause.parsed.filter(|_| clause.key.value.eq_ignore_ascii_case(EPOCH_TIME))?;
    let base = match operator.base {
        B::NumericEquals => B::DateEquals,
        B::NumericLessThan => B::DateLessThan,
        B::NumericLessThanEquals => B::DateLessThanEquals,
        B::NumericGreaterThan => B::DateGreaterThan,
        B::NumericGreaterThanEquals => B::DateGreaterThanEquals,
        B::DateEquals
        | B::DateLessThan
        | B::DateLessThanEquals
        | B::DateGreaterThan
        | B::DateGreaterThanEquals
        | B::Null => operator.base,
        _ => return None,
    };
    // Four digits are a number of seconds there and a year here, and many are seconds there and less than those here.
    let is_other = |value: &Text| {
        let seconds = value.value.trim_start_matches('-');
        let whole = seconds.split('.').next().unwrap_or_default();
        let is_plain = seconds.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        value.is_whole() && base != operator.base && !(is_plain && whole.len() != 4 && whole.len() < 12)
    };
    let is_year = |value: &Text| value.value.len() == 4;
    (!clause.values.iter().any(|value| is_year(value) || is_other(value)))
        .then_some((CURRENT_TIME, Operator { base, ..operator }))
}
