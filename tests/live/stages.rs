//! Runs in which, taken together, every call is made that the collector can make.

use super::accounts::{ALL, LINKED, key, linked};
use super::run::{ACCOUNT, Said, preflight, run};
use super::server::{Scenario, Server, error, healthy, replaced};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// The calls that stand in the collector's source, as the server names them.
pub(super) fn calls() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/preflight-aws/src");
    let mut calls = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        let text = std::fs::read_to_string(&file).unwrap();
        for word in text.split('"').skip(1).step_by(2) {
            let Some((service, operation)) = word.split_once(' ') else { continue };
            let services = ["sts", "iam", "s3api", "kms", "cur", "bcm-data-exports", "organizations"];
            if services.contains(&service)
                && operation.bytes().all(|b| b.is_ascii_lowercase() || b"-0123456789".contains(&b))
            {
                let service = if service == "s3api" { "s3" } else { service };
                let operation: String =
                    operation.split('-').map(|part| part[..1].to_uppercase() + &part[1..]).collect();
                calls.insert(format!("{service}:{operation}"));
            }
        }
    }
    calls
}

/// A way to run the program, and the answers that are right for it.
pub(super) struct Stage {
    pub(super) name: &'static str,
    pub(super) scenario: Scenario,
    pub(super) args: Vec<String>,
    pub(super) as_reader: bool,
}

impl Stage {
    pub(super) fn run(&self, server: &Server, more: &[&str]) -> Said {
        let mut program = preflight(&server.url);
        program.args(["check", "--format", "json", "--now", "2026-11-23T12:00:00Z"]);
        program.args(&self.args).args(more);
        run(program)
    }
}

fn xml(body: &str) -> Value {
    json!({ "status": 200, "type": "text/xml", "body": body })
}

/// An IAM answer that lists names.
fn list(operation: &str, list: &str, members: &str) -> Value {
    xml(&format!(
        "<{operation}Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><{operation}Result><{list}>{members}</{list}>\
         <IsTruncated>false</IsTruncated></{operation}Result></{operation}Response>"
    ))
}

/// An IAM answer that holds an inline policy.
fn inline(operation: &str, owner: &str) -> Value {
    xml(&format!(
        "<{operation}Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><{operation}Result>{owner}<PolicyName>own</PolicyName>\
         <PolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AListBucket%22%2C%22Resource%22%3A%22*%22%7D%5D%7D</PolicyDocument>\
         </{operation}Result></{operation}Response>"
    ))
}

const ATTACHED: &str = "<member><PolicyName>acme-reading</PolicyName><PolicyArn>arn:aws:iam::111122223333:policy/acme-reading</PolicyArn></member>";

/// A payer of which everything there is to read is there: groups, a boundary, a KMS key, an organization, a linked account.
pub(super) fn everything() -> Scenario {
    let mut scenario = linked(ALL);
    let mut put = |call: &str, answer: Value| drop(scenario.insert(call.to_owned(), answer));
    let boundary = "<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType><PermissionsBoundaryArn>\
                    arn:aws:iam::111122223333:policy/edge</PermissionsBoundaryArn></PermissionsBoundary></User>";
    put("iam:GetUser", replaced("iam:GetUser", "</User>", boundary));
    put("iam:ListUserPolicies", list("ListUserPolicies", "PolicyNames", "<member>own</member>"));
    put("iam:GetUserPolicy", inline("GetUserPolicy", "<UserName>spendeffix</UserName>"));
    let group = "<member><Path>/</Path><GroupName>finance</GroupName><GroupId>AGPA</GroupId><Arn>arn:aws:iam::111122223333:group/finance</Arn>\
                 <CreateDate>2026-11-01T08:00:00Z</CreateDate></member>";
    put("iam:ListGroupsForUser", list("ListGroupsForUser", "Groups", group));
    put("iam:ListAttachedGroupPolicies", list("ListAttachedGroupPolicies", "AttachedPolicies", ATTACHED));
    put("iam:ListGroupPolicies", list("ListGroupPolicies", "PolicyNames", "<member>own</member>"));
    put("iam:GetGroupPolicy", inline("GetGroupPolicy", "<GroupName>finance</GroupName>"));
    for (call, answer) in key("arn:aws:iam::111122223333:user/spendeffix") {
        if call.starts_with("kms:") || call == "s3:GetBucketEncryption" {
            put(&call, answer);
        }
    }
    scenario
}

pub(super) fn stages(folder: &Path) -> Vec<Stage> {
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let account = |more: &[&str]| [&words(&["--live"])[..], &words(&ACCOUNT), &words(more)].concat();
    let mut as_role = healthy();
    let role = "<GetRoleResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetRoleResult><Role><Path>/</Path><RoleName>import</RoleName>\
                <RoleId>AROA</RoleId><Arn>arn:aws:iam::111122223333:role/import</Arn><CreateDate>2026-11-01T08:00:00Z</CreateDate></Role>\
                </GetRoleResult></GetRoleResponse>";
    as_role.insert("iam:GetRole".to_owned(), xml(role));
    as_role.insert(
        "iam:ListAttachedRolePolicies".to_owned(),
        list("ListAttachedRolePolicies", "AttachedPolicies", ATTACHED),
    );
    as_role.insert(
        "iam:ListRolePolicies".to_owned(),
        list("ListRolePolicies", "PolicyNames", "<member>own</member>"),
    );
    as_role.insert("iam:GetRolePolicy".to_owned(), inline("GetRolePolicy", "<RoleName>import</RoleName>"));
    let mut by_key = healthy();
    by_key.insert(
        "iam:GetAccessKeyLastUsed".to_owned(),
        xml("<GetAccessKeyLastUsedResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetAccessKeyLastUsedResult>\
             <UserName>spendeffix</UserName><AccessKeyLastUsed><Region>us-east-1</Region><ServiceName>s3</ServiceName></AccessKeyLastUsed>\
             </GetAccessKeyLastUsedResult></GetAccessKeyLastUsedResponse>"),
    );
    let mut before = healthy();
    before.insert("iam:GetUser".to_owned(), error("iam:GetUser", 404, "NoSuchEntity", "no such user"));
    before.insert(
        "iam:SimulateCustomPolicy".to_owned(),
        replaced("iam:SimulatePrincipalPolicy", "SimulatePrincipalPolicy", "SimulateCustomPolicy"),
    );
    let policy = folder.join("policy.json");
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:ListBucket","s3:GetBucketLocation","s3:GetObject"],"Resource":["arn:aws:s3:::acme-billing","arn:aws:s3:::acme-billing/*"]}]}"#;
    std::fs::write(&policy, text).unwrap();
    let role_args = ["--live", "--reader", "arn:aws:iam::111122223333:role/import"];
    let key_args = ["--live", "--reader-access-key-id", "AKIAEXAMPLEEXAMPLE01"];
    let stage = |name, scenario, args| Stage { name, scenario, args, as_reader: false };
    let as_reader = |name, more: &[&str]| {
        let args =
            [words(&["--as-reader", "-", "--mode", "find-report"]), words(&ACCOUNT), words(more)].concat();
        let mut scenario = healthy();
        scenario.insert("sts:GetCallerIdentity".to_owned(), super::reader_key::reader());
        Stage { name, scenario, args, as_reader: true }
    };
    vec![
        stage("a role", as_role, [words(&role_args), words(&ACCOUNT[..6])].concat()),
        stage("a key", by_key, [words(&key_args), words(&ACCOUNT[..6])].concat()),
        stage("before there is a reader", before, account(&["--reader-policy", policy.to_str().unwrap()])),
        stage("everything", everything(), account(&LINKED)),
        as_reader("the reader itself", &[]),
        as_reader("the reader itself, of a legacy report", &["--export-type", "cur-legacy"]),
    ]
}

/// Actions of a printed policy.
fn printed(args: &[&str]) -> BTreeSet<String> {
    let mut program = preflight("http://127.0.0.1:9");
    program.arg("permissions").args(args);
    let policy: Value = serde_json::from_str(&run(program).out).unwrap();
    let statements = policy["Statement"].as_array().unwrap().clone();
    let actions = statements.iter().flat_map(|statement| statement["Action"].as_array().unwrap().clone());
    actions.map(|action| action.as_str().unwrap().to_owned()).collect()
}

/// What is called, and what the printed policy lets be called, are the same; MiniStack shows that the actions are right.
#[test]
fn the_printed_policy_has_an_action_for_each_call_and_no_other() {
    let table: toml::Table = toml::from_str(include_str!("../../rules/reads.toml")).unwrap();
    let rows = table["read"].as_array().unwrap();
    let action = |call: &str| -> BTreeSet<String> {
        let plain = |text: &str| text.replace(['-', ' ', ':'], "").replace("s3api", "s3").to_lowercase();
        let row = rows.iter().find(|row| plain(row["call"].as_str().unwrap()) == plain(call));
        let list = row.unwrap_or_else(|| panic!("no row for {call}"))["action"].as_array().unwrap();
        list.iter().map(|action| action.as_str().unwrap().to_owned()).collect()
    };
    let folder = tempfile::tempdir().unwrap();
    let (mut collected, mut as_reader) = (BTreeSet::new(), BTreeSet::new());
    for stage in stages(folder.path()) {
        let server = Server::start(stage.scenario.clone());
        stage.run(&server, &[]);
        let made: BTreeSet<String> = server.calls().iter().flat_map(|call| action(call)).collect();
        if stage.as_reader { &mut as_reader } else { &mut collected }.extend(made);
    }
    assert_eq!(collected, printed(&["--for", "check", "--linked-role", "preflight"]));
    assert_eq!(as_reader, printed(&["--for", "as-reader"]));
    let without: BTreeSet<String> =
        collected.into_iter().filter(|action| action != "sts:AssumeRole").collect();
    assert_eq!(without, printed(&["--for", "check"]));
    // Collecting makes the same calls.
    assert_eq!(without, printed(&["--for", "collect"]));
    let plain: BTreeSet<String> =
        without.into_iter().filter(|action| !action.starts_with("iam:Simulate")).collect();
    assert_eq!(plain, printed(&["--for", "collect", "--no-simulate"]));
}
