//! Which policy of one side is which of the other.
//!
//! A policy of a template is known by its address and by what it is attached to; another one by its file and its text.

use super::side::{Item, Side};
use crate::evidence::{Attachment, OpenPolicy};
use crate::finding::NotEvaluated;
use crate::finding::change::Fate;
use crate::source::Sources;

/// A policy on both sides, or on one.
pub(super) struct Paired<'i> {
    pub(super) path: String,
    pub(super) fate: Fate,
    pub(super) old: Option<&'i Item>,
    pub(super) new: Option<&'i Item>,
}

/// What was not compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli) struct Skipped {
    pub(super) file: String,
    /// Of a policy in a template its name there.
    pub(super) address: Option<String>,
    pub(super) reason: String,
}

impl Skipped {
    pub(in crate::cli) fn into_entry(self) -> NotEvaluated {
        let document = match self.address {
            Some(address) => format!("{}: {address}", self.file),
            None => self.file,
        };
        NotEvaluated { document, reason: self.reason }
    }
}

/// The pairs, in the order of their files, and what cannot be paired since one side is not known.
pub(super) fn pairs<'i>(old: &'i Side, now: &'i Side, sources: &Sources) -> (Vec<Paired<'i>>, Vec<Skipped>) {
    let (mut gone, mut fresh): (Vec<&Item>, Vec<&Item>) =
        (old.items.iter().collect(), now.items.iter().collect());
    let skipped = unresolved(&mut gone, &mut fresh, (old, now));
    let mut open = Open { gone, fresh, all: Vec::new(), pairs: Vec::new() };
    // What stands there word for word is not another policy, wherever in the file it stands. A template's text may be the same
    // and mean another thing.
    open.pair(|old, new, _| old.path == new.path && is_twin(old, new, sources));
    open.pairs.clear();
    let is_one = |old: &Item, new: &Item| old.kind == new.kind && may_be_one(old, new);
    let has_address = |old: &Item, new: &Item| {
        old.address().is_some() && old.address() == new.address() && is_one(old, new)
    };
    open.pair(|old, new, _| old.path == new.path && has_address(old, new));
    open.pair(|old, new, _| folder(old) == folder(new) && has_address(old, new));
    open.pair(|old, new, _| is_one(old, new) && is_on_same(old, new));
    open.pair(|old, new, open| {
        // What has another name in a template is known by being the only one of its kind that went, and that came.
        let is_known = old.attachment.is_none() || open.are_lone(old, new);
        old.path == new.path && is_one(old, new) && is_known
    });
    open.pair(|old, new, _| is_twin(old, new, sources));
    open.pair(|old, new, _| file(old) == file(new) && old.address() == new.address() && is_one(old, new));
    (open.finish(), skipped)
}

/// What is not paired yet, and what is.
struct Open<'i> {
    gone: Vec<&'i Item>,
    fresh: Vec<&'i Item>,
    /// Those that were gone when the pass began.
    all: Vec<&'i Item>,
    pairs: Vec<Paired<'i>>,
}

impl<'i> Open<'i> {
    /// Pairs those that fit, in their order.
    fn pair(&mut self, fits: impl Fn(&Item, &Item, &Self) -> bool) {
        self.all = std::mem::take(&mut self.gone);
        for item in self.all.clone() {
            let Some(at) = self.fresh.iter().position(|other| fits(item, other, self)) else {
                self.gone.push(item);
                continue;
            };
            let other = self.fresh.remove(at);
            let is_same = item.path == other.path && item.address() == other.address();
            let fate = if is_same { Fate::Changed } else { Fate::Renamed };
            self.pairs.push(Paired { path: other.path.clone(), fate, old: Some(item), new: Some(other) });
        }
    }

    /// Whether each of two is the only one of its kind in its file.
    fn are_lone(&self, old: &Item, new: &Item) -> bool {
        let is_like = |one: &Item, other: &Item| one.path == other.path && one.kind == other.kind;
        let count = |list: &[&Item], item: &Item| list.iter().filter(|other| is_like(item, other)).count();
        count(&self.all, old) == 1 && count(&self.fresh, new) == 1
    }

    fn finish(self) -> Vec<Paired<'i>> {
        let mut out = self.pairs;
        let removed =
            |old: &'i Item| Paired { path: old.path.clone(), fate: Fate::Removed, old: Some(old), new: None };
        let added =
            |new: &'i Item| Paired { path: new.path.clone(), fate: Fate::Added, old: None, new: Some(new) };
        out.extend(self.gone.into_iter().map(removed));
        out.extend(self.fresh.into_iter().map(added));
        out.sort_by(|left, right| left.path.cmp(&right.path));
        out
    }
}

fn file(item: &Item) -> &str {
    item.path.rsplit('/').next().unwrap_or(&item.path)
}

/// Takes out what is known on one side alone, and names what is not known.
fn unresolved(gone: &mut Vec<&Item>, fresh: &mut Vec<&Item>, (old, now): (&Side, &Side)) -> Vec<Skipped> {
    let is_of = |open: &OpenPolicy, item: &Item| {
        let same_address = open.address.is_none() || open.address.as_deref() == item.address();
        open.file == item.path && same_address
    };
    let mut out: Vec<Skipped> = Vec::new();
    for (open, words) in
        old.open.iter().map(|open| (open, "before: ")).chain(now.open.iter().map(|open| (open, "")))
    {
        gone.retain(|item| !is_of(open, item));
        fresh.retain(|item| !is_of(open, item));
        let known = out.iter().any(|entry| entry.file == open.file && entry.address == open.address);
        let both = now.open.iter().any(|other| other.file == open.file && other.address == open.address);
        if !known && (!both || words.is_empty()) {
            let reason = format!("{words}{}", open.reason);
            out.push(Skipped { file: open.file.clone(), address: open.address.clone(), reason });
        }
    }
    out
}

fn is_twin(old: &Item, new: &Item, sources: &Sources) -> bool {
    let is_plain = old.attachment.is_none() && new.attachment.is_none();
    is_plain && text(old, sources) == text(new, sources)
}

/// The text of a policy.
fn text<'s>(item: &Item, sources: &'s Sources) -> &'s str {
    sources.get(item.policy.source).slice(item.policy.span)
}

fn folder(item: &Item) -> &str {
    super::folder_of(&item.path)
}

/// Whether two policies may be the same one: not if both are known to be attached to something, and to nothing in common.
fn may_be_one(old: &Item, new: &Item) -> bool {
    match (&old.attachment, &new.attachment) {
        (Some(old), Some(new)) => {
            !is_fixed(old) || !is_fixed(new) || old.targets.iter().any(|target| is_on(new, target))
        }
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Whether two policies are attached to the same thing.
fn is_on_same(old: &Item, new: &Item) -> bool {
    match (&old.attachment, &new.attachment) {
        (Some(old), Some(new)) => old.targets.iter().any(|target| is_on(new, target)),
        (None, _) | (_, None) => false,
    }
}

fn is_on(attachment: &Attachment, target: &crate::evidence::Target) -> bool {
    attachment.targets.iter().any(|other| other.kind == target.kind && other.name.value == target.name.value)
}

/// Whether everything that a policy is attached to has a name that is known.
fn is_fixed(attachment: &Attachment) -> bool {
    !attachment.targets.is_empty() && attachment.targets.iter().all(|target| target.name.is_whole())
}
