//! A server on the loopback interface that answers as a scenario file says. It knows no policies and decides nothing.

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, BodyStream, Full, StreamBody};
use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request, Response, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;

/// Answers by call, `iam:GetUser`; of a list the first, then the second, the last for ever.
pub(crate) type Scenario = BTreeMap<String, Value>;

/// A running server; it ends with the process.
pub(crate) struct Server {
    pub(crate) url: String,
    stage: Arc<Stage>,
}

/// What a server answers, and what it was asked.
struct Stage {
    scenario: Scenario,
    late: Option<Late>,
    calls: Mutex<Vec<String>>,
    inputs: Mutex<Vec<String>>,
    now: AtomicUsize,
    most: AtomicUsize,
}

/// The scenario in which nothing is wrong.
pub(crate) fn healthy() -> Scenario {
    serde_json::from_str(include_str!("../../fixtures/live/healthy.json")).unwrap()
}

/// The healthy scenario with other answers.
pub(crate) fn with(changes: &[(&str, Value)]) -> Scenario {
    let mut scenario = healthy();
    for (call, answer) in changes {
        scenario.insert((*call).to_owned(), answer.clone());
    }
    scenario
}

/// The healthy answer to a call.
pub(crate) fn body(call: &str) -> Value {
    healthy()[call].clone()
}

/// The same with a word changed.
pub(crate) fn replaced(call: &str, from: &str, to: &str) -> Value {
    let mut answer = body(call);
    let text = answer["body"].as_str().unwrap().replace(from, to);
    assert_ne!(text, answer["body"].as_str().unwrap(), "{call} has no {from}");
    answer["body"] = json!(text);
    answer
}

/// A refusal as the service of a call words it.
pub(crate) fn error(call: &str, status: u16, code: &str, message: &str) -> Value {
    let service = call.split(':').next().unwrap();
    let body = match service {
        "s3" => format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"),
        "iam" | "sts" => format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        ),
        _ => json!({ "__type": code, "Message": message }).to_string(),
    };
    let is_json = !matches!(service, "s3" | "iam" | "sts");
    let kind = if is_json { "application/x-amz-json-1.1" } else { "text/xml" };
    json!({ "status": status, "type": kind, "body": body })
}

/// The answer to a call behind a number of calls, and that number.
type Late = (usize, fn(&str) -> Value);

impl Server {
    pub(crate) fn start(scenario: Scenario) -> Self {
        Self::serving(scenario, None)
    }

    /// One that answers so many calls as the scenario says, and all others in another way.
    pub(crate) fn until(scenario: Scenario, count: usize, behind: fn(&str) -> Value) -> Self {
        Self::serving(scenario, Some((count, behind)))
    }

    fn serving(scenario: Scenario, late: Option<Late>) -> Self {
        let stage = Arc::new(Stage {
            scenario,
            late,
            calls: Mutex::default(),
            inputs: Mutex::default(),
            now: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        listener.set_nonblocking(true).unwrap();
        let serving = serve(listener, Arc::clone(&stage));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        std::thread::spawn(move || runtime.block_on(serving));
        Self { url, stage }
    }

    /// The calls so far, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.stage.calls.lock().unwrap().clone()
    }

    /// What the calls asked, each behind its name.
    pub(crate) fn inputs(&self) -> Vec<String> {
        self.stage.inputs.lock().unwrap().clone()
    }

    /// How many calls were under way at once.
    pub(crate) fn most(&self) -> usize {
        self.stage.most.load(Ordering::SeqCst)
    }
}

async fn serve(listener: std::net::TcpListener, stage: Arc<Stage>) {
    let listener = TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        let stage = Arc::clone(&stage);
        let service = service_fn(move |request| {
            let stage = Arc::clone(&stage);
            async move { stage.answered(request).await }
        });
        // A connection ends with an error where the answer is one that breaks off, or the program was stopped.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

type Body = UnsyncBoxBody<Bytes, Infallible>;

impl Stage {
    async fn answered(&self, request: Request<Incoming>) -> Result<Response<Body>, hyper::Error> {
        let (call, input) = named(request).await?;
        self.inputs.lock().unwrap().push(format!("{call} {input}"));
        let (times, all) = {
            let mut seen = self.calls.lock().unwrap();
            seen.push(call.clone());
            (seen.iter().filter(|other| **other == call).count(), seen.len())
        };
        self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let answer = self.found(&call, &input, times, all);
        tokio::time::sleep(Duration::from_millis(answer["wait"].as_u64().unwrap_or(3))).await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        Ok(response(&answer, &call, &input))
    }

    /// The answer to a call that is made for the so manieth time, and as the so manieth of all.
    fn found(&self, call: &str, input: &str, times: usize, all: usize) -> Value {
        if let Some((_, behind)) = self.late.filter(|(count, _)| all > *count) {
            return behind(call);
        }
        // An answer for one input wins over the one for the call.
        let exact = self.scenario.iter().find(|(key, _)| {
            key.split_once(' ').is_some_and(|(name, about)| name == call && input.contains(about))
        });
        match exact.map(|(_, answer)| answer).or_else(|| self.scenario.get(call)) {
            Some(Value::Array(list)) => list[(times - 1).min(list.len() - 1)].clone(),
            Some(answer) => answer.clone(),
            None => error(call, 403, "AccessDenied", "not in the scenario"),
        }
    }
}

fn response(answer: &Value, call: &str, input: &str) -> Response<Body> {
    let text = |name: &str| {
        let found = input.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
        found
            .unwrap_or_default()
            .replace("%3A", ":")
            .replace("%2F", "/")
            .replace("%2A", "*")
            .replace("%3D", "=")
    };
    let mut body = answer["body"].as_str().unwrap_or_default().to_owned();
    if call == "iam:SimulatePrincipalPolicy" {
        body = body.replace("ACTION", &text("ActionNames.member.1"));
        body = body.replace("RESOURCE", &text("ResourceArns.member.1"));
    }
    let is_cut = answer["cut"].as_bool() == Some(true);
    let length = if is_cut { body.len() + 50 } else { body.len() };
    let status = answer["status"].as_u64().map_or(200, |status| u16::try_from(status).unwrap());
    let mut head = Response::builder().status(status).header("content-length", length);
    head = head.header("content-type", answer["type"].as_str().unwrap_or("text/plain"));
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        head = head.header(name, value.as_str().unwrap());
    }
    let whole = Full::new(Bytes::from(body));
    // A body of which the length is not known may end before the length that the head tells.
    let body =
        if is_cut { StreamBody::new(BodyStream::new(whole)).boxed_unsync() } else { whole.boxed_unsync() };
    head.body(body).unwrap()
}

/// The call of a request, and its text.
async fn named(request: Request<Incoming>) -> Result<(String, String), hyper::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let mut body = String::from_utf8(body.to_vec()).unwrap();
    let header = |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap());
    // Whose call it is, so that a scenario can answer accounts differently.
    let signed = header("authorization").and_then(|text| text.split("Credential=").nth(1));
    let mut scope = signed.unwrap_or_default().split('/');
    let (key, region) = (scope.next().unwrap_or_default(), scope.nth(1).unwrap_or_default());
    let query_key = format!("&key={key}&region={region}");
    let is_post = !body.is_empty();
    if is_post {
        body.push_str(&query_key);
    }
    if let Some(target) = header("x-amz-target") {
        let (service, operation) = target.split_once('.').unwrap();
        let service = match service {
            "AWSOrigamiServiceGatewayService" => "cur",
            "AWSBillingAndCostManagementDataExports" => "bcm-data-exports",
            "AWSOrganizationsV20161128" => "organizations",
            "TrentService" => "kms",
            other => other,
        };
        return Ok((format!("{service}:{operation}"), body));
    }
    if let Some(action) = body.split('&').find_map(|pair| pair.strip_prefix("Action=")) {
        let service = if body.contains("Version=2011-06-15") { "sts" } else { "iam" };
        return Ok((format!("{service}:{action}"), body));
    }
    let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
    let is_object = path.trim_start_matches('/').contains('/');
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let operation = match (head.method, is_object) {
        (Method::HEAD, _) => "HeadObject",
        (_, true) if !path.ends_with('/') => "GetObject",
        _ if has("policyStatus") => "GetBucketPolicyStatus",
        _ if has("policy") => "GetBucketPolicy",
        _ if has("location") => "GetBucketLocation",
        _ if has("publicAccessBlock") => "GetPublicAccessBlock",
        _ if has("ownershipControls") => "GetBucketOwnershipControls",
        _ if has("encryption") => "GetBucketEncryption",
        _ if has("acl") => "GetBucketAcl",
        _ if has("requestPayment") => "GetBucketRequestPayment",
        _ => "ListObjectsV2",
    };
    Ok((format!("s3:{operation}"), format!("{query}{query_key}")))
}
