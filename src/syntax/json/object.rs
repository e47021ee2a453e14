//! Objects.

use super::bracket::Container;
use super::string::Role;
use super::{Next, Reader, Text};
use crate::source::Span;
use crate::syntax::{IssueKind, Member, Node, Value};
use std::cmp::Ordering;
use std::collections::HashSet;

/// Up to this many members duplicates are found by comparing each with each.
const FEW: usize = 16;

/// Where the value of a member started and how many issues there were before it.
struct Mark {
    at: usize,
    issues: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn object(&mut self) -> Node<'t> {
        if self.braced_placeholder(self.at).is_some() {
            return self.bare_value();
        }
        if !self.brackets.enter(Container::Object) {
            return self.too_deep();
        }
        let open = self.at;
        self.at += 1;
        let mut members = Vec::new();
        let closed = self.members(&mut members);
        self.brackets.leave();
        let end = match members.last() {
            _ if closed => self.at,
            Some(last) => last_end(last),
            None => open + 1,
        };
        if !closed {
            self.issue(IssueKind::UnclosedBracket, open, open + 1);
        }
        self.duplicates(&members);
        Node { span: Span::new(open, end), value: Value::Object(members) }
    }

    /// Reads the members; says whether the object was closed.
    pub(super) fn members(&mut self, members: &mut Vec<Member<'t>>) -> bool {
        let mut comma = None;
        // `{` where a key must stand: so many `}` are too many later.
        let mut extra = 0usize;
        loop {
            self.space();
            let mark = match self.peek() {
                Some(b'"') => {
                    let key = self.string(Role::Key);
                    self.member(members, key)
                }
                Some(b'}') => {
                    self.trailing_comma(comma.take());
                    self.at += 1;
                    if extra == 0 {
                        return true;
                    }
                    extra -= 1;
                    continue;
                }
                _ => match self.odd_key(members, &mut extra) {
                    OddKey::Key(key) => self.member(members, key),
                    OddKey::Joined => Mark { at: self.at, issues: self.issues.len() },
                    OddKey::Noted => {
                        comma = (self.peek() == Some(b',')).then_some(self.at);
                        self.at += usize::from(comma.is_some());
                        continue;
                    }
                    OddKey::Next(Next::Item | Next::Again) => continue,
                    OddKey::Next(Next::Closed) => return true,
                    OddKey::Next(Next::End) => return false,
                },
            };
            comma = None;
            loop {
                self.space();
                match self.peek() {
                    Some(b',') => {
                        comma = Some(self.at);
                        self.at += 1;
                        break;
                    }
                    Some(b'}') => {
                        self.at += 1;
                        if extra == 0 {
                            return true;
                        }
                        extra -= 1;
                    }
                    _ => match self.after_member(members, &mark) {
                        Next::Item => break,
                        Next::Again => {}
                        Next::Closed => return true,
                        Next::End => return false,
                    },
                }
            }
        }
    }

    /// Colon and value of a key.
    fn member(&mut self, members: &mut Vec<Member<'t>>, (key, key_span): (Text<'t>, Span)) -> Mark {
        let key_end = key_span.end as usize;
        self.space();
        let mut colon = key_end;
        match self.peek() {
            Some(b':') => {
                self.at += 1;
                colon = self.at;
                self.space();
                while let Some(b':' | b'=') = self.peek() {
                    self.one(IssueKind::UnexpectedCharacter);
                    self.space();
                }
            }
            Some(b'=') => {
                let length = if self.bytes.get(self.at + 1) == Some(&b'>') { 2 } else { 1 };
                self.issue(IssueKind::UnexpectedCharacter, self.at, self.at + length);
                self.at += length;
                colon = self.at;
                self.space();
            }
            _ => {}
        }
        let mark = Mark { at: self.at, issues: self.issues.len() };
        let value = if let Some(b',' | b'}' | b']') | None = self.peek() {
            if colon == key_end && self.unopened_array(members, Some((&key, key_span))) {
                return mark;
            }
            self.issue(IssueKind::MissingValue, colon, colon);
            self.missing(colon)
        } else {
            if colon == key_end {
                self.issue(IssueKind::MissingColon, key_end, key_end);
            }
            self.value()
        };
        members.push(Member { key, key_parts: Vec::new(), key_span, value });
        mark
    }

    /// Something else than a comma or a closing bracket follows a member.
    #[cold]
    fn after_member(&mut self, members: &mut [Member<'t>], mark: &Mark) -> Next {
        if std::mem::take(&mut self.separated) {
            return Next::Item;
        }
        let end = members.last().map_or(self.at, last_end);
        match self.peek() {
            None => Next::End,
            Some(b']') => self.wrong_bracket(),
            Some(b':') => self.second_colon(members, mark),
            Some(b';' | b'=') => {
                self.one(IssueKind::UnexpectedCharacter);
                Next::Item
            }
            // The place of a key says what is wrong.
            Some(b'{' | b'[') => Next::Item,
            Some(b'"') => {
                self.issue(IssueKind::MissingComma, end, end);
                Next::Item
            }
            Some(_) if self.quote_length().is_some() => {
                self.issue(IssueKind::MissingComma, end, end);
                Next::Item
            }
            Some(_) => {
                let bare = self.bare_run(Role::Key);
                if self.bytes.get(bare.end) == Some(&b':') || self.next_is_colon(bare.end) {
                    self.issue(IssueKind::MissingComma, end, end);
                    return Next::Item;
                }
                self.issue(IssueKind::UnexpectedCharacter, self.at, bare.end);
                self.at = bare.end;
                Next::Again
            }
        }
    }

    /// `"a": "b": …`: if the value can be a key, the value of the first key is missing.
    fn second_colon(&mut self, members: &mut [Member<'t>], mark: &Mark) -> Next {
        let last = members.last_mut();
        if let Some(last) = last
            && self.was_key(Some(&last.value))
        {
            let unopened = self.surplus() == Ordering::Greater;
            self.issues.truncate(mark.issues);
            self.at = mark.at;
            if unopened && let Some(object) = self.unopened_object() {
                last.value = object;
                return Next::Again;
            }
            let place = self.missing_place(last.key_span.end as usize);
            self.issue(IssueKind::MissingValue, place, place);
            last.value = self.missing(place);
            return Next::Item;
        }
        self.one(IssueKind::UnexpectedCharacter);
        self.space();
        // What follows belongs to no key.
        if !matches!(self.peek(), Some(b',' | b'}' | b']' | b':') | None) {
            self.value();
        }
        Next::Again
    }

    /// Behind the colon that follows a key, or behind the key.
    fn missing_place(&self, key_end: usize) -> usize {
        let between = self.bytes.get(key_end..self.at).unwrap_or_default();
        memchr::memchr(b':', between).map_or(key_end, |colon| key_end + colon + 1)
    }

    /// What stands here instead of a quoted key.
    #[cold]
    fn odd_key(&mut self, members: &mut [Member<'t>], extra: &mut usize) -> OddKey<'t> {
        match self.peek() {
            None => OddKey::Next(Next::End),
            Some(b']') => OddKey::Next(self.wrong_bracket()),
            Some(b',') => {
                self.one(IssueKind::ExtraComma);
                OddKey::Next(Next::Again)
            }
            Some(b':' | b'=' | b';') => {
                self.one(IssueKind::UnexpectedCharacter);
                OddKey::Next(Next::Again)
            }
            Some(b'{') if self.braced_placeholder(self.at).is_none() => {
                if self.unopened_array(members, None) {
                    return OddKey::Joined;
                }
                if !members.is_empty() && self.brackets.around() == Some(Container::Array) {
                    // `[{"a": 1, {"b": 2}]`: the first object was not closed.
                    self.separated = true;
                    return OddKey::Next(Next::End);
                }
                *extra += usize::from(self.surplus() != Ordering::Less);
                self.one(IssueKind::UnexpectedBracket);
                OddKey::Next(Next::Again)
            }
            Some(b'[') => {
                self.one(IssueKind::UnexpectedBracket);
                OddKey::Next(Next::Again)
            }
            Some(_) if self.quote_length().is_some() => OddKey::Key(self.odd_quoted()),
            Some(_) => self.bare_key().map_or(OddKey::Noted, OddKey::Key),
        }
    }

    pub(super) fn duplicates(&mut self, members: &[Member<'t>]) {
        if members.len() > FEW {
            let mut seen = HashSet::with_capacity(members.len());
            for member in members {
                if !seen.insert(&*member.key) {
                    self.duplicate(member);
                }
            }
            return;
        }
        let mut before = members;
        while let Some((last, rest)) = before.split_last() {
            if rest.iter().any(|earlier| earlier.key == last.key) {
                self.duplicate(last);
            }
            before = rest;
        }
    }

    #[cold]
    fn duplicate(&mut self, member: &Member<'t>) {
        let span = member.key_span;
        self.issue(IssueKind::DuplicateKey, span.start as usize, span.end as usize);
    }
}

/// What was found where a key must stand.
enum OddKey<'t> {
    Key((Text<'t>, Span)),
    /// More values for the last member, which took them.
    Joined,
    /// Text that is no key, noted and skipped.
    Noted,
    Next(Next),
}

pub(super) fn last_end(member: &Member<'_>) -> usize {
    member.value.span.end.max(member.key_span.end) as usize
}
