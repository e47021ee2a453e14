//! Who asks for what: the part of a case that its policies are made around.

use super::dice::Dice;
use preflight::eval::{Caller, Context, ContextValue, Request};
use serde_json::{Map, Value, json};

const HOME: &str = "111122223333";
const ABROAD: &str = "444455556666";

pub(crate) struct Scene {
    pub(crate) caller: String,
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) owner: String,
}

/// Actions with the resources they take; `ACC` is the owner's account.
const ACTIONS: &[(usize, &[&str], &[&str])] = &[
    (
        34,
        &["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectVersion", "s3:PutObjectTagging"],
        &[
            "arn:aws:s3:::acme-billing/reports/2026/a.csv",
            "arn:aws:s3:::acme-billing/reports/mara/b.csv.gz",
            "arn:aws:s3:::acme-billing/mara",
            "arn:aws:s3:::acme-billing/reports/acme:cur/x (1).csv",
            "arn:aws:s3:::acme-billing/Reports/2026/a.csv",
        ],
    ),
    (
        14,
        &[
            "s3:ListBucket",
            "s3:GetBucketPolicy",
            "s3:GetBucketAcl",
            "s3:GetBucketLocation",
            "s3:PutBucketPolicy",
        ],
        &["arn:aws:s3:::acme-billing"],
    ),
    (
        15,
        &["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:CreateGrant", "kms:RetireGrant"],
        &["arn:aws:kms:us-east-1:ACC:key/1a2b3c4d-1111-2222-3333-444455556666"],
    ),
    (
        13,
        &["sts:AssumeRole", "sts:TagSession"],
        &["arn:aws:iam::ACC:role/billing/reader", "arn:aws:iam::ACC:role/reader"],
    ),
    (4, &["sqs:SendMessage", "sqs:ReceiveMessage"], &["arn:aws:sqs:us-east-1:ACC:jobs"]),
    (3, &["secretsmanager:GetSecretValue"], &["arn:aws:secretsmanager:us-east-1:ACC:secret:acme-AbCdEf"]),
    (3, &["dynamodb:GetItem", "dynamodb:PutItem"], &["arn:aws:dynamodb:us-east-1:ACC:table/acme"]),
    (3, &["lambda:InvokeFunction"], &["arn:aws:lambda:us-east-1:ACC:function:acme"]),
    (4, &["iam:GetUser", "iam:DeleteUser", "iam:UpdateUser"], &["arn:aws:iam::ACC:user/mara"]),
    (3, &["iam:GetRole", "iam:PassRole", "iam:DeleteRole"], &["arn:aws:iam::ACC:role/billing/reader"]),
    (
        2,
        &["bcm-data-exports:GetExport", "bcm-data-exports:UpdateExport"],
        &["arn:aws:bcm-data-exports:us-east-1:ACC:export/acme-1a2b"],
    ),
    (
        2,
        &["cur:PutReportDefinition", "cur:ModifyReportDefinition"],
        &["arn:aws:cur:us-east-1:ACC:definition/acme"],
    ),
];

const CALLERS: &[(usize, &str)] = &[
    (22, "arn:aws:iam::111122223333:user/mara"),
    (6, "arn:aws:iam::111122223333:user/team/mara"),
    (10, "arn:aws:iam::111122223333:role/reader"),
    (6, "arn:aws:iam::111122223333:role/team/reader"),
    (22, "arn:aws:sts::111122223333:assumed-role/reader/s1"),
    (4, "arn:aws:sts::111122223333:federated-user/mara"),
    (4, "arn:aws:iam::111122223333:root"),
    (2, "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForSupport/x"),
    (9, "bcm-data-exports.amazonaws.com"),
    (5, "billingreports.amazonaws.com"),
    (6, ""),
];

fn weighted<'l, T>(dice: &mut Dice, list: &'l [T], weight: impl Fn(&T) -> usize) -> &'l T {
    let total = list.iter().map(&weight).sum();
    let mut left = dice.below(total);
    for each in list {
        if left < weight(each) {
            return each;
        }
        left -= weight(each);
    }
    &list[0]
}

pub(crate) fn scene(dice: &mut Dice) -> Scene {
    let (_, actions, resources) = weighted(dice, ACTIONS, |each| each.0);
    let action = dice.word(actions);
    let (_, caller) = weighted(dice, CALLERS, |each| each.0);
    let mut caller = (*caller).to_owned();
    let service = action.split(':').next().unwrap_or_default().to_owned();
    // Services and anonymous callers knock at doors that have a policy.
    if !caller.starts_with("arn:") && !matches!(&*service, "s3" | "sqs" | "kms" | "lambda" | "secretsmanager")
    {
        caller = "arn:aws:iam::111122223333:user/mara".to_owned();
    }
    // The IAM and billing APIs know no other account's callers.
    let abroad = !matches!(&*service, "iam" | "cur" | "bcm-data-exports") && dice.chance(30);
    let owner = if abroad { ABROAD } else { HOME }.to_owned();
    let resource = dice.word(resources).replace("ACC", &owner);
    let action = match dice.below(20) {
        0 => action.to_ascii_lowercase(),
        _ => action,
    };
    Scene { caller, action, resource, owner }
}

impl Scene {
    pub(crate) fn service(&self) -> &str {
        self.action.split(':').next().unwrap_or_default()
    }

    pub(crate) fn is_service(&self) -> bool {
        self.caller.ends_with(".amazonaws.com")
    }

    pub(crate) fn signed(&self) -> bool {
        self.caller.starts_with("arn:")
    }

    pub(crate) fn is_root(&self) -> bool {
        self.caller.ends_with(":root")
    }

    pub(crate) fn is_session(&self) -> bool {
        ["assumed-role/", "federated-user/", ":role/"].iter().any(|part| self.caller.contains(part))
    }

    pub(crate) fn is_trust(&self) -> bool {
        self.service() == "sts"
    }

    pub(crate) fn same_account(&self) -> bool {
        self.account() == self.owner
    }

    pub(crate) fn takes_policy(&self) -> bool {
        matches!(self.service(), "s3" | "sqs" | "kms" | "lambda" | "secretsmanager" | "dynamodb")
    }

    pub(crate) fn policy_chance(&self) -> usize {
        match (self.service(), self.same_account()) {
            ("kms", _) => 100,
            (_, false) => 88,
            (_, true) => 45,
        }
    }

    pub(crate) fn account(&self) -> String {
        self.caller.split(':').nth(4).unwrap_or_default().to_owned()
    }

    /// The role or user behind a session; else the caller.
    pub(crate) fn behind(&self) -> String {
        match self.caller.split_once(":assumed-role/") {
            Some((_, rest)) => {
                let role = rest.split('/').next().unwrap_or_default();
                format!("arn:aws:iam::{}:role/{role}", self.account())
            }
            None => self.caller.clone(),
        }
    }

    /// The keys that AWS computes, but for some that are left out at times.
    pub(crate) fn computed(&self, dice: &mut Dice) -> Map<String, Value> {
        let caller = Caller::parse(&self.caller).expect("a caller of the list");
        let request = Request::new(caller, &self.action, &self.resource, Some(&self.owner), Context::new());
        let mut out = Map::new();
        for (key, value) in request.context.iter() {
            if let ContextValue::One(text) = value
                && dice.chance(95)
            {
                out.insert(key.to_owned(), json!(&**text));
            }
        }
        out
    }
}
