//! `preflight explain RULE`

use super::args::ExplainArgs;
use super::{Exit, fault, terminal};
use crate::judge::Library;
use crate::rulebook::{self, Rule, Rulebook};

pub(super) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let library = Library::embedded()?;
    let rule = find(library.book(), &args.rule)?;
    let style = terminal::style(super::args::ColorArg::Never, false);
    terminal::print(&rulebook::explain(rule, style.width))?;
    Ok(Exit::Ready)
}

/// The rule that was typed: its name or an alias, in any case, as the path of its page too.
pub(super) fn find<'b>(book: &'b Rulebook, typed: &str) -> anyhow::Result<&'b Rule> {
    let plain = typed.trim().trim_end_matches(".md").rsplit('/').next().unwrap_or_default();
    let plain = plain.to_lowercase().replace('_', "-");
    if let Some(rule) = book.get(typed).or_else(|| book.get(&plain)) {
        return Ok(rule);
    }
    fault::pages(book.faults())?;
    let nearest = rulebook::nearest(book.iter().map(|rule| rule.name.0.as_str()), &plain);
    let hint = nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    anyhow::bail!("there is no rule `{typed}`{hint} (`preflight rules` lists all)");
}
