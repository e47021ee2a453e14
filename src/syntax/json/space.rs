//! White space between tokens, and what is no token but stands there: comments and stray characters.

use super::Reader;
use crate::syntax::IssueKind;

impl Reader<'_> {
    /// Goes to the next token.
    #[inline]
    pub(super) fn space(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(b'/' | b'#' | 0..=0x1F | 0x7F..) => {
                    if !self.skip_noise() {
                        return;
                    }
                }
                _ => return,
            }
        }
    }

    /// Notes and skips a comment or a run of characters that look like white space and are none.
    #[cold]
    fn skip_noise(&mut self) -> bool {
        if self.starts_comment(self.at) {
            let end = self.comment_end();
            self.issue(IssueKind::Comment, self.at, end);
            self.at = end;
            return true;
        }
        let rest = self.slice(self.at, self.bytes.len());
        let length = rest.find(|next| !is_false_space(next)).unwrap_or(rest.len());
        if length > 0 {
            self.issue(IssueKind::UnexpectedCharacter, self.at, self.at + length);
            self.at += length;
        }
        length > 0
    }

    pub(super) fn starts_comment(&self, at: usize) -> bool {
        match self.bytes.get(at) {
            // `#{…}` is a template's placeholder.
            Some(b'#') => self.bytes.get(at + 1) != Some(&b'{'),
            Some(b'/') => matches!(self.bytes.get(at + 1), Some(b'/' | b'*')),
            _ => false,
        }
    }

    /// The end of the comment that starts here. A `/*` that is never closed ends with its line, so that the rest can
    /// still be read.
    fn comment_end(&mut self) -> usize {
        if self.bytes.get(self.at + 1) == Some(&b'*') && !self.no_comment_end {
            let body = self.at + 2;
            let rest = self.bytes.get(body..).unwrap_or_default();
            match memchr::memmem::find(rest, b"*/") {
                Some(length) => return body + length + 2,
                None => self.no_comment_end = true,
            }
        }
        self.line_end(self.at)
    }

    /// The end of the line that holds `at`, without its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let end = at + length;
        if length > 0 && self.bytes.get(end - 1) == Some(&b'\r') { end - 1 } else { end }
    }
}

/// White space to the eye, or nothing at all, but not to JSON.
pub(super) fn is_false_space(next: char) -> bool {
    match next {
        ' ' | '\t' | '\r' | '\n' => false,
        '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}' => true,
        _ => next.is_whitespace() || next.is_control(),
    }
}
