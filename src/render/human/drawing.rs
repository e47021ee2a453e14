//! One finding, drawn by miette's graphical renderer from a safe excerpt.
//!
//! miette is given text that is broken and spelled already, so its own wrapping is off, and theme, width and links
//! are set: what it would detect by itself, it detects on stderr.

use super::Page;
use crate::finding::{Applicability, Class, Finding, Fix, Label, Owner, Severity};
use crate::render::paint::{Ink, severity};
use crate::render::view::{Excerpt, Mark, Pages, safe, spot};
use crate::render::wrap::{keep_end, wrap};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};
use std::fmt;

/// Draws a finding: headline, excerpts, notes, help.
pub(super) fn finding(page: &mut Page, finding: &Finding, pages: &mut Pages<'_>) {
    let labels: Vec<&Label> = std::iter::once(&finding.primary).chain(&finding.related).collect();
    let excerpt = Excerpt::new(&labels, pages);
    let width = page.style.columns();
    let left_out = excerpt.left_out.clone();
    let drawing = Drawing {
        code: keep_end(&format!("{}[{}]", severity(finding.severity), safe(&finding.rule.0)), width, "..."),
        headline: wrap(&safe(&finding.headline), width.min(super::MEASURE).saturating_sub(4)).join("\n"),
        severity: finding.severity,
        excerpt,
    };
    page.out.push_str(&drawing.draw(page));
    for label in left_out.iter().filter_map(|index| labels.get(*index)) {
        page.prose(
            ("   see: ", Ink::Hint),
            None,
            &format!("{} {}", spot(&label.place, pages.sources()), label.text),
        );
    }
    for note in &finding.notes {
        page.prose(("  note: ", Ink::Hint), None, note);
    }
    if let Some(who) = who(finding.owner) {
        page.prose(("   who: ", Ink::Hint), None, who);
    }
    if let Some(class) = class(finding.class) {
        page.prose(("  note: ", Ink::Hint), None, class);
    }
    if let Some(help) = &finding.help {
        page.prose(("  help: ", Ink::Hint), None, help);
    }
    for fix in &finding.fixes {
        page.prose(("   fix: ", Ink::Hint), None, &remedy(finding, fix));
        for command in &fix.commands {
            page.next_step("        ", command);
        }
        for (word, classes) in [("lets in ", &fix.gained), ("shuts out ", &fix.lost)] {
            for class in classes {
                page.prose(("        ", Ink::Hint), None, &format!("{word}{class}"));
            }
        }
    }
}

/// Draws an excerpt alone.
pub(super) fn excerpt(page: &mut Page, labels: &[Label], severity: Severity, pages: &mut Pages<'_>) {
    let labels: Vec<&Label> = labels.iter().collect();
    let excerpt = Excerpt::new(&labels, pages);
    if excerpt.windows.is_empty() {
        return;
    }
    let drawing = Drawing { code: String::new(), headline: String::new(), severity, excerpt };
    let drawn = drawing.draw(page);
    let is_header = |line: &str| line.contains('[') && line.contains(':');
    let lines: Vec<&str> = drawn.lines().collect();
    let first = lines.iter().position(|line| is_header(line)).unwrap_or_default();
    for line in lines.iter().skip(first) {
        page.out.push_str(line);
        page.out.push('\n');
    }
}

fn who(owner: Owner) -> Option<&'static str> {
    match owner {
        Owner::Customer => None,
        Owner::Organization => Some("the administrator of the AWS organization must change this"),
        Owner::Consumer => Some("the product that reads the data must change this, not you"),
        Owner::Aws => Some("only AWS can change this"),
    }
}

fn class(class: Class) -> Option<&'static str> {
    match class {
        Class::Permanent => None,
        Class::MayClear => Some("this may clear by itself; check again later before changing anything"),
        Class::NeedsEvidence => Some("this cannot be settled without evidence from elsewhere"),
    }
}

fn remedy(finding: &Finding, fix: &Fix) -> String {
    // What is merely good to know is mended only where it is asked for.
    let only =
        if finding.severity == Severity::Note { format!(" --only {}", finding.rule) } else { String::new() };
    let trust = match fix.applicability {
        Applicability::Safe => format!("safe, `preflight fix{only}` shows it"),
        Applicability::NeedsReview => {
            let why = fix.because.join("; ");
            format!("needs a review: {why}; `preflight fix --unsafe-fixes{only}` shows it")
        }
        Applicability::DisplayOnly if fix.because.is_empty() => "to be done by you".to_owned(),
        Applicability::DisplayOnly => format!("to be done by you; {}", fix.because.join("; ")),
    };
    format!("{} ({trust})", fix.title)
}

/// A finding as miette wants it.
#[derive(Debug)]
struct Drawing {
    code: String,
    headline: String,
    severity: Severity,
    excerpt: Excerpt,
}

impl Drawing {
    fn draw(&self, page: &Page) -> String {
        let style = &page.style;
        let characters = if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
        let mut styles = if style.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
        let primary = match self.severity {
            Severity::Error => styles.error,
            Severity::Warning => styles.warning,
            Severity::Note => styles.advice,
        };
        let related = if self.severity == Severity::Note { styles.warning } else { styles.advice };
        // miette takes these in the order of the labels.
        styles.highlights =
            self.excerpt.marks.iter().map(|mark| if mark.primary { primary } else { related }).collect();
        if styles.highlights.is_empty() {
            styles.highlights.push(primary);
        }
        let (corner, bar) = (format!("{}{}", characters.ltop, characters.hbar), characters.vbar);
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
            .with_width(style.columns())
            .with_links(style.links)
            .with_wrap_lines(false)
            .with_context_lines(CONTEXT)
            .without_primary_span_start()
            .without_syntax_highlighting();
        let mut drawn = String::new();
        if handler.render_report(&mut drawn, self).is_err() {
            // INVARIANT: every mark lies in one window of its excerpt. Should that break, the words still come out.
            drawn = format!("{}\n\n{}\n", self.code, self.headline);
        }
        self.tidy(&drawn, (&corner, bar))
    }

    /// Takes out the blank line below the name of the rule, the blanks at line ends, and the numbers of lines that are
    /// not those of a file.
    fn tidy(&self, drawn: &str, signs: (&str, char)) -> String {
        let (corner, bar) = signs;
        let mut out = String::with_capacity(drawn.len());
        let mut windows = self.excerpt.windows.iter();
        let mut numbered = true;
        for (number, line) in drawn.lines().enumerate() {
            if number == 1 && line.is_empty() {
                continue;
            }
            if number > 1 && line.trim_start().starts_with(corner) {
                numbered = windows.next().is_none_or(|window| window.first_line.is_some());
            }
            match line.split_once(bar).and_then(|(gutter, rest)| Some((number_columns(gutter)?, rest))) {
                Some((columns, rest)) if !numbered => {
                    out.extend(std::iter::repeat_n(' ', columns));
                    out.push(bar);
                    out.push_str(rest.trim_end());
                }
                Some(_) | None => out.push_str(line.trim_end()),
            }
            out.push('\n');
        }
        out
    }
}

/// Columns of a gutter that holds a number and colour, if it holds nothing else.
fn number_columns(gutter: &str) -> Option<usize> {
    let mut columns = 0;
    let mut escape = false;
    for ch in gutter.chars() {
        match (escape, ch) {
            (false, '\u{1b}') => escape = true,
            (true, 'm') => escape = false,
            (true, _) => {}
            (false, ' ' | '0'..='9') => columns += 1,
            (false, _) => return None,
        }
    }
    Some(columns)
}

/// Any number above 0: the windows have their context already, but miette asks without context for headers only.
const CONTEXT: usize = 2;

impl fmt::Display for Drawing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.headline)
    }
}

impl std::error::Error for Drawing {}

impl Diagnostic for Drawing {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.marks.iter().map(|mark| {
            let words = (!mark.words.is_empty()).then(|| mark.words.clone());
            let span = SourceSpan::from((mark.bytes.start, mark.bytes.len()));
            if mark.primary {
                LabeledSpan::new_primary_with_span(words, span)
            } else {
                LabeledSpan::new_with_span(words, span)
            }
        })))
    }
}

impl SourceCode for Excerpt {
    /// Answers with the whole window, and refuses what spans two, so that miette never joins them.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        let window = self.window(span.offset()).filter(|window| end <= window.bytes.end);
        let Some(window) = window else { return Err(MietteError::OutOfBounds) };
        let named = |mark: &&Mark| mark.bytes == (span.offset()..end);
        let name = self.marks.iter().find(named).map_or("", |mark| mark.header.as_str());
        let bytes = if before == 0 { span.offset()..end } else { window.bytes.clone() };
        let text = self.text.get(bytes.clone()).unwrap_or_default();
        Ok(Box::new(MietteSpanContents::new_named(
            name.to_owned(),
            text.as_bytes(),
            SourceSpan::from((bytes.start, bytes.len())),
            window.first_line.unwrap_or(1).saturating_sub(1),
            0,
            // miette wants the last line of the window, counted from the start of the file.
            window.first_line.unwrap_or(1) + text.lines().count(),
        )))
    }
}
