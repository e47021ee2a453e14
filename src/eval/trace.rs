//! What `decide` saw, for those who want to know. Not wanted, it costs nothing.

use super::compile::{ElementKind, StatementId};
use super::layers::LayerKind;
use super::world::FreeAtom;

/// Something `decide` met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A layer that bears on the request.
    Layer(LayerKind),
    /// A layer that does not touch this request or caller.
    Skipped(LayerKind),
    /// A statement that applies.
    Applies(StatementId),
    /// A statement that does not, and the first element that says so.
    Fails(StatementId, ElementKind),
    /// A free atom was consulted.
    Free(FreeAtom),
    /// A layer nobody has seen was consulted.
    Unseen(LayerKind),
    /// A layer that is presumed absent would have been consulted.
    Presumed(LayerKind),
}

/// Receives events.
pub trait Recorder {
    /// Whether anything is done with events.
    const WANTED: bool;
    /// Whether statements are looked at that change nothing.
    const EVERY: bool;
    /// Takes one.
    fn event(&mut self, event: Event);
}

/// Wants nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTrace;

impl Recorder for NoTrace {
    const WANTED: bool = false;
    const EVERY: bool = false;
    #[inline]
    fn event(&mut self, _event: Event) {}
}

/// Keeps every event in order.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The events.
    pub events: Vec<Event>,
}

impl Recorder for Trace {
    const WANTED: bool = true;
    const EVERY: bool = true;
    fn event(&mut self, event: Event) {
        self.events.push(event);
    }
}
