//! What a decision looked at that is open: tests, and layers nobody has seen.

use crate::eval::layers::LayerKind;
use crate::eval::trace::{Event, Recorder};
use crate::eval::world::FreeAtom;

/// Collects what a decision consulted that can be one way or another.
#[derive(Default)]
pub(super) struct Consulted {
    pub(super) atoms: Vec<FreeAtom>,
    pub(super) unseen: Vec<LayerKind>,
    pub(super) presumed: Vec<LayerKind>,
    pub(super) order: Vec<Open>,
}

#[derive(Clone, Copy)]
pub(super) enum Open {
    Atom(FreeAtom),
    Layer(LayerKind),
}

impl Recorder for Consulted {
    const WANTED: bool = true;
    const EVERY: bool = false;
    fn event(&mut self, event: Event) {
        match event {
            Event::Free(atom) => {
                self.atoms.push(atom);
                self.order.push(Open::Atom(atom));
            }
            Event::Unseen(layer) => {
                self.unseen.push(layer);
                self.order.push(Open::Layer(layer));
            }
            Event::Presumed(layer) => self.presumed.push(layer),
            Event::Layer(_) | Event::Skipped(_) | Event::Applies(_) | Event::Fails(..) => {}
        }
    }
}
