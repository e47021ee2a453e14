//! What a gate must not keep back: products that exclude each other, and what of a comparison could not be told.

use super::gate::sarif;
use super::{render, reports};
use preflight::finding::change::{Changes, Comparison, Doubt, Effect, Fate};
use preflight::finding::{Conflict, ConflictKind, ConflictSide, Need, Report, Verdict};
use preflight::render::{Format, Style};
use preflight::source::Sources;
use serde_json::Value;

/// A report of two products that are ready, and that one export cannot serve together.
fn in_conflict(need: Need) -> (Report, Sources) {
    let (mut report, sources) = reports::ready();
    report.verdict = Verdict::NotReady;
    let side = |consumer: &str, needs: &str| ConflictSide {
        consumer: consumer.to_owned(),
        demand: "export.versioning".to_owned(),
        need,
        needs: needs.to_owned(),
        source: format!("https://example.com/{consumer}"),
    };
    report.conflicts = vec![Conflict {
        about: "ReportVersioning".to_owned(),
        export_type: None,
        kind: ConflictKind::Export,
        sides: [side("datadog", "CREATE_NEW_REPORT"), side("koku", "::error::OVERWRITE_REPORT")],
    }];
    (report, sources)
}

#[test]
fn a_conflict_of_products_is_told_in_every_form_of_a_gate() {
    for (need, failures, command, level) in
        [(Need::Needed, 1, "::error ", "error"), (Need::Advice, 0, "::notice ", "note")]
    {
        let (report, sources) = in_conflict(need);
        let shown = |format| render(&report, &sources, format, &Style::plain());
        let xml = shown(Format::Junit);
        let read = quick_junit::Report::deserialize_from_str(&xml).unwrap();
        assert_eq!(read.failures, failures, "{xml}");
        let suite = read.test_suites.iter().find(|suite| suite.name.as_str() == "conflicts").unwrap();
        assert!(suite.test_cases[0].name.as_str().contains("`datadog`"), "{xml}");
        let lines = shown(Format::Github);
        assert!(lines.lines().any(|line| line.starts_with(command) && line.contains("`koku`")), "{lines}");
        assert!(lines.lines().all(|line| line.starts_with("::") && line.matches("title=").count() == 1));
        let notes = &sarif(&report, &sources)["runs"][0]["invocations"][0]["toolExecutionNotifications"];
        let told = |note: &&Value| note["message"]["text"].as_str().unwrap().contains("CREATE_NEW_REPORT");
        assert_eq!(notes.as_array().unwrap().iter().find(told).unwrap()["level"], level, "{notes}");
        let summary = shown(Format::Markdown);
        assert!(summary.contains("Cannot be met together") && summary.contains("koku"), "{summary}");
    }
}

#[test]
fn what_of_a_comparison_could_not_be_told_is_no_success() {
    let doubt = Doubt { reason: "a hole".to_owned(), tell: None };
    for (effect, unknown, skipped, is_told) in [
        (Effect::Same, Vec::new(), false, false),
        (Effect::Same, vec![doubt.clone()], true, true),
        (Effect::CannotTell, vec![doubt.clone()], true, true),
        (Effect::Differs, vec![doubt], false, true),
    ] {
        let (mut report, sources) = reports::many_places();
        let place = report.findings[0].primary.place;
        report.changes = Some(Changes {
            base: "main".to_owned(),
            commit: "0".repeat(40),
            list: vec![Comparison {
                fate: Fate::Changed,
                when: None,
                documents: ("policy.json".to_owned(), "policy.json".to_owned()),
                place,
                kind: "bucket policies".to_owned(),
                effect,
                gained: Vec::new(),
                lost: Vec::new(),
                forbidden: Vec::new(),
                beyond: Vec::new(),
                unknown,
                assumed: Vec::new(),
                wrapped: Vec::new(),
            }],
            not_compared: Vec::new(),
        });
        let xml = render(&report, &sources, Format::Junit, &Style::plain());
        let read = quick_junit::Report::deserialize_from_str(&xml).unwrap();
        let suite = read.test_suites.iter().find(|suite| suite.name.as_str().contains("main")).unwrap();
        let is_skipped = matches!(suite.test_cases[0].status, quick_junit::TestCaseStatus::Skipped { .. });
        assert_eq!(is_skipped, skipped, "{xml}");
        assert_eq!(xml.contains("a hole"), is_told, "{xml}");
    }
}
