//! Behaviour that belongs to one service.

pub(super) mod s3;

use crate::catalog;

/// What holds for an action whoever asks and on whatever, worked out once for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Facts {
    /// Whether there is a resource whose policy can be asked: for KMS, S3 and STS where AWS lists something that the action works
    /// on. Others ask one policy for more than that, as the domain's of CodeArtifact for repositories that are not made yet.
    pub(super) asks_resource: bool,
    /// Whether resource control policies can bite on it: those of the account that owns what it works on.
    /// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html> (checked 2026-11)
    pub(super) takes_rcp: bool,
    /// Whether the resource's policy must allow even inside one account: key policies and role trust policies.
    /// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>,
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>,
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html> (checked 2026-11)
    pub(super) resource_must_allow: bool,
    /// Whether it needs no permission, not even where one denies it.
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html> (checked 2026-11)
    pub(super) is_open: bool,
}

impl Facts {
    pub(super) fn of(action: &str) -> Self {
        let lower = action.to_ascii_lowercase();
        let service = lower.split(':').next().unwrap_or_default();
        // Of an action that is not listed nobody knows: it may.
        // Asked last: the catalog of a service is unpacked for it.
        let has_resource = || catalog::action(&lower).is_none_or(catalog::Action::has_resources);
        let is_of_session = matches!(lower.as_str(), "sts:tagsession" | "sts:setsourceidentity");
        Self {
            asks_resource: !matches!(service, "kms" | "s3" | "sts") || has_resource(),
            takes_rcp: lower != "kms:retiregrant" && catalog::rcp_supports(service) && has_resource(),
            resource_must_allow: (service == "kms" || is_of_session || lower.starts_with("sts:assumerole"))
                && has_resource(),
            is_open: lower == "sts:getcalleridentity",
        }
    }
}
