//! A plan with the module that it is made of beside it: values from the plan, places from the module's files.
//!
//! What both have is one policy. Of what only the run knows in one of them, the other one speaks.

use crate::evidence::{
    Attachment, DeclaredExport, Evidence, LoosePolicies, MadeIn, OpenPolicy, is_of_module,
};
use crate::policy::Policy;
use crate::source::SourceId;
use crate::syntax::Issue;

/// Puts the plans among policies of nobody in particular together with their modules.
pub(super) fn loose(out: &mut LoosePolicies) {
    let plans = std::mem::take(&mut out.plans);
    let attached = |list: &[crate::evidence::LoosePolicy]| -> Vec<Option<(Attachment, Policy)>> {
        list.iter().map(|each| Some((each.attachment.clone()?, each.policy.clone()))).collect()
    };
    for plan in &plans {
        let joined = Joined::new(plan, &attached(&out.policies), &out.open);
        let mut at = 0..;
        out.policies.retain_mut(|each| {
            let index = at.next().unwrap_or_default();
            if let Some(placed) = joined.placed(index) {
                placed.put(&mut each.policy, &mut each.source, &mut each.issues, &mut each.attachment);
            }
            joined.keeps(index)
        });
        joined.settle(&mut out.open, &mut out.not_evaluated);
        out.called.retain(|called| !is_beside(plan, &called.file));
        join_exports(plan, &mut out.declared);
    }
}

/// The same with the evidence of an account.
pub(super) fn evidence(out: &mut Evidence) {
    let mut stale = Vec::new();
    for plan in out.plans.clone() {
        let attached: Vec<Option<(Attachment, Policy)>> =
            out.documents.iter().map(|each| Some((each.tie()?.clone(), each.policy.clone()))).collect();
        let joined = Joined::new(&plan, &attached, &out.unresolved);
        let mut at = 0..;
        out.documents.retain_mut(|each| {
            let index = at.next().unwrap_or_default();
            if let Some(placed) = joined.placed(index) {
                let is_named = each.named_in.is_some();
                let attachment = if is_named { &mut each.named_in } else { &mut each.attachment };
                placed.put(&mut each.policy, &mut each.source, &mut each.issues, attachment);
            }
            joined.keeps(index)
        });
        joined.settle(&mut out.unresolved, &mut out.not_evaluated);
        let known = &out.unresolved;
        out.open.retain(|open| {
            let is_it = |each: &OpenPolicy| each.address.as_deref() == Some(&*open.address);
            known.iter().any(is_it)
        });
        stale.extend(joined.stale.into_iter().map(|(attachment, _)| attachment));
        join_exports(&plan, &mut out.declared);
    }
    // Which of two texts is deployed nobody says.
    out.open.extend(stale);
}

struct Joined {
    /// What becomes of each policy: another one in its place, or nothing.
    fates: Vec<Fate>,
    /// Policies that one of the two does not know, and the other does: file and address.
    known: Vec<(String, String)>,
    /// Policies of the plan that cannot come of the module's text, with the file that has the text.
    stale: Vec<(Attachment, String)>,
}

enum Fate {
    Stays,
    Placed(Box<Placed>),
    Goes,
}

/// A policy of a plan at its place in the module.
struct Placed {
    policy: Policy,
    attachment: Attachment,
}

impl Placed {
    fn put(
        &self,
        policy: &mut Policy,
        source: &mut SourceId,
        issues: &mut [Issue],
        attachment: &mut Option<Attachment>,
    ) {
        *policy = self.policy.clone();
        *source = self.policy.source;
        // What is wrong with the plan's text has no place of its own in the module's.
        issues.iter_mut().for_each(|issue| issue.span = self.policy.span);
        *attachment = Some(self.attachment.clone());
    }
}

impl Joined {
    fn new(plan: &str, all: &[Option<(Attachment, Policy)>], open: &[OpenPolicy]) -> Self {
        let mut fates: Vec<Fate> = all.iter().map(|_| Fate::Stays).collect();
        let (mut known, mut stale, mut judged) = (Vec::new(), Vec::new(), Vec::new());
        let is_beside = |file: &str| is_beside(plan, file);
        for (at, each) in all.iter().enumerate() {
            let Some((own, policy)) = each.as_ref().filter(|(own, _)| own.file == plan) else { continue };
            let is_it = |each: &Option<(Attachment, Policy)>| {
                each.as_ref().is_some_and(|(other, _)| {
                    is_beside(&other.file) && other.address == plain(&own.address) && other.hint == own.hint
                })
            };
            if let Some(text) = all.iter().position(is_it) {
                let Some(Some((place, other))) = all.get(text) else { continue };
                // A plan of another text than this one is no word on this one.
                let is_stale = !other.may_become(policy);
                let (goes, fate) = if is_stale {
                    stale.push((own.clone(), place.file.clone()));
                    judged.push(text);
                    (at, None)
                } else if other.hole_names().is_empty()
                    && place.targets.iter().all(|each| each.name.is_whole())
                {
                    // It says all that the plan says.
                    judged.push(text);
                    (at, None)
                } else {
                    let (file, address) = (place.file.clone(), place.address.clone());
                    let attachment = Attachment { file, address, ..own.clone() };
                    (
                        text,
                        Some(Fate::Placed(Box::new(Placed { policy: policy.placed_at(other), attachment }))),
                    )
                };
                if let (Some(fate), Some(own)) = (fate, fates.get_mut(at)) {
                    *own = fate;
                }
                if let Some(fate) = fates.get_mut(goes) {
                    *fate = Fate::Goes;
                }
            }
            let unknown = open.iter().filter(|open| {
                is_beside(&open.file) && open.address.as_deref() == Some(&*plain(&own.address))
            });
            known.extend(unknown.filter_map(|open| Some((open.file.clone(), open.address.clone()?))));
        }
        for text in judged {
            if let Some(fate) = fates.get_mut(text) {
                *fate = Fate::Stays;
            }
        }
        // What the plan does not know before it is applied, the module may say but for a few values.
        for unknown in open.iter().filter(|open| open.file == plan) {
            let Some(address) = &unknown.address else { continue };
            let says = |each: &Option<(Attachment, Policy)>| {
                each.as_ref()
                    .is_some_and(|(other, _)| is_beside(&other.file) && other.address == plain(address))
            };
            if all.iter().any(says) {
                known.push((unknown.file.clone(), address.clone()));
            }
        }
        Self { fates, known, stale }
    }

    fn placed(&self, at: usize) -> Option<&Placed> {
        match self.fates.get(at) {
            Some(Fate::Placed(placed)) => Some(placed),
            Some(Fate::Stays | Fate::Goes) | None => None,
        }
    }

    fn keeps(&self, at: usize) -> bool {
        !matches!(self.fates.get(at), Some(Fate::Goes))
    }

    /// Takes out of what was not evaluated what the other one has told.
    fn settle(&self, open: &mut Vec<OpenPolicy>, not_evaluated: &mut Vec<(String, String)>) {
        for (file, address) in &self.known {
            open.retain(|each| !(each.file == *file && each.address.as_deref() == Some(address)));
            let name = format!("{file}: {address}");
            not_evaluated.retain(|(document, _)| *document != name);
        }
        for (own, text) in &self.stale {
            let reason = format!(
                "it says what {text} cannot become: the plan is of another text, or of other values. {text} was judged; make \
                 the plan anew"
            );
            not_evaluated.push((format!("{}: {}", own.file, own.address), reason));
        }
    }
}

/// An export of both is the module's, with what the plan will do to it.
fn join_exports(plan: &str, all: &mut Vec<DeclaredExport>) {
    let of_plan: Vec<DeclaredExport> = all.iter().filter(|each| each.file == plan).cloned().collect();
    for own in of_plan {
        let is_it = |each: &&mut DeclaredExport| {
            is_of_module(&each.file)
                && folder(&each.file) == folder(plan)
                && each.address == plain(&own.address)
        };
        let Some(text) = all.iter_mut().find(is_it) else { continue };
        if let Some((why, _)) = &own.replaced {
            text.replaced = Some((why.clone(), text.span));
        }
        if text.region == MadeIn::Open {
            text.region = own.region.clone();
        }
        all.retain(|each| !(each.file == plan && each.address == own.address));
    }
}

/// Whether a file is one of the module that a plan stands beside.
fn is_beside(plan: &str, file: &str) -> bool {
    is_of_module(file) && folder(file) == folder(plan)
}

fn folder(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// An address without the keys of `count` and `for_each`.
fn plain(address: &str) -> String {
    super::terraform::plain_address(address)
}
