//! HCL in JSON, the form of `.tf.json` files: text to the same tree that HCL becomes.
//!
//! <https://developer.hashicorp.com/terraform/language/syntax/json> (checked 2026-11)

use super::convert::{Converter, Origin};
use super::tree::{HclAttribute, HclBlock, HclBody, HclExpr, HclItem, HclKind, HclPart};
use super::{HclFault, fault};
use crate::source::Span;
use crate::syntax::{IssueKind, Member, Node, Unwrapped, Value, read_json};

/// Reads a file in the JSON form.
///
/// # Errors
/// If the text is no JSON object, or a string of it is no template.
pub fn read_hcl_json(text: &str) -> Result<HclBody, HclFault> {
    read(text, |reader, members| {
        let mut out = HclBody::default();
        for member in members.iter().filter(|member| member.key != "//") {
            let labels = match &*member.key {
                "resource" | "data" | "ephemeral" => 2,
                "provider" | "variable" | "output" | "module" => 1,
                _ => 0,
            };
            reader.blocks(member, &member.value, (labels, Vec::new()), &mut out.blocks)?;
        }
        Ok(out)
    })
}

/// Reads a file of values for variables in the JSON form, `terraform.tfvars.json`: attributes and nothing else.
///
/// # Errors
/// If the text is no JSON object, or a string of it is no template.
pub fn read_hcl_json_values(text: &str) -> Result<HclBody, HclFault> {
    read(text, |reader, members| Ok(HclBody { blocks: Vec::new(), ..reader.body(members)? }))
}

fn read(
    text: &str,
    take: impl FnOnce(&Reader<'_>, &[Member<'_>]) -> Result<HclBody, HclFault>,
) -> Result<HclBody, HclFault> {
    let document = read_json(text);
    let at = |span: Span, message: &str| HclFault {
        span,
        line: 1 + text.get(..span.start as usize).unwrap_or_default().matches('\n').count(),
        message: message.to_owned(),
    };
    if let Some(issue) = document.issues.iter().find(|issue| issue.kind != IssueKind::ByteOrderMark) {
        return Err(at(issue.span, "expected JSON"));
    }
    let Value::Object(members) = &document.root.value else {
        return Err(at(document.root.span, "expected an object"));
    };
    take(&Reader { text }, members)
}

struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    /// Blocks of a kind: below as many levels of labels an object, or a list of them.
    fn blocks(
        &self,
        kind: &Member<'_>,
        node: &Node<'_>,
        (left, labels): (usize, Vec<String>),
        out: &mut Vec<HclBlock>,
    ) -> Result<(), HclFault> {
        match &node.value {
            Value::Array(items) => {
                for item in items {
                    self.blocks(kind, item, (left, labels.clone()), out)?;
                }
            }
            Value::Object(members) if left > 0 => {
                for member in members.iter().filter(|member| member.key != "//") {
                    let labels = labels.iter().cloned().chain([member.key.to_string()]).collect();
                    self.blocks(kind, &member.value, (left - 1, labels), out)?;
                }
            }
            Value::Object(members) => out.push(HclBlock {
                kind: kind.key.to_string(),
                kind_span: kind.key_span,
                labels,
                span: node.span,
                body: self.body(members)?,
            }),
            _ => {}
        }
        Ok(())
    }

    /// What stands in a block. Which of it are blocks and which attributes, only the provider's schema tells: what may be
    /// either is there as both.
    fn body(&self, members: &[Member<'_>]) -> Result<HclBody, HclFault> {
        let mut out = HclBody::default();
        for member in members.iter().filter(|member| member.key != "//") {
            let labels = usize::from(member.key == "dynamic");
            if may_be_blocks(&member.value) {
                self.blocks(member, &member.value, (labels, Vec::new()), &mut out.blocks)?;
            }
            out.attributes.push(HclAttribute {
                name: member.key.to_string(),
                name_span: member.key_span,
                value: self.expr(&member.value)?,
            });
        }
        Ok(out)
    }

    fn expr(&self, node: &Node<'_>) -> Result<HclExpr, HclFault> {
        let kind = match &node.value {
            Value::Null => HclKind::Null,
            Value::Bool(flag) => HclKind::Bool(*flag),
            Value::Number(number) => HclKind::Number(number.to_string()),
            Value::String(_) => HclKind::Template(self.template(node.span)?),
            Value::Array(items) => {
                HclKind::Array(items.iter().map(|item| self.expr(item)).collect::<Result<_, _>>()?)
            }
            Value::Object(members) => HclKind::Object(
                members
                    .iter()
                    .map(|member| {
                        let key = HclKind::Template(self.template(member.key_span)?);
                        let key = HclExpr { span: member.key_span, kind: key };
                        Ok(HclItem { key, value: self.expr(&member.value)? })
                    })
                    .collect::<Result<_, HclFault>>()?,
            ),
            Value::Template(_) | Value::Bare(_) | Value::Missing => HclKind::Other,
        };
        Ok(HclExpr { span: node.span, kind })
    }

    /// A string, which is a template.
    fn template(&self, string: Span) -> Result<Vec<HclPart>, HclFault> {
        let inner = Span {
            start: string.start.saturating_add(1),
            end: string.end.saturating_sub(1).max(string.start),
        };
        let unwrapped = Unwrapped::new(self.text, inner, 1);
        let text = unwrapped.text();
        if !text.contains("${") && !text.contains("%{") {
            let is_empty = text.is_empty();
            return Ok(if is_empty { Vec::new() } else { vec![HclPart::Text(text.to_owned(), inner)] });
        }
        let template = hcl_edit::parser::parse_template(text).map_err(|error| {
            let inside = fault(text, &error, 0);
            let span = unwrapped.original(inside.span.range());
            let line = 1 + self.text.get(..span.start as usize).unwrap_or_default().matches('\n').count();
            HclFault { span, line, message: inside.message }
        })?;
        Ok(Converter { text, origin: Origin::Unwrapped(&unwrapped) }.template(&template))
    }
}

fn may_be_blocks(node: &Node<'_>) -> bool {
    match &node.value {
        Value::Object(_) => true,
        Value::Array(items) => {
            !items.is_empty() && items.iter().all(|item| matches!(item.value, Value::Object(_)))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::hcl::HclStep;

    #[test]
    fn blocks_labels_and_templates_have_their_places() {
        let text = r#"{"//": "made", "resource": {"aws_iam_policy": {"p": [{"name": "a-\"${var.x}", "statement": {"sid": "S"}}]}},
            "locals": {"n": 1}}"#;
        let body = read_hcl_json(text).unwrap();
        let show = |span: Span| text.get(span.range()).unwrap();
        let block = &body.blocks[0];
        assert_eq!(
            (block.kind.as_str(), block.labels.join(".")),
            ("resource", "aws_iam_policy.p".to_owned())
        );
        assert_eq!(show(block.kind_span), "\"resource\"");
        let HclKind::Template(parts) = &block.body.value("name").unwrap().kind else { panic!() };
        let HclPart::Text(first, span) = &parts[0] else { panic!() };
        assert_eq!((first.as_str(), show(*span)), ("a-\"", "a-\\\""));
        let HclPart::Value(expr, span) = &parts[1] else { panic!() };
        assert_eq!((show(expr.span), show(*span)), ("var.x", "${var.x}"));
        let HclKind::Traversal(_, steps) = &expr.kind else { panic!() };
        assert_eq!(steps, &[HclStep::Attribute("x".to_owned())]);
        assert_eq!(block.body.blocks_of("statement").count(), 1);
        assert_eq!(body.blocks_of("locals").next().unwrap().body.value("n").unwrap().span.range().len(), 1);
    }

    #[test]
    fn what_is_no_json_or_no_template_is_a_fault_with_its_line() {
        assert_eq!(read_hcl_json("{\n\"a\": [}").unwrap_err().line, 2);
        assert_eq!(
            read_hcl_json("{\"resource\": {\"a\": {\"b\": {\n\"x\": \"${[\"}}}}").unwrap_err().line,
            2
        );
        assert_eq!(read_hcl_json("[]").unwrap_err().line, 1);
    }
}
