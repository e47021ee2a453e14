//! What must hold for any bytes, as plain functions: the fuzz targets call them, and a test runs them on the seeds and on
//! damaged seeds in every run. Only the library's surface is used.

#![allow(dead_code, unreachable_pub, reason = "each user takes what it needs")]

mod edit;

pub use edit::edit;
use preflight::eval::member::{Found, Language, string_within};
use preflight::eval::{
    Answer, ArnGlob, Caller, Compiled, Context, ContextValue, Decimal, Glob, Instant, Layer, Layers, Member,
    Network, NoTrace, Question, Request, Truth, ValueTest, World, ask, decide,
};
use preflight::policy::{self, BaseOperator, Operator, arn, variable};
use preflight::source::Sources;
use preflight::syntax::{Selector, read_json, select};
use preflight::{config, contract, evidence, load, triage};

/// One of them, by the name of its target and of its folder of seeds.
pub type Body = fn(&[u8]);

/// All.
pub const ALL: [(&str, Body); 10] = [
    ("space", space),
    ("operators", operators),
    ("patterns", patterns),
    ("names", names),
    ("paths", paths),
    ("settings", settings),
    ("listing", listing),
    ("triage", triage_text),
    ("templates", templates),
    ("edit", edit),
];

fn lines(data: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(data).lines().map(str::to_owned).collect()
}

/// First line: a pattern of resources; then a policy. The answer over the space must agree with its members.
///
/// # Panics
/// If a witness is outside of the space or is allowed, or a member of a proved space is denied.
pub fn space(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (pattern, document) = text.split_once('\n').unwrap_or(("arn:aws:s3:::b/*", &text));
    let source = Sources::new().add("fuzz", document);
    let read = read_json(document);
    let policy = policy::read(&read.root, source, 0);
    let set = Compiled::new(&Layers { identity: Layer::Known(vec![&policy]), ..Layers::none() });
    let Ok(caller) = Caller::parse("arn:aws:iam::111122223333:user/reader") else { return };
    let mut context = Context::new();
    for key in set.keys().take(4) {
        context.set(key, ContextValue::Unseen);
    }
    let request = Request::new(caller, "s3:GetObject", pattern, Some("111122223333"), context);
    let question = Question {
        members: vec![Member { request: request.over(pattern), example: None }],
        unknowns: Vec::new(),
        allowed: true,
        base: World::new(),
    };
    let glob = Glob::new(pattern);
    match ask(&set, &question) {
        Answer::Fails { witness, .. } | Answer::Depends { witness, .. } => {
            assert!(glob.matches(&witness.request.resource), "{} is outside", witness.request.resource);
            let again = decide(&set, &witness.request, &witness.world, &mut NoTrace);
            assert_eq!(again, witness.decision, "a witness does not re-decide");
            assert!(!again.is_allowed(), "a witness is allowed");
        }
        Answer::Holds { .. } => {
            let Some(member) = question.members.first() else { return };
            let again = decide(&set, &member.request.example(), &World::new(), &mut NoTrace);
            assert!(again.is_allowed(), "a member of a proved space is denied");
        }
        Answer::GaveUp { .. } => {}
    }
}

/// Operator, value of the request, and values of the policy, a line each.
///
/// # Panics
/// If equal texts are unequal to an operator whose type they have.
pub fn operators(data: &[u8]) {
    let lines = lines(data);
    let mut texts = lines.iter().map(String::as_str);
    let operator = texts.next().and_then(Operator::parse);
    let value = texts.next().unwrap_or_default();
    let mut context = Context::new();
    context.set_one("aws:username", value);
    for base in BASES.into_iter().chain(operator.map(|operator| operator.base)) {
        for text in texts.clone().take(8).chain([value]) {
            for variables in [false, true] {
                let test = ValueTest::new(base, text, variables);
                let truth = test.test(value, &context);
                let plain = !text.contains(['*', '?', '$', '/']);
                if text == value && plain && base.takes_equal() {
                    assert_ne!(truth, Truth::No, "{base:?}: `{text}` is not itself");
                }
            }
        }
    }
}

const BASES: [BaseOperator; 18] = [
    BaseOperator::StringEquals,
    BaseOperator::StringEqualsIgnoreCase,
    BaseOperator::StringLike,
    BaseOperator::NumericEquals,
    BaseOperator::NumericLessThan,
    BaseOperator::NumericLessThanEquals,
    BaseOperator::NumericGreaterThan,
    BaseOperator::NumericGreaterThanEquals,
    BaseOperator::DateEquals,
    BaseOperator::DateLessThan,
    BaseOperator::DateLessThanEquals,
    BaseOperator::DateGreaterThan,
    BaseOperator::DateGreaterThanEquals,
    BaseOperator::Bool,
    BaseOperator::BinaryEquals,
    BaseOperator::IpAddress,
    BaseOperator::ArnLike,
    BaseOperator::Null,
];

trait TakesEqual {
    fn takes_equal(self) -> bool;
}

impl TakesEqual for BaseOperator {
    fn takes_equal(self) -> bool {
        !matches!(
            self,
            BaseOperator::NumericLessThan
                | BaseOperator::NumericGreaterThan
                | BaseOperator::DateLessThan
                | BaseOperator::DateGreaterThan
        )
    }
}

/// Work for one question: enough for patterns that people write, and little enough for many questions a second.
const WORK: u64 = 30_000;

/// Two patterns, a line each.
///
/// # Panics
/// If a found string does not lie where it should.
pub fn patterns(data: &[u8]) {
    let lines = lines(data);
    let first = lines.first().map_or("", String::as_str);
    let second = lines.get(1).map_or("", String::as_str);
    if first.len() + second.len() > 400 {
        return;
    }
    let (left, right) = (Language::glob(first), Language::glob(second));
    let string =
        |must: &[&Language], must_not: &[&Language]| string_within(must, must_not, &mut WORK.clone());
    if let Found::Value(text) = string(&[&left], &[&right]) {
        assert!(Glob::new(first).matches(&text), "`{text}` is not in `{first}`");
        assert!(!Glob::new(second).matches(&text), "`{text}` is in `{second}`");
    }
    if let Found::Value(text) = string(&[&left, &right], &[]) {
        assert!(Glob::new(first).matches(&text) && Glob::new(second).matches(&text), "`{text}`");
    }
    if let Some(arn) = ArnGlob::new(first)
        && let Found::Value(text) = string(&[&Language::arn(arn.parts())], &[])
    {
        assert!(arn.matches(&text), "`{text}` is not in `{first}`");
    }
}

/// Everything that reads a short text: ARNs, callers, variables, numbers, instants, ranges.
///
/// # Panics
/// If the parts of an ARN do not make up the text.
pub fn names(data: &[u8]) {
    for line in lines(data).iter().take(50) {
        if let Some(parts) = arn::split(line) {
            assert_eq!(&parts.join(":"), line);
        }
        if let Some(ranges) = arn::ranges(line) {
            assert!(ranges.into_iter().all(|range| line.get(range).is_some()), "{line}");
        }
        if let Ok(caller) = Caller::parse(line) {
            assert_eq!(caller.arn(), line.as_str());
            assert!(caller.account().is_none_or(arn::is_account), "{line}");
        }
        if let Some(number) = Decimal::parse(line) {
            assert_eq!(number.cmp(&number), std::cmp::Ordering::Equal);
            assert!(number.around().iter().all(|text| Decimal::parse(text).is_some()), "{line}");
        }
        if let Some(instant) = Instant::parse(line) {
            assert!(instant.around().iter().all(|text| Instant::parse(text).is_some()), "{line}");
        }
        if let Some(network) = Network::parse(line) {
            let (first, last, _) = network.bounds();
            assert!(first <= last, "{line}");
        }
        let _ = variable::pieces(line);
        let _ = variable::resource_pieces(line);
        let _ = Operator::parse(line);
    }
}

/// First line: a JSONPath as a consumer's file has them; then a JSON text.
///
/// # Panics
/// If what is selected lies outside of the text.
pub fn paths(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (path, document) = text.split_once('\n').unwrap_or((&text, "{}"));
    match Selector::parse(path) {
        Ok(selector) => {
            let document = read_json(document);
            for node in select(&document.root, &selector) {
                assert!(document.root.span.contains(node.span), "{:?} is outside", node.span);
            }
        }
        Err(fault) => assert!(fault.at <= path.len(), "a fault behind the end"),
    }
}

/// A settings file, which is also tried as a consumer's.
///
/// # Panics
/// Never; what cannot be read is told.
pub fn settings(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut sources = Sources::new();
    let source = sources.add("preflight.toml", text.as_ref());
    if let Err(fault) = config::read(&text, source) {
        assert!(!fault.to_string().is_empty());
    }
    if let Err(fault) = contract::Contract::read("fuzz", &text) {
        assert!(!fault.to_string().is_empty());
    }
}

/// A template of CloudFormation, in YAML or JSON, and a module of Terraform.
///
/// # Panics
/// If a place lies outside of its text.
pub fn templates(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut sources = Sources::new();
    let mut found = evidence::Evidence::default();
    load::add_unnamed(&mut sources, "fuzz.yaml", &text, &mut found);
    let mut loose = evidence::LoosePolicies::default();
    load::add_loose(&mut sources, "fuzz.yaml", &text, &mut loose);
    load::add_loose(&mut sources, "fuzz.tf", &text, &mut loose);
    let documents = found.documents.iter().map(|document| &document.policy);
    for policy in documents.chain(loose.policies.iter().map(|found| &found.policy)) {
        let text = sources.get(policy.source).text();
        for statement in &policy.statements {
            let elements = statement.actions.iter().chain(&statement.resources);
            let spans = elements.flat_map(|element| &element.items).map(|item| item.span);
            for span in spans.chain([policy.span, statement.span]) {
                assert!(text.get(span.range()).is_some(), "{span:?} outside of {text:?}");
            }
        }
    }
}

/// A file whose kind is found by its content: a listing, a policy, an answer of the AWS CLI.
///
/// # Panics
/// If a listed key is not text of its source.
pub fn listing(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut sources = Sources::new();
    let mut found = evidence::Evidence::default();
    load::add_unnamed(&mut sources, "fuzz.txt", &text, &mut found);
    for group in found.listing.groups() {
        assert!(group.count > 0);
        let _ = sources.get(group.place.source).slice(group.place.span);
    }
    let below = found.listing.below("reports/");
    assert!(below.start <= below.end && below.end <= found.listing.groups().len());
}

/// A message, and the same bytes as records.
///
/// # Panics
/// If a fact is not one line, or a file of messages is broken.
pub fn triage_text(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let book = triage::Book::embedded().expect("the messages of the program can be read");
    for (_, facts) in triage::facts(&book, &text) {
        assert!(facts.iter().all(|(name, value)| !name.is_empty() && !value.contains('\n')));
    }
    let mut count = 0_usize;
    // Where it stops to be JSON, the records before it were given.
    let _ = triage::json(&book, data, &mut |_| count += 1);
    let _ = triage::csv(data, &mut |_| {
        count += 1;
        Ok(())
    });
    assert!(count <= data.len() + 1);
}
