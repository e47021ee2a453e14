//! Decision cases in JSON lines: reading them and deciding them. Shared by the runner, the tests and the benchmark.
//! The form is described in `fixtures/decisions/README.md`.
#![allow(dead_code, unreachable_pub, reason = "each user takes what it needs")]
#![allow(clippy::panic, clippy::expect_used, reason = "a broken case file ends the run")]

use preflight::eval::{
    Answer, Caller, Compiled, Context, ContextValue, DenyReason, Event, Layer, LayerKind, Layers, Member,
    NoTrace, Outcome, PublicAccessBlock, Question, Request, Trace, World, ask, decide,
};
use preflight::policy::{self, Policy};
use preflight::source::Sources;
use preflight::syntax::{Node, Value, read_json};

/// One case, read.
pub struct Case {
    pub id: String,
    pub expected: String,
    pub notes: String,
    pub excluded: bool,
    is_computed: bool,
    pub request: Request,
    identity: Option<Vec<Policy>>,
    resource: Option<Vec<Policy>>,
    boundary: Option<Vec<Policy>>,
    session: Option<Vec<Policy>>,
    endpoint: Option<Vec<Policy>>,
    scps: Option<Vec<Vec<Policy>>>,
    rcps: Option<Vec<Vec<Policy>>>,
    block: PublicAccessBlock,
}

/// Reads every line of a file's text.
pub fn read(text: &str) -> Vec<Case> {
    text.lines().filter(|line| !line.trim().is_empty()).map(case).collect()
}

fn case(line: &str) -> Case {
    let mut sources = Sources::new();
    let source = sources.add("case", line);
    let document = read_json(line);
    assert!(document.issues.is_empty(), "{:?} in {line}", document.issues);
    let root = &document.root;
    let text = |node: &Node<'_>, key: &str| {
        node.get(key).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let none = Node::default();
    let ext = root.get("ext").unwrap_or(&none);
    let flag = |key: &str| matches!(ext.get(key).map(|node| &node.value), Some(Value::Bool(true)));
    let list = |node: Option<&Node<'_>>| -> Option<Vec<Policy>> {
        let node = node?;
        let policies: Vec<Policy> = match &node.value {
            Value::Null => return None,
            _ => node.iter_one_or_many().map(|each| policy::read(each, source, 0)).collect(),
        };
        Some(policies)
    };
    let some = |policies: Option<Vec<Policy>>| policies.filter(|list| !list.is_empty());
    let levels = |key: &str| -> Option<Vec<Vec<Policy>>> {
        let levels: Vec<Vec<Policy>> = root
            .get(key)?
            .as_array()?
            .iter()
            .map(|level| level.iter_one_or_many().map(|each| policy::read(each, source, 0)).collect())
            .collect();
        (!levels.is_empty()).then_some(levels)
    };
    let request = root.get("request").unwrap_or(&none);
    let mut context = Context::new();
    for member in request.get("context").and_then(Node::as_object).unwrap_or_default() {
        let value = match member.value.as_array() {
            Some(items) => {
                ContextValue::Many(items.iter().filter_map(|item| item.as_str().map(Into::into)).collect())
            }
            None => ContextValue::One(member.value.as_str().unwrap_or_default().into()),
        };
        context.set(&member.key, value);
    }
    let id = text(root, "id");
    let principal = text(request, "principal");
    let caller = Caller::parse(&principal).unwrap_or_else(|fault| panic!("{id}: {fault}"));
    let caller = match ext.get("federated_by").and_then(Node::as_str) {
        Some(user) => caller.with_user_arn(user),
        None => caller,
    };
    let owner = text(ext, "resource_account");
    let owner = (!owner.is_empty()).then_some(owner);
    let (action, resource) = (text(request, "action"), text(request, "resource"));
    // Recorded cases give their whole context; cases of our own leave to the evaluator what it must compute.
    let request = if flag("computed") {
        Request::new(caller, &action, &resource, owner.as_deref(), context)
    } else {
        Request::as_given(caller, &action, &resource, owner.as_deref(), context)
    };
    let block = ext.get("public_access_block").and_then(|node| node.get("RestrictPublicBuckets"));
    Case {
        id,
        expected: text(root, "expected"),
        notes: text(root, "notes"),
        is_computed: flag("computed"),
        excluded: ext.get("exclude").is_some(),
        request,
        identity: list(root.get("identity_policies")),
        resource: list(root.get("resource_policy")),
        boundary: some(list(root.get("boundary"))),
        session: some(list(root.get("session_policies"))),
        endpoint: some(list(ext.get("endpoint_policies"))),
        scps: if flag("caller_is_management") { None } else { levels("scps") },
        rcps: if flag("resource_in_management") { None } else { levels("rcps") },
        block: PublicAccessBlock {
            restrict_public_buckets: matches!(block.map(|node| &node.value), Some(Value::Bool(true))),
        },
    }
}

fn known(policies: Option<&Vec<Policy>>) -> Layer<Vec<&Policy>> {
    policies.map_or(Layer::Absent, |list| Layer::Known(list.iter().collect()))
}

fn known_levels(levels: Option<&Vec<Vec<Policy>>>) -> Layer<Vec<Vec<&Policy>>> {
    levels.map_or(Layer::Absent, |levels| {
        Layer::Known(levels.iter().map(|level| level.iter().collect()).collect())
    })
}

impl Case {
    /// The policies of the case, compiled.
    pub fn compile(&self) -> Compiled<'_> {
        let layers = Layers {
            identity: known(self.identity.as_ref()),
            resource: known(self.resource.as_ref()),
            boundary: known(self.boundary.as_ref()),
            session: known(self.session.as_ref()),
            scp: known_levels(self.scps.as_ref()),
            rcp: known_levels(self.rcps.as_ref()),
            endpoint: known(self.endpoint.as_ref()),
            public_access_block: self.block,
        };
        if self.is_computed { Compiled::new(&layers) } else { Compiled::as_given(&layers) }
    }

    /// Whether the evaluator gives the expected answer. Where AWS leaves a part of a policy undefined the evaluator says
    /// `Depends`; a file that knows only two answers is then held against the customary reading, in which an
    /// undefined condition does not match.
    pub fn agrees(&self) -> bool {
        let answer = self.answer();
        answer == self.expected || (answer == "Depends" && self.customary() == self.expected)
    }

    fn customary(&self) -> &'static str {
        match decide(&self.compile(), &self.request, &World::new(), &mut NoTrace).outcome {
            Outcome::Allowed => "Allow",
            Outcome::ExplicitDeny => "ExplicitDeny",
            Outcome::ImplicitDeny => "ImplicitDeny",
        }
    }

    /// The answer in the words of the file: `Allow`, `ExplicitDeny`, `ImplicitDeny`, `Depends`.
    pub fn answer(&self) -> &'static str {
        let set = self.compile();
        let question = Question {
            members: vec![Member { request: self.request.clone(), example: None }],
            unknowns: Vec::new(),
            allowed: true,
            base: World::new(),
        };
        match ask(&set, &question) {
            Answer::Holds { .. } => "Allow",
            Answer::Fails { witness, .. } => match witness.decision.outcome {
                Outcome::ExplicitDeny => "ExplicitDeny",
                Outcome::ImplicitDeny => "ImplicitDeny",
                Outcome::Allowed => "Allow",
            },
            Answer::Depends { .. } | Answer::GaveUp { .. } => "Depends",
        }
    }

    /// The trace of the decision, a line each.
    pub fn trace(&self) -> Vec<String> {
        let set = self.compile();
        let mut trace = Trace::default();
        let decision = decide(&set, &self.request, &World::new(), &mut trace);
        let place = |id: preflight::eval::StatementId| {
            let (_, statement) = set.origin(id);
            let sid = statement.sid.as_ref().map_or(String::new(), |sid| format!(" ({})", sid.value));
            format!("{} statement {}{sid}", set.layer_of(id).name(), statement.index + 1)
        };
        let mut lines: Vec<String> = trace
            .events
            .iter()
            .map(|event| match event {
                Event::Layer(kind) => format!("{} speaks", kind.name()),
                Event::Skipped(kind) => format!("{} does not bear on this request", kind.name()),
                Event::Applies(id) => format!("  {} applies", place(*id)),
                Event::Fails(id, element) => format!("  {} fails at {element:?}", place(*id)),
                Event::Free(atom) => format!("  cannot be computed: {}", set.free_name(*atom)),
                Event::Unseen(kind) => format!("{} is not visible", kind.name()),
                Event::Presumed(kind) => format!("{} is presumed absent", kind.name()),
            })
            .collect();
        lines.push(match decision.reason {
            None => format!("allowed, by {}", decision.allowed_by.map_or("a layer".to_owned(), place)),
            Some(DenyReason::Statement(id)) => format!("denied by {}", place(id)),
            Some(DenyReason::NoAllow(kind)) => format!("denied: no {} allows", kind.name()),
            Some(DenyReason::Unseen(kind)) => format!("denied by an unseen {}", kind.name()),
            Some(DenyReason::PublicAccessBlock) => "denied by RestrictPublicBuckets".to_owned(),
        });
        lines.retain(|line| !line.ends_with("does not bear on this request") || LayerKind::ALL.is_empty());
        lines
    }
}
