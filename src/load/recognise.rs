//! What a file is, from its content: a policy, the AWS CLI's answer that holds one, or nothing known.

use crate::eval::PublicAccessBlock;
use crate::evidence::{Answer, AnswerKind, Evidence, PolicyDocument, Reading, Role};
use crate::policy::{self, Effect, Embedded, Length, Policy, Principals, is_policy};
use crate::source::{SourceId, Sources, Span};
use crate::syntax::{Document, Issue, Node, Value, read_json};

/// Reads a file whose role the user gave.
pub(super) fn named(sources: &Sources, source: SourceId, role: Role, level: usize, evidence: &mut Evidence) {
    evidence.readings.push((source, Reading::Named(role, level)));
    let document = read_json(sources.get(source).text());
    let found = find(sources, source, &document);
    evidence.reader.note_policy(&document.root, source);
    let policies = if found.policies.is_empty() {
        // The user says it is a policy, so what is wrong with it is worth saying.
        vec![here(source, sources.get(source).text(), &document)]
    } else {
        found.policies
    };
    take(policies, found.wrapped, evidence, |_| Some((role, level)));
}

/// Reads a file and finds out what it is.
pub(super) fn by_content(sources: &Sources, source: SourceId, evidence: &mut Evidence) {
    // A listing may be too long for a tree.
    let name = sources.get(source).name();
    if evidence.listing.take(sources, source) {
        evidence.readings.push((source, Reading::Listing));
        damaged_listing(sources, source, evidence);
        return;
    }
    evidence.readings.push((source, Reading::ByContent));
    let document = read_json(sources.get(source).text());
    if let Some(block) = public_access_block(&document.root) {
        evidence.public_access_block = Some(block);
        return;
    }
    let found = find(sources, source, &document);
    if found.policies.is_empty()
        && let Some(kind) = answer_kind(&document.root)
    {
        evidence.answers.push(Answer { kind, source });
        evidence.reader.note(kind, &document.root, source);
        evidence.organization.note(kind, &document.root, source);
        evidence.exports.read(&document.root, source);
        return;
    }
    if found.policies.is_empty() {
        evidence.not_evaluated.push((name.to_owned(), what_it_is(&document)));
        return;
    }
    evidence.reader.note_policy(&document.root, source);
    let mut skipped = Vec::new();
    take(found.policies, found.wrapped, evidence, |each| match role_of(each, name) {
        Ok(role) => Some((role, 0)),
        Err(reason) => {
            skipped.push((name.to_owned(), reason.to_owned()));
            None
        }
    });
    evidence.not_evaluated.append(&mut skipped);
}

/// Says where a listing stops to be one.
pub(super) fn damaged_listing(sources: &Sources, source: SourceId, evidence: &mut Evidence) {
    let name = sources.get(source).name();
    if let Some(at) = evidence.listing.fault(source) {
        let at = sources.get(source).position(Span::new(at, at).start);
        let reason =
            format!("the listing is damaged at {}:{}; what comes before was judged", at.line, at.column);
        evidence.not_evaluated.push((name.to_owned(), reason));
    }
}

/// A policy found in a file.
struct Found {
    source: SourceId,
    policy: Policy,
    issues: Vec<Issue>,
    length: Length,
    /// What the AWS CLI's answer says it is.
    kind: Option<Role>,
}

#[derive(Default)]
struct Finds {
    policies: Vec<Found>,
    wrapped: Vec<(SourceId, Span, u8)>,
}

fn take(
    policies: Vec<Found>,
    wrapped: Vec<(SourceId, Span, u8)>,
    evidence: &mut Evidence,
    mut role: impl FnMut(&Found) -> Option<(Role, usize)>,
) {
    evidence.wrapped.extend(wrapped);
    for each in policies {
        if let Some((role, level)) = role(&each) {
            let Found { source, policy, issues, length, .. } = each;
            evidence.documents.push(PolicyDocument { role, level, source, policy, issues, length });
        }
    }
}

fn here(source: SourceId, text: &str, document: &Document<'_>) -> Found {
    Found {
        source,
        policy: policy::read(&document.root, source, 0),
        issues: document.issues.clone(),
        length: Length::of(text.get(document.root.span.range()).unwrap_or_default()),
        kind: None,
    }
}

/// The policies in a document: itself, or what the AWS CLI's answers hold.
fn find(sources: &Sources, source: SourceId, document: &Document<'_>) -> Finds {
    let mut finds = Finds::default();
    let root = &document.root;
    let text = sources.get(source).text();
    if is_policy(root) {
        finds.policies.push(here(source, text, document));
        return finds;
    }
    // The text is one JSON string that holds a policy.
    let holders: Vec<(&Node<'_>, Option<Role>)> = match &root.value {
        Value::String(_) => vec![(root, None)],
        _ => {
            let organization =
                root.get("Policy").and_then(|policy| policy.get("PolicySummary")).and_then(|s| s.get("Type"));
            let kind = match organization.and_then(Node::as_str) {
                Some("SERVICE_CONTROL_POLICY") => Some(Role::Scp),
                Some("RESOURCE_CONTROL_POLICY") => Some(Role::Rcp),
                Some(_) | None => None,
            };
            [
                // get-bucket-policy, get-key-policy
                (root.get("Policy"), None),
                // organizations describe-policy
                (root.get("Policy").and_then(|policy| policy.get("Content")), kind),
                // iam get-policy-version
                (
                    root.get("PolicyVersion").and_then(|version| version.get("Document")),
                    Some(Role::ReaderPolicy),
                ),
                // iam get-user-policy, get-group-policy, get-role-policy
                (root.get("PolicyDocument"), Some(Role::ReaderPolicy)),
            ]
            .into_iter()
            .filter_map(|(node, kind)| node.map(|node| (node, kind)))
            .collect()
        }
    };
    for (node, kind) in holders {
        let Some(embedded) = Embedded::read(text, source, document, node) else { continue };
        let Embedded { policy, issues, length, wrapped } = embedded;
        finds.wrapped.extend(wrapped.map(|(span, level)| (source, span, level)));
        finds.policies.push(Found { source, policy, issues, length, kind });
    }
    finds
}

fn public_access_block(root: &Node<'_>) -> Option<PublicAccessBlock> {
    let settings = root.get("PublicAccessBlockConfiguration")?;
    let on = |name: &str| matches!(settings.get(name).map(|node| &node.value), Some(Value::Bool(true)));
    Some(PublicAccessBlock { restrict_public_buckets: on("RestrictPublicBuckets") })
}

/// Which of the AWS CLI's answers a document is, by the members at its root.
fn answer_kind(root: &Node<'_>) -> Option<AnswerKind> {
    let members = root.as_object()?;
    let has = |key: &&str| members.iter().any(|member| member.key == **key);
    AnswerKind::ALL.iter().copied().find(|kind| kind.keys().iter().all(has))
}

fn what_it_is(document: &Document<'_>) -> String {
    match &document.root.value {
        Value::Object(members) => {
            let keys: Vec<&str> = members.iter().take(3).map(|member| &*member.key).collect();
            format!(
                "neither a policy nor an answer of the AWS CLI that is known here (it has {})",
                list(&keys)
            )
        }
        Value::Missing => "the file is empty".to_owned(),
        _ => format!("not a policy: the file holds {}", document.root.kind_name()),
    }
}

fn list(keys: &[&str]) -> String {
    if keys.is_empty() {
        return "no members".to_owned();
    }
    keys.iter()
        .map(|key| format!("`{}`", key.chars().take(40).collect::<String>()))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The role of a policy that nobody named. What content cannot tell apart (a boundary, an SCP and a reader's policy look
/// alike) the file's name does.
fn role_of(found: &Found, file: &str) -> Result<Role, &'static str> {
    let policy = &found.policy;
    let file = file.rsplit('/').next().unwrap_or(file).to_ascii_lowercase().replace(['_', ' '], "-");
    let named = |word: &str| file.contains(word);
    if found.kind == Some(Role::Scp) || found.kind == Some(Role::Rcp) {
        return found.kind.ok_or("");
    }
    if named("bucket-policy") || named("bucketpolicy") {
        return Ok(Role::BucketPolicy);
    }
    let with = policy.statements.iter().filter(|statement| statement.principals.is_some()).count();
    let without = policy.statements.len() - with;
    // One statement of many may have a `Principal` too many, or lack it.
    let of_user = with == without && ["reader", "user", "identity"].into_iter().any(named);
    if with < without || with == 0 || of_user {
        return Ok(if named("scp") || named("service-control") {
            Role::Scp
        } else if named("boundary") {
            Role::Boundary
        } else if named("session") {
            Role::SessionPolicy
        } else {
            Role::ReaderPolicy
        });
    }
    let actions = || {
        policy
            .statements
            .iter()
            .filter_map(|statement| statement.actions.as_ref())
            .flat_map(|element| &element.items)
            .map(|item| item.value.split(':').next().unwrap_or_default().to_ascii_lowercase())
    };
    // A bucket's policy names the bucket: what is for everybody and for every resource bounds an endpoint or an organization.
    let bounds = policy.statements.iter().all(|statement| {
        let everybody = |principals: &Principals| {
            !principals.negated && principals.entries.iter().any(|entry| &*entry.value.value == "*")
        };
        statement.principals.as_ref().is_some_and(everybody)
            && statement.resources.as_ref().is_some_and(|resources| {
                !resources.negated && resources.items.iter().all(|item| &*item.value == "*")
            })
    });
    let denies_only = policy.statements.iter().all(|statement| statement.effect == Effect::Deny);
    if named("rcp") || named("resource-control") {
        Ok(Role::Rcp)
    } else if named("endpoint") || named("vpce") {
        Ok(Role::EndpointPolicy)
    } else if bounds && !named("bucket") && !named("key") && actions().any(|service| service != "kms") {
        Ok(if denies_only { Role::Rcp } else { Role::EndpointPolicy })
    } else if actions().all(|service| service == "kms") && actions().next().is_some() {
        Ok(Role::KeyPolicy)
    } else if actions().all(|service| service == "sts") && actions().next().is_some() {
        Err("a role's trust policy; this consumer reads with a user's key")
    } else if actions().any(|service| service == "s3" || service == "*") || denies_only {
        Ok(Role::BucketPolicy)
    } else {
        Err("a policy of another kind of resource than a bucket or a key")
    }
}
