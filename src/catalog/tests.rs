//! Facts that AWS documents, read back from the embedded file, and the counts of `data/catalog.toml`.

use std::time::Instant;

use super::*;

fn known(action_name: &str) -> &'static Action {
    action(action_name).unwrap_or_else(|| panic!("{action_name} is not in the catalog"))
}

fn resources(action_name: &str) -> Vec<(&'static str, bool)> {
    known(action_name).resource_types().map(|entry| (entry.resource_type.name(), entry.required)).collect()
}

#[test]
fn counts_and_version_equal_the_published_ones() {
    let about: toml::Table = toml::from_str(include_str!("../../data/catalog.toml")).unwrap();
    let version = data_version();
    assert_eq!(about["package"].as_str(), Some(version.package));
    assert_eq!(about["version"].as_str(), Some(version.version));
    assert_eq!(about["date"].as_str(), Some(version.date));

    let all: Vec<_> = services().map(|prefix| service(prefix).unwrap()).collect();
    let actions = || all.iter().flat_map(|service| service.actions());
    let counts = &about["counts"];
    for (name, found) in [
        ("services", all.len()),
        ("actions", actions().count()),
        ("resource_types", all.iter().map(|service| service.resource_types().len()).sum()),
        ("condition_keys", all.iter().map(|service| service.condition_keys().len()).sum()),
        ("global_keys", global_keys().len()),
        ("rcp_services", services().filter(|prefix| rcp_supports(prefix)).count()),
        ("action_resource_types", actions().map(|action| action.resource_types().count()).sum()),
        ("dependent_actions", actions().map(|action| action.dependent_actions().count()).sum()),
    ] {
        assert_eq!(counts[name].as_integer(), i64::try_from(found).ok(), "{name}");
    }
    assert_eq!(counts.as_table().unwrap().len(), 8, "a count is not compared");
}

#[test]
fn everything_listed_is_found_under_its_own_name() {
    for prefix in services() {
        let service = service(&prefix.to_ascii_uppercase()).unwrap();
        assert!(!service.name().is_empty() && !service.actions().is_empty(), "{prefix}");
        for action in service.actions() {
            let found = service.action(&action.name().to_ascii_uppercase()).unwrap();
            assert!(std::ptr::eq(found, action), "{prefix}:{}", action.name());
            for name in action.dependent_actions() {
                assert!(super::action(name).is_some(), "{prefix}:{} depends on {name}", action.name());
            }
        }
        for key in service.condition_keys() {
            assert_eq!(service.condition_key(&key.name.to_ascii_lowercase()), Some(key));
            assert!(key_type(key.name).is_some(), "{}", key.name);
        }
        for resource_type in service.resource_types() {
            assert!(
                service.resource_type(resource_type.name()).is_some_and(|it| std::ptr::eq(it, resource_type))
            );
            assert!(resource_type.arns().all(|arn| arn.starts_with("arn:${Partition}:")));
        }
    }
}

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>
#[test]
fn s3_actions_work_on_the_documented_resources() {
    assert_eq!(resources("s3:PutObject"), [("accesspointobject", false), ("object", false)]);
    assert!(resources("s3:ListBucket").iter().any(|(name, _)| *name == "bucket"));
    assert!(resources("s3:ListBucket").iter().all(|(name, _)| *name != "object"));
    assert_eq!(resources("s3:GetBucketPolicyStatus"), [("bucket", true)]);
    assert!(resources("s3:ListAllMyBuckets").is_empty());
    assert_eq!(known("s3:PutObject").access(), Access::Write);
    assert_eq!(known("s3:ListBucket").access(), Access::List);
    assert_eq!(known("s3:GetBucketPolicy").access(), Access::Read);
    assert_eq!(known("s3:PutBucketPolicy").access(), Access::PermissionsManagement);
    assert_eq!(known("s3:PutBucketTagging").access(), Access::Tagging);
}

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscostandusagereport.html> and
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbillingandcostmanagementdataexports.html>
#[test]
fn listing_actions_of_billing_have_no_resource_type() {
    assert!(resources("cur:DescribeReportDefinitions").is_empty());
    assert!(resources("bcm-data-exports:ListExports").is_empty());
    assert_eq!(resources("cur:PutReportDefinition"), [("cur", true)]);
    assert!(resources("bcm-data-exports:GetExport").iter().any(|(name, _)| *name == "export"));
}

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html>
#[test]
fn kms_decrypt_works_on_a_key_and_carries_the_encryption_context() {
    assert_eq!(resources("kms:Decrypt"), [("key", true)]);
    let decrypt = known("kms:Decrypt");
    let via = decrypt.condition_key("kms:ViaService").unwrap();
    assert_eq!((via.name, via.kind, via.multi), ("kms:ViaService", KeyType::String, false));
    let context = decrypt.condition_key("kms:EncryptionContext:aws:s3:arn").unwrap();
    assert_eq!(context.name, "kms:EncryptionContext:${EncryptionContextKey}");
}

#[test]
fn an_action_carries_its_own_keys_its_resources_keys_and_global_keys() {
    let put = known("s3:PutObject");
    assert_eq!(put.condition_key("S3:X-AMZ-ACL").unwrap().name, "s3:x-amz-acl");
    assert_eq!(put.condition_key("s3:RequestObjectTag/team").unwrap().name, "s3:RequestObjectTag/<key>");
    assert_eq!(put.condition_key("s3:BucketTag/team").unwrap().name, "s3:BucketTag/${TagKey}");
    assert_eq!(put.condition_key("aws:SourceArn").unwrap().kind, KeyType::Arn);
    assert_eq!(put.condition_key("s3:prefix"), None);
    assert!(put.condition_keys().any(|key| key.name == "s3:x-amz-server-side-encryption"));
    assert!(known("s3:ListBucket").condition_keys().any(|key| key.name == "s3:prefix"));
    let report = known("cur:PutReportDefinition").resource_types().next().unwrap();
    assert!(report.condition_keys().any(|key| key.name == "aws:TagKeys"));
}

#[test]
fn condition_keys_have_the_documented_type() {
    for (name, kind, multi) in [
        ("aws:SourceArn", KeyType::Arn, false),
        ("AWS:sourcearn", KeyType::Arn, false),
        ("aws:SourceVpcArn", KeyType::Arn, false),
        ("aws:SourceAccount", KeyType::String, false),
        ("aws:SecureTransport", KeyType::Bool, false),
        ("aws:SourceIp", KeyType::IpAddress, false),
        ("aws:CurrentTime", KeyType::Date, false),
        ("aws:MultiFactorAuthAge", KeyType::Numeric, false),
        ("aws:PrincipalOrgPaths", KeyType::String, true),
        ("aws:TagKeys", KeyType::String, true),
        ("aws:PrincipalTag/team", KeyType::String, false),
        ("aws:ResourceTag/${TagKey}", KeyType::String, false),
        ("s3:TlsVersion", KeyType::Numeric, false),
        ("kms:CallerAccount", KeyType::String, false),
        ("saml:aud", KeyType::String, false),
        ("token.actions.githubusercontent.com:job_workflow_ref", KeyType::String, false),
        ("ec2:osuser", KeyType::String, false),
        ("lambda:SourceFunctionArn", KeyType::Arn, false),
    ] {
        let key = condition_key(name).unwrap_or_else(|| panic!("{name} is not in the catalog"));
        assert_eq!((key.kind, key.multi), (kind, multi), "{name}");
        assert_eq!(key_type(name), Some(kind));
    }
}

#[test]
fn unknown_names_are_unknown() {
    for name in
        ["", "aws:", "aws:SourceArns", "aws:PrincipalTag", "aws:PrincipalTag/", "s3:", "nope:key", "x", ":"]
    {
        assert_eq!(condition_key(name), None, "{name}");
    }
    for name in ["", "s3", "s3:", "s3:GetObjects", "s3:Get*", "nope:GetObject", ":GetObject"] {
        assert!(action(name).is_none(), "{name}");
    }
    assert!(service("").is_none() && service("s33").is_none() && service("s3 ").is_none());
    assert!(service("s3").unwrap().resource_type("buckets").is_none());
    assert!(global_key("s3:prefix").is_none());
}

#[test]
fn the_most_literal_template_wins() {
    let events = service("events").unwrap();
    assert_eq!(events.condition_key("events:Metadata/a").unwrap().name, "events:Metadata/${MetadataKey}");
    assert_eq!(
        events.condition_key("events:Metadata/a/Matcher").unwrap().name,
        "events:Metadata/${MetadataKey}/Matcher"
    );
}

#[test]
fn resource_control_policies_apply_to_the_listed_services() {
    assert!(rcp_supports("s3") && rcp_supports("KMS") && rcp_supports("sts"));
    assert!(!rcp_supports("cur") && !rcp_supports("bcm-data-exports") && !rcp_supports("nope"));
}

#[test]
fn arns_match_the_shape_of_their_type() {
    let shape = |service_prefix: &str, name: &str, arn: &str| {
        service(service_prefix).unwrap().resource_type(name).unwrap().matches(arn)
    };
    assert!(shape("s3", "bucket", "arn:aws:s3:::amzn-s3-demo-bucket"));
    assert!(shape("s3", "bucket", "arn:aws-cn:s3:::amzn-s3-demo-bucket"));
    assert!(!shape("s3", "bucket", "arn:aws:s3:::amzn-s3-demo-bucket/key"));
    assert!(!shape("s3", "bucket", "arn:aws:s3:::"));
    assert!(!shape("s3", "bucket", "arn:aws:s3:eu-west-1::amzn-s3-demo-bucket"));
    assert!(!shape("s3", "bucket", "amzn-s3-demo-bucket"));
    assert!(shape("s3", "object", "arn:aws:s3:::amzn-s3-demo-bucket/a/b:c"));
    assert!(!shape("s3", "object", "arn:aws:s3:::amzn-s3-demo-bucket"));
    assert!(shape("cur", "cur", "arn:aws:cur:us-east-1:111122223333:definition/daily"));
    assert!(!shape("cur", "cur", "arn:aws:cur:us-east-1:1111:22223333:definition/daily"));
    assert!(shape("iam", "role", "arn:aws:iam::111122223333:role/path/reader"));
    assert!(!shape("iam", "role", "arn:aws:iam::111122223333:user/reader"));
    assert!(shape("apigateway", "Stages", "arn:aws:apigateway:eu-west-1::/restapis/abc/stages"));
    assert!(shape("apigateway", "Stages", "arn:aws:apigateway:eu-west-1::/apis/abc/stages"));
    assert!(!shape("kms", "key", ""));
}

#[test]
fn resource_patterns_overlap_the_types_they_can_name() {
    let overlaps = |name: &str, pattern: &str| {
        service("s3").unwrap().resource_type(name).unwrap().overlaps(&ArnPattern::new(pattern))
    };
    for pattern in ["*", "arn:aws:s3:::*", "arn:*:logs", "arn:aws:s3:::${aws:PrincipalTag/bucket}"] {
        assert!(overlaps("bucket", pattern), "{pattern}");
    }
    assert!(!overlaps("bucket", "arn:aws:s3:::logs/*"));
    assert!(overlaps("object", "arn:aws:s3:::logs*"));
    assert!(!overlaps("object", "arn:aws:s3:::logs"));
    assert!(!overlaps("object", "arn:aws:sqs:*"));
}

#[test]
fn a_near_spelling_is_suggested_only_when_it_is_the_only_one() {
    assert_eq!(closest_action("s3", "GetObjects"), Some("GetObject"));
    assert_eq!(closest_action("S3", "getobject"), Some("GetObject"));
    assert_eq!(closest_action("s3", "get_object"), Some("GetObject"));
    assert_eq!(closest_action("s3", "GetObejct"), Some("GetObject"));
    assert_eq!(closest_action("cur", "DescribeReportDefinition"), Some("DescribeReportDefinitions"));
    assert_eq!(closest_action("s3", "EatObjectsForLunch"), None);
    assert_eq!(closest_action("s3", ""), None);
    assert_eq!(closest_action("s3", "***"), None);
    assert_eq!(closest_action("nope", "GetObject"), None);
    // One letter away from both `GetObjectAcl` and `PutObjectAcl` there is none; two letters away there are both.
    assert_eq!(closest_action("s3", "SutObjectAcl"), Some("PutObjectAcl"));
    assert_eq!(closest_action("s3", "SetObjectAcl"), Some("GetObjectAcl"));
    assert_eq!(closest_action("s3", "SatObjectAcl"), None);

    assert_eq!(closest_service("bcm_data_exports"), Some("bcm-data-exports"));
    assert_eq!(closest_service("bcm-data-export"), Some("bcm-data-exports"));
    assert_eq!(closest_service("organisations"), Some("organizations"));
    assert_eq!(closest_service("CUR"), Some("cur"));
    for unknown in ["", "x", "s4", "spreadsheets", "-"] {
        assert_eq!(closest_service(unknown), None, "{unknown}");
    }
}

#[test]
fn patterns_expand_to_the_actions_they_stand_for() {
    let names = |pattern: &str| expand(pattern).map(Action::full_name).collect::<Vec<_>>();
    assert_eq!(names("S3:getobject"), ["s3:GetObject"]);
    assert_eq!(names("s3:GetObjec?"), ["s3:GetObject"]);
    assert_eq!(names("S3:GETOBJECTACL*"), ["s3:GetObjectAcl"]);
    assert!(names("s3:getbucketa").is_empty());
    assert_eq!(
        expand("cur:*ReportDefinition").map(Action::name).collect::<Vec<_>>(),
        ["DeleteReportDefinition", "ModifyReportDefinition", "PutReportDefinition"]
    );
    assert_eq!(expand("cur:*").count(), service("cur").unwrap().actions().len());
    let all: usize = services().map(|prefix| service(prefix).unwrap().actions().len()).sum();
    assert_eq!(expand("*").count(), all);
    assert_eq!(expand("*:*").count(), all);
    for nothing in ["", "s3", "s3:", "s3:Nope*", "nope:*", "s3:Get*:x", "é:*"] {
        assert_eq!(expand(nothing).count(), 0, "{nothing}");
    }
}

#[test]
fn hostile_patterns_end_quickly() {
    let stars = "*?".repeat(50_000);
    assert_eq!(expand(&stars).count(), 0);
    assert_eq!(closest_service(&"s".repeat(1_000_000)), None);
    assert!(condition_key(&format!("aws:{}", "x/".repeat(100_000))).is_none());
}

/// Measures; run alone and in release, because the first use happens once per process:
/// `cargo test --release --lib catalog::tests::cost -- --ignored --nocapture --test-threads 1`.
#[test]
#[ignore = "a measurement"]
fn cost_of_the_first_uses() {
    let start = Instant::now();
    assert!(service("s3").is_some());
    let index = start.elapsed();
    assert!(action("s3:PutObject").is_some());
    let one = start.elapsed();
    assert!(action("s3:GetObject").is_some());
    let again = start.elapsed();
    assert!(key_type("aws:SourceArn").is_some());
    let global = start.elapsed();
    for name in ["cur:*", "bcm-data-exports:*", "kms:*", "iam:*", "sts:*", "organizations:*"] {
        assert!(expand(name).count() > 0);
    }
    let seven = start.elapsed();
    assert!(expand("*").count() > 20_000);
    let all = start.elapsed();
    println!(
        "index {index:?}, first action {:?}, second {:?}, global key {:?}",
        one - index,
        again - one,
        global - again
    );
    println!("six more services {:?}, all others {:?}", seven - global, all - seven);
}

#[test]
fn a_key_is_spelled_as_aws_spells_it_and_what_fills_its_hole_stays() {
    for (key, spelled) in [
        ("aws:sourcearn", "aws:SourceArn"),
        ("aws:principaltag/team", "aws:PrincipalTag/team"),
        ("AWS:PRINCIPALTAG/Cost Center", "aws:PrincipalTag/Cost Center"),
        ("kms:encryptioncontext:aws:s3:arn", "kms:EncryptionContext:aws:s3:arn"),
    ] {
        assert_eq!(condition_key(key).expect("a listed key").spelled(key), spelled);
    }
}
