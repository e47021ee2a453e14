//! Which policies of templates bear on what is judged: a template says what it attaches them to, the form what is asked
//! about. Another bucket's policy is never judged as if it were the form's, nor another user's as the reader's.

mod fits;

use super::declared;
use crate::contract::{Form, ReadsAs};
use crate::evidence::{
    Attachment, BoundaryRecord, Evidence, Fit, Link, LinkKind, PolicyDocument, PolicyHint, Role, Said,
    Target, TargetKind, is_of_module, is_own_account,
};
use crate::source::{Place, SourceId, Sources};
pub use fits::of_reader;
use fits::{best, bucket_part, fits_in, identity, of_bucket};
use std::borrow::Cow;

/// The evidence with those policies of templates that bear on the form's bucket and reader, and with what the form tells of
/// the values that the templates leave open.
/// `reads`: as whom the product reads; nobody else can be the reader that nobody named.
pub(super) fn attached<'e>(
    sources: &Sources,
    evidence: &'e Evidence,
    form: &Form,
    reads: ReadsAs,
) -> Cow<'e, Evidence> {
    let is_plain = |document: &PolicyDocument| document.tie().is_none();
    let has_template = evidence.exports.definitions.iter().any(|definition| definition.resolved.is_some());
    if evidence.documents.iter().all(is_plain)
        && evidence.open.is_empty()
        && !has_template
        && evidence.buckets.is_empty()
    {
        return Cow::Borrowed(evidence);
    }
    let mut out = evidence.clone();
    let mut selection = Selection { sources, form, reads, out: &mut out };
    selection.fill_account();
    selection.named();
    selection.buckets();
    selection.settings();
    // Whether others say otherwise is looked at when all is known; what they say is asked for before.
    declared::note(selection.out);
    selection.readers();
    out.assumed.sort();
    out.assumed.dedup();
    Cow::Owned(out)
}

pub(super) struct Selection<'a> {
    pub(super) sources: &'a Sources,
    pub(super) form: &'a Form,
    pub(super) reads: ReadsAs,
    pub(super) out: &'a mut Evidence,
}

impl Selection<'_> {
    /// Takes out what stands in a file that somebody named, and is attached there to another than the one that is asked about.
    fn named(&mut self) {
        let is_other = |document: &PolicyDocument| {
            let attachment = document.named_in.as_ref().filter(|_| document.linked.is_none());
            let fit = |attachment: &Attachment| match document.role {
                Role::BucketPolicy => of_bucket(self.form, attachment),
                Role::ReaderPolicy | Role::TrustPolicy | Role::Boundary => {
                    of_reader(self.form, self.reads, attachment)
                }
                Role::SessionPolicy
                | Role::LinkedPolicy
                | Role::Scp
                | Role::Rcp
                | Role::KeyPolicy
                | Role::EndpointPolicy => Fit::Open,
            };
            attachment.filter(|attachment| fit(attachment) == Fit::No).map(|attachment| {
                let what = if document.role == Role::BucketPolicy { "bucket" } else { "reader" };
                let reason =
                    format!("it is attached to another than the {what}, whose file this is said to be");
                (format!("{}: {}", attachment.file, attachment.address), reason)
            })
        };
        let others: Vec<_> = self.out.documents.iter().map(is_other).collect();
        let mut gone = others.iter().map(Option::is_some);
        self.out.documents.retain(|_| !gone.next().unwrap_or_default());
        self.out.not_evaluated.extend(others.into_iter().flatten());
    }

    /// Keeps the policies that are, or may be, on the form's bucket.
    fn buckets(&mut self) {
        let bucket = self.form.text("bucket").map(str::to_owned);
        let form = self.form;
        let fit = |attachment: &Attachment| of_bucket(form, attachment);
        let other = match &bucket {
            Some(bucket) => format!("it is on another bucket than `{bucket}`"),
            None => String::new(),
        };
        let kept = self.choose(Role::BucketPolicy, &fit, &other, "bucket");
        let Some(bucket) = bucket else { return };
        for at in kept {
            let Some(document) = self.out.documents.get(at) else { continue };
            let Some(attachment) = document.tie().cloned() else { continue };
            let source = document.source;
            let names = attachment.targets.iter().filter_map(|target| target.name.lone_hole());
            let holes: Vec<String> = names.map(str::to_owned).collect();
            // The policy is the bucket's if it is on it: then the template's name for the bucket is that one.
            let known = |name: &str| holes.iter().find_map(|hole| bucket_part(hole, name, &bucket));
            self.fill(Some(source), &known);
            let address = &attachment.address;
            self.out.assumed.extend(
                holes.iter().map(|hole| format!("`{hole}`, which {address} is on, is the bucket `{bucket}`")),
            );
        }
    }

    /// Keeps the policies that are, or may be, the reader's, and says what else is attached to it.
    fn readers(&mut self) {
        let links = self.out.links.clone();
        let typed = self.form.text("reader").and_then(identity);
        let reader = typed.clone().or_else(|| self.has_key(&links));
        let reads = self.reads;
        let fit_of = |target: &Target| fits_in(&links, (reader.as_ref(), reads), target);
        let fit = |attachment: &Attachment| best(attachment.targets.iter().map(fit_of));
        self.choose(Role::TrustPolicy, &fit, "it is the trust policy of another than the reader", "reader");
        let kept =
            self.choose(Role::ReaderPolicy, &fit, "it is attached to another than the reader", "reader");
        let tied = kept.iter().filter_map(|at| self.out.documents.get(*at)?.tie());
        let loose: Vec<String> = tied
            .filter(|tie| tie.targets.is_empty())
            .map(|tie| {
                format!(
                    "{}: {} is attached to the reader, though nothing in the template attaches it",
                    tie.file, tie.address
                )
            })
            .collect();
        self.out.assumed.extend(loose);
        // Those of a file that is named as the reader's are the reader's, whatever the template leaves open.
        let is_named = |document: &PolicyDocument| {
            document.role == Role::ReaderPolicy && document.named_in.is_some() && document.linked.is_none()
        };
        let documents = self.out.documents.iter().enumerate();
        let mut own =
            documents.filter(|(at, each)| kept.contains(at) || is_named(each)).map(|(_, each)| each);
        let targets: Vec<Target> = own
            .clone()
            .filter_map(PolicyDocument::tie)
            .flat_map(|attachment| attachment.targets.iter())
            // What several have is not the others' alone.
            .filter(|target| fit_of(target) != Fit::No)
            .cloned()
            .collect();
        if typed.is_none()
            && let [Target { kind: TargetKind::User, name }] = targets.as_slice()
            && name.is_whole()
            && let Some(document) = own.next()
        {
            let place = Place { source: document.source, span: name.span };
            self.out.reader.names.push(Said { text: name.value.to_string(), place });
        }
        let is_target = |targets: &[Target], target: &Target| {
            targets.iter().any(|known| known.kind == target.kind && known.name.value == target.name.value)
                || (reader.is_some() && fit_of(target) == Fit::Yes)
        };
        let boundary_is_ours = |document: &PolicyDocument| match &document.attachment {
            Some(attachment) => attachment.targets.iter().any(|target| is_target(&targets, target)),
            None => true,
        };
        self.out.documents.retain(|document| document.role != Role::Boundary || boundary_is_ours(document));
        for attachment in self.out.open.iter().filter(|attachment| attachment.hint == PolicyHint::Identity) {
            if fit(attachment) != Fit::No
                || attachment.targets.iter().any(|target| is_target(&targets, target))
            {
                self.out.reader.gaps.push(attachment.address.clone());
            }
        }
        for link in &self.out.links {
            if !is_target(&targets, &link.target) {
                continue;
            }
            match link.kind {
                LinkKind::Policy => self.out.reader.gaps.push(link.arn.value.to_string()),
                LinkKind::Boundary if self.out.reader.boundary == BoundaryRecord::Untold => {
                    let source = self.out.documents.first().map(|document| document.source);
                    if let Some(source) = source {
                        let place = Place { source, span: link.arn.span };
                        let said = Said { text: link.arn.value.to_string(), place };
                        self.out.reader.boundary = BoundaryRecord::Named(said);
                    }
                }
                LinkKind::Boundary | LinkKind::Group | LinkKind::AccessKey => {}
            }
        }
    }

    /// The only user for whom templates make an access key, where a product reads with one.
    fn has_key(&self, links: &[Link]) -> Option<(TargetKind, String)> {
        let mut keys = links.iter().filter(|link| link.kind == LinkKind::AccessKey);
        let name = &keys.next().filter(|_| self.reads == ReadsAs::User)?.target.name;
        let is_one = name.is_whole() && keys.all(|other| other.target.name.value == name.value);
        is_one.then(|| (TargetKind::User, name.value.to_string()))
    }

    /// Of the documents of a role that templates attach: those that are on what is asked about, else the only one, or the only
    /// ones together, that may be. The others are named. Gives the places of those that stay.
    fn choose(
        &mut self,
        role: Role,
        fit: &dyn Fn(&Attachment) -> Fit,
        other: &str,
        what: &str,
    ) -> Vec<usize> {
        // A bucket has one policy, also where somebody says which file has it.
        let tie = |document: &PolicyDocument| match role {
            Role::BucketPolicy => document.tie().cloned(),
            _ => document.attachment.clone(),
        };
        let ties: Vec<Option<Attachment>> = self
            .out
            .documents
            .iter()
            .map(|document| tie(document).filter(|_| document.role == role && document.linked.is_none()))
            .collect();
        let fits: Vec<Option<Fit>> = ties.iter().map(|tie| tie.as_ref().map(fit)).collect();
        let has = |wanted: Fit| fits.iter().flatten().any(|fit| *fit == wanted);
        // Nobody is in a group because a template has the group.
        let is_of_group = |tie: &Option<Attachment>| {
            tie.as_ref().is_some_and(|tie| {
                !tie.targets.is_empty() && tie.targets.iter().all(|each| each.kind == TargetKind::Group)
            })
        };
        let of_group: Vec<bool> = ties.iter().map(is_of_group).collect();
        let first_open = |attachment: &Attachment| {
            attachment.targets.first().map(|target| (target.kind, target.name.value.clone()))
        };
        let mut open: Vec<_> = ties
            .iter()
            .zip(&fits)
            .filter(|(tie, fit)| **fit == Some(Fit::Open) && !is_of_group(tie))
            .filter_map(|(tie, _)| tie.as_ref().map(first_open))
            .collect();
        open.sort();
        open.dedup();
        let wanted = if has(Fit::Yes) { Some(Fit::Yes) } else { Some(Fit::Open).filter(|_| open.len() == 1) };
        let mut kept = Vec::new();
        let mut documents = Vec::new();
        let all = std::mem::take(&mut self.out.documents).into_iter().zip(fits.clone());
        for ((document, fit), of_group) in all.zip(of_group) {
            let Some(fit) = fit else {
                documents.push(document);
                continue;
            };
            if Some(fit) == wanted && !(of_group && fit == Fit::Open) {
                kept.push(documents.len());
                documents.push(document);
                continue;
            }
            let reason = match fit {
                Fit::No => other.to_owned(),
                Fit::Open if of_group => {
                    format!("it is a group's, and nothing says that the {what} is in the group")
                }
                Fit::Yes | Fit::Open if has(Fit::Yes) => {
                    format!("what it is attached to the deployment tells; another is on the {what}")
                }
                Fit::Yes | Fit::Open => {
                    format!("it is one of several that may be the {what}'s, which the deployment tells")
                }
            };
            let file = self.sources.get(document.source).name();
            let address = document.tie().map_or("", |attachment| &attachment.address);
            self.out.not_evaluated.push((format!("{file}: {address}"), reason));
        }
        self.out.documents = documents;
        kept
    }

    /// The account that a template is deployed in is the form's.
    fn fill_account(&mut self) {
        let Some(account) = self.form.text("account").map(str::to_owned) else { return };
        let known = |name: &str| is_own_account(name).then(|| account.clone());
        self.fill(None, &known);
        let of_account = |document: &&mut PolicyDocument| is_of_account(document);
        let ties = self.out.documents.iter_mut().filter(of_account);
        let attached =
            ties.filter_map(|document| document.attachment.as_mut().or(document.named_in.as_mut()));
        let targets = attached.chain(&mut self.out.open).flat_map(|attachment| &mut attachment.targets);
        targets.for_each(|target| target.name.fill(&known));
        self.out.links.iter_mut().for_each(|link| link.target.name.fill(&known));
    }

    /// Fills what templates leave open: of one text, or of all.
    fn fill(&mut self, source: Option<SourceId>, known: &dyn Fn(&str) -> Option<String>) {
        let sources = self.sources;
        let scope = source.map(|source| scope(sources, source));
        let is_meant = |document: &&mut PolicyDocument| {
            is_of_account(document)
                && scope.is_none_or(|scope| self::scope(sources, document.source) == scope)
        };
        self.out.documents.iter_mut().filter(is_meant).for_each(|document| document.policy.fill(known));
        self.out.exports.fill(known);
        let buckets = self.out.buckets.iter_mut();
        for bucket in
            buckets.filter(|each| scope.is_none_or(|scope| self::scope(sources, each.source) == scope))
        {
            bucket.target.name.fill(known);
            bucket.settings.iter_mut().for_each(|setting| setting.answer.fill(known));
        }
    }
}

/// Whether a document is a template's, which is deployed in the account that is asked about.
fn is_of_account(document: &PolicyDocument) -> bool {
    let is_elsewhere = matches!(document.role, Role::Scp | Role::Rcp | Role::LinkedPolicy);
    document.tie().is_some() && document.linked.is_none() && !is_elsewhere
}

/// Within what a name of a template means one thing: the text, or the folder of a module.
pub(super) fn scope(sources: &Sources, source: SourceId) -> &str {
    let name = sources.get(source).name();
    if is_of_module(name) { name.rsplit_once('/').map_or("", |(folder, _)| folder) } else { name }
}
