//! What a template gives access by without a document that can be read here: an attachment, a grant, a call of a module or
//! stack that stands elsewhere.

use super::attachment::mark;
use crate::syntax::{Node, Part, Value};
use std::collections::BTreeMap;

/// One such thing, by what it is made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// The file of the template.
    pub file: String,
    /// The name that the template has for it.
    pub address: String,
    /// By what it is given and what that refers to: a mark of what is said there.
    pub marks: BTreeMap<String, u64>,
}

/// A mark of a value, whatever its places.
#[must_use]
pub fn mark_of(node: &Node<'_>) -> u64 {
    let mut out = String::new();
    said(node, &mut out);
    mark([out.as_str()])
}

fn said(node: &Node<'_>, out: &mut String) {
    let parts = |parts: &[Part<'_>], out: &mut String| {
        for part in parts {
            match part {
                Part::Text(text) => out.push_str(&format!("{text:?}")),
                Part::Hole(name) => out.push_str(&format!("${{{name}}}")),
            }
        }
    };
    match &node.value {
        Value::Null | Value::Missing => out.push_str("null"),
        Value::Bool(flag) => out.push_str(&flag.to_string()),
        Value::Number(text) => out.push_str(text),
        Value::String(text) => out.push_str(&format!("{text:?}")),
        Value::Bare(text) => out.push_str(text),
        Value::Template(pieces) => parts(pieces, out),
        Value::Array(items) => {
            out.push('[');
            for item in items {
                said(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for member in members {
                if member.key_parts.is_empty() {
                    out.push_str(&format!("{:?}", member.key));
                } else {
                    parts(&member.key_parts, out);
                }
                out.push(':');
                said(&member.value, out);
                out.push(',');
            }
            out.push('}');
        }
    }
}

/// Whether something of a type gives access by what it is made with, and not by a document: by the words of the type's name.
/// Networks have lists of access of their own, which are none of IAM's.
#[must_use]
pub fn gives_access<'w>(words: impl IntoIterator<Item = &'w str>) -> bool {
    let words: Vec<&str> = words.into_iter().collect();
    let has = |all: &[&str]| all.iter().any(|word| words.contains(word));
    let of_policy = has(&["policy", "policies", "boundary"])
        && has(&["attachment", "attachments", "association", "exclusive", "boundary"]);
    // A set of permissions has policies of its own.
    let of_grant = has(&["permission", "permissions", "grant", "grants", "membership", "assignment"])
        && !has(&["set"])
        || (has(&["principal"]) && has(&["association", "allowed"]))
        || (has(&["group"]) && has(&["addition"]))
        // The address of a function, which may let anybody in.
        || (has(&["url"]) && (words.len() == 1 || has(&["lambda"])));
    (of_policy || of_grant) && !has(&["network", "web", "waf", "wafv2", "firewall", "autoscaling"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_that_give_access_are_known_by_their_words() {
        for (kind, gives) in [
            ("aws_lambda_permission", true),
            ("aws_ssoadmin_managed_policy_attachment", true),
            ("aws_iam_role_policy_attachments_exclusive", true),
            ("aws_organizations_policy_attachment", true),
            ("aws_iam_user_group_membership", true),
            ("aws_eks_access_policy_association", true),
            ("aws_ssoadmin_permission_set", false),
            ("aws_lambda_function_url", true),
            ("aws_network_acl", false),
            ("aws_wafv2_web_acl", false),
            ("aws_volume_attachment", false),
            ("aws_s3_bucket_policy", false),
            ("aws_s3_bucket", false),
        ] {
            assert_eq!(gives_access(kind.split('_')), gives, "{kind}");
        }
    }
}
