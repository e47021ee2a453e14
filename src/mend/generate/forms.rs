//! The documents in the forms in which they are put to use.

use super::script::script;
use serde_json::{Map, Value, json};

/// How documents are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As JSON documents.
    Json,
    /// As resources of Terraform.
    Terraform,
    /// As a template of CloudFormation.
    CloudFormation,
    /// As numbered commands of the AWS CLI, each with the check that must come before the next.
    Script,
}

/// What is written.
#[derive(Debug, Clone, Default)]
pub struct Set {
    /// Name and text of each policy, in the order in which they are to be put to use.
    pub policies: Vec<(&'static str, String)>,
    /// Settings of the export.
    pub export: Option<Value>,
    /// The export is a legacy report.
    pub legacy: bool,
    /// The Region in which the account has its exports.
    pub billing_region: &'static str,
    /// The bucket.
    pub bucket: String,
    /// Whom the product reads as.
    pub reader: Reader,
    /// What was asked for is a set, though it may be of one document.
    pub is_set: bool,
    /// The bucket policy holds the one that is there.
    pub is_added_to: bool,
    /// The products, and the values of the form, by which the set is judged.
    pub judged_by: Vec<(String, String)>,
}

/// Whom the product reads as: the user whose key it gets, or the role that it takes.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    /// It is a role.
    pub is_role: bool,
    /// Its name.
    pub name: String,
    /// Its path, `/` if it has none.
    pub path: String,
}

impl Reader {
    /// The user or role of an ARN.
    #[must_use]
    pub fn of(arn: &str) -> Self {
        let resource = arn.rsplit(':').next().unwrap_or(arn);
        let (kind, rest) = resource.split_once('/').unwrap_or(("user", resource));
        let (path, name) = match rest.rsplit_once('/') {
            Some((path, name)) => (format!("/{path}/"), name),
            None => ("/".to_owned(), rest),
        };
        Self { is_role: kind == "role", name: name.to_owned(), path }
    }

    pub(super) fn kind(&self) -> &'static str {
        if self.is_role { "role" } else { "user" }
    }
}

/// Writes a set.
#[must_use]
pub fn write(set: &Set, form: Form) -> String {
    match form {
        Form::Json => plain(set),
        Form::Terraform => terraform(set),
        Form::CloudFormation => cloudformation(set),
        Form::Script => script(set),
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// One document as it is, several as members of one.
fn plain(set: &Set) -> String {
    match (set.policies.as_slice(), &set.export) {
        ([(_, text)], None) if !set.is_set => text.clone(),
        ([], Some(export)) if !set.is_set => pretty(export) + "\n",
        (policies, export) => {
            let mut all = Map::new();
            for (name, text) in policies {
                all.insert((*name).to_owned(), serde_json::from_str(text).unwrap_or_default());
            }
            all.extend(export.clone().map(|export| ("export".to_owned(), export)));
            pretty(&Value::Object(all)) + "\n"
        }
    }
}

/// A here-document keeps the text as it is; `${` would be Terraform's own.
fn heredoc(text: &str) -> String {
    let text = text.trim_end().replace("${", "$${").replace("%{", "%%{");
    format!(
        "<<-EOT\n{}\n  EOT",
        text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
    )
}

fn word(text: &str) -> String {
    Value::from(text).to_string().replace("${", "$${").replace("%{", "%%{")
}

fn terraform(set: &Set) -> String {
    let mut out = String::new();
    for (name, text) in &set.policies {
        let label = name.replace('-', "_");
        let block = match *name {
            "bucket-policy" => format!(
                "resource \"aws_s3_bucket_policy\" \"{label}\" {{\n  bucket = {}\n  policy = {}\n}}\n\n",
                word(&set.bucket),
                heredoc(text)
            ),
            "trust-policy" => format!(
                "resource \"aws_iam_role\" \"reader\" {{\n  name               = {}\n  path               = {}\n  assume_role_policy = {}\n}}\n\n",
                word(&set.reader.name),
                word(&set.reader.path),
                heredoc(text)
            ),
            _ => format!(
                "resource \"aws_iam_{kind}_policy\" \"{label}\" {{\n  name   = {}\n  {kind}   = {}\n  policy = {}\n}}\n\n",
                word(name),
                reader(set),
                heredoc(text),
                kind = set.reader.kind(),
            ),
        };
        out.push_str(&block);
    }
    if let Some(export) = &set.export {
        let text = pretty(export);
        // Both resources have blocks for the settings; as one value they are the same whatever the provider's release.
        out.push_str(&format!(
            "# settings of the export, for {}\nlocals {{\n  export = jsondecode({})\n}}\n",
            if set.legacy { "aws_cur_report_definition" } else { "aws_bcmdataexports_export" },
            heredoc(&text)
        ));
    }
    out.trim_end().to_owned() + "\n"
}

/// The user's name, or the role of this same text.
fn reader(set: &Set) -> String {
    let is_here = set.policies.iter().any(|(name, _)| *name == "trust-policy");
    if is_here { "aws_iam_role.reader.name".to_owned() } else { word(&set.reader.name) }
}

fn cloudformation(set: &Set) -> String {
    let mut resources = Map::new();
    let document = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    for (name, text) in &set.policies {
        let (key, resource) = match *name {
            "bucket-policy" => (
                "BucketPolicy",
                json!({ "Type": "AWS::S3::BucketPolicy", "Properties": { "Bucket": set.bucket, "PolicyDocument": document(text) } }),
            ),
            "trust-policy" => (
                "ReaderRole",
                json!({ "Type": "AWS::IAM::Role", "Properties": {
                    "RoleName": set.reader.name, "Path": set.reader.path, "AssumeRolePolicyDocument": document(text),
                } }),
            ),
            "reader-policy" => ("ReaderPolicy", own_policy(set, name, document(text))),
            _ => ("DiscoveryPolicy", own_policy(set, name, document(text))),
        };
        resources.insert(key.to_owned(), resource);
    }
    if let Some(export) = &set.export {
        let has_policy = set.policies.iter().any(|(name, _)| *name == "bucket-policy");
        let mut resource = if set.legacy {
            json!({ "Type": "AWS::CUR::ReportDefinition", "Properties": export })
        } else {
            json!({ "Type": "AWS::BCMDataExports::Export", "Properties": { "Export": export } })
        };
        if let (true, Some(resource)) = (has_policy, resource.as_object_mut()) {
            // AWS tries the bucket when the export is made.
            resource.insert("DependsOn".to_owned(), json!("BucketPolicy"));
        }
        resources.insert("Export".to_owned(), resource);
    }
    pretty(&json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": resources })) + "\n"
}

fn own_policy(set: &Set, name: &str, document: Value) -> Value {
    if !set.reader.is_role {
        return json!({
            "Type": "AWS::IAM::UserPolicy",
            "Properties": { "UserName": set.reader.name, "PolicyName": name, "PolicyDocument": document },
        });
    }
    let is_here = set.policies.iter().any(|(name, _)| *name == "trust-policy");
    let role = if is_here { json!({ "Ref": "ReaderRole" }) } else { json!(set.reader.name) };
    json!({
        "Type": "AWS::IAM::RolePolicy",
        "Properties": { "RoleName": role, "PolicyName": name, "PolicyDocument": document },
    })
}
