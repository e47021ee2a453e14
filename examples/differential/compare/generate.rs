//! Policy sets and requests made at random, in the form of `fixtures/decisions/README.md`.
//!
//! They are made to come near each other: a layer usually holds a statement that means this request, and then more that
//! may, so that layers turn each other's answers.

use super::clauses;
use super::dice::Dice;
use super::scene::{Scene, scene};
use serde_json::{Map, Value, json};

/// The case of a number. The same number, the same case.
pub(crate) fn case(seed: u64) -> Value {
    let mut dice = Dice::new(seed);
    let scene = scene(&mut dice);
    let mut context = scene.computed(&mut dice);
    clauses::context(&mut dice, &mut context);
    let mut maker = Maker { dice, context, scene };
    let body = maker.body();
    let Maker { context, scene, .. } = maker;
    let mut case = json!({
        "id": format!("seed-{seed}"),
        "request": {
            "principal": scene.caller, "action": scene.action, "resource": scene.resource, "context": context,
        },
    });
    for (key, value) in body {
        case[key] = value;
    }
    case["ext"]["resource_account"] = json!(scene.owner);
    case
}

struct Maker {
    dice: Dice,
    context: Map<String, Value>,
    scene: Scene,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Caller,
    Resource,
    Trust,
    Scp,
    Rcp,
    Endpoint,
}

impl Maker {
    fn body(&mut self) -> Map<String, Value> {
        let signed = self.scene.signed();
        let mut out = Map::new();
        let enabling = self.dice.chance(70);
        let mut identity = Vec::new();
        if signed && !self.scene.is_root() {
            for _ in 0..*self.dice.pick(&[1, 1, 2, 3]) {
                identity.push(self.policy(Place::Caller, enabling && identity.is_empty(), 14));
            }
        }
        out.insert("identity_policies".to_owned(), json!(identity));
        let resource = if self.scene.is_trust() {
            let means = self.dice.chance(85);
            self.policy(Place::Trust, means, 10)
        } else if self.scene.takes_policy() && (!signed || self.dice.chance(self.scene.policy_chance())) {
            let means = self.dice.chance(if signed && self.scene.same_account() { 45 } else { 85 });
            let mut policy = self.policy(Place::Resource, means, 14);
            if self.scene.service() == "kms" && self.dice.chance(65) {
                let root = format!("arn:aws:iam::{}:root", self.scene.owner);
                let whole = json!({
                    "Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": { "AWS": root }, "Action": "kms:*",
                    "Resource": "*",
                });
                policy["Statement"].as_array_mut().expect("a list").insert(0, whole);
            }
            policy
        } else {
            Value::Null
        };
        out.insert("resource_policy".to_owned(), resource);
        let mut boundary = Vec::new();
        if signed && !self.scene.is_root() && self.dice.chance(22) {
            let means = self.dice.chance(80);
            boundary.push(self.policy(Place::Caller, means, 8));
        }
        out.insert("boundary".to_owned(), json!(boundary));
        let mut session = Vec::new();
        if self.scene.is_session() && self.dice.chance(25) {
            let means = self.dice.chance(80);
            session.push(self.policy(Place::Caller, means, 8));
        }
        out.insert("session_policies".to_owned(), json!(session));
        let scps = signed && self.dice.chance(28);
        let scps = if scps { self.levels(Place::Scp) } else { Vec::new() };
        out.insert("scps".to_owned(), json!(scps));
        let rcps = self.dice.chance(18);
        let rcps = if rcps { self.levels(Place::Rcp) } else { Vec::new() };
        out.insert("rcps".to_owned(), json!(rcps));
        let mut ext = Map::new();
        if !self.scene.is_service() && self.dice.chance(6) {
            let means = self.dice.chance(80);
            ext.insert("endpoint_policies".to_owned(), json!([self.policy(Place::Endpoint, means, 8)]));
        }
        if self.scene.service() == "s3" && self.dice.chance(6) {
            ext.insert("public_access_block".to_owned(), json!({ "RestrictPublicBuckets": true }));
        }
        if self.dice.chance(3) {
            ext.insert("caller_is_management".to_owned(), json!(true));
        }
        if self.dice.chance(3) {
            ext.insert("resource_in_management".to_owned(), json!(true));
        }
        out.insert("ext".to_owned(), Value::Object(ext));
        out
    }

    fn levels(&mut self, place: Place) -> Vec<Value> {
        let full = json!({
            "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }],
        });
        (0..*self.dice.pick(&[1, 1, 2, 3]))
            .map(|_| {
                let mut level = Vec::new();
                if place == Place::Scp && self.dice.chance(82) {
                    level.push(full.clone());
                }
                if level.is_empty() || self.dice.chance(40) {
                    let means = place == Place::Scp && self.dice.chance(75);
                    level.push(self.policy(place, means, 18));
                }
                json!(level)
            })
            .collect()
    }

    /// One document; `means`: it holds an Allow for this request, though perhaps under conditions.
    fn policy(&mut self, place: Place, means: bool, deny: usize) -> Value {
        let mut statements = Vec::new();
        if means {
            statements.push(self.statement(place, "Allow", true));
        }
        let more = *self.dice.pick(&[0, 0, 1, 1, 2, 3]);
        for _ in 0..if statements.is_empty() { more.max(1) } else { more } {
            let effect = if place == Place::Rcp || self.dice.chance(deny * 3) { "Deny" } else { "Allow" };
            let at = self.dice.below(statements.len() + 1);
            let statement = self.statement(place, effect, false);
            statements.insert(at, statement);
        }
        let mut policy = json!({});
        match self.dice.below(40) {
            0 if place != Place::Rcp => {}
            1 | 2 if place != Place::Rcp => policy["Version"] = json!("2008-10-17"),
            _ => policy["Version"] = json!("2012-10-17"),
        }
        policy["Statement"] = json!(statements);
        policy
    }

    fn statement(&mut self, place: Place, effect: &str, means: bool) -> Value {
        let mut statement = json!({ "Effect": effect });
        match place {
            Place::Caller | Place::Scp => {}
            Place::Rcp | Place::Endpoint => statement["Principal"] = json!("*"),
            Place::Resource | Place::Trust => {
                let not = !means && place == Place::Resource && effect == "Deny" && self.dice.chance(22);
                let name = if not { "NotPrincipal" } else { "Principal" };
                statement[name] = self.principal(means || not);
            }
        }
        let not =
            !means && matches!(place, Place::Caller | Place::Scp | Place::Resource) && self.dice.chance(10);
        statement[if not { "NotAction" } else { "Action" }] = self.actions(place, means);
        if place != Place::Trust {
            let not = !means
                && matches!(place, Place::Caller | Place::Scp | Place::Resource)
                && self.dice.chance(10);
            statement[if not { "NotResource" } else { "Resource" }] = self.resources(means);
        }
        let clauses =
            if means { *self.dice.pick(&[0, 0, 0, 0, 0, 1, 1]) } else { *self.dice.pick(&[0, 1, 1, 1, 2]) };
        let mut condition = Map::new();
        for _ in 0..clauses {
            clauses::clause(&mut self.dice, &self.context, &mut condition, means);
        }
        if !condition.is_empty() {
            statement["Condition"] = Value::Object(condition);
        }
        statement
    }

    fn one_or_list(&mut self, mut list: Vec<String>) -> Value {
        if list.len() == 1 && self.dice.chance(60) { json!(list.remove(0)) } else { json!(list) }
    }

    fn actions(&mut self, place: Place, means: bool) -> Value {
        let action = self.scene.action.clone();
        let service = self.scene.service().to_owned();
        let name = action.split_once(':').map_or("", |(_, name)| name).to_owned();
        let hit = match self.dice.below(11) {
            0 => action.to_ascii_uppercase(),
            1 => action.to_ascii_lowercase(),
            2 => format!("{service}:*"),
            3 => format!("{service}:{}*", &name[..name.len().min(3)]),
            4 => format!("{service}:*{}", &name[name.len() / 2..]),
            5 => format!("{service}:?{}", &name[1..]),
            6 if !matches!(place, Place::Rcp | Place::Trust) => "*".to_owned(),
            _ => action,
        };
        let mut list = Vec::new();
        if means || self.dice.chance(72) {
            list.push(hit);
        }
        let (of_trust, of_others): (&[&str], &[&str]) = (
            &["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", "sts:AssumeRoleWithSAML"],
            &[
                "s3:GetObject",
                "s3:PutObject",
                "s3:List*",
                "s3:Get*",
                "s3:*",
                "kms:Decrypt",
                "sts:AssumeRole",
                "iam:*",
                "s3:DeleteObject",
                "sqs:*",
                "S3:getobject",
            ],
        );
        let pool = if place == Place::Trust { of_trust } else { of_others };
        for _ in 0..if list.is_empty() { 1 } else { *self.dice.pick(&[0, 0, 1, 2]) } {
            let at = self.dice.below(list.len() + 1);
            let other = self.dice.word(pool);
            list.insert(at, other);
        }
        self.one_or_list(list)
    }

    fn resources(&mut self, means: bool) -> Value {
        let resource = self.scene.resource.clone();
        let hit = if resource == "*" {
            "*".to_owned()
        } else {
            // Patterns begin in the last part, but for a few.
            let last = resource.rfind(':').map_or(0, |at| at + 1);
            let half =
                if self.dice.chance(94) { (last + resource.len()) / 2 } else { resource.len() * 2 / 3 };
            let bucket = resource.split('/').next().unwrap_or(&resource).to_owned();
            match self.dice.below(14) {
                0 | 1 => "*".to_owned(),
                2 | 3 => format!("{bucket}/*"),
                4 => format!("{}*", &resource[..half]),
                5 => format!("{}?{}", &resource[..half], &resource[half + 1..]),
                6 => resource.replace("mara", "${aws:username}"),
                7 => resource.replace("reports", "${aws:PrincipalTag/team, 'reports'}"),
                8 => format!("{bucket}*"),
                9 => resource.replace(&self.scene.owner, "*"),
                10 => format!("{}*{}", &resource[..half], &resource[resource.len() - 1..]),
                _ => resource,
            }
        };
        let mut list = Vec::new();
        if means || self.dice.chance(75) {
            list.push(hit);
        }
        let pool = [
            "arn:aws:s3:::acme-billing",
            "arn:aws:s3:::acme-billing/*",
            "arn:aws:s3:::other/*",
            "arn:aws:s3:::acme-*/reports/*",
            "arn:aws:s3:::acme-billing/${aws:username}/*",
            "arn:aws:s3:::acme-billing/*/${aws:username}/*",
            "arn:aws:iam::*:role/*",
            "arn:aws:kms:*:*:key/*",
            "arn:aws:s3:::acme-billing/${*}",
        ];
        for _ in 0..if list.is_empty() { 1 } else { *self.dice.pick(&[0, 0, 0, 1]) } {
            let at = self.dice.below(list.len() + 1);
            let other = self.dice.word(&pool);
            list.insert(at, other);
        }
        self.one_or_list(list)
    }

    fn principal(&mut self, near: bool) -> Value {
        let mut aws: Vec<String> = Vec::new();
        if near || self.dice.chance(55) {
            if self.scene.is_service() {
                let caller = self.scene.caller.clone();
                return match self.dice.below(8) {
                    0 => json!("*"),
                    1 => json!({ "Service": [caller, "s3.amazonaws.com"] }),
                    2 => json!({ "Service": caller, "AWS": "arn:aws:iam::444455556666:root" }),
                    _ => json!({ "Service": caller }),
                };
            }
            if self.scene.caller.is_empty() {
                return if self.dice.chance(80) { json!("*") } else { json!({ "AWS": "*" }) };
            }
            for _ in 0..*self.dice.pick(&[1, 1, 2, 3]) {
                let account = self.scene.account();
                let form = match self.dice.below(10) {
                    0 => "*".to_owned(),
                    1 => account,
                    2 | 3 => format!("arn:aws:iam::{account}:root"),
                    4 | 5 => self.scene.behind(),
                    _ => self.scene.caller.clone(),
                };
                if form == "*" && aws.is_empty() {
                    return if self.dice.chance(50) { json!("*") } else { json!({ "AWS": "*" }) };
                }
                if form != "*" && !aws.contains(&form) {
                    aws.push(form);
                }
            }
        }
        if aws.is_empty() || self.dice.chance(20) {
            let others = [
                "arn:aws:iam::111122223333:user/otto",
                "arn:aws:iam::444455556666:root",
                "999988887777",
                "arn:aws:iam::111122223333:role/writer",
                "arn:aws:sts::111122223333:assumed-role/reader/other",
                "arn:aws:iam::444455556666:user/mara",
            ];
            let other = self.dice.word(&others);
            let at = self.dice.below(aws.len() + 1);
            aws.insert(at, other);
        }
        if self.dice.chance(6) {
            return json!({ "Service": "bcm-data-exports.amazonaws.com", "AWS": aws });
        }
        json!({ "AWS": self.one_or_list(aws) })
    }
}
