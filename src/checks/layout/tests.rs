//! Laws of the walk, for any bucket.

use super::look::{Bucket, Found};
use crate::contract::{Contract, Layout};
use crate::evidence::Listing;
use crate::rulebook::embedded::PARTS;
use crate::source::Sources;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn layout() -> Layout {
    let text = include_str!("../../../rules/consumers/spendeffix-root.toml");
    let part = |wanted: &str| PARTS.iter().find(|(name, _)| *name == wanted).map(|(_, text)| *text);
    Contract::read_with("spendeffix-root", text.into(), &part).unwrap().layout.unwrap()
}

fn with_bucket(keys: &BTreeSet<String>, test: impl FnOnce(Bucket<'_>)) {
    let objects: Vec<_> = keys.iter().map(|key| serde_json::json!({ "Key": key })).collect();
    let text = serde_json::json!({ "Contents": objects, "Prefix": "" }).to_string();
    let mut sources = Sources::new();
    let source = sources.add("listing.json", text);
    let mut listing = Listing::default();
    assert!(listing.take(&sources, source));
    listing.finish();
    test(Bucket { listing: &listing, layout: &layout() });
}

/// Keys as they may lie in a bucket: some of exports, some not.
fn key() -> impl Strategy<Value = String> {
    let folder = prop_oneof![
        4 => "[ab]{1,2}",
        2 => Just("data".to_owned()),
        3 => Just("BILLING_PERIOD=2026-11".to_owned()),
        1 => Just("billing_period=2026-11".to_owned()),
        2 => Just("20261101-20261201".to_owned()),
        2 => Just("year=2026/month=1".to_owned()),
    ];
    let file = prop_oneof![
        3 => Just("f.csv.gz"), 2 => Just("f.snappy.parquet"), 1 => Just("f.csv"), 1 => Just("f.json"), 1 => Just("")
    ];
    (proptest::collection::vec(folder, 0..6), file)
        .prop_map(|(folders, file)| folders.into_iter().map(|folder| folder + "/").collect::<String>() + file)
        .prop_filter("a key is not empty", |key| !key.is_empty())
}

proptest! {
    #[test]
    fn what_is_named_to_type_leads_to_files(keys in proptest::collection::btree_set(key(), 0..20)) {
        with_bucket(&keys, |bucket| {
            for export in bucket.exports() {
                let found = bucket.connect(&export.path, &export.name, &export.export_type);
                let is_found = matches!(found, Found::Files { .. });
                assert_eq!(is_found, !export.path.is_empty(), "{export:?}");
            }
        });
    }

    #[test]
    fn a_silent_failure_is_one_of_a_path_of_one_folder(
        keys in proptest::collection::btree_set(key(), 0..20),
        path in "[ab]{0,2}(/[ab]{1,2}){0,2}/?",
        name in "[ab]{1,2}",
    ) {
        with_bucket(&keys, |bucket| {
            let is_one_folder = !path.strip_suffix('/').unwrap_or(&path).contains('/');
            match bucket.connect(&path, &name, "cur-2.0") {
                Found::Files { files, seen, path: stored, .. } => {
                    assert!(files > 0 && path.starts_with(&stored));
                    assert_eq!(seen.folder, format!("{stored}/{name}/"));
                }
                Found::Silent { .. } => assert!(is_one_folder),
                Found::Refused { seen } => assert!(!is_one_folder && seen.len() == 2),
                Found::Waiting { seen } => panic!("the listing shows everything, not {}?", seen.folder),
                Found::Unseen { folder } => panic!("the listing shows everything, not {folder}?"),
            }
        });
    }
}
