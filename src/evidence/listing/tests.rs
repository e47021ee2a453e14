//! What is taken for a listing, and what it tells.

use super::*;
use crate::syntax::read_json;
use proptest::prelude::*;

fn listing(texts: &[&str]) -> (Sources, Listing) {
    let mut sources = Sources::new();
    let mut listing = Listing::default();
    for text in texts {
        let source = sources.add("listing.json", *text);
        assert!(listing.take(&sources, source), "{text}");
    }
    listing.finish();
    (sources, listing)
}

fn keys(texts: &[&str]) -> Vec<String> {
    let (_, listing) = listing(texts);
    listing.groups().iter().map(|group| group.key.clone()).collect()
}

fn is_listing(text: &str) -> bool {
    let mut sources = Sources::new();
    let source = sources.add("x.json", text);
    Listing::default().take(&sources, source)
}

#[test]
fn what_is_a_listing() {
    for text in [
        r#"{"Contents": [{"Key": "a/b", "Size": 1}]}"#,
        r#"{"Contents": [], "RequestCharged": null, "Prefix": ""}"#,
        r#"{"RequestCharged": null, "Prefix": "reports/"}"#,
        r#"{"IsTruncated": false, "Name": "acme", "Prefix": "", "MaxKeys": 1000, "KeyCount": 0}"#,
        r#"{"CommonPrefixes": [{"Prefix": "reports/"}]}"#,
        r#"{"Contents": null}"#,
        r#"{"Contents": [{"Key": "a/b"}, {"Key": "#,
    ] {
        assert!(is_listing(text), "{text}");
    }
    for text in [
        r#"{"Version": "2012-10-17", "Statement": []}"#,
        r#"{"Versions": [], "Prefix": "", "RequestCharged": null}"#,
        r#"{"Contents": "a text"}"#,
        r#"{"Prefix": "#,
        "{}",
        "[]",
        "",
    ] {
        assert!(!is_listing(text), "{text}");
    }
}

#[test]
fn several_answers_are_one_list_in_order() {
    let one = r#"{"Contents": [{"Key": "b/x"}, {"Key": "c/x"}]}"#;
    let two = r#"{"Contents": [{"Size": 1, "Key": "a/x"}, {"Key": "b/x"}]}"#;
    assert_eq!(keys(&[one, two]), ["a/x", "b/x", "c/x"]);
    assert_eq!(listing(&[one, two]).1.groups()[1].count, 1);
}

#[test]
fn keys_are_read_as_they_were_written() {
    assert_eq!(keys(&[r#"{"Contents": [{"Key": "caf\u00e9/\"x\""}]}"#]), ["café/\"x\""]);
    assert_eq!(keys(&[r#"{"EncodingType": "url", "Contents": [{"Key": "a+b/P%3D1%zz"}]}"#]), ["a b/P=1%zz"]);
    assert_eq!(keys(&[r#"{"Contents": [{"Key": "a+b/P%3D1"}]}"#]), ["a+b/P%3D1"]);
}

#[test]
fn only_what_was_listed_to_its_end_is_covered() {
    let whole = r#"{"Contents": [{"Key": "a/b"}], "Prefix": "a/"}"#;
    let (_, all) = listing(&[whole]);
    assert!(all.covers("a/") && all.covers("a/x/") && !all.covers("b/") && !all.covers(""));
    let first = r#"{"IsTruncated": true, "NextContinuationToken": "t", "Contents": [{"Key": "a"}]}"#;
    let last = r#"{"IsTruncated": false, "ContinuationToken": "t", "Contents": [{"Key": "b"}]}"#;
    assert!(!listing(&[first]).1.covers("a"));
    assert!(!listing(&[last]).1.covers("a"));
    assert!(listing(&[last, first]).1.covers("a"));
    let circle =
        r#"{"IsTruncated": true, "NextContinuationToken": "t", "ContinuationToken": "t", "Contents": []}"#;
    assert!(!listing(&[first, circle]).1.covers("a"));
    let cut = r#"{"Contents": [{"Key": "a"}, {"Ke"#;
    assert!(!listing(&[cut]).1.covers("a"));
    let shallow = r#"{"Contents": [], "CommonPrefixes": [{"Prefix": "a/"}]}"#;
    let (_, folders) = listing(&[shallow]);
    assert!(!folders.covers("a/b/") && !folders.covers("") && folders.covers("b/"));
}

#[test]
fn what_lies_below_a_folder_is_found_by_halving() {
    let (_, listing) =
        listing(&[r#"{"Contents": [{"Key": "a"}, {"Key": "a/1"}, {"Key": "a/2/3"}, {"Key": "b/1"}]}"#]);
    assert_eq!(listing.below("a/"), 1..3);
    assert_eq!(listing.below("c/"), 4..4);
    assert_eq!(listing.below(""), 0..4);
}

#[test]
fn keys_are_counted_by_folder_and_ending() {
    let text = r#"{"Contents": [{"Key": "r/a-1.csv.gz"}, {"Key": "r/a-2.csv.gz"}, {"Key": "r/a.001.gz"}, {"Key": "r/a.002.gz"},
        {"Key": "r/a.json"}]}"#;
    let (_, listing) = listing(&[text]);
    let counts: Vec<(&str, usize)> =
        listing.groups().iter().map(|group| (group.key.as_str(), group.count)).collect();
    assert_eq!(counts, [("r/a-1.csv.gz", 2), ("r/a.001.gz", 2), ("r/a.json", 1)]);
}

#[test]
fn pages_add_up_and_answers_that_overlap_do_not() {
    let first = r#"{"IsTruncated": true, "NextContinuationToken": "t", "Contents": [{"Key": "r/1"}, {"Key": "r/2"}]}"#;
    let last = r#"{"IsTruncated": false, "ContinuationToken": "t", "Contents": [{"Key": "r/3"}]}"#;
    let below = r#"{"Prefix": "r/", "Contents": [{"Key": "r/1"}, {"Key": "r/2"}, {"Key": "r/3"}]}"#;
    for (texts, count) in [(vec![last, first], 3), (vec![first, last, last], 3), (vec![below, below], 3)] {
        assert_eq!(listing(&texts).1.groups()[0].count, count);
    }
}

#[test]
fn a_long_answer_is_pointed_at_without_being_held() {
    let text = r#"{
  "Contents": [
    {
      "Key": "r/é/1.csv",
      "Size": 1
    },
    { "Key": "r/é/2.csv" },
    { "Key": "r/x.zip" }
  ]
}
"#;
    let mut sources = Sources::new();
    let mut long = Listing::default();
    let source = long.take_long(&mut sources, "listing.json", text.as_bytes()).unwrap();
    long.finish();
    let (whole, short) = listing(&[text]);
    for (long, short) in long.groups().iter().zip(short.groups()) {
        assert_eq!((&long.key, long.count), (&short.key, short.count));
        let at = sources.get(source).position(long.place.span.start);
        assert_eq!(at, whole.get(short.place.source).position(short.place.span.start));
        assert_eq!(sources.get(source).slice(long.place.span), long.key);
    }
    assert_eq!(long.groups().len(), 2);
    assert!(long.take_long(&mut sources, "x.json", br#"{"Version": 1}"#.as_slice()).is_none());
}

proptest! {
    #[test]
    fn the_walk_gives_the_keys_of_the_tree(
        names in proptest::collection::btree_set("[a-c/=é\"\\\\\u{1}\u{1f600}]{1,12}", 0..20),
        pretty: bool,
    ) {
        let contents: Vec<_> = names.iter()
            .map(|name| serde_json::json!({"ETag": "\"x\"", "Key": name, "Owner": {"Key": "no"}, "Size": 1}))
            .collect();
        let answer = serde_json::json!({"Contents": contents, "RequestCharged": null, "Prefix": ""});
        let text = if pretty { serde_json::to_string_pretty(&answer) } else { serde_json::to_string(&answer) }.unwrap();
        let document = read_json(&text);
        let tree: Vec<(String, Span)> = document.root.get("Contents").and_then(|list| list.as_array()).unwrap()
            .iter()
            .map(|object| object.get("Key").unwrap())
            .map(|key| (key.as_str().unwrap().to_owned(), Span { start: key.span.start + 1, end: key.span.end - 1 }))
            .collect();
        let (_, listing) = listing(&[&text]);
        prop_assert_eq!(listing.groups().iter().map(|group| group.count).sum::<usize>(), tree.len());
        for group in listing.groups() {
            prop_assert!(tree.contains(&(group.key.clone(), group.place.span)));
        }
    }

    #[test]
    fn any_text_is_taken_or_refused(text in "[{}\\[\\]\":,KeyContents ]{0,60}") {
        let mut sources = Sources::new();
        let source = sources.add("x.json", format!("{{\"Contents\":[{text}"));
        let mut listing = Listing::default();
        listing.take(&sources, source);
        listing.finish();
    }
}
