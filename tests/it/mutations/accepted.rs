//! Whether AWS takes the documents of a role, worked out without `checks`.

use preflight::catalog;
use preflight::eval::Glob;
use preflight::evidence::{Evidence, PolicyDocument, Role};
use preflight::finding::State;
use preflight::policy::{Element, PrincipalEntry, PrincipalKind, Statement, Text, TextKind};
use preflight::syntax::IssueKind;

/// The state of an `accepted` demand.
pub(crate) fn state(evidence: &Evidence, role: Role, bucket: Option<&str>, partition: Option<&str>) -> State {
    let mut documents = evidence.of(role).peekable();
    if documents.peek().is_none() {
        return State::Unknown;
    }
    let takes = |document| takes(document, bucket) && is_of_one_partition(document, partition);
    if documents.all(takes) { State::Holds } else { State::Broken }
}

/// Whether all resources are of the account's partition, or of one where nobody told the account's.
fn is_of_one_partition(document: &PolicyDocument, own: Option<&str>) -> bool {
    let items =
        document.policy.statements.iter().flat_map(|each| &each.resources).flat_map(|each| &each.items);
    let mut partitions: Vec<&str> = items
        .filter(|item| item.kind != TextKind::Unreadable)
        .filter(|item| item.value.split(':').count() > 5)
        .filter_map(|item| item.value.split(':').nth(1))
        .filter(|partition| ["aws", "aws-cn", "aws-us-gov"].contains(partition))
        .chain(own)
        .collect();
    partitions.sort_unstable();
    partitions.dedup();
    partitions.len() < 2
}

/// S3 refuses a key of its own that no action of the statement can carry.
fn keys_are_carried(statement: &Statement) -> bool {
    let Some(actions) = statement.actions.as_ref().filter(|actions| !actions.negated) else { return true };
    let read = actions.items.iter().all(|item| item.kind != TextKind::Unreadable && &*item.value != "*");
    let all: Vec<_> = actions.items.iter().flat_map(|item| catalog::expand(&item.value)).collect();
    !read
        || all.is_empty()
        || statement.clauses.iter().all(|clause| {
            let key = clause.key.value.to_ascii_lowercase();
            !key.starts_with("s3:")
                || catalog::condition_key(&key).is_none()
                || all.iter().any(|action| action.condition_key(&key).is_some())
        })
}

fn takes(document: &PolicyDocument, bucket: Option<&str>) -> bool {
    let is_trust = document.role == Role::TrustPolicy;
    document.issues.iter().all(|issue| issue.kind == IssueKind::ByteOrderMark)
        && document.policy.faults.is_empty()
        && (document.role != Role::BucketPolicy || document.length.bytes <= 20 * 1024)
        && (takes_none(document.role) || !document.policy.statements.is_empty())
        && (document.role != Role::Rcp || document.policy.statements.iter().all(is_of_rcp))
        && document.policy.statements.iter().all(|statement| {
            let has_principal = statement.principals.is_some();
            has_principal == document.role.has_principal()
                // The role is the one resource of its trust policy.
                && statement.resources.is_some() != is_trust
                && (!is_trust || statement.actions.iter().all(is_of_sts) && statement.principals.iter().all(names_callers))
                && (document.role.has_principal() || lists_something(statement))
                && statement.actions.iter().flat_map(|element| &element.items).all(is_action)
                && statement.principals.iter().flat_map(|element| &element.entries).all(is_named)
                && statement.resources.iter().flat_map(|element| &element.items).all(is_arn)
                && (document.role != Role::BucketPolicy || keys_are_carried(statement))
                && (document.role != Role::BucketPolicy || fits_bucket(statement, bucket.unwrap()))
        })
}

/// IAM and Organizations refuse a policy without a statement; what the services do is not known.
fn takes_none(role: Role) -> bool {
    role.has_principal() && !matches!(role, Role::TrustPolicy | Role::Rcp)
}

/// A trust policy speaks of taking the role alone.
fn is_of_sts(actions: &Element) -> bool {
    actions.negated
        || actions.items.iter().all(|item| {
            let service = item.value.split_once(':').map(|(service, _)| service.to_ascii_lowercase());
            service.is_none_or(|service| service == "sts" || service.contains(['*', '?', '$']))
        })
}

/// A trust policy names who may take the role: neither who may not, nor everybody by a bare `*`.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html> (checked 2026-11)
fn names_callers(principals: &preflight::policy::Principals) -> bool {
    !principals.negated && principals.entries.iter().all(|entry| entry.kind != PrincipalKind::Everyone)
}

/// An RCP denies to everybody, and names what it denies, of services for which there are RCPs (the first five; the
/// accounts have no other); the only one that allows is AWS's own.
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html> (checked 2026-11)
fn is_of_rcp(statement: &Statement) -> bool {
    let is_star = |item: &Text| &*item.value == "*";
    let whole = |element: &Option<preflight::policy::Element>| {
        element.as_ref().is_some_and(|element| !element.negated && element.items.iter().all(is_star))
    };
    let everybody = statement.principals.as_ref().is_none_or(|principals| {
        let is_everybody = |entry: &PrincipalEntry| {
            matches!(entry.kind, PrincipalKind::Everyone | PrincipalKind::Aws) && is_star(&entry.value)
        };
        !principals.negated && principals.entries.iter().all(is_everybody)
    });
    let allows = statement.effect == preflight::policy::Effect::Allow;
    let is_full = whole(&statement.actions) && whole(&statement.resources) && statement.clauses.is_empty();
    let is_supported = |item: &Text| {
        let service = item.value.split(':').next().unwrap_or_default().to_ascii_lowercase();
        item.kind == TextKind::Unreadable
            || ["s3", "sts", "kms", "sqs", "secretsmanager"].contains(&&*service)
    };
    let names = |actions: &Element| !actions.negated && actions.items.iter().all(is_supported);
    everybody && (!allows || is_full) && (allows || statement.actions.as_ref().is_none_or(names))
}

/// IAM refuses empty lists; what S3 does with them is not known.
fn lists_something(statement: &Statement) -> bool {
    [&statement.actions, &statement.resources].into_iter().flatten().all(|element| !element.items.is_empty())
}

/// `*`, or a service and a name with one colon between; letters of a name are not looked at.
fn is_action(item: &Text) -> bool {
    let parts: Vec<&str> = item.value.split(':').collect();
    match parts[..] {
        _ if item.kind == TextKind::Unreadable => true,
        ["*"] => true,
        [service, _] => {
            !service.is_empty() && service.chars().all(|c| c.is_ascii_alphanumeric() || "-_.*?".contains(c))
        }
        _ => false,
    }
}

/// A service is called by a host name of AWS's, and not nearly as one that delivers.
fn is_service(text: &str) -> bool {
    let is_host = text.chars().all(|next| next.is_ascii_alphanumeric() || ".-_".contains(next));
    let ends =
        [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".aws.internal", ".aws.com", ".amazonaws.eu"];
    let delivers = ["billingreports.amazonaws.com", "bcm-data-exports.amazonaws.com"];
    let is_known = delivers.contains(&text)
        || text.split('.').next().is_some_and(|prefix| catalog::service(prefix).is_some());
    is_host
        && ends.iter().any(|end| text.ends_with(end))
        && (is_known || delivers.iter().all(|name| changes(text, name) > 3))
}

/// Letters to be changed, put in or left out to make one text of another.
fn changes(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, left) in from.bytes().enumerate() {
        let mut before = std::mem::replace(&mut row[0], at + 1);
        for (place, right) in to.bytes().enumerate() {
            let here = row[place + 1];
            row[place + 1] = (before + usize::from(left != right)).min(here + 1).min(row[place] + 1);
            before = here;
        }
    }
    row[to.len()]
}

/// A service is named in full; an account by 12 digits; a root user, user, role or session by its ARN.
fn is_named(entry: &PrincipalEntry) -> bool {
    let text = &*entry.value.value;
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_open = entry.value.kind == TextKind::Unreadable || text.contains("${");
    match entry.kind {
        PrincipalKind::Service => is_open || is_service(text),
        PrincipalKind::Aws if is_open || text == "*" || is_account(text) => true,
        PrincipalKind::Aws => {
            let parts: Vec<&str> = text.split(':').collect();
            let [_, _, _, _, account, path] = parts[..] else { return false };
            let arn = format!("arn:{}:{}::{account}:{path}", parts[1], parts[2]);
            let kinds = match parts[2] {
                "iam" => ["user/", "role/"],
                "sts" => ["assumed-role/", "federated-user/"],
                _ => return false,
            };
            let names = path.split('/').skip(1).collect::<Vec<_>>();
            let is_root = parts[2] == "iam" && path == "root";
            let is_kind = kinds.iter().any(|kind| path.starts_with(kind)) && !names.contains(&"");
            let has_session = !path.starts_with("assumed-role/") || names.len() > 1;
            arn == text
                && ["aws", "aws-cn", "aws-us-gov"].contains(&parts[1])
                && is_account(account)
                && !text.contains(['*', '?'])
                && (is_root || (is_kind && has_session))
        }
        _ => true,
    }
}

/// What IAM takes for a resource: `*`, or six parts of which the first is `arn`; its own begin with a kind.
fn is_arn(item: &Text) -> bool {
    let parts: Vec<&str> = item.value.splitn(6, ':').collect();
    match parts[..] {
        _ if item.kind == TextKind::Unreadable => true,
        ["*"] => true,
        ["arn", partition, "iam", _, _, path] => {
            let kinds = ["user", "role", "group", "policy", "mfa", "instance-profile", "server-certificate"];
            let kind = kinds.iter().any(|kind| path.starts_with(kind));
            partition.starts_with("aws") && (kind || path.starts_with('*'))
        }
        ["arn", partition, service, _, _, _] => partition.starts_with("aws") && !service.is_empty(),
        _ => false,
    }
}

fn fits_bucket(statement: &Statement, bucket: &str) -> bool {
    let resources = statement.resources.as_ref().unwrap();
    let read = |item: &&Text| item.kind != TextKind::Unreadable;
    let names_bucket = |item: &Text| {
        let parts: Vec<&str> = item.value.splitn(6, ':').collect();
        match parts[..] {
            ["arn", _, "s3", _, _, "*"] => true,
            ["arn", _, "s3", _, _, path] => {
                Glob::new(path.split('/').next().unwrap_or_default()).matches(bucket)
            }
            _ => false,
        }
    };
    if !resources.items.iter().filter(read).all(names_bucket) {
        return false;
    }
    let Some(actions) = statement.actions.as_ref().filter(|actions| !actions.negated) else { return true };
    actions.items.iter().filter(read).filter(|item| &*item.value != "*").all(|item| {
        let meant: Vec<&str> = catalog::expand(&item.value)
            .filter(|action| action.service().prefix() == "s3")
            .map(catalog::Action::name)
            .collect();
        !meant.is_empty() && (resources.negated || meant.iter().any(|name| works_on(name, &resources.items)))
    })
}

/// Whether one of the resources can be what the action works on. ARNs of buckets and objects have neither region nor
/// account; the bucket has no slash, an object has one and a key behind it.
fn works_on(action: &str, items: &[Text]) -> bool {
    let action = catalog::action(&format!("s3:{action}")).unwrap();
    let types: Vec<&str> = action.resource_types().map(|each| each.resource_type.name()).collect();
    types.is_empty()
        || items.iter().any(|item| {
            let parts: Vec<&str> = item.value.splitn(6, ':').collect();
            let (place, path) = match parts[..] {
                [_, _, _, region, account, path] => (format!("{region}{account}"), path),
                _ => (String::new(), &*item.value),
            };
            let (slash, wild) = (path.contains('/'), path.contains(['*', '?']));
            let plain = place.chars().all(|c| c == '*');
            types.iter().any(|each| match *each {
                "bucket" => plain && (!slash || path.starts_with('*')),
                "object" => plain && (wild || path.split_once('/').is_some_and(|(_, key)| !key.is_empty())),
                _ => &*item.value == "*",
            })
        })
}
