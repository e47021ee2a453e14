//! What a contract can ask about the settings of the bucket.

/// What is asked of the bucket's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketQuestion {
    /// There is such a bucket, and it is the account's.
    Exists,
    /// Files stay readable for so many days.
    Kept(i64),
    /// No delivered file of so many days must be restored before it can be read.
    Readable(i64),
    /// No lifecycle rule archives files before they are so many days old, or deletes them at once.
    Unarchived(i64),
    /// The bucket's owner owns the files, where that matters.
    Owned,
    /// Whoever reads need not say that they pay for it, which the product does not.
    ReaderPays {
        /// The value of the form that names who reads.
        reader: &'static str,
    },
    /// Deliveries get in although the default key is the one that AWS manages.
    ManagedKey,
    /// The KMS key is of the bucket's Region.
    KeyRegion,
    /// The KMS key is switched on.
    KeyWorks,
    /// Deliveries need not say that they pay for it, of which AWS does not tell whether they do.
    DeliveryPays,
    /// No ACL lets everybody in, and AWS does not call the policy public.
    Private,
    /// The policy is not one that AWS takes for public, whoever gets in.
    Public,
}

impl BucketQuestion {
    /// The question of a name, with the days it may need.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn of(name: &str, days: Option<i64>) -> Result<Self, &'static str> {
        match (name, days) {
            ("exists", _) => Ok(Self::Exists),
            ("kept", Some(days)) => Ok(Self::Kept(days)),
            ("kept", None) => Err("`question = \"kept\"` needs `days`"),
            ("readable", Some(days)) => Ok(Self::Readable(days)),
            ("readable", None) => Err("`question = \"readable\"` needs `days`"),
            ("unarchived", Some(days)) => Ok(Self::Unarchived(days)),
            ("unarchived", None) => Err("`question = \"unarchived\"` needs `days`"),
            ("owned", _) => Ok(Self::Owned),
            ("reader-pays", _) => Ok(Self::ReaderPays { reader: "reader" }),
            ("product-pays", _) => Ok(Self::ReaderPays { reader: "product-principal" }),
            ("managed-key", _) => Ok(Self::ManagedKey),
            ("key-region", _) => Ok(Self::KeyRegion),
            ("key-works", _) => Ok(Self::KeyWorks),
            ("delivery-pays", _) => Ok(Self::DeliveryPays),
            ("private", _) => Ok(Self::Private),
            ("not-public", _) => Ok(Self::Public),
            _ => Err(
                "`question` is `exists`, `kept`, `readable`, `unarchived`, `key-works`, `owned`, `reader-pays`, `product-pays`, `delivery-pays`, `managed-key`, `key-region`, `private` or `not-public`",
            ),
        }
    }
}
