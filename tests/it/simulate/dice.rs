//! Members of a space, chosen by dice.

use preflight::eval::{Compiled, ContextValue, Request};
use preflight::evidence::Evidence;

/// A small generator of its own: the members must be the same in every run.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    pub(super) fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.roll(texts.len())]
    }

    /// A text that a pattern matches, often with words in it that the policies know.
    pub(super) fn fill(&mut self, pattern: &str, words: &[&str]) -> String {
        let mut out = String::new();
        for c in pattern.chars() {
            match c {
                '?' => out.push_str(self.pick(&["a", "Z", "7", "-"])),
                '*' => {
                    for _ in 0..self.roll(4) {
                        let word = self.pick(words).replace(['*', '?', ':'], "");
                        out.push_str(&word);
                        out.push_str(self.pick(&["", "/", "x", "-", "9"]));
                    }
                }
                other => out.push(other),
            }
        }
        out
    }
}

/// Words that the policies of a set know: their texts, in pieces.
pub(super) fn words(evidence: &Evidence) -> Vec<&str> {
    let mut words: Vec<&str> = vec!["a", "zz"];
    for document in &evidence.documents {
        for statement in &document.policy.statements {
            let clauses = statement.clauses.iter().flat_map(|clause| &clause.values);
            let resources = statement.resources.iter().flat_map(|element| &element.items);
            for text in clauses.chain(resources) {
                words.extend(text.value.split(['/', ':']).filter(|word| !word.is_empty()));
            }
        }
    }
    words
}

/// Addresses of both families, from both ends and between.
const ADDRESSES: [&str; 7] = [
    "0.0.0.1",
    "126.255.255.255",
    "128.0.0.0",
    "203.0.113.77",
    "::2",
    "2001:db8::7",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];

/// One member of a part of a question, chosen by dice.
pub(super) fn member(
    dice: &mut Dice,
    set: &Compiled<'_>,
    request: &Request,
    words: &[&str],
) -> Option<Request> {
    let mut one = request.clone();
    if let Some(space) = request.space.clone() {
        let text = dice.fill(&request.resource, words);
        if !space.iter().all(|language| language.holds(&text)) {
            return None;
        }
        one.resource = text.into();
        one.space = None;
    }
    for (key, value) in request.context.iter() {
        if matches!(value, ContextValue::One(_) | ContextValue::Many(_)) {
            continue;
        }
        let mut texts: Vec<&str> =
            set.texts().chain(["true", "false", "1", "203.0.113.77", "other"]).collect();
        // AWS fills keys with values of their type.
        let is_address = key.eq_ignore_ascii_case("aws:SourceIp");
        if is_address {
            texts = ADDRESSES.to_vec();
        }
        match value {
            ContextValue::Unknown | ContextValue::Unseen => {
                if *value == ContextValue::Unseen && dice.roll(3) == 0 {
                    one.context.remove(key);
                } else {
                    let text = dice.pick(&texts).to_owned();
                    one.context.set_one(key, &dice.fill(&text, words));
                }
            }
            ContextValue::Every(within) | ContextValue::Within(within) => {
                // Identifiers stand in no policy.
                let made = dice.fill(&within.pattern(), words);
                let all = texts.iter().copied().chain((!is_address).then_some(made.as_str()));
                let fitting: Vec<&str> = all.filter(|text| within.holds(text)).collect();
                if fitting.is_empty() {
                    return None;
                }
                one.context.set_one(key, dice.pick(&fitting));
            }
            ContextValue::One(_) | ContextValue::Many(_) => {}
        }
    }
    Some(one)
}
