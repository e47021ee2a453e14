//! What resources are called: `Ref` and `Fn::GetAtt`.
//!
//! What each type gives is said in its page of
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html> (checked
//! 2026-11).

use super::parts::{Parts, hole, text};
use super::resolve::Resolver;
use crate::syntax::Part;
use std::borrow::Cow;

/// The property that names a resource, of types whose `Ref` is that name.
const NAMED: [(&str, &str); 11] = [
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::IAM::User", "UserName"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::IAM::Group", "GroupName"),
    ("AWS::Lambda::Function", "FunctionName"),
    ("AWS::Serverless::Function", "FunctionName"),
    ("AWS::CUR::ReportDefinition", "ReportName"),
    ("AWS::Glue::Database", "DatabaseName"),
    ("AWS::Athena::WorkGroup", "Name"),
    ("AWS::DynamoDB::Table", "TableName"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
];

impl<'t> Resolver<'_, 't> {
    /// The physical name of a resource: what its `Ref` gives. One that names itself has it, of another the logical id
    /// stands for it.
    pub(super) fn physical_name(&self, id: &str) -> Parts<'t> {
        let Some(resource) = self.template.resource(id) else { return hole(id) };
        match resource.kind {
            "AWS::IAM::ManagedPolicy" => self.arn_of_iam(id, "policy", "ManagedPolicyName"),
            "AWS::SNS::Topic" => self.regional_arn("sns", "", id, "TopicName"),
            kind => match NAMED.iter().find(|(named, _)| *named == kind) {
                Some((_, property)) => self.property(id, property).unwrap_or_else(|| hole(id)),
                None => hole(id),
            },
        }
    }

    /// An attribute, `Bucket.Arn`.
    pub(super) fn attribute(&self, path: &str) -> Parts<'t> {
        let Some((id, attribute)) = path.split_once('.') else { return hole(path) };
        let kind = self.template.resource(id).map(|resource| resource.kind);
        match (kind, attribute) {
            (Some("AWS::S3::Bucket"), "Arn") => {
                let mut arn = text("arn:aws:s3:::");
                arn.extend(self.physical_name(id));
                arn
            }
            (Some("AWS::IAM::User"), "Arn") => self.arn_of_iam(id, "user", "UserName"),
            (Some("AWS::IAM::Role"), "Arn") => self.arn_of_iam(id, "role", "RoleName"),
            (Some("AWS::IAM::Group"), "Arn") => self.arn_of_iam(id, "group", "GroupName"),
            (Some("AWS::IAM::ManagedPolicy"), "PolicyArn") => self.physical_name(id),
            (Some("AWS::SNS::Topic"), "TopicArn") => self.physical_name(id),
            (Some("AWS::SQS::Queue"), "Arn") => self.regional_arn("sqs", "", id, "QueueName"),
            (Some("AWS::Lambda::Function" | "AWS::Serverless::Function"), "Arn") => {
                self.regional_arn("lambda", "function:", id, "FunctionName")
            }
            (Some("AWS::KMS::Key"), "Arn") => self.regional_arn("kms", "key/", id, ""),
            (Some("AWS::DynamoDB::Table"), "Arn") => self.regional_arn("dynamodb", "table/", id, "TableName"),
            _ => hole(path),
        }
    }

    /// `arn:aws:iam::ACCOUNT:role/path/name`.
    fn arn_of_iam(&self, id: &str, kind: &str, property: &str) -> Parts<'t> {
        let mut arn = text("arn:aws:iam::");
        arn.extend(hole("AWS::AccountId"));
        arn.extend(text(format!(":{kind}")));
        arn.extend(self.property(id, "Path").unwrap_or_else(|| text("/")));
        arn.extend(self.property(id, property).unwrap_or_else(|| hole(id)));
        arn
    }

    fn regional_arn(&self, service: &str, kind: &str, id: &str, property: &str) -> Parts<'t> {
        let name = self.property(id, property).unwrap_or_else(|| hole(id));
        let known = |text: &str| Part::Text(Cow::Owned(text.to_owned()));
        let hole = |name| Part::Hole(Cow::Borrowed(name));
        let mut arn = vec![known(&format!("arn:aws:{service}:")), hole("AWS::Region"), known(":")];
        arn.extend([hole("AWS::AccountId"), known(&format!(":{kind}"))]);
        arn.extend(name);
        arn
    }
}
