//! HCL, Terraform's language: text to one tree with spans. Nothing else names the library that reads it.

mod convert;
mod json;
mod tree;

pub use json::{read_hcl_json, read_hcl_json_values};
pub use tree::{
    HclAttribute, HclBlock, HclBody, HclDirective, HclExpr, HclFor, HclItem, HclKind, HclPart, HclStep,
};

use crate::source::Span;
use convert::{Converter, Origin};

/// Why a text is no HCL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HclFault {
    /// Where reading stopped.
    pub span: Span,
    /// The line, from 1.
    pub line: usize,
    /// What was expected there.
    pub message: String,
}

/// Reads a file.
///
/// # Errors
/// If the text is no HCL; the reader stops at the first fault.
pub fn read_hcl(text: &str) -> Result<HclBody, HclFault> {
    let shift = byte_order_mark(text);
    let text_only = text.get(shift..).unwrap_or_default();
    let body = hcl_edit::parser::parse_body(text_only).map_err(|error| fault(text, &error, shift))?;
    Ok(Converter { text, origin: Origin::Shifted(shift) }.body(&body))
}

/// Reads what stands in a template file: text with `${…}` and `%{…}`.
///
/// # Errors
/// If a directive or value in it is no HCL.
pub fn read_hcl_template(text: &str) -> Result<Vec<HclPart>, HclFault> {
    let shift = byte_order_mark(text);
    let text_only = text.get(shift..).unwrap_or_default();
    let template = hcl_edit::parser::parse_template(text_only).map_err(|error| fault(text, &error, shift))?;
    Ok(Converter { text, origin: Origin::Shifted(shift) }.template(&template))
}

/// Reads an expression that stands at an offset of a longer text.
///
/// # Errors
/// If it is no expression.
pub fn read_hcl_expr(text: &str, at: Span) -> Result<HclExpr, HclFault> {
    let inside = text.get(at.range()).unwrap_or_default();
    let shift = at.start as usize;
    let expr = hcl_edit::parser::parse_expr(inside).map_err(|error| fault(text, &error, shift))?;
    Ok(Converter { text, origin: Origin::Shifted(shift) }.expr(&expr))
}

fn byte_order_mark(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

fn fault(text: &str, error: &hcl_edit::parser::Error, shift: usize) -> HclFault {
    let mut start = (error.location().offset() + shift).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let end = start + text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let line = 1 + text.get(..start).unwrap_or_default().matches('\n').count();
    let message = error.message().replace('\n', "; ");
    HclFault { span: Span::new(start, end), line, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_expression_has_its_place() {
        let text = "resource \"aws_iam_policy\" \"p\" {\n  policy = jsonencode({ Action = [\"s3:Get\", local.x[0].y] })\n}\n";
        let body = read_hcl(text).unwrap();
        let show = |span: Span| text.get(span.range()).unwrap();
        let block = &body.blocks[0];
        assert_eq!(
            (block.kind.as_str(), block.labels.join(".")),
            ("resource", "aws_iam_policy.p".to_owned())
        );
        assert!(show(block.span).starts_with("resource") && show(block.span).ends_with('}'));
        let HclKind::Call(name, arguments) = &block.body.value("policy").unwrap().kind else { panic!() };
        assert_eq!(name, "jsonencode");
        let HclKind::Object(items) = &arguments[0].kind else { panic!() };
        assert_eq!((show(items[0].key.span), items[0].key.literal()), ("Action", Some("Action".to_owned())));
        let HclKind::Array(actions) = &items[0].value.kind else { panic!() };
        assert_eq!((show(actions[0].span), show(actions[1].span)), ("\"s3:Get\"", "local.x[0].y"));
    }

    #[test]
    fn strings_are_taken_apart_and_escapes_resolved() {
        let text = "a = \"x-${var.b}/$${aws:username}\\n\"\nb = <<-EOT\n    {\n      \"a\": \"${var.b}\"\n    }\n  EOT\n";
        let body = read_hcl(text).unwrap();
        let HclKind::Template(parts) = &body.value("a").unwrap().kind else { panic!() };
        let HclPart::Text(first, span) = &parts[0] else { panic!() };
        assert_eq!((first.as_str(), text.get(span.range())), ("x-", Some("x-")));
        let HclPart::Value(_, span) = &parts[1] else { panic!() };
        assert_eq!(text.get(span.range()), Some("${var.b}"));
        let HclPart::Text(last, _) = &parts[2] else { panic!() };
        assert_eq!(last, "/${aws:username}\n");
        let HclKind::Template(parts) = &body.value("b").unwrap().kind else { panic!() };
        let texts: Vec<&str> = parts
            .iter()
            .map(|part| match part {
                HclPart::Text(_, span) | HclPart::Value(_, span) | HclPart::Directive(_, span) => {
                    text.get(span.range()).unwrap()
                }
            })
            .collect();
        assert_eq!(texts, ["    {\n      \"a\": \"", "${var.b}", "\"\n    }\n"]);
    }

    #[test]
    fn broken_text_is_a_fault_with_its_line() {
        let fault = read_hcl("a = 1\nb = [\nc = }\n").unwrap_err();
        assert_eq!(fault.line, 3);
        assert!(read_hcl(&format!("a = {}", "[".repeat(100_000))).is_err());
    }
}
