//! A world: one choice of everything that is not known.

/// Names a test whose outcome cannot be computed: the same text, the same number, in one compiled set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FreeAtom(pub u32);

/// One choice of the unknowns that `decide` itself meets: free atoms, and the content of layers nobody has seen.
/// (Unknown context values are chosen in the request.)
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct World {
    /// The free atoms that are true here, sorted.
    truths: Vec<FreeAtom>,
    /// Layers (by [`super::LayerKind::index`]) that are not visible and deny here; in the others they allow.
    denying: u8,
    /// For explaining: layers (likewise) taken as allowing where nothing in them does.
    lifted: u8,
    /// For explaining: elements taken as matching or not, whatever they say.
    pub(super) forced: Vec<(super::ElementRef, bool)>,
}

impl World {
    /// Every free atom false, every unseen layer allowing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a free atom.
    pub fn set(&mut self, atom: FreeAtom, truth: bool) {
        match (self.truths.binary_search(&atom), truth) {
            (Ok(at), false) => {
                self.truths.remove(at);
            }
            (Err(at), true) => self.truths.insert(at, atom),
            (Ok(_), true) | (Err(_), false) => {}
        }
    }

    /// The truth of a free atom here.
    #[must_use]
    pub fn get(&self, atom: FreeAtom) -> bool {
        self.truths.binary_search(&atom).is_ok()
    }

    /// Makes an unseen layer deny (or allow) everything here.
    pub fn set_unseen_denies(&mut self, layer: super::LayerKind, denies: bool) {
        let bit = 1u8 << layer.index();
        if denies { self.denying |= bit } else { self.denying &= !bit }
    }

    /// Whether an unseen layer denies here.
    #[must_use]
    pub fn unseen_denies(&self, layer: super::LayerKind) -> bool {
        self.denying & (1u8 << layer.index()) != 0
    }

    /// Takes a layer as allowing what it does not deny, though nothing in it allows.
    pub fn lift(&mut self, layer: super::LayerKind) {
        self.lifted |= 1u8 << layer.index();
    }

    /// Whether a layer is taken as allowing.
    #[must_use]
    pub fn is_lifted(&self, layer: super::LayerKind) -> bool {
        self.lifted & (1u8 << layer.index()) != 0
    }

    /// Takes an element as matching (or not), whatever it says: the question behind every explanation.
    pub fn force(&mut self, element: super::ElementRef, matches: bool) {
        self.forced.push((element, matches));
    }

    #[inline]
    pub(super) fn forced(&self, element: super::ElementRef) -> Option<bool> {
        if self.forced.is_empty() {
            return None;
        }
        self.forced.iter().rev().find(|(at, _)| *at == element).map(|(_, truth)| *truth)
    }
}
