//! Every decision case of `fixtures/decisions`, and the outside suite where it is at hand.

use crate::cases;
use std::path::{Path, PathBuf};

fn run(file: &Path) -> (usize, Vec<String>) {
    let text = std::fs::read_to_string(file).unwrap();
    let mut agree = 0;
    let mut wrong = Vec::new();
    for case in cases::read(&text).iter().filter(|case| !case.excluded) {
        if case.agrees() {
            agree += 1;
        } else {
            wrong.push(format!(
                "{}: expected {}, got {}\n{}",
                case.id,
                case.expected,
                case.answer(),
                case.trace().join("\n")
            ));
        }
    }
    (agree, wrong)
}

#[test]
fn every_case_of_our_own_is_decided_as_its_page_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/decisions");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    files.sort();
    let mut total = 0;
    for file in &files {
        let (agree, wrong) = run(file);
        assert!(wrong.is_empty(), "{}: {}", file.display(), wrong.join("\n\n"));
        total += agree;
    }
    assert!(total >= 850, "only {total} cases were found");
}

#[test]
fn the_outside_suite_agrees_where_it_is_at_hand() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/suites/decisions.jsonl");
    if !file.exists() {
        println!("skipped: the outside suite is not at hand");
        return;
    }
    let (agree, wrong) = run(&file);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(agree >= 600, "only {agree} cases were found");
}
