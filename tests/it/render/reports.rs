//! Small reports, built by hand.

use preflight::finding::*;
use preflight::source::{Place, SourceId, Sources, Span};

/// The place of the first `text` after the first `after`.
pub(super) fn place(sources: &Sources, id: SourceId, after: &str, text: &str) -> Place {
    let whole = sources.get(id).text();
    let from = whole.find(after).unwrap();
    let start = from + whole[from..].find(text).unwrap();
    Place { source: id, span: Span::new(start, start + text.len()) }
}

pub(super) fn label(place: Place, text: &str) -> Label {
    Label { place, text: text.to_owned() }
}

pub(super) fn finding(rule: &str, severity: Severity, headline: &str, primary: Label) -> Finding {
    Finding {
        rule: RuleName(rule.to_owned()),
        demand: None,
        also: Vec::new(),
        severity,
        class: Class::Permanent,
        owner: Owner::Customer,
        headline: headline.to_owned(),
        primary,
        related: Vec::new(),
        notes: Vec::new(),
        help: None,
        repairs: Vec::new(),
        fixes: Vec::new(),
        aliases: Vec::new(),
    }
}

fn demand(id: &str, section: &str, title: &str, need: Need, state: State) -> DemandReport {
    DemandReport {
        id: id.to_owned(),
        section: section.to_owned(),
        title: title.to_owned(),
        need,
        state,
        detail: None,
        next: None,
    }
}

pub(super) fn report(findings: Vec<Finding>) -> Report {
    Report {
        verdict: Verdict::NotReady,
        consumers: Vec::new(),
        conflicts: Vec::new(),
        findings,
        unknown: Vec::new(),
        assumed: Vec::new(),
        not_evaluated: Vec::new(),
        suppressed: Vec::new(),
        wrapped: Vec::new(),
        changes: None,
    }
}

const BUCKET_POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "EnableAWSDataExportsToWriteToS3AndCheckPolicy",
      "Effect": "Allow",
      "Principal": {
        "Service": [
          "billingreports.amazonaws.com",
          "bcm-data-exports.amazonaws.com"
        ]
      },
      "Action": ["s3:PutObject", "s3:GetBucketPolicy"],
      "Resource": ["arn:aws:s3:::acme-billing", "arn:aws:s3:::acme-billing/*"],
      "Condition": {
        "StringLike": {
          "aws:SourceAccount": "111122223333",
          "aws:SourceArn": "arn:aws:bcm-data-exports:eu-west-1:111122223333:export/*"
        }
      }
    },
    {
      "Sid": "OnlyOurNetwork",
      "Effect": "Deny",
      "Principal": "*",
      "Action": "s3:*",
      "Resource": "arn:aws:s3:::acme-billing/*",
      "Condition": { "NotIpAddress": { "aws:SourceIp": "203.0.113.0/24" } }
    }
  ]
}
"#;

const ROLE_POLICY: &str = "{\n\t\"Version\": \"2012-10-17\",\n\t\"Statement\": {\n\t\t\"Effect\": \"Allow\",\n\t\t\"Action\": \"s3:GetObject\",\n\t\t\"Resource\": \"arn:aws:s3:::acme-billing/exports\"\n\t}\n}\n";

/// Broken and unknown demands, two findings, everything else that a report can hold.
pub(super) fn not_ready() -> (Report, Sources) {
    let mut sources = Sources::new();
    let bucket = sources.add("bucket-policy.json", BUCKET_POLICY);
    let role = sources.add("policies/spendeffix-reader.json", ROLE_POLICY);
    let region = place(&sources, bucket, "aws:SourceArn\"", "eu-west-1");
    let mut wrong_region = finding(
        "source-arn-wrong-region",
        Severity::Error,
        "`aws:SourceArn` names region `eu-west-1`, exports are always sent from `us-east-1`",
        label(region, "no delivery ever carries this value"),
    );
    wrong_region.demand = Some("delivery.put-object".to_owned());
    wrong_region.related = vec![label(
        place(&sources, bucket, "Principal", "\"bcm-data-exports.amazonaws.com\""),
        "the caller that this statement was to allow",
    )];
    wrong_region.notes = vec![
        "statement `EnableAWSDataExportsToWriteToS3AndCheckPolicy` allows `s3:PutObject` to `bcm-data-exports.amazonaws.com`; only its condition `StringLike aws:SourceArn` does not match".to_owned(),
    ];
    wrong_region.help =
        Some("write `us-east-1`; the region here is the service's, not the bucket's".to_owned());
    wrong_region.fixes = vec![Fix {
        title: "replace `eu-west-1` by `us-east-1`".to_owned(),
        edits: vec![Edit { place: region, replacement: "us-east-1".to_owned() }],
        commands: Vec::new(),
        applicability: Applicability::Safe,
        because: Vec::new(),
        gained: Vec::new(),
        lost: Vec::new(),
    }];
    let mut no_objects = finding(
        "resource-without-objects",
        Severity::Warning,
        "`s3:GetObject` is allowed on `acme-billing/exports` but on no object below it",
        label(
            place(&sources, role, "Resource", "\"arn:aws:s3:::acme-billing/exports\""),
            "names one key, not a prefix",
        ),
    );
    no_objects.help = Some("end the resource in `/*`".to_owned());

    let mut put = demand(
        "delivery.put-object",
        "Delivery",
        "AWS may write export files below `s3://acme-billing/exports/`",
        Need::Needed,
        State::Broken,
    );
    put.detail = Some("every key below the prefix, both forms of `aws:SourceArn`".to_owned());
    put.next = Some("correct `aws:SourceArn` in `bucket-policy.json`".to_owned());
    let mut get_policy = demand(
        "delivery.get-policy",
        "Delivery",
        "AWS may read the policy of the bucket",
        Need::Needed,
        State::Holds,
    );
    get_policy.detail =
        Some("`billingreports.amazonaws.com` and `bcm-data-exports.amazonaws.com`".to_owned());
    let mut get = demand(
        "reader.get-object",
        "Reader",
        "`role/spendeffix` may read every export file",
        Need::Needed,
        State::Unknown,
    );
    get.detail = Some("depends on the service control policies of the organization".to_owned());
    get.next = Some("aws organizations list-policies-for-target --target-id 111122223333 --filter SERVICE_CONTROL_POLICY --output json".to_owned());
    let mut overwrite =
        demand("export.overwrite", "Export", "the export overwrites old files", Need::Advice, State::Broken);
    overwrite.next = Some("choose `OVERWRITE_REPORT`, or pay for every version of every file".to_owned());
    let mut report = report(vec![wrong_region, no_objects]);
    report.consumers = vec![ConsumerReport {
        name: "spendeffix-root".to_owned(),
        title: "SpendEffix (root account)".to_owned(),
        verdict: Verdict::NotReady,
        demands: vec![put, get_policy, get, overwrite],
    }];
    let unknown = |demand: &str| {
        Unknown {
        demand: demand.to_owned(),
        fact: "scp".to_owned(),
        reason: "the service control policies of the organization were not given".to_owned(),
        tell: Some("aws organizations list-policies-for-target --target-id 111122223333 --filter SERVICE_CONTROL_POLICY --output json".to_owned()),
    }
    };
    report.unknown = vec![unknown("reader.get-object"), unknown("reader.list-bucket")];
    report.assumed = vec![Assumed {
        text: "no permissions boundary limits `role/spendeffix`".to_owned(),
        source: Some("not given".to_owned()),
    }];
    report.not_evaluated = vec![NotEvaluated {
        document: "notes.txt".to_owned(),
        reason: "not a document that preflight knows".to_owned(),
    }];
    let hidden = finding(
        "wildcard-principal",
        Severity::Note,
        "a statement names every principal",
        label(place(&sources, bucket, "OnlyOurNetwork", "\"*\""), "everybody"),
    );
    report.suppressed = vec![Suppressed { finding: hidden, reason: "meant so".to_owned() }];
    (report, sources)
}

/// Nothing to complain about.
pub(super) fn ready() -> (Report, Sources) {
    let mut report = report(Vec::new());
    report.verdict = Verdict::Ready;
    let mut list = demand("reader.list", "Reader", "the files can be listed", Need::Needed, State::Holds);
    list.detail = Some("proved for every key below `exports/`".to_owned());
    let get = demand("reader.get", "Reader", "the files can be read", Need::Needed, State::Holds);
    report.consumers = vec![ConsumerReport {
        name: "datadog".to_owned(),
        title: "Datadog".to_owned(),
        verdict: Verdict::Ready,
        demands: vec![list, get],
    }];
    (report, Sources::new())
}

/// Labels on a whole statement, far apart, in other documents, on top of each other and on long lines.
pub(super) fn many_places() -> (Report, Sources) {
    let mut sources = Sources::new();
    let bucket = sources.add("bucket-policy.json", BUCKET_POLICY);
    let role = sources.add("policies/spendeffix-reader.json", ROLE_POLICY);
    let long = format!(
        "{{\n  \"Resource\": [{}\"arn:aws:s3:::acme-billing-exports-in-an-account-of-ours/exports/*\"]\n}}\n",
        "\"arn:aws:s3:::first\", ".repeat(4)
    );
    let scp = sources.add("scp.json", long);
    let minified = sources.add(
        "trust.json",
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{}{{"Sid":"Last","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::444455556666:root"}},"Action":"sts:AssumeRole","Condition":{{"StringEquals":{{"sts:ExternalId":"<your external id>"}}}}}}]}}"#,
            r#"{"Sid":"Other","Effect":"Deny","Principal":"*","Action":"sts:TagSession","Condition":{"Bool":{"aws:SecureTransport":"false"}}},"#.repeat(5)
        ),
    );
    let text = sources.get(bucket).text();
    let start = text.find("{\n      \"Sid\": \"OnlyOurNetwork\"").unwrap();
    let end = start + text[start..].find("\n    }").unwrap() + "\n    }".len();
    let statement = Place { source: bucket, span: Span::new(start, end) };
    let mut denied = finding(
        "delivery-denied",
        Severity::Error,
        "statement `OnlyOurNetwork` denies the delivery of exports",
        label(
            place(&sources, bucket, "aws:SourceIp", "\"203.0.113.0/24\""),
            "AWS services do not call from here",
        ),
    );
    denied.related = vec![
        label(statement, "this statement denies everything else"),
        label(place(&sources, bucket, "Action\": [", "\"s3:PutObject\""), "allowed here"),
        label(place(&sources, role, "Action", "\"s3:GetObject\""), "the reader is not affected"),
    ];
    denied.class = Class::MayClear;
    denied.owner = Owner::Organization;
    let mut lines = finding(
        "long-lines",
        Severity::Note,
        "long lines are cut or broken",
        label(
            place(
                &sources,
                scp,
                "Resource",
                "\"arn:aws:s3:::acme-billing-exports-in-an-account-of-ours/exports/*\"",
            ),
            "the last of a long list, with words that do not fit beside it and are broken",
        ),
    );
    lines.related = vec![
        label(place(&sources, minified, "Last", "<your external id>"), "the placeholder was left in"),
        label(place(&sources, minified, "Last", "\"sts:ExternalId\""), "the key"),
        label(place(&sources, minified, "Other", "\"Deny\""), "far away"),
    ];
    (report(vec![denied, lines]), sources)
}

/// A policy of 20 KB on one line, escaped into a string as the AWS CLI prints it, with hostile characters.
pub(super) fn wrapped() -> (Report, Sources) {
    let statement = |number: usize| {
        format!(
            r#"{{"Sid":"Statement{number}","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::111122223333:role/ré{number}"}},"Action":["s3:GetObject","s3:ListBucket"],"Resource":"arn:aws:s3:::other-{number}/*","Condition":{{"StringEquals":{{"aws:PrincipalTag/team":"a\"b\\c"}}}}}}"#
        )
    };
    let fault = "{\"Sid\":\"Deliver\u{202e}y\u{200b}\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"bcm-data-exports.amazonaws.com\"},\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::acme-billing/exports/*\",\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"111122223333\u{202e}\u{5d1}\",\"note\":\"\u{1b}[31mred\"}}}";
    let before: Vec<_> = (0..90).map(statement).collect();
    let policy = format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{},{fault}]}}", before.join(","));
    let string: String = policy
        .chars()
        .map(|ch| match ch {
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            '\u{1b}' => "\\u001b".to_owned(),
            _ => ch.to_string(),
        })
        .collect();
    let mut sources = Sources::new();
    let id = sources.add("bucket-policy.json", format!("{{\"Policy\":\"{string}\"}}"));
    let start = "{\"Policy\":\"".len();
    let mut wrong = finding(
        "source-account-wrong",
        Severity::Error,
        "`aws:SourceAccount` is `111122223333\u{202e}\u{5d1}`, which is no account",
        label(
            place(&sources, id, "aws:SourceAccount", "111122223333\u{202e}\u{5d1}"),
            "two characters behind the number",
        ),
    );
    wrong.related = vec![label(
        place(&sources, id, "Deliver", "arn:aws:s3:::acme-billing/exports/*"),
        "so nothing is ever delivered here",
    )];
    let mut report = report(vec![wrong]);
    report.wrapped = vec![Wrapped { source: id, span: Span::new(start, start + string.len()), level: 1 }];
    (report, sources)
}
