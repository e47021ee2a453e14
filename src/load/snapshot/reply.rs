//! One entry of a snapshot's `calls`.

use crate::evidence::{OwnerKind, Said, Simulated, Tried, TriedOutcome, Unread};
use crate::source::{Place, SourceId, Span};
use crate::syntax::{Node, Value, read_json};

/// A call and what came of it.
pub(super) struct Reply {
    /// The command of the AWS CLI.
    pub(super) call: String,
    /// The input's texts by name.
    pub(super) input: Vec<(String, String)>,
    /// The first of them.
    pub(super) about: String,
    pub(super) as_reader: bool,
    /// The linked account in which it was made.
    pub(super) account: Option<String>,
    pub(super) time: String,
    pub(super) output: Option<Span>,
    pub(super) error: Option<Failure>,
    pub(super) span: Span,
}

/// What AWS said instead of an answer.
pub(super) struct Failure {
    pub(super) code: String,
    pub(super) message: String,
    /// No answer of AWS: a failure on the way.
    pub(super) lost: bool,
    /// The status of the answer.
    pub(super) status: Option<u16>,
    pub(super) span: Span,
}

impl Reply {
    pub(super) fn read(node: &Node<'_>, _source: SourceId) -> Option<Self> {
        let text = |key: &str| node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
        let call = node.get("call")?;
        let input: Vec<(String, String)> = node
            .get("input")
            .and_then(Node::as_object)
            .unwrap_or_default()
            .iter()
            .filter_map(|member| Some((member.key.to_string(), member.value.as_str()?.to_owned())))
            .collect();
        let error = node.get("error").map(|error| {
            let text = |key: &str| error.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
            Failure {
                code: text("code"),
                message: text("message"),
                lost: matches!(error.get("lost").map(|lost| &lost.value), Some(Value::Bool(true))),
                status: match error.get("status").map(|status| &status.value) {
                    Some(Value::Number(number)) => number.parse().ok(),
                    _ => None,
                },
                span: error.span,
            }
        });
        Some(Self {
            call: call.as_str()?.to_owned(),
            about: input.first().map(|(_, value)| value.clone()).unwrap_or_default(),
            input,
            as_reader: text("as") == "reader",
            account: node.get("account").and_then(Node::as_str).map(str::to_owned),
            time: text("time"),
            output: node.get("output").map(|output| output.span),
            error,
            span: call.span,
        })
    }

    /// A text of the input.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        self.input.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whose policies a list was asked for.
    pub(super) fn list_owner(&self) -> Option<(OwnerKind, &str)> {
        let (kind, name) = match &*self.call {
            "iam list-attached-user-policies" | "iam list-user-policies" => (OwnerKind::User, "UserName"),
            "iam list-attached-group-policies" | "iam list-group-policies" => (OwnerKind::Group, "GroupName"),
            "iam list-attached-role-policies" | "iam list-role-policies" => (OwnerKind::Role, "RoleName"),
            _ => return None,
        };
        Some((kind, self.given(name)?))
    }

    /// The call as one that gave nothing.
    pub(super) fn unread(&self, place: Place) -> Option<Unread> {
        let Failure { code, message, .. } = self.error.as_ref()?;
        Some(Unread {
            call: self.call.clone(),
            about: self.about.clone(),
            account: self.account.clone(),
            code: code.clone(),
            message: message.clone(),
            place,
        })
    }

    /// The call as one whose answer says nothing.
    pub(super) fn unreadable(&self, reason: String, place: Place) -> Unread {
        Unread {
            call: self.call.clone(),
            about: self.about.clone(),
            account: self.account.clone(),
            code: "the answer cannot be read".to_owned(),
            message: reason,
            place,
        }
    }

    /// The call as one made with the reader's key.
    pub(super) fn tried(&self, place: Place) -> Option<Tried> {
        let outcome = match (&self.error, self.output) {
            (Some(error), _) => error.outcome(),
            (None, Some(_)) => TriedOutcome::Answered,
            (None, None) => return None,
        };
        let Self { call, about, time, .. } = self;
        let prefix = self.given("Prefix").map(str::to_owned);
        Some(Tried { call: call.clone(), about: about.clone(), prefix, outcome, time: time.clone(), place })
    }
}

/// Names of the errors with which AWS says that it does not know a key, or that its secret is another.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>,
/// <https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html> (checked 2026-11)
const KEY_REFUSED: [&str; 8] = [
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "SignatureDoesNotMatch",
    "UnrecognizedClient",
    "UnrecognizedClientException",
    "AuthFailure",
];

impl Failure {
    /// What follows from it for who made the call. AWS says in many words that it is busy, that time is up, or that the
    /// question does not fit; a refusal is one of a few: the status of S3, IAM and STS, and of the services that speak JSON,
    /// which answer everything with 400, the name.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>,
    /// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/CommonErrors.html> (checked 2026-11)
    fn outcome(&self) -> TriedOutcome {
        let (code, message) = (self.code.clone(), self.message.clone());
        if KEY_REFUSED.contains(&&*code) && !self.lost {
            return TriedOutcome::KeyRefused(code, message);
        }
        // The session or the clock, and not what it may do.
        let is_time = ["Expired", "TooSkewed"].iter().any(|word| code.contains(word));
        let is_name =
            ["AccessDenied", "NotAuthorized", "OptInRequired"].iter().any(|word| code.contains(word))
                || code.starts_with("KMS.")
                || code == "NoSuchBucket";
        match self.status {
            _ if self.lost || is_time => TriedOutcome::Lost(code, message),
            // The object is empty: what may not read it learns nothing of its length.
            Some(416) => TriedOutcome::Answered,
            Some(401 | 403) => TriedOutcome::Refused(code, message),
            Some(status) if status >= 500 || !is_name => TriedOutcome::Lost(code, message),
            Some(_) | None => TriedOutcome::Refused(code, message),
        }
    }
}

/// Who made a call, as the answer to `sts get-caller-identity` tells it.
pub(super) fn caller(text: &str, source: SourceId, start: u32) -> Option<Said> {
    let document = read_json(text);
    let arn = document.root.get("Arn")?;
    let span = Span { start: arn.span.start + start, end: arn.span.end + start };
    Some(Said { text: arn.as_str()?.to_owned(), place: Place { source, span } })
}

/// The results of a simulation. Since 2026 the name of a result is a template of an ARN, so that the resources asked for
/// stand in `ResourceSpecificResults` alone.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html> (checked 2026-11)
pub(super) fn simulated(text: &str, source: SourceId, start: u32) -> Vec<Simulated> {
    let document = read_json(text);
    let mut out = Vec::new();
    for result in document.root.get("EvaluationResults").and_then(Node::as_array).unwrap_or_default() {
        let action = member(result, "EvalActionName").unwrap_or_default();
        let specific = result.get("ResourceSpecificResults").and_then(Node::as_array).unwrap_or_default();
        if specific.is_empty() {
            let resource = member(result, "EvalResourceName").unwrap_or_default();
            out.extend(one(result, result, (action, resource), "EvalDecision", (source, start)));
        }
        for each in specific {
            let resource = member(each, "EvalResourceName").unwrap_or_default();
            out.extend(one(each, result, (action, resource), "EvalResourceDecision", (source, start)));
        }
    }
    out
}

fn one(
    node: &Node<'_>,
    result: &Node<'_>,
    (action, resource): (&str, &str),
    decision: &str,
    (source, start): (SourceId, u32),
) -> Option<Simulated> {
    let said = node.get(decision)?;
    let detail = |holder: &str, key: &str| {
        let found = node.get(holder).or_else(|| result.get(holder))?.get(key)?;
        match found.value {
            Value::Bool(yes) => Some(yes),
            _ => None,
        }
    };
    let texts = |key: &str, of: &dyn Fn(&Node<'_>) -> Option<String>| -> Vec<String> {
        let mut list: Vec<String> =
            node.get(key).and_then(Node::as_array).unwrap_or_default().iter().filter_map(of).collect();
        list.sort();
        list.dedup();
        list
    };
    let span = Span { start: said.span.start + start, end: said.span.end + start };
    Some(Simulated {
        action: action.to_owned(),
        resource: resource.to_owned(),
        decision: said.as_str()?.to_owned(),
        by_organization: detail("OrganizationsDecisionDetail", "AllowedByOrganizations"),
        by_boundary: detail("PermissionsBoundaryDecisionDetail", "AllowedByPermissionsBoundary"),
        matched: texts("MatchedStatements", &|node| member(node, "SourcePolicyId").map(str::to_owned)),
        missing: texts("MissingContextValues", &|node| node.as_str().map(str::to_owned)),
        place: Place { source, span },
    })
}

fn member<'n>(node: &'n Node<'_>, key: &str) -> Option<&'n str> {
    node.get(key).and_then(Node::as_str)
}
