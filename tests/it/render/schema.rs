//! JSON reports are what the published schema says.

use super::render;
use super::reports;
use preflight::finding::{Conflict, ConflictKind, ConflictSide, Need, Report};
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

#[test]
fn conflicts_are_in_every_form_for_people_and_programs() {
    let (mut report, sources) = reports::ready();
    assert!(assert_valid(&report, &sources).get("conflicts").is_none());
    let side = |consumer: &str, needs: &str| ConflictSide {
        consumer: consumer.to_owned(),
        demand: "export.granularity".to_owned(),
        need: Need::Needed,
        needs: needs.to_owned(),
        source: "the guide\u{1b}[2J".to_owned(),
    };
    report.conflicts.push(Conflict {
        about: "TimeUnit".to_owned(),
        export_type: Some("cur-legacy".to_owned()),
        kind: ConflictKind::Export,
        sides: [side("one", "HOURLY"), side("other", "DAILY")],
    });
    let value = assert_valid(&report, &sources);
    assert_eq!(value["conflicts"][0]["demands"][1]["needs"], "DAILY");
    for format in [Format::Human, Format::Concise] {
        let text = render(&report, &sources, format, &Style::plain());
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("`TimeUnit` of a cur-legacy export: `one` needs HOURLY"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }
    let text = render(&report, &sources, Format::Markdown, &Style::plain());
    assert!(text.contains("## Cannot be met together") && !text.contains('\u{1b}'), "{text}");
}
