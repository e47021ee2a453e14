//! The organization: its accounts, and the policies on the path of an account.

use crate::ask::{Asker, Body, Failure, Outcome};
use crate::billing::{extend, whole};
use crate::connect::Connection;
use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::PolicyType;
use futures_util::future::join_all;
use serde_json::{Value, json};

/// Root, five levels of units, the account.
const DEEPEST: usize = 8;
/// Ten thousand accounts in pages of twenty.
const PAGES: usize = 500;

/// SCPs on the path of the reader's account, RCPs on that of the bucket's.
pub(crate) async fn read(connection: &Connection, asker: &Asker<'_>, reader: &str, bucket: &str) {
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
        return;
    }
    let management = organization
        .ok()
        .and_then(|found| Some(found.pointer("/Organization/MasterAccountId")?.as_str()?.to_owned()));
    // No organization policy reaches the account that pays.
    let scp = (management.as_deref() != Some(reader)).then_some(reader);
    let rcp = (management.as_deref() != Some(bucket)).then_some(bucket);
    let paths = async {
        // One path is walked once, though both ask for it.
        let mut walked: Vec<(String, Vec<PolicyType>)> = Vec::new();
        for (account, kind) in
            [(scp, PolicyType::ServiceControlPolicy), (rcp, PolicyType::ResourceControlPolicy)]
        {
            let Some(account) = account else { continue };
            match walked.iter_mut().find(|(other, _)| other == account) {
                Some((_, kinds)) => kinds.push(kind),
                None => walked.push((account.to_owned(), vec![kind])),
            }
        }
        join_all(walked.iter().map(async |(account, kinds)| path(&client, asker, account, kinds).await))
            .await;
    };
    tokio::join!(accounts(&client, asker), paths);
}

async fn accounts(client: &Client, asker: &Asker<'_>) {
    let _ = asker
        .ask("organizations list-accounts", json!({}), async {
            let (mut list, mut next) = (Vec::new(), None);
            for _ in 0..PAGES {
                let body = Body::default();
                let page = client
                    .list_accounts()
                    .set_next_token(next.take())
                    .customize()
                    .interceptor(body.clone())
                    .send()
                    .await
                    .map_err(|e| Failure::of(&e))?;
                extend(&mut list, &body.value()?, "Accounts");
                next = page.next_token().map(str::to_owned);
                if next.is_none() {
                    break;
                }
            }
            Ok(whole("Accounts", list, next))
        })
        .await;
}

/// The targets from an account to the root, and the policies at each.
async fn path(client: &Client, asker: &Asker<'_>, account: &str, kinds: &[PolicyType]) {
    let mut targets = vec![account.to_owned()];
    while targets.len() < DEEPEST {
        let Some(child) = targets.last().filter(|target| !target.starts_with("r-")) else { break };
        let parents = asker
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
        let Some(parent) =
            parents.ok().and_then(|found| Some(found.pointer("/Parents/0/Id")?.as_str()?.to_owned()))
        else {
            break;
        };
        targets.push(parent);
    }
    let asked = targets.iter().flat_map(|target| kinds.iter().map(move |kind| (target, kind)));
    let lists = join_all(asked.map(async |(target, kind)| attached(client, asker, target, kind).await)).await;
    let mut ids: Vec<String> = lists.into_iter().flatten().flat_map(|list| ids(&list)).collect();
    ids.sort();
    ids.dedup();
    join_all(ids.iter().map(async |id| {
        let _ = asker
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
    }))
    .await;
}

async fn attached(client: &Client, asker: &Asker<'_>, target: &str, kind: &PolicyType) -> Outcome {
    asker
        .ask(
            "organizations list-policies-for-target",
            json!({ "TargetId": target, "Filter": kind.as_str() }),
            async {
                let (mut list, mut next) = (Vec::new(), None);
                for _ in 0..PAGES {
                    let body = Body::default();
                    let page = client
                        .list_policies_for_target()
                        .target_id(target)
                        .filter(kind.clone())
                        .set_next_token(next.take())
                        .customize()
                        .interceptor(body.clone())
                        .send()
                        .await
                        .map_err(|e| Failure::of(&e))?;
                    extend(&mut list, &body.value()?, "Policies");
                    next = page.next_token().map(str::to_owned);
                    if next.is_none() {
                        break;
                    }
                }
                Ok(whole("Policies", list, next))
            },
        )
        .await
}

fn ids(list: &Value) -> Vec<String> {
    let items = list.get("Policies").and_then(Value::as_array).cloned().unwrap_or_default();
    items.iter().filter_map(|item| Some(item.get("Id")?.as_str()?.to_owned())).collect()
}
