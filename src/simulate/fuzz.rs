//! What must hold for a question of arbitrary texts. Fuzzers and tests call it; nothing else does.

use super::{Documents, Question, simulate};
use crate::finding::simulation::{Answer, Certainty};
use crate::policy;
use crate::source::Sources;
use crate::syntax::read_json;

/// A policy with something of every kind in it.
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[
{"Effect":"Allow","Principal":"*","Action":["s3:Get*","iam:*"],"Resource":["arn:aws:s3:::b/*","arn:aws:iam::*:user/${aws:username}"]},
{"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::111122223333:user/a","111122223333"]},"Action":"*","Resource":"*",
"Condition":{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/x*"},"Bool":{"aws:SecureTransport":"false"}}}]}"#;

/// Puts a question of these texts.
///
/// # Panics
/// If an answer contradicts itself.
pub fn arguments(principal: &str, action: &str, resource: &str, context: &str) {
    let mut sources = Sources::new();
    let source = sources.add("policy", POLICY);
    let policy = policy::read(&read_json(POLICY).root, source, 0);
    let (key, value) = context.split_once('=').unwrap_or((context, ""));
    let question = Question {
        principal: principal.to_owned(),
        actions: vec![action.to_owned()],
        resources: vec![resource.to_owned()],
        context: vec![(key.to_owned(), value.to_owned())],
        now: "2026-11-23T12:00:00Z".to_owned(),
        ..Question::default()
    };
    let documents = Documents { identity: vec![&policy], resource: vec![&policy], ..Documents::default() };
    let Ok(answer) = simulate(&question, &documents) else { return };
    assert!(!answer.rows.is_empty(), "an answer about nothing");
    assert_eq!(answer.answer == Answer::Allowed, answer.all_allowed == Certainty::Yes);
    assert_eq!(
        answer.answer == Answer::Depends,
        !answer.missing.is_empty(),
        "what an answer depends on is named, and only then: {answer:?}"
    );
}
