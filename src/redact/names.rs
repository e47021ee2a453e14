//! Which names stand in texts: found where the grammar of ARNs and of the AWS CLI's answers says that one stands, and
//! replaced wherever they stand as a whole.

use std::collections::BTreeMap;

/// Members of answers whose value names somebody or something of the customer's.
const MEMBERS: [(&str, &str); 16] = [
    ("UserName", "user"),
    ("GroupName", "group"),
    ("RoleName", "role"),
    ("Bucket", "bucket"),
    ("S3Bucket", "bucket"),
    ("bucket", "bucket"),
    ("S3BucketOwner", "account"),
    ("DisplayName", "user"),
    ("Email", "mail"),
    ("MasterAccountEmail", "mail"),
    ("ManagementAccountEmail", "mail"),
    ("AccessKeyId", "access key"),
    ("UserId", "id"),
    ("GroupId", "id"),
    ("RoleId", "id"),
    ("PolicyId", "id"),
];

/// Words of policies, answers and of preflight, which may be names as well and stay where they are.
const WORDS: [&str; 36] = [
    "Allow",
    "Deny",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
    "Statement",
    "Version",
    "Sid",
    "Id",
    "AWS",
    "Service",
    "Federated",
    "root",
    "user",
    "role",
    "group",
    "policy",
    "bucket",
    "export",
    "reports",
    "data",
    "metadata",
    "account",
    "linked",
    "none",
    "true",
    "false",
    "null",
    "call",
    "input",
    "output",
];

/// Names by kind.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The longest first for each first byte.
    list: BTreeMap<String, &'static str>,
    longest: usize,
    /// Texts behind a wildcard.
    fragments: BTreeMap<String, &'static str>,
}

impl Names {
    pub(super) fn add(&mut self, kind: &'static str, name: &str) {
        let plain = name.bytes().any(|byte| byte.is_ascii_alphanumeric());
        let is_word = WORDS.iter().any(|word| word.eq_ignore_ascii_case(name)) || name.contains(':');
        if plain && name.len() >= 2 && !is_word {
            self.longest = self.longest.max(name.len());
            self.list.entry(name.to_owned()).or_insert(kind);
        }
    }

    /// Notes every name that a text shows as one.
    pub(super) fn learn(&mut self, text: &str) {
        if text.contains("arn%3A") || text.contains("arn%3a") {
            let decoded =
                text.replace("%3A", ":").replace("%3a", ":").replace("%2F", "/").replace("%2f", "/");
            self.learn(&decoded.replace("%22", "\"").replace("%2A", "*").replace("%2a", "*"));
        }
        for (at, _) in text.match_indices("arn:") {
            let arn: String = text
                .get(at..)
                .unwrap_or_default()
                .chars()
                .take_while(|ch| {
                    !ch.is_whitespace() && !matches!(ch, '"' | '\'' | '\\' | '<' | '>' | ',' | '`')
                })
                .collect();
            self.arn(&arn);
        }
        for (key, kind) in MEMBERS {
            for (at, _) in text.match_indices(key) {
                let rest = text.get(at + key.len()..).unwrap_or_default();
                // Quotes may be escaped, for a document inside a string.
                let rest = rest.trim_start_matches(['\\', '"', ' ']);
                let Some(rest) = rest.strip_prefix([':', '=']) else { continue };
                let rest = rest.trim_start_matches(['\\', ' ']);
                let Some(rest) = rest.strip_prefix('"') else { continue };
                let value: String = rest.chars().take_while(|ch| !matches!(ch, '"' | '\\' | '\n')).collect();
                self.literal(kind, &value);
            }
        }
    }

    fn arn(&mut self, arn: &str) {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let [_, _, service, _, _, resource] = parts.as_slice() else { return };
        match *service {
            "s3" => self.literal("bucket", resource.split('/').next().unwrap_or_default()),
            "iam" | "sts" => {
                let mut parts = resource.split('/');
                let kind = match parts.next() {
                    Some("user") => "user",
                    Some("role" | "assumed-role") => "role",
                    Some("group") => "group",
                    _ => return,
                };
                // A path is the customer's own, too.
                for part in parts {
                    self.literal(kind, part);
                }
            }
            "organizations" => {
                for part in resource.split('/').filter(|part| part.starts_with("o-")) {
                    self.add("organization", part);
                }
            }
            _ => {}
        }
    }

    /// The parts of a pattern between its wildcards and variables; of a plain name the name.
    fn literal(&mut self, kind: &'static str, pattern: &str) {
        if pattern.contains("${") || pattern.contains('<') {
            return;
        }
        let mut runs = pattern.split(['*', '?']);
        self.add(kind, runs.next().unwrap_or_default());
        for run in runs.filter(|run| run.len() >= 2) {
            self.fragments.insert(run.to_owned(), kind);
        }
    }

    /// The name that holds what stands behind a wildcard, and where in it; and the kind of such texts.
    pub(super) fn whole(&self, fragment: &str) -> Option<(&str, &'static str, usize)> {
        self.list.iter().find_map(|(name, kind)| Some((name.as_str(), *kind, name.find(fragment)?)))
    }

    /// The name that a text begins with, given the character before it.
    pub(super) fn at(&self, text: &str, before: Option<char>) -> Option<(&'static str, usize)> {
        let edge = |ch: Option<char>| ch.is_none_or(|ch| !(ch.is_ascii_alphanumeric()));
        if !edge(before) {
            return None;
        }
        if let Some(length) = digits(text) {
            return Some(("account", length));
        }
        if let Some(length) = mail(text) {
            return Some(("mail", length));
        }
        if let Some(length) = organization(text) {
            return Some(("organization", length));
        }
        if matches!(before, Some('*' | '?')) {
            let run = text.split(['*', '?', '/', '"', '\\', ' ', '\n', ',']).next().unwrap_or_default();
            if self.fragments.contains_key(run) {
                return Some(("fragment", run.len()));
            }
        }
        // From the longest possible down: a name may begin another.
        let most = text.len().min(self.longest);
        let window = text.get(..text.floor_char_boundary(most)).unwrap_or_default();
        let ends = window.char_indices().map(|(at, ch)| at + ch.len_utf8());
        let candidates: Vec<usize> = ends.collect();
        candidates.into_iter().rev().find_map(|end| {
            let kind = self.list.get(window.get(..end)?)?;
            let after = text.get(end..).and_then(|rest| rest.chars().next());
            let name_goes_on =
                window.get(..end)?.chars().next_back().is_some_and(|ch| ch.is_ascii_alphanumeric());
            // The text before a wildcard is a name of its own.
            (edge(after) || !name_goes_on).then_some((*kind, end))
        })
    }
}

/// An account number, with or without the console's dashes.
fn digits(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let is = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    if (0..12).all(is) && !is(12) {
        return Some(12);
    }
    let dashed = (0..14).all(|at| if at == 4 || at == 9 { bytes.get(at) == Some(&b'-') } else { is(at) });
    (dashed && !is(14) && bytes.get(14) != Some(&b'-')).then_some(14)
}

fn mail(text: &str) -> Option<usize> {
    let local = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"._%+-".contains(b)).count();
    let rest = text.get(local..)?.strip_prefix('@')?;
    let domain = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || b".-".contains(b)).count();
    let is_domain = rest.get(..domain)?.trim_end_matches('.').contains('.');
    (local > 0 && is_domain).then_some(local + 1 + domain)
}

/// `o-` and 10 to 32 lower-case letters or digits.
/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html> (checked 2026-11)
fn organization(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("o-")?;
    let count = rest.bytes().take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit()).count();
    (10..=32).contains(&count).then_some(count + 2)
}
