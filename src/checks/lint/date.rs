//! Dates as IAM takes them when a policy is saved, which is looser than what it recommends.

/// Whether IAM takes a text for a date: a count of seconds that fits 64 bits, or year, month and day with an optional time
/// and offset. What it refuses ends as `The policy failed legacy parsing`.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html> (checked 2026-11)
pub(super) fn is_taken(text: &str) -> bool {
    if text.parse::<i64>().is_ok() {
        return true;
    }
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    is_date(date) && time.is_none_or(is_time)
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>, most: u32) -> bool {
    digits.contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse::<u32>().is_ok_and(|value| value <= most)
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let year = parts.next().is_some_and(|year| number(year, 1..=9, u32::MAX));
    let month = parts.next().is_none_or(|month| number(month, 1..=2, 12));
    let day = parts.next().is_none_or(|day| number(day, 1..=2, 31));
    year && month && day && parts.next().is_none()
}

fn is_time(text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let (clock, offset) = match text.find(['+', '-']) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    };
    let mut parts = clock.split(':');
    let hour = parts.next().is_some_and(|hour| number(hour, 1..=2, 24));
    let minute = parts.next().is_none_or(|minute| number(minute, 1..=2, 59));
    let second = parts.next().is_none_or(|second| {
        let (whole, fraction) = second.split_once('.').unwrap_or((second, "0"));
        number(whole, 1..=2, 60) && number(fraction, 1..=9, u32::MAX)
    });
    let offset = offset.is_none_or(|offset| {
        let (hours, minutes) = offset.split_once(':').unwrap_or((offset, "00"));
        number(hours, 2..=2, 23) && number(minutes, 2..=2, 59)
    });
    hour && minute && second && parts.next().is_none() && offset
}

#[cfg(test)]
mod tests {
    use super::is_taken;

    #[test]
    fn what_iam_saves_is_taken_and_what_it_refuses_is_not() {
        for good in
            ["2026-11-23", "2026-11-23T12:00:00Z", "1763899200", "-5", "2026", "2026-11-23T1:00:00+02:00"]
        {
            assert!(is_taken(good), "{good}");
        }
        for bad in [
            "soon",
            "2026-13-01",
            "2026-11-23T12:00:00+2",
            "99999999999999999999",
            "2026-11-23T12:00:00.1234567890Z",
        ] {
            assert!(!is_taken(bad), "{bad}");
        }
    }
}
