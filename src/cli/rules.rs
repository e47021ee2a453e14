//! `preflight rules`

use super::args::RulesArgs;
use super::{Exit, fault, terminal};
use crate::judge::Library;
use crate::rulebook;

pub(super) fn run(args: &RulesArgs) -> anyhow::Result<Exit> {
    let library = Library::embedded()?;
    let text = if args.aliases {
        rulebook::aliases(library.book())
    } else if args.markdown {
        rulebook::markdown_table(library.book())
    } else {
        rulebook::table(library.book())
    };
    fault::pages(library.book().faults())?;
    terminal::print(&text)?;
    Ok(Exit::Ready)
}
