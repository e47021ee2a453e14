//! Differences that are known, each with the AWS page that decides it.
//!
//! What explains a difference is never its look alone: the case is changed so that the fault plays no part, and the other
//! engine must then say what ours says of the case as it was.

use super::change;
use serde_json::{Value, json};

/// One of them.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    /// What the other engine does, and the page that says otherwise.
    pub(crate) why: &'static str,
    /// The case without what the other engine does not do; nothing where that plays no part.
    pub(crate) change: fn(&Value) -> Option<Value>,
}

/// All, in the order in which they are tried.
pub(crate) const ALL: &[Known] = &[
    Known {
        name: "root-user",
        why: "has no root user, who needs no identity-based Allow and has no boundary \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html>",
        change: root_user,
    },
    Known {
        name: "federated-session-without-policy",
        why: "gives it all that the user has; without a session policy it has nothing \
              <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html>",
        change: federated_without_policy,
    },
    Known {
        name: "rcp-of-other-services",
        why: "lets RCPs bite on services that the page does not list, and on kms:RetireGrant \
              <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>",
        change: rcp_of_other_services,
    },
    Known {
        name: "service-linked-role",
        why: "lets SCPs and RCPs bite on service-linked roles \
              <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>",
        change: service_linked_role,
    },
    Known {
        name: "question-mark-in-the-resource-type",
        why: "wants the resource type and its slash written out; `?` is any character \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>",
        change: change::question_mark,
    },
    Known {
        name: "short-arn",
        why: "does not match a Resource of fewer than six parts that ends otherwise than in `*`; the page lets `*` match \
              on across colons <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>",
        change: change::short_arn,
    },
    Known {
        name: "variables-in-2008-documents",
        why: "fills in variables whatever the version; they need 2012-10-17 \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>",
        change: change::variables_of_2008,
    },
    Known {
        name: "variable-without-value-negated",
        why: "lets no operator match on a variable without a value; a negated one matches \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value>",
        change: change::null_variable,
    },
    Known {
        name: "default-of-a-variable-without-space",
        why: "takes the default value only after a comma and a space \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-default-values>",
        change: change::default_without_space,
    },
    Known {
        name: "variable-of-an-empty-value",
        why: "takes a key with an empty value for one that is not there; the default is for a key that is not there \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-default-values>",
        change: change::empty_variable,
    },
    Known {
        name: "epoch-seconds",
        why: "takes epoch times for milliseconds, and other texts for dates as JavaScript guesses them; they are seconds \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date>",
        change: change::dates,
    },
    Known {
        name: "numbers-with-an-exponent-or-a-tail",
        why: "reads the digits that a text starts with, `1e3` as 1 and `12 apples` as 12 \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Numeric>",
        change: change::numbers,
    },
    Known {
        name: "address-of-the-other-family",
        why: "lets NotIpAddress fail for an IPv6 caller and an IPv4 range; the caller is not in the range \
              <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ipv6-access.html#ipv6-access-iam>",
        change: change::addresses,
    },
    Known {
        name: "binary-values-that-are-not-base64",
        why: "compares the texts; the values are base64 \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Binary>",
        change: change::binary,
    },
    Known {
        name: "null-of-an-empty-value",
        why: "asks only whether the key is there; with `false` the value must not be null either \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null>",
        change: change::null_of_empty,
    },
    Known {
        name: "set-operator-on-an-empty-value",
        why: "takes an empty text for a value; to ForAllValues it is none \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>",
        change: change::empty_set,
    },
    Known {
        name: "star-for-an-arn",
        why: "an ARN operator with `*` alone matches nothing; AWS's own policies use it for any ARN \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN>",
        change: change::star_for_an_arn,
    },
    Known {
        name: "range-of-all-addresses",
        why: "`0.0.0.0/0` holds no address; it holds all <https://www.rfc-editor.org/rfc/rfc4632#section-3.1>",
        change: change::whole_range,
    },
    Known {
        name: "spelling-of-an-address",
        why: "compares bare IPv6 addresses as texts; `2001:DB8:0:0::1` and `2001:db8::1` are one address \
              <https://www.rfc-editor.org/rfc/rfc4291#section-2.2>",
        change: change::spelling_of_addresses,
    },
    Known {
        name: "variable-without-value-in-not-resource",
        why: "lets a NotResource match everything then; such a statement matches no resource \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value>",
        change: change::null_variable_in_not_resource,
    },
    Known {
        name: "account-in-not-principal",
        why: "spares every identity of an account, and every session of a role, that NotPrincipal lists beside one; the example denies the others \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>",
        change: change::account_of_not_principal,
    },
    Known {
        name: "session-named-by-the-resource",
        why: "lets a session policy limit what a resource-based policy grants to the session itself \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session>",
        change: change::session_named_by_the_resource,
    },
    Known {
        name: "root-and-the-bucket-policy",
        why: "lets a bucket policy keep the account's root user from it; it cannot \
              <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html>",
        change: change::root_and_the_bucket_policy,
    },
    Known {
        name: "escape-without-wildcards",
        why: "compares `${*}`, `${?}` and `${$}` as written where the operator knows no wildcards; they are `*`, `?` and `$` \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars>",
        change: change::escape_without_wildcards,
    },
    Known {
        name: "arn-that-is-none",
        why: "matches texts with five colons under ARN operators; an ARN begins with `arn:` \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>",
        change: change::no_arn,
    },
    Known {
        name: "meaning-of-public",
        why: "counts a policy pinned by `aws:PrincipalArn` or `aws:userid`, or by a key in capitals, as public; the page names a principal \
              and `aws:userid`, and keys have no case <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>",
        change: change::meaning_of_public,
    },
    Known {
        name: "bare-address-and-the-meaning-of-public",
        why: "counts a policy pinned to an address without a prefix as public; it is the range of that address alone \
              <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress>",
        change: change::bare_address,
    },
    Known {
        name: "restricted-bucket",
        why: "calls it an implicit denial where nothing would allow either; both deny \
              <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>",
        change: change::restricted_bucket,
    },
];

fn principal(case: &Value) -> &str {
    case["request"]["principal"].as_str().unwrap_or_default()
}

fn service(case: &Value) -> String {
    let action = case["request"]["action"].as_str().unwrap_or_default();
    action.split(':').next().unwrap_or_default().to_ascii_lowercase()
}

fn root_user(case: &Value) -> Option<Value> {
    if !principal(case).ends_with(":root") || case["identity_policies"] == json!([allow_all()]) {
        return None;
    }
    let mut case = case.clone();
    case["identity_policies"] = json!([allow_all()]);
    Some(case)
}

fn federated_without_policy(case: &Value) -> Option<Value> {
    let bare = case["session_policies"].as_array().is_none_or(Vec::is_empty);
    if !principal(case).contains(":federated-user/") || !bare {
        return None;
    }
    let mut case = case.clone();
    case["session_policies"] = json!([{
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "none:None", "Resource": "*" }],
    }]);
    Some(case)
}

fn rcp_of_other_services(case: &Value) -> Option<Value> {
    const LISTED: [&str; 6] = ["s3", "kms", "sts", "sqs", "secretsmanager", "dynamodb"];
    let action = case["request"]["action"].as_str().unwrap_or_default();
    let bites = LISTED.contains(&&*service(case)) && !action.eq_ignore_ascii_case("kms:RetireGrant");
    (!bites).then(|| without(case, &["rcps"])).flatten()
}

fn service_linked_role(case: &Value) -> Option<Value> {
    principal(case).contains("/AWSServiceRoleFor").then(|| without(case, &["scps", "rcps"])).flatten()
}

/// The case without these layers; nothing if it has none of them.
fn without(case: &Value, layers: &[&str]) -> Option<Value> {
    let mut less = case.clone();
    for layer in layers {
        less[*layer] = json!([]);
    }
    (less != *case).then_some(less)
}

fn allow_all() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }],
    })
}
