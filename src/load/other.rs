//! What is no JSON document of its own, such as coded ones and what the AWS CLI writes where it has no answer, and what of an
//! answer needs no more than a look.

use super::text::TextForm;
use crate::evidence::{Evidence, PolicyDocument, Role, Said, read_credential_report};
use crate::policy;
use crate::source::{Place, SourceId, Sources, Span};
use crate::syntax::Node;

pub(super) fn credential_report(
    sources: &mut Sources,
    name: &str,
    report: Option<String>,
    evidence: &mut Evidence,
) -> Result<Vec<&'static str>, String> {
    let Some(report) = report else {
        return Err("the credential report's content is no base64 text".to_owned());
    };
    let source = sources.add(format!("{name} (decoded)"), report);
    let Some(rows) = read_credential_report(sources.get(source).text(), source) else {
        return Err("the credential report's content is no credential report".to_owned());
    };
    evidence.reader.credentials.extend(rows);
    Ok(vec!["get-credential-report"])
}

/// The text behind base64, if it is one.
pub(super) fn base64(coded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(coded.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in coded.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

/// A text that is no JSON.
pub(super) fn text_form(
    sources: &mut Sources,
    source: SourceId,
    form: &TextForm,
    evidence: &mut Evidence,
) -> Result<Vec<&'static str>, String> {
    match form {
        TextForm::S3Folders => {
            Err("a list of folders, whose names lack what stands before them; run `aws s3 ls` again \
            with --recursive"
                .to_owned())
        }
        TextForm::Output("yaml") => {
            Err("an answer in YAML that is damaged; run the command again with --output json".to_owned())
        }
        TextForm::Output(output) => Err(format!(
            "the AWS CLI wrote this with `--output {output}`, which is not read; run the command again with \
             --output json"
        )),
        TextForm::Error { code, operation, range } => {
            let place = Place { source, span: Span::new(range.start, range.end) };
            let told = match (code.as_str(), operation.as_str()) {
                ("NoSuchBucketPolicy", "GetBucketPolicy") => {
                    let policy = policy::none(place);
                    let length = policy::Length::of("");
                    let role = Role::BucketPolicy;
                    evidence.documents.push(PolicyDocument::new(role, policy, Vec::new(), length));
                    "get-bucket-policy"
                }
                ("NoSuchEntity", "GetLoginProfile") => {
                    evidence.reader.password_is_told = true;
                    "get-login-profile"
                }
                // Whose name was asked for, the error tells: `The user with name billing cannot be found.`
                ("NoSuchEntity", "GetUser" | "GetRole") => {
                    let said = sources.get(source).slice(place.span);
                    let text = said.split_once(" with name ").and_then(|(_, rest)| rest.split(' ').next());
                    evidence.reader.missing = text.map(|text| Said { text: text.to_owned(), place });
                    "get-user"
                }
                ("NoSuchBucket", _) | ("404", "HeadBucket") => {
                    evidence.bucket.missing = Some(place);
                    "head-bucket"
                }
                ("AWSOrganizationsNotInUseException", _) => {
                    evidence.organization.not_in_use = Some(place);
                    "describe-organization"
                }
                ("OwnershipControlsNotFoundError", _) => {
                    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html (checked 2026-11)
                    evidence.bucket.ownership = Some(Said { text: "ObjectWriter".to_owned(), place });
                    "get-bucket-ownership-controls"
                }
                ("NoSuchLifecycleConfiguration", _) => "get-bucket-lifecycle-configuration",
                ("NoSuchPublicAccessBlockConfiguration", _) => {
                    evidence.public_access_block.get_or_insert_default();
                    "get-public-access-block"
                }
                _ => {
                    let text = sources.get(source).slice(place.span).chars().take(200).collect::<String>();
                    return Err(format!("the AWS CLI got no answer: {text}"));
                }
            };
            Ok(vec![told])
        }
    }
}

/// Which command answers with a policy in this form.
pub(super) fn command_of(root: &Node<'_>) -> &'static str {
    let has = |key| root.get(key).is_some();
    if root.get("Policy").is_some_and(|policy| policy.get("Content").is_some()) {
        "describe-policy"
    } else if has("VpcEndpoints") {
        "describe-vpc-endpoints"
    } else if has("PolicyVersion") || has("PolicyDocument") {
        "get-user-policy"
    } else {
        "get-bucket-policy"
    }
}
