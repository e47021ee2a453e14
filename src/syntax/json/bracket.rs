//! Brackets that do not match: which of them was forgotten, and which one is too many.
//!
//! A closing bracket of the wrong kind is a slip of the pen, a sign that the right one was forgotten, or one too many.
//! The number of brackets that are open and of those that the rest of the text still closes tells which it is.

use super::{Next, Reader};
use crate::source::Span;
use crate::syntax::{IssueKind, MAX_DEPTH, Node, Value};
use std::cmp::Ordering;

/// The brackets that are open.
#[derive(Debug, Default)]
pub(super) struct Brackets {
    depth: usize,
    /// One bit for each, the innermost lowest; set for objects.
    objects: u128,
    /// The containers that are deeper than this end without their bracket.
    unwind_to: Option<usize>,
    /// Made when the first wrong bracket is met.
    rest: Option<Vec<Closing>>,
}

/// What the text closes from one bracket on to its end.
#[derive(Debug, Clone, Copy)]
struct Closing {
    at: usize,
    /// Closing brackets minus opening ones, this one included.
    net: isize,
}

/// The two kinds of containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Array,
    Object,
}

impl Brackets {
    /// Goes one level deeper unless that is too deep.
    pub(super) fn enter(&mut self, container: Container) -> bool {
        if self.depth == MAX_DEPTH {
            return false;
        }
        self.depth += 1;
        self.objects = (self.objects << 1) | u128::from(container == Container::Object);
        true
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.objects >>= 1;
    }

    /// What holds the container that is being read.
    pub(super) fn around(&self) -> Option<Container> {
        if self.depth < 2 {
            return None;
        }
        Some(if self.objects & 2 == 0 { Container::Array } else { Container::Object })
    }

    /// The depth of the innermost open container of a kind, the one that is being read excepted.
    fn innermost(&self, container: Container) -> Option<usize> {
        let outer = match container {
            Container::Object => self.objects,
            Container::Array => !self.objects,
        } >> 1;
        let up = outer.trailing_zeros() as usize + 1;
        self.depth.checked_sub(up).filter(|depth| *depth > 0)
    }
}

impl<'t> Reader<'t> {
    /// What a closing bracket of the wrong kind, which stands here, means for the container that is being read.
    #[cold]
    pub(super) fn wrong_bracket(&mut self) -> Next {
        let depth = self.brackets.depth;
        if let Some(target) = self.brackets.unwind_to {
            if depth <= target + 1 {
                self.brackets.unwind_to = None;
            }
            return Next::End;
        }
        let kind = if self.peek() == Some(b'}') { Container::Object } else { Container::Array };
        match self.surplus() {
            Ordering::Greater => {
                self.one(IssueKind::UnexpectedBracket);
                return Next::Again;
            }
            Ordering::Less => {
                if let Some(target) = self.brackets.innermost(kind) {
                    self.brackets.unwind_to = (target + 1 < depth).then_some(target);
                    return Next::End;
                }
            }
            Ordering::Equal => {}
        }
        self.one(IssueKind::UnexpectedBracket);
        Next::Closed
    }

    /// Whether the rest of the text closes more brackets than are open here, or fewer.
    pub(super) fn surplus(&mut self) -> Ordering {
        usize::try_from(self.closed_from_here()).unwrap_or(0).cmp(&self.brackets.depth)
    }

    /// Closing brackets minus opening ones from here to the end of the text.
    fn closed_from_here(&mut self) -> isize {
        let (at, bytes) = (self.at, self.bytes);
        let rest = self.brackets.rest.get_or_insert_with(|| closings(bytes, at));
        let index = rest.partition_point(|closing| closing.at < at);
        rest.get(index).map_or(0, |closing| closing.net)
    }

    /// Notes and skips a container that lies too deep.
    #[cold]
    pub(super) fn too_deep(&mut self) -> Node<'t> {
        let start = self.at;
        self.issue(IssueKind::TooDeep, start, start + 1);
        let mut open = 0usize;
        self.at = self.bytes.len();
        let brackets = BracketBytes { bytes: self.bytes, at: start };
        for (at, byte) in brackets {
            if matches!(byte, b'{' | b'[') {
                open += 1;
                continue;
            }
            open = open.saturating_sub(1);
            if open == 0 {
                self.at = at + 1;
                break;
            }
        }
        Node { span: Span::new(start, self.at), value: Value::Missing }
    }
}

/// Every bracket from `start` on, each with what it and the text after it close.
fn closings(bytes: &[u8], start: usize) -> Vec<Closing> {
    let brackets = BracketBytes { bytes, at: start };
    let mut list: Vec<_> = brackets
        .map(|(at, byte)| Closing { at, net: if matches!(byte, b'}' | b']') { 1 } else { -1 } })
        .collect();
    let mut net = 0;
    for closing in list.iter_mut().rev() {
        net += closing.net;
        closing.net = net;
    }
    list
}

/// The brackets outside strings.
struct BracketBytes<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Iterator for BracketBytes<'_> {
    type Item = (usize, u8);

    fn next(&mut self) -> Option<(usize, u8)> {
        loop {
            let at = self.at;
            let byte = *self.bytes.get(at)?;
            self.at += 1;
            match byte {
                b'{' | b'}' | b'[' | b']' => return Some((at, byte)),
                b'"' => self.skip_string(),
                _ => {}
            }
        }
    }
}

impl BracketBytes<'_> {
    /// Goes behind the string whose quote was just read, or to the end of its line.
    fn skip_string(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += match byte {
                b'\\' if self.bytes.get(self.at + 1) != Some(&b'\n') => 2,
                b'\n' => return,
                _ => 1,
            };
            if *byte == b'"' {
                return;
            }
        }
    }
}
