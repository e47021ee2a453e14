//! Where documents stand in their repository, and which of their lines a change touches.
//!
//! Forms that are shown beside the code name files as the repository does. Who calls knows where it is checked out.

use std::collections::BTreeMap;

/// The repository that the documents stand in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// The absolute path of its root, with `/`; empty where there is none.
    pub root: String,
    /// The working directory below the root, with `/`; empty at the root itself.
    pub below: String,
    /// What stands before the names of files as they were at another revision; empty where there are none.
    pub base: String,
    /// Lines that a change touches, by path from the root: first and last, counted from 1. `None`: no change is asked about.
    pub changed: Option<BTreeMap<String, Vec<(u32, u32)>>>,
}

impl Tree {
    /// The path of a document from the root of the repository, with `/`. What lies outside keeps its name.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        let name = match name.strip_prefix(&self.base) {
            // Such names are counted from the root already.
            Some(path) if !self.base.is_empty() => return path.to_owned(),
            Some(_) | None => name.replace('\\', "/"),
        };
        let inside = match (name.strip_prefix(&self.root), name.starts_with('/')) {
            (Some(rest), true) if !self.root.is_empty() && rest.starts_with('/') => rest.to_owned(),
            (_, true) => return name,
            (_, false) => format!("{}/{name}", self.below),
        };
        let mut parts: Vec<&str> = Vec::new();
        for part in inside.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.pop().is_none() => return name,
                ".." => {}
                part => parts.push(part),
            }
        }
        parts.join("/")
    }

    /// Whether a change touches one of these lines. Where no change is asked about, every line counts.
    #[must_use]
    pub fn touches(&self, path: &str, lines: (u32, u32)) -> bool {
        let Some(changed) = &self.changed else { return true };
        let ranges = changed.get(path).into_iter().flatten();
        ranges.into_iter().any(|(first, last)| *first <= lines.1 && lines.0 <= *last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_counted_from_the_root() {
        let tree = Tree { root: "/w/repo".to_owned(), below: "infra/aws".to_owned(), ..Tree::default() };
        assert_eq!(tree.path("a.json"), "infra/aws/a.json");
        assert_eq!(tree.path("./b/../a.json"), "infra/aws/a.json");
        assert_eq!(tree.path("../a.json"), "infra/a.json");
        assert_eq!(tree.path("/w/repo/a.json"), "a.json");
        assert_eq!(tree.path("/w/repository/a.json"), "/w/repository/a.json");
        assert_eq!(tree.path("../../../x"), "../../../x");
        assert_eq!(Tree::default().path("a\\b.json"), "a/b.json");
        let tree = Tree { base: "main:".to_owned(), ..tree };
        assert_eq!(tree.path("main:x/a.json"), "x/a.json");
    }

    #[test]
    fn lines_are_touched_where_ranges_meet() {
        let changed = BTreeMap::from([("a.json".to_owned(), vec![(3, 5)])]);
        let tree = Tree { changed: Some(changed), ..Tree::default() };
        assert!(tree.touches("a.json", (5, 9)) && tree.touches("a.json", (1, 3)));
        assert!(!tree.touches("a.json", (1, 2)) && !tree.touches("b.json", (3, 3)));
        assert!(Tree::default().touches("b.json", (1, 1)));
    }
}
