//! Embeds the data of `rules/` as sorted tables of names and texts.
//!
//! Of a page it also reads which check and cases it speaks for, so that a run reads the pages that it needs and no
//! others. Whether a page is right is judged when it is read, with a place; one whose metadata this does not
//! understand is entered without an index, and read at the start of every run.
//!
//! TOML files are taken apart here (`src/shipped/tree.rs` has the form); one that is broken has no tree, and is told of when
//! it is read.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, error::Error, fs};

/// Folders of `rules/` that hold something else than rule pages.
const NOT_GROUPS: [&str; 4] = ["consumers", "parts", "requests", "messages"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=rules");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let rules = root.join("rules");
    let target = PathBuf::from(env::var("OUT_DIR")?);

    let mut pages = BTreeMap::new();
    for group in entries(&rules, Kind::Folder)? {
        if NOT_GROUPS.contains(&group.as_str()) {
            continue;
        }
        for name in stems(&rules.join(&group), "md")? {
            pages.insert((group.clone(), name.clone()), format!("{group}/{name}.md"));
        }
    }

    let mut out = String::new();
    table(&mut out, "PAGES", "Rule pages, sorted by group, then name.", "ShippedPage");
    for ((group, name), path) in &pages {
        let index = index(&fs::read_to_string(rules.join(path))?);
        let text = include(path);
        writeln!(
            out,
            "    ShippedPage {{ group: {group:?}, name: {name:?}, index: {index}, text: {text} }},"
        )?;
    }
    out.push_str("];\n");
    for (name, doc, folder) in [
        ("CONSUMERS", "Contracts of consumers as `(name, text)`, sorted.", "consumers"),
        ("PARTS", "Parts of contracts as `(name, text)`, sorted.", "parts"),
        ("REQUESTS", "Sets of requests as `(name, text)`, sorted.", "requests"),
        ("MESSAGES", "Messages, causes and what to ask for as `(name, text)`, sorted.", "messages"),
        ("TABLES", "Tables that belong to no one folder as `(name, text)`, sorted.", ""),
    ] {
        table(&mut out, name, doc, "(&str, Shipped<'static>)");
        for stem in stems(&rules.join(folder), "toml")? {
            let path =
                if folder.is_empty() { format!("{stem}.toml") } else { format!("{folder}/{stem}.toml") };
            let bytes = tree(&fs::read_to_string(rules.join(&path))?);
            let file = format!("{}.tree", path.replace('/', "-"));
            fs::write(target.join(&file), bytes)?;
            let tree = format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}\"))");
            writeln!(out, "    ({stem:?}, Shipped::new({}, {tree})),", include(&path))?;
        }
        out.push_str("];\n");
    }
    fs::write(target.join("embedded.rs"), out)?;
    Ok(())
}

/// The tree of a TOML text as bytes; none where it is broken or has what the form does not.
fn tree(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let value = text.parse::<toml::Table>().ok().map(toml::Value::Table);
    match value.and_then(|value| write_value(&mut out, &value)) {
        Some(()) => out,
        None => Vec::new(),
    }
}

fn write_value(out: &mut Vec<u8>, value: &toml::Value) -> Option<()> {
    match value {
        toml::Value::String(text) => {
            out.push(b's');
            write_text(out, text)
        }
        toml::Value::Integer(number) => {
            out.push(b'i');
            out.extend(number.to_le_bytes());
            Some(())
        }
        toml::Value::Boolean(flag) => {
            out.extend([b'b', u8::from(*flag)]);
            Some(())
        }
        toml::Value::Array(list) => {
            out.push(b'a');
            out.extend(u32::try_from(list.len()).ok()?.to_le_bytes());
            list.iter().try_for_each(|value| write_value(out, value).ok_or(())).ok()
        }
        toml::Value::Table(table) => {
            out.push(b't');
            out.extend(u32::try_from(table.len()).ok()?.to_le_bytes());
            for (name, value) in table {
                write_text(out, name)?;
                write_value(out, value)?;
            }
            Some(())
        }
        toml::Value::Float(_) | toml::Value::Datetime(_) => None,
    }
}

fn write_text(out: &mut Vec<u8>, text: &str) -> Option<()> {
    out.extend(u32::try_from(text.len()).ok()?.to_le_bytes());
    out.extend(text.bytes());
    Some(())
}

/// What a page says of itself for being found, as a Rust expression; `None` where its metadata is not as simple as that of
/// all pages is: one line a key, no escapes.
fn index(page: &str) -> String {
    let metadata =
        || page.lines().skip_while(|line| *line != "```toml rule").skip(1).take_while(|line| *line != "```");
    let value = |wanted: &str| {
        metadata().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == wanted).then(|| texts(value.trim()))
        })
    };
    let one = |texts: Vec<String>| if texts.len() == 1 { texts.into_iter().next() } else { None };
    let check = value("check").flatten().and_then(one);
    let aliases = value("aliases").unwrap_or_else(|| Some(Vec::new()));
    match (check, value("case").flatten(), aliases) {
        (Some(check), Some(cases), Some(aliases)) => {
            format!("Some(PageIndex {{ check: {check:?}, cases: &{cases:?}, aliases: &{aliases:?} }})")
        }
        _ => "None".to_owned(),
    }
}

/// `"a"` and `["a", "b"]`.
fn texts(value: &str) -> Option<Vec<String>> {
    let text = |text: &str| {
        let inner = text.trim().strip_prefix('"')?.strip_suffix('"')?;
        (!inner.is_empty() && !inner.contains(['"', '\\', ',', '#'])).then(|| inner.to_owned())
    };
    match value.strip_prefix('[') {
        None => Some(vec![text(value)?]),
        Some(list) => {
            let list = list.strip_suffix(']')?;
            let items = list.split(',').filter(|item| !item.trim().is_empty());
            items.map(text).collect()
        }
    }
}

fn table(out: &mut String, name: &str, doc: &str, item: &str) {
    out.push_str(&format!("/// {doc}\npub static {name}: &[{item}] = &[\n"));
}

fn include(path: &str) -> String {
    let path = format!("/rules/{path}");
    format!("include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))")
}

/// The names of the files in a folder that end in `.extension`, without it, sorted.
fn stems(folder: &Path, extension: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let suffix = format!(".{extension}");
    let mut stems = Vec::new();
    for name in entries(folder, Kind::File)? {
        if let Some(stem) = name.strip_suffix(&suffix).filter(|stem| !stem.is_empty()) {
            println!("cargo::rerun-if-changed={}", folder.join(&name).display());
            stems.push(stem.to_owned());
        }
    }
    // A name that goes on with a dash comes before the dot of the ending, and after the name alone.
    stems.sort();
    Ok(stems)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
}

/// The names of one kind of entry in a folder, sorted; none where there is no such folder.
fn entries(folder: &Path, kind: Kind) -> Result<Vec<String>, Box<dyn Error>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is = if path.is_dir() { Kind::Folder } else { Kind::File };
        let name = path.file_name().and_then(|name| name.to_str());
        if let Some(name) = name.filter(|name| is == kind && !name.starts_with('.')) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}
