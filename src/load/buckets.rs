//! Settings of buckets as templates write them, in the shape in which S3 answers: CloudFormation and the provider of Terraform
//! have names of their own for the same things.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html>,
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_server_side_encryption_configuration>
//! and its neighbours (checked 2026-11)

use crate::evidence::{BucketSetting, DeclaredSetting};
use crate::source::Span;
use crate::syntax::{Member, Node, Value};
use std::borrow::Cow;

/// A setting, from what a template has for it, its names with capital letters.
pub(super) fn setting(kind: BucketSetting, node: &Node<'_>) -> DeclaredSetting {
    let answer = if matches!(node.value, Value::Object(_) | Value::Array(_)) {
        match kind {
            BucketSetting::Encryption => encryption(node),
            BucketSetting::Ownership => ownership(node),
            BucketSetting::PublicAccess => block(node),
            BucketSetting::Lifecycle => lifecycle(node),
            BucketSetting::Payer => payer(node),
            BucketSetting::Location => node.clone().into_owned(),
        }
    } else {
        // What is filled in whole.
        node.clone().into_owned()
    };
    DeclaredSetting { kind, answer, open: None }
}

/// The Region of a bucket, which templates give to what makes it and not to the bucket.
pub(super) fn location(region: &str, span: Span) -> DeclaredSetting {
    let region = Node { span, value: Value::String(Cow::Owned(region.to_owned())) };
    let answer = object(span, [("LocationConstraint", region)]);
    DeclaredSetting { kind: BucketSetting::Location, answer, open: None }
}

fn encryption(node: &Node<'_>) -> Node<'static> {
    let rule = |rule: &Node<'_>| {
        let default = find(rule, &["ApplyServerSideEncryptionByDefault", "ServerSideEncryptionByDefault"]);
        let default = default.map(|default| {
            let names: [(&str, &[&str]); 2] = [
                ("SSEAlgorithm", &["SSEAlgorithm", "SseAlgorithm"]),
                ("KMSMasterKeyID", &["KMSMasterKeyID", "KmsMasterKeyId"]),
            ];
            ("ApplyServerSideEncryptionByDefault", renamed(default, &names))
        });
        let key = find(rule, &["BucketKeyEnabled"]).map(|node| ("BucketKeyEnabled", flag(node)));
        object(rule.span, default.into_iter().chain(key))
    };
    let rules = list(node, &["Rule", "Rules", "ServerSideEncryptionConfiguration"], &rule);
    let inner = object(node.span, [("Rules", rules)]);
    object(node.span, [("ServerSideEncryptionConfiguration", inner)])
}

fn ownership(node: &Node<'_>) -> Node<'static> {
    let rule = |rule: &Node<'_>| renamed(rule, &[("ObjectOwnership", &["ObjectOwnership"])]);
    let inner = object(node.span, [("Rules", list(node, &["Rule", "Rules"], &rule))]);
    object(node.span, [("OwnershipControls", inner)])
}

fn block(node: &Node<'_>) -> Node<'static> {
    let names = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
    let flags = names.into_iter().filter_map(|name| Some((name, flag(find(node, &[name])?))));
    object(node.span, [("PublicAccessBlockConfiguration", object(node.span, flags))])
}

fn payer(node: &Node<'_>) -> Node<'static> {
    renamed(node, &[("Payer", &["Payer", "RequestPayer"])])
}

fn lifecycle(node: &Node<'_>) -> Node<'static> {
    object(node.span, [("Rules", list(node, &["Rule", "Rules", "LifecycleRule"], &lifecycle_rule))])
}

/// What limits a rule to some objects, beside what their keys begin with.
const LIMITS: [&str; 6] = ["And", "Tag", "Tags", "TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan"];

fn lifecycle_rule(rule: &Node<'_>) -> Node<'static> {
    let own = |node: &Node<'_>| node.clone().into_owned();
    // A rule of the old form is switched on by a flag.
    let status = find(rule, &["Status"]).map(own).or_else(|| {
        let enabled = flag(find(rule, &["Enabled"])?);
        let status = match &enabled.value {
            Value::Bool(true) => Value::String(Cow::Borrowed("Enabled")),
            Value::Bool(false) => Value::String(Cow::Borrowed("Disabled")),
            _ => return Some(enabled),
        };
        Some(Node { span: enabled.span, value: status })
    });
    let around = find(rule, &["Filter"]).unwrap_or(rule);
    let prefix = find(around, &["Prefix"]).or_else(|| find(rule, &["Prefix"])).map(own);
    let limit = LIMITS.iter().find_map(|name| find(around, &[name]));
    let filter = match (&around.value, limit) {
        (Value::Object(_), None) => None,
        (Value::Object(_), Some(limit)) => {
            let prefix = prefix.clone().map(|prefix| ("Prefix", prefix));
            Some(object(limit.span, prefix.into_iter().chain([("And", own(limit))])))
        }
        // The filter is filled in whole.
        _ => Some(own(around)),
    };
    let term = |node: &Node<'_>, days: &[&str], date: &[&str], with_class: bool| {
        let days = find(node, days).map(|node| ("Days", number(node)));
        let date = find(node, date).map(|node| ("Date", own(node)));
        let class =
            find(node, &["StorageClass"]).filter(|_| with_class).map(|node| ("StorageClass", own(node)));
        object(node.span, days.into_iter().chain(date).chain(class))
    };
    let inner = find(rule, &["Expiration"]);
    let expiration = match inner {
        Some(inner) if inner.as_object().is_none() => own(inner),
        // Nothing expires after no day: the provider writes 0 where no number was given.
        Some(inner) if find(inner, &["Days"]).is_some_and(|days| is_zero(days)) => {
            term(inner, &[], &["Date"], false)
        }
        Some(inner) => term(inner, &["Days"], &["Date"], false),
        None => term(rule, &["ExpirationInDays"], &["ExpirationDate"], false),
    };
    let step = |step: &Node<'_>| term(step, &["Days", "TransitionInDays"], &["Date", "TransitionDate"], true);
    let transitions = list(rule, &["Transition", "Transitions"], &step);
    let status = status.map(|status| ("Status", status));
    let members = status.into_iter().chain(prefix.map(|prefix| ("Prefix", prefix)));
    let members = members.chain(filter.map(|filter| ("Filter", filter)));
    object(rule.span, members.chain([("Expiration", expiration), ("Transitions", transitions)]))
}

/// What stands below the first of these names that is there. `null` is nothing.
fn find<'n, 't>(node: &'n Node<'t>, names: &[&str]) -> Option<&'n Node<'t>> {
    let there = names.iter().filter_map(|name| node.get(name));
    { there }.find(|node| !matches!(node.value, Value::Null | Value::Missing))
}

/// Everything below these names, in their order: a block that is written several times, or a list.
fn list(node: &Node<'_>, names: &[&str], make: &dyn Fn(&Node<'_>) -> Node<'static>) -> Node<'static> {
    let members = node.as_object().unwrap_or_default().iter();
    let named = members.filter(|member| names.contains(&&*member.key));
    let items = named.flat_map(|member| member.value.iter_one_or_many());
    let items = items.filter(|item| !matches!(item.value, Value::Null));
    // What is filled in whole stays as it is.
    let made =
        items.map(|item| if item.as_object().is_some() { make(item) } else { item.clone().into_owned() });
    Node { span: node.span, value: Value::Array(made.collect()) }
}

fn renamed(node: &Node<'_>, names: &[(&'static str, &[&str])]) -> Node<'static> {
    if node.as_object().is_none() {
        return node.clone().into_owned();
    }
    let member = |(name, others): &(&'static str, &[&str])| {
        let value = find(node, others)?.clone().into_owned();
        // A key that is written and empty is none.
        (value.as_str() != Some("")).then_some((*name, value))
    };
    object(node.span, names.iter().filter_map(member))
}

fn object(span: Span, members: impl IntoIterator<Item = (&'static str, Node<'static>)>) -> Node<'static> {
    let member = |(key, value): (&'static str, Node<'static>)| Member {
        key: Cow::Borrowed(key),
        key_parts: Vec::new(),
        key_span: value.span,
        value,
    };
    Node { span, value: Value::Object(members.into_iter().map(member).collect()) }
}

/// A flag, also where it is written as a text.
fn flag(node: &Node<'_>) -> Node<'static> {
    let value = match &node.value {
        Value::String(text) if text.eq_ignore_ascii_case("true") => Value::Bool(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Value::Bool(false),
        _ => return node.clone().into_owned(),
    };
    Node { span: node.span, value }
}

/// A number, also where it is written as a text.
fn number(node: &Node<'_>) -> Node<'static> {
    match &node.value {
        Value::String(text) if text.parse::<i64>().is_ok() => {
            Node { span: node.span, value: Value::Number(Cow::Owned(text.to_string())) }
        }
        _ => node.clone().into_owned(),
    }
}

fn is_zero(node: &Node<'_>) -> bool {
    matches!(number(node).value, Value::Number(number) if number == "0")
}
