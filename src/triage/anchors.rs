//! Which templates may match where: the fixed text of each is looked for in one pass over the message.

use super::template::{Found, Template};
use aho_corasick::{AhoCorasick, MatchKind};

/// The fixed texts of many templates, in small letters.
#[derive(Debug)]
pub(super) struct Anchors {
    all: AhoCorasick,
}

impl Anchors {
    /// Of templates in their order. None if there are too many to look for, which are millions.
    pub(super) fn new<'t>(templates: impl Iterator<Item = &'t Template>) -> Option<Self> {
        AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(templates.map(Template::anchor))
            .ok()
            .map(|all| Self { all })
    }

    /// Every match of every template, with the number of the template: by template, then by place. `lower` is the same text in
    /// small letters; of one template no more than `most` are given.
    pub(super) fn find_in<'t>(
        &self,
        template: impl Fn(usize) -> Option<&'t Template>,
        text: &'t str,
        lower: &str,
        most: usize,
    ) -> Vec<(usize, Found<'t>)> {
        let mut behind = vec![0; self.all.patterns_len()];
        let mut counts = vec![0; self.all.patterns_len()];
        let mut out = Vec::new();
        let mut line_end = 0;
        for hit in self.all.find_overlapping_iter(lower) {
            let number = hit.pattern().as_usize();
            let (Some(template), Some(from), Some(count)) =
                (template(number), behind.get_mut(number), counts.get_mut(number))
            else {
                continue;
            };
            if hit.start() < *from || *count >= most {
                continue;
            }
            *from = hit.start() + 1;
            if line_end <= hit.start() {
                let rest = text.as_bytes().get(hit.start()..).unwrap_or_default();
                line_end = memchr::memchr(b'\n', rest).map_or(text.len(), |at| hit.start() + at);
            }
            if let Some(found) = template.match_at(text, lower, (hit.start(), line_end)) {
                *from = found.end.max(*from);
                *count += 1;
                out.push((number, found));
            }
        }
        out.sort_by_key(|(number, found)| (*number, found.start));
        out
    }
}
