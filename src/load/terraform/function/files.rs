//! Functions that read files, and texts that hold values.
//!
//! <https://developer.hashicorp.com/terraform/language/functions/jsondecode>, `yamldecode` and `fileset` beside it (checked
//! 2026-11)

use super::super::assets::key;
use super::super::value::{Scope, respan};
use super::lists::of_texts;
use crate::syntax::hcl::HclExpr;
use crate::syntax::{Node, Value, read_json, read_yaml};
use std::borrow::Cow;

/// What a call gives; nothing where that is not known.
pub(super) fn call(
    scope: &Scope<'_>,
    name: &str,
    arguments: &[HclExpr],
    values: &[Node<'static>],
) -> Option<Value<'static>> {
    match (name, arguments, values) {
        ("file", [path], _) => Some(Value::String(Cow::Owned(scope.asset(path)?.text.clone()))),
        ("jsondecode", _, [text]) => {
            let document = read_json(text.as_str()?);
            let is_whole = document.issues.is_empty() && !document.root.is_missing();
            is_whole.then(|| respan(document.root.into_owned(), text.span).value)
        }
        ("yamldecode", _, [text]) => {
            let mut yaml = read_yaml(text.as_str()?);
            let document = yaml.documents.pop().filter(|_| yaml.documents.is_empty())?;
            let is_whole = document.issues.is_empty() && !document.root.is_missing();
            is_whole.then(|| respan(document.root.into_owned(), text.span).value)
        }
        ("fileset", _, [path, pattern]) => {
            let folder = key(path.as_str()?);
            let pattern = globset::GlobBuilder::new(pattern.as_str()?).literal_separator(true).build();
            let pattern = pattern.ok()?.compile_matcher();
            let assets = scope.module.assets.borrow();
            let inside = |name: &String| {
                let rest = if folder.is_empty() { Some(name.as_str()) } else { name.strip_prefix(&folder) };
                rest.map(|rest| rest.trim_start_matches('/').to_owned())
            };
            let names = assets.keys().filter_map(inside).filter(|name| pattern.is_match(name));
            Some(of_texts(names, path))
        }
        _ => None,
    }
}
