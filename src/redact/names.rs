//! Which names stand in texts: found where the grammar of ARNs and of the AWS CLI's answers says that one stands, and
//! replaced wherever they stand as a whole. Identifiers are known by their form.

use super::forms;
use super::values::{self, Shape};
use std::collections::{BTreeMap, BTreeSet};

/// Members of answers, policies and templates whose value names somebody or something of the customer's.
const MEMBERS: [(&str, &str, Shape); 24] = [
    ("UserName", "user", Shape::Names),
    ("GroupName", "group", Shape::Names),
    ("RoleName", "role", Shape::Names),
    ("user_name", "user", Shape::Names),
    ("Bucket", "bucket", Shape::Names),
    ("BucketName", "bucket", Shape::Names),
    ("S3Bucket", "bucket", Shape::Names),
    ("S3BucketName", "bucket", Shape::Names),
    ("TargetBucket", "bucket", Shape::Names),
    ("bucket", "bucket", Shape::Names),
    ("S3BucketOwner", "account", Shape::Names),
    ("DisplayName", "user", Shape::Names),
    ("Email", "mail", Shape::Names),
    ("MasterAccountEmail", "mail", Shape::Names),
    ("ManagementAccountEmail", "mail", Shape::Names),
    ("AccountName", "account name", Shape::Text),
    ("AccessKeyId", "access key", Shape::Names),
    ("UserId", "id", Shape::Names),
    ("GroupId", "id", Shape::Names),
    ("RoleId", "id", Shape::Names),
    ("PolicyId", "id", Shape::Names),
    ("Description", "text", Shape::Text),
    ("description", "text", Shape::Text),
    ("Comment", "text", Shape::Text),
];

/// Keys of conditions that are compared with somebody's name, or with what two parties agreed on.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html> (checked 2026-11)
const COMPARED: [(&str, &str); 13] = [
    ("aws:username", "user"),
    ("aws:userid", "id"),
    ("aws:SourceIdentity", "user"),
    ("sts:SourceIdentity", "user"),
    ("sts:RoleSessionName", "session"),
    ("sts:ExternalId", "external id"),
    ("saml:sub", "user"),
    ("saml:cn", "user"),
    ("saml:commonName", "user"),
    ("saml:givenName", "user"),
    ("saml:name", "user"),
    ("saml:surname", "user"),
    ("saml:uid", "user"),
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
    list: BTreeMap<String, &'static str>,
    /// Their texts by the first letter, the longest first: a name may begin another.
    by_first: BTreeMap<char, Vec<String>>,
    /// Texts behind a wildcard.
    fragments: BTreeMap<String, &'static str>,
    /// Names that are words of the language as well.
    weak: BTreeSet<String>,
}

/// The names that a text shows as such, with their kinds.
fn shown(text: &str) -> Vec<(&'static str, &str, Shape)> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices("arn:") {
        let rest = text.get(at..).unwrap_or_default();
        let is_end = |ch: char| ch.is_whitespace() || matches!(ch, '"' | '\'' | '\\' | '<' | '>' | ',' | '`');
        let arn = rest.get(..rest.find(is_end).unwrap_or(rest.len())).unwrap_or_default();
        out.extend(in_arn(arn).into_iter().map(|(kind, name)| (kind, name, Shape::Names)));
    }
    for (key, kind, shape) in MEMBERS {
        out.extend(values::of(text, key, shape).into_iter().map(|value| (kind, value, shape)));
    }
    for (key, kind) in COMPARED {
        // Behind the identifier of a role stands the session, which people name after themselves.
        let parts = values::compared(text, key).into_iter().flat_map(|value| value.split(':'));
        out.extend(parts.map(|part| (kind, part, Shape::Names)));
    }
    // Short words and those of a closed choice are nobody's name, and may stand anywhere.
    let is_choice = |value: &str| value.len() < 4 || !value.chars().any(char::is_lowercase);
    let tags = values::tags(text).into_iter().filter(|value| !is_choice(value));
    out.extend(tags.map(|value| ("tag", value, Shape::Text)));
    out.extend(values::bucket_names(text).into_iter().map(|value| ("bucket", value, Shape::Names)));
    out.extend(values::account_names(text).into_iter().map(|value| ("account name", value, Shape::Text)));
    out
}

/// The names in an ARN.
fn in_arn(arn: &str) -> Vec<(&'static str, &str)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, _, service, _, _, resource] = parts.as_slice() else { return Vec::new() };
    match *service {
        "s3" => vec![("bucket", resource.split('/').next().unwrap_or_default())],
        "iam" | "sts" => {
            let mut parts = resource.split('/');
            let kind = match parts.next() {
                Some("user") => "user",
                Some("role" | "assumed-role") => "role",
                Some("group") => "group",
                Some("saml-provider") => "provider",
                Some("mfa" | "sms-mfa" | "u2f") => "device",
                Some("instance-profile") => "profile",
                Some("server-certificate") => "certificate",
                _ => return Vec::new(),
            };
            // A path is the customer's own, too.
            parts.map(|part| (kind, part)).collect()
        }
        _ => Vec::new(),
    }
}

impl Names {
    pub(super) fn add(&mut self, kind: &'static str, name: &str) {
        let plain = name.chars().any(char::is_alphanumeric);
        let is_word = WORDS.iter().any(|word| word.eq_ignore_ascii_case(name));
        let is_text = kind == "text" || kind == "tag";
        // One digit may be anything.
        let is_short = name.len() < 2 && !name.chars().all(char::is_alphabetic);
        let Some(first) = name.chars().next() else { return };
        if !plain || is_word || is_short || (name.contains(':') && !is_text) || self.list.contains_key(name) {
            return;
        }
        self.list.insert(name.to_owned(), kind);
        let same = self.by_first.entry(first).or_default();
        let at = same.partition_point(|other| other.len() >= name.len());
        same.insert(at, name.to_owned());
    }

    /// Notes every name that a text shows as one.
    pub(super) fn learn(&mut self, text: &str) {
        if text.contains("arn%3A") || text.contains("arn%3a") {
            let decoded =
                text.replace("%3A", ":").replace("%3a", ":").replace("%2F", "/").replace("%2f", "/");
            self.learn(&decoded.replace("%22", "\"").replace("%2A", "*").replace("%2a", "*"));
        }
        for (kind, value, shape) in shown(text) {
            match shape {
                Shape::Names => self.literal(kind, value),
                Shape::Text => self.add(kind, value),
            }
        }
    }

    /// From now on a name is one only where a text shows it as one: it is a word of the language, too.
    pub(super) fn weaken(&mut self, name: &str) {
        self.weak.insert(name.to_owned());
    }

    /// Where a text shows names that are one nowhere else.
    pub(super) fn places(&self, text: &str) -> BTreeSet<usize> {
        if self.weak.is_empty() {
            return BTreeSet::new();
        }
        shown(text).into_iter().map(|(_, value, _)| value.as_ptr().addr() - text.as_ptr().addr()).collect()
    }

    /// The parts of a pattern between its wildcards and variables; of a plain name the name.
    fn literal(&mut self, kind: &'static str, pattern: &str) {
        // What a policy or a template fills in is no name; what stands before it is the beginning of one.
        let pattern = pattern.split("${").next().unwrap_or_default();
        if pattern.contains('<') {
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

    /// The name that a text begins with, given the character before it, and whether one is shown here.
    pub(super) fn at(
        &self,
        text: &str,
        before: Option<char>,
        is_shown: bool,
    ) -> Option<(&'static str, usize)> {
        // Whatever letters stand beside them, twelve digits are an account: a `Sid` has no others than letters and digits.
        if let Some(length) = forms::account(text, before) {
            return Some(("account", length));
        }
        let edge = |ch: Option<char>| ch.is_none_or(|ch| !ch.is_alphanumeric());
        if !edge(before) {
            return None;
        }
        if let Some(found) = forms::identifier(text) {
            return Some(found);
        }
        if matches!(before, Some('*' | '?')) {
            let run = text.split(['*', '?', '/', '"', '\\', ' ', '\n', ',']).next().unwrap_or_default();
            if self.fragments.contains_key(run) {
                return Some(("fragment", run.len()));
            }
        }
        let first = text.chars().next()?;
        self.by_first.get(&first)?.iter().find_map(|name| {
            let rest = text.strip_prefix(name.as_str())?;
            let mut after = rest.chars();
            let next = after.next();
            let name_goes_on = name.chars().next_back().is_some_and(char::is_alphanumeric);
            // The text before a wildcard is a name of its own.
            let ends = edge(next) || !name_goes_on;
            // `cur:DescribeReportDefinitions`, `arn:aws:cur:…` and `cur.amazonaws.com` are no user called `cur`.
            let is_action =
                next == Some(':') && after.next().is_some_and(|ch| ch.is_ascii_uppercase() || ch == '*');
            let is_field = next == Some(':') && before == Some(':');
            let is_service = is_action || is_field || rest.starts_with(".amazonaws.com");
            let is_word = !is_shown && self.weak.contains(name);
            (ends && !is_service && !is_word)
                .then(|| (self.list.get(name).copied().unwrap_or("text"), name.len()))
        })
    }
}
