//! The documentation and the examples of a rule page. The metadata is the business of `load`.

use super::fault::{Fault, nearest};
use super::markdown::{Piece, pieces};
use crate::source::Span;

/// A rule page, read as documentation and as a set of tests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page<'a> {
    /// The name of the rule.
    pub title: &'a str,
    /// The first paragraph, as one line.
    pub summary: String,
    /// The documentation: first what stands below the metadata, then what has headings, with `Not seen`.
    pub sections: Vec<Section<'a>>,
    /// The examples in the order of the page.
    pub examples: Vec<Example<'a>>,
}

/// A part of the documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section<'a> {
    /// The heading; empty for what stands below the metadata.
    pub heading: &'a str,
    /// Markdown, as it stands in the page.
    pub text: &'a str,
}

/// What an example shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExampleGroup {
    /// The rule reports it.
    Reported,
    /// The rule is silent.
    Accepted,
    /// The answer is *cannot tell*.
    NotKnown,
    /// What the fix of the rule makes of it.
    Fix,
}

/// One set of evidence with what is expected of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example<'a> {
    /// The heading that it stands below.
    pub group: ExampleGroup,
    /// Its own heading.
    pub title: &'a str,
    /// The line (from 1) of its heading.
    pub line: usize,
    /// What is said about it, a line a line.
    pub prose: String,
    /// Its documents and expectations.
    pub blocks: Vec<Block<'a>>,
}

/// A fenced block of an example: a document, or what is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block<'a> {
    /// The first word after the fence: `json`, `toml`, `findings`.
    pub lang: &'a str,
    /// The rest after the fence: `bucket-policy`, `form`; empty if there is none.
    pub kind: &'a str,
    /// What stands between the fences, with its line ends.
    pub text: &'a str,
    /// The line of the page (from 1) that `text` begins in.
    pub line: usize,
    /// The place of `text` in the page.
    pub span: Span,
}

impl ExampleGroup {
    /// Every group, in the order of a page.
    pub const ALL: [Self; 4] = [Self::Reported, Self::Accepted, Self::NotKnown, Self::Fix];

    /// Its heading in a page.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::Reported => "Reported",
            Self::Accepted => "Accepted",
            Self::NotKnown => "Not known",
            Self::Fix => "Fix",
        }
    }

    fn named(heading: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.heading() == heading)
    }
}

/// The heading below which a page says what the rule does not see.
const NOT_SEEN: &str = "Not seen";

impl<'a> Page<'a> {
    /// Reads a page. What has no place in a page is left out; [`super::Rulebook::verify`] reports it.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        Reader::new(text).read().0
    }

    /// The examples below one heading.
    pub fn of(&self, group: ExampleGroup) -> impl Iterator<Item = &Example<'a>> {
        self.examples.iter().filter(move |example| example.group == group)
    }
}

/// What is wrong with the shape of a page below its metadata.
pub(super) fn faults(text: &str) -> Vec<(Span, Fault)> {
    let mut faults = Reader::new(text).read().1;
    faults.sort_by_key(|(span, _)| *span);
    faults
}

/// Where the walk over a page is.
enum Within {
    /// Before the metadata.
    Head,
    /// In documentation that began at this offset.
    Documentation { start: usize },
    /// Below a heading of examples.
    Examples(ExampleGroup),
}

struct Reader<'a> {
    text: &'a str,
    page: Page<'a>,
    faults: Vec<(Span, Fault)>,
    within: Within,
    heading: &'a str,
    title: Span,
    /// The headings of examples that were seen.
    seen: Vec<(ExampleGroup, Span)>,
    /// Whether a heading of the third level has opened an example.
    in_example: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            page: Page::default(),
            faults: Vec::new(),
            within: Within::Head,
            heading: "",
            title: Span::default(),
            seen: Vec::new(),
            in_example: false,
        }
    }

    fn read(mut self) -> (Page<'a>, Vec<(Span, Fault)>) {
        for piece in pieces(self.text) {
            self.take(piece);
        }
        self.close(self.text.len());
        if let Some(first) = self.page.sections.first().filter(|section| section.heading.is_empty()) {
            let paragraph = first.text.lines().map(str::trim).take_while(|line| !line.is_empty());
            self.page.summary = paragraph.collect::<Vec<_>>().join(" ");
        }
        for group in [ExampleGroup::Reported, ExampleGroup::Accepted] {
            if !self.seen.iter().any(|(seen, _)| *seen == group) {
                self.faults.push((self.title, Fault::MissingHeading { heading: group.heading() }));
            }
        }
        for (group, span) in &self.seen {
            if self.page.of(*group).next().is_none() {
                self.faults.push((*span, Fault::NoExample { heading: group.heading() }));
            }
        }
        (self.page, self.faults)
    }

    fn take(&mut self, piece: Piece<'a>) {
        if let Piece::Fence { at, closed: false, .. } = piece {
            self.faults.push((at.span, Fault::UnclosedBlock));
        }
        match (&self.within, piece) {
            (Within::Head, Piece::Heading { level: 1, text, at }) if self.page.title.is_empty() => {
                self.page.title = text;
                self.title = at.span;
            }
            (Within::Head, Piece::Fence { body_at, .. }) => {
                // The documentation begins after the fence that closes the metadata.
                let end = body_at.span.range().end;
                let close =
                    self.text.get(end..).map_or(0, |rest| rest.find('\n').map_or(rest.len(), |at| at + 1));
                self.within = Within::Documentation { start: end + close };
            }
            (_, Piece::Heading { level: 2, text, at }) => self.section(text, at.span),
            (Within::Examples(group), Piece::Heading { level: 3, text, at }) => {
                let example = Example {
                    group: *group,
                    title: text,
                    line: at.line,
                    prose: String::new(),
                    blocks: Vec::new(),
                };
                self.page.examples.push(example);
                self.in_example = true;
            }
            (Within::Examples(_), Piece::Fence { info, body, body_at, at, .. }) => {
                let (lang, kind) = info.split_once(char::is_whitespace).unwrap_or((info, ""));
                let block =
                    Block { lang, kind: kind.trim(), text: body, line: body_at.line, span: body_at.span };
                match self.example() {
                    Some(example) => example.blocks.push(block),
                    None => self.faults.push((at.span, Fault::UntitledExample)),
                }
            }
            (Within::Examples(_), Piece::Heading { at, .. } | Piece::Line { at, .. }) => {
                let line = self.text.get(at.span.range()).unwrap_or_default();
                if let Some(example) = self.example() {
                    example.prose.push_str(line);
                    example.prose.push('\n');
                }
            }
            (Within::Head | Within::Documentation { .. }, _) => {}
        }
    }

    /// The example that is being read.
    fn example(&mut self) -> Option<&mut Example<'a>> {
        self.page.examples.last_mut().filter(|_| self.in_example)
    }

    /// Begins what a heading of the second level opens.
    fn section(&mut self, heading: &'a str, at: Span) {
        self.close(at.range().start);
        self.heading = heading;
        self.in_example = false;
        if let Some(group) = ExampleGroup::named(heading) {
            self.seen.push((group, at));
            self.within = Within::Examples(group);
            return;
        }
        // The documentation may have headings of its own, if they are no slips of the fixed ones; what follows the
        // examples may not.
        if heading != NOT_SEEN {
            let known = ExampleGroup::ALL.into_iter().map(ExampleGroup::heading).chain([NOT_SEEN]);
            let nearest = nearest(heading, known);
            if nearest.is_some() || !self.seen.is_empty() {
                self.faults.push((at, Fault::UnknownHeading { heading: heading.to_owned(), nearest }));
            }
        }
        self.within = Within::Documentation { start: at.range().end };
    }

    /// Ends the documentation that is open.
    fn close(&mut self, end: usize) {
        let Within::Documentation { start } = self.within else { return };
        let text = self.text.get(start..end).unwrap_or_default().trim();
        if !(text.is_empty() && self.heading.is_empty()) {
            self.page.sections.push(Section { heading: self.heading, text });
        }
    }
}
