//! What a policy is for, by what it says and by the name of its file, where nothing around it tells.
//!
//! A document with one fault stays what it is: signs are weighed, and none of them has to be there. What follows for an
//! account is [`crate::load`]'s affair, and for the grammar the lint checks'.

use crate::policy::{Effect, Policy, PrincipalKind, Principals, Statement};

/// What a policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Of a user, group or role, as far as can be seen.
    Identity,
    /// A permissions boundary, by its file's name.
    Boundary,
    /// Passed when a session is made, by its file's name.
    Session,
    /// A service control policy, by its file's name.
    Scp,
    /// A resource control policy, by its file's name.
    Rcp,
    /// Of a VPC endpoint, by its file's name.
    Endpoint,
    /// The trust policy of a role.
    Trust,
    /// Of a bucket, by its file's name.
    Bucket,
    /// Speaks of everybody and of every resource: that bounds an endpoint or an organization, or is of a resource that its
    /// policy does not name.
    Bounds,
    /// Of a resource.
    Resource,
}

impl Purpose {
    /// What a policy of a file is for.
    #[must_use]
    pub fn of(policy: &Policy, file: &str) -> Self {
        let file = FileName::of(file);
        let known = || policy.statements.iter().filter(|statement| !statement.is_unknown());
        let with: Vec<&Statement> = known().filter(|statement| statement.principals.is_some()).collect();
        let without = policy.statements.len() - with.len();
        if file.has(&["bucket-policy", "bucketpolicy"]) {
            return Self::Bucket;
        }
        if !with.is_empty() && file.has(&["rcp", "rcps", "resource-control"]) {
            return Self::Rcp;
        }
        if !with.is_empty() && file.has(&["endpoint", "vpce"]) {
            return Self::Endpoint;
        }
        if is_trust(policy, &with, &file) {
            return Self::Trust;
        }
        let is_of_people = || {
            let kinds =
                with.iter().flat_map(|statement| &statement.principals).flat_map(|each| &each.entries);
            file.says_identity() && kinds.into_iter().all(|entry| entry.kind == PrincipalKind::Aws)
        };
        // One statement of many may have a `Principal` too many, or lack it. Of one that all of them have, the name of the
        // file has to say that none belongs there.
        let is_half = with.len() == without && file.has(&["reader", "user", "identity"]);
        if with.len() < without || with.is_empty() || is_half || is_of_people() {
            return if file.has(&["scp", "scps", "service-control"]) {
                Self::Scp
            } else if file.has(&["boundary"]) {
                Self::Boundary
            } else if file.has(&["session", "sessionpolicy"]) {
                Self::Session
            } else {
                Self::Identity
            };
        }
        if policy.is_for_all() && !file.has(&["bucket", "key"]) { Self::Bounds } else { Self::Resource }
    }
}

/// Whether a policy says who may take a role. Three signs: whom it names without saying on what, an action of STS or a key that
/// only requests to STS carry, and the name of the file. Two of them are enough.
///
/// IAM takes neither a `Resource` nor an action of another service there:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-custom.html> (checked 2026-11). Policies of
/// endpoints of STS and resource control policies speak of the same actions, on resources, and of everybody.
fn is_trust(policy: &Policy, with: &[&Statement], file: &FileName) -> bool {
    let says_policy = file.has(&["trust-policy", "trustpolicy", "assume-role-policy", "assumerolepolicy"]);
    let is_named = says_policy || file.has(&["trust", "assume-role", "assumerole"]);
    let names_resource = |statement: &&Statement| statement.resources.is_some();
    if with.is_empty() {
        // Somebody's policy may be called after the roles that it lets him take; it names them.
        return says_policy || (is_named && !policy.statements.iter().any(|each| names_resource(&each)));
    }
    // A few statements that name somebody among many that do not are those of another policy.
    if with.len() * 2 < policy.statements.len() {
        return false;
    }
    let takes = with.iter().any(|statement| takes_roles(statement));
    if !with.iter().any(names_resource) {
        return takes || is_named || with.iter().any(|statement| asks_sts(statement));
    }
    let is_everybody =
        |principals: &Principals| principals.entries.iter().any(|entry| &*entry.value.value == "*");
    let is_open = with.iter().flat_map(|statement| &statement.principals).any(is_everybody);
    takes && (is_named || (!is_open && with.iter().all(|statement| takes_roles(statement))))
}

/// Whether a statement speaks of taking a role, in whatever spelling of the service.
fn takes_roles(statement: &Statement) -> bool {
    let items = statement.actions.iter().flat_map(|element| &element.items);
    items.into_iter().any(|item| {
        let action = item.value.to_ascii_lowercase();
        let (service, operation) = action.split_once(':').unwrap_or(("", &action));
        service == "sts" || operation.starts_with("assumerole")
    })
}

fn asks_sts(statement: &Statement) -> bool {
    statement.effect == Effect::Allow
        && statement
            .clauses
            .iter()
            .any(|clause| clause.key.value.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sts:")))
}

/// The words of a file's name between dashes, with a dash at both ends: `-root-scp-json-`. A word that merely begins or ends
/// like another (`TrustedAdvisor`) is another word; a number behind a word does not change it.
struct FileName(String);

impl FileName {
    fn of(file: &str) -> Self {
        let name = file.rsplit('/').next().unwrap_or(file).to_ascii_lowercase();
        let words = name.split(|c: char| !c.is_ascii_alphanumeric());
        let plain = words.map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()));
        let list: Vec<&str> = plain.filter(|word| !word.is_empty()).collect();
        Self(format!("-{}-", list.join("-")))
    }

    fn has(&self, names: &[&str]) -> bool {
        let is_at = |(at, _): (usize, char), name: &str| {
            let rest = self.0.get(at + 1..).and_then(|rest| rest.strip_prefix(name));
            rest.is_some_and(|behind| behind.starts_with('-'))
        };
        let dashes = || self.0.char_indices().filter(|(_, c)| *c == '-');
        names.iter().any(|name| dashes().any(|dash| is_at(dash, name)))
    }

    /// Whether it says in full that the policy is of somebody, and not of something that somebody uses.
    fn says_identity(&self) -> bool {
        self.has(&[
            "reader-policy",
            "readerpolicy",
            "user-policy",
            "userpolicy",
            "identity-policy",
            "identitypolicy",
            "permissions-policy",
            "permissionspolicy",
            "boundary-policy",
            "boundarypolicy",
            "scp",
            "scps",
            "service-control-policy",
            "permissions-boundary",
        ])
    }
}
