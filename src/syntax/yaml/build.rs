//! From events to nodes.

use super::Yaml;
use super::gap::{self, Properties};
use super::offsets::Offsets;
use super::plain::{MERGE, count, key_of, plain};
use super::scalar;
use crate::source::Span;
use crate::syntax::json::MAX_DEPTH;
use crate::syntax::tree::{Document, Issue, IssueKind, Member, Node, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use std::borrow::Cow;

/// How many nodes anchors and aliases may copy in one text.
const MOST_COPIES: usize = 200_000;

pub(super) fn build(text: &str) -> Yaml<'_> {
    // The parser takes a byte-order mark at the start for a character of the text that follows.
    let skipped = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut builder = Builder {
        text,
        offsets: Offsets::new(text),
        cursor: skipped,
        copies: MOST_COPIES,
        root: None,
        frames: Vec::new(),
        too_deep: 0,
        anchors: FxHashMap::default(),
        issues: Vec::new(),
        comments: Vec::new(),
        documents: Vec::new(),
    };
    // Behind a directive with other letters the parser's places are wrong.
    let directive = text.lines().find(|line| line.starts_with('%') && !line.is_ascii());
    if let Some(at) = directive.and_then(|line| text.find(line)) {
        builder.broken(at);
        return builder.finish();
    }
    let mut parser = Parser::new_from_str(text);
    loop {
        match parser.next_event() {
            None | Some(Ok((Event::StreamEnd, _))) => break,
            Some(Ok((event, span))) => {
                let span = builder.offsets.span(span);
                builder.event(event, span);
            }
            Some(Err(error)) => {
                let at = builder.offsets.byte(*error.marker());
                builder.broken(at);
                break;
            }
        }
    }
    builder.finish()
}

struct Builder<'t> {
    text: &'t str,
    offsets: Offsets<'t>,
    /// Where the last token ended: what follows is no text of a value.
    cursor: usize,
    /// How many nodes may still be copied.
    copies: usize,
    root: Option<Node<'t>>,
    frames: Vec<Frame<'t>>,
    /// Containers open below the deepest that is read.
    too_deep: usize,
    anchors: FxHashMap<usize, Node<'t>>,
    issues: Vec<Issue>,
    comments: Vec<Span>,
    documents: Vec<Document<'t>>,
}

/// A container that is not closed yet.
struct Frame<'t> {
    start: usize,
    /// Where what is in it so far ends.
    end: usize,
    anchor: usize,
    tag: Option<Span>,
    content: Content<'t>,
}

enum Content<'t> {
    Sequence(Vec<Node<'t>>),
    Mapping(Mapping<'t>),
}

#[derive(Default)]
struct Mapping<'t> {
    members: Vec<Member<'t>>,
    seen: FxHashSet<Cow<'t, str>>,
    /// The key whose value comes next.
    key: Option<(Cow<'t, str>, Span)>,
}

impl<'t> Builder<'t> {
    fn event(&mut self, event: Event<'t>, span: Span) {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd => {}
            Event::DocumentStart(true) => {
                self.gap(span.start as usize);
                self.cursor = self.cursor.max(span.end as usize);
            }
            // It begins with its first value, before which its header may stand.
            Event::DocumentStart(false) => {}
            Event::DocumentEnd => self.close_document(),
            Event::Alias(anchor) => {
                self.gap(span.start as usize);
                self.cursor = span.end as usize;
                if self.too_deep == 0 {
                    let node = self.alias(anchor, span);
                    self.put(node, span);
                }
            }
            Event::Scalar(value, style, anchor, tag) => {
                self.scalar((value, style), anchor, tag.as_deref(), span)
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(anchor, tag.as_deref(), span, Content::Sequence(Vec::new()));
            }
            Event::MappingStart(anchor, tag) => {
                self.open(anchor, tag.as_deref(), span, Content::Mapping(Mapping::default()));
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
        }
    }

    /// Takes what stands between the last token and the next one.
    fn gap(&mut self, to: usize) {
        gap::comments(self.text, self.cursor, to, &mut self.comments);
        self.cursor = self.cursor.max(to);
    }

    fn open(&mut self, anchor: usize, tag: Option<&Tag>, span: Span, content: Content<'t>) {
        self.gap(span.start as usize);
        if self.too_deep > 0 || self.frames.len() == MAX_DEPTH {
            if self.too_deep == 0 {
                let bracket = Span::new(span.start as usize, (span.start as usize + 1).min(self.text.len()));
                self.issue(IssueKind::TooDeep, bracket);
                self.put(Node { span: bracket, value: Value::Missing }, bracket);
            }
            self.too_deep += 1;
            self.cursor = self.cursor.max(span.end as usize);
            return;
        }
        let Properties { tag, value } = self.properties(span, anchor, tag);
        // The parser's span goes on over white space and a comment.
        let bracket = self.text.get(value..).is_some_and(|text| text.starts_with(['[', '{']));
        self.cursor = self.cursor.max(value + usize::from(bracket && !span.is_empty()));
        self.frames.push(Frame { start: value, end: value, anchor, tag, content });
    }

    fn close(&mut self, span: Span) {
        self.gap(span.start as usize);
        // A closing bracket belongs to the container, what the parser's span holds behind it does not.
        let bracket = self.text.get(span.range()).is_some_and(|text| text.starts_with([']', '}']));
        self.cursor = self.cursor.max(span.start as usize + usize::from(bracket));
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(frame) = self.frames.pop() else { return };
        let end = if bracket { span.start as usize + 1 } else { frame.end };
        let value = match frame.content {
            Content::Sequence(items) => Value::Array(items),
            Content::Mapping(mapping) => Value::Object(self.merged(mapping)),
        };
        let node = Node { span: Span::new(frame.start, end.max(frame.start)), value };
        self.finished(node, frame.anchor, frame.tag);
    }

    fn scalar(
        &mut self,
        (value, style): (Cow<'t, str>, ScalarStyle),
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) {
        let before = self.cursor;
        self.gap(span.start as usize);
        if self.too_deep > 0 {
            self.cursor = self.cursor.max(span.end as usize);
            return;
        }
        let Properties { tag: own, value: start } = self.properties(span, anchor, tag);
        if value.is_empty() && style == ScalarStyle::Plain {
            // Nothing is written; the parser's span may be the next token's.
            let place = own.map_or(span.start as usize, |tag| tag.end as usize);
            let node = Node { span: Span::new(place, place), value: Value::Null };
            self.cursor = self.cursor.max(place);
            self.finished(node, anchor, own);
            return;
        }
        let mut whole = Span::new(start, (span.end as usize).max(start));
        let mut end = span.end as usize;
        if matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) {
            // The parser's span goes on over white space and a comment.
            let written = self.text.get(whole.range()).unwrap_or_default();
            let length = scalar::quoted_length(written).unwrap_or(written.len());
            whole = Span::new(start, start + length);
            end = start + length;
        }
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            // The parser's span of a block without a tag begins behind the header, by which the style is known.
            let from = if start == span.start as usize { before } else { start };
            let header = gap::header(self.text, from, whole.end as usize).unwrap_or(start);
            let content = self.text.get(header..whole.end as usize).unwrap_or_default();
            whole = Span::new(header, header + content.trim_end().len());
        }
        self.cursor = self.cursor.max(end);
        let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix != "null")
            || tag.is_some_and(|tag| tag.handle == "!" && tag.suffix.is_empty());
        let value = if style == ScalarStyle::Plain && !is_text { plain(value) } else { Value::String(value) };
        self.finished(Node { span: whole, value }, anchor, own);
    }

    fn properties(&mut self, span: Span, anchor: usize, tag: Option<&Tag>) -> Properties {
        if anchor == 0 && tag.is_none() {
            return Properties { tag: None, value: span.start as usize };
        }
        let to = match self.text.len() {
            length if span.is_empty() => length,
            _ => span.end as usize,
        };
        let mut found = gap::properties(self.text, span.start as usize, to, &mut self.comments);
        // Tags of YAML itself, `!!str`, say how a scalar is read and are no part of the tree.
        let is_own = tag.is_some_and(|tag| !tag.is_yaml_core_schema() && !tag.suffix.is_empty());
        found.tag = found.tag.filter(|_| is_own);
        found
    }

    /// Puts a value, with what its tag makes of it, where it belongs.
    fn finished(&mut self, node: Node<'t>, anchor: usize, tag: Option<Span>) {
        let node = match tag {
            Some(tag) => {
                let key = Cow::Borrowed(self.text.get(tag.range()).unwrap_or_default());
                let span = tag.join(node.span);
                Node {
                    span,
                    value: Value::Object(vec![Member {
                        key,
                        key_parts: Vec::new(),
                        key_span: tag,
                        value: node,
                    }]),
                }
            }
            None => node,
        };
        if anchor > 0
            && let Some(copy) = self.copy(&node)
        {
            self.anchors.insert(anchor, copy);
        }
        let span = node.span;
        self.put(node, span);
    }

    /// Puts a node into the container that is open; `here` is what it takes up there.
    fn put(&mut self, node: Node<'t>, here: Span) {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.end = frame.end.max(here.end as usize);
        match &mut frame.content {
            Content::Sequence(items) => items.push(node),
            Content::Mapping(mapping) => match mapping.key.take() {
                Some((key, key_span)) => {
                    mapping.members.push(Member { key, key_parts: Vec::new(), key_span, value: node })
                }
                None => {
                    let key = key_of(self.text, &node);
                    if &*key != MERGE && !mapping.seen.insert(key.clone()) {
                        self.issues.push(Issue { kind: IssueKind::DuplicateKey, span: here });
                    }
                    mapping.key = Some((key, here));
                }
            },
        }
    }

    /// The value that an alias stands for, with the places where that was written.
    fn alias(&mut self, anchor: usize, span: Span) -> Node<'t> {
        let copy = match self.anchors.remove(&anchor) {
            Some(node) => {
                let copy = self.copy(&node);
                self.anchors.insert(anchor, node);
                copy
            }
            // An anchor inside of itself, or one that was too large.
            None => None,
        };
        copy.unwrap_or_else(|| {
            self.issue(IssueKind::TooDeep, span);
            Node { span, value: Value::Missing }
        })
    }

    fn copy(&mut self, node: &Node<'t>) -> Option<Node<'t>> {
        let rest = count(node, self.copies)?;
        self.copies = rest;
        Some(node.clone())
    }

    /// The members of a mapping with those that its merge keys bring, which count where the mapping has none of its own.
    fn merged(&mut self, mapping: Mapping<'t>) -> Vec<Member<'t>> {
        let Mapping { members, seen, .. } = mapping;
        if !members.iter().any(|member| &*member.key == MERGE) {
            return members;
        }
        let mut brought: Vec<Member<'t>> = Vec::new();
        let mut out = Vec::with_capacity(members.len());
        for member in members {
            let given = match &member.value.value {
                Value::Object(_) if &*member.key == MERGE => std::slice::from_ref(&member.value),
                Value::Array(items) if &*member.key == MERGE => items.as_slice(),
                _ => {
                    out.push(member);
                    continue;
                }
            };
            for each in given.iter().filter_map(|node| node.as_object()).flatten() {
                // Of several the first one counts.
                if !seen.contains(&each.key) && !brought.iter().any(|other| other.key == each.key) {
                    brought.push(each.clone());
                }
            }
        }
        brought.append(&mut out);
        brought
    }

    fn issue(&mut self, kind: IssueKind, span: Span) {
        self.issues.push(Issue { kind, span });
    }

    /// The parser stops here. What is open is closed with what it holds.
    fn broken(&mut self, at: usize) {
        let rest = self.text.get(at..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default().trim_end();
        // At the end of a line, or of the text, the last thing before it is shown.
        let span = if line.is_empty() {
            let before = self.text.get(..at).unwrap_or_default();
            let end = before.trim_end().len();
            let start = before.trim_end().char_indices().next_back().map_or(end, |(start, _)| start);
            Span::new(start, end)
        } else {
            Span::new(at, at + line.len())
        };
        while !self.frames.is_empty() {
            let key = self.frames.last_mut().and_then(|frame| match &mut frame.content {
                Content::Mapping(mapping) => mapping.key.take(),
                Content::Sequence(_) => None,
            });
            if let Some((key, key_span)) = key
                && let Some(Frame { content: Content::Mapping(mapping), .. }) = self.frames.last_mut()
            {
                let end = key_span.end as usize;
                mapping.members.push(Member {
                    key,
                    key_parts: Vec::new(),
                    key_span,
                    value: Node { span: Span::new(end, end), value: Value::Missing },
                });
            }
            self.too_deep = 0;
            let end = self.cursor.min(self.text.len());
            self.close(Span::new(end, end));
        }
        self.issue(IssueKind::YamlBroken, span);
        self.close_document();
    }

    fn close_document(&mut self) {
        let root = self.root.take().unwrap_or_default();
        let mut issues = std::mem::take(&mut self.issues);
        issues.sort_by_key(|issue| (issue.span.start, issue.span.end, issue.kind));
        issues.dedup();
        self.documents.push(Document { root, issues });
        self.anchors.clear();
    }

    fn finish(mut self) -> Yaml<'t> {
        self.gap(self.text.len());
        if self.documents.is_empty() {
            let end = self.text.len();
            let issue = Issue { kind: IssueKind::Empty, span: Span::new(end, end) };
            self.documents.push(Document { root: Node::default(), issues: vec![issue] });
        }
        self.comments.sort_by_key(|comment| comment.start);
        self.comments.dedup();
        Yaml { documents: self.documents, comments: self.comments }
    }
}
