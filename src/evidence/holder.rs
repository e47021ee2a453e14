//! What IAM says of a user or role itself: its identifier and its tags.

use super::said::Said;
use crate::source::SourceId;
use crate::syntax::Node;

/// A user or role, as an answer shows it whole.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Its ARN.
    pub arn: String,
    /// `AIDA…` of a user, `AROA…` of a role.
    pub id: Option<String>,
    /// Its tags. An answer that shows none says that there are none.
    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html> (checked 2026-11)
    pub tags: Vec<(String, String)>,
}

impl Holder {
    /// The holder that a node of `get-user`, `get-role` or `get-account-authorization-details` describes.
    pub(super) fn read(node: &Node<'_>, id: &str, source: SourceId) -> Option<Self> {
        let tags = node.get("Tags").and_then(Node::as_array).unwrap_or_default();
        let text = |node: &Node<'_>, key| node.get(key).and_then(Node::as_str).map(str::to_owned);
        Some(Self {
            arn: Said::member(node, "Arn", source)?.text,
            id: text(node, id),
            tags: tags.iter().filter_map(|tag| Some((text(tag, "Key")?, text(tag, "Value")?))).collect(),
        })
    }

    /// The value of a tag; letters of its key count without case.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html> (checked 2026-11)
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
    }
}
