//! The organization and its accounts, as AWS Organizations tells them.

use super::answer::AnswerKind;
use super::said::{Said, is_page};
use crate::source::{Place, SourceId};
use crate::syntax::Node;

/// What the answers of AWS Organizations say.
#[derive(Debug, Clone, Default)]
pub struct OrganizationRecord {
    /// Identifier of the organization, `o-…`.
    pub id: Option<Said>,
    /// The management account, which pays.
    pub management: Option<Said>,
    /// The organization has consolidated billing only: it has no policies. With the place of the word.
    pub billing_only: Option<Place>,
    /// The account is in no organization, with the place where AWS says so.
    pub not_in_use: Option<Place>,
    /// Kinds of policies that are switched on; none if no answer tells.
    pub policy_types: Option<Vec<String>>,
    /// The accounts; none if no answer tells.
    pub accounts: Option<Vec<MemberAccount>>,
    /// Where the list of accounts stands.
    pub list: Option<Place>,
    /// Whether the list is one page of several.
    pub is_page: bool,
    /// Identifiers of roots that an answer lists.
    pub roots: Vec<String>,
    /// What is in which unit or root. An answer by itself does not say of what it is.
    pub parents: Vec<(Option<String>, String)>,
}

/// An account of the organization.
#[derive(Debug, Clone)]
pub struct MemberAccount {
    /// Its number.
    pub id: Said,
    /// Its name, which anybody with access to it may have chosen.
    pub name: String,
    /// `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE` and so on.
    pub status: String,
}

impl MemberAccount {
    /// Whether it can have cost. `State` knows more than `Status`: an account may wait for its activation.
    /// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html> (checked 2026-11)
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status.eq_ignore_ascii_case("ACTIVE")
    }
}

impl OrganizationRecord {
    /// Takes what an answer says of the organization.
    pub fn note(&mut self, kind: AnswerKind, root: &Node<'_>, source: SourceId) {
        match kind {
            AnswerKind::Organization => {
                let Some(organization) = root.get("Organization") else { return };
                self.id = Said::member(organization, "Id", source);
                // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_getting-started_concepts.html (checked 2026-11)
                self.billing_only = Said::member(organization, "FeatureSet", source)
                    .filter(|set| set.text == "CONSOLIDATED_BILLING")
                    .map(|set| set.place);
                let number = |key| Said::member(organization, key, source);
                self.management = number("MasterAccountId")
                    .or_else(|| number("ManagementAccountId"))
                    .or_else(|| number("MasterAccountArn").and_then(account_of_arn))
                    .or_else(|| number("ManagementAccountArn").and_then(account_of_arn));
            }
            AnswerKind::Accounts => self.members(root, source),
            AnswerKind::Roots => self.list_roots(root),
            AnswerKind::Parents => self.note_parents(root, None),
            _ => {}
        }
    }

    /// Policies of a kind that is not switched on in the root bear on nothing.
    /// <https://docs.aws.amazon.com/organizations/latest/userguide/enable-policy-type.html> (checked 2026-11)
    fn list_roots(&mut self, root: &Node<'_>) {
        let roots = root.get("Roots").and_then(Node::as_array).unwrap_or_default();
        for each in roots {
            self.roots.extend(each.get("Id").and_then(Node::as_str).map(str::to_owned));
            let Some(types) = each.get("PolicyTypes").and_then(Node::as_array) else { continue };
            let on = types.iter().filter(|kind| kind.get("Status").and_then(Node::as_str) == Some("ENABLED"));
            let names = on.filter_map(|kind| kind.get("Type").and_then(Node::as_str)).map(str::to_owned);
            self.policy_types.get_or_insert_default().extend(names);
        }
    }

    /// Takes what `list-parents` answered of a child, where the question is known.
    pub fn note_parents(&mut self, root: &Node<'_>, child: Option<&str>) {
        let list = root.get("Parents").and_then(Node::as_array).unwrap_or_default();
        let ids = list.iter().filter_map(|node| node.get("Id").and_then(Node::as_str));
        self.parents.extend(ids.map(|id| (child.map(str::to_owned), id.to_owned())));
    }

    /// The path of an account as `aws:PrincipalOrgPaths` has it, where the answers tell all of it.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed-view-data-orgs.html#access_policies_access-advisor-viewing-orgs-entity-path>
    /// (checked 2026-11)
    #[must_use]
    pub fn path_of(&self, organization: &str, account: &str) -> Option<String> {
        let is_root = |id: &str| id.starts_with("r-");
        let mut above: Vec<&str> = Vec::new();
        let mut child = account;
        while let Some((_, parent)) = self.parents.iter().find(|(of, _)| of.as_deref() == Some(child)) {
            if above.contains(&parent.as_str()) {
                return None;
            }
            above.push(parent);
            child = parent;
        }
        if above.is_empty() {
            // Of answers that do not say whose they are one of a unit and one of the root fit together in one way.
            let mut told: Vec<&str> = self.parents.iter().map(|(_, id)| id.as_str()).collect();
            told.sort_by_key(|id| is_root(id));
            told.dedup();
            above = told;
        }
        match above.as_slice() {
            [root] if is_root(root) => {}
            [unit, root] if is_root(root) && !is_root(unit) => {}
            [units @ .., root] if child == *root && is_root(root) && !units.iter().any(|id| is_root(id)) => {}
            _ => return None,
        }
        above.reverse();
        Some(format!("{organization}/{}/", above.join("/")))
    }

    /// The one root that the answers know of.
    #[must_use]
    pub fn root(&self) -> Option<&str> {
        let parents = self.parents.iter().map(|(_, id)| id).filter(|id| id.starts_with("r-"));
        let mut all = self.roots.iter().chain(parents).map(String::as_str);
        let first = all.next()?;
        all.all(|id| id == first).then_some(first)
    }

    /// Whether policies of a kind (`SERVICE_CONTROL_POLICY`) are switched off in the organization.
    #[must_use]
    pub fn has_off(&self, kind: &str) -> bool {
        self.billing_only.is_some()
            || self.policy_types.as_ref().is_some_and(|types| !types.iter().any(|on| on == kind))
    }

    fn members(&mut self, root: &Node<'_>, source: SourceId) {
        let Some(list) = root.get("Accounts") else { return };
        self.list = Some(Place { source, span: list.span });
        self.is_page |= is_page(root);
        let items = list.as_array().unwrap_or_default();
        let accounts = self.accounts.get_or_insert_default();
        accounts.reserve(items.len());
        for node in items {
            let Some(id) = Said::member(node, "Id", source) else { continue };
            let text = |key| node.get(key).and_then(Node::as_str);
            let status = text("State").or_else(|| text("Status")).unwrap_or("ACTIVE").to_owned();
            let name = text("Name").unwrap_or_default().to_owned();
            accounts.push(MemberAccount { id, name, status });
        }
        // The ARN of every account names the management account and the organization:
        // arn:aws:organizations::MANAGEMENT:account/ORGANIZATION/ACCOUNT
        let arn = items.iter().find_map(|node| Said::member(node, "Arn", source));
        let Some(arn) = arn else { return };
        if self.id.is_none() {
            let id = arn.text.split('/').nth(1).filter(|id| id.starts_with("o-")).map(str::to_owned);
            self.id = id.map(|text| Said { text, place: arn.place });
        }
        if self.management.is_none() {
            self.management = account_of_arn(arn);
        }
    }
}

fn account_of_arn(arn: Said) -> Option<Said> {
    let text = crate::policy::arn::account_of(&arn.text)?.to_owned();
    Some(Said { text, place: arn.place })
}
