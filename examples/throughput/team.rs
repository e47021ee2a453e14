//! Identities with ten policies of twenty statements, as teams write them: a service, some actions, the team's own resources.

use serde_json::{Value, json};

/// A service, what comes between its name and that of a resource, and actions.
const SERVICES: [(&str, &str, [&str; 4]); 12] = [
    ("s3", ":::", ["GetObject", "PutObject", "GetObjectTagging", "DeleteObject"]),
    ("sqs", ":eu-west-1:111122223333:", ["SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueUrl"]),
    (
        "sns",
        ":eu-west-1:111122223333:",
        ["Publish", "Subscribe", "GetTopicAttributes", "ListTagsForResource"],
    ),
    ("dynamodb", ":eu-west-1:111122223333:table/", ["GetItem", "PutItem", "Query", "BatchGetItem"]),
    ("kms", ":eu-west-1:111122223333:key/", ["Decrypt", "Encrypt", "GenerateDataKey", "DescribeKey"]),
    (
        "lambda",
        ":eu-west-1:111122223333:function:",
        ["InvokeFunction", "GetFunction", "UpdateFunctionCode", "ListTags"],
    ),
    (
        "logs",
        ":eu-west-1:111122223333:log-group:",
        ["CreateLogStream", "PutLogEvents", "GetLogEvents", "DescribeLogStreams"],
    ),
    (
        "ssm",
        ":eu-west-1:111122223333:parameter/",
        ["GetParameter", "GetParameters", "PutParameter", "DeleteParameter"],
    ),
    (
        "secretsmanager",
        ":eu-west-1:111122223333:secret:",
        ["GetSecretValue", "DescribeSecret", "PutSecretValue", "TagResource"],
    ),
    (
        "ecr",
        ":eu-west-1:111122223333:repository/",
        ["BatchGetImage", "PutImage", "GetDownloadUrlForLayer", "DescribeImages"],
    ),
    (
        "athena",
        ":eu-west-1:111122223333:workgroup/",
        ["StartQueryExecution", "GetQueryResults", "GetWorkGroup", "StopQueryExecution"],
    ),
    (
        "glue",
        ":eu-west-1:111122223333:table/",
        ["GetTable", "GetPartitions", "UpdateTable", "GetTableVersions"],
    ),
];
const POLICIES: usize = 10;
const STATEMENTS: usize = 20;

/// The question with this number: somebody of one team asks for what is that team's or another's.
pub(crate) fn question(seed: u64) -> Option<String> {
    let seed = usize::try_from(seed).ok()?;
    let policies: Vec<Value> = (0..POLICIES)
        .map(|policy| {
            let statements: Vec<Value> = (0..STATEMENTS).map(|at| statement(policy, at)).collect();
            json!({ "Version": "2012-10-17", "Statement": statements })
        })
        .collect();
    let (policy, at) = (seed % POLICIES, seed / POLICIES % STATEMENTS);
    let (service, between, actions) = SERVICES.get((policy * 7 + at) % SERVICES.len())?;
    let action = actions.get(seed % 3)?;
    // Every third asks for what nobody has.
    let team = if seed.is_multiple_of(3) { "other".to_owned() } else { policy.to_string() };
    let resource = format!("arn:aws:{service}{between}team-{team}-{at}/reports/2026-11.csv");
    Some(
        json!({
            "id": format!("team-{seed}"),
            "request": {
                "principal": "arn:aws:iam::111122223333:user/ann", "action": format!("{service}:{action}"), "resource": resource,
                "context": { "aws:PrincipalTag/team": format!("team-{policy}"), "aws:SourceIp": "203.0.113.9",
                    "aws:SecureTransport": "true" },
            },
            "identity_policies": policies, "resource_policy": null, "boundary": [], "session_policies": [], "scps": [], "rcps": [],
            "ext": { "resource_account": "111122223333" },
        })
        .to_string(),
    )
}

fn statement(policy: usize, at: usize) -> Value {
    let (service, between, actions) = SERVICES[(policy * 7 + at) % SERVICES.len()];
    let actions: Vec<String> = actions.iter().take(3).map(|action| format!("{service}:{action}")).collect();
    let arn = format!("arn:aws:{service}{between}team-{policy}-{at}");
    let mut statement = json!({
        "Sid": format!("Team{policy}Part{at}"), "Effect": "Allow", "Action": actions, "Resource": [arn, format!("{arn}/*")],
    });
    let condition = match at % 4 {
        0 => json!({ "StringEquals": { "aws:PrincipalTag/team": format!("team-{policy}") } }),
        1 => {
            json!({ "IpAddress": { "aws:SourceIp": "203.0.113.0/24" }, "Bool": { "aws:SecureTransport": "true" } })
        }
        _ => return statement,
    };
    if let Some(members) = statement.as_object_mut() {
        members.insert("Condition".to_owned(), condition);
    }
    statement
}
