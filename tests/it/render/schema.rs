//! JSON reports are what the published schema says.

use super::render;
use super::reports;
use preflight::finding::Report;
use preflight::render::{Format, Style};
use preflight::source::Sources;
use serde_json::Value;

pub(super) fn assert_valid(report: &Report, sources: &Sources) -> Value {
    let text = render(report, sources, Format::Json, &Style::plain());
    let value: Value = serde_json::from_str(&text).unwrap();
    let errors: Vec<_> = validator().iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    value
}

fn validator() -> &'static jsonschema::Validator {
    static VALIDATOR: std::sync::OnceLock<jsonschema::Validator> = std::sync::OnceLock::new();
    VALIDATOR.get_or_init(|| {
        let schema: Value =
            serde_json::from_str(include_str!("../../../docs/schema/report.v1.json")).unwrap();
        jsonschema::draft202012::meta::validate(&schema).unwrap();
        jsonschema::draft202012::new(&schema).unwrap()
    })
}

#[test]
fn reports_are_valid() {
    for (report, sources) in
        [reports::not_ready(), reports::ready(), reports::many_places(), reports::wrapped()]
    {
        assert_valid(&report, &sources);
    }
}

#[test]
fn the_schema_refuses_what_it_does_not_name() {
    let (report, sources) = reports::not_ready();
    let good = assert_valid(&report, &sources);
    let spoil: [fn(&mut Value); 5] = [
        |value| value["extra"] = Value::Null,
        |value| value["version"] = 2.into(),
        |value| value["findings"][0]["primary"]["line"] = 0.into(),
        |value| value["findings"][0]["severity"] = "fatal".into(),
        |value| drop(value["findings"][0].as_object_mut().unwrap().remove("help")),
    ];
    for change in spoil {
        let mut bad = good.clone();
        change(&mut bad);
        assert!(!validator().is_valid(&bad));
    }
}

#[test]
fn json_carries_the_real_text() {
    let (report, sources) = reports::wrapped();
    let value = assert_valid(&report, &sources);
    assert_eq!(value["findings"][0]["headline"], report.findings[0].headline);
}
