//! Marks lie on the text that labels point at, however it is wrapped or broken.

use super::reports::label;
use preflight::finding::Wrapped;
use preflight::render::view::{Canvas, Excerpt, Pages};
use preflight::source::{Place, Sources, Span};
use proptest::prelude::*;

/// A policy with the value `s3:GetNEEDLE` somewhere among others.
fn policy(before: usize, after: usize, pretty: bool) -> String {
    let action = |count: usize| (0..count).map(|number| format!("s3:É\"Action{number}")).collect::<Vec<_>>();
    let actions = [action(before), vec!["s3:GetNEEDLE".to_owned()], action(after)].concat();
    let value = serde_json::json!({"Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]});
    if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap()
}

proptest! {
    #[test]
    fn marked_text_is_labelled_text(
        before in 0..60usize, after in 0..60usize, level in 0..4u8, pretty: bool, width in 60..160usize,
    ) {
        let mut text = policy(before, after, pretty);
        for _ in 0..level {
            text = serde_json::to_string(&text).unwrap();
            text = text[1..text.len() - 1].to_owned();
        }
        let start = text.find("s3:GetNEEDLE").unwrap();
        let whole = Span::new(0, text.len());
        let mut sources = Sources::new();
        let source = sources.add("policy.json", text);
        let wrapped: Vec<_> = (level > 0).then_some(Wrapped { source, span: whole, level }).into_iter().collect();
        let fault = label(Place { source, span: Span::new(start, start + "s3:GetNEEDLE".len()) }, "here");
        let mut pages = Pages::new(&sources, &wrapped, Canvas { width, unicode: true });
        let excerpt = Excerpt::new(&[&fault], &mut pages);
        prop_assert_eq!(excerpt.marks.len(), 1);
        prop_assert_eq!(&excerpt.text[excerpt.marks[0].bytes.clone()], "s3:GetNEEDLE");
        prop_assert!(excerpt.text.lines().count() <= 5);
        // Neighbours are shown with their escapes taken off as far as the policy was wrapped.
        prop_assert!(before < 2 || excerpt.text.contains("s3:É\\\"Action"), "{}", excerpt.text);
    }
}
