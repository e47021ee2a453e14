//! The terminal: colour, width, and writing that survives a closed pipe.

use super::args::ColorArg;
use crate::render::Style;
use std::io::{IsTerminal, Write};

/// Columns where nothing says how wide the terminal is.
const USUAL_WIDTH: usize = 100;

/// How output to standard output may look.
pub(super) fn style(color: ColorArg, quiet: bool) -> Style {
    let terminal = std::io::stdout().is_terminal();
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let forced = std::env::var("CLICOLOR_FORCE").is_ok_and(|value| !value.is_empty() && value != "0");
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    let color = match color {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto if set("NO_COLOR") => false,
        ColorArg::Auto => forced || (terminal && !dumb),
    };
    Style { color, unicode: unicode(), width: width(), links: color && terminal, quiet }
}

fn width() -> usize {
    if let Some(columns) = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()) {
        return columns;
    }
    terminal_size::terminal_size().map_or(USUAL_WIDTH, |(width, _)| usize::from(width.0))
}

/// A locale that says it is not UTF-8 gets ASCII; no locale at all gets what every terminal of today can show.
fn unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    locale.is_none_or(|locale| {
        let upper = locale.to_ascii_uppercase();
        upper.contains("UTF-8") || upper.contains("UTF8") || upper == "C" || upper == "POSIX"
    })
}

/// Writes a result. A reader that went away is no error.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Says something that is no result.
pub(super) fn talk(text: &str) {
    // File names and document members may stand in it, and those can hold anything.
    for line in text.lines() {
        let _ = writeln!(std::io::stderr().lock(), "{}", crate::render::view::safe(line));
    }
}
