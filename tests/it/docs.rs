//! `docs/`: the generated documents are what the program says today. `BLESS=1` writes them anew.
//!
//! A document is generated as a whole, or has parts between `<!-- name:begin -->` and `<!-- name:end -->`.

mod command_line;
mod configuration;
mod consumer_files;
mod consumers;
mod rules;
mod words;

use std::path::Path;

/// Compares a generated document with the file, or writes it.
fn whole(path: &str, fresh: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    if found == fresh {
        return;
    }
    assert!(bless(), "{} is out of date; write it anew with `BLESS=1`", path.display());
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, fresh).unwrap();
}

/// Compares a generated part of a document with the file, or writes it.
fn part(path: &str, name: &str, content: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(&file).unwrap();
    let (begin, end) = (format!("<!-- {name}:begin -->"), format!("<!-- {name}:end -->"));
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("{path} has no {begin}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{path} has no {end}"));
    let fresh = format!("{before}{begin}\n\n{}\n\n{end}{after}", content.trim());
    if fresh != text {
        assert!(bless(), "{path}: part `{name}` is out of date; write it anew with `BLESS=1`");
        std::fs::write(&file, fresh).unwrap();
    }
}

fn bless() -> bool {
    std::env::var_os("BLESS").is_some()
}

fn written(path: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The code words of the first column of every table below the heading.
fn first_column(text: &str, heading: &str) -> Vec<String> {
    let below =
        text.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading}")).1;
    below
        .lines()
        .take_while(|line| !line.starts_with("## "))
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(word, _)| word.to_owned())
        .collect()
}

/// Words in back-ticks.
fn code_words(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}
