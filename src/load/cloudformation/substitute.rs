//! `Fn::Sub`: a text with `${…}` in it.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html> (checked
//! 2026-11)

/// A piece of the text of `Fn::Sub`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SubPiece<'s> {
    /// Text as it stays.
    Plain(&'s str),
    /// `${!name}`, which becomes `${name}`.
    Literal(&'s str),
    /// `${name}`: a parameter, a resource, an attribute, or a name of the function's own map.
    Name(&'s str),
    /// `${aws:username}`: no name of a template can hold a colon but those of pseudo parameters, so that a variable of IAM
    /// was meant, which needs `${!…}`. CloudFormation refuses the template.
    Variable(&'s str),
}

/// Takes a text apart. An unclosed `${` is plain text.
pub(super) fn pieces(text: &str) -> Vec<SubPiece<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let Some((inside, after)) = behind.split_once('}') else { break };
        if !before.is_empty() {
            out.push(SubPiece::Plain(before));
        }
        out.push(match inside.strip_prefix('!') {
            Some(literal) => SubPiece::Literal(literal),
            None if inside.contains(':') && !inside.starts_with("AWS::") => SubPiece::Variable(inside),
            None => SubPiece::Name(inside.trim()),
        });
        rest = after;
    }
    if !rest.is_empty() {
        out.push(SubPiece::Plain(rest));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_literals_and_variables() {
        assert_eq!(
            pieces("arn:${AWS::Partition}:s3:::${B}/${!aws:username}/${aws:userid}/${B.Arn}$ ${x"),
            [
                SubPiece::Plain("arn:"),
                SubPiece::Name("AWS::Partition"),
                SubPiece::Plain(":s3:::"),
                SubPiece::Name("B"),
                SubPiece::Plain("/"),
                SubPiece::Literal("aws:username"),
                SubPiece::Plain("/"),
                SubPiece::Variable("aws:userid"),
                SubPiece::Plain("/"),
                SubPiece::Name("B.Arn"),
                SubPiece::Plain("$ ${x"),
            ]
        );
        assert!(pieces("").is_empty());
    }
}
