//! Embeds the data of `rules/` as sorted tables of names and texts.
//!
//! Of a page it also reads which check and cases it speaks for, so that a run reads the pages that it needs and no
//! others. Whether a page is right is judged when it is read, with a place; one whose metadata this does not
//! understand is entered without an index, and read at the start of every run.

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
        table(&mut out, name, doc, "(&str, &str)");
        for stem in stems(&rules.join(folder), "toml")? {
            let path =
                if folder.is_empty() { format!("{stem}.toml") } else { format!("{folder}/{stem}.toml") };
            writeln!(out, "    ({stem:?}, {}),", include(&path))?;
        }
        out.push_str("];\n");
    }
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("embedded.rs"), out)?;
    Ok(())
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
