//! How far a search for fixes goes.

/// How often documents may be judged again.
#[derive(Debug)]
pub(super) struct Tries {
    left: usize,
    /// Something was not tried.
    pub(super) ended: bool,
}

impl Tries {
    pub(super) fn new(left: usize) -> Self {
        Self { left, ended: false }
    }

    /// Takes one, if there is one.
    pub(super) fn take(&mut self) -> bool {
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => self.ended = true,
        }
        !self.ended
    }
}
