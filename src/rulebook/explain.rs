//! A rule page for the terminal: the same words, without the marks of Markdown.

use super::markdown::{Piece, pieces};
use super::page::{Block, Example, ExampleGroup, Page};
use super::plain::visible;
use super::rule::Rule;
use unicode_width::UnicodeWidthStr;

/// The page of a rule as plain text, with prose broken at `width` columns. Documents are never broken.
#[must_use]
pub fn explain(rule: &Rule, width: usize) -> String {
    let page = rule.page();
    let mut out = Text { out: String::new(), width: width.max(20) };
    out.head(rule);
    for section in &page.sections {
        out.heading(section.heading);
        out.markdown(section.text, 0);
    }
    for group in ExampleGroup::ALL {
        out.examples(&page, group);
    }
    visible(&out.out)
}

struct Text {
    out: String,
    width: usize,
}

impl Text {
    fn head(&mut self, rule: &Rule) {
        self.line(0, &rule.name.0);
        let words = [
            rule.severity_word(),
            rule.class_word(),
            &format!("for the {}", rule.owner_word()),
            &format!("in {}", rule.group),
            &format!("since {}", rule.since),
        ];
        self.line(0, &words.join(" · "));
        if !rule.aliases.is_empty() {
            self.paragraph(&format!("elsewhere: {}", rule.aliases.join(", ")), 0, 0);
        }
        self.gap();
        self.paragraph(&rule.headline.outline(), 0, 0);
        if let Some(help) = &rule.help {
            self.gap();
            self.paragraph(&format!("help: {}", help.outline()), 0, 6);
        }
    }

    fn examples(&mut self, page: &Page<'_>, group: ExampleGroup) {
        if page.of(group).next().is_none() {
            return;
        }
        self.heading(group.heading());
        for example in page.of(group) {
            self.example(example);
        }
    }

    fn example(&mut self, example: &Example<'_>) {
        self.gap();
        self.paragraph(example.title, 2, 2);
        self.markdown(&example.prose, 2);
        for block in &example.blocks {
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block<'_>) {
        self.gap();
        self.line(4, if block.kind.is_empty() { block.lang } else { block.kind });
        self.verbatim(block.text, 6);
    }

    fn heading(&mut self, heading: &str) {
        if !heading.is_empty() {
            self.gap();
            self.line(0, heading);
            self.line(0, &"-".repeat(heading.width().min(self.width)));
        }
    }

    /// Prose with lists, tables and blocks, as far as rule pages use them.
    fn markdown(&mut self, text: &str, indent: usize) {
        self.gap();
        let mut open = Open::default();
        for piece in pieces(text) {
            match piece {
                Piece::Line { text, .. } if text.trim().is_empty() => {
                    self.flush(&mut open, indent);
                    self.gap();
                }
                // Rows of tables are kept as they are typed.
                Piece::Line { text, .. } if text.trim_start().starts_with('|') => {
                    self.flush(&mut open, indent);
                    self.line(indent, text.trim());
                }
                Piece::Line { text, .. } => {
                    if let Some(hang) = item(text) {
                        self.flush(&mut open, indent);
                        open.hang = hang;
                    }
                    open.words.push(' ');
                    open.words.push_str(text.trim());
                }
                Piece::Heading { text, .. } => {
                    self.flush(&mut open, indent);
                    self.gap();
                    self.line(indent, text);
                }
                Piece::Fence { body, .. } => {
                    self.flush(&mut open, indent);
                    self.gap();
                    self.verbatim(body, indent + 4);
                    self.gap();
                }
            }
        }
        self.flush(&mut open, indent);
    }

    fn flush(&mut self, open: &mut Open, indent: usize) {
        let open = std::mem::take(open);
        if !open.words.is_empty() {
            self.paragraph(&links(&open.words), indent, indent + open.hang);
        }
    }

    /// Words broken at the width; the first line begins at `first`, the others at `rest`.
    fn paragraph(&mut self, words: &str, first: usize, rest: usize) {
        let mut line = String::new();
        let mut indent = first;
        for word in words.split_whitespace() {
            let full = indent + line.width() + 1 + word.width() > self.width;
            if full && !line.is_empty() {
                self.line(indent, &line);
                line.clear();
                indent = rest;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            self.line(indent, &line);
        }
    }

    fn verbatim(&mut self, text: &str, indent: usize) {
        for line in text.lines() {
            self.line(indent, line);
        }
    }

    fn line(&mut self, indent: usize, text: &str) {
        let text = text.trim_end();
        if !text.is_empty() {
            self.out.extend(std::iter::repeat_n(' ', indent));
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// One empty line, however often it is asked for.
    fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }
}

/// A paragraph that is being collected.
#[derive(Default)]
struct Open {
    words: String,
    hang: usize,
}

/// How far the further lines of a list item are indented, if the line begins one.
fn item(line: &str) -> Option<usize> {
    let line = line.trim_start();
    if line.starts_with("- ") || line.starts_with("* ") {
        return Some(2);
    }
    let rest = line.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let digits = line.len() - rest.len();
    ((1..=3).contains(&digits) && rest.starts_with(". ")).then_some(digits + 2)
}

/// `[text](address)` as `text <address>`.
fn links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let link = after.split_once("](").and_then(|(label, after)| {
            let (address, after) = after.split_once(')')?;
            (!label.contains(['[', ']']) && !address.contains(' ')).then_some((label, address, after))
        });
        out.push_str(before);
        match link {
            Some((label, address, after)) => {
                out.extend([label, " <", address, ">"]);
                rest = after;
            }
            None => {
                out.push('[');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_become_readable_and_other_brackets_stay() {
        assert_eq!(
            links("see [the page](https://x.y/z), [1] and [a] (b)"),
            "see the page <https://x.y/z>, [1] and [a] (b)"
        );
        assert_eq!(links("[[a](b)"), "[a <b>");
    }

    #[test]
    fn lists_hang_and_lines_keep_to_the_width() {
        let mut text = Text { out: String::new(), width: 20 };
        text.markdown("one two three four five\n- item of a list that is long\n1. first", 0);
        assert_eq!(text.out, "one two three four\nfive\n- item of a list\n  that is long\n1. first\n");
    }
}
