//! A server on the loopback interface that answers as a scenario file says. It knows no policies and decides nothing.
//!
//! It speaks HTTP with the standard library alone: broken answers need a hand on every byte, and the quick build of the
//! core needs no HTTP library.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Answers by call, `iam:GetUser`; of a list the first, then the second, the last for ever.
pub(crate) type Scenario = BTreeMap<String, Value>;

/// A running server; it ends with the process.
pub(crate) struct Server {
    pub(crate) url: String,
    calls: Arc<Mutex<Vec<String>>>,
    inputs: Arc<Mutex<Vec<String>>>,
    most: Arc<AtomicUsize>,
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
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls: Arc<Mutex<Vec<String>>> = Arc::default();
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let inputs: Arc<Mutex<Vec<String>>> = Arc::default();
        let (seen, peak, scenario) = (calls.clone(), most.clone(), Arc::new(scenario));
        let told = inputs.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, scenario, now, peak) = (seen.clone(), scenario.clone(), now.clone(), peak.clone());
                let told = told.clone();
                std::thread::spawn(move || {
                    serve(&stream, &scenario, late, (&seen, &told), (&now, &peak));
                });
            }
        });
        Self { url, calls, inputs, most }
    }

    /// The calls so far, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    /// What the calls asked, each behind its name.
    pub(crate) fn inputs(&self) -> Vec<String> {
        self.inputs.lock().unwrap().clone()
    }

    /// How many calls were under way at once.
    pub(crate) fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

fn serve(
    stream: &TcpStream,
    scenario: &Scenario,
    late: Option<Late>,
    (seen, told): (&Mutex<Vec<String>>, &Mutex<Vec<String>>),
    count: (&AtomicUsize, &AtomicUsize),
) {
    let mut reader = BufReader::new(stream);
    while let Some((call, input)) = request(&mut reader) {
        told.lock().unwrap().push(format!("{call} {input}"));
        let (times, all) = {
            let mut seen = seen.lock().unwrap();
            seen.push(call.clone());
            (seen.iter().filter(|other| **other == call).count(), seen.len())
        };
        count.1.fetch_max(count.0.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let behind = late.filter(|(count, _)| all > *count).map(|(_, answer)| answer(&call));
        let denied = error(&call, 403, "AccessDenied", "not in the scenario");
        // An answer for one input wins over the one for the call.
        let exact = scenario.iter().find(|(key, _)| {
            key.split_once(' ').is_some_and(|(name, about)| name == call && input.contains(about))
        });
        let found = exact.map(|(_, answer)| answer).or_else(|| scenario.get(&call)).unwrap_or(&denied);
        let found = behind.as_ref().unwrap_or(found);
        let answer = match found.as_array() {
            Some(list) => &list[(times - 1).min(list.len() - 1)],
            None => found,
        };
        std::thread::sleep(Duration::from_millis(answer["wait"].as_u64().unwrap_or(3)));
        count.0.fetch_sub(1, Ordering::SeqCst);
        if write(stream, answer, &call, &input).is_none() {
            return;
        }
    }
}

fn write(mut stream: &TcpStream, answer: &Value, call: &str, input: &str) -> Option<()> {
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
    let status = answer["status"].as_u64().unwrap_or(200);
    let length = if answer["cut"].as_bool() == Some(true) { body.len() + 50 } else { body.len() };
    let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n");
    head.push_str(&format!("Content-Type: {}\r\n", answer["type"].as_str().unwrap_or("text/plain")));
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        head.push_str(&format!("{name}: {}\r\n", value.as_str().unwrap()));
    }
    head.push_str("\r\n");
    if call != "s3:HeadObject" {
        head.push_str(&body);
    }
    stream.write_all(head.as_bytes()).ok()?;
    // An answer that breaks off.
    (length == body.len()).then_some(())
}

/// The call of a request, and its text.
fn request(reader: &mut BufReader<&TcpStream>) -> Option<(String, String)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut parts = line.split(' ');
    let (method, target) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let (mut length, mut header) = (0, BTreeMap::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        header.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut body = String::from_utf8(body).ok()?;
    // Whose call it is, so that a scenario can answer accounts differently.
    let signed = header.get("authorization").and_then(|text| text.split("Credential=").nth(1));
    let mut scope = signed.unwrap_or_default().split('/');
    let (key, region) = (scope.next().unwrap_or_default(), scope.nth(1).unwrap_or_default());
    let query_key = format!("&key={key}&region={region}");
    let is_post = !body.is_empty();
    if is_post {
        body.push_str(&query_key);
    }
    if let Some(target) = header.get("x-amz-target") {
        let (service, operation) = target.split_once('.')?;
        let service = match service {
            "AWSOrigamiServiceGatewayService" => "cur",
            "AWSBillingAndCostManagementDataExports" => "bcm-data-exports",
            "AWSOrganizationsV20161128" => "organizations",
            "TrentService" => "kms",
            other => other,
        };
        return Some((format!("{service}:{operation}"), body));
    }
    if let Some(action) = body.split('&').find_map(|pair| pair.strip_prefix("Action=")) {
        let service = if body.contains("Version=2011-06-15") { "sts" } else { "iam" };
        return Some((format!("{service}:{action}"), body));
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let is_object = path.trim_start_matches('/').contains('/');
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let operation = match (&*method, is_object) {
        ("HEAD", _) => "HeadObject",
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
    Some((format!("s3:{operation}"), format!("{query}{query_key}")))
}
