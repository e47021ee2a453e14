//! Arrays.

use super::bracket::Container;
use super::{Next, Reader};
use crate::source::Span;
use crate::syntax::{IssueKind, Node, Value};
use std::cmp::Ordering;

impl<'t> Reader<'t> {
    pub(super) fn array(&mut self) -> Node<'t> {
        if !self.brackets.enter(Container::Array) {
            return self.too_deep();
        }
        let open = self.at;
        self.at += 1;
        let mut items = Vec::new();
        let closed = self.items(&mut items);
        self.brackets.leave();
        let end = if closed {
            self.at
        } else {
            items.last().map_or(open + 1, |last: &Node<'_>| last.span.end as usize)
        };
        if !closed {
            self.issue(IssueKind::UnclosedBracket, open, open + 1);
            flatten(&mut items);
        }
        Node { span: Span::new(open, end), value: Value::Array(items) }
    }

    /// Reads the items; says whether the array was closed.
    pub(super) fn items(&mut self, items: &mut Vec<Node<'t>>) -> bool {
        let mut comma = None;
        loop {
            self.space();
            match self.peek() {
                Some(b']') => {
                    self.trailing_comma(comma);
                    self.at += 1;
                    return true;
                }
                Some(b',') => {
                    self.one(IssueKind::ExtraComma);
                    continue;
                }
                Some(b':' | b'=' | b';') => {
                    self.one(IssueKind::UnexpectedCharacter);
                    continue;
                }
                Some(b'}') => match self.wrong_bracket() {
                    Next::Closed => return true,
                    Next::End => return false,
                    Next::Item | Next::Again => continue,
                },
                None => return false,
                Some(_) => {}
            }
            let before = (self.at, self.issues.len());
            items.push(self.value());
            comma = None;
            loop {
                self.space();
                match self.peek() {
                    Some(b',') => {
                        comma = Some(self.at);
                        self.at += 1;
                        break;
                    }
                    Some(b']') => {
                        self.at += 1;
                        return true;
                    }
                    _ => match self.after_item(items, before) {
                        Next::Item => break,
                        Next::Again => {}
                        Next::Closed => return true,
                        Next::End => return false,
                    },
                }
            }
        }
    }

    /// Something else than a comma or a closing bracket follows an item. `before` is where the item started and how
    /// many issues there were.
    #[cold]
    fn after_item(&mut self, items: &mut Vec<Node<'t>>, before: (usize, usize)) -> Next {
        if std::mem::take(&mut self.separated) {
            return Next::Item;
        }
        match self.peek() {
            None => Next::End,
            Some(b'}') => self.wrong_bracket(),
            Some(b':') if self.was_key(items.last()) && self.brackets.around() == Some(Container::Object) => {
                let unopened = self.surplus() == Ordering::Greater;
                items.pop();
                self.at = before.0;
                self.issues.truncate(before.1);
                if unopened && let Some(object) = self.unopened_object() {
                    items.push(object);
                    return Next::Again;
                }
                // `["a", "b", "key": …`: the array was not closed, and the key belongs to the object around it.
                self.separated = true;
                Next::End
            }
            Some(b':' | b'=' | b';') => {
                self.one(IssueKind::UnexpectedCharacter);
                Next::Item
            }
            Some(_) => {
                if !self.starts_bare() {
                    let end = items.last().map_or(self.at, |last| last.span.end as usize);
                    self.issue(IssueKind::MissingComma, end, end);
                }
                Next::Item
            }
        }
    }

    pub(super) fn trailing_comma(&mut self, comma: Option<usize>) {
        if let Some(at) = comma {
            self.issue(IssueKind::TrailingComma, at, at + 1);
        }
    }

    /// Whether a value may be a key that was taken for a value.
    pub(super) fn was_key(&self, value: Option<&Node<'t>>) -> bool {
        matches!(value, Some(Node { value: Value::String(_) | Value::Bare(_), .. }))
    }
}

/// An array that is not closed and holds nothing but another one is that other one, with its bracket doubled.
fn flatten(items: &mut Vec<Node<'_>>) {
    if let [Node { value: Value::Array(inner), .. }] = items.as_mut_slice() {
        *items = std::mem::take(inner);
    }
}
