//! The forms that a gate prints: SARIF, workflow commands, the summary of a job; and what hostile text does to them.

use super::render;
use super::reports::{self, finding, label, not_ready, place, report, wrapped};
use preflight::finding::{Need, NotEvaluated, Report, Severity, Unknown};
use preflight::render::{Format, Setting, Style, Tree};
use preflight::source::Sources;
use serde_json::Value;
use std::collections::BTreeMap;

/// Names and texts of a pull request that means harm.
const HOSTILE: [&str; 12] = [
    "a\n::error::injected",
    "a\r\n::set-output name=x::y",
    "%0A::error::decoded",
    "##[add-mask]x",
    "::stop-commands::x",
    "\u{1b}[31mred\u{1b}]8;;http://evil\u{7}",
    "right\u{202e}left\u{200b}",
    "</details></code></pre><script>alert(1)</script>",
    "``` \n# heading\n```",
    "| a | [click](https://evil.example) ![x](y) <!--",
    "a,line=1,title=x::y:z",
    "@everyone #1 **bold** $x$ &lt; ~~~",
];

fn validator() -> &'static jsonschema::Validator {
    static VALIDATOR: std::sync::OnceLock<jsonschema::Validator> = std::sync::OnceLock::new();
    VALIDATOR.get_or_init(|| {
        let mut schema: Value = serde_json::from_str(include_str!("sarif-schema-2.1.0.json")).unwrap();
        // The pattern of a language, which we never name, has a bracket too many for a strict reader of patterns.
        for of in ["run", "toolComponent"] {
            let language = schema.pointer_mut(&format!("/definitions/{of}/properties/language")).unwrap();
            language.as_object_mut().unwrap().remove("pattern").unwrap();
        }
        jsonschema::validator_for(&schema).unwrap()
    })
}

pub(super) fn sarif(report: &Report, sources: &Sources) -> Value {
    let text = render(report, sources, Format::Sarif, &Style::plain());
    let value: Value = serde_json::from_str(&text).unwrap();
    let errors: Vec<_> = validator().iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    value
}

/// A report in which every text is hostile.
fn hostile() -> (Report, Sources) {
    let mut sources = Sources::new();
    let mut findings = Vec::new();
    for text in HOSTILE {
        let id = sources.add(text, format!("{{\n  \"Sid\": \"{text}\"\n}}\n"));
        let mut one =
            finding("wildcard-principal", Severity::Error, text, label(place(&sources, id, "", "Sid"), text));
        one.help = Some(text.to_owned());
        one.notes = vec![text.to_owned()];
        findings.push(one);
    }
    let mut report = report(findings);
    for text in HOSTILE {
        report.not_evaluated.push(NotEvaluated { document: text.to_owned(), reason: text.to_owned() });
        report.unknown.push(Unknown {
            demand: text.to_owned(),
            fact: text.to_owned(),
            reason: text.to_owned(),
            tell: Some(text.to_owned()),
        });
    }
    (report, sources)
}

#[test]
fn sarif_is_what_its_schema_says() {
    for (report, sources) in [not_ready(), reports::ready(), reports::many_places(), wrapped(), hostile()] {
        let value = sarif(&report, &sources);
        let results = value["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), report.findings.len() + report.suppressed.len());
    }
}

#[test]
fn fixes_stand_in_sarif_with_what_they_replace_and_how_far_to_trust_them() {
    let (mut report, sources) = not_ready();
    let place = report.findings[0].primary.place;
    let start = report.findings[0].fixes[0].edits[0].place;
    let value = sarif(&report, &sources);
    let fix = &value["runs"][0]["results"][0]["fixes"][0];
    let replacement = &fix["artifactChanges"][0]["replacements"][0];
    let at = sources.get(start.source).position(start.span.start);
    assert_eq!(replacement["insertedContent"]["text"], "us-east-1");
    assert_eq!(replacement["deletedRegion"]["startLine"], at.line);
    assert_eq!(replacement["deletedRegion"]["startColumn"], at.column);
    assert_eq!(fix["artifactChanges"][0]["artifactLocation"]["uri"], "bucket-policy.json");
    assert_eq!(fix["properties"]["applicability"], "safe");
    // Several lines are one replacement; what is to be run is no change of a file.
    report.findings[0].fixes[0].edits =
        vec![preflight::finding::Edit { place, replacement: "a\r\n\t\"b\"".to_owned() }];
    report.findings[0].fixes[0].commands = vec!["aws iam get-user".to_owned()];
    let value = sarif(&report, &sources);
    let result = &value["runs"][0]["results"][0];
    let text = &result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"];
    assert_eq!(text, "a\r\n\t\"b\"");
    assert_eq!(result["properties"]["commands"][0], "aws iam get-user");
    report.findings[0].fixes[0].edits.clear();
    assert!(sarif(&report, &sources)["runs"][0]["results"][0].get("fixes").is_none());
}

#[test]
fn junit_is_read_back_with_every_finding_and_nothing_hostile() {
    for (report, sources) in [not_ready(), reports::ready(), reports::many_places(), wrapped(), hostile()] {
        let xml = render(&report, &sources, Format::Junit, &Style::plain());
        let read = quick_junit::Report::deserialize_from_str(&xml).unwrap();
        let cases: usize = read.test_suites.iter().map(|suite| suite.test_cases.len()).sum();
        let demands: usize = report.consumers.iter().map(|consumer| consumer.demands.len()).sum();
        let told = demands + report.findings.len() + report.suppressed.len() + report.not_evaluated.len();
        assert_eq!(cases, told.max(1));
        let of = |severity: Severity| report.findings.iter().filter(|each| each.severity >= severity).count();
        let broken = report.consumers.iter().flat_map(|consumer| &consumer.demands);
        let is_broken = |demand: &&preflight::finding::DemandReport| {
            demand.need == Need::Needed && demand.state == preflight::finding::State::Broken
        };
        let broken = broken.filter(is_broken).count();
        assert_eq!(read.failures, of(Severity::Warning) + broken, "{xml}");
        assert!(!xml.contains(|ch: char| (ch.is_control() && ch != '\n') || ch == '\u{202e}'), "{xml:?}");
        assert!(!xml.contains("<![CDATA[") && !xml.contains("<!"), "{xml}");
    }
}

#[test]
fn the_schema_of_sarif_refuses_what_is_none() {
    let (report, sources) = not_ready();
    let good = sarif(&report, &sources);
    let spoil: [fn(&mut Value); 4] = [
        |value| value["version"] = "2.2.0".into(),
        |value| value["runs"][0]["results"][0]["level"] = "fatal".into(),
        |value| {
            value["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] =
                0.into()
        },
        |value| value["runs"][0]["tool"] = Value::Null,
    ];
    for change in spoil {
        let mut bad = good.clone();
        change(&mut bad);
        assert!(!validator().is_valid(&bad));
    }
}

#[test]
fn sarif_of_a_shipped_rule_has_its_words_and_every_rule_page_fits() {
    let library = preflight::judge::Library::embedded().unwrap();
    let mut sources = Sources::new();
    let id = sources.add("a.json", "{\n  \"Statement\": []\n}\n");
    let at = place(&sources, id, "", "Statement");
    let all: Vec<_> = library.book().iter().map(|rule| rule.name.0.clone()).collect();
    let findings = all.iter().map(|rule| finding(rule, Severity::Warning, "h", label(at, "l"))).collect();
    let report = report(findings);
    let tree = Tree { below: "infra".to_owned(), ..Tree::default() };
    let setting = Setting { style: &Style::plain(), book: library.book(), tree: &tree };
    let value: Value =
        serde_json::from_str(&preflight::render::render(&report, &sources, Format::Sarif, setting)).unwrap();
    assert!(validator().is_valid(&value));
    let rules = value["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), all.len());
    let mut scored = 0;
    for rule in rules {
        let words = |place: &str| rule.pointer(place).unwrap().as_str().unwrap().to_owned();
        assert!(!words("/shortDescription/text").is_empty() && !words("/help/markdown").is_empty(), "{rule}");
        assert!(words("/fullDescription/text").chars().count() <= 1024, "{rule}");
        let tags = rule["properties"]["tags"].as_array().unwrap();
        assert!(tags.len() <= 10);
        let score = rule["properties"].get("security-severity");
        assert_eq!(score.is_some(), tags.contains(&"security".into()), "{rule}");
        scored += usize::from(score.is_some());
    }
    assert!(scored > 10 && scored < rules.len() / 4, "{scored} of {}", rules.len());
    let uri = &value["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "infra/a.json");
}

#[test]
fn a_fingerprint_stays_while_lines_move() {
    let print = |before: &str| {
        let mut sources = Sources::new();
        let id = sources.add("a.json", format!("{before}{{\"Sid\": \"x\"}}"));
        let report =
            report(vec![finding("r", Severity::Error, "h", label(place(&sources, id, "", "\"x\""), ""))]);
        let value = sarif(&report, &sources);
        value["runs"][0]["results"][0]["partialFingerprints"]["primaryLocationLineHash"].clone()
    };
    assert_eq!(print(""), print("\n\n   "));
    assert!(print("").as_str().unwrap().ends_with(":1"));
}

/// Reads output as the runner does: lines that begin with `::`, properties and message unescaped.
fn commands(out: &str) -> Vec<(String, BTreeMap<String, String>, String)> {
    let unescape = |text: &str, property: bool| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        let text = if property { text.replace("%3A", ":").replace("%2C", ",") } else { text };
        text.replace("%25", "%")
    };
    out.lines()
        .map(|line| {
            let rest = line.strip_prefix("::").unwrap_or_else(|| panic!("no command: {line:?}"));
            let (head, text) = rest.split_once("::").unwrap();
            let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
            let properties = properties
                .split(',')
                .map(|pair| pair.split_once('=').unwrap_or_else(|| panic!("{line:?}")))
                .map(|(key, value)| (key.to_owned(), unescape(value, true)))
                .collect();
            (name.to_owned(), properties, unescape(text, false))
        })
        .collect()
}

#[test]
fn hostile_text_makes_no_command() {
    let (report, sources) = hostile();
    for finding in &report.findings {
        let mut one = report.clone();
        one.findings = vec![finding.clone()];
        let out = render(&one, &sources, Format::Github, &Style::plain());
        let commands = commands(&out);
        assert_eq!(commands.len(), 1, "{out}");
        let (name, properties, text) = &commands[0];
        assert_eq!(name, "error");
        let keys: Vec<_> = properties.keys().map(String::as_str).collect();
        assert_eq!(keys, ["col", "endColumn", "endLine", "file", "line", "title"], "{out}");
        assert_eq!((properties["line"].as_str(), properties["title"].as_str()), ("2", "wildcard-principal"));
        let shown = preflight::render::view::safe(&finding.headline).replace("##[", "##\\u{5b}");
        assert_eq!(*text, format!("{shown}\nhelp: {shown}"));
        assert!(!out.contains("##[") && !out.contains(['\u{1b}', '\r', '\u{202e}', '\u{7}']), "{out:?}");
    }
}

#[test]
fn at_most_ten_of_a_kind_changed_lines_first_and_the_rest_is_counted() {
    let mut sources = Sources::new();
    let id = sources.add("a.json", "x\n".repeat(100));
    let at = |line: usize| preflight::source::Place {
        source: id,
        span: preflight::source::Span::new(line * 2, line * 2 + 1),
    };
    let severity = |line: usize| [Severity::Error, Severity::Warning, Severity::Note][line % 3];
    let findings = (0..90)
        .map(|line| finding("r", severity(line), &format!("on {line}"), label(at(line), "")))
        .collect();
    let report = report(findings);
    let changed = BTreeMap::from([("a.json".to_owned(), vec![(80, 90)])]);
    let tree = Tree { changed: Some(changed), ..Tree::default() };
    let setting =
        Setting { style: &Style::plain(), book: &preflight::rulebook::Rulebook::new(&[]), tree: &tree };
    let out = preflight::render::render(&report, &sources, Format::Github, setting);
    let commands = commands(&out);
    for (kind, most) in [("error", 10), ("warning", 10), ("notice", 10)] {
        assert_eq!(commands.iter().filter(|(name, ..)| name == kind).count(), most, "{out}");
    }
    let changed_first = commands.iter().take(11).all(|(_, properties, _)| {
        let line: u32 = properties["line"].parse().unwrap();
        (80..=90).contains(&line)
    });
    assert!(changed_first, "{out}");
    assert_eq!(commands[0].0, "error");
    assert!(
        out.trim_end()
            .ends_with("61 more findings, which GitHub would not show here; see the summary of the job"),
        "{out}"
    );
}

/// What of Markdown stands outside of fences.
fn outside_of_fences(out: &str) -> String {
    let (mut kept, mut fence) = (String::new(), None::<String>);
    for line in out.lines() {
        let ticks: String = line.chars().take_while(|letter| *letter == '`').collect();
        match &fence {
            Some(open) if ticks.len() >= open.len() && line.trim_end() == ticks => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                kept.push_str(line);
                kept.push('\n');
            }
        }
    }
    assert!(fence.is_none(), "a fence stays open: {out}");
    kept
}

#[test]
fn hostile_text_is_neither_markdown_nor_html() {
    let (report, sources) = hostile();
    let out = render(&report, &sources, Format::Markdown, &Style::plain());
    assert!(!out.contains(['\u{1b}', '\r', '\u{202e}', '\u{200b}', '\u{7}']), "{out:?}");
    let prose = outside_of_fences(&out);
    let mut ours = prose.clone();
    for tag in ["<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>", "<br>"] {
        ours = ours.replace(tag, "");
    }
    assert!(!ours.contains(['<', '>', '[', ']', '`', '*', '@', '~', '$', '|', '!', '\\']), "{ours}");
    assert_eq!(prose.matches("<details>").count(), prose.matches("</details>").count());
    let headings = prose.lines().filter(|line| line.starts_with('#')).count();
    assert_eq!(headings, 1 + report.findings.len(), "{prose}");
    for (open, close) in [("<code>", "</code>"), ("<summary>", "</summary>")] {
        assert_eq!(prose.matches(open).count(), prose.matches(close).count());
    }
}

#[test]
fn a_summary_is_never_too_long_and_one_document_cannot_crowd_out_the_others() {
    let mut sources = Sources::new();
    let long = "\"x\" ".repeat(100_000);
    let id = sources.add("a.json", &*long);
    let mut huge = finding("r", Severity::Error, &long, label(place(&sources, id, "", "\"x\""), &long));
    huge.notes = vec![long.clone()];
    let mut findings = vec![huge];
    findings.extend((0..20_000).map(|number| {
        finding(
            "r",
            Severity::Error,
            &format!("number {number}"),
            label(place(&sources, id, "", "x"), "here"),
        )
    }));
    let out = render(&report(findings), &sources, Format::Markdown, &Style::plain());
    assert!(out.len() <= 900 * 1024, "{}", out.len());
    assert!(out.contains("number 100\n") && out.contains("more findings left out here"));
    outside_of_fences(&out);
}
