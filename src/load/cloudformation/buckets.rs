//! Buckets of a template, with their settings.

use super::policies::Collector;
use super::template::Resource;
use crate::evidence::{BucketSetting, DeclaredBucket, TargetKind};
use crate::load::buckets::setting;

/// Properties of a bucket that are asked about.
const SETTINGS: [(&str, BucketSetting); 4] = [
    ("BucketEncryption", BucketSetting::Encryption),
    ("OwnershipControls", BucketSetting::Ownership),
    ("PublicAccessBlockConfiguration", BucketSetting::PublicAccess),
    ("LifecycleConfiguration", BucketSetting::Lifecycle),
];

impl<'t> Collector<'_, '_, 't> {
    /// Takes the settings of a bucket.
    pub(super) fn bucket(&mut self, resource: &Resource<'_, 't>) {
        let settings = SETTINGS.iter().filter_map(|(name, kind)| {
            let value = self.resolver.value(resource.property(name)?)?;
            Some(setting(*kind, &value))
        });
        let bucket = DeclaredBucket {
            source: self.source,
            file: String::new(),
            address: resource.id.to_owned(),
            target: self.called(resource, TargetKind::Bucket),
            settings: settings.collect(),
        };
        self.out.buckets.push(bucket);
    }
}
