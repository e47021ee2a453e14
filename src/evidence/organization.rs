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
    /// The accounts; none if no answer tells.
    pub accounts: Option<Vec<MemberAccount>>,
    /// Where the list of accounts stands.
    pub list: Option<Place>,
    /// Whether the list is one page of several.
    pub is_page: bool,
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
                let number = |key| Said::member(organization, key, source);
                self.management = number("MasterAccountId")
                    .or_else(|| number("ManagementAccountId"))
                    .or_else(|| number("MasterAccountArn").and_then(account_of_arn))
                    .or_else(|| number("ManagementAccountArn").and_then(account_of_arn));
            }
            AnswerKind::Accounts => self.members(root, source),
            _ => {}
        }
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
