//! Who is a stranger to a policy, and what a stranger can bring along: any principal of an account that the policy does not
//! name, and any resource of such an account for which a service acts.

use super::space::{Asked, FRESH_NAME, FRESH_USER, Known, Side, Space};
use crate::eval::{Caller, CallerKind, Compiled, Layer, Layers, callers};
use crate::policy::{Policy, arn};

/// A request that comes from the Internet, from nobody this policy can know. What is not named the caller may choose.
pub(in crate::checks) const STRANGER: &[(&str, Option<&str>)] = &[
    ("aws:SecureTransport", Some("true")),
    ("aws:SourceIp", Some("198.18.77.77")),
    ("aws:ViaAWSService", Some("false")),
    ("aws:PrincipalIsAWSService", Some("false")),
    ("aws:PrincipalOrg*", None),
    ("aws:PrincipalServiceName*", None),
    ("aws:SourceVpc*", None),
    ("aws:VpcSourceIp", None),
    ("aws:Vpce*", None),
    ("aws:SourceArn", None),
    ("aws:SourceAccount", None),
    ("aws:SourceOwner", None),
    ("aws:SourceOrg*", None),
    ("aws:CalledVia*", None),
    ("aws:FederatedProvider", None),
    ("aws:Ec2InstanceSource*", None),
    ("kms:CallerAccount", Some("999999999999")),
    ("elasticfilesystem:AccessedViaMountTarget", Some("false")),
    ("lambda:EventSourceToken", None),
    ("s3:DataAccessPoint*", None),
    ("vpc-lattice-svcs:SourceVpc*", None),
    ("sts:ExternalId", None),
    ("aws:userid", Some("AIDAPREFLIGHTSTRANGER")),
];

/// Keys that say who signed.
const NOT_OF_ANONYMOUS: Known<'static> = &[
    ("aws:PrincipalArn", None),
    ("aws:PrincipalTag/*", None),
    ("aws:username", None),
    ("aws:MultiFactorAuth*", None),
    ("aws:TokenIssueTime", None),
    ("aws:SourceIdentity", None),
];

/// The account that no policy names.
const ACCOUNT: &str = "999999999999";
/// Strangers that are asked about.
const MOST_CALLERS: usize = 48;
/// Values that a stranger tries for one key.
const MOST_VALUES: usize = 6;

/// Somebody from anywhere whom a policy lets do this, if there is one, in words.
pub(super) fn let_in(policy: &Policy, action: &str, resource: &str) -> Option<String> {
    let space = Space::new(policy, Side::Resource);
    let may = |caller: &str, owner: &str, known: Known<'_>| {
        !space.is_refused(Asked { caller, action, resource, owner: Some(owner) }, known)
    };
    let unsigned: Vec<_> = STRANGER.iter().chain(NOT_OF_ANONYMOUS).copied().collect();
    if may("", "111122223333", &unsigned) || may(FRESH_USER, ACCOUNT, STRANGER) {
        return Some("a caller that nobody knows".to_owned());
    }
    // Whoever has an account makes users and roles there as he likes. He has all that his account can give, so the resource
    // is taken to lie there: then the resource's policy alone decides.
    let mut layers = Layers::none();
    layers.resource = Layer::Known(vec![policy]);
    let classes = callers(&[&Compiled::new(&layers)], "*", &[], &[FRESH_NAME]);
    let found =
        classes.list.into_iter().map(|class| class.caller).filter(|caller| is_stranger(policy, caller));
    found.take(MOST_CALLERS).find_map(|caller| {
        let account = caller.account()?;
        let keys = keys(policy, &caller);
        let is_in = keys.iter().any(|brought| {
            let told = |name: &str| brought.iter().any(|(key, _)| *key == name);
            let rest = STRANGER.iter().copied().filter(|(key, _)| !told(key));
            let known: Vec<_> =
                brought.iter().map(|(key, value)| (*key, value.as_deref())).chain(rest).collect();
            may(caller.arn(), account, &known)
        });
        is_in.then(|| format!("whoever has an account, for instance as `{}`", caller.arn()))
    })
}

/// Whether a policy of a resource lets somebody from anywhere do this, as `lint` weighs it.
#[must_use]
pub fn lets_strangers_in(policy: &Policy, action: &str, resource: &str) -> bool {
    let_in(policy, action, resource).is_some()
}

fn is_stranger(policy: &Policy, caller: &Caller) -> bool {
    // The root user of the account in which the resource is taken to lie may do everything there.
    let Some(account) = caller.account().filter(|_| caller.kind() != CallerKind::Root) else { return false };
    let principals =
        policy.statements.iter().flat_map(|each| &each.principals).flat_map(|each| &each.entries);
    let values = policy.statements.iter().flat_map(|each| &each.clauses).flat_map(|clause| &clause.values);
    !principals.map(|entry| &entry.value).chain(values).any(|text| text.value.contains(account))
}

/// What a stranger brings along beside what every one does.
type Brought = Vec<(&'static str, Option<String>)>;

/// Each way to come: in an organization or in none, with a session called as the policy wants it, by a provider that everybody
/// can use.
fn keys(policy: &Policy, caller: &Caller) -> Vec<Brought> {
    let account = caller.account().unwrap_or(ACCOUNT);
    let mut ways: Vec<Brought> = vec![vec![("kms:CallerAccount", Some(account.to_owned()))]];
    let mut branch = |choices: Vec<Brought>| {
        let combine = |way: &Brought| {
            let with = |more: &Brought| way.iter().chain(more).cloned().collect();
            std::iter::once(way.clone()).chain(choices.iter().map(with)).collect::<Vec<Brought>>()
        };
        ways = ways.iter().flat_map(combine).collect();
    };
    if values(policy, "aws:principalorg").next().is_some() {
        branch(vec![vec![
            ("aws:PrincipalOrgID", Some("o-preflightstranger".to_owned())),
            ("aws:PrincipalOrgPaths", Some("o-preflightstranger/r-pref/ou-pref-stranger/".to_owned())),
            ("aws:PrincipalOrgMasterAccountId", Some(account.to_owned())),
            ("aws:PrincipalOrg*", None),
        ]]);
    }
    if matches!(caller.kind(), CallerKind::Role | CallerKind::Session) {
        // IAM gives the first part, and who takes the role the second.
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html (aws:userid, checked 2026-11)
        let sessions = values(policy, "aws:userid").filter_map(|value| value.rsplit_once(':'));
        let ids = sessions.map(|(_, session)| format!("AROAPREFLIGHTSTRANGER:{}", filled(session)));
        branch(ids.take(MOST_VALUES).map(|id| vec![("aws:userid", Some(id))]).collect());
        let providers = values(policy, "aws:federatedprovider").filter_map(|value| provider(value, account));
        branch(providers.take(MOST_VALUES).map(|each| vec![("aws:FederatedProvider", Some(each))]).collect());
    }
    ways
}

/// A provider that a role of any account can trust, as a value has it: one of its own account, or one of the world's.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html> (aws:FederatedProvider, checked
/// 2026-11)
fn provider(value: &str, account: &str) -> Option<String> {
    match arn::split(value) {
        Some([_, partition, service, _, of, resource]) => {
            of.contains('*').then(|| format!("arn:{partition}:{service}::{account}:{}", filled(resource)))
        }
        None => (!value.starts_with("arn:")).then(|| filled(value)),
    }
}

/// What services act for in other accounts: anything, and what `aws:SourceArn` of the policy takes of them.
pub(super) fn sources(policy: &Policy) -> Vec<String> {
    let any = format!("arn:aws:any-service:us-east-1:{ACCOUNT}:any/preflight-stranger");
    let named = values(policy, "aws:sourcearn").filter_map(source);
    std::iter::once(any).chain(named.take(MOST_VALUES)).collect()
}

/// A resource of another account that a pattern takes, if it takes one. ARNs of buckets have no account: of such a pattern only
/// what leaves the name open takes everybody's.
fn source(pattern: &str) -> Option<String> {
    let [_, partition, service, region, account, resource] = arn::split(pattern)?;
    let partition = if partition.contains('*') { "aws" } else { partition };
    if service == "s3" && !resource.contains('/') {
        let is_anybodys = resource.starts_with('*')
            && [region, account].iter().all(|part| part.trim_matches('*').is_empty());
        return is_anybodys.then(|| format!("arn:{partition}:s3:::{}", filled(resource)));
    }
    if !account.trim_matches('*').is_empty() || account.is_empty() {
        return None;
    }
    let region = if region.contains('*') { "us-east-1" } else { region };
    let service = if service.contains('*') { "any-service" } else { service };
    Some(format!("arn:{partition}:{service}:{region}:{ACCOUNT}:{}", filled(resource)))
}

/// A text that a pattern takes.
fn filled(pattern: &str) -> String {
    pattern.replace('*', FRESH_NAME).replace('?', "x")
}

/// The values that a policy compares a key with, whose name begins so in lower case.
fn values<'p>(policy: &'p Policy, key: &'p str) -> impl Iterator<Item = &'p str> {
    let clauses = policy.statements.iter().flat_map(|statement| &statement.clauses);
    clauses
        .filter(move |clause| clause.key.value.to_ascii_lowercase().starts_with(key))
        .flat_map(|clause| &clause.values)
        .filter(|value| value.is_whole() && !value.value.contains("${"))
        .map(|value| &*value.value)
}
