//! Words with named holes: "`{found}` is not a region". The values come from the check, the words from the page.

use thiserror::Error;

/// Words with named holes, `{name}`; `{{` and `}}` are literal braces. Every template is well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    source: String,
}

/// What a check found, by the names of the holes it declares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values {
    list: Vec<(&'static str, String)>,
}

impl Values {
    /// No values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value; a second value for the same hole replaces the first.
    #[must_use]
    pub fn with(mut self, hole: &'static str, value: impl Into<String>) -> Self {
        self.set(hole, value);
        self
    }

    /// Sets the value of a hole.
    pub fn set(&mut self, hole: &'static str, value: impl Into<String>) {
        let value = value.into();
        match self.list.iter_mut().find(|(name, _)| *name == hole) {
            Some(slot) => slot.1 = value,
            None => self.list.push((hole, value)),
        }
    }

    /// The value of a hole.
    #[must_use]
    pub fn value(&self, hole: &str) -> Option<&str> {
        self.list.iter().find(|(name, _)| *name == hole).map(|(_, value)| value.as_str())
    }

    /// Holes and values in the order they were first set.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.list.iter().map(|(name, value)| (*name, value.as_str()))
    }
}

impl Template {
    /// Reads words with holes.
    ///
    /// # Errors
    /// The first brace that does not form a hole, with its place in `source`.
    pub fn parse(source: impl Into<String>) -> Result<Self, TemplateFault> {
        let source = source.into();
        parts(&source).try_for_each(|part| part.map(drop))?;
        Ok(Self { source })
    }

    /// The words as the page has them.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names of the holes, in order, as often as they occur.
    pub fn holes(&self) -> impl Iterator<Item = &str> {
        parts(&self.source).filter_map(|part| match part {
            Ok(Part::Hole { name, .. }) => Some(name),
            Ok(Part::Text(_)) | Err(_) => None,
        })
    }

    /// The first hole that `values` does not fill. `None` is what every check must reach.
    #[must_use]
    pub fn missing(&self, values: &Values) -> Option<&str> {
        self.holes().find(|hole| values.value(hole).is_none())
    }

    /// The words with the values filled in; braces in a value stay as they are.
    ///
    /// A hole that the check forgot to fill is shown as its name in angle brackets, so that the sentence never
    /// claims less than it should by leaving words out.
    #[must_use]
    pub fn render(&self, values: &Values) -> String {
        self.fill(|out, hole| match values.value(hole) {
            Some(value) => out.push_str(value),
            None => out.extend(["<", hole, ">"]),
        })
    }

    /// The words with an ellipsis for every hole, for lists of rules.
    #[must_use]
    pub fn outline(&self) -> String {
        self.fill(|out, _| out.push('…'))
    }

    fn fill(&self, mut hole: impl FnMut(&mut String, &str)) -> String {
        let mut out = String::with_capacity(self.source.len() + 32);
        for part in parts(&self.source) {
            match part {
                Ok(Part::Text(text)) => out.push_str(text),
                Ok(Part::Hole { name, .. }) => hole(&mut out, name),
                // INVARIANT: `parse` has seen all parts to be good.
                Err(_) => break,
            }
        }
        out
    }
}

/// A brace that does not form a hole; `start..end` are bytes of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{kind}")]
pub struct TemplateFault {
    /// What is wrong.
    pub kind: TemplateFaultKind,
    /// Offset of the first byte that carries it.
    pub start: usize,
    /// Offset after the last one.
    pub end: usize,
}

/// The ways in which braces can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TemplateFaultKind {
    /// `{` without its `}`.
    #[error("the hole is not closed")]
    Unclosed,
    /// `}` without its `{`.
    #[error("this brace closes no hole")]
    Stray,
    /// `{}` or `{Two words}`.
    #[error("a hole is named in lower-case letters, digits and `_`")]
    Name,
}

/// One stretch of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Text(&'a str),
    /// `start` is the offset of the opening brace.
    Hole {
        name: &'a str,
        start: usize,
    },
}

/// Walks over a template; ends after the first fault.
pub(super) fn parts(source: &str) -> Parts<'_> {
    Parts { source, at: 0 }
}

pub(super) struct Parts<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Iterator for Parts<'a> {
    type Item = Result<Part<'a>, TemplateFault>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.source.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        for (escape, brace) in [("{{", "{"), ("}}", "}")] {
            if rest.starts_with(escape) {
                self.at += escape.len();
                return Some(Ok(Part::Text(brace)));
            }
        }
        if let Some(inner) = rest.strip_prefix('{') {
            let Some(length) = inner.find(['{', '}']).filter(|end| !inner.split_at(*end).1.starts_with('{'))
            else {
                return self.fault(TemplateFaultKind::Unclosed, self.source.len());
            };
            let name = inner.get(..length).unwrap_or_default();
            let end = start + length + 2;
            if !is_hole(name) {
                return self.fault(TemplateFaultKind::Name, end);
            }
            self.at = end;
            return Some(Ok(Part::Hole { name, start }));
        }
        if rest.starts_with('}') {
            return self.fault(TemplateFaultKind::Stray, start + 1);
        }
        let length = rest.find(['{', '}']).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).map(|text| Ok(Part::Text(text)))
    }
}

impl<'a> Parts<'a> {
    fn fault(&mut self, kind: TemplateFaultKind, end: usize) -> Option<Result<Part<'a>, TemplateFault>> {
        let start = std::mem::replace(&mut self.at, self.source.len());
        Some(Err(TemplateFault { kind, start, end }))
    }
}

fn is_hole(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fault(source: &str) -> (TemplateFaultKind, &str) {
        let fault = Template::parse(source).unwrap_err();
        (fault.kind, source.get(fault.start..fault.end).unwrap())
    }

    #[test]
    fn holes_are_filled_and_doubled_braces_are_braces() {
        let template = Template::parse("`${{{name}}}` is not `{needed}`").unwrap();
        let values = Values::new().with("needed", "us-east-1").with("name", "{needed}");
        assert_eq!(template.render(&values), "`${{needed}}` is not `us-east-1`");
        assert_eq!(template.outline(), "`${…}` is not `…`");
        assert_eq!(template.holes().collect::<Vec<_>>(), ["name", "needed"]);
        assert_eq!(template.missing(&values), None);
    }

    #[test]
    fn a_hole_without_a_value_is_named_and_never_left_out() {
        let template = Template::parse("`{found}` is not `{needed}`").unwrap();
        let values = Values::new().with("found", "a").with("found", "b");
        assert_eq!(template.missing(&values), Some("needed"));
        assert_eq!(template.render(&values), "`b` is not `<needed>`");
    }

    #[test]
    fn wrong_braces_are_underlined() {
        assert_eq!(fault("a {found is"), (TemplateFaultKind::Unclosed, "{found is"));
        assert_eq!(fault("a {x {y}"), (TemplateFaultKind::Unclosed, "{x {y}"));
        assert_eq!(fault("a } b"), (TemplateFaultKind::Stray, "}"));
        assert_eq!(fault("a {} b"), (TemplateFaultKind::Name, "{}"));
        assert_eq!(fault("a {Two words} b"), (TemplateFaultKind::Name, "{Two words}"));
    }

    /// A stretch of a template, and what it becomes.
    fn part() -> impl Strategy<Value = (&'static str, &'static str)> {
        prop_oneof![
            Just(("a `é`", "a `é`")),
            Just(("{{", "{")),
            Just(("}}", "}")),
            Just(("{found}", "{key}")),
            Just(("{key}", "}")),
        ]
    }

    proptest! {
        #[test]
        fn rendering_fills_every_hole(parts in proptest::collection::vec(part(), 0..12)) {
            let source: String = parts.iter().map(|(source, _)| *source).collect();
            let expected: String = parts.iter().map(|(_, expected)| *expected).collect();
            let template = Template::parse(source).unwrap();
            let values = Values::new().with("found", "{key}").with("key", "}");
            prop_assert_eq!(template.missing(&values), None);
            prop_assert_eq!(template.render(&values), expected);
        }

        #[test]
        fn arbitrary_text_is_read_or_refused_in_bounds(source in "[{}a-z é]{0,24}") {
            match Template::parse(source.as_str()) {
                Ok(template) => {
                    let mut values = Values::new();
                    for hole in ["found", "needed"] { values.set(hole, "v"); }
                    let rendered = template.render(&values);
                    for hole in template.holes() {
                        let filled = values.value(hole).is_some();
                        let named = rendered.contains(&format!("<{hole}>"));
                        prop_assert_eq!(filled, !named);
                    }
                }
                Err(fault) => prop_assert!(source.get(fault.start..fault.end).is_some_and(|t| !t.is_empty())),
            }
        }
    }
}
