//! Reads the paths that a Rust file names, without comments, strings and code that only tests see.
//!
//! It is a word reader, not a parser: it knows `use` trees, `crate`, `self`, `super` and inline modules, and that is
//! all that the table of imports speaks of.

use super::tokens::{Kind, Token, tokens};

/// A path that a file names, such as `crate::source::Span` or `std::fs::read`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// Its segments; from the crate's root if `own`, else as written.
    pub(super) segments: Vec<String>,
    /// Whether it is a path into this crate.
    pub(super) own: bool,
    /// The line it stands in, from 1.
    pub(super) line: usize,
    /// Whether it was named by a `use`, so that parts of it can be reached by a shorter name.
    pub(super) imported: bool,
}

/// What a file has to say.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The paths, in their order.
    pub(super) paths: Vec<Named>,
    /// Modules in files of their own that only tests see.
    pub(super) test_modules: Vec<String>,
}

/// Reads a file that is the module `module`, given from the crate's root.
pub(super) fn scan(text: &str, module: &[String]) -> Scan {
    let tokens = without_tests(&tokens(text));
    let mut reader =
        Reader { tokens: &tokens.kept, at: 0, modules: module.to_vec(), open: Vec::new(), paths: Vec::new() };
    reader.read();
    Scan { paths: reader.paths, test_modules: tokens.test_modules }
}

struct WithoutTests {
    kept: Vec<Token>,
    test_modules: Vec<String>,
}

/// Leaves out every item under `#[cfg(test)]`.
fn without_tests(tokens: &[Token]) -> WithoutTests {
    let mut out = WithoutTests { kept: Vec::new(), test_modules: Vec::new() };
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let attribute = token.is('#') && tokens.get(at + 1).is_some_and(|next| next.is('['));
        if !attribute {
            out.kept.push(token.clone());
            at += 1;
            continue;
        }
        let end = closing(tokens, at + 1);
        let words: Vec<&str> = tokens[at..end].iter().filter_map(Token::word).collect();
        at = end;
        if words.first() == Some(&"cfg") && words.contains(&"test") && !words.contains(&"not") {
            let item_end = item_end(tokens, at);
            let words: Vec<&str> = tokens[at..item_end].iter().filter_map(Token::word).collect();
            let of_file = tokens.get(item_end - 1).is_some_and(|token| token.is(';'));
            if let (true, Some(place)) = (of_file, words.iter().position(|word| *word == "mod")) {
                out.test_modules.extend(words.get(place + 1).map(|name| (*name).to_owned()));
            }
            at = item_end;
        }
    }
    out
}

/// One past the bracket that closes the one at `at`.
fn closing(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match token.kind {
            Kind::Mark('(' | '[' | '{') => depth += 1,
            Kind::Mark(')' | ']' | '}') => depth = depth.saturating_sub(1),
            Kind::Mark(_) | Kind::Word(_) | Kind::Join => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    tokens.len()
}

/// One past the item that begins at `at`: its semicolon, or the end of its block.
fn item_end(tokens: &[Token], mut at: usize) -> usize {
    while let Some(token) = tokens.get(at) {
        match token.kind {
            Kind::Mark(';') => return at + 1,
            Kind::Mark('{') => return closing(tokens, at),
            Kind::Mark('(' | '[') => at = closing(tokens, at),
            Kind::Mark(_) | Kind::Word(_) | Kind::Join => at += 1,
        }
    }
    tokens.len()
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    /// The module that the reader is in, from the crate's root.
    modules: Vec<String>,
    /// For every open brace, whether it opened an inline module.
    open: Vec<bool>,
    paths: Vec<Named>,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(token) = self.tokens.get(self.at) {
            match token.word() {
                Some("mod") => self.enter(),
                Some("use") => {
                    self.at += 1;
                    self.tree(&[], true);
                }
                Some(_) if self.joined(self.at + 1) => self.tree(&[], false),
                _ => {
                    if token.is('{') {
                        self.open.push(false);
                    } else if token.is('}') && self.open.pop() == Some(true) {
                        self.modules.pop();
                    }
                    self.at += 1;
                }
            }
        }
    }

    fn joined(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Join)
    }

    /// Passes `mod name`, and its brace if it is inline.
    fn enter(&mut self) {
        let name = self.tokens.get(self.at + 1).and_then(Token::word).map(str::to_owned);
        self.at += 2;
        if let (Some(name), true) = (name, self.tokens.get(self.at).is_some_and(|token| token.is('{'))) {
            self.modules.push(name);
            self.open.push(true);
            self.at += 1;
        }
    }

    /// Reads a path, or in a `use` a tree of paths, below `stem`.
    fn tree(&mut self, stem: &[String], imported: bool) {
        let mut segments = stem.to_vec();
        if self.joined(self.at) {
            self.at += 1;
        }
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        while let Some(token) = self.tokens.get(self.at) {
            match &token.kind {
                Kind::Word(word) => {
                    segments.push(word.clone());
                    self.at += 1;
                }
                Kind::Mark('*') if imported => {
                    segments.push("*".to_owned());
                    self.at += 1;
                }
                Kind::Mark('{') if imported => return self.group(&segments),
                // A turbofish, or a `use` of nothing: the path has ended.
                Kind::Mark(_) | Kind::Join => break,
            }
            if !self.joined(self.at) {
                break;
            }
            self.at += 1;
        }
        self.name(&segments, line, imported);
    }

    /// Reads `{…}` of a `use`.
    fn group(&mut self, stem: &[String]) {
        self.at += 1;
        while let Some(token) = self.tokens.get(self.at) {
            if token.is('}') {
                self.at += 1;
                return;
            }
            match (&token.kind, self.tokens.get(self.at + 1)) {
                // `self as name`, `name as other`: the other name is not a path.
                (Kind::Word(word), Some(_)) if word == "as" => self.at += 2,
                (Kind::Word(_) | Kind::Join | Kind::Mark('*' | '{'), _) => self.tree(stem, true),
                _ => self.at += 1,
            }
        }
    }

    fn name(&mut self, segments: &[String], line: usize, imported: bool) {
        let mut rest = segments.iter().map(String::as_str).peekable();
        let mut base: Option<Vec<String>> = None;
        while let Some(word) = rest.next_if(|word| ["crate", "self", "super"].contains(word)) {
            let from = base.take().unwrap_or_else(|| self.modules.clone());
            base = Some(match word {
                "crate" => Vec::new(),
                "super" => from.split_last().map(|(_, above)| above.to_vec()).unwrap_or_default(),
                _ => from,
            });
        }
        let own = base.is_some();
        let mut full = base.unwrap_or_default();
        full.extend(rest.filter(|word| *word != "self").map(str::to_owned));
        self.paths.push(Named { segments: full, own, line, imported });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(text: &str, module: &str) -> Vec<String> {
        let module: Vec<String> = module.split("::").map(str::to_owned).collect();
        let paths = scan(text, &module).paths;
        paths.iter().filter(|path| path.own).map(|path| path.segments.join("::")).collect()
    }

    #[test]
    fn nested_groups_are_followed() {
        let text = "use crate::{source::{Span, lines::{self, Index as I}}, policy::*, eval};";
        let expected = ["source::Span", "source::lines", "source::lines::Index", "policy::*", "eval"];
        assert_eq!(own(text, "load"), expected);
    }

    #[test]
    fn super_climbs_out_of_files_and_inline_modules() {
        assert_eq!(own("use super::super::policy::arn;", "eval::glob"), ["policy::arn"]);
        assert_eq!(own("use super::glob;", "eval::condition"), ["eval::glob"]);
        let inline = "mod inner { use super::super::syntax::Node; fn f() { } } use super::finding::Fix;";
        assert_eq!(own(inline, "eval"), ["syntax::Node", "finding::Fix"]);
    }

    #[test]
    fn paths_outside_use_lines_count() {
        assert_eq!(
            own("fn f() -> crate::source::Span { $crate::policy::arn::split::<u8>(x) }", "eval"),
            ["source::Span", "policy::arn::split"]
        );
        assert_eq!(
            own("pub(in crate::eval) fn f(self) { self.x(); crate::load::run() }", "eval"),
            ["eval", "load::run"]
        );
    }

    #[test]
    fn comments_strings_and_tests_do_not_count() {
        let text = r####"
            //! crate::a::X
            /* crate::b::X /* crate::c::X */ crate::d::X */
            const A: &str = "crate::e::X \" crate::f::X";
            const B: &str = r#"crate::g::X " crate::h::X"#;
            const C: [char; 3] = ['"', '\'', '\u{22}'];
            fn quoted<'a>(x: &'a str) -> crate::kept::X<'a> { todo }
            #[cfg(test)]
            #[allow(unused)]
            mod tests { use crate::i::X; mod deeper { use crate::j::X; } }
            #[cfg(all(test, unix))]
            use crate::k::{X, Y};
            #[cfg(not(test))]
            use crate::also_kept::X;
        "####;
        assert_eq!(own(text, "eval"), ["kept::X", "also_kept::X"]);
    }

    #[test]
    fn test_modules_in_files_of_their_own_are_named() {
        let found = scan("#[cfg(test)]\nmod tests;\n#[cfg(test)]\nmod more { }\nmod load;", &[]);
        assert_eq!(found.test_modules, ["tests"]);
    }

    #[test]
    fn lines_count_from_one_and_pass_long_tokens() {
        let paths =
            scan("/* a\nb */\nconst A: &str = \"x\ny\";\nuse std::{\n    env,\n    fs::read,\n};", &[]).paths;
        let lines: Vec<_> = paths.iter().map(|path| (path.segments.join("::"), path.line)).collect();
        assert_eq!(lines, [("std::env".to_owned(), 6), ("std::fs::read".to_owned(), 7)]);
    }

    #[test]
    fn torn_text_is_read_to_its_end() {
        for text in
            ["use crate::{a::{", "#[cfg(test)]", "#[cfg(", "mod", "\"\\", "r#\"", "'\\", "crate::", "/* "]
        {
            let _ = scan(text, &[]);
        }
    }
}
