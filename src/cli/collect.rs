//! `preflight collect`

use super::args::CollectArgs;
use super::check::Run;
use super::{Exit, terminal};

/// Asks AWS and writes the snapshot; what is in it is not judged. That not all could be read is said, and has a code of its own.
pub(super) fn run(args: &CollectArgs) -> anyhow::Result<Exit> {
    let mut check = args.check.clone();
    check.live.live = true;
    check.live.snapshot = Some(args.output.clone());
    let run = Run::prepare(&check, None)?;
    let live = &run.evidence.live;
    terminal::talk(&format!("wrote `{}`", args.output.display()));
    let not_read = run.not_read();
    if !not_read.is_empty() {
        let count = not_read.len();
        terminal::talk(&format!("not all could be read ({count}); what hangs on it is \"cannot tell\""));
    }
    for line in &not_read {
        terminal::talk(line);
    }
    // What was asked for and is not in the file is not known, as it is for `check`.
    let is_whole = live.cut_short.is_none() && not_read.is_empty();
    Ok(if is_whole { Exit::Ready } else { Exit::CannotTell })
}
