//! The organization: its accounts, and the policies on the path of an account.

use crate::ask::{Asker, Body, Failure, Outcome, Pages};
use crate::billing::items;
use crate::connect::Connection;
use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::PolicyType;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Root, five levels of units, the account.
const DEEPEST: usize = 8;
/// Ten thousand accounts in pages of twenty.
const PAGES: usize = 500;

/// Accounts whose place in the organization matters.
pub(crate) struct Paths<'a> {
    /// The reader's: SCPs bear on it.
    pub(crate) reader: &'a str,
    /// The bucket's: RCPs bear on it.
    pub(crate) bucket: &'a str,
    /// Linked accounts: SCPs bear on the product's users in them, RCPs on what those look at.
    pub(crate) linked: Vec<&'a str>,
}

/// The organization's accounts, SCPs on the path of the reader's account, RCPs on that of the bucket's, both on those
/// of linked ones.
/// Gives the texts of the reader's SCPs level by level, the root's first; nothing where they are not known or none bear.
pub(crate) async fn read(connection: &Connection, asker: &Asker<'_>, paths: &Paths<'_>) -> Vec<Vec<String>> {
    let client = connection.organizations();
    let organization = asker
        .ask("organizations describe-organization", json!({}), async {
            let body = Body::default();
            client
                .describe_organization()
                .customize()
                .interceptor(body.clone())
                .send()
                .await
                .map_err(|e| Failure::of(&e))?;
            body.value()
        })
        .await;
    // Outside of an organization every further call says the same.
    if organization.as_ref().is_err_and(|failure| failure.code == "AWSOrganizationsNotInUseException") {
        return Vec::new();
    }
    let management = organization
        .ok()
        .and_then(|found| Some(found.pointer("/Organization/MasterAccountId")?.as_str()?.to_owned()));
    // No organization policy reaches the account that pays.
    let below = |account: &&str| management.as_deref() != Some(*account);
    let scps = std::iter::once(paths.reader).chain(paths.linked.iter().copied()).filter(below);
    let rcps = std::iter::once(paths.bucket).chain(paths.linked.iter().copied()).filter(below);
    let asked: Vec<(&str, PolicyType)> = scps
        .map(|account| (account, PolicyType::ServiceControlPolicy))
        .chain(rcps.map(|account| (account, PolicyType::ResourceControlPolicy)))
        .collect();
    let ((), levels) = tokio::join!(accounts(&client, asker), policies(&client, asker, &asked));
    // The reader's stand first.
    if below(&paths.reader) { levels } else { Vec::new() }
}

/// Reads the policies of a kind on the way of each account. Each call is made once, though several ways lead through one
/// unit. Gives the texts of the first account's, level by level, the root's first; nothing unless all are known.
async fn policies(client: &Client, asker: &Asker<'_>, asked: &[(&str, PolicyType)]) -> Vec<Vec<String>> {
    let parents = parents(client, asker, asked.iter().map(|(account, _)| (*account).to_owned())).await;
    let way = |account: &str| {
        let mut way = vec![account.to_owned()];
        while let Some(parent) = way.last().and_then(|last| parents.get(last)).filter(|_| way.len() < DEEPEST)
        {
            way.push(parent.clone());
        }
        way
    };
    let mut targets: Vec<(String, &PolicyType)> =
        asked.iter().flat_map(|(account, kind)| way(account).into_iter().map(move |to| (to, kind))).collect();
    targets.sort_by(|left, right| (&left.0, left.1.as_str()).cmp(&(&right.0, right.1.as_str())));
    targets.dedup();
    let lists = join_all(targets.iter().map(async |(target, kind)| {
        let list = attached(client, asker, target, kind).await;
        (target, *kind, list.ok().map(|list| ids(&list)))
    }))
    .await;
    let mut all: Vec<&String> = lists.iter().filter_map(|(_, _, ids)| ids.as_ref()).flatten().collect();
    all.sort();
    all.dedup();
    let texts = join_all(all.iter().map(async |id| (*id, policy(client, asker, id).await))).await;
    let level = |target: &String, kind: &PolicyType| -> Option<Vec<String>> {
        let (_, _, ids) = lists.iter().find(|(other, of, _)| *other == target && *of == kind)?;
        ids.as_ref()?.iter().map(|id| texts.iter().find(|(other, _)| *other == id)?.1.clone()).collect()
    };
    let Some((account, kind)) = asked.first() else { return Vec::new() };
    let way = way(account);
    if !way.last().is_some_and(|last| last.starts_with("r-")) {
        return Vec::new();
    }
    way.iter().rev().map(|target| level(target, kind)).collect::<Option<_>>().unwrap_or_default()
}

/// The parent of each account and of each unit above.
async fn parents(
    client: &Client,
    asker: &Asker<'_>,
    accounts: impl Iterator<Item = String>,
) -> BTreeMap<String, String> {
    let mut parents = BTreeMap::new();
    let mut children: BTreeSet<String> = accounts.collect();
    let mut seen = BTreeSet::new();
    for _ in 0..DEEPEST {
        let found = join_all(children.iter().map(async |child| {
            let answer = asker
                .ask("organizations list-parents", json!({ "ChildId": child }), async {
                    let body = Body::default();
                    client
                        .list_parents()
                        .child_id(child)
                        .customize()
                        .interceptor(body.clone())
                        .send()
                        .await
                        .map_err(|e| Failure::of(&e))?;
                    body.value()
                })
                .await;
            Some((child.clone(), answer.ok()?.pointer("/Parents/0/Id")?.as_str()?.to_owned()))
        }))
        .await;
        parents.extend(found.into_iter().flatten());
        seen.append(&mut children);
        let is_new = |id: &&String| !id.starts_with("r-") && !seen.contains(*id);
        children = parents.values().filter(is_new).cloned().collect();
        if children.is_empty() {
            break;
        }
    }
    parents
}

/// The text of a policy.
async fn policy(client: &Client, asker: &Asker<'_>, id: &str) -> Option<String> {
    let found = asker
        .ask("organizations describe-policy", json!({ "PolicyId": id }), async {
            let body = Body::default();
            client
                .describe_policy()
                .policy_id(id)
                .customize()
                .interceptor(body.clone())
                .send()
                .await
                .map_err(|e| Failure::of(&e))?;
            body.value()
        })
        .await;
    Some(found.ok()?.pointer("/Policy/Content")?.as_str()?.to_owned())
}

async fn accounts(client: &Client, asker: &Asker<'_>) {
    let pages =
        Pages { call: "organizations list-accounts", input: json!({}), list: "Accounts", most: PAGES };
    let _ = asker
        .list(pages, async |next| {
            let body = Body::default();
            let page = client
                .list_accounts()
                .set_next_token(next)
                .customize()
                .interceptor(body.clone())
                .send()
                .await
                .map_err(|e| Failure::of(&e))?;
            Ok((items(&body.value()?, "Accounts"), page.next_token))
        })
        .await;
}

async fn attached(client: &Client, asker: &Asker<'_>, target: &str, kind: &PolicyType) -> Outcome {
    let pages = Pages {
        call: "organizations list-policies-for-target",
        input: json!({ "TargetId": target, "Filter": kind.as_str() }),
        list: "Policies",
        most: PAGES,
    };
    asker
        .list(pages, async |next| {
            let body = Body::default();
            let page = client
                .list_policies_for_target()
                .target_id(target)
                .filter(kind.clone())
                .set_next_token(next)
                .customize()
                .interceptor(body.clone())
                .send()
                .await
                .map_err(|e| Failure::of(&e))?;
            Ok((items(&body.value()?, "Policies"), page.next_token))
        })
        .await
}

fn ids(list: &Value) -> Vec<String> {
    let items = list.get("Policies").and_then(Value::as_array).cloned().unwrap_or_default();
    items.iter().filter_map(|item| Some(item.get("Id")?.as_str()?.to_owned())).collect()
}
