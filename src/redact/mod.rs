//! Documents that can be shown to others: who and where is replaced, what is asked stays.
//!
//! A replacement keeps the length and the kind of every character, and depends on what stands before it in the name
//! alone. So equal names stay equal, different ones different, and a name that a wildcard's text begins with still does.

mod names;
mod secrets;

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

    /// A text with its names replaced.
    pub fn redact(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut before: Option<char> = None;
        while let Some(first) = rest.chars().next() {
            let found = self.names.at(rest, before);
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
        if self.kept.contains(name) || (kind == "account" && PUBLIC_ACCOUNTS.contains(&name)) {
            return name.to_owned();
        }
        let kept = match kind {
            // What kind of identifier it is.
            "access key" => 4,
            "organization" => name.find('-').map_or(0, |at| at + 1),
            _ => 0,
        };
        // The console's dashes in account numbers are no part of the number.
        let mut state = self.salt ^ hash(0, kind.bytes());
        let mut out = String::with_capacity(name.len());
        for (at, ch) in name.char_indices() {
            let new = if at < kept { ch } else { turn(ch, state) };
            out.push(new);
            if !(kind == "account" && ch == '-') {
                state = hash(state, ch.to_string().bytes());
            }
        }
        out
    }
}

fn is_code(text: &str) -> bool {
    text.strip_prefix('%')
        .is_some_and(|hex| hex.len() == 2 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A character of the same kind, another one for each state.
fn turn(ch: char, state: u64) -> char {
    let wheel = |first: u8, count: u64| {
        let from = u64::from(u32::from(ch) - u32::from(first));
        // Never the character itself, or a short name might stay.
        let step = 1 + state % (count - 1);
        char::from(first + u8::try_from((from + step) % count).unwrap_or(0))
    };
    match ch {
        'a'..='z' => wheel(b'a', 26),
        'A'..='Z' => wheel(b'A', 26),
        '0'..='9' => wheel(b'0', 10),
        other => other,
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
