//! Organizations: policies on the way to an account, and many accounts.

use super::run::check;
use super::scenarios::CALLS;
use super::server::{Scenario, Server, body, error, with};
use serde_json::{Value, json};

/// A member account below two units: SCPs and RCPs of every level bear on the answer.
fn member(scp: &str) -> Scenario {
    let json = |value: Value| json!({ "status": 200, "type": "application/x-amz-json-1.1", "body": value.to_string() });
    let list = |ids: &[&str]| {
        let items: Vec<Value> =
            ids.iter().map(|id| json!({ "Id": id, "Type": "SERVICE_CONTROL_POLICY" })).collect();
        json(json!({ "Policies": items }))
    };
    let policy = |id: &str, kind: &str, text: &str| {
        json(json!({ "Policy": { "PolicySummary": { "Id": id, "Type": kind }, "Content": text } }))
    };
    let full = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let rcp = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;
    let mut organization = body("organizations:DescribeOrganization");
    organization["body"] =
        json!(organization["body"].as_str().unwrap().replace("111122223333", "444455556666"));
    with(&[
        ("organizations:DescribeOrganization", organization),
        (
            "organizations:ListParents 111122223333",
            json(json!({ "Parents": [{ "Id": "ou-ab12-cccccccc" }] })),
        ),
        ("organizations:ListParents ou-ab12", json(json!({ "Parents": [{ "Id": "r-ab12" }] }))),
        ("organizations:ListPoliciesForTarget SERVICE_CONTROL_POLICY", list(&["p-FullAWSAccess", "p-guard"])),
        ("organizations:ListPoliciesForTarget RESOURCE_CONTROL_POLICY", list(&["p-RCPFullAWSAccess"])),
        (
            "organizations:DescribePolicy p-FullAWSAccess",
            policy("p-FullAWSAccess", "SERVICE_CONTROL_POLICY", full),
        ),
        (
            "organizations:DescribePolicy p-RCPFullAWSAccess",
            policy("p-RCPFullAWSAccess", "RESOURCE_CONTROL_POLICY", rcp),
        ),
        ("organizations:DescribePolicy p-guard", policy("p-guard", "SERVICE_CONTROL_POLICY", scp)),
    ])
}

#[test]
fn organization_policies_on_the_whole_path_decide() {
    let harmless =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ec2:*","Resource":"*"}]}"#;
    let denying =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:ListBucket","Resource":"*"}]}"#;
    let linked = ["--account-kind", "linked"];
    let said = check(&Server::start(member(harmless)).url, &linked);
    assert_eq!(said.state("reader.list-bucket").as_deref(), Some("holds"), "{}", said.out);
    let said = check(&Server::start(member(denying)).url, &linked);
    assert_eq!(said.state("reader.list-bucket").as_deref(), Some("broken"), "{}", said.out);
    assert!(said.out.contains("reader-denied-by-scp"), "{}", said.out);
    // A path of which one step is not known may hold anything.
    for step in ["organizations:ListParents ou-ab12", "organizations:DescribePolicy p-guard"] {
        let mut scenario = member(harmless);
        scenario.insert(step.to_owned(), error("organizations:X", 400, "AccessDeniedException", "no"));
        let said = check(&Server::start(scenario).url, &linked);
        assert_eq!(said.state("reader.list-bucket").as_deref(), Some("unknown"), "{step}: {}", said.out);
        assert!(
            said.report()["unknown"].to_string().contains("organizations"),
            "{}",
            said.report()["unknown"]
        );
    }
}

#[test]
fn an_organization_of_a_thousand_accounts_is_read_page_by_page() {
    let page = |at: usize| {
        let accounts: Vec<Value> = (0..20)
            .map(|n| {
                let id = format!("{:012}", 200_000_000_000_u64 + (at * 20 + n) as u64);
                json!({ "Id": id, "Name": format!("account {id}"), "Status": "ACTIVE", "Email": "a@example.com" })
            })
            .collect();
        let next = (at < 49).then(|| format!("t{at}"));
        let body = json!({ "Accounts": accounts, "NextToken": next }).to_string();
        json!({ "status": 200, "type": "application/x-amz-json-1.1", "body": body })
    };
    let pages: Vec<Value> = (0..50).map(page).collect();
    let server = Server::start(with(&[("organizations:ListAccounts", json!(pages))]));
    let said = check(&server.url, &[]);
    assert_eq!(said.verdict(), "cannot-tell");
    assert!(said.report()["unknown"].to_string().contains("1000 other"), "{}", said.report()["unknown"]);
    assert_eq!(server.calls().len(), CALLS + 49);
}
