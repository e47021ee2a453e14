//! `preflight explain RULE`

use super::args::ExplainArgs;
use super::{Exit, terminal};
use crate::judge::Library;
use crate::rulebook::{self, Rulebook};

pub(super) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let library = Library::embedded()?;
    let Some(rule) = library.book().get(&args.rule) else {
        let nearest = nearest(library.book(), &args.rule);
        let hint = nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
        anyhow::bail!("there is no rule `{}`{hint} (`preflight rules` lists all)", args.rule);
    };
    let style = terminal::style(super::args::ColorArg::Never, false);
    terminal::print(&rulebook::explain(rule, style.width))?;
    Ok(Exit::Ready)
}

/// The one rule whose name shares most words with what was typed.
fn nearest<'b>(book: &'b Rulebook, typed: &str) -> Option<&'b str> {
    let words: Vec<&str> = typed.split('-').collect();
    let shared = |name: &str| name.split('-').filter(|word| words.contains(word)).count();
    book.iter()
        .map(|rule| rule.name.0.as_str())
        .max_by_key(|name| shared(name))
        .filter(|name| shared(name) > 0)
}
