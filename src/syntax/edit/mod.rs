//! Changes of a JSON text that leave every other byte as it is.
//!
//! A change names a value by its place and comes back as [`Splice`]s: the bytes that go and the bytes that come. Indentation,
//! line ends, the space around colons and commas, and comments are the file's own. What a change means is not known here
//! (`mend` knows). A text that could only be read by guessing is refused, since nothing is known of what was meant.

mod container;
mod gap;
mod splice;
mod style;
#[cfg(test)]
mod tests;

pub use splice::{Splice, apply};

use super::{Document, IssueKind, Member, Node, Unwrapped, Value, read_json};
use crate::source::Span;
use container::Container;
use serde_json::Value as Json;
use std::ops::Range;
use style::Style;
use thiserror::Error;

/// Why a text is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EditFault {
    /// The text is no JSON, and was read by guessing. Its author must mend it first.
    #[error("the text is not JSON, so what it means is a guess")]
    Broken(IssueKind),
    /// No value, or no value of the needed kind, stands at the place.
    #[error("there is nothing of the kind at this place")]
    NotThere,
}

/// A text that can be changed: a whole file, or a document inside a string of one.
#[derive(Debug, Clone)]
pub struct Editable {
    unwrapped: Unwrapped,
    wrapping: Wrapping,
}

/// What stands around a document in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    /// So many strings, each with its layer of escapes.
    Strings(u8),
    /// Percent signs, as the IAM API has them.
    Percent,
}

impl Editable {
    /// A file that is one document.
    ///
    /// # Errors
    /// If the text could only be read by guessing. Comments, a byte order mark and commas before a closing bracket are
    /// read without.
    pub fn new(source_text: &str) -> Result<Self, EditFault> {
        Self::within(source_text, Span::new(0, source_text.len()), 0)
    }

    /// The document in the bytes `content` of a text, which stand in `level` strings; 0 where it stands there as it is.
    ///
    /// # Errors
    /// As [`Editable::new`].
    pub fn within(source_text: &str, content: Span, level: u8) -> Result<Self, EditFault> {
        let written = source_text.get(content.range()).unwrap_or_default();
        let percent = level > 0 && written.trim_start().starts_with('%');
        let (unwrapped, wrapping) = if percent {
            (Unwrapped::percent(source_text, content), Wrapping::Percent)
        } else {
            (Unwrapped::new(source_text, content, level), Wrapping::Strings(level))
        };
        let document = read_json(unwrapped.text());
        if let Some(kind) = document.issues.iter().map(|issue| issue.kind).find(|kind| !is_harmless(*kind)) {
            return Err(EditFault::Broken(kind));
        }
        Ok(Self { unwrapped, wrapping })
    }

    /// Writes another value in a value's place.
    ///
    /// # Errors
    /// If there is no value.
    pub fn replace(&self, at: Span, value: &Json) -> Result<Vec<Splice>, EditFault> {
        self.with(|page| {
            let node = page.find(at).ok_or(EditFault::NotThere)?;
            let range = node.span.range();
            let shape = if page.is_on_one_line(node) { Shape::Line } else { Shape::Lines };
            let text = page.render(value, shape, &page.indent_at(range.start));
            Ok(vec![(range, text)])
        })
    }

    /// Writes another key.
    ///
    /// # Errors
    /// If no key stands there.
    pub fn rename(&self, key: Span, name: &str) -> Result<Vec<Splice>, EditFault> {
        self.with(|page| {
            let range = page.find_key(key).ok_or(EditFault::NotThere)?.key_span.range();
            Ok(vec![(range, quoted(name))])
        })
    }

    /// Puts values behind the last item of a list. A single value becomes a list.
    ///
    /// # Errors
    /// If there is no value.
    pub fn add(&self, at: Span, values: &[Json]) -> Result<Vec<Splice>, EditFault> {
        self.with(|page| {
            let node = page.find(at).ok_or(EditFault::NotThere)?;
            let Some(items) = node.as_array() else { return Ok(page.promote(node, values)) };
            let spans = items.iter().map(|item| item.span.range()).collect();
            Ok(page.append(&Container::new(node.span.range(), spans), &|page, shape, indent| {
                values.iter().map(|value| page.render(value, shape, indent)).collect()
            }))
        })
    }

    /// Puts members behind the last one of an object.
    ///
    /// # Errors
    /// If there is no object.
    pub fn add_members(&self, object: Span, new: &[(String, Json)]) -> Result<Vec<Splice>, EditFault> {
        self.with(|page| {
            let node = page.find(object).ok_or(EditFault::NotThere)?;
            let members = node.as_object().ok_or(EditFault::NotThere)?;
            let spans = members.iter().map(whole).collect();
            Ok(page.append(&Container::new(node.span.range(), spans), &|page, shape, indent| {
                let member = |(key, value): &(String, Json)| {
                    format!("{}{}{}", quoted(key), page.style.colon, page.render(value, shape, indent))
                };
                new.iter().map(member).collect()
            }))
        })
    }

    /// Takes an item out of its list, or a member out of its object: the one whose value, or whose key, stands there.
    ///
    /// # Errors
    /// If there is none.
    pub fn remove(&self, at: Span) -> Result<Vec<Splice>, EditFault> {
        self.with(|page| {
            let (container, index) = page.parent(at).ok_or(EditFault::NotThere)?;
            Ok(page.take_out(&container, index))
        })
    }

    /// Whether a document reads as this value. Comments do not count.
    #[must_use]
    pub fn reads_as(&self, other: &Self) -> bool {
        read_json(self.unwrapped.text()).root == read_json(other.unwrapped.text()).root
    }

    /// The document without what stands around it.
    #[must_use]
    pub fn text(&self) -> &str {
        self.unwrapped.text()
    }

    fn with(
        &self,
        work: impl FnOnce(&Page<'_>) -> Result<Vec<(Range<usize>, String)>, EditFault>,
    ) -> Result<Vec<Splice>, EditFault> {
        let text = self.unwrapped.text();
        let document = read_json(text);
        let style = Style::of(text, &document.root);
        let page = Page { editable: self, text, document: &document, style };
        let splices = work(&page)?;
        let out = splices.into_iter().map(|(range, text)| Splice {
            span: self.unwrapped.original(range),
            text: self.wrapping.encode(&text),
        });
        Ok(out.collect())
    }
}

/// What can stand in a text whose meaning is plain.
fn is_harmless(kind: IssueKind) -> bool {
    matches!(kind, IssueKind::Comment | IssueKind::TrailingComma | IssueKind::ByteOrderMark)
}

impl Wrapping {
    fn encode(self, text: &str) -> String {
        match self {
            Wrapping::Strings(level) => (0..level).fold(text.to_owned(), |text, _| {
                let json = quoted(&text);
                json.get(1..json.len() - 1).unwrap_or_default().to_owned()
            }),
            Wrapping::Percent => text.bytes().fold(String::new(), |mut out, byte| {
                if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
                    out.push(char::from(byte));
                } else {
                    out.push_str(&format!("%{byte:02X}"));
                }
                out
            }),
        }
    }
}

/// A text as a JSON string.
fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

fn whole(member: &Member<'_>) -> Range<usize> {
    member.key_span.join(member.value.span).range()
}

/// How a new value is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// All on one line.
    Line,
    /// Objects and lists of objects over several lines.
    Lines,
}

/// A document at hand.
struct Page<'d> {
    editable: &'d Editable,
    text: &'d str,
    document: &'d Document<'d>,
    style: Style,
}

impl<'d> Page<'d> {
    fn is_at(&self, node: Span, at: Span) -> bool {
        self.editable.unwrapped.original(node.range()) == at
    }

    /// The value at a place of the file, or under the key that stands there.
    fn find(&self, at: Span) -> Option<&'d Node<'d>> {
        let value = self.walk(&self.document.root, &mut |node| self.is_at(node.span, at));
        value.or_else(|| self.find_key(at).map(|member| &member.value))
    }

    fn find_key(&self, at: Span) -> Option<&'d Member<'d>> {
        let has = |node: &Node<'_>| {
            let members = node.as_object().unwrap_or_default();
            members.iter().any(|member| self.is_at(member.key_span, at))
        };
        let object = self.walk(&self.document.root, &mut |node| has(node))?;
        object.as_object()?.iter().find(|member| self.is_at(member.key_span, at))
    }

    /// The container of a value or key, and its number there.
    fn parent(&self, at: Span) -> Option<(Container, usize)> {
        let index = |node: &Node<'_>| match &node.value {
            Value::Array(items) => items.iter().position(|item| self.is_at(item.span, at)),
            Value::Object(members) => members
                .iter()
                .position(|member| self.is_at(member.value.span, at) || self.is_at(member.key_span, at)),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Template(_)
            | Value::Bare(_)
            | Value::Missing => None,
        };
        let node = self.walk(&self.document.root, &mut |node| index(node).is_some())?;
        let spans = match &node.value {
            Value::Array(items) => items.iter().map(|item| item.span.range()).collect(),
            _ => node.as_object()?.iter().map(whole).collect(),
        };
        Some((Container::new(node.span.range(), spans), index(node)?))
    }

    /// The first node that is wanted. The reader bounds how deep documents go.
    fn walk(&self, node: &'d Node<'d>, wanted: &mut dyn FnMut(&Node<'d>) -> bool) -> Option<&'d Node<'d>> {
        if wanted(node) {
            return Some(node);
        }
        match &node.value {
            Value::Array(items) => items.iter().find_map(|item| self.walk(item, wanted)),
            Value::Object(members) => members.iter().find_map(|member| self.walk(&member.value, wanted)),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Template(_)
            | Value::Bare(_)
            | Value::Missing => None,
        }
    }

    fn slice(&self, range: Range<usize>) -> &'d str {
        self.text.get(range).unwrap_or_default()
    }

    /// The white space at the start of the line that holds `at`.
    fn indent_at(&self, at: usize) -> String {
        style::indent_at(self.text, at).to_owned()
    }

    fn is_on_one_line(&self, node: &Node<'_>) -> bool {
        let is_container = matches!(node.value, Value::Array(_) | Value::Object(_));
        if is_container { !self.slice(node.span.range()).contains('\n') } else { !self.style.lines }
    }

    /// `"x"` to `["x", new]`. The bytes of the value stay.
    fn promote(&self, node: &Node<'_>, values: &[Json]) -> Vec<(Range<usize>, String)> {
        if values.is_empty() {
            return Vec::new();
        }
        let rendered = |shape, indent: &str| {
            values.iter().map(|value| self.render(value, shape, indent)).collect::<Vec<_>>()
        };
        let Range { start, end } = node.span.range();
        let indent = self.indent_at(start);
        if self.style.lists_on_lines || matches!(node.value, Value::Object(_)) && self.style.lines {
            let Style { newline, unit, .. } = &self.style;
            let inner = format!("{indent}{unit}");
            if matches!(node.value, Value::Object(_)) {
                // Its lines keep their indentation: moving them would change every one of them.
                let new = rendered(Shape::Lines, &indent).join(", ");
                return vec![(start..start, "[".to_owned()), (end..end, format!(", {new}]"))];
            }
            let new = rendered(Shape::Lines, &inner).join(&format!(",{newline}{inner}"));
            return vec![
                (start..start, format!("[{newline}{inner}")),
                (end..end, format!(",{newline}{inner}{new}{newline}{indent}]")),
            ];
        }
        let comma = self.style.comma;
        let new = rendered(Shape::Line, &indent).join(&format!(",{comma}"));
        vec![(start..start, "[".to_owned()), (end..end, format!(",{comma}{new}]"))]
    }
}
