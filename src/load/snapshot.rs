//! A snapshot: a file that holds many answers of AWS, each read as the AWS CLI's output of that command would be.
//!
//! The form is `docs/schema/snapshot.v1.json`. Every answer becomes a part of the file, so that what is found in it is
//! shown with the file's own lines.

mod linked;
mod organization;
mod reply;

use super::recognise;
use crate::evidence::{
    BoundaryRecord, DocumentKind, Evidence, PolicyAnswer, PolicyDocument, Reading, Role, Whose,
};
use crate::source::{Place, SourceId, Sources, Span};
use crate::syntax::{Node, Value, read_json};
use reply::Reply;

/// The member by which a snapshot is known, with its version.
const MARK: &str = "preflight-snapshot";
/// The version that is read.
const VERSION: &str = "1";

/// Reads a snapshot, if the text is one.
pub(super) fn take(sources: &mut Sources, source: SourceId, evidence: &mut Evidence) -> bool {
    read(sources, source, evidence, 0)
}

/// As what a document is to be read, where the snapshot says it.
fn reading(node: &Node<'_>) -> Option<Reading> {
    let number = |key: &str| match &node.get(key)?.value {
        Value::Number(number) => number.parse().ok(),
        _ => None,
    };
    if let Some(role) = node.get("role").and_then(Node::as_str).and_then(Role::of) {
        return Some(Reading::Named(role, number("level").unwrap_or(0), number("linked")));
    }
    match DocumentKind::of(node.get("answer").and_then(Node::as_str)?)? {
        DocumentKind::Answer(command) => Some(Reading::Answer(command)),
        DocumentKind::Policy(_) => None,
    }
}

fn read(sources: &mut Sources, source: SourceId, evidence: &mut Evidence, depth: u8) -> bool {
    let text = sources.get(source).text();
    // Looking for the word first: other files are large and need no tree.
    if memchr::memmem::find(text.as_bytes().get(..4096).unwrap_or(text.as_bytes()), MARK.as_bytes()).is_none()
    {
        return false;
    }
    let document = read_json(text);
    let Some(version) = document.root.get(MARK) else { return false };
    let name = sources.get(source).name().to_owned();
    if !matches!(&version.value, Value::Number(number) if number == VERSION) {
        let reason = format!("a snapshot of another version than {VERSION}; a newer preflight made it");
        evidence.not_evaluated.push((name, reason));
        return true;
    }
    if !document.issues.is_empty() {
        let at = document.issues.first().map_or(0, |issue| issue.span.start);
        let at = sources.get(source).position(at);
        let reason =
            format!("the snapshot is damaged at {}:{}; what could be read was judged", at.line, at.column);
        evidence.not_evaluated.push((name, reason));
    }
    let root = &document.root;
    for member in root.get("form").and_then(Node::as_object).unwrap_or_default() {
        for node in member.value.iter_one_or_many() {
            let mut give = |name: &str, node: Option<&Node<'_>>| {
                if let Some((node, value)) = node.and_then(|node| Some((node, node.as_str()?))) {
                    let place = Place { source, span: inner(node.span) };
                    evidence.live.form.push((name.to_owned(), value.to_owned(), place));
                }
            };
            give(&member.key, Some(node));
            // A linked account has a number and a reader.
            give(&member.key, node.get("account"));
            give("linked-reader", node.get("reader"));
        }
    }
    evidence.live.cut_short = root.get("cut-short").and_then(Node::as_str).map(str::to_owned);
    let mut mailed = Vec::new();
    for node in root.get("documents").and_then(Node::as_array).unwrap_or_default() {
        let text = |key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
        if let (Some(name), Some(text)) = (text("name"), node.get("text").and_then(Node::as_str)) {
            let further = node.get("also").and_then(Node::as_array).unwrap_or_default();
            let all: Vec<Reading> = std::iter::once(node).chain(further).filter_map(reading).collect();
            mailed.push((name, text.to_owned(), all));
        }
    }
    let replies: Vec<Reply> = root
        .get("calls")
        .and_then(Node::as_array)
        .unwrap_or_default()
        .iter()
        .filter_map(|node| Reply::read(node, source))
        .collect();
    drop(document);
    for (name, text, readings) in mailed {
        let part = sources.add(name, text);
        // A bundle of a snapshot holds it as a document; one in that is not looked into.
        if readings.is_empty() && !(depth == 0 && read(sources, part, evidence, 1)) {
            recognise::by_content(sources, part, evidence);
        }
        for reading in readings {
            recognise::as_said(sources, part, reading, evidence);
        }
    }
    let (inside, replies): (Vec<Reply>, Vec<Reply>) =
        replies.into_iter().partition(|reply| reply.account.is_some());
    linked::take(sources, source, &inside, evidence);
    // The user comes first: it says which of the policies is the boundary.
    let is_first = |reply: &&Reply| matches!(&*reply.call, "iam get-user" | "iam get-role");
    for reply in replies.iter().filter(is_first) {
        one(sources, source, reply, evidence);
    }
    for reply in replies.iter().filter(|reply| !is_first(reply)) {
        one(sources, source, reply, evidence);
    }
    organization::take(sources, source, &replies, evidence);
    evidence.listing.finish();
    true
}

fn inner(span: Span) -> Span {
    Span { start: span.start.saturating_add(1), end: span.end.saturating_sub(1) }
}

fn one(sources: &mut Sources, whole: SourceId, reply: &Reply, evidence: &mut Evidence) {
    let place = Place { source: whole, span: reply.span };
    if reply.as_reader {
        evidence.live.tried.extend(reply.tried(place));
        // Whose key it is, AWS says itself, as where the answer was mailed.
        if let ("sts get-caller-identity", Some(output)) = (&*reply.call, reply.output) {
            evidence.live.tried_as = reply::caller(sources.get(whole).slice(output), whole, output.start);
            let part = sources.add_part(whole, output);
            recognise::by_content(sources, part, evidence);
        }
        return;
    }
    if reply.call == "iam get-access-key-last-used" && !reply.about.is_empty() {
        evidence.reader.asked_key = Some(crate::evidence::Said { text: reply.about.clone(), place });
    }
    match (&reply.error, reply.output) {
        (Some(_), _) => failed(sources, whole, reply, place, evidence),
        (None, Some(output)) => answered(sources, whole, reply, output, evidence),
        (None, None) => {}
    }
}

fn failed(sources: &mut Sources, whole: SourceId, reply: &Reply, place: Place, evidence: &mut Evidence) {
    let Some(error) = &reply.error else { return };
    match (&*reply.call, &*error.code) {
        (_, "NoSuchBucket") => evidence.live.no_bucket = Some(Place { source: whole, span: error.span }),
        ("s3api get-bucket-policy", "NoSuchBucketPolicy") => {
            // That there is no policy is known: nobody is let in by one.
            let part = sources.add_part(whole, error.span);
            let nothing = PolicyDocument::nothing(Role::BucketPolicy, part, error.span.len());
            evidence.documents.push(PolicyDocument { whose: asked_for(reply), ..nothing });
        }
        ("s3api get-public-access-block", "NoSuchPublicAccessBlockConfiguration") => {
            evidence.public_access_block.get_or_insert_default();
        }
        (_, "AWSOrganizationsNotInUseException") => evidence.live.no_organization = Some(place),
        // There is none, which is an answer.
        ("s3api get-bucket-policy-status", "NoSuchBucketPolicy")
        | ("s3api get-bucket-encryption", "ServerSideEncryptionConfigurationNotFoundError")
        | ("s3api get-bucket-ownership-controls", "OwnershipControlsNotFoundError")
        | ("iam get-login-profile", "NoSuchEntity") => {}
        (call, code) => {
            let is_identity = matches!(call, "iam get-user" | "iam get-role");
            if is_identity && code == "NoSuchEntity" {
                evidence.live.no_reader = Some(Place { source: whole, span: error.span });
            }
            let boundary = &mut evidence.reader.boundary;
            if is_identity && code != "NoSuchEntity" && *boundary == BoundaryRecord::Untold {
                *boundary = BoundaryRecord::Refused;
            }
            evidence.live.unread.extend(reply.unread(place));
            evidence.reader.gaps.extend(gap(reply, code, &evidence.reader.boundary));
        }
    }
}

/// What is missing of the reader's policies because a call was not answered. Whom there is not has none.
fn gap(reply: &Reply, code: &str, boundary: &BoundaryRecord) -> Option<String> {
    let Reply { call, about, .. } = reply;
    if code == "NoSuchEntity" {
        return None;
    }
    match &**call {
        "iam list-attached-user-policies" | "iam list-user-policies" | "iam list-groups-for-user" => {
            Some(format!("answer {call} --user-name {about}"))
        }
        "iam list-attached-role-policies" | "iam list-role-policies" => {
            Some(format!("answer {call} --role-name {about}"))
        }
        "iam list-attached-group-policies" | "iam list-group-policies" | "iam get-group-policy" => {
            Some(format!("group {about}"))
        }
        "iam get-user-policy" | "iam get-role-policy" => reply.given("PolicyName").map(str::to_owned),
        "iam get-policy" | "iam get-policy-version" => {
            let is_boundary = matches!(boundary, BoundaryRecord::Named(arn) if arn.text == *about);
            (!is_boundary).then(|| about.clone())
        }
        _ => None,
    }
}

fn answered(sources: &mut Sources, whole: SourceId, reply: &Reply, output: Span, evidence: &mut Evidence) {
    match &*reply.call {
        // Who runs preflight is not the reader.
        "sts get-caller-identity"
        // Steps on the way to what is wanted; organizations are put together from all of them.
        | "sts assume-role"
        | "iam get-policy"
        | "iam get-access-key-last-used"
        | "organizations list-policies-for-target"
        | "organizations describe-policy" => {}
        "organizations list-parents" => {
            let document = read_json(sources.get(whole).slice(output));
            evidence.organization.note_parents(&document.root, reply.given("ChildId"));
        }
        "iam simulate-principal-policy" | "iam simulate-custom-policy" => {
            let text = sources.get(whole).slice(output);
            let found = reply::simulated(text, whole, output.start);
            evidence.live.simulated.extend(found);
        }
        call => {
            let role = match call {
                "s3api get-bucket-policy" => Some(Role::BucketPolicy),
                "kms get-key-policy" => Some(Role::KeyPolicy),
                "iam get-policy-version" => Some(match &evidence.reader.boundary {
                    BoundaryRecord::Named(arn) if arn.text == reply.about => Role::Boundary,
                    _ => Role::ReaderPolicy,
                }),
                "iam get-user-policy" | "iam get-group-policy" | "iam get-role-policy" => Some(Role::ReaderPolicy),
                _ => None,
            };
            let part = sources.add_part(whole, output);
            let Some(role) = role else {
                let known = evidence.not_evaluated.len();
                recognise::by_content(sources, part, evidence);
                if let Some((kind, name)) = reply.list_owner() {
                    evidence.reader.note_owner(part, kind, name);
                }
                let not_read = evidence.not_evaluated.split_off(known).into_iter().next();
                if let Some((_, reason)) = not_read {
                    garbled(whole, reply, reason, evidence);
                }
                return;
            };
            let before = evidence.documents.len();
            recognise::named(sources, part, (role, 0, None), evidence);
            for document in evidence.documents.iter_mut().skip(before) {
                document.whose = document.whose.take().or_else(|| asked_for(reply));
            }
            // AWS gives the version in force of a managed policy without the policy's name.
            if call == "iam get-policy-version" && role == Role::ReaderPolicy {
                name(evidence, part, reply, whole);
            }
        }
    }
}

/// Whose policy a call asked for, where the answer does not say it.
fn asked_for(reply: &Reply) -> Option<Whose> {
    match &*reply.call {
        "s3api get-bucket-policy" => reply.given("Bucket").map(|name| Whose::Bucket(name.into())),
        "kms get-key-policy" => reply.given("KeyId").map(|key| Whose::Key(key.into())),
        _ => None,
    }
}

/// Takes an answer in which nothing could be read for one that AWS did not give: what it would have told is not known.
fn garbled(whole: SourceId, reply: &Reply, reason: String, evidence: &mut Evidence) {
    let place = Place { source: whole, span: reply.span };
    let boundary = &mut evidence.reader.boundary;
    if matches!(&*reply.call, "iam get-user" | "iam get-role") && *boundary == BoundaryRecord::Untold {
        *boundary = BoundaryRecord::Refused;
    }
    evidence.live.unread.push(reply.unreadable(reason, place));
    evidence.reader.gaps.extend(gap(reply, "", &evidence.reader.boundary));
}

/// Notes the name of the managed policy that a part holds.
fn name(evidence: &mut Evidence, part: SourceId, reply: &Reply, whole: SourceId) {
    let text = reply.about.rsplit('/').next().unwrap_or(&reply.about).to_owned();
    let said = crate::evidence::Said { text, place: Place { source: whole, span: reply.span } };
    match evidence.reader.policies.iter_mut().find(|policy| policy.source == part) {
        Some(policy) => policy.name = Some(said),
        None => evidence.reader.policies.push(PolicyAnswer {
            source: part,
            name: Some(said),
            owner: None,
            in_force: None,
        }),
    }
}
