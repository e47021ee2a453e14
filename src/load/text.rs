//! Texts that are no JSON and were made by the AWS CLI all the same: its other forms of output, its errors, and the plain
//! lists of `aws s3 ls`.

use crate::evidence::is_telling;

/// What such a text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TextForm {
    /// `aws s3 ls` without `--recursive`: folders stand for what is in them, and names lack what stands before them.
    S3Folders,
    /// `--output text`, `table` or `yaml`.
    Output(&'static str),
    /// The AWS CLI's error: its code, the operation, and the bytes of the line.
    Error {
        /// Such as `NoSuchBucketPolicy`.
        code: String,
        /// Such as `GetBucketPolicy`.
        operation: String,
        /// Where the message stands.
        range: std::ops::Range<usize>,
    },
}

/// Words that begin lines of `--output text`, in answers that are asked for here.
const TEXT_WORDS: [&str; 22] = [
    "CONTENTS",
    "USER",
    "ATTACHEDPOLICIES",
    "POLICYNAMES",
    "ACCESSKEYMETADATA",
    "ACCOUNTS",
    "ORGANIZATION",
    "REPORTDEFINITIONS",
    "EXPORTS",
    "EXPORT",
    "EXECUTIONS",
    "GROUPS",
    "LOGINPROFILE",
    "POLICYVERSION",
    "GRANTS",
    "OWNER",
    "RULES",
    "PUBLICACCESSBLOCKCONFIGURATION",
    "SERVERSIDEENCRYPTIONCONFIGURATION",
    "POLICYSTATUS",
    "USERDETAILLIST",
    "COMMONPREFIXES",
];

/// What a text is, if it is one of these.
pub(super) fn form_of(text: &str) -> Option<TextForm> {
    let text = text.trim_start_matches('\u{feff}');
    // JSON, as nearly all files are.
    if text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    if let Some(error) = error(text) {
        return Some(error);
    }
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next()?;
    if is_region(first.trim()) && lines.clone().next().is_none() {
        return Some(TextForm::Output("text"));
    }
    if first.starts_with("---") && lines.clone().take(3).any(|line| line.starts_with(['|', '+'])) {
        return Some(TextForm::Output("table"));
    }
    let is_text = |line: &str| line.split_once('\t').is_some_and(|(word, _)| TEXT_WORDS.contains(&word));
    if is_text(first) || lines.clone().take(3).any(is_text) {
        return Some(TextForm::Output("text"));
    }
    if std::iter::once(first).chain(lines).take(50).any(is_folder) {
        return Some(TextForm::S3Folders);
    }
    let is_answer = is_yaml(first) || is_yaml_stream(text);
    is_answer.then_some(TextForm::Output("yaml"))
}

/// `--output yaml-stream` prints a list with a page in each item; documents behind one another say the same. So does much other
/// YAML: a member that answers have must be there.
fn is_yaml_stream(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let begins = match lines.next() {
        Some(line) if line.trim_end() == "---" => {
            lines.next().is_some_and(|line| is_yaml(line.trim_start_matches("- ")))
        }
        Some(line) => line.strip_prefix("- ").is_some_and(is_yaml),
        None => false,
    };
    let member = |line: &str| {
        let line = line.strip_prefix("- ").or_else(|| line.strip_prefix("  ")).unwrap_or(line);
        line.split_once(':').is_some_and(|(name, _)| is_telling(name))
    };
    begins && text.lines().any(member)
}

/// A Region alone: all that `get-bucket-location --output text` prints.
fn is_region(word: &str) -> bool {
    let mut parts = word.split('-');
    let is_area = parts
        .next()
        .is_some_and(|area| area.len() == 2 && area.bytes().all(|byte| byte.is_ascii_lowercase()));
    let rest: Vec<&str> = parts.collect();
    let Some((number, names)) = rest.split_last() else { return false };
    let is_name = |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
    is_area
        && !names.is_empty()
        && names.iter().all(is_name)
        && number.len() == 1
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// `An error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: …`
fn error(text: &str) -> Option<TextForm> {
    const BEGIN: &str = "An error occurred (";
    // An error stands alone in its file, behind nothing but the CLI's own words.
    let head = text.char_indices().nth(400).map_or(text, |(end, _)| text.get(..end).unwrap_or(text));
    let start = head.find(BEGIN)?;
    if head.get(..start)?.contains(['{', '[']) {
        return None;
    }
    let rest = text.get(start + BEGIN.len()..)?;
    let (code, behind) = rest.split_once(')')?;
    let operation = behind.strip_prefix(" when calling the ")?.split(' ').next()?;
    let length = text.get(start..)?.lines().next().map_or(0, str::len);
    Some(TextForm::Error {
        code: code.to_owned(),
        operation: operation.to_owned(),
        range: start..start + length,
    })
}

/// The top of an answer in YAML: a capital word with a colon, as all members are named, and no bracket.
fn is_yaml(first: &str) -> bool {
    let Some((word, rest)) = first.split_once(':') else { return false };
    let is_member = word.len() > 2
        && word.starts_with(|letter: char| letter.is_ascii_uppercase())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // JSON in a string is written between single quotes.
    let is_quoted = rest.starts_with(" '");
    is_member && (rest.is_empty() || rest.starts_with(' ')) && (is_quoted || !rest.contains(['{', '"']))
}

/// A folder as `aws s3 ls` shows it: spaces, `PRE`, its name with a slash.
fn is_folder(line: &str) -> bool {
    line.starts_with("     ")
        && line.trim_start().strip_prefix("PRE ").is_some_and(|name| name.trim_end().ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_forms_of_output() {
        for (text, form) in [
            ("CONTENTS\t\"x\"\t2026\tkey\t3\tSTANDARD\n", Some(TextForm::Output("text"))),
            ("-----\n|  ListAccessKeys |\n+----+\n", Some(TextForm::Output("table"))),
            ("Contents:\n- Key: a\n", Some(TextForm::Output("yaml"))),
            ("Policy: '{\"Version\": \"2012-10-17\"}'\n", Some(TextForm::Output("yaml"))),
            ("- Policy: '{\"Version\": \"2012-10-17\"}'\n", Some(TextForm::Output("yaml"))),
            ("---\nExports:\n- ExportName: a\n", Some(TextForm::Output("yaml"))),
            ("- Hosts: all\n  Tasks: []\n", None),
            ("us-gov-west-1\n", Some(TextForm::Output("text"))),
            ("us-west-2 is where it lies\n", None),
            ("     PRE a/\n2026-11-20 08:15:00  1 a\n", Some(TextForm::S3Folders)),
            ("Dear support,\nplease find: this\n", None),
            ("{\"Version\": \"2012-10-17\"}", None),
            ("", None),
        ] {
            assert_eq!(form_of(text), form, "{text}");
        }
        let text = "\nAn error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: The bucket policy does not exist\n";
        let Some(TextForm::Error { code, operation, range }) = form_of(text) else { panic!() };
        assert_eq!((code.as_str(), operation.as_str()), ("NoSuchBucketPolicy", "GetBucketPolicy"));
        assert!(text.get(range).unwrap().starts_with("An error"));
    }
}
