//! `triage`: messages and causes of `rules/messages`, each with its own examples.

use preflight::judge::Library;
use preflight::triage::{Book, facts};
use std::fmt::Write as _;

#[test]
fn every_message_tells_what_its_examples_say() {
    let book = Book::embedded().unwrap();
    let mut wrong = String::new();
    for (id, test) in book.tests() {
        let found = facts(&book, &test.text);
        let [(is_known, facts)] = found.as_slice() else {
            let _ = writeln!(wrong, "{id}: {} messages in `{}`: {found:?}", found.len(), test.text);
            continue;
        };
        if !is_known {
            let _ = writeln!(wrong, "{id}: not recognised: `{}`", test.text);
        }
        for (name, wanted) in &test.facts {
            let is = facts.get(name).unwrap_or_default();
            if is != wanted {
                let _ = writeln!(wrong, "{id}: `{name}` is `{is}`, not `{wanted}`, in `{}`", test.text);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let untested: Vec<&str> = book.untested().collect();
    assert_eq!(untested, Vec::<&str>::new(), "messages without an example");
}

#[test]
fn nothing_is_named_that_there_is_not() {
    let book = Book::embedded().unwrap();
    let library = Library::embedded().unwrap();
    let fits = |pattern: &str, name: &str| match pattern.split_once('*') {
        Some((start, end)) => name.starts_with(start) && name.ends_with(end),
        None => pattern == name,
    };
    let rules: Vec<String> = library.book().iter().map(|rule| rule.name.0.clone()).collect();
    let demands: Vec<String> = library
        .contracts()
        .flat_map(|contract| contract.demands.iter().map(|demand| demand.id.clone()))
        .collect();
    let wrong = book.dangling(
        |rule| rules.iter().any(|name| fits(rule, name)),
        |demand| demands.iter().any(|name| fits(demand, name)),
    );
    assert_eq!(wrong, Vec::<String>::new());
}
