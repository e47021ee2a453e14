//! `preflight collect`

use super::args::CollectArgs;
use super::check::Run;
use super::{Exit, terminal};

/// Asks AWS and writes the snapshot; what is in it is not judged.
pub(super) fn run(args: &CollectArgs) -> anyhow::Result<Exit> {
    let mut check = args.check.clone();
    check.live.live = true;
    check.live.snapshot = Some(args.output.clone());
    let run = Run::prepare(&check, None)?;
    let live = &run.evidence.live;
    terminal::talk(&format!("wrote `{}`", args.output.display()));
    for line in run.not_read() {
        terminal::talk(&line);
    }
    Ok(if live.cut_short.is_some() { Exit::CannotTell } else { Exit::Ready })
}
