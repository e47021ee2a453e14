//! Where the role of a session lies. The ARN of a session does not say; `aws:PrincipalArn` and the `Principal` of policies do.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html> (checked 2026-11)

use super::{Answered, Documents, Fault, Question};
use crate::catalog;
use crate::eval::{Caller, CallerKind, Compiled, survey};
use crate::finding::Assumed;
use crate::policy::arn;

/// The condition key with the ARN of the role.
const KEY: &str = "aws:PrincipalArn";
/// What the names of roles begin with that Identity Center makes, and where it makes them; in other home Regions than
/// us-east-1 a folder of the Region's name follows.
/// <https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html> (checked 2026-11)
const IDENTITY_CENTER: (&str, &str) = ("AWSReservedSSO_", "aws-reserved/sso.amazonaws.com");
/// Places that are tried.
const MOST_PLACES: usize = 12;

/// One caller; a session with the ARN of its role, where the question tells it, or the role's name does.
pub(super) fn caller(question: &Question) -> Result<Caller, Fault> {
    let text = question.principal.trim();
    if is_provider(text) {
        return Ok(Caller::of_provider(text));
    }
    let caller = Caller::parse(text).map_err(Fault::Principal)?;
    if caller.kind() != CallerKind::Session {
        return Ok(caller);
    }
    if let Some(role) = told(question).filter(|role| is_of(&caller, role)) {
        return Ok(caller.with_role_arn(role));
    }
    let made = caller.name().starts_with(IDENTITY_CENTER.0).then(|| placed(&caller, IDENTITY_CENTER.1));
    Ok(match made.flatten() {
        Some(role) => caller.with_role_arn(&role),
        None => caller,
    })
}

/// Whether a text names an identity provider: SAML and OIDC providers by their ARNs, those of the world by their domains. Names of
/// AWS services end otherwise, but for Amazon Cognito's identity pools, which call nothing for themselves.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-federated-web-identity>
/// (checked 2026-11)
fn is_provider(text: &str) -> bool {
    match arn::split(text) {
        Some([_, _, "iam", _, _, resource]) => {
            resource.starts_with("saml-provider/") || resource.starts_with("oidc-provider/")
        }
        Some(_) => false,
        None => {
            let is_domain = text.contains('.') && !text.contains([':', '*', ' ']);
            let mut suffixes = catalog::partitions().iter().map(catalog::Partition::dns_suffix);
            let is_service = suffixes.any(|suffix| text.ends_with(suffix));
            is_domain && (!is_service || text.starts_with("cognito-identity."))
        }
    }
}

fn told(question: &Question) -> Option<&str> {
    let (_, value) = question.context.iter().find(|(key, _)| key.eq_ignore_ascii_case(KEY))?;
    Some(value.strip_prefix('=').unwrap_or(value))
}

/// Whether an ARN is one of a role of the session's account and name.
fn is_of(caller: &Caller, role: &str) -> bool {
    let name = role.rsplit('/').next();
    role.contains(":role/") && arn::account_of(role) == caller.account() && name == Some(caller.name())
}

/// The ARN of the role in a folder.
fn placed(caller: &Caller, folder: &str) -> Option<String> {
    let [_, partition, ..] = arn::split(caller.arn())?;
    Some(format!("arn:{partition}:iam::{}:role/{folder}/{}", caller.account()?, caller.name()))
}

/// Where the role is taken to lie, if the answer would be another one elsewhere.
pub(super) fn assumed(
    set: &Compiled<'_>,
    question: &Question,
    documents: &Documents<'_>,
    part: &Answered<'_>,
) -> Option<Assumed> {
    let caller = &part.put.members.first()?.request.caller;
    if caller.kind() != CallerKind::Session || told(question).is_some() {
        return None;
    }
    let role = caller.principal_arn()?;
    let is_other = |folder: &String| {
        let Some(elsewhere) = placed(caller, folder) else { return false };
        let mut put = part.put.clone();
        for member in &mut put.members {
            member.request.caller = caller.clone().with_role_arn(&elsewhere);
            member.request.context.set_one(KEY, &elsewhere);
        }
        survey(set, &put).standing() != part.survey.standing()
    };
    let text = format!("the role of the session is `{role}` (`--context {KEY}=ARN` says otherwise)");
    folders(set, documents, caller).iter().any(is_other).then_some(Assumed { text, source: None })
}

/// Folders in which the policies know roles of the name, and one that none knows.
fn folders(set: &Compiled<'_>, documents: &Documents<'_>, caller: &Caller) -> Vec<String> {
    let policies = documents.resource.iter().chain(&documents.key);
    let principals = policies
        .flat_map(|policy| &policy.statements)
        .flat_map(|statement| &statement.principals)
        .flat_map(|principals| &principals.entries);
    let named = principals.map(|entry| &*entry.value.value);
    let mut all = vec!["preflight-some-path".to_owned()];
    if caller.name().starts_with(IDENTITY_CENTER.0) {
        all.push(format!("{}/eu-west-1", IDENTITY_CENTER.1));
    }
    for text in set.texts().chain(named) {
        let folder = text.split_once(":role/").and_then(|(_, role)| role.rsplit_once('/'));
        let folder = folder.map(|(folder, _)| folder.replace('*', "x").replace('?', "0"));
        all.extend(folder.filter(|folder| !folder.is_empty() && !folder.contains('$')));
    }
    all.sort();
    all.dedup();
    all.truncate(MOST_PLACES);
    all
}
