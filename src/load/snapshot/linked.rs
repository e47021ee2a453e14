//! What was read in linked accounts: the policies of the product's user there.
//!
//! Only an account in which every call was answered counts. A policy that nobody saw can allow and deny anything.

use super::super::recognise;
use super::inner;
use super::reply::Reply;
use crate::evidence::{Evidence, PolicyDocument, Role};
use crate::source::{Place, SourceId, Sources};
use crate::syntax::{Node, read_json};

pub(super) fn take(sources: &mut Sources, whole: SourceId, replies: &[Reply], evidence: &mut Evidence) {
    for (at, account) in evidence.live.linked().iter().enumerate() {
        let own: Vec<&Reply> =
            replies.iter().filter(|reply| reply.account.as_ref() == Some(account)).collect();
        if !own.is_empty() {
            one(sources, whole, &own, at, evidence);
        }
    }
}

fn one(sources: &mut Sources, whole: SourceId, replies: &[&Reply], at: usize, evidence: &mut Evidence) {
    let mut is_whole = replies.iter().any(|reply| reply.call.ends_with("-policies"));
    for reply in replies.iter().filter(|reply| !is_no_fault(reply)) {
        let unread = reply.unread(Place { source: whole, span: reply.span });
        is_whole &= unread.is_none();
        evidence.live.unread.extend(unread);
    }
    if !is_whole {
        return;
    }
    let boundary = boundary(sources, whole, replies);
    let mut policies = 0;
    for reply in replies {
        let Some(output) = reply.output else { continue };
        let is_boundary = boundary.as_deref() == Some(&*reply.about);
        let file = match &*reply.call {
            "iam get-policy-version" if is_boundary => (Role::Boundary, 0, Some(at)),
            "iam get-policy-version"
            | "iam get-user-policy"
            | "iam get-group-policy"
            | "iam get-role-policy" => {
                policies += 1;
                (Role::LinkedPolicy, at, None)
            }
            _ => continue,
        };
        let part = sources.add_part(whole, output);
        recognise::named(sources, part, file, evidence);
    }
    // That the user has no policy is known, too.
    let list = replies.iter().find(|reply| reply.call.ends_with("-policies"));
    if let (0, Some(output)) = (policies, list.and_then(|reply| reply.output)) {
        let part = sources.add_part(whole, inner(output));
        let nothing = PolicyDocument::nothing(Role::LinkedPolicy, part, output.len());
        evidence.documents.push(PolicyDocument { level: at, ..nothing });
    }
}

/// A user without a password is no failure.
fn is_no_fault(reply: &Reply) -> bool {
    let code = reply.error.as_ref().map(|error| &*error.code);
    reply.call == "iam get-login-profile" && code == Some("NoSuchEntity")
}

/// The ARN of the boundary of the user or role.
fn boundary(sources: &Sources, whole: SourceId, replies: &[&Reply]) -> Option<String> {
    let is_identity = |reply: &&&Reply| matches!(&*reply.call, "iam get-user" | "iam get-role");
    let document = read_json(sources.get(whole).slice(replies.iter().find(is_identity)?.output?));
    let holder = document.root.get("User").or_else(|| document.root.get("Role"))?;
    Some(holder.get("PermissionsBoundary")?.get("PermissionsBoundaryArn").and_then(Node::as_str)?.to_owned())
}
