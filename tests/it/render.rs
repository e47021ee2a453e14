//! What a user sees of a report.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "what is not as expected is to fail the test"
)]

mod gate;
mod marks;
mod properties;
mod reports;
mod schema;
mod told;

use preflight::finding::Assumed;
use preflight::render::{Format, Setting, Style, Tree};
use preflight::rulebook::Rulebook;
use preflight::source::Sources;
use reports::{many_places, not_ready, ready, wrapped};

/// A report without words of rules, in no repository.
fn render(report: &preflight::finding::Report, sources: &Sources, format: Format, style: &Style) -> String {
    let setting = Setting { style, book: &Rulebook::new(&[]), tree: &Tree::default() };
    preflight::render::render(report, sources, format, setting)
}

fn human(report: &preflight::finding::Report, sources: &Sources, style: &Style) -> String {
    render(report, sources, Format::Human, style)
}

#[test]
fn a_report_with_two_labels() {
    let (report, sources) = not_ready();
    insta::assert_snapshot!(human(&report, &sources, &Style::plain()));
}

#[test]
fn a_report_in_ascii() {
    let (report, sources) = not_ready();
    let out = human(&report, &sources, &Style { unicode: false, width: 80, ..Style::plain() });
    assert!(out.is_ascii());
    insta::assert_snapshot!(out);
}

#[test]
fn a_quiet_report() {
    let (report, sources) = not_ready();
    insta::assert_snapshot!(human(&report, &sources, &Style { quiet: true, ..Style::plain() }));
}

#[test]
fn a_concise_report() {
    let (report, sources) = not_ready();
    insta::assert_snapshot!(render(&report, &sources, Format::Concise, &Style::plain()));
}

#[test]
fn a_json_report() {
    let (report, sources) = not_ready();
    insta::assert_snapshot!(render(&report, &sources, Format::Json, &Style::plain()));
}

#[test]
fn workflow_commands_show_each_finding_at_its_place() {
    let (report, sources) = not_ready();
    insta::assert_snapshot!(render(&report, &sources, Format::Github, &Style::plain()));
}

#[test]
fn a_summary_of_a_job() {
    let (report, sources) = not_ready();
    insta::assert_snapshot!(render(&report, &sources, Format::Markdown, &Style::plain()));
}

#[test]
fn a_report_without_faults() {
    let (report, sources) = ready();
    insta::assert_snapshot!(human(&report, &sources, &Style::plain()));
}

#[test]
fn labels_in_several_documents_and_on_long_lines() {
    let (report, sources) = many_places();
    insta::assert_snapshot!(human(&report, &sources, &Style::plain()));
}

#[test]
fn a_wrapped_policy_is_shown_unwrapped_with_its_true_place() {
    let (report, sources) = wrapped();
    let source = sources.iter().next().unwrap().1;
    assert!(source.text().len() > 20_000 && !source.text().contains('\n'));
    let style = Style::plain();
    let out = human(&report, &sources, &style);
    insta::assert_snapshot!(out);
    for width in [40, 60, 80, 100, 200] {
        for color in [false, true] {
            let out = human(&report, &sources, &Style { width, color, ..style });
            properties::assert_safe(&out, width, color);
            if width < 80 {
                // Headers and values are cut there.
                continue;
            }
            let plain = properties::without_color(&out);
            let at = source.position(report.findings[0].primary.place.span.start);
            assert!(plain.contains(&format!("bucket-policy.json:1:{} (unwrapped)", at.column)), "{plain}");
            assert!(plain.contains("\"arn:aws:s3:::acme-billing/exports/*\""), "{plain}");
            assert!(plain.contains("\"111122223333\\u{202e}\\u{5d1}\""), "{plain}");
        }
    }
}

#[test]
fn links_are_made_of_web_addresses_only() {
    let (mut report, sources) = ready();
    let assumed = |source: &str| Assumed { text: "no boundary".to_owned(), source: Some(source.to_owned()) };
    report.assumed =
        vec![assumed("https://docs.aws.amazon.com/x"), assumed("https://evil\u{1b}]8;;x"), assumed("said")];
    let style = Style { links: true, ..Style::plain() };
    let out = human(&report, &sources, &style);
    assert_eq!(out.matches('\u{1b}').count(), 4, "{out:?}");
    assert!(
        out.contains("\u{1b}]8;;https://docs.aws.amazon.com/x\u{1b}\\source\u{1b}]8;;\u{1b}\\"),
        "{out:?}"
    );
    assert!(out.contains("(https://evil\\u{1b}]8;;x)"), "{out:?}");
    assert!(!human(&report, &sources, &Style::plain()).contains('\u{1b}'));
}

#[test]
fn a_command_is_said_once() {
    let (report, sources) = not_ready();
    let out = human(&report, &sources, &Style { width: 200, ..Style::plain() });
    assert_eq!(out.matches("aws organizations list-policies-for-target").count(), 1, "{out}");
}
