//! Reports and exports with their status and last runs.

use crate::Wanted;
use crate::ask::{Asker, Body, Failure, Outcome, Pages};
use crate::connect::Connection;
use futures_util::future::join_all;
use serde_json::{Value, json};

/// Pages at most: an account has a handful of reports, and a token may come back for ever.
const PAGES: usize = 100;

pub(crate) async fn read(connection: &Connection, asker: &Asker<'_>, wanted: &Wanted) {
    if let Some(name) = &wanted.export_name {
        asker.form("export-name", name);
    }
    if let Some(path) = &wanted.export_path {
        asker.form("export-path", path);
    }
    tokio::join!(
        async {
            let _ = reports(connection, asker).await;
        },
        exports(connection, asker, wanted),
    );
}

/// Legacy reports. A page has exactly five.
pub(crate) async fn reports(connection: &Connection, asker: &Asker<'_>) -> Outcome {
    let client = connection.reports();
    let pages = Pages {
        call: "cur describe-report-definitions",
        input: json!({}),
        list: "ReportDefinitions",
        most: PAGES,
    };
    asker
        .list(pages, async |next| {
            let body = Body::default();
            let page = client
                .describe_report_definitions()
                .max_results(5)
                .set_next_token(next)
                .customize()
                .interceptor(body.clone())
                .send()
                .await
                .map_err(|e| Failure::of(&e))?;
            Ok((items(&body.value()?, "ReportDefinitions"), page.next_token))
        })
        .await
}

/// The list of exports.
pub(crate) async fn list_exports(connection: &Connection, asker: &Asker<'_>) -> Outcome {
    let client = connection.exports();
    let pages =
        Pages { call: "bcm-data-exports list-exports", input: json!({}), list: "Exports", most: PAGES };
    asker
        .list(pages, async |next| {
            let body = Body::default();
            let page = client
                .list_exports()
                .set_next_token(next)
                .customize()
                .interceptor(body.clone())
                .send()
                .await
                .map_err(|e| Failure::of(&e))?;
            Ok((items(&body.value()?, "Exports"), page.next_token))
        })
        .await
}

/// One export.
pub(crate) async fn export(connection: &Connection, asker: &Asker<'_>, arn: &str) -> Outcome {
    let client = connection.exports();
    asker
        .ask("bcm-data-exports get-export", json!({ "ExportArn": arn }), async {
            let body = Body::default();
            client
                .get_export()
                .export_arn(arn)
                .customize()
                .interceptor(body.clone())
                .send()
                .await
                .map_err(|e| Failure::of(&e))?;
            body.value()
        })
        .await
}

async fn exports(connection: &Connection, asker: &Asker<'_>, wanted: &Wanted) {
    let Ok(found) = list_exports(connection, asker).await else { return };
    // The one that is meant; without a name, or if it is not there, each of them may be.
    let all = arns(&found, None);
    let meant =
        wanted.export_name.as_deref().map(|name| arns(&found, Some(name))).filter(|list| !list.is_empty());
    let client = connection.exports();
    join_all(meant.unwrap_or(all).iter().map(async |arn| {
        let pages = Pages {
            call: "bcm-data-exports list-executions",
            input: json!({ "ExportArn": arn }),
            list: "Executions",
            most: PAGES,
        };
        let executions = asker.list(pages, async |next| {
            let body = Body::default();
            let page = client
                .list_executions()
                .export_arn(arn)
                .set_next_token(next)
                .customize()
                .interceptor(body.clone())
                .send()
                .await
                .map_err(|e| Failure::of(&e))?;
            Ok((items(&body.value()?, "Executions"), page.next_token))
        });
        let _ = tokio::join!(export(connection, asker, arn), executions);
    }))
    .await;
}

/// The ARNs of a list of exports, of all or of those of a name.
pub(crate) fn arns(list: &Value, name: Option<&str>) -> Vec<String> {
    let items = list.get("Exports").and_then(Value::as_array).cloned().unwrap_or_default();
    let of =
        |item: &&Value| name.is_none_or(|name| item.get("ExportName").and_then(Value::as_str) == Some(name));
    items.iter().filter(of).filter_map(|item| Some(item.get("ExportArn")?.as_str()?.to_owned())).collect()
}

/// The items of a page.
pub(crate) fn items(page: &Value, key: &str) -> Vec<Value> {
    page.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
}
