//! Embeds the data of `rules/` as sorted tables of names and texts.
//!
//! It reads names only: what stands in a page or a contract is judged when it is loaded, with a place.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, error::Error, fs};

/// Folders of `rules/` that hold something else than rule pages.
const NOT_GROUPS: [&str; 3] = ["consumers", "requests", "messages"];

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
    table(&mut out, "PAGES", "Rule pages as `(group, name, text)`, sorted.", "(&str, &str, &str)");
    for ((group, name), path) in &pages {
        writeln!(out, "    ({group:?}, {name:?}, {}),", include(path))?;
    }
    out.push_str("];\n");
    for (name, doc, folder) in [
        ("CONSUMERS", "Contracts of consumers as `(name, text)`, sorted.", "consumers"),
        ("REQUESTS", "Sets of requests as `(name, text)`, sorted.", "requests"),
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
