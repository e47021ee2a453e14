//! The permission of an AWS Lambda function: arguments of one resource that AWS makes a statement of the function's policy of.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html> and
//! <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html> (checked 2026-11)

use crate::source::Span;
use crate::syntax::{Member, Node, Part, Value};
use std::borrow::Cow;

/// What the arguments are called: in CloudFormation and in Terraform.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    function: &'static str,
    action: &'static str,
    principal: &'static str,
    source_arn: &'static str,
    source_account: &'static str,
    organization: &'static str,
    url: &'static str,
}

/// Of `AWS::Lambda::Permission`.
pub(super) const CLOUDFORMATION: Names = Names {
    function: "FunctionName",
    action: "Action",
    principal: "Principal",
    source_arn: "SourceArn",
    source_account: "SourceAccount",
    organization: "PrincipalOrgID",
    url: "FunctionUrlAuthType",
};

/// Of `aws_lambda_permission`.
pub(super) const TERRAFORM: Names = Names {
    function: "function_name",
    action: "action",
    principal: "principal",
    source_arn: "source_arn",
    source_account: "source_account",
    organization: "principal_org_id",
    url: "function_url_auth_type",
};

/// The document with the one statement that such a resource adds. `get` gives the values of its arguments, resolved.
pub(super) fn document<'t>(
    names: Names,
    (span, key_span): (Span, Span),
    get: &dyn Fn(&str) -> Option<Node<'t>>,
) -> Option<Node<'t>> {
    let get = |name: &str| get(name).filter(|node| !matches!(node.value, Value::Null));
    let member = |key: &'static str, value: Node<'t>| Member {
        key: Cow::Borrowed(key),
        key_parts: Vec::new(),
        key_span: value.span,
        value,
    };
    let object = |members: Vec<Member<'t>>, span: Span| Node { span, value: Value::Object(members) };
    let text = |text: &'static str| Node { span: key_span, value: Value::String(Cow::Borrowed(text)) };
    let principal = principal(get(names.principal)?);
    let mut statement = vec![
        member("Effect", text("Allow")),
        member("Principal", principal),
        member("Action", get(names.action)?),
        member("Resource", resource(get(names.function)?)),
    ];
    let tests = [
        ("ArnLike", "aws:SourceArn", names.source_arn),
        ("StringEquals", "aws:SourceAccount", names.source_account),
        ("StringEquals", "aws:PrincipalOrgID", names.organization),
        ("StringEquals", "lambda:FunctionUrlAuthType", names.url),
    ];
    let mut operators: Vec<Member<'t>> = Vec::new();
    for (operator, key, name) in tests {
        let Some(value) = get(name) else { continue };
        let one = member(key, value);
        match operators.iter_mut().find(|each| each.key == operator) {
            Some(before) => {
                if let Value::Object(members) = &mut before.value.value {
                    members.push(one);
                }
            }
            None => {
                let span = one.value.span;
                operators.push(member(operator, object(vec![one], span)));
            }
        }
    }
    if !operators.is_empty() {
        statement.push(member("Condition", object(operators, span)));
    }
    let statements = Node { span, value: Value::Array(vec![object(statement, span)]) };
    Some(object(vec![member("Version", text("2012-10-17")), member("Statement", statements)], span))
}

/// Whom an argument names: everybody, a service, or an account or one of its principals.
fn principal(node: Node<'_>) -> Node<'_> {
    let span = node.span;
    let kind = match &node.value {
        Value::String(text) if text == "*" => return node,
        Value::String(text) if text.contains(".amazonaws.") || text.ends_with(".amazon.com") => "Service",
        Value::Template(parts)
            if parts.iter().any(|part| matches!(part, Part::Text(text) if text.contains(".amazonaws."))) =>
        {
            "Service"
        }
        // Whether it is a service only the deployment tells.
        Value::Template(parts) if matches!(parts.as_slice(), [Part::Hole(_)]) => return node,
        _ => "AWS",
    };
    let member = Member { key: Cow::Borrowed(kind), key_parts: Vec::new(), key_span: span, value: node };
    Node { span, value: Value::Object(vec![member]) }
}

/// The ARN of a function, of which its name may be all that is said.
fn resource(node: Node<'_>) -> Node<'_> {
    let span = node.span;
    let parts = match node.value {
        Value::String(text) if !text.starts_with("arn:") => vec![Part::Text(text)],
        Value::Template(parts) if !matches!(parts.first(), Some(Part::Text(text)) if text.starts_with("arn:")) => {
            parts
        }
        value => return Node { span, value },
    };
    let known = |text: &'static str| Part::Text(Cow::Borrowed(text));
    let hole = |name: &'static str| Part::Hole(Cow::Borrowed(name));
    let mut all = vec![
        known("arn:aws:lambda:"),
        hole("AWS::Region"),
        known(":"),
        hole("AWS::AccountId"),
        known(":function:"),
    ];
    all.extend(parts);
    Node { span, value: Value::Template(all) }
}
