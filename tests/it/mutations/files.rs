//! The files that a request is about.

use preflight::contract::{Form, KeyTemplate, RequestTemplate};
use preflight::evidence::Evidence;

/// The resources of a demand, each an ARN.
pub(super) fn resources(
    form: &Form,
    template: &RequestTemplate,
    on: &str,
    written: Option<&str>,
) -> Option<Vec<String>> {
    // No plain account has the settings of its export, which tell of files beside the data.
    let beside = on == "companion-keys";
    if on != "keys" && !beside {
        return Some(vec![form.fill(on).ok()?]);
    }
    let is_legacy = form.text("export-type") == Some("cur-legacy");
    let keys =
        if is_legacy && !template.keys_legacy.is_empty() { &template.keys_legacy } else { &template.keys };
    let arn = |key: &str| form.fill(&format!("arn:{{partition}}:s3:::{{bucket}}/{key}")).ok();
    let keys: Vec<_> = if beside {
        template.companions.iter().map(|each| &each.key).collect()
    } else {
        keys.iter().filter(|key| is_written(key, written)).collect()
    };
    keys.into_iter()
        .flat_map(|key| {
            // The example, and keys at the edges of the pattern: nothing, a letter or a folder where anything may stand.
            let plain = ["", "z", "zz/0"];
            // Where a whole name is free, it may end as the data's do.
            let ends = ["z.csv.gz", "z-Manifest.json"].into_iter().filter(|_| key.pattern.ends_with('*'));
            let filled = plain.into_iter().chain(ends);
            let filled = filled.map(|text| key.pattern.replace('*', text).replace('?', "z"));
            std::iter::once(key.example.clone()).chain(filled)
        })
        .map(|key| arn(&key))
        .collect()
}

/// The compression that the settings of the form's export name.
pub(super) fn compression<'a>(form: &Form, evidence: &'a Evidence) -> Option<&'a str> {
    let name = form.text("export-name")?;
    let mut exports = evidence.exports.definitions.iter();
    let export = exports.find(|each| each.name.as_ref().is_some_and(|text| text.text == name))?;
    export.compression.as_ref().map(|text| text.text.as_str())
}

/// Whether an export of a compression has files with such keys.
fn is_written(key: &KeyTemplate, compression: Option<&str>) -> bool {
    let known = compression.filter(|text| ["GZIP", "ZIP", "PARQUET"].contains(&&*text.to_ascii_uppercase()));
    let pair = key.compression.as_deref().zip(known);
    pair.is_none_or(|(of_key, own)| of_key.eq_ignore_ascii_case(own))
}
