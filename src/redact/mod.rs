//! Documents that can be shown to others: who and where is replaced, what is asked stays.
//!
//! A replacement keeps the length and the kind of every character, and depends on what stands before it in its word alone: a
//! name is taken apart where letters, digits and other characters meet. So equal names stay equal, different ones different, a
//! name that a wildcard's text begins with still does, and `acme-${aws:PrincipalAccount}` is still the bucket with the account
//! in its name. Internet addresses stay, since what rules say of them hangs on every digit.

mod broken;
mod forms;
mod mask;
mod names;
mod secrets;
mod spoken;
mod url;
mod values;

pub use broken::without_broken_secrets;
pub use mask::{without_mails, without_secrets};
pub use secrets::{Secret, secrets};

use names::Names;
use std::collections::{BTreeMap, BTreeSet};

/// Accounts of AWS that its own published policies name; they identify nobody.
/// <https://docs.aws.amazon.com/cur/latest/userguide/cur-s3.html> (checked 2026-11)
const PUBLIC_ACCOUNTS: [&str; 1] = ["386209384616"];

/// Replaces names in texts, the same name the same way in all of them.
#[derive(Debug)]
pub struct Redactor {
    salt: u64,
    names: Names,
    kept: BTreeSet<String>,
    mapping: BTreeMap<String, (&'static str, String)>,
}

impl Redactor {
    /// One that has learnt from all texts which names there are. Whoever knows the salt can find a name by trying.
    #[must_use]
    pub fn new<'t>(salt: u64, texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut names = Names::default();
        for text in texts {
            names.learn(text);
        }
        Self { salt, names, kept: BTreeSet::new(), mapping: BTreeMap::new() }
    }

    /// Adds a name that texts may not show as one: a value of the form.
    pub fn learn(&mut self, kind: &'static str, name: &str) {
        self.names.add(kind, name);
    }

    /// Leaves a name as it is that everybody can read elsewhere: an account, a role or a user of a product.
    pub fn keep(&mut self, name: &str) {
        self.kept.insert(name.to_owned());
    }

    /// Leaves a name as it is wherever no text shows it as one: it is a word of AWS's language as well.
    pub fn weaken(&mut self, name: &str) {
        self.names.weaken(name);
    }

    /// A value that is a name as a whole, replaced.
    pub fn redact_name(&mut self, name: &str) -> String {
        let is_all = |(_, length): &(&str, usize)| *length == name.len();
        let Some((kind, _)) = self.names.at(name, None, true).filter(is_all) else {
            return self.redact(name);
        };
        let new = self.pseudonym(kind, name);
        if new != name {
            self.mapping.insert(name.to_owned(), (kind, new.clone()));
        }
        new
    }

    /// A text with its names replaced.
    pub fn redact(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let places = self.names.places(text);
        let mut rest = text;
        let mut before: Option<char> = None;
        while let Some(first) = rest.chars().next() {
            let found = self.names.at(rest, before, places.contains(&(text.len() - rest.len())));
            let Some((kind, length)) = found else {
                out.push(first);
                // Behind `%3A` of a document written as in a URL a name may begin, as behind a colon.
                let code = out.get(out.len().saturating_sub(3)..).is_some_and(is_code);
                before = if code { None } else { Some(first) };
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
                continue;
            };
            let (name, after) = rest.split_at(length);
            let new = self.pseudonym(kind, name);
            out.push_str(&new);
            if new != name {
                self.mapping.insert(name.to_owned(), (kind, new));
            }
            before = name.chars().next_back();
            rest = after;
        }
        out
    }

    /// What was replaced so far: kind, name, what stands for it.
    pub fn mapping(&self) -> impl Iterator<Item = (&'static str, &str, &str)> {
        self.mapping.iter().map(|(name, (kind, new))| (*kind, name.as_str(), new.as_str()))
    }

    fn pseudonym(&self, kind: &str, name: &str) -> String {
        if kind == "fragment"
            && let Some((whole, kind, at)) = self.names.whole(name)
        {
            // So that `*billing*` still finds what it found.
            let new = self.pseudonym(kind, whole);
            return new.get(at..at + name.len()).unwrap_or(&new).to_owned();
        }
        if self.is_kept(name) {
            return name.to_owned();
        }
        let is_identifier = matches!(kind, "access key" | "id" | "organization" | "unit" | "canonical user");
        let kept = match kind {
            // What kind of identifier it is.
            "access key" | "id" if name.starts_with('A') && name.len() >= 16 => 4,
            "organization" | "unit" => name.find('-').map_or(0, |at| at + 1),
            _ => 0,
        };
        let wheel = if kind == "canonical user" { Wheel::Hex } else { Wheel::Letters };
        let mut out = name.get(..kept).unwrap_or_default().to_owned();
        let mut rest = name.get(kept..).unwrap_or_default();
        while let Some(first) = rest.chars().next() {
            // An account is the same wherever it stands; AWS's own ones identify nobody.
            let account = rest.get(..12).filter(|_| is_account(rest, out.chars().next_back()));
            if let Some(account) = account.filter(|account| self.is_kept(account)) {
                out.push_str(account);
                rest = rest.get(12..).unwrap_or_default();
                continue;
            }
            let run = match first {
                first if is_identifier && first.is_ascii_alphanumeric() => {
                    rest.chars().take_while(char::is_ascii_alphanumeric).count()
                }
                first if first.is_ascii_digit() => rest.chars().take_while(char::is_ascii_digit).count(),
                first if first.is_alphabetic() => rest.chars().take_while(|ch| ch.is_alphabetic()).count(),
                _ => 0,
            };
            if run == 0 {
                // What is between runs stays: the console's dashes in an account, escapes of JSON and of URLs.
                let length = separator(rest);
                out.push_str(rest.get(..length).unwrap_or_default());
                rest = rest.get(length..).unwrap_or_default();
                // The number goes on behind the console's dashes.
                if kind == "account" && name.len() == 14 {
                    let digits: String = name.chars().filter(char::is_ascii_digit).collect();
                    let mut new = self.pseudonym("account", &digits);
                    new.insert(8, '-');
                    new.insert(4, '-');
                    return new;
                }
                continue;
            }
            let mut state = self.salt;
            for ch in rest.chars().take(run) {
                out.push(turn(ch, state, wheel));
                // Capital letters go with small ones, since some comparisons take them for the same.
                state = hash(state, ch.to_lowercase().to_string().bytes());
            }
            rest = rest.get(rest.chars().take(run).map(char::len_utf8).sum()..).unwrap_or_default();
        }
        out
    }

    fn is_kept(&self, name: &str) -> bool {
        self.kept.contains(name) || PUBLIC_ACCOUNTS.contains(&name)
    }
}

/// Twelve digits with none beside them.
fn is_account(text: &str, before: Option<char>) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits == 12 && before.is_none_or(|ch| !ch.is_ascii_digit())
}

/// The length of what no letter of is a name's: `%40`, an escape of JSON with what is escaped, or one character.
fn separator(text: &str) -> usize {
    if text.get(..3).is_some_and(is_code) {
        return 3;
    }
    let escape = if text.starts_with("\\u") { 6 } else { 2 };
    let first = text.chars().next().map_or(1, char::len_utf8);
    if text.starts_with('\\') && text.is_char_boundary(escape) && text.len() >= escape {
        escape
    } else {
        first
    }
}

fn is_code(text: &str) -> bool {
    text.strip_prefix('%')
        .is_some_and(|hex| hex.len() == 2 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Which letters may stand for one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wheel {
    /// Letters for letters, digits for digits.
    Letters,
    /// Hexadecimal digits.
    Hex,
}

/// Letters of two bytes that stand for one another.
const LATIN: &str = "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþ";

/// A character of the same kind and length, another one for each state.
fn turn(ch: char, state: u64, wheel: Wheel) -> char {
    // Never the character itself, or a short name might stay.
    let step = |count: u64| 1 + state % (count - 1);
    let among = |list: &str| {
        let letters: Vec<char> = list.chars().collect();
        let count = letters.len() as u64;
        let at = letters.iter().position(|letter| *letter == ch).map_or(state, |at| at as u64 + step(count));
        usize::try_from(at % count).ok().and_then(|at| letters.get(at).copied()).unwrap_or(ch)
    };
    let within = |first: u32, count: u32| {
        let from = u64::from(u32::from(ch).wrapping_sub(first)) % u64::from(count);
        let to = (from + step(u64::from(count))) % u64::from(count);
        char::from_u32(first + u32::try_from(to).unwrap_or_default()).unwrap_or(ch)
    };
    match (ch, wheel) {
        ('0'..='9' | 'a'..='f', Wheel::Hex) => among("0123456789abcdef"),
        ('a'..='z', _) => within(u32::from('a'), 26),
        ('A'..='Z', _) => within(u32::from('A'), 26),
        ('0'..='9', _) => within(u32::from('0'), 10),
        (ch, _) if !ch.is_alphabetic() => ch,
        // Letters of other scripts, by the length that they have in the file.
        (ch, _) => match ch.len_utf8() {
            2 => among(LATIN),
            3 => within(0x4e00, 0x1000),
            _ => within(0x20000, 0x1000),
        },
    }
}

/// FNV-1a with a last mix, so that every bit of the state counts.
fn hash(state: u64, bytes: impl Iterator<Item = u8>) -> u64 {
    let mut hash = state ^ 0xcbf2_9ce4_8422_2325;
    for byte in bytes {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^= hash >> 29;
    hash = hash.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_stays_equal_and_prefixes_stay_prefixes() {
        let text = r#"{"Resource": ["arn:aws:s3:::acme-billing/*", "arn:aws:s3:::acme-*"], "Bucket": "acme-billing",
            "AWS": "arn:aws:iam::111122223333:user/team/spendeffix", "UserName": "spendeffix", "x": "jo@example.com"}"#;
        let mut redactor = Redactor::new(7, [text]);
        let out = redactor.redact(text);
        for word in ["acme", "111122223333", "spendeffix", "jo@example"] {
            assert!(!out.contains(word), "{word} in {out}");
        }
        assert_eq!(out.len(), text.len());
        let of = |name: &str| {
            redactor.mapping().find(|(_, from, _)| *from == name).map(|found| found.2.to_owned())
        };
        let (bucket, pattern) = (of("acme-billing").unwrap(), of("acme-").unwrap());
        assert!(bucket.starts_with(&pattern), "{bucket} {pattern}");
        assert_eq!(out.matches(&bucket).count(), 2);
        assert_eq!(out.matches(&of("spendeffix").unwrap()).count(), 2);
    }

    #[test]
    fn names_in_names_are_the_same_ones() {
        let text = r#"{"Bucket": "acme-cur-111122223333", "UserName": "cur", "Resource": ["arn:aws:s3:::acme-cur-${aws:PrincipalAccount}",
            "arn:aws:s3:::acme-cur-1111*"], "Sid": "AllowExportsOf111122223333", "Action": "cur:DescribeReportDefinitions",
            "aws:SourceArn": "arn:aws:cur:us-east-1:111122223333:definition/*", "aws:username": ["x", "bobby.tables"]}"#;
        let mut redactor = Redactor::new(11, [text]);
        let out = redactor.redact(text);
        let account = redactor.redact("111122223333");
        let prefix = redactor.redact("acme-cur-");
        assert!(
            out.contains(&format!("{prefix}{account}")) && out.contains(&format!("{prefix}${{aws:")),
            "{out}"
        );
        assert!(out.contains(&format!("{prefix}{}*", account.get(..4).unwrap())), "{out}");
        assert!(out.contains(&format!("ExportsOf{account}")), "{out}");
        assert!(
            out.contains("\"cur:DescribeReportDefinitions\"") && out.contains("arn:aws:cur:us-east-1:"),
            "{out}"
        );
        for word in ["acme", "111122223333", "bobby", "tables", "\"cur\""] {
            assert!(!out.contains(word), "{word} in {out}");
        }
        assert_eq!(out.len(), text.len());
    }

    #[test]
    fn people_are_not_told_by_other_words_either() {
        let text = r#"{"Description": "of Jürgen Müller", "Tags": [{"Key": "Owner", "Value": "Jane Doe"}], "x": "jürgen.müller@globex.com",
            "Email": "pay@globex.com", "y": "jane%40globex.com", "z": "AROAEXAMPLEEXAMPLE01", "u": "ou-ab12-cdef3456", "r": "r-ab12",
            "SAML": "arn:aws:iam::111122223333:saml-provider/Globex",
            "ID": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}"#;
        let mut redactor = Redactor::new(5, [text]);
        let out = redactor.redact(text);
        for word in [
            "Jürgen",
            "rgen",
            "ller",
            "Jane",
            "Doe",
            "globex",
            "Globex",
            "EXAMPLEEXAMPLE",
            "cdef3456",
            "ab12",
            "79a59df9",
        ] {
            assert!(!out.contains(word), "{word} in {out}");
        }
        assert_eq!(out.len(), text.len());
        assert!(
            out.contains("AROA") && out.contains("\"ou-") && out.contains("\"r-") && out.contains("%40"),
            "{out}"
        );
        let root = out.split("\"r-").nth(1).unwrap().get(..4).unwrap();
        assert!(out.contains(&format!("\"ou-{root}-")), "{out}");
        let canonical = out.split("\"ID\": \"").nth(1).unwrap().get(..64).unwrap();
        assert!(canonical.bytes().all(|byte| byte.is_ascii_hexdigit()), "{canonical}");
    }

    #[test]
    fn a_weak_name_is_replaced_where_it_is_shown_alone() {
        let text = r#"{"GroupName": "billing", "Arn": "arn:aws:iam::111122223333:group/billing", "QueryStatement": "SELECT bill_billing_entity",
            "Resource": ["arn:aws:s3:::billing", "arn:aws:s3:::billing/billing/*"], "aws:username": ["billing"]}"#;
        let mut redactor = Redactor::new(9, [text]);
        assert!(!redactor.redact(text).contains("billing"));
        redactor.weaken("billing");
        let out = redactor.redact(text);
        assert!(out.contains("bill_billing_entity"), "{out}");
        assert_eq!(out.matches("billing").count(), 2, "{out}");
        assert!(!redactor.redact_name("billing").contains("billing"));
        assert_eq!(redactor.redact("reports/billing"), "reports/billing");
    }

    #[test]
    fn words_of_the_language_stay() {
        let text =
            r#"{"Effect": "Allow", "UserName": "Allow", "Action": "s3:GetObject", "GroupName": "Action"}"#;
        assert_eq!(Redactor::new(1, [text]).redact(text), text);
    }

    #[test]
    fn aws_own_accounts_and_keys_of_documents_stay() {
        let text = "arn:aws:iam::386209384616:root 1111-2222-3333 111122223333 2026-11-23";
        let mut redactor = Redactor::new(3, [text]);
        let out = redactor.redact(text);
        assert!(out.contains("386209384616") && out.ends_with("2026-11-23"), "{out}");
        let plain: String = out.split(' ').nth(1).unwrap().chars().filter(char::is_ascii_digit).collect();
        assert_eq!(out.split(' ').nth(2), Some(plain.as_str()));
    }
}
