//! Policies and requests made at random.

use preflight::eval::{
    Answer, Caller, Compiled, Context, ContextValue, Layer, Layers, Member, Question, Request, Unknown,
    World, ask,
};
use preflight::policy::{self, Policy};
use preflight::source::Sources;
use preflight::syntax::read_json;
use proptest::prelude::*;
use serde_json::{Value, json};

const USER: &str = "arn:aws:iam::111122223333:user/reader";

pub(crate) fn policy(statements: &[Value]) -> Policy {
    let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    let mut sources = Sources::new();
    let source = sources.add("policy", text.as_str());
    let document = read_json(&text);
    assert!(document.issues.is_empty(), "{text}");
    policy::read(&document.root, source, 0)
}

pub(crate) fn pick(list: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::sample::select(list).prop_map(str::to_owned)
}

fn actions() -> impl Strategy<Value = Vec<String>> {
    let action =
        pick(&["s3:GetObject", "s3:PutObject", "s3:*", "*", "s3:Get*", "S3:GETOBJECT", "kms:Decrypt"]);
    proptest::collection::vec(action, 1..4)
}

fn principal() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("*")),
        Just(json!({ "AWS": USER })),
        Just(json!({ "AWS": "111122223333" })),
        Just(json!({ "AWS": "arn:aws:iam::999999999999:root" })),
        Just(json!({ "Service": "bcm-data-exports.amazonaws.com" })),
        Just(json!({ "Service": ["s3.amazonaws.com", "bcm-data-exports.amazonaws.com"] })),
    ]
}

fn condition() -> impl Strategy<Value = Value> {
    let operator = pick(&[
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringEqualsIfExists",
        "ForAnyValue:StringLike",
        "ForAllValues:StringNotEquals",
        "Null",
        "Bool",
        "ArnLike",
        "NumericLessThan",
        "Unknown",
    ]);
    let key = pick(&[
        "aws:SourceAccount",
        "aws:PrincipalOrgID",
        "s3:prefix",
        "aws:SecureTransport",
        "aws:username",
    ]);
    let values = proptest::collection::vec(pick(&["a", "A", "a*", "true", "1", "", "${aws:username}"]), 0..3);
    (operator, key, values).prop_map(|(operator, key, values)| json!({ operator: { key: values } }))
}

/// One statement, for a policy of a resource or of an identity.
pub(crate) fn statement(resource: bool) -> impl Strategy<Value = Value> {
    let resources = pick(&[
        "*",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b",
        "arn:aws:s3:::b/${aws:username}/*",
        "arn:aws:s3:::x/*",
    ]);
    let parts = (
        pick(&["Allow", "Deny"]),
        prop_oneof![4 => Just("Action"), 1 => Just("NotAction")],
        actions(),
        prop_oneof![4 => Just("Resource"), 1 => Just("NotResource")],
        resources,
        prop_oneof![4 => Just("Principal"), 1 => Just("NotPrincipal")],
        principal(),
        proptest::option::of(condition()),
    );
    parts.prop_map(move |(effect, action, actions, on, at, who, principal, condition)| {
        let mut statement = json!({ "Effect": effect, action: actions, on: at });
        if resource {
            statement[who] = principal;
        }
        if let Some(condition) = condition {
            statement["Condition"] = condition;
        }
        statement
    })
}

/// Statements of the bucket's policy and of the caller's.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) bucket: Vec<Value>,
    pub(crate) own: Vec<Value>,
    pub(crate) unseen: bool,
    pub(crate) caller: String,
    pub(crate) action: String,
    pub(crate) context: Vec<(String, ContextValue)>,
}

pub(crate) fn setting() -> impl Strategy<Value = Setting> {
    let value = prop_oneof![
        pick(&["a", "A", "true", "1", ""]).prop_map(|text| ContextValue::One(text.into())),
        Just(ContextValue::Many(["a".into(), "b".into()].into())),
        Just(ContextValue::Many([].into())),
        Just(ContextValue::Unknown),
        Just(ContextValue::Unseen),
    ];
    let key = pick(&["aws:SourceAccount", "aws:PrincipalOrgID", "s3:prefix", "aws:SecureTransport"]);
    (
        proptest::collection::vec(statement(true), 0..4),
        proptest::collection::vec(statement(false), 0..4),
        any::<bool>(),
        pick(&[USER, "arn:aws:iam::999999999999:user/x", "bcm-data-exports.amazonaws.com", ""]),
        pick(&["s3:GetObject", "s3:PutObject"]),
        proptest::collection::vec((key, value), 0..4),
    )
        .prop_map(|(bucket, own, unseen, caller, action, context)| Setting {
            bucket,
            own,
            unseen,
            caller,
            action,
            context,
        })
}

impl Setting {
    pub(crate) fn request(&self) -> Request {
        let mut context = Context::new();
        for (key, value) in &self.context {
            context.set(key, value.clone());
        }
        let caller = Caller::parse(&self.caller).unwrap();
        Request::new(caller, &self.action, "arn:aws:s3:::b/reader/x", Some("111122223333"), context)
    }

    pub(crate) fn with<T>(&self, work: impl FnOnce(&Compiled<'_>) -> T) -> T {
        let (bucket, own) = (policy(&self.bucket), policy(&self.own));
        let mut layers = Layers::none();
        layers.resource = Layer::Known(vec![&bucket]);
        layers.identity = Layer::Known(vec![&own]);
        if self.unseen {
            layers.scp = Layer::NotVisible;
        }
        work(&Compiled::new(&layers))
    }

    pub(crate) fn question(&self, unknowns: Vec<Unknown>) -> Question {
        Question {
            members: vec![Member { request: self.request(), example: None }],
            unknowns,
            allowed: true,
            base: World::new(),
        }
    }

    /// Yes, no, or it depends.
    pub(crate) fn answer(&self) -> Option<bool> {
        self.with(|set| definite(&ask(set, &self.question(Vec::new()))))
    }
}

/// Yes, no, or neither.
pub(crate) fn definite(answer: &Answer) -> Option<bool> {
    match answer {
        Answer::Holds { .. } => Some(true),
        Answer::Fails { .. } => Some(false),
        Answer::Depends { .. } | Answer::GaveUp { .. } => None,
    }
}
