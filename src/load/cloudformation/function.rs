//! Intrinsic functions: how they are written, and what an unresolved one is called.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html> (checked
//! 2026-11)

use crate::evidence::mark;
use crate::syntax::{Node, Part, Value};

/// A function of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function<'n> {
    Ref,
    GetAtt,
    Sub,
    Join,
    If,
    Select,
    Split,
    FindInMap,
    And,
    Or,
    Not,
    Equals,
    Condition,
    /// One whose value is not known before it is deployed: `Fn::ImportValue`, a macro.
    Other(&'n str),
}

/// The function that a node is, in its long form (`{"Fn::Sub": …}`) or as the reader of YAML gives the short one, and what
/// it is applied to.
pub(super) fn function<'n, 't>(node: &'n Node<'t>) -> Option<(Function<'n>, &'n Node<'t>)> {
    let [member] = node.as_object()? else { return None };
    let key = &*member.key;
    let name = match key {
        "Ref" | "Condition" => key,
        _ => key.strip_prefix("Fn::").or_else(|| key.strip_prefix('!'))?,
    };
    let is_tag = key.starts_with('!');
    let function = match name {
        "Ref" if is_tag || key == "Ref" => Function::Ref,
        // `Condition` is a function in conditions, and an element of a statement elsewhere.
        "Condition" if is_tag || member.value.as_str().is_some() => Function::Condition,
        "Condition" => return None,
        "GetAtt" => Function::GetAtt,
        "Sub" => Function::Sub,
        "Join" => Function::Join,
        "If" => Function::If,
        "Select" => Function::Select,
        "Split" => Function::Split,
        "FindInMap" => Function::FindInMap,
        "And" => Function::And,
        "Or" => Function::Or,
        "Not" => Function::Not,
        "Equals" => Function::Equals,
        other => Function::Other(other),
    };
    Some((function, &member.value))
}

/// The longest name of a hole, in characters.
const LONGEST: usize = 60;

/// What an unresolved value is called: as short as it can be, and never the same for two different values.
pub(super) fn name_of(node: &Node<'_>) -> String {
    let mut name = String::new();
    write(node, &mut name, 0);
    if name.chars().count() > LONGEST {
        let head: String = name.chars().take(LONGEST).collect();
        // A mark of the whole tells apart what is the same up to here.
        return format!("{head}…#{:08x}", mark([name.as_str()]) & 0xffff_ffff);
    }
    name
}

fn write(node: &Node<'_>, out: &mut String, depth: usize) {
    if depth > 8 || out.len() > 16 * LONGEST {
        out.push_str(&format!("#{:x}", mark([format!("{:?}", node.value).as_str()])));
        return;
    }
    if let Some((function, argument)) = function(node) {
        match function {
            Function::Ref => return write(argument, out, depth + 1),
            Function::GetAtt => return out.push_str(&attribute_name(argument)),
            _ => {}
        }
        let word = match function {
            Function::Other(name) => name,
            Function::Sub => "Sub",
            Function::Join => "Join",
            Function::If => "If",
            Function::Select => "Select",
            Function::Split => "Split",
            Function::FindInMap => "FindInMap",
            Function::And => "And",
            Function::Or => "Or",
            Function::Not => "Not",
            Function::Equals => "Equals",
            Function::Condition => "Condition",
            Function::Ref | Function::GetAtt => "",
        };
        out.push_str(word);
        out.push('(');
        for (at, argument) in argument.iter_one_or_many().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            write(argument, out, depth + 1);
        }
        out.push(')');
        return;
    }
    match &node.value {
        Value::String(text) | Value::Number(text) => out.push_str(text),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Template(parts) => {
            for part in parts {
                match part {
                    Part::Text(text) => out.push_str(text),
                    Part::Hole(name) => {
                        out.push_str("${");
                        out.push_str(name);
                        out.push('}');
                    }
                }
            }
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write(item, out, depth + 1);
            }
            out.push(']');
        }
        Value::Null | Value::Object(_) | Value::Bare(_) | Value::Missing => {
            out.push_str(&format!("@{}", node.span.start));
        }
    }
}

/// `Bucket.Arn`, of both forms of `Fn::GetAtt`.
pub(super) fn attribute_name(argument: &Node<'_>) -> String {
    match &argument.value {
        Value::String(text) => text.to_string(),
        Value::Array(items) => {
            let names: Vec<String> = items.iter().map(name_of).collect();
            names.join(".")
        }
        _ => name_of(argument),
    }
}
