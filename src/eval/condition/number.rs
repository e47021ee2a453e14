//! Numbers as exact decimals: a policy may write `1.20`, `12e-1` or a number with fifty digits.

use std::cmp::Ordering;

/// A decimal number of any size: 0.d₁d₂d₃… × 10^point, without leading or trailing zeros in the digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decimal {
    negative: bool,
    point: i64,
    digits: Box<[u8]>,
}

impl Decimal {
    /// Reads `[+-]digits[.digits][e[+-]digits]`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return None;
        }
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let leading = all.iter().take_while(|digit| **digit == b'0').count();
        let kept = all.get(leading..).unwrap_or_default();
        let trailing = kept.iter().rev().take_while(|digit| **digit == b'0').count();
        let digits: Box<[u8]> = kept.get(..kept.len() - trailing).unwrap_or_default().into();
        if digits.is_empty() {
            return Some(Self { negative: false, point: 0, digits });
        }
        let point = i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()? + i64::from(exponent);
        Some(Self { negative, point, digits })
    }

    /// Texts of numbers at, just below and just above this one, for searching values between constants.
    #[must_use]
    pub fn around(&self) -> Vec<String> {
        let digits: String = self.digits.iter().map(|digit| char::from(*digit)).collect();
        if digits.is_empty() {
            return ["0", "1", "-1", "1e-30", "-1e-30"].map(str::to_owned).to_vec();
        }
        let sign = if self.negative { "-" } else { "" };
        let spell = |digits: &str| format!("{sign}{}", plain(digits, self.point));
        // One more far down is nearer to zero's other side than any constant that people write.
        let longer = format!("{digits}{}1", "0".repeat(30));
        let mut shorter = digits.clone().into_bytes();
        if let Some(last) = shorter.last_mut() {
            // The last digit is never 0.
            *last -= 1;
        }
        let shorter = String::from_utf8_lossy(&shorter).into_owned() + &"9".repeat(31);
        vec![
            spell(&digits),
            spell(&longer),
            spell(&shorter),
            "0".to_owned(),
            format!("{sign}{}", plain("1", self.point + 3)),
            format!("{}{}", if self.negative { "" } else { "-" }, plain("1", self.point + 3)),
        ]
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

/// 0.d₁d₂d₃… × 10^point as people write it, where that is not too long.
fn plain(digits: &str, point: i64) -> String {
    let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or_default());
    match point {
        1..=15 if length <= point => format!("{digits}{}", zeros(point - length)),
        1..=15 => {
            let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or_default());
            format!("{whole}.{fraction}")
        }
        -6..=0 => format!("0.{}{digits}", zeros(-point)),
        _ => format!("0.{digits}e{point}"),
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_are_equal_however_written() {
        for same in [["10", "10.0"], ["1e1", "10"], ["-0", "0"], [".5", "0.50"], ["1.2", "12e-1"]] {
            let [left, right] = same.map(|text| Decimal::parse(text).unwrap());
            assert_eq!(left.cmp(&right), Ordering::Equal, "{same:?}");
            assert_eq!(left, right);
        }
    }

    #[test]
    fn numbers_around_a_number_are_on_both_sides_and_written_as_people_do() {
        for text in ["1.2", "10", "-7", "0.004", "1e20", "-0.5e-9", "120000", "9"] {
            let number = Decimal::parse(text).unwrap();
            let near: Vec<Decimal> =
                number.around().iter().map(|each| Decimal::parse(each).unwrap()).collect();
            for side in [Ordering::Less, Ordering::Equal, Ordering::Greater] {
                assert!(near.iter().any(|each| each.cmp(&number) == side), "{text} {side:?}");
            }
        }
        let written = Decimal::parse("12e-1").unwrap().around();
        assert!(written.contains(&"1.2".to_owned()) && written.contains(&"1000".to_owned()), "{written:?}");
    }

    #[test]
    fn order_is_that_of_numbers() {
        let ordered = ["-10", "-9.99", "-0.1", "0", "0.09", "0.1", "1.2", "1.25", "9", "10", "1e3"];
        for pair in ordered.windows(2) {
            assert!(Decimal::parse(pair[0]).unwrap() < Decimal::parse(pair[1]).unwrap(), "{pair:?}");
        }
        for bad in ["", "-", "abc", "1.2.3", "1e", "0x10", "1 "] {
            assert_eq!(Decimal::parse(bad), None, "{bad}");
        }
    }
}
