//! Objects and arrays whose opening bracket is missing. The issue is the closing one, which closes nothing.
//!
//! They are only looked for where the rest of the text closes more brackets than are open.

use super::bracket::Container;
use super::object::last_end;
use super::{Reader, Text};
use crate::source::Span;
use crate::syntax::{Issue, IssueKind, Member, Node, Value};
use std::borrow::Cow;
use std::cmp::Ordering;

impl<'t> Reader<'t> {
    /// The object whose members start here: `"Principal": "Service": "…" }`. Nothing if it lies too deep.
    pub(super) fn unopened_object(&mut self) -> Option<Node<'t>> {
        if !self.brackets.enter(Container::Object) {
            return None;
        }
        let start = self.at;
        let mut members = Vec::new();
        let closed = self.members(&mut members);
        self.brackets.leave();
        let end = if closed { self.at } else { members.last().map_or(start, last_end) };
        let colon = members.first().map_or(start, |first| first.key_span.end as usize);
        self.unopened(closed, end, colon);
        self.duplicates(&members);
        Some(Node { span: Span::new(start, end), value: Value::Object(members) })
    }

    /// Makes the value of the last member the first item of an array that goes on here: `"Action": "a", "b" ]`. The
    /// second item may have been read already, as a key.
    pub(super) fn unopened_array(
        &mut self,
        members: &mut [Member<'t>],
        second: Option<(&Text<'t>, Span)>,
    ) -> bool {
        let Some(last) = members.last_mut().filter(|last| !last.value.is_missing()) else { return false };
        if self.peek().is_none()
            || self.surplus() != Ordering::Greater
            || !self.brackets.enter(Container::Array)
        {
            return false;
        }
        let start = last.value.span.start as usize;
        let mut items = vec![std::mem::take(&mut last.value)];
        if let Some((text, span)) = second {
            items.push(Node { span, value: Value::String(Cow::clone(text)) });
            self.at += usize::from(self.peek() == Some(b','));
        }
        let closed = self.items(&mut items);
        self.brackets.leave();
        let end = if closed { self.at } else { items.last().map_or(start, |item| item.span.end as usize) };
        self.unopened(closed, end, start);
        last.value = Node { span: Span::new(start, end), value: Value::Array(items) };
        true
    }

    /// Notes the bracket at the end of a container that was not opened; if even that is missing, the place `start`.
    fn unopened(&mut self, closed: bool, end: usize, start: usize) {
        let (kind, span) = if closed {
            (IssueKind::UnexpectedBracket, Span::new(end - 1, end))
        } else {
            let colon = usize::from(self.bytes.get(start) == Some(&b':'));
            (IssueKind::UnexpectedCharacter, Span::new(start, start + colon))
        };
        self.issues.push(Issue { kind, span });
    }
}
