//! The reader: its policies, groups, boundary, keys and password.

use crate::Reader;
use crate::ask::{Asker, Failure, Outcome, time};
use crate::connect::Connection;
use aws_sdk_iam::Client;
use futures_util::future::join_all;
use serde_json::{Map, Value, json};

/// The items of all pages of a list. A list that says that it goes on, and not how, is none.
macro_rules! whole {
    ($request:expr, $page:ident => $items:expr) => {{
        let (mut list, mut is_cut) = (Vec::new(), false);
        let mut pages = $request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let $page = page.map_err(|error| Failure::of(&error))?;
            is_cut = $page.is_truncated();
            list.extend($items);
        }
        if is_cut {
            return Err(Failure::unreadable("the list goes on, and the answer does not say how"));
        }
        list
    }};
}

/// What the account has: keys of the root user among it.
pub(crate) async fn account(connection: &Connection, asker: &Asker<'_>) {
    let _ = asker
        .ask("iam get-account-summary", json!({}), async {
            let answer =
                connection.iam().get_account_summary().send().await.map_err(|error| Failure::of(&error))?;
            let map: Map<String, Value> = answer
                .summary_map()
                .map(|map| {
                    let mut list: Vec<_> = map.iter().collect();
                    list.sort_by_key(|(key, _)| key.as_str().to_owned());
                    list.into_iter().map(|(key, value)| (key.as_str().to_owned(), json!(value))).collect()
                })
                .unwrap_or_default();
            Ok(json!({ "SummaryMap": map }))
        })
        .await;
}

/// Everything about the reader; its ARN.
pub(crate) async fn reader(
    connection: &Connection,
    asker: &Asker<'_>,
    reader: Option<&Reader>,
) -> Option<String> {
    let client = connection.iam();
    match reader? {
        Reader::User(name) => user(&client, asker, name).await,
        Reader::Role(name) => role(&client, asker, name).await,
        Reader::Key(id) => {
            let answer = asker
                .ask("iam get-access-key-last-used", json!({ "AccessKeyId": id }), async {
                    let answer = client
                        .get_access_key_last_used()
                        .access_key_id(id)
                        .send()
                        .await
                        .map_err(|error| Failure::of(&error))?;
                    Ok(json!({ "UserName": answer.user_name() }))
                })
                .await
                .ok()?;
            user(&client, asker, answer.get("UserName")?.as_str()?).await
        }
    }
}

async fn user(client: &Client, asker: &Asker<'_>, name: &str) -> Option<String> {
    let about = json!({ "UserName": name });
    let identity = asker.ask("iam get-user", about.clone(), async {
        let answer = client.get_user().user_name(name).send().await.map_err(|error| Failure::of(&error))?;
        let mut out = Map::new();
        if let Some(user) = answer.user() {
            out.insert("Path".to_owned(), json!(user.path()));
            out.insert("UserName".to_owned(), json!(user.user_name()));
            out.insert("UserId".to_owned(), json!(user.user_id()));
            out.insert("Arn".to_owned(), json!(user.arn()));
            out.insert("CreateDate".to_owned(), json!(time(user.create_date())));
            boundary(&mut out, user.permissions_boundary());
        }
        Ok(json!({ "User": out }))
    });
    let attached = asker.ask("iam list-attached-user-policies", about.clone(), async {
        let list = whole!(client.list_attached_user_policies().user_name(name), page => page.attached_policies().iter().map(named));
        Ok(json!({ "AttachedPolicies": list }))
    });
    let inline = asker.ask("iam list-user-policies", about.clone(), async {
        let list = whole!(client.list_user_policies().user_name(name), page => page.policy_names().to_vec());
        Ok(json!({ "PolicyNames": list }))
    });
    let groups = asker.ask("iam list-groups-for-user", about.clone(), async {
        let list = whole!(client.list_groups_for_user().user_name(name), page => page.groups().iter().map(
            |group| json!({ "Path": group.path(), "GroupName": group.group_name(), "Arn": group.arn() }),
        ));
        Ok(json!({ "Groups": list }))
    });
    let keys = asker.ask("iam list-access-keys", about.clone(), async {
        let list = whole!(client.list_access_keys().user_name(name), page => page.access_key_metadata().iter().map(|key| {
                json!({
                    "UserName": key.user_name(),
                    "AccessKeyId": key.access_key_id(),
                    "Status": key.status().map(|status| status.as_str()),
                    "CreateDate": key.create_date().map(time),
                })
            }));
        Ok(json!({ "AccessKeyMetadata": list }))
    });
    let password = asker.ask("iam get-login-profile", about.clone(), async {
        let answer =
            client.get_login_profile().user_name(name).send().await.map_err(|error| Failure::of(&error))?;
        let profile = answer.login_profile().map(
            |profile| json!({ "UserName": profile.user_name(), "CreateDate": time(profile.create_date()) }),
        );
        Ok(json!({ "LoginProfile": profile }))
    });
    let credentials = async {
        if !asker.is_of_linked() {
            let _ = tokio::join!(keys, password);
        }
    };
    let (identity, attached, inline, groups, ()) =
        tokio::join!(identity, attached, inline, groups, credentials);
    let mut managed = names(attached, "AttachedPolicies", "PolicyArn");
    managed.extend(boundary_of(&identity));
    let own = join_all(names(inline, "PolicyNames", "").into_iter().map(async |policy| {
        let input = json!({ "UserName": name, "PolicyName": &policy });
        let _ = asker
            .ask("iam get-user-policy", input, async {
                let answer = client
                    .get_user_policy()
                    .user_name(name)
                    .policy_name(&policy)
                    .send()
                    .await
                    .map_err(|error| Failure::of(&error))?;
                Ok(json!({
                    "UserName": name,
                    "PolicyName": policy,
                    "PolicyDocument": document(answer.policy_document()),
                }))
            })
            .await;
    }));
    let of_groups = join_all(
        names(groups, "Groups", "GroupName").into_iter().map(async |name| group(client, asker, &name).await),
    );
    let (_, of_groups) = tokio::join!(own, of_groups);
    managed.extend(of_groups.into_iter().flatten());
    policies(client, asker, managed).await;
    let arn = identity.ok()?.pointer("/User/Arn")?.as_str()?.to_owned();
    asker.form("reader", &arn);
    Some(arn)
}

async fn role(client: &Client, asker: &Asker<'_>, name: &str) -> Option<String> {
    let about = json!({ "RoleName": name });
    let identity = asker.ask("iam get-role", about.clone(), async {
        let answer = client.get_role().role_name(name).send().await.map_err(|error| Failure::of(&error))?;
        let mut out = Map::new();
        if let Some(role) = answer.role() {
            out.insert("Path".to_owned(), json!(role.path()));
            out.insert("RoleName".to_owned(), json!(role.role_name()));
            out.insert("RoleId".to_owned(), json!(role.role_id()));
            out.insert("Arn".to_owned(), json!(role.arn()));
            out.insert("CreateDate".to_owned(), json!(time(role.create_date())));
            out.insert(
                "AssumeRolePolicyDocument".to_owned(),
                document(role.assume_role_policy_document().unwrap_or_default()),
            );
            boundary(&mut out, role.permissions_boundary());
        }
        Ok(json!({ "Role": out }))
    });
    let attached = asker.ask("iam list-attached-role-policies", about.clone(), async {
        let list = whole!(client.list_attached_role_policies().role_name(name), page => page.attached_policies().iter().map(named));
        Ok(json!({ "AttachedPolicies": list }))
    });
    let inline = asker.ask("iam list-role-policies", about.clone(), async {
        let list = whole!(client.list_role_policies().role_name(name), page => page.policy_names().to_vec());
        Ok(json!({ "PolicyNames": list }))
    });
    let (identity, attached, inline) = tokio::join!(identity, attached, inline);
    let mut managed = names(attached, "AttachedPolicies", "PolicyArn");
    managed.extend(boundary_of(&identity));
    join_all(names(inline, "PolicyNames", "").into_iter().map(async |policy| {
        let input = json!({ "RoleName": name, "PolicyName": &policy });
        let _ = asker
            .ask("iam get-role-policy", input, async {
                let answer = client
                    .get_role_policy()
                    .role_name(name)
                    .policy_name(&policy)
                    .send()
                    .await
                    .map_err(|error| Failure::of(&error))?;
                Ok(json!({
                    "RoleName": name,
                    "PolicyName": policy,
                    "PolicyDocument": document(answer.policy_document()),
                }))
            })
            .await;
    }))
    .await;
    policies(client, asker, managed).await;
    let arn = identity.ok()?.pointer("/Role/Arn")?.as_str()?.to_owned();
    asker.form("reader", &arn);
    Some(arn)
}

/// A group's policies; the ARNs of the managed ones.
async fn group(client: &Client, asker: &Asker<'_>, name: &str) -> Vec<String> {
    let about = json!({ "GroupName": name });
    let attached = asker.ask("iam list-attached-group-policies", about.clone(), async {
        let list = whole!(client.list_attached_group_policies().group_name(name), page => page.attached_policies().iter().map(named));
        Ok(json!({ "AttachedPolicies": list }))
    });
    let inline = asker.ask("iam list-group-policies", about.clone(), async {
        let list =
            whole!(client.list_group_policies().group_name(name), page => page.policy_names().to_vec());
        Ok(json!({ "PolicyNames": list }))
    });
    let (attached, inline) = tokio::join!(attached, inline);
    join_all(names(inline, "PolicyNames", "").into_iter().map(async |policy| {
        let input = json!({ "GroupName": name, "PolicyName": &policy });
        let _ = asker
            .ask("iam get-group-policy", input, async {
                let answer = client
                    .get_group_policy()
                    .group_name(name)
                    .policy_name(&policy)
                    .send()
                    .await
                    .map_err(|error| Failure::of(&error))?;
                Ok(json!({
                    "GroupName": name,
                    "PolicyName": policy,
                    "PolicyDocument": document(answer.policy_document()),
                }))
            })
            .await;
    }))
    .await;
    names(attached, "AttachedPolicies", "PolicyArn")
}

/// The versions in force of managed policies.
async fn policies(client: &Client, asker: &Asker<'_>, mut arns: Vec<String>) {
    arns.sort();
    arns.dedup();
    join_all(arns.iter().map(async |arn| {
        let found = asker
            .ask("iam get-policy", json!({ "PolicyArn": arn }), async {
                let answer =
                    client.get_policy().policy_arn(arn).send().await.map_err(|error| Failure::of(&error))?;
                let policy = answer.policy().map(|policy| {
                    json!({
                        "PolicyName": policy.policy_name(),
                        "Arn": policy.arn(),
                        "DefaultVersionId": policy.default_version_id(),
                    })
                });
                Ok(json!({ "Policy": policy }))
            })
            .await;
        let Ok(found) = found else { return };
        let Some(version) = found.pointer("/Policy/DefaultVersionId").and_then(Value::as_str) else { return };
        let _ = asker
            .ask("iam get-policy-version", json!({ "PolicyArn": arn, "VersionId": version }), async {
                let answer = client
                    .get_policy_version()
                    .policy_arn(arn)
                    .version_id(version)
                    .send()
                    .await
                    .map_err(|error| Failure::of(&error))?;
                let found = answer.policy_version().map(|found| {
                    json!({
                        "Document": document(found.document().unwrap_or_default()),
                        "VersionId": found.version_id(),
                        "IsDefaultVersion": found.is_default_version(),
                    })
                });
                Ok(json!({ "PolicyVersion": found }))
            })
            .await;
    }))
    .await;
}

fn named(policy: &aws_sdk_iam::types::AttachedPolicy) -> Value {
    json!({ "PolicyName": policy.policy_name(), "PolicyArn": policy.policy_arn() })
}

fn boundary(out: &mut Map<String, Value>, found: Option<&aws_sdk_iam::types::AttachedPermissionsBoundary>) {
    if let Some(found) = found {
        let boundary = json!({
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": found.permissions_boundary_arn(),
        });
        out.insert("PermissionsBoundary".to_owned(), boundary);
    }
}

fn boundary_of(identity: &Outcome) -> Option<String> {
    let holder = identity.as_ref().ok()?;
    let holder = holder.get("User").or_else(|| holder.get("Role"))?;
    Some(holder.pointer("/PermissionsBoundary/PermissionsBoundaryArn")?.as_str()?.to_owned())
}

/// Texts of a list: of members of its objects, or the items themselves.
fn names(outcome: Outcome, list: &str, member: &str) -> Vec<String> {
    let Ok(answer) = outcome else { return Vec::new() };
    let items = answer.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |item: &Value| {
        let item = if member.is_empty() { item } else { item.get(member)? };
        item.as_str().map(str::to_owned)
    };
    items.iter().filter_map(text).collect()
}

/// A policy's document: IAM sends it as in a URL, the AWS CLI prints the object. What is no JSON stays text.
fn document(encoded: &str) -> Value {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let hex = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (byte, hex(ahead.next()), hex(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest = ahead;
            }
            (other, _, _) => bytes.push(other),
        }
    }
    let text = String::from_utf8(bytes).unwrap_or_else(|_| encoded.to_owned());
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}
