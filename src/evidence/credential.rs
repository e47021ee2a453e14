//! The credential report of an account: one line for each user, as CSV.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html> (checked 2026-11)

use super::said::Said;
use crate::source::{Place, SourceId, Span};

/// What the report says of one user.
#[derive(Debug, Clone)]
pub struct CredentialRow {
    /// The user's ARN; of the root user `arn:aws:iam::ACCOUNT:root`.
    pub arn: Said,
    /// `true` if there is a password for the console; `not_supported` for the root user.
    pub password: Option<Said>,
    /// The two keys that a user can have: whether each is active, and since when it is what it is. A key that is not active
    /// and was never made anew is not there.
    pub keys: Vec<(Said, Option<Said>)>,
}

/// The first columns of every report.
const HEAD: [&str; 3] = ["user", "arn", "user_creation_time"];

/// Reads a report. Nothing if the text is none.
#[must_use]
pub fn read_credential_report(text: &str, source: SourceId) -> Option<Vec<CredentialRow>> {
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lines = text.get(at..)?.split_inclusive('\n');
    let head = lines.next()?;
    let columns: Vec<&str> = head.trim_end().split(',').collect();
    if !HEAD.iter().zip(&columns).all(|(wanted, found)| wanted == found) {
        return None;
    }
    at += head.len();
    let mut rows = Vec::new();
    for line in lines {
        rows.extend(row(line, at, &columns, source));
        at += line.len();
    }
    Some(rows)
}

fn row(line: &str, at: usize, columns: &[&str], source: SourceId) -> Option<CredentialRow> {
    let mut fields = Vec::new();
    let mut start = at;
    // No field of the report holds a comma: names of users may, and are quoted then.
    let mut quoted = false;
    for (offset, letter) in line.trim_end().char_indices() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                fields.push((start, at + offset));
                start = at + offset + 1;
            }
            _ => {}
        }
    }
    fields.push((start, at + line.trim_end().len()));
    let field = |name: &str| {
        let number = columns.iter().position(|column| *column == name)?;
        let (start, end) = *fields.get(number)?;
        let text = line.get(start.checked_sub(at)?..end.checked_sub(at)?)?.trim_matches('"').to_owned();
        let is_told = !matches!(text.as_str(), "" | "N/A" | "no_information" | "not_supported");
        is_told.then_some(Said { text, place: Place { source, span: Span::new(start, end) } })
    };
    let keys = ["1", "2"].into_iter().filter_map(|number| {
        let active = field(&format!("access_key_{number}_active"))?;
        let since = field(&format!("access_key_{number}_last_rotated"));
        (active.text == "true" || since.is_some()).then_some((active, since))
    });
    Some(CredentialRow { arn: field("arn")?, password: field("password_enabled"), keys: keys.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[test]
    fn fields_are_found_at_their_places() {
        let text = "user,arn,user_creation_time,password_enabled,access_key_1_active,access_key_1_last_rotated\n\
            \"a,b\",arn:aws:iam::111122223333:user/a,N/A,true,false,N/A\n\
            c,arn:aws:iam::111122223333:user/c,N/A,false,true,2026-10-01T10:00:00+00:00\n";
        let source = Sources::new().add("report.csv", text);
        let rows = read_credential_report(text, source).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].arn.text, "arn:aws:iam::111122223333:user/a");
        assert!(rows[0].keys.is_empty());
        let (active, since) = rows[1].keys.first().unwrap();
        assert_eq!(text.get(active.place.span.range()), Some("true"));
        assert_eq!(since.as_ref().unwrap().text, "2026-10-01T10:00:00+00:00");
        assert!(read_credential_report("a,b\n1,2\n", source).is_none());
    }
}
