//! `preflight lint`: texts that others publish stay clean, and the command does what it says.

use preflight::checks::lint::PolicyKind;
use preflight::evidence::LoosePolicies;
use preflight::finding::{Finding, Severity};
use preflight::judge::{Library, LintJob, lint};
use preflight::load;
use preflight::rulebook::embedded;
use preflight::source::Sources;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn findings(library: &Library, kind: Option<PolicyKind>, text: &str) -> Vec<Finding> {
    let mut sources = Sources::new();
    let mut found = LoosePolicies::default();
    load::add_loose(&mut sources, "policy", text, &mut found);
    lint(library, &LintJob { sources: &sources, found: &found, kind, pedantic: false, only: &[] }).findings
}

fn loud(findings: &[Finding]) -> Vec<String> {
    let loud = findings.iter().filter(|finding| finding.severity > Severity::Note);
    loud.map(|finding| format!("{}: {}", finding.rule, finding.headline)).collect()
}

#[test]
fn policies_of_onboarding_guides_give_notes_at_most() {
    let library = Library::embedded().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lint/published");
    let mut seen = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix(".json") else { continue };
        let kind = PolicyKind::of(stem.rsplit('.').next().unwrap());
        assert!(kind.is_some(), "{name} does not say what type of policy it is");
        let text = std::fs::read_to_string(&path).unwrap();
        wrong
            .extend(loud(&findings(&library, kind, &text)).into_iter().map(|line| format!("{name}: {line}")));
        seen += 1;
    }
    assert!(seen >= 19, "only {seen} policies were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn bucket_policies_that_aws_published_give_notes_at_most() {
    #[derive(serde::Deserialize)]
    struct Table {
        text: Vec<Text>,
    }
    #[derive(serde::Deserialize)]
    struct Text {
        name: String,
        policy: String,
    }
    let library = Library::embedded().unwrap();
    let (_, table) = embedded::TABLES.iter().find(|(name, _)| *name == "known-texts").unwrap();
    let table: Table = toml::from_str(table.text()).unwrap();
    assert!(table.text.len() >= 6);
    // Filled in, and as the guides have it, with its placeholders.
    for (bucket, account) in [("acme-billing", "111122223333"), ("{bucket-name}", "${AccountId}")] {
        for text in &table.text {
            let holes = [("{bucket}", bucket), ("{account}", account), ("{partition}", "aws")];
            let policy =
                holes.iter().fold(text.policy.clone(), |text, (hole, value)| text.replace(hole, value));
            let kind = PolicyKind::of("bucket");
            assert_eq!(loud(&findings(&library, kind, &policy)), Vec::<String>::new(), "{}", text.name);
        }
    }
}

fn run(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_preflight"))
        .args(args)
        .env_clear()
        .env("COLUMNS", "100")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A run that refuses its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const UNKNOWN: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObjct","Resource":"arn:aws:s3:::acme-billing/*"}}"#;

#[test]
fn the_exit_code_follows_the_threshold() {
    assert_eq!(run(&["lint", "-"], UNKNOWN).status.code(), Some(0));
    assert_eq!(run(&["lint", "--fail-on", "warning", "-"], UNKNOWN).status.code(), Some(1));
    assert_eq!(run(&["lint", "-"], "This is no policy").status.code(), Some(1));
    assert_eq!(run(&["lint", "--type", "nothing", "-"], UNKNOWN).status.code(), Some(2));
    assert_eq!(run(&["lint", "no-such-file.json"], "").status.code(), Some(2));
}

#[test]
fn an_unknown_action_is_told_with_the_date_of_the_data_and_one_other_spelling() {
    let text = out(&run(&["lint", "-"], UNKNOWN));
    assert!(text.contains(preflight::catalog::data_version().date), "{text}");
    assert!(text.contains("s3:GetObject"), "{text}");
    assert!(text.contains("1 warning") && !text.contains("cannot tell"), "{text}");
}

#[test]
fn names_of_other_tools_select_rules() {
    let text = out(&run(&["lint", "-q", "--only", "INVALID_ACTION", "-"], UNKNOWN));
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains("action-not-listed"), "{text}");
    assert_eq!(out(&run(&["lint", "-q", "--only", "MISSING_VERSION", "-"], UNKNOWN)), "");
    let aliases = out(&run(&["rules", "--aliases"], ""));
    for name in
        ["PASS_ROLE_WITH_STAR_IN_RESOURCE", "RESOURCE_STAR", "DataExfiltration", "confused_deputy_risk"]
    {
        assert!(aliases.lines().any(|line| line.starts_with(name)), "{name}");
    }
}

#[test]
fn the_report_has_no_verdict_where_nobody_asked_for_one() {
    let text = out(&run(&["lint", "--format", "json", "-"], UNKNOWN));
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report.get("verdict"), Some(&serde_json::Value::Null));
    assert_eq!(report["findings"][0]["rule"], "action-not-listed");
}

#[test]
fn a_policy_in_an_answer_is_found_and_known_for_what_it_is() {
    let role = r#"{"Role":{"RoleName":"reader","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}}}"#;
    let text = out(&run(&["lint", "-q", "-"], role));
    assert!(text.contains("trust-any-principal"), "{text}");
    let wrapped = serde_json::json!({ "Policy": UNKNOWN }).to_string();
    assert!(out(&run(&["lint", "-q", "-"], &wrapped)).contains("action-not-listed"));
}

#[test]
fn a_condition_that_keeps_strangers_out_is_seen() {
    let library = Library::embedded().unwrap();
    let policy = |condition: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
            "Resource":"arn:aws:s3:::acme-billing/*","Condition":{condition}}}]}}"#
        )
    };
    let is_public = |condition: &str| {
        let found = findings(&library, PolicyKind::of("bucket"), &policy(condition));
        found.iter().any(|finding| finding.rule.0 == "resource-policy-public")
    };
    for closed in [
        r#"{"StringEquals":{"aws:PrincipalOrgID":"o-exampleorgid"}}"#,
        r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#,
        r#"{"StringEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}}"#,
        r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}}"#,
        r#"{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}"#,
    ] {
        assert!(!is_public(closed), "{closed}");
    }
    for open in [
        "{}",
        r#"{"Bool":{"aws:SecureTransport":"true"}}"#,
        r#"{"StringLike":{"aws:UserAgent":"acme*"}}"#,
        r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}"#,
        r#"{"ArnLike":{"aws:PrincipalArn":"*"}}"#,
        r#"{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-exampleorgid"}}"#,
    ] {
        assert!(is_public(open), "{open}");
    }
}

#[test]
fn a_word_in_a_file_name_tells_the_kind_and_a_part_of_a_word_does_not() {
    let text =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
    let kind = |file: &str| {
        let mut sources = Sources::new();
        let mut found = LoosePolicies::default();
        load::add_loose(&mut sources, file, text, &mut found);
        PolicyKind::detect(&found.policies[0], file).to_string()
    };
    for (file, wanted) in [
        ("policies/root-scp.json", "scp"),
        ("SCP_2.json", "scp"),
        ("service-control-policy.json", "scp"),
        ("boundary.json", "boundary"),
        ("session-policy.json", "session"),
        ("acme-bucket-policy.json", "resource:s3"),
        ("reader.trust-policy.json", "trust"),
        ("assume_role_policy.json", "trust"),
        ("assume_role.json", "identity"),
        ("TrustedAdvisorReadOnly.json", "identity"),
        ("trustees.json", "identity"),
        ("DiagnosisBucketPolicyForUsers.json", "identity"),
        ("PolicyForSessions.json", "identity"),
    ] {
        assert_eq!(kind(file), wanted, "{file}");
    }
}

#[test]
fn a_policy_with_one_fault_stays_of_its_kind() {
    let kind = |file: &str, statement: &str| {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        let mut sources = Sources::new();
        let mut found = LoosePolicies::default();
        load::add_loose(&mut sources, file, &text, &mut found);
        PolicyKind::detect(&found.policies[0], file).to_string()
    };
    let product = r#""Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"}"#;
    let service = r#""Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"}"#;
    let asks = r#""Condition":{"StringEquals":{"sts:ExternalId":"9f2c41d7"}}"#;
    for (file, statement, wanted) in [
        // Signs in the text alone.
        ("a.json", format!(r#"{{{product},"Action":"sts:AssumeRole","Resource":"*"}}"#), "trust"),
        ("a.json", format!(r#"{{{service},"Action":["sts:AssumeRole","s3:GetObject"]}}"#), "trust"),
        ("a.json", format!(r#"{{{product},"Action":"AssumeRole"}}"#), "trust"),
        ("a.json", format!(r#"{{{product},"Action":"st:AssumeRole"}}"#), "trust"),
        ("a.json", format!(r#"{{{product},"Action":"*",{asks}}}"#), "trust"),
        (
            "a.json",
            format!(
                r#"{{{product},"Action":"sts:AssumeRole"}},{{{service},"Action":"ec2:DescribeInstances"}}"#
            ),
            "trust",
        ),
        // The file's name beside one of them.
        ("trust-policy.json", format!(r#"{{{product},"Action":"s3:ListBucket"}}"#), "trust"),
        ("trust-policy.json", format!(r#"{{{product},"Action":"*"}}"#), "trust"),
        // Policies of resources that have no `Resource`, and others that speak of roles.
        ("a.json", format!(r#"{{{product},"Action":"ecr:BatchGetImage"}}"#), "resource:ecr"),
        (
            "trust-policy.json",
            format!(r#"{{{product},"Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"}}"#),
            "resource:s3",
        ),
        (
            "a.json",
            r#"{"Effect":"Deny","Principal":"*","Action":["sts:AssumeRole","s3:*"],"Resource":"*"}"#
                .to_owned(),
            "rcp",
        ),
        (
            "sts-endpoint.json",
            format!(r#"{{{product},"Action":"sts:AssumeRole","Resource":"*"}}"#),
            "endpoint",
        ),
        // Whose it is says the name, where every statement has a `Principal` too many.
        (
            "reader-policy.json",
            format!(r#"{{{product},"Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*"}}"#),
            "identity",
        ),
        ("scp.json", format!(r#"{{{product},"Action":"s3:*","Resource":"*"}}"#), "scp"),
        (
            "reader-policy.json",
            format!(r#"{{{service},"Action":"s3:PutObject","Resource":"arn:aws:s3:::a/*"}}"#),
            "resource:s3",
        ),
        // The policy that every endpoint has at first.
        (
            "a.json",
            r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#.to_owned(),
            "endpoint",
        ),
    ] {
        assert_eq!(kind(file, &statement), wanted, "{file} {statement}");
    }
}

#[test]
fn what_denies_everybody_several_services_is_an_rcp_whatever_its_file_is_called() {
    let kind = |statement: &str| {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        let mut sources = Sources::new();
        let mut found = LoosePolicies::default();
        load::add_loose(&mut sources, "guardrail.json", &text, &mut found);
        PolicyKind::detect(&found.policies[0], "guardrail.json").to_string()
    };
    let rcp = r#"{"Effect":"Deny","Principal":"*","Action":["s3:*","sqs:*","kms:*"],"Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-exampleorgid"}}}"#;
    assert_eq!(kind(rcp), "rcp");
    assert_eq!(
        kind(&rcp.replace(r#""Resource":"*""#, r#""Resource":"arn:aws:s3:::acme-billing/*""#)),
        "resource:s3"
    );
    assert_eq!(kind(&rcp.replace(r#"["s3:*","sqs:*","kms:*"]"#, r#""s3:*""#)), "resource:s3");
    assert_eq!(kind(&rcp.replace("Deny", "Allow")), "resource");
}

/// Shapes that AWS's own guides and managed policies have: no warning is deserved.
#[test]
fn shapes_of_awss_own_policies_give_notes_at_most() {
    let library = Library::embedded().unwrap();
    let statements = [
        // Documents and public parameters of AWS itself have no account.
        r#""Action":"ssm:GetDocument","Resource":["arn:aws:ssm:*::document/AWS-RunShellScript","arn:aws:ssm:*::document/AmazonECS-*"]"#,
        r#""Action":"ssm:GetParameter","Resource":"arn:aws:ssm:eu-west-1::parameter/aws/service/ami-amazon-linux-latest/*""#,
        // The key policy for logs compares a text of the encryption context as an ARN.
        r#""Action":"kms:Decrypt","Resource":"arn:aws:kms:eu-west-1:111122223333:key/*","Condition":{"ArnLike":{"kms:EncryptionContext:aws:logs:arn":"arn:aws:logs:eu-west-1:111122223333:*"}}"#,
        // Nobody can choose the account that a principal is of.
        r#""Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-billing/*","Condition":{"StringLike":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}"#,
    ];
    for statement in statements {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{statement}}}]}}"#);
        assert_eq!(
            loud(&findings(&library, PolicyKind::of("identity"), &text)),
            Vec::<String>::new(),
            "{statement}"
        );
    }
    // Templates of roles are newer than the data: a warning says so, and nothing is taken for refused.
    let template = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetRoleTemplateVersion",
        "Resource":"arn:aws:iam::aws:role-template/observability.amazonaws.com/Collector:1"}]}"#;
    let of_template = findings(&library, PolicyKind::of("identity"), template);
    assert!(of_template.iter().all(|finding| finding.severity < Severity::Error), "{:?}", loud(&of_template));
    // What a tag says is chosen by who sets it.
    let tag = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-billing/*",
        "Condition":{"StringLike":{"aws:ResourceAccount":"${aws:PrincipalTag/account}"}}}]}"#;
    assert_eq!(loud(&findings(&library, PolicyKind::of("identity"), tag)).len(), 1);
}

#[test]
fn inline_policies_are_counted_with_their_owner() {
    let library = Library::embedded().unwrap();
    let policy = |count: usize| {
        let list: Vec<_> = (0..count).map(|n| format!("arn:aws:s3:::acme-billing-{n:04}/*")).collect();
        serde_json::json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": list}})
    };
    let told = |text: &serde_json::Value| {
        let found = findings(&library, None, &text.to_string());
        let of_size = found.iter().filter(|finding| finding.rule.0.ends_with("-too-large"));
        of_size.map(|finding| finding.headline.clone()).collect::<Vec<_>>()
    };
    let details = serde_json::json!({
        "UserDetailList": [
            {"UserName": "ann", "UserPolicyList": [
                {"PolicyName": "a", "PolicyDocument": policy(40)}, {"PolicyName": "b", "PolicyDocument": policy(40)}]},
            {"UserName": "bob", "UserPolicyList": [{"PolicyName": "a", "PolicyDocument": policy(40)}]}],
        "GroupDetailList": [{"GroupName": "ann", "GroupPolicyList": [{"PolicyName": "a", "PolicyDocument": policy(100)}]}],
        "RoleDetailList": [{"RoleName": "app", "RolePolicyList": [{"PolicyName": "a", "PolicyDocument": policy(250)}]}],
        "Policies": [],
    });
    // Ann has 2,482 characters, Bob half of them; 3,121 of a group and 7,771 of a role are allowed.
    let told_of = told(&details);
    assert_eq!(told_of.len(), 1, "{told_of:?}");
    assert!(told_of[0].starts_with("2 inline policies of user `ann` have 2"), "{told_of:?}");
    let one = serde_json::json!({"RoleName": "app", "PolicyName": "a", "PolicyDocument": policy(350)});
    assert_eq!(told(&one).len(), 1);
}

#[test]
fn a_line_break_in_a_sid_does_not_break_a_note() {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Sid":"one\ntwo","Effect":"Allow","Principal":"*","Action":"sqs:SendMessage",
        "Resource":"arn:aws:sqs:eu-west-1:111122223333:jobs"}]}"#;
    let shown = out(&run(&["lint", "--color", "never", "-"], text));
    let line =
        shown.lines().find(|line| line.contains("note: statement")).unwrap_or_else(|| panic!("{shown}"));
    assert!(line.contains(r"`one\ntwo` allows"), "{shown}");
}

#[test]
fn what_the_system_says_of_a_missing_file_is_told_once() {
    let text = String::from_utf8(run(&["lint", "no-such-file.json"], "").stderr).unwrap();
    assert_eq!(text.matches("os error 2").count(), 1, "{text}");
    assert!(text.starts_with("error: cannot read `no-such-file.json`: "), "{text}");
}

/// Search spaces of a statement with many limits were walked for each of its actions.
#[test]
fn a_long_policy_with_many_conditions_is_looked_at_in_bounded_work() {
    let library = Library::embedded().unwrap();
    let statements: Vec<serde_json::Value> = (0..24)
        .map(|n| {
            let resources: Vec<_> = (0..12)
                .map(|m| format!("arn:aws:ec2:*:*:instance/acme-{n}-{m}*"))
                .collect();
            serde_json::json!({
                "Effect": if n % 4 == 3 { "Deny" } else { "Allow" },
                "Action": ["ec2:*Instances", "ec2:*Tags", "iam:PassRole", "s3:*Policy"],
                "Resource": resources,
                "Condition": {"StringLike": {(format!("aws:ResourceTag/team-{n}")): [format!("*{n}*a"), "b*c"]}}
            })
        })
        .collect();
    let text = serde_json::json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    // It ends: before, a policy of this kind took minutes.
    assert!(!findings(&library, PolicyKind::of("identity"), &text).is_empty());
}
