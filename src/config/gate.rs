//! `[[suppress]]` and `[[severity]]` of `preflight.toml`.

use super::{ConfigFault, span, string, table, unknown};
use crate::finding::{Severity, SeverityChange, Suppression};
use crate::source::{Place, SourceId, Span};
use toml::Spanned;
use toml::de::DeValue;

type Found<'a, 't> = Option<&'a Spanned<DeValue<'t>>>;

/// Reads `[[suppress]]`.
pub(super) fn suppressions(
    value: &Spanned<DeValue<'_>>,
    source: SourceId,
    out: &mut Vec<Suppression>,
) -> Result<(), ConfigFault> {
    for each in tables(value, "suppress")? {
        let (mut rule, mut document, mut sid): (Found<'_, '_>, Found<'_, '_>, Found<'_, '_>) =
            (None, None, None);
        let (mut pointer, mut reason, mut expires): (Found<'_, '_>, Found<'_, '_>, Found<'_, '_>) =
            (None, None, None);
        for (key, value) in table(each, "suppress")? {
            let slot = match key.get_ref().as_ref() {
                "rule" => &mut rule,
                "document" => &mut document,
                "sid" => &mut sid,
                "pointer" => &mut pointer,
                "reason" => &mut reason,
                "expires" => &mut expires,
                other => {
                    let known = "`rule`, `document`, `sid`, `pointer`, `reason` and `expires`";
                    return Err(unknown(key, other, known));
                }
            };
            *slot = Some(value);
        }
        let (rule, at) = needed(rule, each, "suppress", "rule", "the rule that is not to be heard of")?;
        let (document, _) =
            needed(document, each, "suppress", "document", "the path of the document from here")?;
        let (reason, _) = needed(reason, each, "suppress", "reason", "why it may be so")?;
        let text = |value: Found<'_, '_>, name| value.map(|value| string(value, name)).transpose();
        let pointer = match text(pointer, "pointer")? {
            Some((pointer, at)) if !pointer.is_empty() && !pointer.starts_with('/') => {
                let message = format!("`{pointer}` is no JSON pointer: write it as `/Statement/0/Action`");
                return Err(ConfigFault { span: at, message });
            }
            pointer => pointer.map(|(text, _)| text),
        };
        out.push(Suppression {
            rule,
            place: Place { source, span: at },
            document: document.strip_prefix("./").unwrap_or(&document).to_owned(),
            sid: text(sid, "sid")?.map(|(text, _)| text),
            pointer,
            line: None,
            reason,
            expires: expires.map(|value| day(value, source)).transpose()?,
        });
    }
    Ok(())
}

/// Reads `[[severity]]`.
pub(super) fn severities(
    value: &Spanned<DeValue<'_>>,
    out: &mut Vec<SeverityChange>,
) -> Result<(), ConfigFault> {
    for each in tables(value, "severity")? {
        let (mut document, mut rule, mut severity): (Found<'_, '_>, Found<'_, '_>, Found<'_, '_>) =
            (None, None, None);
        for (key, value) in table(each, "severity")? {
            match key.get_ref().as_ref() {
                "document" => document = Some(value),
                "rule" => rule = Some(value),
                "severity" => severity = Some(value),
                other => return Err(unknown(key, other, "`document`, `rule` and `severity`")),
            }
        }
        let (document, _) =
            needed(document, each, "severity", "document", "a path from here, `*` for anything")?;
        let (word, at) = needed(severity, each, "severity", "severity", "`error`, `warning` or `note`")?;
        let severity = match word.as_str() {
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            "note" => Severity::Note,
            other => {
                let message = format!("`{other}` is no severity: write `error`, `warning` or `note`");
                return Err(ConfigFault { span: at, message });
            }
        };
        let rule = rule.map(|value| string(value, "rule")).transpose()?.map(|(text, _)| text);
        out.push(SeverityChange { document, rule, severity });
    }
    Ok(())
}

fn tables<'a, 't>(
    value: &'a Spanned<DeValue<'t>>,
    name: &str,
) -> Result<&'a [Spanned<DeValue<'t>>], ConfigFault> {
    match value.get_ref() {
        DeValue::Array(items) => Ok(items),
        _ => {
            let message = format!("write `[[{name}]]` with two brackets, once for each");
            Err(ConfigFault { span: span(value.span()), message })
        }
    }
}

/// A value that must be there and say something.
fn needed(
    value: Found<'_, '_>,
    whole: &Spanned<DeValue<'_>>,
    of: &str,
    name: &str,
    what: &str,
) -> Result<(String, Span), ConfigFault> {
    let Some(value) = value else {
        let message = format!("`[[{of}]]` needs `{name}`: {what}");
        return Err(ConfigFault { span: span(whole.span()), message });
    };
    let (text, at) = string(value, name)?;
    if text.trim().is_empty() {
        return Err(ConfigFault { span: at, message: format!("`{name}` is empty; write {what}") });
    }
    Ok((text, at))
}

/// A day, as a date of TOML or as text.
fn day(value: &Spanned<DeValue<'_>>, source: SourceId) -> Result<(String, Place), ConfigFault> {
    let at = span(value.span());
    let text = match value.get_ref() {
        DeValue::String(text) => text.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        _ => String::new(),
    };
    if !is_day(&text) {
        let message = "`expires` must be a day: 2027-01-31".to_owned();
        return Err(ConfigFault { span: at, message });
    }
    Ok((text, Place { source, span: at }))
}

pub(super) fn is_day(text: &str) -> bool {
    let digits =
        |part: &str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
        return false;
    }
    let number = |part: &str| part.parse::<u32>().unwrap_or_default();
    let year = number(year);
    let last = match number(month) {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 0,
    };
    (1..=last).contains(&number(day))
}

#[cfg(test)]
mod tests {
    use crate::config::{self, Config};
    use crate::finding::Severity;
    use crate::source::Sources;

    fn read(text: &str) -> Result<Config, String> {
        let mut sources = Sources::new();
        let source = sources.add("preflight.toml", text);
        config::read(text, source)
            .map_err(|fault| format!("{}: {}", sources.get(source).slice(fault.span), fault.message))
    }

    #[test]
    fn suppressions_and_severities_are_read() {
        let config = read(
            "[[suppress]]\nrule = \"reader-key-old\"\ndocument = \"./a.json\"\nsid = \"S\"\npointer = \"/Statement/0\"\nreason = \"rotated on Monday\"\nexpires = 2027-01-31\n[[severity]]\ndocument = \"legacy/*\"\nseverity = \"note\"\n",
        )
        .unwrap();
        let suppression = config.suppressions.first().unwrap();
        assert_eq!((suppression.document.as_str(), suppression.sid.as_deref()), ("a.json", Some("S")));
        assert_eq!(suppression.expires.as_ref().unwrap().0, "2027-01-31");
        assert_eq!(config.severities.first().unwrap().severity, Severity::Note);
    }

    #[test]
    fn what_is_missing_or_odd_is_said_at_its_place() {
        let start = "[[suppress]]\nrule = \"x\"\ndocument = \"a\"\n";
        for (text, expected) in [
            (start.to_owned(), "[[suppress]]: `[[suppress]]` needs `reason`"),
            (format!("{start}reason = \" \""), "\" \": `reason` is empty"),
            (
                format!("{start}reason = \"r\"\nexpires = \"2027-02-29\""),
                "\"2027-02-29\": `expires` must be a day",
            ),
            (
                format!("{start}reason = \"r\"\nexpires = 2027-01-31T00:00:00Z"),
                "2027-01-31T00:00:00Z: `expires` must",
            ),
            (
                format!("{start}reason = \"r\"\npointer = \"Statement\""),
                "\"Statement\": `Statement` is no JSON pointer",
            ),
            ("[suppress]\nrule = \"x\"".to_owned(), "[suppress]: write `[[suppress]]` with two brackets"),
            (
                "[[severity]]\ndocument = \"a\"\nseverity = \"fatal\"".to_owned(),
                "\"fatal\": `fatal` is no severity",
            ),
        ] {
            let fault = read(&text).unwrap_err();
            assert!(fault.starts_with(expected), "{fault}");
        }
    }
}
