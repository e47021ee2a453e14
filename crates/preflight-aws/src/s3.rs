//! The bucket: where it is, who may use it, how it is encrypted, and what lies below the export's folder.

use crate::Wanted;
use crate::ask::{Asker, Failure, Outcome, time, told};
use crate::connect::Connection;
use aws_sdk_s3::Client;
use serde_json::{Map, Value, json};

/// Pages of a thousand keys that are read below the export's folder.
const PAGES: usize = 5;

pub(crate) async fn bucket(connection: &Connection, asker: &Asker<'_>, wanted: &Wanted) {
    let Some(bucket) = &wanted.bucket else { return };
    asker.form("bucket", bucket);
    let location = location(&connection.s3(None), asker, bucket).await;
    let region = region(location.as_ref().ok());
    let client = connection.s3(region.as_deref());
    let about = || json!({ "Bucket": bucket });
    let policy = asker.ask("s3api get-bucket-policy", about(), async {
        let answer = client.get_bucket_policy().bucket(bucket).send().await.map_err(|e| Failure::of(&e))?;
        // The text comes as it is: what is no JSON is no policy that S3 took, but something that stood on the way.
        match serde_json::from_str::<Map<String, Value>>(answer.policy().unwrap_or_default()) {
            Ok(_) => Ok(json!({ "Policy": answer.policy() })),
            Err(_) => Err(Failure::unreadable("the answer is no policy")),
        }
    });
    let status = asker.ask("s3api get-bucket-policy-status", about(), async {
        let answer =
            client.get_bucket_policy_status().bucket(bucket).send().await.map_err(|e| Failure::of(&e))?;
        let status = answer.policy_status().map(|status| json!({ "IsPublic": status.is_public() }));
        Ok(json!({ "PolicyStatus": status }))
    });
    let block = asker.ask("s3api get-public-access-block", about(), async {
        let answer =
            client.get_public_access_block().bucket(bucket).send().await.map_err(|e| Failure::of(&e))?;
        let settings = answer.public_access_block_configuration().map(|block| {
            json!({
                "BlockPublicAcls": block.block_public_acls(),
                "IgnorePublicAcls": block.ignore_public_acls(),
                "BlockPublicPolicy": block.block_public_policy(),
                "RestrictPublicBuckets": block.restrict_public_buckets(),
            })
        });
        Ok(json!({ "PublicAccessBlockConfiguration": settings }))
    });
    let ownership = asker.ask("s3api get-bucket-ownership-controls", about(), async {
        let answer = client
            .get_bucket_ownership_controls()
            .bucket(bucket)
            .send()
            .await
            .map_err(|e| Failure::of(&e))?;
        let rules: Vec<Value> = answer
            .ownership_controls()
            .map(|controls| controls.rules())
            .unwrap_or_default()
            .iter()
            .map(|rule| json!({ "ObjectOwnership": rule.object_ownership().as_str() }))
            .collect();
        Ok(json!({ "OwnershipControls": { "Rules": rules } }))
    });
    let encryption = encryption(connection, &client, asker, bucket, region.as_deref());
    let acl = asker.ask("s3api get-bucket-acl", about(), async {
        let answer = client.get_bucket_acl().bucket(bucket).send().await.map_err(|e| Failure::of(&e))?;
        let grants: Vec<Value> = answer
            .grants()
            .iter()
            .map(|grant| {
                let grantee = grant.grantee().map(|grantee| {
                    json!({ "ID": grantee.id(), "Type": grantee.r#type().as_str(), "URI": grantee.uri() })
                });
                json!({ "Grantee": grantee, "Permission": grant.permission().map(|each| each.as_str()) })
            })
            .collect();
        let owner = answer.owner().and_then(|owner| owner.id());
        Ok(told(json!({ "Owner": { "ID": owner }, "Grants": grants })))
    });
    let payer = asker.ask("s3api get-bucket-request-payment", about(), async {
        let answer =
            client.get_bucket_request_payment().bucket(bucket).send().await.map_err(|e| Failure::of(&e))?;
        Ok(json!({ "Payer": answer.payer().map(|payer| payer.as_str()) }))
    });
    let listing = listing(&client, asker, bucket, wanted);
    let _ = tokio::join!(policy, status, block, ownership, encryption, acl, payer, listing);
}

/// Where the bucket is.
pub(crate) async fn location(client: &Client, asker: &Asker<'_>, bucket: &str) -> Outcome {
    asker
        .ask("s3api get-bucket-location", json!({ "Bucket": bucket }), async {
            let answer =
                client.get_bucket_location().bucket(bucket).send().await.map_err(|e| Failure::of(&e))?;
            // The first region has no name here; the SDK reads that as one that it does not know.
            let name = answer.location_constraint().map(|name| name.as_str()).filter(|name| !name.is_empty());
            Ok(json!({ "LocationConstraint": name }))
        })
        .await
}

/// The region that an answer names. `EU` is the old name of Ireland.
pub(crate) fn region(location: Option<&Value>) -> Option<String> {
    match location?.get("LocationConstraint")? {
        Value::String(name) if name == "EU" => Some("eu-west-1".to_owned()),
        Value::String(name) => Some(name.clone()),
        _ => Some("us-east-1".to_owned()),
    }
}

async fn encryption(
    connection: &Connection,
    client: &Client,
    asker: &Asker<'_>,
    bucket: &str,
    region: Option<&str>,
) {
    let answer = asker
        .ask("s3api get-bucket-encryption", json!({ "Bucket": bucket }), async {
            let answer =
                client.get_bucket_encryption().bucket(bucket).send().await.map_err(|e| Failure::of(&e))?;
            let rules: Vec<Value> = answer
                .server_side_encryption_configuration()
                .map(|settings| settings.rules())
                .unwrap_or_default()
                .iter()
                .map(|rule| {
                    let mut applied = Map::new();
                    if let Some(by_default) = rule.apply_server_side_encryption_by_default() {
                        applied.insert("SSEAlgorithm".to_owned(), json!(by_default.sse_algorithm().as_str()));
                        if let Some(key) = by_default.kms_master_key_id() {
                            applied.insert("KMSMasterKeyID".to_owned(), json!(key));
                        }
                    }
                    json!({
                        "ApplyServerSideEncryptionByDefault": applied,
                        "BucketKeyEnabled": rule.bucket_key_enabled(),
                    })
                })
                .collect();
            Ok(told(json!({ "ServerSideEncryptionConfiguration": { "Rules": rules } })))
        })
        .await;
    let Ok(answer) = answer else { return };
    let path = "/ServerSideEncryptionConfiguration/Rules/0/ApplyServerSideEncryptionByDefault/KMSMasterKeyID";
    let Some(key) = answer.pointer(path).and_then(Value::as_str) else { return };
    // An ARN names the key's own region.
    let home = key.split(':').nth(3).or(region).unwrap_or("us-east-1").to_owned();
    let kms = connection.kms(&home);
    let described = asker
        .ask("kms describe-key", json!({ "KeyId": key }), async {
            let answer = kms.describe_key().key_id(key).send().await.map_err(|e| Failure::of(&e))?;
            let found = answer.key_metadata().map(|found| {
                json!({
                    "KeyId": found.key_id(),
                    "Arn": found.arn(),
                    "Enabled": found.enabled(),
                    "KeyState": found.key_state().map(|state| state.as_str()),
                    "KeyManager": found.key_manager().map(|manager| manager.as_str()),
                })
            });
            Ok(json!({ "KeyMetadata": found }))
        })
        .await;
    let arn = described.ok().and_then(|found| Some(found.pointer("/KeyMetadata/Arn")?.as_str()?.to_owned()));
    if let Some(arn) = &arn {
        asker.form("kms-key", arn);
    }
    let key = arn.as_deref().unwrap_or(key);
    let _ = asker
        .ask("kms get-key-policy", json!({ "KeyId": key, "PolicyName": "default" }), async {
            let answer = kms
                .get_key_policy()
                .key_id(key)
                .policy_name("default")
                .send()
                .await
                .map_err(|e| Failure::of(&e))?;
            Ok(json!({ "Policy": answer.policy(), "PolicyName": "default" }))
        })
        .await;
}

/// What lies below the export's folder. Where nothing does, one page of all that the bucket holds: it shows where the
/// export is.
async fn listing(client: &Client, asker: &Asker<'_>, bucket: &str, wanted: &Wanted) {
    let folder = match (&wanted.export_path, &wanted.export_name) {
        (Some(path), Some(name)) => format!("{}/{name}/", path.trim_end_matches('/')),
        _ => String::new(),
    };
    let found = list(client, asker, bucket, &folder, PAGES).await;
    let is_empty = |outcome: &Outcome| {
        outcome.as_ref().is_ok_and(|answer| answer.get("KeyCount").and_then(Value::as_u64) == Some(0))
    };
    if !folder.is_empty() && is_empty(&found) {
        let _ = list(client, asker, bucket, "", 1).await;
    }
}

async fn list(client: &Client, asker: &Asker<'_>, bucket: &str, prefix: &str, most: usize) -> Outcome {
    let input = json!({ "Bucket": bucket, "Prefix": prefix });
    asker
        .ask("s3api list-objects-v2", input, async {
            let (mut keys, mut next, mut is_cut) = (Vec::new(), None, false);
            for page in 0..most {
                let answer = client
                    .list_objects_v2()
                    .bucket(bucket)
                    .prefix(prefix)
                    .set_continuation_token(next.take())
                    .send()
                    .await
                    .map_err(|e| Failure::of(&e))?;
                keys.extend(answer.contents().iter().map(|object| {
                    json!({
                        "Key": object.key(),
                        "LastModified": object.last_modified().map(time),
                        "Size": object.size(),
                        "StorageClass": object.storage_class().map(|class| class.as_str()),
                    })
                }));
                is_cut = answer.is_truncated().unwrap_or_default();
                next = answer.next_continuation_token().map(str::to_owned);
                if next.is_none() || page + 1 == most {
                    break;
                }
            }
            let mut out = Map::new();
            out.insert("Name".to_owned(), json!(bucket));
            out.insert("Prefix".to_owned(), json!(prefix));
            out.insert("KeyCount".to_owned(), json!(keys.len()));
            out.insert("IsTruncated".to_owned(), json!(is_cut || next.is_some()));
            if let Some(next) = next {
                out.insert("NextContinuationToken".to_owned(), json!(next));
            }
            out.insert("Contents".to_owned(), Value::Array(keys));
            Ok(told(Value::Object(out)))
        })
        .await
}
