//! Whatever stands in documents, findings and names: output is safe, fits, and comes.

use super::render;
use super::reports::{finding, label, report};
use super::schema::assert_valid;
use preflight::finding::*;
use preflight::render::{Format, Style};
use preflight::source::{Place, Sources, Span};
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

/// Takes out colour, and nothing else that begins with an escape.
pub(super) fn without_color(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        out.push_str(&rest[..at]);
        let code = &rest[at + 2..];
        let end = code.find('m').expect("a colour ends");
        assert!(code[..end].bytes().all(|byte| byte.is_ascii_digit() || byte == b';'), "{code:.20}");
        rest = &code[end + 1..];
    }
    out + rest
}

/// No line is too wide, and no character but line breaks and colour commands or hides.
pub(super) fn assert_safe(out: &str, width: usize, color: bool) {
    let plain = if color { without_color(out) } else { out.to_owned() };
    assert_harmless(&plain);
    for line in plain.lines() {
        assert!(line.width() <= width, "{} columns: {line}", line.width());
    }
}

fn assert_harmless(plain: &str) {
    let bad = |ch: &char| {
        (ch.is_control() && *ch != '\n')
            || matches!(ch, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{61c}' | '\u{feff}' | '\u{ad}' | '\u{a0}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}'
                | '\u{590}'..='\u{8ff}')
    };
    assert_eq!(plain.chars().find(bad).map(char::escape_unicode).map(|ch| ch.to_string()), None, "{plain:?}");
}

/// Text that looks like policies, escaped or not, with all that does not belong there.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => Just("\"aws:SourceArn\":\"arn:aws:s3:::b/*\",".to_owned()),
        2 => Just("\\\"Action\\\":[\\\"s3:*\\\",\\\"\\u202e\\\"]".to_owned()),
        2 => "[{}\\[\\],:\"\\\\]{1,8}",
        2 => Just("\n".to_owned()),
        1 => Just("\r\n\t".to_owned()),
        1 => Just("    ".to_owned()),
        1 => "[\u{202a}-\u{202e}\u{2066}-\u{2069}\u{200b}-\u{200f}\u{61c}\u{feff}\u{1b}\u{7}\u{9b}\u{85}]{1,4}",
        1 => "[\u{5d0}-\u{5ea}\u{627}-\u{64a}日本e\u{301}😀\u{fe0f}\u{1f1e9}]{1,6}",
        1 => any::<String>(),
        1 => "[a-z]{1,300}",
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn span() -> impl Strategy<Value = (usize, usize)> {
    (0..3000usize, prop_oneof![0..1usize, 0..40usize, 0..3000usize])
        .prop_map(|(start, len)| (start, start + len))
}

type Case = (Vec<String>, Vec<(usize, (usize, usize), String)>, Vec<((usize, usize), u8)>, String);

fn case() -> impl Strategy<Value = Case> {
    let labels = proptest::collection::vec((0..2usize, span(), "\\PC{0,60}|[a-z ]{0,90}"), 1..6);
    let wrapped = proptest::collection::vec((span(), 0..12u8), 0..3);
    (proptest::collection::vec(text(), 2), labels, wrapped, text())
}

fn build((texts, labels, wrapped, words): Case) -> (Report, Sources) {
    let mut sources = Sources::new();
    let ids: Vec<_> = texts.iter().map(|text| sources.add(words.clone(), text.clone())).collect();
    // Spans are brought near the text; what is left of them may still lie anywhere, also inside of characters.
    let near = |source: usize, (start, end): (usize, usize)| {
        let size = texts[source].len() + 2;
        Span::new(start % size, (start % size + (end - start)).min(size))
    };
    let mut labels = labels
        .into_iter()
        .map(|(source, at, text)| label(Place { source: ids[source], span: near(source, at) }, &text));
    let mut fault = finding(&words, Severity::Warning, &words, labels.next().unwrap());
    fault.related = labels.collect();
    fault.notes = vec![words.clone()];
    fault.help = Some(words.clone());
    fault.owner = Owner::Aws;
    fault.class = Class::NeedsEvidence;
    fault.fixes = vec![Fix {
        title: words.clone(),
        edits: vec![Edit { place: fault.primary.place, replacement: words.clone() }],
        commands: vec![words.clone()],
        applicability: Applicability::NeedsReview,
        because: vec![words.clone()],
        gained: Vec::new(),
        lost: Vec::new(),
    }];
    let mut report = report(vec![fault.clone()]);
    report.wrapped =
        wrapped.into_iter().map(|(at, level)| Wrapped { source: ids[0], span: near(0, at), level }).collect();
    report.consumers = vec![ConsumerReport {
        name: words.clone(),
        title: words.clone(),
        verdict: Verdict::CannotTell,
        demands: vec![DemandReport {
            id: words.clone(),
            section: words.clone(),
            title: words.clone(),
            need: Need::Needed,
            state: State::Unknown,
            detail: Some(words.clone()),
            next: Some(format!("aws {words}")),
        }],
    }];
    report.unknown = vec![Unknown {
        demand: words.clone(),
        fact: words.clone(),
        reason: words.clone(),
        tell: Some(format!("aws {words}")),
    }];
    report.assumed = vec![Assumed { text: words.clone(), source: Some(words.clone()) }];
    report.not_evaluated = vec![NotEvaluated { document: words.clone(), reason: words.clone() }];
    report.suppressed = vec![Suppressed { finding: fault, reason: words }];
    (report, sources)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn any_report_is_drawn_safely(case in case(), width in 40..160usize, unicode: bool, color: bool) {
        let (report, sources) = build(case);
        let style = Style { color, unicode, width, links: false, quiet: false };
        let out = render(&report, &sources, Format::Human, &style);
        assert_safe(&out, width, color);
        prop_assert!(out.ends_with('\n'));
        for (format, quiet) in [(Format::Concise, false), (Format::Human, true)] {
            let out = render(&report, &sources, format, &Style { quiet, ..style });
            assert_harmless(&if color { without_color(&out) } else { out.clone() });
            prop_assert_eq!(out.lines().count() > report.findings.len(), true);
        }
        assert_valid(&report, &sources);
        let xml = render(&report, &sources, Format::Junit, &style);
        assert_harmless(&xml);
        let read = quick_junit::Report::deserialize_from_str(&xml);
        prop_assert!(read.is_ok(), "{read:?}: {xml}");
    }
}
