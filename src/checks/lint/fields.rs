//! The fields of an ARN that a policy writes, in which variables may stand.

/// The text with the colons inside of `${…}` written otherwise, byte for byte.
pub(super) fn without_variable_colons(text: &str) -> String {
    let mut depth = 0usize;
    let mut before = ' ';
    let hide = |c: char| {
        match c {
            '{' if before == '$' || depth > 0 => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = c;
        if c == ':' && depth > 0 { '.' } else { c }
    };
    text.chars().map(hide).collect()
}

/// The six fields of an ARN, cut where another text of the same length has its colons.
pub(super) fn fields<'t>(text: &'t str, hidden: &str) -> Vec<&'t str> {
    let mut at = 0;
    hidden
        .splitn(6, ':')
        .map(|field| {
            let start = at;
            at += field.len() + 1;
            text.get(start..start + field.len()).unwrap_or_default()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colon_of_a_variable_cuts_nothing() {
        let text = "arn:aws:sqs:${aws:RequestedRegion}:${aws:PrincipalTag/a, 'b:c'}:q:${é}x";
        let hidden = without_variable_colons(text);
        assert_eq!(hidden.len(), text.len());
        assert_eq!(
            fields(text, &hidden),
            ["arn", "aws", "sqs", "${aws:RequestedRegion}", "${aws:PrincipalTag/a, 'b:c'}", "q:${é}x"]
        );
        assert_eq!(fields("arn:aws", "arn:aws"), ["arn", "aws"]);
    }
}
