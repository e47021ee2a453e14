//! Answers on the wire, and what is written down of them: `fixtures/live/exchanges`. Drop a file there, get a test.
//!
//! `NAME.toml` says which part of the collector runs and what it is answered; `NAME.json` beside it says what was sent and
//! which entries the snapshot has. `BLESS=1` writes the latter.

use crate::ask::Asker;
use crate::connect::Connection;
use crate::snapshot::Snapshot;
use crate::{Linked, Reader, Simulation, Tries, Wanted, billing, iam, organization, reader, s3, simulate};
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::shared::IntoShared;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use toml::Table;

/// The answer to a request that a file does not speak of. Nothing of it is compared.
const NOT_TOLD: u16 = 451;

/// Gives each request the next answer for it: one `StaticReplayClient` for each kind of request that a file names.
#[derive(Debug, Clone)]
struct Replay {
    answers: Arc<Vec<(String, StaticReplayClient)>>,
    sent: Arc<Mutex<Vec<String>>>,
}

impl Replay {
    fn of(file: &Table) -> Self {
        let mut answers: Vec<(String, Vec<ReplayEvent>)> = Vec::new();
        for exchange in file["exchange"].as_array().unwrap() {
            let request = exchange["request"].as_str().unwrap();
            let status = u16::try_from(exchange["status"].as_integer().unwrap()).unwrap();
            let mut answer = http::Response::builder().status(status);
            for (name, value) in exchange.get("headers").and_then(toml::Value::as_table).into_iter().flatten()
            {
                answer = answer.header(name, value.as_str().unwrap());
            }
            let body = exchange.get("body").and_then(toml::Value::as_str).unwrap_or_default();
            let event = ReplayEvent::new(
                http::Request::new(SdkBody::empty()),
                answer.body(SdkBody::from(body)).unwrap(),
            );
            match answers.iter_mut().find(|(known, _)| known == request) {
                Some((_, events)) => events.push(event),
                None => answers.push((request.to_owned(), vec![event])),
            }
        }
        let answers =
            answers.into_iter().map(|(request, events)| (request, StaticReplayClient::new(events))).collect();
        Self { answers: Arc::new(answers), sent: Arc::default() }
    }

    /// Requests that were answered, sorted: several are under way at once.
    fn sent(&self) -> Vec<String> {
        let mut sent = self.sent.lock().unwrap().clone();
        sent.sort();
        sent
    }
}

/// A request in one line: method, address, operation, range, body.
fn line(request: &HttpRequest) -> String {
    let body = std::str::from_utf8(request.body().bytes().unwrap_or_default()).unwrap();
    let mut parts = vec![request.method().to_owned(), request.uri().to_owned()];
    for header in ["x-amz-target", "range"] {
        parts.extend(request.headers().get(header).map(str::to_owned));
    }
    parts.extend((!body.is_empty()).then(|| body.to_owned()));
    parts.join(" ")
}

impl HttpConnector for Replay {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let line = line(&request);
        let Some((_, client)) = self.answers.iter().find(|(about, _)| format!("{line} ").contains(about))
        else {
            let answer = http::Response::builder().status(NOT_TOLD).body(SdkBody::empty()).unwrap();
            return HttpConnectorFuture::ready(Ok(answer.try_into().unwrap()));
        };
        self.sent.lock().unwrap().push(line);
        client.call(request)
    }
}

impl HttpClient for Replay {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.clone().into_shared()
    }
}

/// Runs a part of the collector.
async fn read(part: &str, connection: &Connection, asker: &Asker<'_>) {
    let role = "arn:aws:iam::222233334444:role/preflight".to_owned();
    let wanted = Wanted {
        bucket: Some("acme-billing".to_owned()),
        export_name: Some("acme-cur2".to_owned()),
        export_path: Some("reports".to_owned()),
        linked: vec![Linked { account: "222233334444".to_owned(), role: Some(role.clone()), reader: None }],
        ..Wanted::default()
    };
    let user = Reader::User("spendeffix".to_owned());
    let person = |reader: Reader| async move {
        let _ = iam::reader(connection, asker, Some(&reader)).await;
    };
    match part {
        "caller" => {
            let _ = connection.account(asker).await;
        }
        "linked" => {
            let _ = connection.in_account(&asker.of_account("222233334444"), &role).await;
        }
        "account" => iam::account(connection, asker).await,
        "user" => person(user).await,
        "role" => person(Reader::Role("import".to_owned())).await,
        "key" => person(Reader::Key("AKIAEXAMPLEOFREADER1".to_owned())).await,
        "bucket" => s3::bucket(connection, asker, &wanted).await,
        "billing" => billing::read(connection, asker, &wanted).await,
        "organization" => {
            let paths = organization::Paths {
                reader: "111122223333",
                bucket: "111122223333",
                linked: vec!["222233334444"],
            };
            let _ = organization::read(connection, asker, &paths).await;
        }
        "simulate" => {
            let question = Simulation {
                action: "s3:ListBucket".to_owned(),
                resource: "arn:aws:s3:::acme-billing".to_owned(),
                context: vec![("s3:prefix".to_owned(), "reports/acme-cur2/".to_owned())],
                policies: Vec::new(),
            };
            let reader = "arn:aws:iam::111122223333:user/spendeffix";
            simulate::ask(connection, asker, reader, &[question], &[]).await;
        }
        "as-reader" => {
            let tries = Tries {
                bucket: wanted.bucket,
                folder: Some("reports/acme-cur2/".to_owned()),
                find: Some("cur-2.0".to_owned()),
            };
            reader::try_all(connection, asker, &tries).await.unwrap();
        }
        other => panic!("no part of the collector is called `{other}`"),
    }
}

/// What was sent and what was written down, without the times. Without optimization the SDK's futures are larger than the stack
/// of a test.
fn run(file: &Table) -> Value {
    std::thread::scope(|scope| {
        let large = std::thread::Builder::new().stack_size(64 << 20);
        large.spawn_scoped(scope, || replayed(file)).unwrap().join().unwrap()
    })
}

fn replayed(file: &Table) -> Value {
    let replay = Replay::of(file);
    let part = file["read"].as_str().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let snapshot = runtime.block_on(async {
        let retry = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
        let keys = Credentials::new("AKIAEXAMPLEOFREPLAY1", "not a secret", None, None, "test");
        let config = aws_config::SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .retry_config(retry)
            .http_client(replay.clone())
            .build();
        let connection = Connection::with(config);
        let asker = Asker::new(Snapshot::default(), &|_, _| {}, part == "as-reader");
        read(part, &connection, &asker).await;
        asker.finish(None)
    });
    let mut written: Value = serde_json::from_str(&snapshot.text()).unwrap();
    let calls = written["calls"].as_array_mut().unwrap();
    calls.retain(|call| call["error"]["status"] != json!(NOT_TOLD));
    for call in calls.iter_mut() {
        let time = call.as_object_mut().unwrap().remove("time");
        assert!(time.is_some_and(|time| time.as_str().is_some_and(|text| text.ends_with('Z'))));
    }
    json!({ "sent": replay.sent(), "form": written["form"], "calls": written["calls"] })
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/live/exchanges")
}

#[test]
fn every_exchange_becomes_the_entry_beside_it() {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let (exchanges, rest): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|path| path.extension().is_some_and(|end| end == "toml"));
    assert!(exchanges.len() >= 40, "{} exchanges", exchanges.len());
    for stray in &rest {
        assert!(exchanges.contains(&stray.with_extension("toml")), "{} belongs to nothing", stray.display());
    }
    let mut wrong = Vec::new();
    for path in exchanges {
        let text = std::fs::read_to_string(&path).unwrap();
        let file: Table = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for key in ["about", "source"] {
            assert!(file[key].as_str().is_some_and(|text| !text.is_empty()), "{}: {key}", path.display());
        }
        let found = serde_json::to_string_pretty(&run(&file)).unwrap() + "\n";
        let beside = path.with_extension("json");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&beside, found).unwrap();
        } else if std::fs::read_to_string(&beside).ok().as_deref() != Some(&found) {
            wrong.push(format!("{}:\n{found}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
