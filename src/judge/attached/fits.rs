//! Whether what a template attaches a policy to is what the form is about.

use crate::contract::{Form, ReadsAs};
use crate::evidence::{Attachment, Fit, Link, LinkKind, Target, TargetKind};
use crate::policy::ArnSplit;

/// Whether a template attaches a policy to the form's bucket.
pub(super) fn of_bucket(form: &Form, attachment: &Attachment) -> Fit {
    match form.text("bucket") {
        Some(bucket) => best(attachment.targets.iter().map(|target| target.is(bucket))),
        None => Fit::Open,
    }
}

/// Whether a template attaches a policy to the form's reader.
#[must_use]
pub fn of_reader(form: &Form, reads: ReadsAs, attachment: &Attachment) -> Fit {
    let reader = form.text("reader").and_then(identity);
    best(attachment.targets.iter().map(|target| fits((reader.as_ref(), reads), target)))
}

/// Who the reader is, as far as the form and the contract say.
pub(super) type Reader<'r> = (Option<&'r (TargetKind, String)>, ReadsAs);

pub(super) fn fits((reader, reads): Reader<'_>, target: &Target) -> Fit {
    match reader {
        None => match (reads, target.kind) {
            (ReadsAs::User, TargetKind::Role) | (ReadsAs::Role, TargetKind::User | TargetKind::Group) => {
                Fit::No
            }
            (ReadsAs::User | ReadsAs::Role | ReadsAs::Principal | ReadsAs::Anything, _) => Fit::Open,
        },
        Some((kind, name)) if *kind == target.kind => target.is(name),
        // Who is in a group the template need not say.
        Some((TargetKind::User, _)) if target.kind == TargetKind::Group => Fit::Open,
        Some(_) => Fit::No,
    }
}

/// The same, where templates say who is in a group.
pub(super) fn fits_in(links: &[Link], reader: Reader<'_>, target: &Target) -> Fit {
    let fit = fits(reader, target);
    let is_member = || {
        let groups = links.iter().filter(|link| link.kind == LinkKind::Group);
        let mut members = groups.filter(|link| link.arn.value == target.name.value);
        members.any(|link| fits(reader, &link.target) == Fit::Yes)
    };
    match fit {
        Fit::Open if target.kind == TargetKind::Group && is_member() => Fit::Yes,
        Fit::Open | Fit::Yes | Fit::No => fit,
    }
}

/// What a hole is, if another one is the bucket: the same, or of a resource of Terraform one of its attributes.
pub(super) fn bucket_part(of_bucket: &str, name: &str, bucket: &str) -> Option<String> {
    if name == of_bucket {
        return Some(bucket.to_owned());
    }
    let resource = Some(of_bucket).filter(|hole| hole.starts_with("aws_s3_bucket."))?;
    match name.strip_prefix(resource)?.strip_prefix('.')? {
        "id" | "bucket" => Some(bucket.to_owned()),
        "arn" => Some(format!("arn:aws:s3:::{bucket}")),
        _ => None,
    }
}

/// The best of several fits; of none it is open.
pub(super) fn best(fits: impl Iterator<Item = Fit>) -> Fit {
    let mut found: Option<Fit> = None;
    for fit in fits {
        match (found, fit) {
            (_, Fit::Yes) => return Fit::Yes,
            (None, fit) => found = Some(fit),
            (Some(Fit::No), Fit::Open) => found = Some(Fit::Open),
            (Some(_), _) => {}
        }
    }
    found.unwrap_or(Fit::Open)
}

/// Kind and name of a user or role.
pub(super) fn identity(arn: &str) -> Option<(TargetKind, String)> {
    let split = ArnSplit::new(arn)?;
    let (kind, path) = split.resource.split_once('/')?;
    // Behind a role's path stands its name, behind the role of a session the session's.
    let name = if kind == "assumed-role" { path.split('/').next()? } else { path.rsplit('/').next()? };
    let kind = match kind {
        "user" => TargetKind::User,
        "role" | "assumed-role" => TargetKind::Role,
        _ => return None,
    };
    Some((kind, name.to_owned()))
}
