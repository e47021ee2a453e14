//! What the answers of IAM and of AWS Organizations about the reader tell of its requests: the tags that they carry, how
//! `aws:userid` begins, and in which part of the organization the account is.

use super::subject::Subject;
use crate::contract::Form;
use crate::eval::{Caller, CallerClass, CallerKind, Compiled, ContextValue, Glob, Patch, Unknown, user_ids};
use crate::evidence::{Holder, Role};
use crate::policy::Effect;

/// The beginning of the keys of tags.
const TAG: &str = "aws:principaltag/";

/// Where in its organization the caller's account is.
pub(super) const PATHS: &str = "aws:PrincipalOrgPaths";
/// Where in its organization the account is on whose behalf a service calls.
pub(super) const SOURCE_PATHS: &str = "aws:SourceOrgPaths";
/// Where in its organization the account of a resource is.
pub(super) const RESOURCE_PATHS: &str = "aws:ResourceOrgPaths";

/// A name for a session that no policy has.
const SESSION: &str = "preflight-some-session";

/// The user or role that the caller is, where an answer shows it.
fn holder<'a>(subject: &Subject<'a>, caller: &Caller) -> Option<&'a Holder> {
    let arn = caller.principal_arn()?;
    subject.evidence.reader.holders.iter().find(|holder| holder.arn == arn)
}

/// Whether an answer shows the user or role that the caller is.
pub(super) fn is_shown(subject: &Subject<'_>, caller: &Caller) -> bool {
    holder(subject, caller).is_some()
}

/// Whether the key is of a tag of the caller that is known, and its value where the caller has one.
///
/// Tags of a session go before those of its role, and who takes the role may give it some where the trust policy lets them.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html> (checked 2026-11)
pub(super) fn tag(subject: &Subject<'_>, caller: &Caller, key: &str) -> Option<Option<ContextValue>> {
    let name = key.get(..TAG.len()).filter(|start| start.eq_ignore_ascii_case(TAG))?;
    let holder = holder(subject, caller)?;
    if caller.kind() != CallerKind::User && may_tag(subject) {
        return None;
    }
    let value = holder.tag(key.get(name.len()..)?);
    Some(value.map(|value| ContextValue::One(value.into())))
}

/// Whether somebody who takes the role may give its session tags, as far as is known.
fn may_tag(subject: &Subject<'_>) -> bool {
    let mut trusts = subject.evidence.of(Role::TrustPolicy).peekable();
    let tags = |pattern: &str| Glob::new(&pattern.to_ascii_lowercase()).matches("sts:tagsession");
    trusts.peek().is_none()
        || trusts.flat_map(|document| &document.policy.statements).any(|statement| {
            statement.effect == Effect::Allow
                && statement.actions.as_ref().is_none_or(|actions| {
                    actions.negated || actions.items.iter().any(|action| tags(&action.value))
                })
        })
}

/// `aws:userid` of a session is the role's identifier and the session's name, which the product chooses: each name that a
/// policy has is one way, and one that none has is another.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html> (checked 2026-11)
pub(super) fn named(subject: &Subject<'_>, caller: &Caller, set: &Compiled<'_>) -> Option<Unknown> {
    const KEY: &str = "aws:userid";
    if caller.kind() == CallerKind::User || !set.keys().any(|key| key.eq_ignore_ascii_case(KEY)) {
        return None;
    }
    let before = format!("{}:", holder(subject, caller)?.id.as_deref()?);
    let mut ids = vec![format!("{before}{SESSION}")];
    for text in set.texts() {
        // What its wildcards stand for is filled in.
        let name = text.strip_prefix(before.as_str()).map(|name| name.replace('*', "").replace('?', "0"));
        let id =
            name.filter(|name| !name.is_empty() && !name.contains('$')).map(|name| before.clone() + &name);
        ids.extend(id.filter(|id| !ids.contains(id)));
    }
    let option = |id: String| Patch {
        label: format!("`{KEY}` is `{id}`"),
        keys: vec![(KEY.to_owned(), Some(ContextValue::One(id.into())))],
    };
    Some(Unknown {
        fact: "session-name".to_owned(),
        options: ids.into_iter().map(option).collect(),
        presumed: None,
    })
}

/// Whose place in an organization a key tells, and the organization that the form names for it; `none` where there is none.
fn placed<'a>(
    subject: &'a Subject<'a>,
    (caller, owner): (&'a Caller, Option<&'a str>),
    key: &str,
) -> Option<(&'a str, &'a str)> {
    let form = subject.form;
    let account = if key.eq_ignore_ascii_case(PATHS) {
        caller.account().filter(|account| form.text("account") == Some(account))?
    } else if key.eq_ignore_ascii_case(SOURCE_PATHS) && caller.kind() == CallerKind::Service {
        form.text("account")?
    } else if key.eq_ignore_ascii_case(RESOURCE_PATHS) {
        owner.filter(|owner| is_of_organization(subject, form, owner))?
    } else {
        return None;
    };
    Some((account, form.text("organization")?))
}

/// Where in the organization an account is that a key speaks of: each place that a policy names and that is possible is one
/// way, and one that none names is another. Nothing if the organization is not known, or nobody asks.
pub(super) fn paths(
    subject: &Subject<'_>,
    (caller, owner): (&Caller, Option<&str>),
    set: &Compiled<'_>,
    key: &str,
) -> Option<Unknown> {
    if !set.keys().any(|asked| asked.eq_ignore_ascii_case(key)) {
        return None;
    }
    let (account, organization) = placed(subject, (caller, owner), key)?;
    let record = &subject.evidence.organization;
    if organization == "none" || record.path_of(organization, account).is_some() {
        return None;
    }
    let before = match record.root() {
        Some(root) => format!("{organization}/{root}/"),
        None => format!("{organization}/"),
    };
    let root = record.root().unwrap_or("r-none");
    let mut all = vec![format!("{organization}/{root}/ou-none-preflight/")];
    for text in set.texts() {
        let mut path = text.replace('*', "").replace('?', "0");
        if !path.ends_with('/') {
            path.push('/');
        }
        let is_possible = path.starts_with(&before) && !path.contains('$');
        if is_possible && path.len() > organization.len() + 1 && !all.contains(&path) {
            all.push(path);
        }
    }
    let option = |path: String| Patch {
        label: format!("the account {account} is in `{path}`"),
        keys: vec![(key.to_owned(), Some(ContextValue::Many([path.into()].into())))],
    };
    Some(Unknown {
        fact: "organization-path".to_owned(),
        options: all.into_iter().map(option).collect(),
        presumed: None,
    })
}

/// The same where all of the path is known, or where there is none, and the organization of a resource's account that has none.
pub(super) fn known_path(
    subject: &Subject<'_>,
    (caller, owner): (&Caller, Option<&str>),
    key: &str,
) -> Option<Option<ContextValue>> {
    if key.eq_ignore_ascii_case("aws:ResourceOrgID") {
        let (_, organization) = placed(subject, (caller, owner), RESOURCE_PATHS)?;
        return (organization == "none").then_some(None);
    }
    let (account, organization) = placed(subject, (caller, owner), key)?;
    if organization == "none" {
        return Some(None);
    }
    let path = subject.evidence.organization.path_of(organization, account)?;
    Some(Some(ContextValue::Many([path.into()].into())))
}

/// How `aws:userid` is made up where no answer tells it: what IAM calls a user or a role begins so.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes> and
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable> (checked 2026-11)
pub(super) fn user_id(subject: &Subject<'_>, caller: &Caller, key: &str) -> Option<ContextValue> {
    if !key.eq_ignore_ascii_case("aws:userid") {
        return None;
    }
    let unknown =
        || user_ids(&CallerClass { caller: caller.clone(), named: false, open: false, own_name: false });
    match caller.kind() {
        CallerKind::User => match holder(subject, caller).and_then(|holder| holder.id.as_deref()) {
            Some(id) => Some(ContextValue::One(id.into())),
            None => unknown(),
        },
        CallerKind::Role | CallerKind::Session => unknown(),
        _ => None,
    }
}

/// Whether an account is one that form or evidence know to be of the form's organization. Of others nobody said whose they are.
pub(super) fn is_of_organization(subject: &Subject<'_>, form: &Form, account: &str) -> bool {
    let record = &subject.evidence.organization;
    ["account", "management-account"].iter().any(|name| form.text(name) == Some(account))
        || record.management.as_ref().is_some_and(|management| management.text == account)
        || record.accounts.iter().flatten().any(|member| member.id.text == account)
        || form.connected_accounts.iter().any(|connected| connected.text == account)
}
