//! Asking AWS: what `--live`, `--as-reader` and `preflight collect` do before anything is judged.
//!
//! Whatever is asked becomes a snapshot, which is read like a file: live and mailed evidence take one path.

use super::args::LiveArgs;
use crate::contract::Form;
use crate::judge::Library;
#[cfg(feature = "live")]
mod ask;

/// A snapshot: its name and text.
pub(super) struct Gathered {
    pub(super) name: String,
    pub(super) text: String,
}

/// What is asked for, by which form, for which consumers.
pub(super) struct Order<'a> {
    pub(super) args: &'a LiveArgs,
    pub(super) library: &'a Library,
    pub(super) form: &'a Form,
    pub(super) consumers: &'a [String],
    /// Policies of the reader that were given as files: they may not be attached yet.
    pub(super) policies: Vec<String>,
}

/// Asks AWS.
#[cfg(feature = "live")]
pub(super) fn gather(order: &Order<'_>) -> anyhow::Result<Gathered> {
    ask::gather(order)
}

/// Says how AWS can be asked.
#[cfg(not(feature = "live"))]
pub(super) fn gather(order: &Order<'_>) -> anyhow::Result<Gathered> {
    let Order { args, library, form, consumers, policies } = order;
    // What a build with `live` would look at, so that the two take the same arguments.
    let _ = (args, library.reads(), form.iter().count(), consumers.len(), policies.len());
    let none: Option<Gathered> = None;
    none.ok_or_else(|| {
        anyhow::anyhow!(
            "this preflight was built without `live` and cannot ask AWS; build it with: cargo install --path . (or cargo build, without --no-default-features)"
        )
    })
}
