//! The files of the repository: what none may contain, links that lead somewhere, generated parts that are up to date.

mod generated;
mod markdown;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[test]
fn no_file_names_a_path_of_one_machine() {
    // Put together here, so that this file does not contain them.
    let folders = ["work", "root", "tmp/target-"].map(|folder| {
        let end = if folder.ends_with('-') { "" } else { "/" };
        format!("/{folder}{end}")
    });
    let mut wrong = String::new();
    for path in files() {
        let text = lossy(&path);
        for (number, line) in text.lines().enumerate() {
            for folder in folders.iter().filter(|folder| begins_in(line, folder)) {
                let _ = writeln!(wrong, "{}:{}: {folder}", shown(&path), number + 1);
            }
        }
    }
    assert!(wrong.is_empty(), "paths that exist on one machine only:\n{wrong}");
}

#[test]
fn no_file_names_the_address_of_a_registry() {
    let hosts = [
        ["arti", "factory"].concat(),
        ["index.", "crates.io"].concat(),
        ["static.", "crates.io"].concat(),
        ["registry.", "npmjs.org"].concat(),
        ["files.", "pythonhosted.org"].concat(),
        ["pypi.org", "/simple"].concat(),
        ["deb.", "debian.org"].concat(),
    ];
    let mut wrong = String::new();
    for path in files() {
        let text = lossy(&path).to_lowercase();
        for host in hosts.iter().filter(|host| text.contains(*host)) {
            let _ = writeln!(wrong, "{}: {host}", shown(&path));
        }
    }
    assert!(wrong.is_empty(), "the client that is set up on the machine knows the address:\n{wrong}");
}

#[test]
fn every_locked_package_comes_from_the_public_registry() {
    let mut locks = 0;
    for path in files().iter().filter(|path| path.ends_with("Cargo.lock")) {
        locks += 1;
        for line in lossy(path).lines().filter(|line| line.starts_with("source = ")) {
            let expected = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
            assert_eq!(line, expected, "{}", shown(path));
        }
    }
    assert!(locks > 0, "there is no Cargo.lock");
}

#[test]
fn rules_and_fixtures_are_valid_utf_8() {
    let mut read = 0;
    for path in files() {
        let shown = shown(&path);
        let data = shown.starts_with("rules/") || shown.starts_with("fixtures/");
        if data && !shown.starts_with("fixtures/broken/") {
            let bytes = std::fs::read(&path).unwrap();
            assert!(std::str::from_utf8(&bytes).is_ok(), "{shown} is not valid UTF-8");
            read += 1;
        }
    }
    assert!(read > 0, "there are no rules and no fixtures");
}

#[test]
fn links_inside_the_repository_lead_to_a_file() {
    let mut wrong = String::new();
    for path in markdown_files() {
        let folder = path.parent().unwrap();
        for (target, line) in markdown::links(&lossy(&path)) {
            let file = target.split(['#', '?']).next().unwrap_or_default();
            let there = match file.strip_prefix('/') {
                Some(below) => root().join(below).exists(),
                None => file.is_empty() || folder.join(file).exists(),
            };
            if !there {
                let _ = writeln!(wrong, "{}:{line}: {target}", shown(&path));
            }
        }
    }
    assert!(wrong.is_empty(), "links to files that are not there:\n{wrong}");
}

#[test]
fn paths_that_documents_name_exist() {
    let mut wrong = String::new();
    for path in markdown_files().iter().filter(|path| !shown(path).starts_with("rules/")) {
        for (word, line) in markdown::code_words(&lossy(path)) {
            let top = word.split('/').next().unwrap_or_default();
            let path_like = word.contains('/') && word.chars().all(|char| char.is_ascii_graphic());
            let pattern = word.contains(['<', '>', '*', '{', ':']);
            if path_like && !pattern && FOLDERS.contains(&top) && !root().join(&word).exists() {
                let _ = writeln!(wrong, "{}:{line}: {word}", shown(path));
            }
        }
    }
    assert!(wrong.is_empty(), "documents name files that are not there:\n{wrong}");
}

#[test]
fn the_change_log_has_the_version_that_is_built() {
    let heading = format!("## [{}]", env!("CARGO_PKG_VERSION"));
    let text = lossy(&root().join("CHANGELOG.md"));
    assert!(text.lines().any(|line| line.starts_with(&heading)), "CHANGELOG.md has no `{heading}`");
}

#[test]
fn continuous_integration_ends_with_the_test_command_of_the_readme() {
    let script = lossy(&root().join(".ci/run"));
    let last = script.lines().rfind(|line| !line.trim().is_empty()).unwrap();
    assert!(
        last == "cargo test" || last.starts_with("cargo test "),
        "the summary of the tests must close the output of .ci/run"
    );
    let readme = root().join("README.md");
    if readme.exists() {
        assert!(
            lossy(&readme).lines().any(|line| line == last),
            "README.md does not name the test command `{last}`"
        );
    } else {
        println!("skipped: there is no README.md");
    }
}

const FOLDERS: [&str; 11] =
    [".ci", "benches", "crates", "data", "docs", "examples", "fixtures", "fuzz", "rules", "src", "tests"];

/// Every file that belongs to the repository: all but what `.gitignore` leaves out.
fn files() -> Vec<PathBuf> {
    let walk = ignore::WalkBuilder::new(root())
        .hidden(false)
        .parents(false)
        .ignore(false)
        .git_global(false)
        .git_exclude(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    let mut files: Vec<PathBuf> = walk
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .map(ignore::DirEntry::into_path)
        .collect();
    files.sort();
    assert!(files.len() > 100, "only {} files were found", files.len());
    files
}

fn markdown_files() -> Vec<PathBuf> {
    let mut files = files();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    assert!(!files.is_empty(), "there is no Markdown file");
    files
}

/// Whether an absolute path begins with `folder` in `line`; `https://host/folder/` and `docs/folder/` are none.
fn begins_in(line: &str, folder: &str) -> bool {
    let part_of_path = |char: char| char.is_alphanumeric() || "-_.}>)*$~/".contains(char);
    line.match_indices(folder).any(|(at, _)| !line[..at].ends_with(part_of_path))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shown(path: &Path) -> String {
    let below = path.strip_prefix(root()).unwrap();
    below.components().map(|part| part.as_os_str().to_str().unwrap()).collect::<Vec<_>>().join("/")
}

fn lossy(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn only_the_start_of_an_absolute_path_counts() {
    let folder = ["/wo", "rk/"].concat();
    for line in ["see X", "'X'", "\"X\"", "X", "=X", "(X"] {
        assert!(begins_in(&line.replace('X', &folder), &folder), "{line}");
    }
    for line in ["https://example.com/X", "docsX", "{root}X", "https:/X"] {
        assert!(!begins_in(&line.replace('X', &folder), &folder), "{line}");
    }
}
