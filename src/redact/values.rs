//! Where a text says a name or free words: behind a key, in JSON, in a string inside JSON, in YAML and in Terraform.

/// What stands behind a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A name, or a list of names.
    Names,
    /// Free text.
    Text,
}

/// The values behind a key.
pub(super) fn of<'t>(text: &'t str, key: &str, shape: Shape) -> Vec<&'t str> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices(key) {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        if before.is_some_and(|ch| ch.is_alphanumeric() || ch == '_') {
            continue;
        }
        let Some(rest) = separated(text.get(at + key.len()..).unwrap_or_default()) else { continue };
        match (rest.strip_prefix('['), shape) {
            (Some(list), Shape::Names) => {
                let list = list.split(']').next().unwrap_or_default();
                out.extend(list.split(',').filter_map(|item| quoted(item.trim())));
            }
            _ => out.extend(quoted(rest).or_else(|| plain(rest, shape))),
        }
    }
    out
}

/// Values that a condition compares a key with: behind the key, or in the `values` of the block that Terraform writes it into. A
/// key of a tag goes on behind what is given here, with the customer's own words.
pub(super) fn compared<'t>(text: &'t str, key: &str) -> Vec<&'t str> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices(key) {
        let rest = text.get(at + key.len()..).unwrap_or_default();
        let Some(end) = rest.find(['"', '\'', '\\', '\n', '{', '}']) else { continue };
        let own = rest.get(..end).unwrap_or_default();
        // Without quotes, as in YAML, the key ends before its colon.
        let end = own.find(": ").or(own.trim_end().strip_suffix(':').map(str::len)).unwrap_or(end);
        // Another key that begins alike: `saml:sub_type`.
        let is_other = !key.ends_with('/') && own.get(..end).is_some_and(|own| !own.trim().is_empty());
        let rest = rest.get(end..).unwrap_or_default();
        // A variable of a policy is no condition.
        if is_other || rest.starts_with(['{', '}']) {
            continue;
        }
        let values = || {
            let before = text.get(..at)?.rsplit(['{', '}']).next()?;
            let block = text.get(at - before.len()..)?.split(['{', '}']).next()?;
            separated(block.get(block.find("values")? + "values".len()..)?)
        };
        out.extend(separated(rest).or_else(values).into_iter().flat_map(listed));
    }
    out
}

/// The texts of a list, or the one that stands without one; in YAML a list has a line for each.
fn listed(rest: &str) -> Vec<&str> {
    let mut rest = behind_blanks(rest);
    let mut out = Vec::new();
    if rest.starts_with("- ") {
        let items = rest.lines().map(str::trim_start).map_while(|line| line.strip_prefix("- "));
        return items.filter_map(|item| quoted(item).or_else(|| plain(item, Shape::Text))).collect();
    }
    let Some(list) = rest.strip_prefix('[') else {
        return quoted(rest).or_else(|| plain(rest, Shape::Text)).into_iter().collect();
    };
    rest = behind_blanks(list);
    while let Some(one) = quoted(rest) {
        out.push(one);
        let quotes = if rest.starts_with('\\') { 4 } else { 2 };
        rest = behind_blanks(rest.get(one.len() + quotes..).unwrap_or_default());
    }
    out
}

/// What stands behind blanks, commas and ends of lines, also those of a document inside a string.
fn behind_blanks(text: &str) -> &str {
    let mut rest = text;
    loop {
        let next = rest.trim_start_matches([' ', ',', '\n', '\r', '\t']);
        let next = next.strip_prefix("\\n").or(next.strip_prefix("\\t")).unwrap_or(next);
        if next.len() == rest.len() {
            return rest;
        }
        rest = next;
    }
}

/// What stands behind the `:` or `=` of a key. Quotes may be escaped, for a document inside a string.
fn separated(rest: &str) -> Option<&str> {
    let rest = rest.trim_start_matches(['\\', '"', '\'', ' ']);
    rest.strip_prefix([':', '=']).map(|rest| rest.trim_start_matches([' ', '\t']))
}

/// A text in quotes, which end as they begin. What is escaped in it stays as it is written.
fn quoted(rest: &str) -> Option<&str> {
    let quote = ["\\\"", "\"", "'"].into_iter().find(|quote| rest.starts_with(quote))?;
    let inside = rest.get(quote.len()..)?;
    let mut at = 0;
    while let Some(here) = inside.get(at..).filter(|here| !here.is_empty()) {
        if here.starts_with(quote) {
            return inside.get(..at);
        }
        let escaped = if here.starts_with('\\') { 1 } else { 0 };
        at += here.chars().take(1 + escaped).map(char::len_utf8).sum::<usize>();
    }
    None
}

/// A scalar of YAML, which has no quotes: a name ends at a blank, text at the end of its line.
fn plain(rest: &str, shape: Shape) -> Option<&str> {
    let line = rest.split(['\n', '\r']).next()?;
    let line = line.split(" #").next()?;
    let value = match shape {
        Shape::Names => line.split([' ', ',', '}', ']', '"', '\\']).next()?,
        Shape::Text => line,
    };
    let value = value.trim_end();
    let is_scalar = value.starts_with(|first: char| first.is_alphanumeric());
    // A reference of Terraform names a resource of the same file.
    let is_reference =
        ["aws_", "var.", "local.", "data.", "module.", "each."].iter().any(|start| value.starts_with(start));
    (is_scalar && !is_reference).then_some(value)
}

/// How the keys of conditions that compare a tag go on to the tag's own name: `aws:PrincipalTag/…`, `s3:ExistingObjectTag/…`.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging-and-policies.html> (checked 2026-11)
const TAG_KEY: &str = "Tag/";

/// Values of tags: of the pairs that AWS prints, of the maps of Terraform, and what conditions compare them with.
pub(super) fn tags(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices("Value") {
        let before = text.get(text.floor_char_boundary(at.saturating_sub(200))..at).unwrap_or_default();
        let pair = before.rsplit(['{', '}']).next().unwrap_or_default();
        let key = pair.rsplit("Key").next().filter(|_| pair.contains("Key")).and_then(separated);
        // Between a key and its value stands nothing else.
        if key.is_some_and(|key| key.lines().filter(|line| !line.trim().is_empty()).count() <= 2) {
            let rest = separated(text.get(at + "Value".len()..).unwrap_or_default());
            out.extend(rest.and_then(|rest| quoted(rest).or_else(|| plain(rest, Shape::Text))));
        }
    }
    out.extend(compared(text, TAG_KEY));
    for key in ["tags", "Tags", "default_tags"] {
        for (at, _) in text.match_indices(key) {
            let rest = separated(text.get(at + key.len()..).unwrap_or_default());
            let Some(map) = rest.and_then(|rest| rest.strip_prefix('{')) else { continue };
            let map = map.split('}').next().unwrap_or_default();
            out.extend(map.split(['\n', ',']).filter_map(|line| {
                let (_, value) = line.split_once(['=', ':'])?;
                quoted(value.trim())
            }));
        }
    }
    out
}

/// Names of the buckets that an answer lists: objects with a `Name` below `Buckets`, or nothing but a list of names.
pub(super) fn bucket_names(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices("Buckets") {
        let rest = separated(text.get(at + "Buckets".len()..).unwrap_or_default());
        let Some(list) = rest.and_then(|rest| rest.strip_prefix('[')) else { continue };
        let list = list.split(']').next().unwrap_or_default();
        out.extend(of(list, "Name", Shape::Names));
        out.extend(listed(rest.unwrap_or_default()));
    }
    let whole = text.trim();
    if whole.starts_with('[') && whole.ends_with(']') && !whole.contains(['{', ':']) {
        out.extend(listed(whole).into_iter().filter(|name| is_bucket(name)));
    }
    out
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html> (checked 2026-11)
fn is_bucket(name: &str) -> bool {
    (3..=63).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
}

/// Names of an organization's accounts: `Name` beside `Email`.
pub(super) fn account_names(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices("Email") {
        let start = text.get(..at).and_then(|before| before.rfind('{')).map_or(0, |at| at + 1);
        let end = text.get(at..).and_then(|rest| rest.find('}')).map_or(text.len(), |length| at + length);
        let object = text.get(start..end).unwrap_or_default();
        out.extend(of(object, "Name", Shape::Text));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_every_notation() {
        for text in [
            r#""UserName": "jane""#,
            r#""Policy": "{\"UserName\":\"jane\"}""#,
            "UserName: jane\n",
            "UserName: 'jane'",
            r#"UserName = "jane""#,
            r#""UserName": ["jane"]"#,
        ] {
            assert_eq!(of(text, "UserName", Shape::Names), ["jane"], "{text}");
        }
        for text in ["UserName: !Ref User", "TheUserName: jane", "UserName = aws_iam_user.jane.name"] {
            assert!(of(text, "UserName", Shape::Names).is_empty(), "{text}");
        }
    }

    #[test]
    fn free_words_end_where_their_quotes_end() {
        let text = r#"{"Description": "of \"Jane Doe\", finance", "Other": "x"}"#;
        assert_eq!(of(text, "Description", Shape::Text), [r#"of \"Jane Doe\", finance"#]);
        assert_eq!(of("Description: Jane Doe # x\nY: z", "Description", Shape::Text), ["Jane Doe"]);
    }

    #[test]
    fn tags_and_accounts_are_found() {
        assert_eq!(tags(r#"{"Tags": [{"Key": "Owner", "Value": "Jane Doe"}]}"#), ["Jane Doe"]);
        assert_eq!(tags("Tags:\n  - Key: Owner\n    Value: Jane Doe\n"), ["Jane Doe"]);
        assert_eq!(tags("tags = {\n  Owner = \"Jane Doe\"\n}"), ["Jane Doe"]);
        for text in [
            r#"{"StringEquals": {"aws:PrincipalTag/Owner": "Jane Doe"}}"#,
            r#"{"StringEquals": {"s3:ExistingObjectTag/the:owner": [ "Jane Doe" ]}}"#,
            r#""{\"aws:RequestTag/Owner\":\n [\"Jane Doe\"]}""#,
            "StringLike:\n  aws:ResourceTag/Owner: Jane Doe\n",
            "StringLike:\n  aws:ResourceTag/Owner:\n    - Jane Doe\n",
            "condition {\n variable = \"aws:PrincipalTag/Owner\"\n values = [\"Jane Doe\"]\n}",
            "condition {\n values = [\"Jane Doe\"]\n variable = \"aws:PrincipalTag/Owner\"\n}",
        ] {
            assert_eq!(tags(text), ["Jane Doe"], "{text}");
        }
        let two = r#"{"aws:PrincipalTag/Owner": ["Jane", "Joe"], "Resource": "a/${aws:PrincipalTag/Team}", "x": "y"}"#;
        assert_eq!(tags(two), ["Jane", "Joe"]);
        assert!(tags("Outputs:\n  Arn:\n    Value: plain").is_empty());
        let text = r#"{"Buckets": [{"Name": "jane", "CreationDate": "2026"}, {"Name": "joe"}], "Name": "x"}"#;
        assert_eq!(bucket_names(text), ["jane", "joe"]);
        assert_eq!(bucket_names("[\"jane\", \"joe\", \"s3:GetObject\"]"), Vec::<&str>::new());
        assert_eq!(bucket_names("[\"jane\",\n \"joe\"]"), ["jane", "joe"]);
        let text = r#"{"Id": "111122223333", "Email": "a@b.c", "Name": "Globex Payer"}"#;
        assert_eq!(account_names(text), ["Globex Payer"]);
    }
}
