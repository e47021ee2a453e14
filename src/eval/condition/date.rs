//! Instants: the W3C profile of ISO 8601, or seconds since 1970.
//!
//! <https://www.w3.org/TR/NOTE-datetime>, as the IAM operators page names it (checked 2026-11).

/// A point in time, in nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instant(i128);

impl Instant {
    /// Whole days from this instant to a later one; negative if that one is earlier.
    #[must_use]
    pub fn days_until(self, later: Self) -> i64 {
        i64::try_from((later.0 - self.0).div_euclid(86_400 * 1_000_000_000)).unwrap_or(i64::MAX)
    }

    /// The instant so many days earlier.
    #[must_use]
    pub fn days_before(self, days: i64) -> Self {
        Self(self.0 - i128::from(days) * 86_400 * 1_000_000_000)
    }

    /// Reads `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `YYYY-MM-DDThh:mm[:ss[.s…]]` with `Z`, `±hh:mm` or nothing (UTC), or
    /// epoch seconds with an optional fraction (twelve digits and more are milliseconds, as engines take them; in seconds
    /// they would lie beyond the year 5138). Four digits alone are a year.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let is_year = bytes.len() == 4 && bytes.iter().all(u8::is_ascii_digit);
        let has_date = bytes.get(4) == Some(&b'-') && bytes.iter().take(4).all(u8::is_ascii_digit);
        if is_year || has_date { Self::iso(text) } else { Self::epoch(text) }
    }

    /// Whole seconds since 1970, as `aws:EpochTime` has them.
    #[must_use]
    pub fn epoch_seconds(self) -> String {
        self.0.div_euclid(1_000_000_000).to_string()
    }

    /// How many whole hours lie between an earlier instant and this one; negative if it is later.
    #[must_use]
    pub fn hours_since(self, earlier: Self) -> i128 {
        (self.0 - earlier.0).div_euclid(3_600 * 1_000_000_000)
    }

    /// Its day and time of day in UTC, as `2026-11-23T04:12:09Z`.
    #[must_use]
    pub fn date(self) -> String {
        let seconds = i64::try_from(self.0.div_euclid(1_000_000_000)).unwrap_or_default();
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3_600, rest / 60 % 60, rest % 60)
    }

    /// Texts of instants at, just before and just after this one; whole seconds, as requests have them, are the shorter ones.
    #[must_use]
    pub fn around(self) -> Vec<String> {
        let second = 1_000_000_000;
        [-second, -1, 0, 1, second].map(|step| Self(self.0 + step).spell()).to_vec()
    }

    /// Epoch seconds, with nine decimals where there is a fraction or where the digits alone would be read otherwise.
    fn spell(self) -> String {
        let whole = self.epoch_seconds();
        if Self::parse(&whole) == Some(self) {
            return whole;
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        let nanos = self.0.unsigned_abs();
        format!("{sign}{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000)
    }

    fn epoch(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
        let seconds = i128::from(digits(whole, 1, 18)?);
        let nanos = if fraction.is_empty() { 0 } else { nanos(fraction)? };
        let unit = if whole.len() >= 12 && fraction.is_empty() { 1_000_000 } else { 1_000_000_000 };
        let total = seconds * unit + nanos;
        Some(Self(if negative { -total } else { total }))
    }

    fn iso(text: &str) -> Option<Self> {
        let (date, time) = match text.split_once(['T', 't', ' ']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let mut fields = date.split('-');
        let year = digits(fields.next()?, 4, 4)?;
        let month = fields.next().map_or(Some(1), |text| digits(text, 2, 2))?;
        let day = fields.next().map_or(Some(1), |text| digits(text, 2, 2))?;
        if fields.next().is_some() || !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
            return None;
        }
        if time.is_some() && date.len() != 10 {
            return None;
        }
        let days = days_from_civil(year, month, day);
        let in_day = time.map_or(Some(0), time_of_day)?;
        Some(Self(i128::from(days) * 86_400 * 1_000_000_000 + in_day))
    }
}

fn digits(text: &str, least: usize, most: usize) -> Option<i64> {
    let fits = (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

fn nanos(fraction: &str) -> Option<i128> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let kept: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
    kept.parse().ok()
}

/// `hh:mm[:ss[.s]]` and its zone, in nanoseconds after midnight UTC (negative or beyond a day with a zone).
fn time_of_day(text: &str) -> Option<i128> {
    let (clock, offset) = if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        (clock, 0)
    } else if let Some(at) = text.rfind(['+', '-']) {
        let sign = if text.get(at..)?.starts_with('-') { -1 } else { 1 };
        let (hours, minutes) = text.get(at + 1..)?.split_once(':')?;
        (text.get(..at)?, sign * (digits(hours, 2, 2)? * 60 + digits(minutes, 2, 2)?))
    } else {
        (text, 0)
    };
    let mut fields = clock.splitn(3, ':');
    let hour = digits(fields.next()?, 2, 2)?;
    let minute = digits(fields.next()?, 2, 2)?;
    let (second, fraction) = match fields.next() {
        None => (0, 0),
        Some(text) => match text.split_once('.') {
            Some((second, fraction)) => (digits(second, 2, 2)?, nanos(fraction)?),
            None => (digits(text, 2, 2)?, 0),
        },
    };
    if hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    Some(i128::from((hour * 60 + minute - offset) * 60 + second) * 1_000_000_000 + fraction)
}

fn is_leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The other way round.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let of_year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let in_year = of_era - (365 * of_year + of_year / 4 - of_year / 100);
    let shifted_month = (5 * in_year + 2) / 153;
    let day = in_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (of_year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_shown_as_it_is_read() {
        for text in
            ["2026-11-23T04:12:09Z", "1970-01-01T00:00:00Z", "2000-02-29T23:59:59Z", "1969-12-31T23:59:59Z"]
        {
            assert_eq!(Instant::parse(text).unwrap().date(), text);
        }
    }

    #[test]
    fn one_instant_in_many_spellings() {
        let same = [
            "2018-08-10T00:00:00Z",
            "2018-08-10",
            "1533859200",
            "1533859200.0",
            "2018-08-10T02:00:00+02:00",
            "2018-08-09T23:30-00:30",
            "2018-08-10T00:00:00.000Z",
        ];
        for text in same {
            assert_eq!(Instant::parse(text), Instant::parse("2018-08-10T00:00:00Z"), "{text}");
        }
        assert!(Instant::parse("2018-08-10T00:00:00.5Z").unwrap() > Instant::parse("2018-08-10").unwrap());
        assert_eq!(Instant::parse("2020"), Instant::parse("2020-01-01T00:00:00Z"));
        assert_eq!(Instant::parse("1970-01-01").unwrap(), Instant(0));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for bad in ["", "2018-13-01", "2018-02-30", "2018-8-1", "yesterday", "2018-08-10T25:00:00Z", "12a"] {
            assert_eq!(Instant::parse(bad), None, "{bad}");
        }
    }
}
