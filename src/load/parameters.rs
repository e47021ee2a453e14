//! Files that say what stacks of CloudFormation are made with.
//!
//! <https://docs.aws.amazon.com/cli/latest/reference/cloudformation/deploy/> (`--parameter-overrides`),
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html> and
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html> (checked 2026-11)

use super::files::{self, Found, TEMPLATES};
use super::{cloudformation, display, terraform};
use crate::evidence::ParameterSet;
use crate::syntax::{Node, Value, read_json, read_yaml};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

/// The longest file of parameters, in bytes.
const LONGEST: u64 = 1 << 16;

/// The longest template whose nested stacks are looked at, in bytes.
const LONGEST_TEMPLATE: u64 = 1 << 20;

/// Sets that are read.
const MOST: usize = 200;

/// The sets of values among some files.
pub(super) fn among(all: &[Found]) -> Vec<ParameterSet> {
    let is_template = |path: &Path| files::has_ending(path, &TEMPLATES);
    let may_be = |path: &Path| is_template(path) || files::is_json(path);
    let mut out = Vec::new();
    // Where no template is, nobody is given anything.
    if !all.iter().any(|file| is_template(&file.path)) && all.len() > MOST {
        return out;
    }
    let is_short = |path: &Path| {
        let most = if is_template(path) { LONGEST_TEMPLATE } else { LONGEST };
        std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() <= most)
    };
    for Found { path, .. } in all {
        let is_sam = path.file_name().is_some_and(|name| name == "samconfig.toml");
        if (!is_sam && !may_be(path)) || !is_short(path) || out.len() >= MOST {
            continue;
        }
        let Ok(text) = files::read_text(path) else { continue };
        out.extend(sets(&display(path), &text));
    }
    let names: BTreeSet<String> = all.iter().map(|file| display(&file.path)).collect();
    keep_known(&mut out, &|name| names.contains(name));
    out
}

/// Leaves out what is given to templates that are not read.
pub(super) fn keep_known(sets: &mut Vec<ParameterSet>, is_read: &dyn Fn(&str) -> bool) {
    sets.retain(|set| set.template.as_deref().is_none_or(is_read));
}

/// The sets in one file.
pub(super) fn sets(name: &str, text: &str) -> Vec<ParameterSet> {
    if name.rsplit('/').next() == Some("samconfig.toml") {
        return of_sam(name, text);
    }
    let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    if has("TemplateURL") || has("AWS::Serverless::Application") {
        return nested(name, text);
    }
    if !has("\"ParameterKey\"") && (!has("\"Parameters\"") || has("\"Resources\"")) {
        return Vec::new();
    }
    let Some(values) = of_json(&read_json(text).root) else { return Vec::new() };
    vec![ParameterSet {
        name: name.to_owned(),
        file: name.to_owned(),
        template: None,
        values,
        open: BTreeSet::new(),
    }]
}

/// `[{"ParameterKey": …, "ParameterValue": …}]` and `{"Parameters": {…}}`.
fn of_json(root: &Node<'_>) -> Option<BTreeMap<String, String>> {
    if let Some(items) = root.as_array() {
        let pair = |item: &Node<'_>| {
            Some((item.get("ParameterKey")?.as_str()?.to_owned(), item.get("ParameterValue").and_then(text)?))
        };
        return items.iter().map(pair).collect();
    }
    let members = root.get("Parameters")?.as_object()?;
    members.iter().map(|member| Some((member.key.to_string(), text(&member.value)?))).collect()
}

fn text(node: &Node<'_>) -> Option<String> {
    match &node.value {
        Value::String(text) | Value::Number(text) => Some(text.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// `parameter_overrides` of each environment.
fn of_sam(name: &str, text: &str) -> Vec<ParameterSet> {
    let Ok(table) = text.parse::<toml::Table>() else { return Vec::new() };
    let mut out = Vec::new();
    for (environment, commands) in &table {
        let Some(commands) = commands.as_table() else { continue };
        let mut values = BTreeMap::new();
        let mut template = None;
        for command in commands.values() {
            let Some(given) = command.get("parameters") else { continue };
            let text = |key: &str| given.get(key).and_then(toml::Value::as_str);
            if let Some(path) = text("template_file").or_else(|| text("template")) {
                template = below(name, path);
            }
            match given.get("parameter_overrides") {
                Some(toml::Value::String(all)) => words(all).iter().for_each(|word| add(word, &mut values)),
                Some(toml::Value::Array(all)) => {
                    all.iter().filter_map(toml::Value::as_str).for_each(|word| add(word, &mut values));
                }
                _ => {}
            }
        }
        if !values.is_empty() {
            out.push(ParameterSet {
                name: format!("{name} [{environment}]"),
                file: name.to_owned(),
                // What `sam build` makes is made of the template beside.
                template: template.filter(|path| !path.contains(".aws-sam")),
                values,
                open: BTreeSet::new(),
            });
        }
    }
    out
}

/// `A=b` or `ParameterKey=A,ParameterValue=b`.
fn add(word: &str, values: &mut BTreeMap<String, String>) {
    let long = word.strip_prefix("ParameterKey=").and_then(|rest| rest.split_once(",ParameterValue="));
    if let Some((key, value)) = long.or_else(|| word.split_once('=')) {
        let value = value.trim_matches('"');
        values.insert(key.trim_matches('"').to_owned(), value.to_owned());
    }
}

/// The words of a line; a space between quotes parts none.
fn words(line: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut is_quoted = false;
    for c in line.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            c if c.is_whitespace() && !is_quoted => out.push(String::new()),
            c => out.last_mut().into_iter().for_each(|word| word.push(c)),
        }
    }
    out.retain(|word| !word.is_empty());
    out
}

/// What a template gives the templates of its nested stacks that stand in files here, as it is written before `package`.
fn nested(name: &str, text: &str) -> Vec<ParameterSet> {
    let text = terraform::without_secrets(text.to_owned());
    let of = |root: &Node<'_>| -> Vec<ParameterSet> {
        if !cloudformation::is_template(root) {
            return Vec::new();
        }
        let stacks = cloudformation::nested(root).into_iter();
        stacks
            .filter_map(|stack| {
                Some(ParameterSet {
                    name: format!("{name}: {}", stack.id),
                    file: name.to_owned(),
                    template: Some(below(name, &stack.template)?),
                    values: stack.values,
                    open: stack.open,
                })
            })
            .collect()
    };
    if super::yaml::looks_like(&text) {
        return read_yaml(&text).documents.iter().flat_map(|document| of(&document.root)).collect();
    }
    of(&read_json(&text).root)
}

/// A path that a file writes, beside that file; nothing for an address.
fn below(file: &str, path: &str) -> Option<String> {
    if path.contains("://") || path.starts_with('/') || path.is_empty() {
        return None;
    }
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let mut parts: Vec<String> = Vec::new();
    for part in folder.join(path).components() {
        match part {
            Component::ParentDir if parts.last().is_some_and(|last| last != "..") => drop(parts.pop()),
            Component::CurDir => {}
            part => parts.push(part.as_os_str().to_string_lossy().into_owned()),
        }
    }
    Some(parts.join("/").replace("//", "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(name: &str, text: &str) -> Vec<(String, String)> {
        let all = sets(name, text).into_iter();
        all.flat_map(|set| {
            let name = set.name;
            set.values.into_iter().map(move |(key, value)| (name.clone(), format!("{key}={value}")))
        })
        .collect()
    }

    #[test]
    fn files_of_parameters_are_known_by_what_they_say() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        for text in [
            r#"[{"ParameterKey": "A", "ParameterValue": "b"}]"#,
            r#"{"Parameters": {"A": "b"}, "Tags": {"x": "y"}}"#,
        ] {
            assert_eq!(values("p.json", text), [pair("p.json", "A=b")], "{text}");
        }
        let sam = "version = 0.1\n[prod.deploy.parameters]\nparameter_overrides = 'A=b C=\"d e\"'\n[dev.deploy.parameters]\nparameter_overrides = [\"ParameterKey=A,ParameterValue=x\"]\n";
        assert_eq!(
            values("samconfig.toml", sam),
            [
                pair("samconfig.toml [dev]", "A=x"),
                pair("samconfig.toml [prod]", "A=b"),
                pair("samconfig.toml [prod]", "C=d e"),
            ]
        );
        for text in [r#"{"Parameters": {"A": {"Type": "String"}}, "Resources": {}}"#, r#"[{"a": 1}]"#, "["] {
            assert!(values("p.json", text).is_empty(), "{text}");
        }
    }

    #[test]
    fn paths_are_those_of_files() {
        for (file, path, place) in [
            ("root.yaml", "./child.yaml", Some("child.yaml")),
            ("infra/root.yaml", "../nested/child.yaml", Some("nested/child.yaml")),
            ("/t/infra/root.yaml", "child.yaml", Some("/t/infra/child.yaml")),
            ("root.yaml", "https://example.s3.amazonaws.com/child.yaml", None),
        ] {
            assert_eq!(below(file, path).as_deref(), place, "{file} {path}");
        }
    }
}
