//! The consumer's own calls, made with the reader's key.

use crate::Tries;
use crate::ask::{Asker, Failure, NO_CREDENTIALS, Outcome};
use crate::connect::{ConnectFault, Connection};
use crate::{billing, s3};
use serde_json::{Value, json};

pub(crate) async fn try_all(
    connection: &Connection,
    asker: &Asker<'_>,
    tries: &Tries,
) -> Result<(), ConnectFault> {
    match connection.identity(asker).await {
        Err(failure) if failure.code == NO_CREDENTIALS => {
            return Err(ConnectFault::NoReaderKey(failure.message));
        }
        // With a key that AWS does not take, every other call is refused for the same reason.
        Err(failure) if failure.is_of_key() => return Ok(()),
        Ok(_) | Err(_) => {}
    }
    if let Some(bucket) = &tries.bucket {
        bucket_calls(connection, asker, bucket, tries.folder.as_deref()).await;
    }
    match tries.find.as_deref() {
        Some("cur-legacy") => {
            let _ = billing::reports(connection, asker).await;
        }
        Some(_) => {
            let found = billing::list_exports(connection, asker).await;
            if let Some(arn) = found.ok().and_then(|list| billing::arns(&list, None).into_iter().next()) {
                let _ = billing::export(connection, asker, &arn).await;
            }
        }
        None => {}
    }
    Ok(())
}

async fn bucket_calls(connection: &Connection, asker: &Asker<'_>, bucket: &str, folder: Option<&str>) {
    let location = s3::location(&connection.s3(None), asker, bucket).await;
    let client = connection.s3(s3::region(location.as_ref().ok()).as_deref());
    let Some(folder) = folder else { return };
    let input = json!({ "Bucket": bucket, "Prefix": folder });
    let listed = asker
        .ask("s3api list-objects-v2", input, async {
            // One key is enough: what there is is not asked here.
            let answer = client
                .list_objects_v2()
                .bucket(bucket)
                .prefix(folder)
                .max_keys(1)
                .send()
                .await
                .map_err(|e| Failure::of(&e))?;
            let keys: Vec<Value> =
                answer.contents().iter().map(|object| json!({ "Key": object.key() })).collect();
            Ok(json!({ "KeyCount": keys.len(), "Contents": keys }))
        })
        .await;
    let Some(key) = first_key(&listed) else { return };
    let about = json!({ "Bucket": bucket, "Key": key });
    let head = asker.ask("s3api head-object", about.clone(), async {
        let answer =
            client.head_object().bucket(bucket).key(&key).send().await.map_err(|e| Failure::of(&e))?;
        Ok(json!({ "ContentLength": answer.content_length() }))
    });
    let _ = head.await;
    let _ = asker
        .ask("s3api get-object", about, async {
            // The first byte, and no more of it than that is taken from the wire.
            let answer = client
                .get_object()
                .bucket(bucket)
                .key(&key)
                .range("bytes=0-0")
                .send()
                .await
                .map_err(|e| Failure::of(&e))?;
            Ok(json!({ "ContentRange": answer.content_range() }))
        })
        .await;
}

fn first_key(listed: &Outcome) -> Option<String> {
    Some(listed.as_ref().ok()?.pointer("/Contents/0/Key")?.as_str()?.to_owned())
}
