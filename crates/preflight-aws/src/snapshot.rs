//! The snapshot: what was asked and what came back.

use serde_json::{Map, Value, json};

/// Whose call it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Made with the reader's key.
    pub(crate) as_reader: bool,
    /// Made in this linked account.
    pub(crate) account: Option<String>,
}

/// Calls with their answers, and the values of the form that follow from them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// Values of the form.
    pub form: Map<String, Value>,
    /// The calls, as they stand in the file.
    pub calls: Vec<Value>,
    /// Why it is not whole, if it is not.
    pub cut_short: Option<String>,
    /// Whether it holds documents beside calls, as a bundle does; they are not kept here.
    pub has_documents: bool,
}

impl Snapshot {
    /// Reads one that was written before; nothing if the text is none.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        if value.get("preflight-snapshot")?.as_u64()? != 1 {
            return None;
        }
        Some(Self {
            form: value.get("form").and_then(Value::as_object).cloned().unwrap_or_default(),
            calls: value.get("calls").and_then(Value::as_array).cloned().unwrap_or_default(),
            cut_short: value.get("cut-short").and_then(Value::as_str).map(str::to_owned),
            has_documents: value
                .get("documents")
                .and_then(Value::as_array)
                .is_some_and(|list| !list.is_empty()),
        })
    }

    /// The file's text: indented, calls in an order that does not depend on which answer came first.
    #[must_use]
    pub fn text(&self) -> String {
        let mut calls = self.calls.clone();
        // Where a list was begun anew, its place is empty.
        calls.retain(|call| !call.is_null());
        calls.sort_by_cached_key(|call| {
            let text = |key: &str| call.get(key).map(ToString::to_string).unwrap_or_default();
            (text("as"), text("account"), text("call"), text("input"))
        });
        let mut form = self.form.clone();
        form.sort_keys();
        let mut file = Map::new();
        file.insert("preflight-snapshot".to_owned(), json!(1));
        if let Some(why) = &self.cut_short {
            file.insert("cut-short".to_owned(), json!(why));
        }
        file.insert("form".to_owned(), Value::Object(form));
        file.insert("calls".to_owned(), Value::Array(calls));
        let mut text = serde_json::to_string_pretty(&Value::Object(file)).unwrap_or_default();
        text.push('\n');
        text
    }

    /// When the first of its calls was answered.
    #[must_use]
    pub fn since(&self) -> Option<&str> {
        self.calls.iter().filter_map(|call| call.get("time")?.as_str()).min()
    }

    /// The answer to a call that was made before. Calls that failed are made again.
    pub(crate) fn answer(&self, call: &str, input: &Value, mark: &Mark) -> Option<&Value> {
        let same = |entry: &&Value| {
            entry.get("call").and_then(Value::as_str) == Some(call)
                && entry.get("input") == Some(input)
                && entry.get("as").is_some() == mark.as_reader
                && entry.get("account").and_then(Value::as_str) == mark.account.as_deref()
        };
        self.calls.iter().filter(same).find_map(|entry| entry.get("output"))
    }
}
