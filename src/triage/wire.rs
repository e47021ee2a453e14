//! An error of AWS as JSON: its code and its sentence side by side, under the names that services and clients give them, and
//! events of CloudTrail whose members a query has renamed.

use super::records::string;
use super::{Book, Item};
use crate::finding::triage::Facts;
use serde_json::{Map, Value};

/// Members that hold the code, without signs between their words: of the services, of boto3, of the SDKs of JavaScript, Java and Go, of
/// Datadog and of Koku.
/// <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization>,
/// <https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/error-handling.html> (checked 2026-11)
const CODES: [&str; 8] =
    ["code", "type", "errorcode", "awserrorcode", "errortype", "issuecode", "name", "source"];
/// Members that hold the sentence.
const TEXTS: [&str; 5] = ["message", "errormessage", "awserrormessage", "msg", "detail"];
/// Members that tell more, and the fact that they tell.
const FACTS: [(&str, &str); 7] = [
    ("bucketname", "bucket"),
    ("key", "key"),
    ("statuscode", "http"),
    ("httpstatuscode", "http"),
    ("operation", "operation"),
    ("operationname", "operation"),
    ("service", "service"),
];

/// The error that an object is: it has a code that is known, and a sentence beside it.
pub(super) fn error(book: &Book, map: &Map<String, Value>) -> Option<Item> {
    let plain: Vec<(String, &Value)> = map.iter().map(|(name, value)| (plain(name), value)).collect();
    let find =
        |wanted: &'static str| plain.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| *value);
    let code = CODES.iter().flat_map(|name| find(name)).find_map(|value| {
        let code = string(Some(value))?;
        // `com.amazonaws.x#AccessDeniedException:http://…`, as some services write their names.
        let code = code.rsplit('#').next()?.split(':').next()?.trim();
        book.codes.get(code).is_some().then(|| code.to_owned())
    })?;
    let text = TEXTS.iter().flat_map(|name| find(name)).find_map(Value::as_str)?;
    let mut facts = Facts::default();
    facts.set("code", &code);
    for (name, fact) in FACTS {
        if let Some(value) = find(name).find_map(|value| string(Some(value))) {
            facts.add(fact, &value);
        }
    }
    Some(Item { text: text.to_owned(), facts, origin: None })
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|ch| ch.to_ascii_lowercase()).collect()
}

/// Members of an event that are looked at.
const MEMBERS: [&str; 14] = [
    "eventName",
    "eventSource",
    "eventTime",
    "eventID",
    "awsRegion",
    "sourceIPAddress",
    "vpcEndpointId",
    "recipientAccountId",
    "errorCode",
    "errorMessage",
    "userIdentity",
    "requestParameters",
    "responseElements",
    "resources",
];
/// Members of those, which Athena writes in small letters as well.
const INNER: [&str; 8] = [
    "accountId",
    "invokedBy",
    "sessionContext",
    "sessionIssuer",
    "bucketName",
    "roleArn",
    "externalId",
    "userName",
];

/// An event with the names that CloudTrail gives its members; none if it has them, or is none.
/// <https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table.html> (checked 2026-11)
pub(super) fn event(map: &Map<String, Value>) -> Option<Map<String, Value>> {
    let has = |wanted: &str| map.keys().any(|name| first(name).eq_ignore_ascii_case(wanted));
    let is_event = has("eventName") && (has("eventSource") || has("userIdentity") || has("errorCode"));
    if !is_event || map.contains_key("eventName") {
        return None;
    }
    let mut out = Map::new();
    for (name, value) in map {
        let member = MEMBERS.iter().find(|own| own.eq_ignore_ascii_case(first(name)));
        let member = member.map_or(first(name), |own| *own);
        match name.split_once('.') {
            // `useridentity.arn`: a column for what stands further in.
            Some((_, inner)) => {
                let entry = out.entry(member.to_owned()).or_insert_with(|| Value::Object(Map::new()));
                inside(entry, inner, value);
            }
            None => {
                out.insert(member.to_owned(), unfolded(value));
            }
        }
    }
    Some(out)
}

fn first(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

fn inside(entry: &mut Value, path: &str, value: &Value) {
    let Value::Object(map) = entry else { return };
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    match rest {
        Some(rest) => {
            inside(map.entry(cased(name)).or_insert_with(|| Value::Object(Map::new())), rest, value)
        }
        None => {
            map.insert(cased(name), value.clone());
        }
    }
}

fn cased(name: &str) -> String {
    INNER.iter().find(|own| own.eq_ignore_ascii_case(name)).map_or(name, |own| *own).to_owned()
}

/// A member that a query gives as a text: JSON, or a structure as Athena prints it, `{type=IAMUser, arn=arn:…}`.
fn unfolded(value: &Value) -> Value {
    let Value::String(text) = value else { return value.clone() };
    let trimmed = text.trim();
    if !trimmed.starts_with(['{', '[']) {
        return value.clone();
    }
    serde_json::from_str(trimmed).unwrap_or_else(|_| printed(&mut trimmed.chars().peekable()))
}

/// What Athena prints of a structure; what is no such text is an empty one.
fn printed(text: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Value {
    match text.peek() {
        Some('[') => {
            text.next();
            let mut list = Vec::new();
            while let Some(ch) = text.peek().copied() {
                match ch {
                    ']' => {
                        text.next();
                        break;
                    }
                    ',' | ' ' => {
                        text.next();
                    }
                    _ => list.push(printed(text)),
                }
            }
            Value::Array(list)
        }
        Some('{') => {
            text.next();
            let mut map = Map::new();
            loop {
                while text.next_if(|ch| matches!(ch, ',' | ' ')).is_some() {}
                let mut name = String::new();
                while let Some(ch) = text.next_if(|ch| !matches!(ch, '=' | '}' | ',')) {
                    name.push(ch);
                }
                match text.next() {
                    Some('=') => {
                        map.insert(cased(name.trim()), printed(text));
                    }
                    Some(',') => {}
                    _ => return Value::Object(map),
                }
            }
        }
        _ => {
            let mut word = String::new();
            while let Some(ch) = text.next_if(|ch| !matches!(ch, ',' | '}' | ']')) {
                word.push(ch);
            }
            Value::String(word.trim().to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_structure_of_athena_is_read() {
        let text = "{type=IAMUser, arn=arn:aws:iam::111122223333:user/x, sessioncontext={a=[b, {c=d}], e=}, accountid=null}";
        let wanted = json!({
            "type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/x",
            "sessionContext": {"a": ["b", {"c": "d"}], "e": ""}, "accountId": "null"
        });
        assert_eq!(unfolded(&json!(text)), wanted);
        for broken in ["{", "{a", "{a=", "{a={", "[", "[{a=[", "{=}", "{}}", "{a=b}c"] {
            unfolded(&json!(broken));
        }
    }
}
