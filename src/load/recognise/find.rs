//! The policies in a document: itself, or what the AWS CLI's answers hold, with what they say of them.

use crate::evidence::{Role, Whose};
use crate::load::filled;
use crate::load::unknown::cut_within;
use crate::policy::{self, Embedded, Length, Policy, is_policy};
use crate::source::{SourceId, Sources, Span};
use crate::syntax::{Document, Issue, Node, Value, read_json};

/// A policy found in a file.
pub(in crate::load) struct Found {
    pub(in crate::load) policy: Policy,
    pub(super) issues: Vec<Issue>,
    pub(super) length: Length,
    /// What the AWS CLI's answer says it is.
    pub(in crate::load) kind: Option<Role>,
    /// Whose it is, and whether it is in force, where the answer says so.
    pub(super) whose: Option<Whose>,
    pub(super) in_force: Option<bool>,
    /// The policy as its author meant it, where its statements stand under a misspelt name.
    pub(in crate::load) meant: Option<Policy>,
}

/// The policies, and where texts of JSON stand in strings.
#[derive(Default)]
pub(super) struct Finds {
    pub(super) policies: Vec<Found>,
    pub(super) wrapped: Vec<(SourceId, Span, u8)>,
    /// Where what has no end begins, if the answer around a policy stops within the policy.
    pub(super) cut: Option<u32>,
}

/// The document itself, whatever it is; with holes where somebody fills it in.
pub(super) fn here(source: SourceId, text: &str, document: &Document<'_>, is_filled_in: bool) -> Found {
    let opened = if is_filled_in { filled::opened(&document.root, text) } else { None };
    Found {
        policy: policy::read(opened.as_ref().unwrap_or(&document.root), source, 0),
        issues: document.issues.clone(),
        length: Length::of(text.get(document.root.span.range()).unwrap_or_default()),
        kind: None,
        whose: None,
        in_force: None,
        meant: None,
    }
}

/// A policy whose statements stand under a name that is not `Statement`; what it is for is seen by what was meant.
fn misspelt(source: SourceId, text: &str, document: &Document<'_>, is_filled_in: bool) -> Option<Found> {
    let key = policy::misspelt_statement(&document.root)?;
    let mut meant = text.to_owned();
    meant.replace_range(text.get(key.range()).map(|_| key.range())?, "\"Statement\"");
    let meant = policy::read(&read_json(&meant).root, source, 0);
    Some(Found { meant: Some(meant), ..here(source, text, document, is_filled_in) })
}

/// The policies in a document.
pub(super) fn find(
    sources: &Sources,
    source: SourceId,
    document: &Document<'_>,
    is_filled_in: bool,
) -> Finds {
    let mut finds = Finds::default();
    let root = &document.root;
    let text = sources.get(source).text();
    if is_policy(root) {
        finds.policies.push(here(source, text, document, is_filled_in));
        return finds;
    }
    if let Some(found) = misspelt(source, text, document, is_filled_in) {
        finds.policies.push(found);
        return finds;
    }
    // The text is one JSON string that holds a policy.
    let holders: Vec<(&Node<'_>, Option<Role>, Option<Whose>)> = match &root.value {
        Value::String(_) => vec![(root, None, None)],
        _ => {
            let organization =
                root.get("Policy").and_then(|policy| policy.get("PolicySummary")).and_then(|s| s.get("Type"));
            let kind = match organization.and_then(Node::as_str) {
                Some("SERVICE_CONTROL_POLICY") => Some(Role::Scp),
                Some("RESOURCE_CONTROL_POLICY") => Some(Role::Rcp),
                Some(_) | None => None,
            };
            let endpoints = root.get("VpcEndpoints").and_then(Node::as_array).unwrap_or_default();
            // ec2 describe-vpc-endpoints, of which those for S3 are asked
            let endpoints = endpoints.iter().filter(|endpoint| {
                endpoint.get("ServiceName").and_then(Node::as_str).is_none_or(|name| name.ends_with(".s3"))
            });
            let endpoints = endpoints.map(|endpoint| {
                (endpoint.get("PolicyDocument"), Some(Role::EndpointPolicy), Whose::endpoint(endpoint))
            });
            let role = root.get("Role");
            [
                // get-bucket-policy, get-key-policy
                (root.get("Policy"), None, None),
                // organizations describe-policy
                (root.get("Policy").and_then(|policy| policy.get("Content")), kind, None),
                // iam get-policy-version
                (
                    root.get("PolicyVersion").and_then(|version| version.get("Document")),
                    Some(Role::ReaderPolicy),
                    None,
                ),
                // iam get-user-policy, get-group-policy, get-role-policy
                (root.get("PolicyDocument"), Some(Role::ReaderPolicy), Whose::inline(root)),
                // iam get-role
                (
                    role.and_then(|role| role.get("AssumeRolePolicyDocument")),
                    Some(Role::TrustPolicy),
                    role.and_then(Whose::trust),
                ),
            ]
            .into_iter()
            .chain(endpoints)
            .filter_map(|(node, kind, whose)| node.map(|node| (node, kind, whose)))
            .collect()
        }
    };
    let in_force = root.get("PolicyVersion").and_then(|version| version.get("IsDefaultVersion"));
    let in_force = in_force.and_then(|node| match node.value {
        Value::Bool(yes) => Some(yes),
        _ => None,
    });
    for (node, kind, whose) in holders {
        if !std::ptr::eq(node, root) {
            finds.cut = finds.cut.or_else(|| cut_within(document, node));
        }
        let Some(embedded) = Embedded::read(text, source, document, node) else { continue };
        let Embedded { policy, issues, length, wrapped } = embedded;
        finds.wrapped.extend(wrapped.map(|(span, level)| (source, span, level)));
        finds.policies.push(Found { policy, issues, length, kind, whose, in_force, meant: None });
    }
    finds
}
