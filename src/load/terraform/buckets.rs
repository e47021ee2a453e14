//! Buckets of a module, with what resources of their own and blocks within them set.

use super::gather::{Made, made};
use super::module::{File, Module};
use super::value::Scope;
use super::{attach, declared, export};
use crate::evidence::{BucketSetting, DeclaredBucket, DeclaredSetting, MadeIn, Target, TargetKind};
use crate::load::buckets::{location, setting};
use crate::policy::Text;
use crate::syntax::hcl::{HclBlock, HclBody};
use crate::syntax::{Node, Part, Value};
use std::borrow::Cow;

/// The resource that is a bucket.
pub(super) const BUCKET: &str = "aws_s3_bucket";

/// What of a bucket was written within it before version 4 of the provider.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/version-4-upgrade> (checked 2026-11)
pub(super) const WITHIN: [(&str, BucketSetting); 3] = [
    ("server_side_encryption_configuration", BucketSetting::Encryption),
    ("lifecycle_rule", BucketSetting::Lifecycle),
    ("request_payer", BucketSetting::Payer),
];

/// The setting that a resource of its own gives a bucket.
pub(super) fn sets(kind: &str) -> Option<BucketSetting> {
    Some(match kind {
        "aws_s3_bucket_server_side_encryption_configuration" => BucketSetting::Encryption,
        "aws_s3_bucket_ownership_controls" => BucketSetting::Ownership,
        "aws_s3_bucket_public_access_block" => BucketSetting::PublicAccess,
        "aws_s3_bucket_lifecycle_configuration" => BucketSetting::Lifecycle,
        "aws_s3_bucket_request_payment_configuration" => BucketSetting::Payer,
        _ => return None,
    })
}

/// The bucket that a resource is, or gives settings to.
pub(super) fn of_block(
    block: &HclBlock,
    (kind, name): (&str, &str),
    scope: &Scope<'_>,
) -> Option<DeclaredBucket> {
    let own = sets(kind);
    if own.is_none() && kind != BUCKET {
        return None;
    }
    let depends = match made(block, scope) {
        Made::None => return None,
        Made::Some => None,
        Made::Depends(name) => {
            Some(format!("whether it is made hangs on `{name}`, which is filled in when this is deployed"))
        }
    };
    let target = attach::target(block, kind, name, scope)?;
    let node = || export::of_block(block, scope);
    let settings = match own {
        Some(kind) => {
            let open = depends.or_else(|| is_repeated(&block.body).then(by_loop));
            vec![DeclaredSetting { open, ..setting(kind, &node()) }]
        }
        None => within(block, &node()),
    };
    Some(DeclaredBucket {
        source: scope.file,
        file: String::new(),
        address: format!("{kind}.{name}"),
        target: if own.is_none() { named(target, name) } else { target },
        settings,
    })
}

/// The Region of a bucket, where the module says it: in the bucket or in its provider, which may stand in another file.
pub(super) fn placed(
    module: &Module,
    file: &File,
    block: &HclBlock,
    (kind, name): (&str, &str),
    scope: &Scope<'_>,
) -> Option<DeclaredBucket> {
    if kind != BUCKET || !matches!(made(block, scope), Made::Some) {
        return None;
    }
    let MadeIn::Named(region, place) = declared::region(module, file, block, 0) else { return None };
    let other = module.files.iter().find(|file| file.source == place.source)?;
    Some(DeclaredBucket {
        source: place.source,
        file: other.name.clone(),
        address: format!("{kind}.{name}"),
        target: named(attach::target(block, kind, name, scope)?, name),
        settings: vec![location(&region, place.span)],
    })
}

/// A bucket whose name nobody gives, or a variable alone, is known by its own.
pub(super) fn named(target: Target, name: &str) -> Target {
    if target.name.lone_hole().is_none() {
        return target;
    }
    let hole = [Part::Hole(Cow::Owned(format!("{BUCKET}.{name}")))];
    Target { kind: TargetKind::Bucket, name: Text::of_parts(&hole, target.name.span) }
}

/// The settings that are written within a bucket.
fn within(block: &HclBlock, node: &Node<'_>) -> Vec<DeclaredSetting> {
    let settings = WITHIN.into_iter().filter_map(|(name, kind)| {
        let open = || Some(by_loop());
        if let Some(other) = block.body.blocks_of("dynamic").find(|other| other.labels == [name]) {
            let answer = Node { span: other.span, value: Value::Null };
            return Some(DeclaredSetting { kind, answer, open: open() });
        }
        if block.body.blocks_of(name).next().is_none() && block.body.value(name).is_none() {
            return None;
        }
        let is_open = block.body.blocks_of(name).any(|inner| is_repeated(&inner.body));
        Some(DeclaredSetting { open: open().filter(|_| is_open), ..of_bucket(name, kind, node) })
    });
    settings.collect()
}

/// What a bucket has of a setting.
pub(super) fn of_bucket(name: &str, kind: BucketSetting, node: &Node<'_>) -> DeclaredSetting {
    let key = export::camel(name);
    match kind {
        // The block around the rules.
        BucketSetting::Encryption => setting(kind, node.get(&key).unwrap_or(node)),
        _ => setting(kind, node),
    }
}

fn by_loop() -> String {
    "a `dynamic` block makes it".to_owned()
}

/// Whether a loop makes some of the blocks in a body.
fn is_repeated(body: &HclBody) -> bool {
    body.blocks.iter().any(|block| block.kind == "dynamic" || is_repeated(&block.body))
}
