//! Reports and exports of a template with what stands around them: what they wait for, and the Region that a condition asks for.

use super::function::{Function, function};
use super::policies::Collector;
use super::substitute::{SubPiece, pieces};
use super::template::Resource;
use crate::evidence::{DeclaredExport, MadeIn, Maker, Order, TargetKind};
use crate::source::Place;
use crate::syntax::{Node, Value};
use std::collections::BTreeSet;

/// The Region in which reports and exports are made.
const HOME: &str = "us-east-1";

/// Regions in which they are not, and that people put into conditions.
const OTHERS: [&str; 6] =
    ["eu-west-1", "eu-central-1", "us-east-2", "us-west-2", "ap-northeast-1", "ap-southeast-2"];

impl<'t> Collector<'_, '_, 't> {
    /// A report or export with what stands around it.
    pub(super) fn declared(&self, resource: &Resource<'_, 't>, settings: Node<'static>) -> DeclaredExport {
        let is_report = resource.kind == "AWS::CUR::ReportDefinition";
        DeclaredExport {
            source: self.source,
            file: String::new(),
            address: resource.id.to_owned(),
            span: resource.id_span,
            maker: if is_report { Maker::StackReport } else { Maker::StackExport },
            order: self.order(resource),
            region: self.region(resource),
            added_to: None,
            replaced: None,
            settings,
        }
    }

    fn order(&self, resource: &Resource<'_, 't>) -> Order {
        let path: &[&str] = match resource.kind {
            "AWS::CUR::ReportDefinition" => &["S3Bucket"],
            _ => &["Export", "DestinationConfigurations", "S3Destination", "S3Bucket"],
        };
        let bucket = resource
            .properties()
            .and_then(|node| path.iter().try_fold(node, |node, key| node.get(key)))
            .and_then(|node| self.target_of(node, TargetKind::Bucket));
        let Some(bucket) = bucket else { return Order::Open };
        let waits = self.waits_for(resource.id);
        for policy in self.resolver.template.resources() {
            let is_policy = policy.kind == "AWS::S3::BucketPolicy" && !self.is_left_out(policy);
            let targets =
                if is_policy { self.target(policy, "Bucket", TargetKind::Bucket) } else { Vec::new() };
            if !targets.iter().any(|target| target.name.value == bucket.name.value) {
                continue;
            }
            if waits.contains(policy.id) {
                return Order::After;
            }
            let place = Place { source: self.source, span: policy.id_span };
            return Order::Beside { policy: place, address: policy.id.to_owned() };
        }
        Order::Open
    }

    /// The resources that are made before another one: those that it names, or refers to, and theirs.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html> (checked 2026-11)
    fn waits_for(&self, id: &str) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut open = vec![id.to_owned()];
        while let Some(next) = open.pop() {
            let Some(resource) = self.resolver.template.resource(&next) else { continue };
            let mut names = BTreeSet::new();
            if let Some(list) = resource.node.get("DependsOn") {
                names.extend(list.iter_one_or_many().filter_map(Node::as_str).map(str::to_owned));
            }
            if let Some(properties) = resource.properties() {
                referred(properties, &mut names, 0);
            }
            open.extend(names.into_iter().filter(|name| seen.insert(name.clone())));
        }
        seen
    }

    /// What the condition of a resource says of the Region: it is made in one of them alone.
    fn region(&self, resource: &Resource<'_, 't>) -> MadeIn {
        let Some(condition) = resource.node.get("Condition") else { return MadeIn::Open };
        let truth = |region: &'static str| {
            let before = self.resolver.region.replace(Some(region));
            let truth = self.resolver.truth_of_name(condition);
            self.resolver.region.set(before);
            truth
        };
        let place = Place { source: self.source, span: condition.span };
        let elsewhere: Vec<Option<bool>> = OTHERS.into_iter().map(truth).collect();
        match truth(HOME) {
            Some(true) if elsewhere.iter().all(|truth| *truth == Some(false)) => {
                MadeIn::Named(HOME.to_owned(), place)
            }
            Some(false) if elsewhere.contains(&Some(true)) => {
                MadeIn::Named(condition.as_str().unwrap_or("Condition").to_owned(), place)
            }
            Some(_) | None => MadeIn::Open,
        }
    }

    fn is_left_out(&self, resource: &Resource<'_, 't>) -> bool {
        resource.node.get("Condition").is_some_and(|each| self.resolver.truth_of_name(each) == Some(false))
    }
}

/// How deep properties are searched for references.
const DEEPEST: usize = 32;

/// The names that functions in a node refer to.
fn referred(node: &Node<'_>, out: &mut BTreeSet<String>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    let first = |text: &str| text.split('.').next().unwrap_or(text).to_owned();
    if let Some((function, argument)) = function(node) {
        match function {
            Function::Ref => out.extend(argument.as_str().map(str::to_owned)),
            Function::GetAtt => {
                let path = argument.as_str().or_else(|| argument.as_array()?.first()?.as_str());
                out.extend(path.map(first));
            }
            Function::Sub => {
                let text = argument.as_str().or_else(|| argument.as_array()?.first()?.as_str());
                out.extend(pieces(text.unwrap_or_default()).into_iter().filter_map(|piece| match piece {
                    SubPiece::Name(name) => Some(first(name)),
                    SubPiece::Plain(_) | SubPiece::Literal(_) | SubPiece::Variable(_) => None,
                }));
            }
            _ => {}
        }
    }
    match &node.value {
        Value::Object(members) => members.iter().for_each(|member| referred(&member.value, out, depth + 1)),
        Value::Array(items) => items.iter().for_each(|item| referred(item, out, depth + 1)),
        _ => {}
    }
}
