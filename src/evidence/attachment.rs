//! Where a template of infrastructure as code attaches a policy.

use super::case::Case;
use super::loose::PolicyHint;
use crate::policy::{Policy, Text};
use std::collections::{BTreeMap, BTreeSet};

/// What texts say of holes. By the hole's name: what bears on its value (`local.actions`, `trusted.json`), each with a mark that is
/// another one where the text is.
pub type Behind = BTreeMap<String, BTreeMap<String, u64>>;

/// The place of a policy in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The file of the template.
    pub file: String,
    /// The name that the template has for it: `BillingBucketPolicy`, `aws_s3_bucket_policy.billing`.
    pub address: String,
    /// What kind of policy that place makes it.
    pub hint: PolicyHint,
    /// What it is attached to, as far as the template says; of a managed policy nothing, if others attach it.
    pub targets: Vec<Target>,
    /// What the text of the template says of holes whose value it bears on (`each.key`, a condition, an entry of a mapping).
    pub behind: Behind,
    /// What the policy is in each case of what only the deployment decides; none where nothing does.
    pub cases: Vec<Case>,
}

impl Attachment {
    /// A place in a template of which the file is not said yet.
    #[must_use]
    pub fn new(address: String, hint: PolicyHint, targets: Vec<Target>) -> Self {
        Self { file: String::new(), address, hint, targets, behind: Behind::new(), cases: Vec::new() }
    }

    /// The names of what is filled in later, in a policy that is attached here and in what it is attached to.
    #[must_use]
    pub fn holes<'a>(&'a self, policy: &'a Policy) -> BTreeSet<&'a str> {
        let targets = self.targets.iter().flat_map(|target| target.name.holes.iter());
        let cases = self.cases.iter().filter_map(Case::policy);
        let all = std::iter::once(policy).chain(cases).flat_map(Policy::hole_names);
        all.chain(targets.map(|hole| &*hole.name)).collect()
    }
}

/// A mark of some texts: the same for the same texts.
#[must_use]
pub fn mark<'t>(texts: impl IntoIterator<Item = &'t str>) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    texts.into_iter().for_each(|text| text.hash(&mut hasher));
    hasher.finish()
}

/// One thing that a policy is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What it is.
    pub kind: TargetKind,
    /// Its name, not its ARN; holes in it are what the deployment tells.
    pub name: Text,
}

/// A policy that a template attaches by its ARN, and of which nothing else is at hand; a group that it puts a user in,
/// or an access key that it makes for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// As what.
    pub kind: LinkKind,
    /// Its ARN; of a group the name, of an access key what the template calls it.
    pub arn: Text,
    /// To what.
    pub target: Target,
}

/// As what a policy is attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkKind {
    /// A policy that allows.
    Policy,
    /// A permissions boundary.
    Boundary,
    /// It is a group, and the target is in it.
    Group,
    /// It is an access key, and the target has it.
    AccessKey,
}

/// What a policy can be attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TargetKind {
    /// A bucket.
    Bucket,
    /// A user.
    User,
    /// A role.
    Role,
    /// A group of users.
    Group,
}

/// Whether a name is what a target is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It is.
    Yes,
    /// It is not, whatever is filled in.
    No,
    /// Only a deployment tells.
    Open,
}

impl Target {
    /// Whether this is the thing of that name.
    #[must_use]
    pub fn is(&self, name: &str) -> Fit {
        use crate::policy::TextPiece;
        if self.name.is_whole() {
            return if &*self.name.value == name { Fit::Yes } else { Fit::No };
        }
        // What stands before the first hole, behind the last one, and between them must be found in this order.
        let mut rest = name;
        let mut is_free = false;
        for piece in self.name.pieces() {
            match piece {
                TextPiece::Hole(_) => is_free = true,
                TextPiece::Plain(plain) if is_free => match rest.find(plain) {
                    Some(at) => {
                        rest = rest.get(at + plain.len()..).unwrap_or_default();
                        is_free = false;
                    }
                    None => return Fit::No,
                },
                TextPiece::Plain(plain) => match rest.strip_prefix(plain) {
                    Some(behind) => rest = behind,
                    None => return Fit::No,
                },
            }
        }
        // A later place of the last piece may reach the end.
        let last = self.name.pieces().last();
        match last {
            Some(TextPiece::Plain(plain)) if !name.ends_with(plain) => Fit::No,
            _ => Fit::Open,
        }
    }
}

/// Whether a hole of a template is the number of the account that it is deployed in.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html> and
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/caller_identity> (checked 2026-11)
#[must_use]
pub fn is_own_account(name: &str) -> bool {
    name == "AWS::AccountId"
        || (name.starts_with("data.aws_caller_identity.") && name.ends_with(".account_id"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;
    use crate::syntax::Part;

    #[test]
    fn a_name_with_holes_fits_what_it_may_become() {
        let target = |parts: &[Part<'_>]| Target {
            kind: TargetKind::Bucket,
            name: Text::of_parts(parts, Span::default()),
        };
        let text = |text: &'static str| Part::Text(text.into());
        let hole = || Part::Hole("X".into());
        assert_eq!(target(&[text("acme")]).is("acme"), Fit::Yes);
        assert_eq!(target(&[text("acme")]).is("acme2"), Fit::No);
        assert_eq!(target(&[hole()]).is("acme"), Fit::Open);
        assert_eq!(target(&[text("billing-"), hole()]).is("billing-1"), Fit::Open);
        assert_eq!(target(&[text("billing-"), hole()]).is("acme"), Fit::No);
        assert_eq!(target(&[hole(), text("-cur")]).is("acme-cur-cur"), Fit::Open);
        assert_eq!(target(&[hole(), text("-cur")]).is("acme-cur-2"), Fit::No);
    }
}
