//! Reads the links and the code words of a Markdown text; what stands in a fenced block is an example, not a link.

/// The targets of links and images that lead into the repository, with the lines they stand in, from 1.
pub(super) fn links(text: &str) -> Vec<(String, usize)> {
    let mut links = Vec::new();
    for (line, number) in prose(text) {
        let bare = without_code(line);
        let inline = bare.match_indices("](").filter_map(|(at, _)| bare[at + 2..].split(')').next());
        let defined = bare.trim_start().strip_prefix('[').and_then(|rest| rest.split_once("]: "));
        let defined = defined.map(|(_, target)| target);
        let html = ["src=\"", "srcset=\"", "href=\""]
            .iter()
            .flat_map(|name| bare.split(name).skip(1).filter_map(|rest| rest.split('"').next()));
        for target in inline.chain(defined).chain(html) {
            let target = target.trim_start_matches('<').split(['>', ' ']).next().unwrap_or_default();
            let elsewhere = target.contains("://") || target.starts_with("mailto:");
            if !elsewhere && !target.is_empty() {
                links.push((target.to_owned(), number));
            }
        }
    }
    links
}

/// What stands between backticks, with the lines, from 1.
pub(super) fn code_words(text: &str) -> Vec<(String, usize)> {
    let words = |(line, number): (&str, usize)| {
        let words = line.split('`').skip(1).step_by(2);
        words.map(|word| (word.to_owned(), number)).collect::<Vec<_>>()
    };
    prose(text).flat_map(words).collect()
}

/// The lines outside fenced blocks.
fn prose(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut fence: Option<usize> = None;
    text.lines().zip(1..).filter(move |(line, _)| {
        let ticks = line.trim_start().chars().take_while(|char| *char == '`').count();
        match fence {
            Some(open) if ticks >= open => fence = None,
            Some(_) => {}
            None if ticks >= 3 => fence = Some(ticks),
            None => return true,
        }
        false
    })
}

fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_link_is_found() {
        let text = "[a](one.md) ![b](<two.png> \"title\") [`c`](three.md#part)\n[d]: four.md\n<img src=\"five.svg\">";
        let found: Vec<_> =
            links(text).into_iter().map(|(target, line)| format!("{line} {target}")).collect();
        assert_eq!(found, ["1 one.md", "1 two.png", "1 three.md#part", "2 four.md", "3 five.svg"]);
    }

    #[test]
    fn code_and_other_places_are_left_out() {
        let text = "````md\n```\n[a](one.md)\n```\n[b](two.md)\n````\n`[c](x.md)` [d](https://example.com) [e](mailto:x)";
        assert!(links(text).is_empty());
        assert_eq!(code_words("```\n`a`\n```\n`src/b` and `c`"), [("src/b".into(), 4), ("c".into(), 4)]);
    }
}
