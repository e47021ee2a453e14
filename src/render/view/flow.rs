//! Breaks long text into lines that fit, at the commas and brackets of JSON, without being a JSON reader: any text
//! goes, well formed or not. Nothing is added or dropped but blanks at line ends.

use super::unwrap::{Unit, Units};
use crate::render::wrap::glyph;

/// A line of flowed text: bytes of the document, and the indentation that shows its depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FlowLine {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) indent: usize,
}

/// Columns of indentation a level.
const STEP: usize = 2;

/// Deeper levels are not indented further.
const MAX_INDENT: usize = 16;

/// A bracket that its line cannot hold to its end is broken; this stands for "does not end".
const NEVER: u32 = u32::MAX;

/// Lines of at most `width` columns, spelled characters apart, which may take more.
pub(super) fn flow(units: &Units<'_>, width: usize) -> Vec<FlowLine> {
    let mut flow = Flow {
        width,
        lines: Vec::new(),
        open: Vec::new(),
        sizes: sizes(units.clone()).into_iter(),
        start: None,
        end: 0,
        column: 0,
        indent: 0,
    };
    let mut rest = units.clone();
    let mut quotes = Quotes::default();
    loop {
        let here = rest.clone();
        let Some(unit) = rest.next() else { break };
        if unit.ch == '\n' {
            // The document's own line break; strings do not hold any.
            flow.line_break(0);
            flow.own_line(&unit);
            quotes = Quotes::default();
            continue;
        }
        if quotes.hold(unit.ch) {
            flow.place(&unit);
            continue;
        }
        if unit.ch == '"' {
            flow.string_ahead(here);
        }
        flow.structure(&unit);
    }
    flow.finish()
}

/// Follows the strings of a text.
#[derive(Debug, Default)]
struct Quotes {
    inside: bool,
    escaped: bool,
}

impl Quotes {
    /// Takes the next character and tells whether it belongs to a string. An opening quote does not yet.
    fn hold(&mut self, ch: char) -> bool {
        let inside = self.inside;
        if ch == '"' && !self.escaped {
            self.inside = !inside;
        }
        self.escaped = inside && ch == '\\' && !self.escaped;
        inside
    }
}

struct Flow {
    width: usize,
    lines: Vec<FlowLine>,
    /// For each open bracket, whether its content stands on lines of its own.
    open: Vec<bool>,
    sizes: std::vec::IntoIter<u32>,
    start: Option<usize>,
    end: usize,
    column: usize,
    indent: usize,
}

impl Flow {
    fn depth(&self) -> usize {
        (self.open.iter().filter(|broken| **broken).count() * STEP).min(MAX_INDENT)
    }

    fn structure(&mut self, unit: &Unit) {
        match unit.ch {
            '{' | '[' => {
                let size = self.sizes.next().unwrap_or(NEVER);
                let broken = self.column.saturating_add(size as usize) > self.width;
                self.place(unit);
                self.open.push(broken);
                if broken {
                    self.soft_break(self.depth());
                }
            }
            '}' | ']' => {
                if self.open.pop() == Some(true) {
                    self.soft_break(self.depth());
                }
                self.place(unit);
            }
            ',' => {
                self.place(unit);
                // Text without brackets is broken at commas only where it must be.
                if self.open.last() == Some(&true) {
                    self.soft_break(self.depth());
                }
            }
            _ => self.place(unit),
        }
    }

    /// Puts a string that fits on a line, but not on the rest of this one, on the next.
    fn string_ahead(&mut self, units: Units<'_>) {
        let mut size = 0;
        let mut escaped = false;
        for unit in units {
            size += cells(unit.ch);
            if size > self.width || unit.ch == '\n' || (unit.ch == '"' && !escaped && size > 1) {
                break;
            }
            escaped = unit.ch == '\\' && !escaped;
        }
        let indent = self.depth() + STEP;
        if self.column + size > self.width && indent + size <= self.width {
            self.soft_break(indent);
        }
    }

    fn place(&mut self, unit: &Unit) {
        let blank = unit.ch == ' ' || unit.ch == '\t' || unit.ch == '\r';
        let size = cells(unit.ch);
        if self.start.is_some() && self.column + size > self.width {
            self.line_break(self.depth() + STEP);
        }
        if self.start.is_none() {
            if blank {
                return;
            }
            self.start = Some(unit.start);
            self.column = self.indent;
        }
        self.column += size;
        if !blank {
            self.end = unit.end;
        }
    }

    /// Ends the line if it holds anything but blanks.
    fn soft_break(&mut self, indent: usize) {
        match self.start {
            Some(start) if self.end <= start => {}
            Some(_) | None => self.line_break(indent),
        }
    }

    /// Ends the line, if there is one, and says how far the next is indented.
    fn line_break(&mut self, indent: usize) {
        if let Some(start) = self.start.take() {
            self.lines.push(FlowLine { start, end: self.end.max(start), indent: self.indent });
        }
        self.indent = indent.min(self.width / 2);
        self.column = self.indent;
    }

    /// Begins a line that keeps the blanks the document has in front of it.
    fn own_line(&mut self, newline: &Unit) {
        self.start = Some(newline.end);
        self.end = newline.end;
        self.indent = 0;
        self.column = 0;
    }

    fn finish(mut self) -> Vec<FlowLine> {
        self.line_break(0);
        self.lines
    }
}

/// Columns of a character, spelled ones counted as spelled.
fn cells(ch: char) -> usize {
    let mut shown = String::new();
    if ch.is_ascii_graphic() || ch == ' ' {
        return 1;
    }
    super::safe::Speller::default().push(ch, &mut shown);
    shown.chars().map(glyph).sum()
}

/// For each opening bracket outside of strings, in order: the columns to its closing one.
fn sizes(units: Units<'_>) -> Vec<u32> {
    let mut sizes = Vec::new();
    let mut open: Vec<(usize, u32)> = Vec::new();
    let mut column: u32 = 0;
    let mut quotes = Quotes::default();
    for unit in units {
        if unit.ch == '\n' {
            // What the document has on several lines stays so.
            open.clear();
            quotes = Quotes::default();
            continue;
        }
        column = column.saturating_add(u32::try_from(cells(unit.ch)).unwrap_or(NEVER));
        if quotes.hold(unit.ch) {
            continue;
        }
        match unit.ch {
            '{' | '[' => {
                open.push((sizes.len(), column));
                sizes.push(NEVER);
            }
            '}' | ']' => {
                if let Some((index, from)) = open.pop()
                    && let Some(size) = sizes.get_mut(index)
                {
                    *size = column.saturating_sub(from).saturating_add(1);
                }
            }
            _ => {}
        }
    }
    sizes
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a wrong offset is to fail the test")]
mod tests {
    use super::*;

    fn flowed(text: &str, width: usize) -> Vec<String> {
        flow(&Units::new(text, 0, text.len(), 0), width)
            .iter()
            .map(|line| format!("{}{}", " ".repeat(line.indent), &text[line.start..line.end]))
            .collect()
    }

    #[test]
    fn brackets_that_fit_stay_whole_and_others_are_broken() {
        assert_eq!(
            flowed(r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*"}]}"#, 44),
            [
                "{",
                "  \"Version\":\"2012-10-17\",",
                "  \"Statement\":[",
                "    {\"Effect\":\"Allow\",\"Action\":\"s3:*\"}",
                "  ]",
                "}",
            ]
        );
    }

    #[test]
    fn commas_and_brackets_inside_of_strings_do_not_break() {
        assert_eq!(flowed(r#"["a,b]{c","\",x"]"#, 40), [r#"["a,b]{c","\",x"]"#]);
        assert_eq!(flowed(r#"["a,b]{c","\",x"]"#, 12), ["[", "  \"a,b]{c\",", "  \"\\\",x\"", "]"]);
    }

    #[test]
    fn long_strings_are_wrapped_hard_and_broken_text_is_no_trouble() {
        assert_eq!(flowed("\"0123456789abcdef\"", 10), ["\"012345678", "  9abcdef\""]);
        assert_eq!(flowed("}]{[", 3), ["}]{", " ["]);
        assert!(flowed("", 10).is_empty());
    }

    #[test]
    fn own_line_breaks_and_their_indentation_are_kept() {
        assert_eq!(flowed("{\n    \"a\": [1, 2]\n}", 40), ["{", "    \"a\": [1, 2]", "}"]);
    }
}
