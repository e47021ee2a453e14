//! What documents say: a bucket and a key have one policy, and a policy with a name has one text.

use super::answers::call;
use super::claims::{Claims, Thing};
use crate::contract::Form;
use crate::evidence::{Evidence, PolicyDocument, Role, Whose};
use crate::finding::shell_word;
use crate::policy::{ArnSplit, meaning};
use crate::source::{SourceId, Sources};
use crate::syntax::{Node, read_json};
use std::collections::BTreeSet;

/// Roles of which there is one policy.
const ONE: [Role; 4] = [Role::BucketPolicy, Role::KeyPolicy, Role::Boundary, Role::TrustPolicy];

/// Roles of which there may be several, each with a name.
const NAMED: [Role; 5] = [Role::ReaderPolicy, Role::TrustPolicy, Role::EndpointPolicy, Role::Scp, Role::Rcp];

/// Takes what the documents say. What a template leaves open is compared with nothing.
pub(super) fn claim(sources: &Sources, evidence: &Evidence, form: &Form, claims: &mut Claims) {
    let of = |role: Role| {
        let all = evidence.of(role);
        all.filter(|document| !document.from_template && document.attachment.is_none())
    };
    let said = |document: &PolicyDocument| {
        let meanings: BTreeSet<String> = document.policy.statements.iter().map(meaning).collect();
        format!("{meanings:?}")
    };
    let is_meant = |document: &&PolicyDocument| match document.role {
        Role::BucketPolicy => !is_of_other_bucket(document, form),
        Role::TrustPolicy => !is_of_other_role(document, form),
        _ => true,
    };
    // A template may make several keys, and which of them the bucket has it does not say here.
    let keys = evidence.of(Role::KeyPolicy).filter(|document| document.tie().is_some()).count();
    let is_one = |document: &&PolicyDocument| {
        document.role != Role::KeyPolicy || document.tie().is_none() || keys == 1
    };
    let whole = |role: Role| {
        let all = evidence.of(role).filter(is_one);
        all.filter(|document| document.policy.holes().next().is_none())
    };
    for role in ONE.into_iter().filter(|role| whole(*role).nth(1).is_some()) {
        for document in whole(role).filter(is_meant) {
            claims.add(Thing::Policy(role), "", said(document), document.source);
        }
    }
    claim_missing(evidence, said, claims);
    for role in NAMED.into_iter().filter(|role| of(*role).nth(1).is_some()) {
        for document in of(role) {
            if let Some((call, name)) = shown_by(sources, evidence, document) {
                claims.add(Thing::Named(role, call), &name, said(document), document.source);
            }
        }
    }
}

/// An inline policy that one answer shows of the reader and the answer about everybody does not.
fn claim_missing(evidence: &Evidence, said: impl Fn(&PolicyDocument) -> String, claims: &mut Claims) {
    let record = &evidence.reader;
    let Some(details) = record.details.filter(|_| record.gaps.is_empty()) else { return };
    let (shown, others): (Vec<_>, Vec<_>) =
        evidence.of(Role::ReaderPolicy).partition(|document| document.source == details.source);
    let shown: BTreeSet<String> = shown.into_iter().map(&said).collect();
    // What a template brings may not be deployed yet, or no longer be.
    let is_said = |document: &&PolicyDocument| {
        matches!(document.whose, Some(Whose::Inline(_)))
            || (document.tie().is_some() && document.policy.holes().next().is_none())
    };
    for document in others.into_iter().filter(is_said) {
        let own = said(document);
        if !shown.contains(&own) {
            let about = format!("{:?}", document.source);
            claims.add(Thing::Details, &about, String::new(), details.source);
            claims.add(Thing::Details, &about, own, document.source);
        }
    }
}

/// The command that shows a policy and the policy's name, if it is known which one it is.
fn shown_by(sources: &Sources, evidence: &Evidence, document: &PolicyDocument) -> Option<(String, String)> {
    let answers = &evidence.reader.policies;
    let name = || {
        let answer = answers.iter().find(|policy| policy.source == document.source)?;
        answer.name.as_ref().map(|name| name.text.clone())
    };
    match (document.role, &document.whose) {
        (Role::ReaderPolicy, Some(Whose::Inline(owner))) => {
            let name = name()?;
            let call = call("get", "policy", owner.kind, &owner.name);
            Some((format!("{call} --policy-name {}", shell_word(&name)), name))
        }
        // Of a version that is not in force something else is told.
        (Role::ReaderPolicy, None) if document.in_force == Some(true) => {
            Some(("iam get-policy-version --policy-arn ARN --version-id VERSION".to_owned(), name()?))
        }
        (Role::TrustPolicy, Some(Whose::Trust(role))) => {
            let role = role.rsplit('/').next().unwrap_or(role);
            Some((format!("iam get-role --role-name {}", shell_word(role)), role.to_owned()))
        }
        (Role::EndpointPolicy, Some(Whose::Endpoint(id))) => Some((
            format!("ec2 describe-vpc-endpoints --vpc-endpoint-ids {}", shell_word(id)),
            id.to_string(),
        )),
        (Role::Scp | Role::Rcp, _) => {
            let answer = read_json(sources.get(document.source).text());
            let summary = answer.root.get("Policy")?.get("PolicySummary")?;
            let id = summary.get("Id").and_then(Node::as_str)?;
            Some((format!("organizations describe-policy --policy-id {}", shell_word(id)), id.to_owned()))
        }
        _ => None,
    }
}

/// Policies of other buckets, where one at hand is the form's bucket's: of `get-bucket-policy`, and those that nobody named.
pub(super) fn of_other_buckets(sources: &Sources, evidence: &Evidence, form: &Form) -> BTreeSet<SourceId> {
    let all = || evidence.of(Role::BucketPolicy).filter(|document| !document.is_nothing());
    let is_answer = |document: &&PolicyDocument| {
        document.is_met || read_json(sources.get(document.source).text()).root.get("Policy").is_some()
    };
    if all().all(|document| is_of_other_bucket(document, form)) {
        return BTreeSet::new();
    }
    let others = all().filter(|document| is_of_other_bucket(document, form)).filter(is_answer);
    others.map(|document| document.source).collect()
}

/// Whether an answer shows whose trust policy it is, and it is not the reader's.
fn is_of_other_role(document: &PolicyDocument, form: &Form) -> bool {
    let Some(Whose::Trust(role)) = &document.whose else { return false };
    let name = |text: &str| text.rsplit('/').next().unwrap_or(text).to_owned();
    form.fill("{reader-name}").is_ok_and(|reader| name(role) != name(&reader))
}

/// S3 takes no policy that names another bucket than its own.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-bucket-user-policy-specifying-principal-intro.html> (checked 2026-11)
fn is_of_other_bucket(document: &PolicyDocument, form: &Form) -> bool {
    let Some(bucket) = form.text("bucket") else { return false };
    let resources = document.policy.statements.iter().flat_map(|statement| &statement.resources);
    let mut items = resources.flat_map(|element| &element.items).peekable();
    let is_other = |text: &str| {
        let arn = ArnSplit::new(text).filter(|arn| arn.service == "s3");
        let name = arn.map(|arn| arn.resource.split('/').next().unwrap_or_default().to_owned());
        name.is_some_and(|name| name != bucket && !name.contains(['*', '?', '$', '{', '<']))
    };
    items.peek().is_some() && items.all(|item| is_other(&item.value))
}
