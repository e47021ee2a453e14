//! Makes calls, a few side by side, and writes down what comes of each.

use crate::Watch;
use crate::snapshot::{Mark, Snapshot};
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use tokio::sync::Semaphore;

/// Our word for credentials that cannot be had.
pub(crate) const NO_CREDENTIALS: &str = "no-credentials";
/// Calls under way at once. IAM throttles at about twenty reads a second.
const AT_ONCE: usize = 8;

/// What came of a call: the answer as the AWS CLI prints it, or why there is none.
pub(crate) type Outcome = Result<Value, Failure>;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// AWS's name of the error; of an answer without one its status; ours where AWS did not answer.
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) status: Option<u16>,
}

impl Failure {
    /// From an error of the SDK.
    pub(crate) fn of<E: ProvideErrorMetadata + std::error::Error + 'static>(
        error: &SdkError<E, HttpResponse>,
    ) -> Self {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let lost = |code: &str| Self { code: code.to_owned(), message: chain(error), status: None };
        match error {
            SdkError::TimeoutError(_) => lost("timeout"),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => lost("timeout"),
            SdkError::DispatchFailure(_) if credentials(error).is_some() => Self {
                code: NO_CREDENTIALS.to_owned(),
                message: credentials(error).unwrap_or_default(),
                status: None,
            },
            SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => lost("no-connection"),
            SdkError::ServiceError(service) => {
                let meta = service.err();
                // The answer to a HEAD request has no body, so that the status is all there is. An answer of 200 that
                // cannot be read is none.
                let code = match (meta.code(), status) {
                    (Some(code), _) => code.to_owned(),
                    (None, Some(status)) if status >= 400 => status.to_string(),
                    (None, _) => return lost("unreadable-answer"),
                };
                Self { code, message: meta.message().unwrap_or_default().to_owned(), status }
            }
            SdkError::ResponseError(_) if status.is_some_and(|status| status >= 400) => {
                Self { code: status.unwrap_or_default().to_string(), message: chain(error), status }
            }
            _ => lost("unreadable-answer"),
        }
    }

    /// An answer that is none.
    pub(crate) fn unreadable(why: &str) -> Self {
        Self { code: "unreadable-answer".to_owned(), message: why.to_owned(), status: None }
    }

    /// Whether AWS does not allow the call to whoever makes it.
    pub(crate) fn is_denial(&self) -> bool {
        matches!(self.code.as_str(), "AccessDenied" | "AccessDeniedException" | "403")
    }

    /// Whether AWS does not know the key, or its secret is another.
    pub(crate) fn is_of_key(&self) -> bool {
        const CODES: [&str; 5] = [
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ];
        CODES.contains(&self.code.as_str())
    }

    fn value(&self) -> Value {
        match self.status {
            Some(status) => json!({ "code": self.code, "message": self.message, "status": status }),
            None => json!({ "code": self.code, "message": self.message, "lost": true }),
        }
    }
}

/// Why there are no credentials, if that is what an error is about: the first line, without the list of all that was tried.
fn credentials(error: &dyn std::error::Error) -> Option<String> {
    let mut next = error.source();
    while let Some(cause) = next {
        next = cause.source();
        if cause.is::<CredentialsError>() {
            let words = next.map_or_else(|| cause.to_string(), chain);
            let line = words.lines().next().unwrap_or_default();
            let line = line.split(". Attempted").next().unwrap_or_default();
            return Some(line.trim().to_owned());
        }
    }
    None
}

/// The words of an error and of what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_words = cause.to_string();
        // The SDK prints the whole request behind a wrong address.
        let cause_words = cause_words.split(" to request `").next().unwrap_or_default().to_owned();
        if !words.contains(&cause_words) && words.len() < 300 {
            words.push_str(": ");
            words.push_str(&cause_words);
        }
        next = cause.source();
    }
    words
}

/// Keeps the body of an answer. The services that speak JSON say it as the AWS CLI prints it, and what the SDK does not
/// know yet is kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Body(Arc<Mutex<Vec<u8>>>);

impl Body {
    /// The answer; an answer that is no JSON object is none.
    pub(crate) fn value(&self) -> Outcome {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match serde_json::from_slice(&bytes) {
            Ok(value @ Value::Object(_)) => Ok(value),
            Ok(_) | Err(_) => Err(Failure::unreadable("the answer is no JSON object")),
        }
    }
}

impl Intercept for Body {
    fn name(&self) -> &'static str {
        "Body"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), aws_smithy_runtime_api::box_error::BoxError> {
        let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bytes.clear();
        bytes.extend_from_slice(context.response().body().bytes().unwrap_or_default());
        Ok(())
    }
}

/// Makes calls.
pub(crate) struct Asker<'w> {
    shared: Rc<Shared<'w>>,
    mark: Mark,
}

/// What every asker of a run works on.
struct Shared<'w> {
    before: Snapshot,
    now: RefCell<Snapshot>,
    watch: Watch<'w>,
    slots: Semaphore,
}

/// One page of a list: its items, and the token of the next.
pub(crate) type Page = Result<(Vec<Value>, Option<String>), Failure>;

/// A list that AWS gives in pages.
pub(crate) struct Pages<'a> {
    /// The command of the AWS CLI.
    pub(crate) call: &'a str,
    pub(crate) input: Value,
    /// The member of the answer that holds the list.
    pub(crate) list: &'static str,
    /// Pages at most: a token may come back for ever.
    pub(crate) most: usize,
}

impl<'w> Asker<'w> {
    pub(crate) fn new(mut before: Snapshot, watch: Watch<'w>, as_reader: bool) -> Self {
        let mark = Mark { as_reader, account: None };
        let mut now = Snapshot { form: before.form.clone(), ..Snapshot::default() };
        // What another part gathered stays.
        now.calls.extend(before.calls.iter().filter(|call| call.get("as").is_some() != as_reader).cloned());
        if as_reader {
            // With which key answers of before came is not known.
            before.calls.clear();
        }
        let shared = Shared { before, now: RefCell::new(now), watch, slots: Semaphore::new(AT_ONCE) };
        Self { shared: Rc::new(shared), mark }
    }

    /// One whose calls are made in a linked account.
    pub(crate) fn of_account(&self, account: &str) -> Self {
        let mark = Mark { account: Some(account.to_owned()), ..self.mark.clone() };
        Self { shared: Rc::clone(&self.shared), mark }
    }

    /// Whether calls are made in a linked account, of which less is asked.
    pub(crate) fn is_of_linked(&self) -> bool {
        self.mark.account.is_some()
    }

    /// The account of what is gone on from.
    pub(crate) fn account_before(&self) -> Option<String> {
        let before = self.shared.before.answer("sts get-caller-identity", &json!({}), &self.mark)?;
        before.get("Account")?.as_str().map(str::to_owned)
    }

    /// Makes a call, or takes the answer that a snapshot has.
    pub(crate) async fn ask(&self, call: &str, input: Value, make: impl Future<Output = Outcome>) -> Outcome {
        if let Some(answer) = self.shared.before.answer(call, &input, &self.mark) {
            let outcome = Ok(answer.clone());
            self.note(call, input, &outcome);
            return outcome;
        }
        self.ask_again(call, input, make).await
    }

    /// Makes a call, whatever a snapshot has.
    pub(crate) async fn ask_again(
        &self,
        call: &str,
        input: Value,
        make: impl Future<Output = Outcome>,
    ) -> Outcome {
        let outcome = {
            let _slot = self.shared.slots.acquire().await;
            make.await
        };
        self.note(call, input, &outcome);
        outcome
    }

    /// Reads a list page by page, and notes each page when it is there, so that a run that ends on the way leaves what it
    /// read: a list with a token. The next run goes on from there.
    pub(crate) async fn list(
        &self,
        pages: Pages<'_>,
        mut page: impl AsyncFnMut(Option<String>) -> Page,
    ) -> Outcome {
        let Pages { call, input, list, most } = pages;
        let known = self.shared.before.answer(call, &input, &self.mark).cloned();
        let (mut next, mut count) = (None, 0);
        let mut at = None;
        if let Some(known) = known {
            next = token(&known);
            at = Some(self.note(call, input.clone(), &Ok(known)));
            count = usize::from(next.is_some());
        }
        let mut is_resumed = next.is_some();
        while at.is_none() || (next.is_some() && count < most) {
            let read = {
                let _slot = self.shared.slots.acquire().await;
                page(next.clone()).await
            };
            match read {
                Ok((items, following)) => {
                    is_resumed = false;
                    count += 1;
                    let at =
                        *at.get_or_insert_with(|| self.note(call, input.clone(), &Ok(json!({ list: [] }))));
                    self.extend(at, list, items, following.as_deref());
                    next = following;
                }
                // A token does not live for ever.
                Err(_) if is_resumed => {
                    (is_resumed, next, count) = (false, None, 0);
                    let mut now = self.shared.now.borrow_mut();
                    if let Some(entry) = at.take().and_then(|at: usize| now.calls.get_mut(at)) {
                        *entry = Value::Null;
                    }
                }
                // What came before stays, as a list that is not whole.
                Err(failure) => {
                    let outcome = Err(failure);
                    self.note(call, input, &outcome);
                    return outcome;
                }
            }
        }
        let now = self.shared.now.borrow();
        let output = at.and_then(|at| now.calls.get(at)?.get("output"));
        Ok(output.cloned().unwrap_or_default())
    }

    /// Writes down what came of a call; its place.
    fn note(&self, call: &str, input: Value, outcome: &Outcome) -> usize {
        let mut entry = Map::new();
        entry.insert("call".to_owned(), json!(call));
        if self.mark.as_reader {
            entry.insert("as".to_owned(), json!("reader"));
        }
        if let Some(account) = &self.mark.account {
            entry.insert("account".to_owned(), json!(account));
        }
        entry.insert("input".to_owned(), input);
        entry.insert("time".to_owned(), json!(now()));
        match outcome {
            Ok(output) => entry.insert("output".to_owned(), output.clone()),
            Err(failure) => entry.insert("error".to_owned(), failure.value()),
        };
        let mut snapshot = self.shared.now.borrow_mut();
        snapshot.calls.push(Value::Object(entry));
        (self.shared.watch)(snapshot.calls.len(), &snapshot);
        snapshot.calls.len().saturating_sub(1)
    }

    /// Adds a page to a list that was noted.
    fn extend(&self, at: usize, list: &str, items: Vec<Value>, next: Option<&str>) {
        let mut snapshot = self.shared.now.borrow_mut();
        let output = snapshot.calls.get_mut(at).and_then(|entry| entry.get_mut("output"));
        if let Some(output) = output.and_then(Value::as_object_mut) {
            if let Some(Value::Array(known)) = output.get_mut(list) {
                known.extend(items);
            }
            output.remove("NextToken");
            if let Some(next) = next {
                output.insert("NextToken".to_owned(), json!(next));
            }
        }
        (self.shared.watch)(snapshot.calls.len(), &snapshot);
    }

    /// Notes a value of the form, unless it is known. What a linked account says is none of the form.
    pub(crate) fn form(&self, name: &str, value: &str) {
        if self.mark.account.is_none() {
            self.shared.now.borrow_mut().form.entry(name.to_owned()).or_insert_with(|| json!(value));
        }
    }

    pub(crate) fn finish(self, cut_short: Option<String>) -> Snapshot {
        let mut snapshot = self.shared.now.take();
        snapshot.calls.retain(|call| !call.is_null());
        snapshot.cut_short = cut_short;
        snapshot
    }
}

/// A value without the members that have none, as the AWS CLI leaves them out.
pub(crate) fn told(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let has = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(has.map(|(name, value)| (name, told(value))).collect())
        }
        Value::Array(items) => items.into_iter().map(told).collect(),
        other => other,
    }
}

/// The token with which a list goes on.
fn token(answer: &Value) -> Option<String> {
    answer.get("NextToken")?.as_str().map(str::to_owned)
}

fn now() -> String {
    let second = DateTime::from(SystemTime::now()).secs();
    time(&DateTime::from_secs(second))
}

/// A time as the AWS CLI prints it.
pub(crate) fn time(time: &DateTime) -> String {
    time.fmt(Format::DateTime).unwrap_or_default()
}
