//! Whose credentials, which reader, which accounts: sessions, roles, linked accounts, KMS, policies not attached yet.

use super::run::{ACCOUNT, CODE, SESSION, check, preflight, run};
use super::server::{Scenario, Server, body, error, replaced, with};
use serde_json::{Value, json};

/// Identifiers of the keys of sessions: of a code, of a role, of a role in a linked account.
const OF_CODE: &str = "ASIASESSIONOFCODE001";
const OF_ROLE: &str = "ASIASESSIONOFROLE001";
const OF_LINKED: &str = "ASIASESSIONOFLINKED1";

/// The answer to AssumeRole or GetSessionToken.
fn session(operation: &str, key: &str) -> Value {
    let body = format!(
        "<{operation}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{operation}Result><Credentials><AccessKeyId>{key}\
         </AccessKeyId><SecretAccessKey>{}</SecretAccessKey><SessionToken>{}</SessionToken><Expiration>2036-11-23T13:00:00Z</Expiration>\
         </Credentials></{operation}Result></{operation}Response>",
        SESSION[0], SESSION[1]
    );
    json!({ "status": 200, "type": "text/xml", "body": body })
}

fn aws_json(value: &Value) -> Value {
    json!({ "status": 200, "type": "application/x-amz-json-1.1", "body": value.to_string() })
}

const SERIAL: &str = "arn:aws:iam::111122223333:mfa/admin";
const AUDIT: &str = "arn:aws:iam::111122223333:role/audit";

/// Requests of an operation.
fn asked(server: &Server, call: &str) -> Vec<String> {
    server.inputs().into_iter().filter(|input| input.starts_with(call)).collect()
}

#[test]
fn a_session_with_a_code_and_a_role_are_used_for_every_call() {
    for role in [None, Some(AUDIT)] {
        let server = Server::start(with(&[
            ("sts:GetSessionToken", session("GetSessionToken", OF_CODE)),
            ("sts:AssumeRole", session("AssumeRole", OF_ROLE)),
        ]));
        let mut more = vec!["--mfa-serial", SERIAL, "--mfa-code", CODE];
        more.extend(role.iter().flat_map(|role| ["--role", role]));
        let said = check(&server.url, &more);
        assert_eq!((said.verdict().as_str(), said.code), ("ready", 0), "{role:?}: {}", said.err);
        // A code can be used once.
        let with_code: Vec<String> = server
            .inputs()
            .into_iter()
            .filter(|input| input.contains(&format!("TokenCode={CODE}")))
            .collect();
        assert_eq!(with_code.len(), 1, "{with_code:#?}");
        assert!(with_code[0].starts_with("sts:GetSessionToken") && with_code[0].contains("mfa%2Fadmin"));
        let assumed = asked(&server, "sts:AssumeRole");
        assert_eq!(assumed.len(), role.iter().len());
        assert!(assumed.iter().all(|input| input.contains(&format!("key={OF_CODE}"))), "{assumed:#?}");
        let key = if role.is_some() { OF_ROLE } else { OF_CODE };
        let own = ["sts:AssumeRole", "sts:GetSessionToken"];
        let others = server.inputs();
        let others = others.iter().filter(|input| !own.iter().any(|call| input.starts_with(call)));
        assert!(
            others.clone().all(|input| input.contains(&format!("key={key}"))),
            "{key}: {:#?}",
            others.collect::<Vec<_>>()
        );
    }
    let refused =
        error("sts:AssumeRole", 403, "AccessDenied", "User is not authorized to perform: sts:AssumeRole");
    let said = check(&Server::start(with(&[("sts:AssumeRole", refused)])).url, &["--role", AUDIT]);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(
        said.err.contains("the role cannot be assumed") && said.err.contains("AccessDenied"),
        "{}",
        said.err
    );
    let said = check(&Server::start(with(&[])).url, &["--mfa-serial", SERIAL]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("--mfa-code"), "{}", said.err);
}

#[test]
fn a_code_goes_to_the_role_where_the_keys_are_those_of_a_session() {
    let no_session = error(
        "sts:GetSessionToken",
        403,
        "AccessDenied",
        "Cannot call GetSessionToken with session credentials",
    );
    let wrong = error(
        "sts:GetSessionToken",
        403,
        "AccessDenied",
        "MultiFactorAuthentication failed with invalid MFA one time pass code.",
    );
    let of_role = ("sts:AssumeRole", session("AssumeRole", OF_ROLE));
    let server = Server::start(with(&[("sts:GetSessionToken", no_session), of_role.clone()]));
    let mfa = ["--mfa-serial", SERIAL, "--mfa-code", CODE];
    let said = check(&server.url, &[&mfa[..], &["--role", AUDIT]].concat());
    assert_eq!((said.verdict().as_str(), said.code), ("ready", 0), "{}", said.err);
    let assumed = asked(&server, "sts:AssumeRole");
    assert!(assumed.len() == 1 && assumed[0].contains(&format!("TokenCode={CODE}")), "{assumed:#?}");
    // A code that is wrong is wrong, and is not tried twice.
    let server = Server::start(with(&[("sts:GetSessionToken", wrong.clone()), of_role]));
    let said = check(&server.url, &[&mfa[..], &["--role", AUDIT]].concat());
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("invalid MFA one time pass code"), "{}", said.err);
    assert_eq!(asked(&server, "sts:").len(), 1, "{:?}", server.inputs());
}

/// Which credentials take the role of a linked account that asks for a code.
#[test]
fn a_code_reaches_the_roles_of_linked_accounts() {
    let of_linked = |key: &str| {
        format!("sts:AssumeRole 222233334444%3Arole%2Fpreflight&RoleSessionName=preflight&key={key}")
    };
    let denied =
        error("sts:AssumeRole", 403, "AccessDenied", "User is not authorized to perform: sts:AssumeRole");
    let scenario = || {
        let mut scenario = linked(ALL);
        scenario.insert("sts:GetSessionToken".to_owned(), session("GetSessionToken", OF_CODE));
        scenario.insert("sts:AssumeRole".to_owned(), denied.clone());
        scenario.insert("sts:AssumeRole role%2Faudit".to_owned(), session("AssumeRole", OF_ROLE));
        scenario.insert(of_linked(OF_CODE), session("AssumeRole", OF_LINKED));
        scenario
    };
    let mfa = ["--mfa-serial", SERIAL, "--mfa-code", CODE];
    for (role, tries) in [(&[][..], 1), (&["--role", AUDIT][..], 2)] {
        let server = Server::start(scenario());
        let said = check(&server.url, &[&LINKED[..], &mfa[..], role].concat());
        assert_eq!(said.state("discovery.linked").as_deref(), Some("holds"), "{role:?}: {}", said.out);
        let codes = server.inputs().iter().filter(|input| input.contains(CODE)).count();
        assert_eq!(codes, 1, "a code can be used once");
        let of_role = asked(&server, "sts:AssumeRole");
        assert_eq!(
            of_role.iter().filter(|input| input.contains("222233334444")).count(),
            tries,
            "{of_role:#?}"
        );
    }
    // Whoever trusts the first role is not asked twice.
    let mut chained = scenario();
    chained.insert(of_linked(OF_ROLE), session("AssumeRole", OF_LINKED));
    let server = Server::start(chained);
    let said = check(&server.url, &[&LINKED[..], &mfa[..], &["--role", AUDIT]].concat());
    assert_eq!(said.state("discovery.linked").as_deref(), Some("holds"), "{}", said.out);
    assert_eq!(asked(&server, "sts:AssumeRole").len(), 2);
    // Where neither may, it is said once, and nothing is guessed.
    let mut nobody = scenario();
    nobody.remove(&of_linked(OF_CODE));
    let said = check(&Server::start(nobody).url, &[&LINKED[..], &mfa[..], &["--role", AUDIT]].concat());
    assert_eq!(said.state("discovery.linked").as_deref(), Some("unknown"), "{}", said.out);
    assert_eq!(said.report()["not_evaluated"].to_string().matches("assume-role").count(), 1, "{}", said.out);
}

/// A payer with one linked account below a unit.
pub(super) fn linked(scp: &str) -> Scenario {
    let mut accounts: Value =
        serde_json::from_str(body("organizations:ListAccounts")["body"].as_str().unwrap()).unwrap();
    accounts["Accounts"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "Id": "222233334444", "Name": "shop", "Status": "ACTIVE" }));
    let policies = json!({ "Policies": [{ "Id": "p-here", "Type": "SERVICE_CONTROL_POLICY" }] });
    with(&[
        ("organizations:ListAccounts", aws_json(&accounts)),
        ("organizations:ListParents", aws_json(&json!({ "Parents": [{ "Id": "r-ab12", "Type": "ROOT" }] }))),
        ("organizations:ListPoliciesForTarget", aws_json(&policies)),
        ("organizations:DescribePolicy", aws_json(&json!({ "Policy": { "Content": scp } }))),
        (
            "organizations:ListPoliciesForTarget RESOURCE_CONTROL_POLICY",
            aws_json(&json!({ "Policies": [{ "Id": "p-RCP" }] })),
        ),
        ("organizations:DescribePolicy p-RCP", aws_json(&json!({ "Policy": { "Content": RCP } }))),
        ("sts:AssumeRole", session("AssumeRole", OF_LINKED)),
        ("iam:GetUser key=ASIA", replaced("iam:GetUser", "111122223333", "222233334444")),
    ])
}

pub(super) const ALL: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
const RCP: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;
const NO_EC2: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"ec2:*","Resource":"*"}]}"#;
pub(super) const LINKED: [&str; 6] = [
    "--linked-role",
    "preflight",
    "--linked-reader",
    "arn:aws:iam::222233334444:user/spendeffix",
    "--connected-account",
    "222233334444",
];

#[test]
fn a_linked_account_is_read_by_a_role_in_it() {
    let server = Server::start(linked(ALL));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.json");
    let file = file.to_str().unwrap();
    let said = check(&server.url, &[&LINKED[..], &["--snapshot", file]].concat());
    assert_eq!(said.state("discovery.linked").as_deref(), Some("holds"), "{}", said.out);
    assert_eq!(said.verdict(), "ready", "{}", said.out);
    let inputs = server.inputs();
    assert!(inputs.iter().any(
        |input| input.starts_with("sts:AssumeRole") && input.contains("222233334444%3Arole%2Fpreflight")
    ));
    // The user of the payer and that of the linked account have one name: they are not mixed.
    let there = inputs.iter().filter(|input| input.contains(&format!("key={OF_LINKED}"))).count();
    assert_eq!(there, 6, "{inputs:#?}");
    let mut mailed = preflight("http://127.0.0.1:9");
    mailed.args(["check", file, "--format", "json", "--now", "2026-11-23T12:00:00Z"]);
    assert_eq!(run(mailed).report()["consumers"], said.report()["consumers"]);
    // Another list of accounts would put the documents to the wrong ones.
    let mut other = preflight("http://127.0.0.1:9");
    other.args(["check", file, "--linked-reader", "arn:aws:iam::333344445555:user/a"]);
    let other = run(other);
    assert_eq!(other.code, 2, "{}", other.out);
    // A bundle of it is judged the same.
    let bundle = folder.path().join("b.json");
    let mut command = preflight("http://127.0.0.1:9");
    command.args(["bundle", "--now", "2026-11-23T12:00:00Z", "-o"]).arg(&bundle).arg(file);
    let made = run(command);
    assert_eq!(made.code, 0, "{}", made.err);
    let text = std::fs::read_to_string(&bundle).unwrap();
    assert!(!text.contains("222233334444") && !text.contains("acme-billing"));
}

#[test]
fn what_is_not_seen_of_a_linked_account_is_not_guessed() {
    for (call, answer) in [
        ("sts:AssumeRole", error("sts:AssumeRole", 403, "AccessDenied", "no")),
        ("iam:GetPolicyVersion key=ASIA", error("iam:GetPolicyVersion", 403, "AccessDenied", "no")),
        ("iam:ListGroupsForUser key=ASIA", error("iam:ListGroupsForUser", 403, "AccessDenied", "no")),
    ] {
        let mut scenario = linked(ALL);
        scenario.insert(call.to_owned(), answer);
        let said = check(&Server::start(scenario).url, &LINKED);
        assert_eq!(said.state("discovery.linked").as_deref(), Some("unknown"), "{call}: {}", said.out);
        // The account of the form is judged as ever.
        assert_eq!(said.state("reader.get-object").as_deref(), Some("holds"), "{call}");
        let told = said.report()["not_evaluated"].to_string();
        assert!(told.contains("222233334444"), "{call}: {told}");
    }
    let said = check(&Server::start(linked(NO_EC2)).url, &LINKED);
    assert_eq!(said.state("discovery.linked").as_deref(), Some("broken"), "{}", said.out);
    // The payer itself stands above its SCPs.
    assert_eq!(said.state("discovery.ec2").as_deref().unwrap_or("holds"), "holds", "{}", said.out);
}

#[test]
fn a_reader_that_is_a_role_is_read_as_one() {
    let role = "<GetRoleResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetRoleResult><Role><Path>/</Path><RoleName>import</RoleName>\
                <RoleId>AROA</RoleId><Arn>arn:aws:iam::111122223333:role/import</Arn><CreateDate>2026-11-01T08:00:00Z</CreateDate></Role>\
                </GetRoleResult></GetRoleResponse>";
    let as_role = |call: &str| {
        let mut answer = body(call);
        answer["body"] = json!(answer["body"].as_str().unwrap().replace("UserPolicies", "RolePolicies"));
        answer
    };
    let server = Server::start(with(&[
        ("iam:GetRole", json!({ "status": 200, "type": "text/xml", "body": role })),
        ("iam:ListAttachedRolePolicies", as_role("iam:ListAttachedUserPolicies")),
        ("iam:ListRolePolicies", as_role("iam:ListUserPolicies")),
    ]));
    for arn in
        ["arn:aws:iam::111122223333:role/import", "arn:aws:sts::111122223333:assumed-role/import/session"]
    {
        let mut command = preflight(&server.url);
        command.args([
            "check",
            "--live",
            "--format",
            "json",
            "--no-simulate",
            "--now",
            "2026-11-23T12:00:00Z",
        ]);
        command.args(&ACCOUNT[..6]).args(["--reader", arn]);
        let said = run(command);
        assert_eq!(said.state("reader.get-object").as_deref(), Some("holds"), "{arn}: {}", said.out);
        assert_eq!(said.report()["not_evaluated"], json!([]), "{arn}");
    }
    let users =
        server.calls().iter().filter(|call| call.contains("User") || call.contains("AccessKeys")).count();
    assert_eq!(users, 0, "{:?}", server.calls());
}

/// The bucket encrypts with a key behind an alias, with which this principal may decrypt.
pub(super) fn key(principal: &str) -> Scenario {
    let encryption = "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ApplyServerSideEncryptionByDefault>\
                      <SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>alias/billing</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule>\
                      </ServerSideEncryptionConfiguration>";
    let arn = "arn:aws:kms:us-east-1:111122223333:key/0f1e2d3c-0000-1111-2222-333344445555";
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "kms:Decrypt", "Resource": "*" },
        { "Effect": "Allow", "Principal": { "Service": ["billingreports.amazonaws.com", "bcm-data-exports.amazonaws.com"] }, "Action": ["kms:GenerateDataKey*", "kms:Decrypt"], "Resource": "*" },
    ] });
    with(&[
        ("s3:GetBucketEncryption", json!({ "status": 200, "type": "application/xml", "body": encryption })),
        (
            "kms:DescribeKey",
            aws_json(
                &json!({ "KeyMetadata": { "KeyId": "0f1e2d3c-0000-1111-2222-333344445555", "Arn": arn, "Enabled": true, "KeyState": "Enabled", "KeyManager": "CUSTOMER" } }),
            ),
        ),
        ("kms:GetKeyPolicy", aws_json(&json!({ "Policy": policy.to_string(), "PolicyName": "default" }))),
    ])
}

#[test]
fn the_key_behind_an_alias_is_read_and_judged() {
    let arn = "arn:aws:kms:us-east-1:111122223333:key/0f1e2d3c-0000-1111-2222-333344445555";
    let states = |scenario: Scenario| -> (String, Vec<String>, String) {
        let server = Server::start(scenario);
        let said = check(&server.url, &[]);
        let asked: Vec<String> =
            server.inputs().into_iter().filter(|input| input.starts_with("kms:")).collect();
        (said.verdict(), asked, said.out)
    };
    let (verdict, asked, out) = states(key("arn:aws:iam::111122223333:user/spendeffix"));
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[0].contains("alias/billing") && asked[1].contains(arn), "{asked:?}");
    assert_eq!(verdict, "ready", "{out}");
    // Whether AWS encrypts exports with the bucket's key is not known, so that a wrong key is not yet a no.
    let (verdict, _, out) = states(key("arn:aws:iam::111122223333:user/somebody"));
    assert!(verdict == "cannot-tell" && out.contains("delivery-encryption"), "{out}");
    assert!(!out.contains("kms:GetKeyPolicy"), "{out}");
    let mut unread = key("arn:aws:iam::111122223333:user/spendeffix");
    unread
        .insert("kms:GetKeyPolicy".to_owned(), error("kms:GetKeyPolicy", 400, "AccessDeniedException", "no"));
    let (verdict, _, out) = states(unread);
    assert_eq!(verdict, "cannot-tell", "{out}");
    assert!(out.contains("kms:GetKeyPolicy"), "{out}");
}

#[test]
fn policies_that_are_not_attached_yet_are_told_to_the_simulator() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.json");
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:ListBucket","s3:GetBucketLocation","s3:GetObject"],"Resource":["arn:aws:s3:::acme-billing","arn:aws:s3:::acme-billing/*"]}]}"#;
    std::fs::write(&policy, text).unwrap();
    let given = ["--reader-policy", policy.to_str().unwrap()];
    // Beside what the reader has.
    let server = Server::start(with(&[]));
    check(&server.url, &given);
    let asked: Vec<String> = server.inputs().into_iter().filter(|input| input.contains("Simulate")).collect();
    assert_eq!(asked.len(), 5, "{asked:?}");
    assert!(
        asked
            .iter()
            .all(|input| input.contains("PolicySourceArn") && input.contains("PolicyInputList.member.1")),
        "{asked:?}"
    );
    // Before there is a reader: alone, below the SCPs of its account, the root's first.
    let mut organization = body("organizations:DescribeOrganization");
    organization["body"] =
        json!(organization["body"].as_str().unwrap().replace("111122223333", "444455556666"));
    let mut custom =
        replaced("iam:SimulatePrincipalPolicy", "SimulatePrincipalPolicy", "SimulateCustomPolicy");
    custom["body"] = json!(custom["body"].as_str().unwrap());
    let policies =
        |id: &str| aws_json(&json!({ "Policies": [{ "Id": id, "Type": "SERVICE_CONTROL_POLICY" }] }));
    let server = Server::start(with(&[
        (
            "iam:GetUser",
            error("iam:GetUser", 404, "NoSuchEntity", "The user with name spendeffix cannot be found."),
        ),
        ("organizations:DescribeOrganization", organization),
        ("organizations:ListParents", aws_json(&json!({ "Parents": [{ "Id": "r-ab12", "Type": "ROOT" }] }))),
        ("organizations:ListPoliciesForTarget r-ab12", policies("p-root")),
        ("organizations:ListPoliciesForTarget 111122223333", policies("p-account")),
        ("organizations:DescribePolicy p-root", aws_json(&json!({ "Policy": { "Content": ALL } }))),
        ("organizations:DescribePolicy p-account", aws_json(&json!({ "Policy": { "Content": NO_EC2 } }))),
        ("iam:SimulateCustomPolicy", custom),
    ]));
    let said = check(&server.url, &[&given[..], &["--account-kind", "linked"]].concat());
    let asked: Vec<String> = server.inputs().into_iter().filter(|input| input.contains("Simulate")).collect();
    assert_eq!(asked.len(), 5, "{asked:?}\n{}", said.err);
    for input in &asked {
        assert!(input.starts_with("iam:SimulateCustomPolicy"), "{input}");
        let level = |at: usize| {
            format!("OrderedOrganizationPolicyInputList.member.{at}.ServiceControlPolicyInputList.member.1=")
        };
        let of = |at: usize| {
            input
                .split(&level(at))
                .nth(1)
                .unwrap_or_else(|| panic!("{input}"))
                .split('&')
                .next()
                .unwrap()
                .to_owned()
        };
        assert!(!of(1).contains("ec2") && of(2).contains("ec2"), "{input}");
    }
}
