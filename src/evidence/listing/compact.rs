//! A listing too long to hold, in a form that is short and says the same.

use super::answer::Walk;
use crate::source::Sources;
use serde_json::{Map, Value, json};
use std::io::Read;

/// The member of an object in a listing that says how many objects are like it, itself among them. Only `preflight bundle`
/// writes it.
pub(super) const LIKE: &str = "preflight-like";

/// Reads a listing and gives one in which, of the objects of a folder with one ending, the first stands for all. Nothing if
/// the text is none. Where it stops to be JSON, so does what is given.
#[must_use]
pub fn compact(input: impl Read) -> Option<String> {
    let mut walk = Walk::new(input, Sources::new().next(), 0, false);
    let fault = walk.document();
    if !walk.is_listing(fault.is_err()) {
        return None;
    }
    let answer = walk.answer;
    let mut out = Map::new();
    let mut put = |name: &str, value: Option<String>| {
        out.extend(value.map(|text| (name.to_owned(), Value::String(text))));
    };
    put("Name", answer.bucket);
    put("Prefix", answer.names_prefix.then_some(answer.prefix));
    put("EncodingType", answer.encoded.then(|| "url".to_owned()));
    put("ContinuationToken", answer.begins);
    put("NextContinuationToken", answer.next);
    out.insert("IsTruncated".to_owned(), Value::Bool(answer.truncated));
    if !answer.folders.is_empty() {
        let folders = answer.folders.iter().map(|folder| json!({ "Prefix": folder }));
        out.insert("CommonPrefixes".to_owned(), folders.collect());
    }
    let groups = walk.gather.into_parts().0;
    let objects = groups.iter().map(|group| {
        let mut object = Map::new();
        object.insert("Key".to_owned(), json!(group.key));
        object.insert(LIKE.to_owned(), json!(group.count));
        object.extend(group.archived.map(|class| ("StorageClass".to_owned(), json!(class))));
        object.extend(group.is_empty.then(|| ("Size".to_owned(), json!(0))));
        Value::Object(object)
    });
    out.insert("Contents".to_owned(), objects.collect());
    let mut text = serde_json::to_string_pretty(&Value::Object(out)).unwrap_or_default();
    if fault.is_err() {
        // A text that ends before its object does.
        text.pop();
    }
    Some(text)
}
