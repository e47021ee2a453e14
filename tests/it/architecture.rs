//! The tables of ARCHITECTURE.md against the code: who imports whom, who reaches outside, how long files are.

mod scan;
mod tokens;

use scan::Named;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const LONG: usize = 400;
const TOO_LONG: usize = 800;

#[test]
fn every_import_is_in_the_table() {
    let rows = import_table();
    let mut wrong = String::new();
    for file in sources().iter().filter(|file| !file.is_edge()) {
        let own = file.folder();
        let Some(row) = rows.iter().find(|row| row.module == own) else {
            let _ = writeln!(wrong, "{}:1: `{own}` has no row in the import table", file.path);
            continue;
        };
        for path in file.paths.iter().filter(|path| path.own) {
            let Some(other) = path.segments.first() else {
                let _ = writeln!(wrong, "{}:{}: imports the whole crate", file.path, path.line);
                continue;
            };
            if *other != own && !row.may_import.contains(other) {
                let name = path.segments.join("::");
                let _ = writeln!(
                    wrong,
                    "{}:{}: `{own}` may not import `{other}` (`{name}`)",
                    file.path, path.line
                );
            }
        }
    }
    assert!(wrong.is_empty(), "imports that the table in ARCHITECTURE.md does not allow:\n{wrong}");
}

#[test]
fn no_two_modules_import_each_other() {
    let mut edges: BTreeMap<(String, String), String> = BTreeMap::new();
    for file in sources().iter().filter(|file| !file.is_edge()) {
        for path in file.paths.iter().filter(|path| path.own) {
            if let Some(other) = path.segments.first().filter(|other| **other != file.folder()) {
                let place = format!("{}:{}", file.path, path.line);
                edges.entry((file.folder(), other.clone())).or_insert(place);
            }
        }
    }
    assert!(!edges.is_empty(), "no import was found at all");
    let mutual: Vec<String> = edges
        .iter()
        .filter(|((from, to), _)| from < to)
        .filter_map(|((from, to), place)| {
            let back = edges.get(&(to.clone(), from.clone()))?;
            Some(format!("{place}: `{from}` imports `{to}`, and {back} imports it back"))
        })
        .collect();
    assert!(mutual.is_empty(), "{}", mutual.join("\n"));
}

#[test]
fn the_import_table_goes_from_below_to_above() {
    let mut seen = BTreeSet::new();
    for row in import_table() {
        for other in &row.may_import {
            assert!(
                seen.contains(other),
                "the row of `{}` names `{other}`, which is not above it",
                row.module
            );
        }
        assert!(seen.insert(row.module.clone()), "`{}` has two rows", row.module);
    }
}

#[test]
fn every_module_has_a_row_and_every_row_a_module() {
    let rows = import_table();
    let mut modules: BTreeSet<String> =
        sources().iter().filter(|file| !file.is_edge()).map(SourceFile::folder).collect();
    let mut wrong = String::new();
    for row in &rows {
        let (there, name) = (modules.remove(&row.module), &row.module);
        let _ = match (there, row.later) {
            (true, true) => writeln!(wrong, "src/{name} is there: take `(later)` from its row"),
            (false, false) => writeln!(wrong, "`{name}` has a row, but src/{name} is not there"),
            (true, false) | (false, true) => Ok(()),
        };
    }
    for name in &modules {
        let _ = writeln!(wrong, "src/{name} has no row");
    }
    assert!(wrong.is_empty(), "the import table of ARCHITECTURE.md:\n{wrong}");
}

#[test]
fn only_the_edges_reach_outside() {
    let doors = doors();
    let mut wrong = String::new();
    for file in sources() {
        for path in file.paths.iter().filter(|path| !path.own) {
            for door in doors.iter().filter(|door| door.is_opened_by(path)) {
                if !door.places.contains(&file.folder()) {
                    let (name, place) = (path.segments.join("::"), &file.path);
                    let _ = writeln!(wrong, "{place}:{}: `{name}` opens `{}`", path.line, door.name);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "only the places named in ARCHITECTURE.md may do this:\n{wrong}");
}

#[test]
fn files_are_short() {
    let excused: Vec<String> = table("long").iter().map(|cells| quoted(&cells[0]).remove(0)).collect();
    let mut wrong = String::new();
    let mut long = BTreeSet::new();
    for path in rust_files(&["src", "tests", "examples", "benches", "crates"]) {
        let lines = read(&path).lines().count();
        let shown = shown(&path);
        if lines > TOO_LONG {
            let _ = writeln!(wrong, "{shown}: {lines} lines, and no file may have more than {TOO_LONG}");
        } else if lines > LONG && !excused.contains(&shown) {
            let _ =
                writeln!(wrong, "{shown}: {lines} lines; split it, or give the reason in ARCHITECTURE.md");
        }
        if lines > LONG {
            long.insert(shown);
        }
    }
    for path in excused.iter().filter(|path| !long.contains(*path)) {
        let _ = writeln!(
            wrong,
            "{path}: has no more than {LONG} lines; take it from the list in ARCHITECTURE.md"
        );
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_module_says_what_it_is() {
    let silent: Vec<String> = rust_files(&["src", "tests", "examples", "benches", "crates"])
        .iter()
        .filter(|path| !read(path).starts_with("//!"))
        .map(|path| shown(path))
        .collect();
    assert!(silent.is_empty(), "files that do not begin with `//!`: {silent:?}");
}

/// A row of the import table.
struct Row {
    module: String,
    later: bool,
    may_import: Vec<String>,
}

fn import_table() -> Vec<Row> {
    let row = |cells: &Vec<String>| Row {
        module: quoted(&cells[0]).remove(0),
        later: cells[0].contains("(later)"),
        may_import: quoted(&cells[2]),
    };
    table("imports").iter().map(row).collect()
}

/// Something that reaches out of the process.
struct Door {
    name: String,
    places: Vec<String>,
}

impl Door {
    /// Whether a path names what is behind the door, or imports a parent by whose name it can be reached.
    fn is_opened_by(&self, path: &Named) -> bool {
        let door: Vec<&str> = self.name.split("::").collect();
        let same = |(door, segment): (&&str, &String)| match door.strip_suffix('*') {
            Some(start) => segment.starts_with(start),
            None => segment == door,
        };
        let whole = path.segments.len() >= door.len();
        let glob = path.segments.last().is_some_and(|last| last == "*");
        let segments = &path.segments[..path.segments.len() - usize::from(glob)];
        let parent = path.imported && !segments.is_empty();
        (whole || parent) && door.iter().zip(segments).all(same)
    }
}

fn doors() -> Vec<Door> {
    let door = |cells: &Vec<String>| Door { name: quoted(&cells[0]).remove(0), places: quoted(&cells[1]) };
    table("doors").iter().map(door).collect()
}

/// The rows of the table between `<!-- name:begin -->` and `<!-- name:end -->`, without its head.
fn table(name: &str) -> Vec<Vec<String>> {
    let text = read(&root().join("ARCHITECTURE.md"));
    let (begin, end) = (format!("<!-- {name}:begin -->"), format!("<!-- {name}:end -->"));
    let body = text.split_once(&begin).and_then(|(_, rest)| rest.split_once(&end)).unwrap().0;
    let cells = |line: &str| {
        let line = line.trim_matches('|');
        line.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let rows: Vec<Vec<String>> =
        body.lines().filter(|line| line.starts_with('|')).skip(2).map(cells).collect();
    // That no file has to be excused is as it should be; the other tables are never empty.
    assert!(name == "long" || !rows.is_empty(), "the table `{name}` of ARCHITECTURE.md is empty");
    rows
}

/// The words in backticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// A file of `src` that is not for tests alone.
struct SourceFile {
    path: String,
    /// Its module, from the crate's root; of the edge, the name of the file.
    module: Vec<String>,
    paths: Vec<Named>,
}

impl SourceFile {
    fn folder(&self) -> String {
        self.module.first().cloned().unwrap_or_default()
    }

    fn is_edge(&self) -> bool {
        self.folder().ends_with(".rs") || self.folder() == "bin"
    }
}

fn sources() -> Vec<SourceFile> {
    let mut files = Vec::new();
    let mut test_modules: Vec<Vec<String>> = Vec::new();
    for path in rust_files(&["src"]) {
        let module = module(&path);
        let found = scan::scan(&read(&path), &module);
        for name in found.test_modules {
            test_modules.push(module.iter().cloned().chain([name]).collect());
        }
        files.push(SourceFile { path: shown(&path), module, paths: found.paths });
    }
    files.retain(|file| !test_modules.iter().any(|tests| file.module.starts_with(tests)));
    assert!(files.len() > 20, "only {} files were found", files.len());
    files
}

/// The module of a file: `src/eval/condition/mod.rs` is `eval::condition`; `src/main.rs` stays `main.rs`.
fn module(path: &Path) -> Vec<String> {
    let shown = shown(path);
    let inner = shown.strip_prefix("src/").unwrap();
    if !inner.contains('/') {
        return vec![inner.to_owned()];
    }
    let stem = inner.strip_suffix(".rs").unwrap();
    stem.strip_suffix("/mod").unwrap_or(stem).split('/').map(str::to_owned).collect()
}

fn rust_files(folders: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut waiting: Vec<PathBuf> =
        folders.iter().map(|folder| root().join(folder)).filter(|folder| folder.is_dir()).collect();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shown(path: &Path) -> String {
    let below = path.strip_prefix(root()).unwrap();
    below.components().map(|part| part.as_os_str().to_str().unwrap()).collect::<Vec<_>>().join("/")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
