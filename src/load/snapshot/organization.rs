//! SCPs and RCPs of an account, put together from the calls that walk from it to the organization's root.
//!
//! Only a path that was read whole counts: a policy that nobody saw can deny anything.

use super::super::recognise;
use super::reply::Reply;
use crate::evidence::{Evidence, Role};
use crate::source::{SourceId, Sources, Span};
use crate::syntax::{Node, read_json};

/// The deepest path there can be: root, five levels of units, the account.
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html> (checked 2026-11)
const DEEPEST: usize = 8;

pub(super) fn take(sources: &mut Sources, whole: SourceId, replies: &[Reply], evidence: &mut Evidence) {
    let form = |name: &str| {
        let found = evidence.live.form.iter().find(|(key, _, _)| key == name);
        found.map(|(_, value, _)| value.clone())
    };
    let account = form("account");
    let reader = form("reader").as_deref().and_then(crate::policy::arn::account_of).map(str::to_owned);
    let bucket = form("bucket-account").or_else(|| account.clone());
    for (at, account) in evidence.live.linked().iter().enumerate() {
        for (role, kind) in [(Role::Scp, "SERVICE_CONTROL_POLICY"), (Role::Rcp, "RESOURCE_CONTROL_POLICY")] {
            let levels = path(sources, whole, replies, account, kind).unwrap_or_default();
            for (level, policies) in levels.into_iter().enumerate() {
                for output in policies {
                    let part = sources.add_part(whole, output);
                    recognise::named(sources, part, (role, level, Some(at)), evidence);
                }
            }
        }
    }
    for (role, kind, start) in [
        (Role::Scp, "SERVICE_CONTROL_POLICY", reader.or(account)),
        (Role::Rcp, "RESOURCE_CONTROL_POLICY", bucket),
    ] {
        let Some(levels) = start.and_then(|start| path(sources, whole, replies, &start, kind)) else {
            continue;
        };
        if levels.iter().all(Vec::is_empty) {
            match role {
                Role::Scp => evidence.live.no_scp = true,
                _ => evidence.live.no_rcp = true,
            }
        }
        for (level, policies) in levels.into_iter().enumerate() {
            for output in policies {
                let part = sources.add_part(whole, output);
                recognise::named(sources, part, (role, level, None), evidence);
            }
        }
    }
}

/// The texts of the policies at each level, the root's first; nothing if a step is missing.
fn path(
    sources: &Sources,
    whole: SourceId,
    replies: &[Reply],
    account: &str,
    kind: &str,
) -> Option<Vec<Vec<Span>>> {
    let texts = |span: Span, list: &str, key: &str| -> Vec<String> {
        let document = read_json(sources.get(whole).slice(span));
        let items = document.root.get(list).and_then(Node::as_array).unwrap_or_default();
        items.iter().filter_map(|node| node.get(key).and_then(Node::as_str).map(str::to_owned)).collect()
    };
    let find = |call: &str, wanted: &[(&str, &str)]| {
        let fits = |reply: &&Reply| {
            reply.call == call && wanted.iter().all(|(name, value)| reply.given(name) == Some(value))
        };
        replies.iter().filter(fits).find_map(|reply| reply.output)
    };
    let mut levels = Vec::new();
    let mut target = account.to_owned();
    for _ in 0..DEEPEST {
        let attached =
            find("organizations list-policies-for-target", &[("TargetId", &target), ("Filter", kind)])?;
        if is_cut(sources, whole, attached) {
            return None;
        }
        let mut policies = Vec::new();
        for id in texts(attached, "Policies", "Id") {
            policies.push(find("organizations describe-policy", &[("PolicyId", &id)])?);
        }
        levels.push(policies);
        if target.starts_with("r-") {
            levels.reverse();
            return Some(levels);
        }
        let parents = find("organizations list-parents", &[("ChildId", &target)])?;
        target = texts(parents, "Parents", "Id").into_iter().next()?;
    }
    None
}

/// Whether a list goes on behind what was read.
fn is_cut(sources: &Sources, whole: SourceId, list: Span) -> bool {
    read_json(sources.get(whole).slice(list)).root.get("NextToken").and_then(Node::as_str).is_some()
}
