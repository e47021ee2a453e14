//! Flags for what is typed into a product's connection form.

use clap::Args;

/// The product, and the values of its form.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct FormArgs {
    /// The product to judge for (see `preflight consumers`); may be given several times
    #[arg(long, value_name = "NAME", help_heading = "Form")]
    pub(in crate::cli) consumer: Vec<String>,
    /// The account that is connected, 12 digits
    #[arg(long, value_name = "ID", help_heading = "Form")]
    pub(in crate::cli) account: Option<String>,
    /// What the account is in its organization: root (payer) or linked
    #[arg(long, value_name = "KIND", help_heading = "Form")]
    pub(in crate::cli) account_kind: Option<String>,
    /// The bucket the export is delivered to
    #[arg(long, value_name = "NAME", help_heading = "Form")]
    pub(in crate::cli) bucket: Option<String>,
    /// The account that owns the bucket [default: the connected account]
    #[arg(long, value_name = "ID", help_heading = "Form")]
    pub(in crate::cli) bucket_account: Option<String>,
    /// The name of the export or report
    #[arg(long, value_name = "NAME", help_heading = "Form")]
    pub(in crate::cli) export_name: Option<String>,
    /// The S3 path prefix of the export
    #[arg(long, value_name = "PATH", help_heading = "Form")]
    pub(in crate::cli) export_path: Option<String>,
    /// cur-2.0 or cur-legacy
    #[arg(long, value_name = "TYPE", help_heading = "Form")]
    pub(in crate::cli) export_type: Option<String>,
    /// bucket-only, find-report or create-report
    #[arg(long, value_name = "MODE", help_heading = "Form")]
    pub(in crate::cli) mode: Option<String>,
    /// ARN of the user whose key the product gets, or of the role that it takes
    #[arg(long, value_name = "ARN", help_heading = "Form")]
    pub(in crate::cli) reader: Option<String>,
    /// The ExternalId that the product shows, where it takes a role
    #[arg(long, value_name = "ID", help_heading = "Form")]
    pub(in crate::cli) external_id: Option<String>,
    /// ARN that the product takes the role with: of its account (`…:root`), a role or a user [default: what its contract says]
    #[arg(long, value_name = "ARN", help_heading = "Form")]
    pub(in crate::cli) product_principal: Option<String>,
    /// The organization's management account
    #[arg(long, value_name = "ID", help_heading = "Form")]
    pub(in crate::cli) management_account: Option<String>,
    /// The organization's id (`o-…`), or `none`
    #[arg(long, value_name = "ID", help_heading = "Form")]
    pub(in crate::cli) organization: Option<String>,
    /// ARN of the KMS key that encrypts the bucket
    #[arg(long, value_name = "ARN", help_heading = "Form")]
    pub(in crate::cli) kms_key: Option<String>,
    /// The partition: aws, aws-cn or aws-us-gov [default: the reader's]
    #[arg(long, value_name = "NAME", help_heading = "Form")]
    pub(in crate::cli) partition: Option<String>,
    /// Another account that is connected to the product; may be given several times
    #[arg(long, value_name = "ID", value_delimiter = ',', help_heading = "Form")]
    pub(in crate::cli) connected_account: Vec<String>,
}

impl FormArgs {
    /// The values that were given, by their names in the form.
    pub(in crate::cli) fn given(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let single: [(&str, &Option<String>); 15] = [
            ("account", &self.account),
            ("account-kind", &self.account_kind),
            ("bucket", &self.bucket),
            ("bucket-account", &self.bucket_account),
            ("export-name", &self.export_name),
            ("export-path", &self.export_path),
            ("export-type", &self.export_type),
            ("mode", &self.mode),
            ("reader", &self.reader),
            ("external-id", &self.external_id),
            ("product-principal", &self.product_principal),
            ("management-account", &self.management_account),
            ("organization", &self.organization),
            ("kms-key", &self.kms_key),
            ("partition", &self.partition),
        ];
        let connected = self.connected_account.iter().map(|value| ("connected-account", value.as_str()));
        single.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).chain(connected)
    }
}
