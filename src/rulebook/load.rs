//! From the text of a page to a rule, or to everything that is wrong with it.
//!
//! It reads the title and the metadata and stops there: a run needs the words of all rules, and the documentation of none.

use super::fault::{Choice, Fault, PageFault, nearest};
use super::markdown::{At, Piece, Pieces, pieces};
use super::metadata::{Metadata, Text};
use super::plain::has_unseen;
use super::rule::{CLASSES, CaseSpec, OWNERS, Rule, SEVERITIES, SHOWS, SUPPRESS};
use super::template::{Part, Template, parts};
use crate::finding::RuleName;
use crate::source::Span;
use std::borrow::Cow;

/// A page before it is read.
pub(super) struct Draft<'a> {
    pub(super) group: &'a str,
    pub(super) name: &'a str,
    pub(super) origin: &'a str,
    pub(super) text: Cow<'static, str>,
}

impl Draft<'_> {
    /// A fault of this page.
    pub(super) fn fault(&self, (span, fault): (Span, Fault)) -> PageFault {
        PageFault {
            name: self.name.to_owned(),
            origin: self.origin.to_owned(),
            text: self.text.clone(),
            span,
            fault,
        }
    }
}

/// A rule, with the places of what other pages can be in conflict with.
pub(super) struct Loaded {
    pub(super) rule: Rule,
    /// The place of the name.
    pub(super) title: Span,
    /// The places of the cases, in their order.
    pub(super) cases: Vec<Span>,
}

/// Reads title and metadata.
pub(super) fn load(draft: &Draft<'_>, specs: &[CaseSpec]) -> Result<Loaded, Vec<PageFault>> {
    let mut faults = Vec::new();
    let loaded = read(draft, specs, &mut faults);
    match loaded {
        Some(loaded) if faults.is_empty() => Ok(loaded),
        Some(_) | None => {
            faults.sort_by_key(|(span, _)| *span);
            Err(faults.into_iter().map(|fault| draft.fault(fault)).collect())
        }
    }
}

type Faults = Vec<(Span, Fault)>;

fn read(draft: &Draft<'_>, specs: &[CaseSpec], faults: &mut Faults) -> Option<Loaded> {
    let text = draft.text.as_ref();
    let mut pieces = pieces(text);
    let title = title(draft.name, &mut pieces, text, faults);
    check_name(draft.name, title, faults);
    let (body, start, fence) = match block(&mut pieces) {
        Block::Found { body, body_at, at } => (body, body_at.span.range().start, at.span),
        Block::Other(at) => {
            faults.push((at.map_or(title, |at| at.span), Fault::NoMetadata));
            return None;
        }
        Block::Open(at) => {
            faults.push((at.span, Fault::UnclosedBlock));
            return None;
        }
    };
    let metadata = Metadata::parse(body, start, fence, faults)?;
    let (rule, cases) = rule(draft, specs, &metadata, faults)?;
    Some(Loaded { rule, title, cases })
}

/// The place of the title, or of what stands in its place.
fn title(name: &str, pieces: &mut Pieces<'_>, text: &str, faults: &mut Faults) -> Span {
    // Looked at on a copy: what is no title may well be the metadata.
    let mut ahead = pieces.clone();
    let first = ahead.find(|piece| !matches!(piece, Piece::Line { text, .. } if text.trim().is_empty()));
    let at = match first {
        Some(Piece::Heading { level: 1, text: title, at }) => {
            *pieces = ahead;
            let span = within(text, at.span, title);
            if title != name {
                faults.push((span, Fault::TitleDiffers { title: title.to_owned(), name: name.to_owned() }));
            }
            return span;
        }
        Some(Piece::Heading { at, .. } | Piece::Fence { at, .. } | Piece::Line { at, .. }) => at.span,
        None => Span::default(),
    };
    faults.push((at, Fault::NoTitle { name: name.to_owned() }));
    at
}

fn check_name(name: &str, at: Span, faults: &mut Faults) {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    if !name.split('-').all(word) || !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        faults.push((at, Fault::NameNotKebab { name: name.to_owned() }));
    }
    if let Some(prefix) = ["no-", "disallow-"].into_iter().find(|prefix| name.starts_with(prefix)) {
        faults.push((at, Fault::NameForbids { name: name.to_owned(), prefix }));
    }
}

enum Block<'a> {
    Found { body: &'a str, body_at: At, at: At },
    Open(At),
    Other(Option<At>),
}

/// The metadata is the first fenced block of a page.
fn block<'a>(pieces: &mut Pieces<'a>) -> Block<'a> {
    for piece in pieces {
        let Piece::Fence { info, body, body_at, at, closed } = piece else { continue };
        let is_metadata = info.split_whitespace().eq(["toml", "rule"]);
        return match (is_metadata, closed) {
            (true, true) => Block::Found { body, body_at, at },
            (true, false) => Block::Open(at),
            (false, _) => Block::Other(Some(at)),
        };
    }
    Block::Other(None)
}

fn rule(
    draft: &Draft<'_>,
    specs: &[CaseSpec],
    metadata: &Metadata<'_>,
    faults: &mut Faults,
) -> Option<(Rule, Vec<Span>)> {
    metadata.check_keys(faults);
    let check = metadata.needed("check", faults);
    let cases = metadata.texts("case", faults);
    if cases.is_none() {
        metadata.missing("case", faults);
    }
    let spoken = match (&check, &cases) {
        (Some(check), Some(cases)) => spoken(check, cases, specs, faults),
        (None, _) | (_, None) => Vec::new(),
    };
    let severity = choice("severity", SEVERITIES, metadata, faults);
    let class = choice("class", CLASSES, metadata, faults);
    let owner = choice("owner", OWNERS, metadata, faults);
    let pedantic = match metadata.has("show") {
        true => choice("show", SHOWS, metadata, faults),
        false => Some(false),
    };
    let binding = match metadata.has("suppress") {
        true => choice("suppress", SUPPRESS, metadata, faults),
        false => Some(false),
    };
    let since = metadata.needed("since", faults);
    if let Some(since) = since.as_ref().filter(|since| !is_version(&since.value)) {
        faults.push((since.inner, Fault::NotAVersion { found: since.value.to_string() }));
    }
    let security = metadata.text("security", faults);
    if let Some(score) = security.as_ref().filter(|score| !is_score(&score.value)) {
        faults.push((score.inner, Fault::NotAScore { found: score.value.to_string() }));
    }
    let aliases = metadata.texts("aliases", faults).unwrap_or_default();
    let mut words = |key, needed| {
        let text = if needed { metadata.needed(key, faults) } else { metadata.text(key, faults) };
        template(key, &text?, &spoken, faults)
    };
    let (headline, label) = (words("headline", true), words("label", true));
    let (related, help, next) = (words("related", false), words("help", false), words("next", false));
    let cases = cases?;
    let rule = Rule {
        name: RuleName(draft.name.to_owned()),
        group: draft.group.to_owned(),
        check: check?.value.into_owned(),
        cases: cases.iter().map(|case| case.value.to_string()).collect(),
        severity: severity?,
        class: class?,
        owner: owner?,
        since: since?.value.into_owned(),
        pedantic: pedantic?,
        binding: binding?,
        security: security.map(|score| score.value.into_owned()),
        aliases: aliases.into_iter().map(|alias| alias.value.into_owned()).collect(),
        headline: headline?,
        label: label?,
        related,
        help,
        next,
        text: draft.text.clone(),
    };
    Some((rule, cases.iter().map(|case| case.inner).collect()))
}

/// The declared cases that a rule names; a fault for every name that none has.
fn spoken<'s>(
    check: &Text<'_>,
    cases: &[Text<'_>],
    specs: &'s [CaseSpec],
    faults: &mut Faults,
) -> Vec<&'s CaseSpec> {
    let of_check = || specs.iter().filter(|spec| spec.check == check.value);
    if of_check().next().is_none() {
        let nearest = nearest(&check.value, specs.iter().map(|spec| spec.check));
        faults.push((check.inner, Fault::UnknownCheck { check: check.value.to_string(), nearest }));
        return Vec::new();
    }
    let mut spoken = Vec::new();
    for case in cases {
        match of_check().find(|spec| spec.case == case.value) {
            Some(spec) => spoken.push(spec),
            None => {
                let nearest = nearest(&case.value, of_check().map(|spec| spec.case));
                let (check, named) = (check.value.to_string(), case.value.to_string());
                faults.push((case.inner, Fault::UnknownCase { check, case: named, nearest }));
            }
        }
    }
    spoken
}

fn choice<T: Copy>(
    key: &'static str,
    words: &[(&'static str, T)],
    metadata: &Metadata<'_>,
    faults: &mut Faults,
) -> Option<T> {
    let text = metadata.needed(key, faults)?;
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
        return Some(*value);
    }
    let allowed: Vec<&'static str> = words.iter().map(|(word, _)| *word).collect();
    let nearest = nearest(&text.value, allowed.iter().copied());
    let found = text.value.to_string();
    faults.push((text.inner, Fault::NotAChoice { choice: Choice { key, allowed }, found, nearest }));
    None
}

fn is_version(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').count() == 3 && text.split('.').all(number)
}

/// One decimal, above 0 and up to 10, as code scanning takes it.
fn is_score(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let shape =
        text.split_once('.').is_some_and(|(whole, part)| number(whole) && number(part) && part.len() == 1);
    shape && text.parse().is_ok_and(|score: f64| score > 0.0 && score <= 10.0)
}

/// Words of a page, held to the style of messages and to the holes that every spoken case fills.
fn template(
    key: &'static str,
    text: &Text<'_>,
    spoken: &[&CaseSpec],
    faults: &mut Faults,
) -> Option<Template> {
    let before = faults.len();
    let words = text.value.as_ref();
    if has_unseen(words) {
        faults.push((text.inner, Fault::Control { key }));
    }
    let first = words.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    if is_capital(first) {
        faults.push((text.part(0, first.len()), Fault::Capital { key }));
    }
    if let Some(mark) = words.chars().next_back().filter(|mark| matches!(mark, '.' | '!')) {
        let end = words.len();
        faults.push((text.part(end - mark.len_utf8(), end), Fault::EndMark { key, mark }));
    }
    for part in parts(words) {
        match part {
            Err(fault) => {
                faults.push((text.part(fault.start, fault.end), Fault::Braces { key, kind: fault.kind }));
            }
            Ok(Part::Hole { name, start }) => {
                if let Some(spec) = spoken.iter().find(|spec| !spec.holes.contains(&name)) {
                    let fault = Fault::UnknownHole {
                        hole: name.to_owned(),
                        check: spec.check.to_owned(),
                        case: spec.case.to_owned(),
                        known: spec.holes,
                    };
                    faults.push((text.part(start, start + name.len() + 2), fault));
                }
            }
            Ok(Part::Text(_)) => {}
        }
    }
    if faults.len() > before { None } else { Template::parse(words).ok() }
}

/// A capital letter that no abbreviation (`AWS`, `S3`) explains.
fn is_capital(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase)
        && !letters.any(|letter| letter.is_uppercase() || letter.is_numeric())
}

/// The place of `part` in `span`, or `span` if it is not there.
fn within(text: &str, span: Span, part: &str) -> Span {
    let start = span.range().start;
    match text.get(span.range()).and_then(|line| line.find(part)) {
        Some(at) if !part.is_empty() => Span::new(start + at, start + at + part.len()),
        Some(_) | None => span,
    }
}
