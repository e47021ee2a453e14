//! What one string of a policy may be turned into: slips of the pen, and other meanings.

/// What a string means where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Name,
    Action,
    Resource,
    Principal,
    Value,
}

/// Letters doubled, dropped, swapped and replaced, and spaces, each at another place.
pub(crate) fn misspelt(text: &str) -> Vec<(&'static str, String)> {
    let chars: Vec<char> = text.chars().collect();
    let count = chars.len();
    let mut out = Vec::new();
    if count < 2 {
        return out;
    }
    let text = |chars: Vec<char>| chars.into_iter().collect::<String>();
    let mut doubled = chars.clone();
    doubled.insert(count / 2, chars[count / 2]);
    out.push(("doubled a letter", text(doubled)));
    let mut dropped = chars.clone();
    dropped.remove(count / 3);
    out.push(("dropped a letter", text(dropped)));
    let pairs = (count * 2 / 3..count).chain(0..count);
    if let Some(at) = pairs.into_iter().find(|at| at + 1 < count && chars[*at] != chars[at + 1]) {
        let mut swapped = chars.clone();
        swapped.swap(at, at + 1);
        out.push(("swapped letters", text(swapped)));
    }
    let mut without_first = chars.clone();
    without_first.remove(0);
    out.push(("dropped the first letter", text(without_first)));
    let mut without_last = chars.clone();
    without_last.pop();
    out.push(("dropped the last letter", text(without_last)));
    let mut spaced = chars.clone();
    spaced.insert(count / 2, ' ');
    out.push(("a space inside", text(spaced)));
    let mut behind = chars.clone();
    behind.push(' ');
    out.push(("a space behind", text(behind)));
    let mut other = chars;
    if let Some(letter) = other.get_mut(count / 2) {
        *letter = if *letter == 'x' { 'y' } else { 'x' };
    }
    out.push(("another letter", text(other)));
    out
}

/// The last letter in the other case, and all of them.
pub(crate) fn recased(text: &str) -> Vec<(&'static str, String)> {
    let mut last: Vec<char> = text.chars().collect();
    if let Some(letter) = last.iter_mut().rev().find(|c| c.is_ascii_alphabetic()) {
        *letter = if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        };
    }
    vec![("case of the last letter", last.into_iter().collect()), ("upper case", text.to_ascii_uppercase())]
}

/// Other meanings: narrower patterns, other parts of ARNs, another account.
pub(crate) fn changed(text: &str, kind: Kind) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    if let [prefix, partition, service, region, account, resource] = parts[..] {
        let arn = |partition: &str, service: &str, region: &str, account: &str, resource: &str| {
            format!("{prefix}:{partition}:{service}:{region}:{account}:{resource}")
        };
        out.push(("partition", arn("aws-cn", service, region, account, resource)));
        out.push(("service", arn(partition, "iam", region, account, resource)));
        out.push(("region", arn(partition, service, "eu-west-1", account, resource)));
        out.push(("account", arn(partition, service, region, "999999999999", resource)));
        if let Some(folder) = resource.strip_suffix("/*") {
            out.push((
                "narrowed",
                arn(partition, service, region, account, &format!("{folder}/elsewhere/*")),
            ));
            out.push(("narrowed", arn(partition, service, region, account, folder)));
            out.push(("narrowed", arn(partition, service, region, account, &format!("{folder}/"))));
        }
        if kind == Kind::Resource {
            out.push(("bucket", arn(partition, service, region, account, &format!("x{resource}"))));
        }
    }
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        out.push(("account", "999999999999".to_owned()));
        out.push(("dashes", format!("{}-{}-{}", &text[..4], &text[4..8], &text[8..])));
    }
    match kind {
        Kind::Action => {
            if let Some((service, _)) = text.split_once(':').filter(|(_, name)| name.contains('*')) {
                out.push(("narrowed", format!("{service}:GetBucketAcl")));
            }
            if text == "*" {
                out.push(("narrowed", "cur:*".to_owned()));
            }
            out.push(("another action", "s3:GetBucketTagging".to_owned()));
        }
        Kind::Resource if text == "*" => out.push(("narrowed", "arn:aws:s3:::other/*".to_owned())),
        Kind::Principal if text == "*" => out.push(("narrowed", "arn:aws:iam::999999999999:root".to_owned())),
        Kind::Principal => out.push(("another principal", "cloudtrail.amazonaws.com".to_owned())),
        Kind::Value => out.push(("another value", "something-else".to_owned())),
        Kind::Name | Kind::Resource => {}
    }
    out
}

/// Operators somebody might have meant.
pub(crate) fn swapped(operator: &str) -> Vec<String> {
    let mut out: Vec<String> = ["Equals", "Like", "NotEquals", "NotLike"]
        .iter()
        .filter_map(|ending| {
            let family = ["String", "Arn"].iter().find(|family| operator.starts_with(**family))?;
            Some(format!("{family}{ending}"))
        })
        .collect();
    out.push(match operator.strip_suffix("IfExists") {
        Some(plain) => plain.to_owned(),
        None => format!("{operator}IfExists"),
    });
    out.push("Null".to_owned());
    out.push("Bool".to_owned());
    out.push(format!("ForAllValues:{operator}"));
    out.push(format!("ForAnyValue:{operator}"));
    out.retain(|other| other != operator);
    out
}
