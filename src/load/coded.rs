//! Answers of the AWS CLI that it was asked to write in YAML (`--output yaml` and `yaml-stream`, or `output = yaml` in its
//! configuration).

use super::text::{TextForm, form_of};
use crate::source::{SourceId, Sources};
use crate::syntax::{Node, Value, read_yaml};

/// Such an answer in JSON, as a source of its own: all that reads answers reads JSON. None for every other text, and for one
/// that is damaged.
pub(super) fn from_yaml(sources: &mut Sources, source: SourceId) -> Option<SourceId> {
    let text = sources.get(source).text();
    if form_of(text) != Some(TextForm::Output("yaml")) {
        return None;
    }
    let read = read_yaml(text);
    if read.documents.iter().any(|document| !document.issues.is_empty()) {
        return None;
    }
    let roots = || read.documents.iter().map(|document| &document.root);
    let answer = match &read.documents[..] {
        [only] if only.root.as_object().is_some() => json(&only.root)?,
        // A page in each document, or in each item of a list.
        _ => roots().flat_map(Node::iter_one_or_many).map(json).collect::<Option<Vec<_>>>()?.into(),
    };
    let items = || answer.as_array().into_iter().flatten();
    if !answer.is_object() && (items().next().is_none() || !items().all(serde_json::Value::is_object)) {
        return None;
    }
    let json = serde_json::to_string_pretty(&answer).ok()?;
    let name = format!("{} (as JSON)", sources.get(source).name());
    Some(sources.add(name, json))
}

fn json(node: &Node<'_>) -> Option<serde_json::Value> {
    Some(match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(text) => serde_json::from_str(text).ok()?,
        Value::String(text) => text.as_ref().into(),
        Value::Array(items) => items.iter().map(json).collect::<Option<Vec<_>>>()?.into(),
        Value::Object(members) => {
            let pairs = members.iter().map(|member| Some((member.key.to_string(), json(&member.value)?)));
            pairs.collect::<Option<serde_json::Map<_, _>>>()?.into()
        }
        Value::Template(_) | Value::Bare(_) | Value::Missing => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_in_yaml_become_json() {
        let mut sources = Sources::new();
        for (text, wanted) in [
            ("Contents:\n- Key: a/b\n  Size: 3\n", Some("{\"Contents\":[{\"Key\":\"a/b\",\"Size\":3}]}")),
            (
                "Policy: '{\"Version\": \"2012-10-17\"}'\n",
                Some("{\"Policy\":\"{\\\"Version\\\": \\\"2012-10-17\\\"}\"}"),
            ),
            (
                "ResourceAccount: '111122223333'\nIsPublic: false\n",
                Some("{\"ResourceAccount\":\"111122223333\",\"IsPublic\":false}"),
            ),
            ("- Contents:\n  - Key: a\n    Size: 3\n", Some("[{\"Contents\":[{\"Key\":\"a\",\"Size\":3}]}]")),
            (
                "---\nPayer: BucketOwner\n---\nPayer: Requester\n",
                Some("[{\"Payer\":\"BucketOwner\"},{\"Payer\":\"Requester\"}]"),
            ),
            ("- Hosts: all\n  Tasks: []\n", None),
            // Damaged, and other texts.
            ("Contents:\n- Key: a\n Size: 3\n", None),
            ("CONTENTS\t\"x\"\t2026\tkey\t3\tSTANDARD\n", None),
            ("{\"Contents\": []}", None),
        ] {
            let source = sources.add("a.yaml", text);
            let json = from_yaml(&mut sources, source).map(|part| sources.get(part).text().to_owned());
            let json = json.map(|text| serde_json::from_str::<serde_json::Value>(&text).unwrap().to_string());
            assert_eq!(json.as_deref(), wanted, "{text}");
        }
    }
}
