//! Two sides: what changed between them, policy by policy, and what could not be compared.

use super::cases::{InCase, in_cases};
use super::pairing::{Paired, Skipped, pairs};
use super::side::Side;
use crate::change::{Accounts, Asked, Pair, says_the_same};
use crate::checks::{Cause, replaced};
use crate::evidence::{Called, Link, LinkKind, Target, TargetKind, When, in_words};
use crate::finding::change::{Comparison, Doubt, Effect, Fate};
use crate::source::Sources;
use std::collections::{BTreeMap, BTreeSet};

/// Compares two sides whose files have the same names.
pub(in crate::cli) fn compare(
    sources: &Sources,
    (old, now): (&Side, &Side),
    accounts: Accounts<'_>,
    asked: &[Asked<'_>],
) -> (Vec<Comparison>, Vec<Skipped>, Vec<Cause>) {
    let (paired, mut skipped) = pairs(old, now, sources);
    let mut list = Vec::new();
    for pair in paired {
        let cases = in_cases(pair.old, pair.new);
        let is_one = matches!(cases.as_slice(), [only] if only.when.is_empty());
        let mut found: Vec<(When, Option<Comparison>)> = Vec::new();
        for InCase { when, old: before, new: after, open } in cases {
            if let Some(reason) = open {
                let reason = format!("if {}: {reason}", in_words(&when));
                let address = after.or(before).and_then(|item| item.address().map(str::to_owned));
                skipped.push(Skipped { file: pair.path.clone(), address, reason });
                continue;
            }
            let fate = match (&before, &after) {
                _ if is_one => pair.fate,
                (Some(_), Some(_)) if pair.old.is_some() && pair.new.is_some() => pair.fate,
                (None, Some(_)) => Fate::Added,
                _ => Fate::Removed,
            };
            let pair =
                Paired { path: pair.path.clone(), fate, old: before.as_deref(), new: after.as_deref() };
            match compare_one(sources, &pair, accounts, asked) {
                Ok(comparison) => found.push((when, comparison)),
                Err(not) => skipped.push(not),
            }
        }
        list.extend(told(found, is_one));
    }
    skipped.extend(attached(old, now));
    skipped.extend(called(old, now));
    let exports = replaced(&old.declared, &now.declared);
    let open = exports.unknown.into_iter();
    skipped.extend(open.map(|(file, address, reason)| Skipped { file, address: Some(address), reason }));
    skipped.sort();
    skipped.dedup();
    (list, skipped, exports.causes)
}

/// The comparisons that are worth telling: one where all cases come to the same, else those in which something is another thing.
fn told(mut found: Vec<(When, Option<Comparison>)>, is_one: bool) -> Vec<Comparison> {
    let what =
        |each: &Comparison| (each.effect, each.gained.clone(), each.lost.clone(), each.unknown.clone());
    let is_same = found.first().is_some_and(|(_, first)| {
        found.iter().all(|(_, other)| first.as_ref().map(what) == other.as_ref().map(what))
    });
    if is_one || is_same {
        found.truncate(1);
        return found.into_iter().filter_map(|(_, comparison)| comparison).collect();
    }
    let differs = |(_, each): &(When, Comparison)| each.effect != Effect::Same || !each.unknown.is_empty();
    let named = |(when, mut each): (When, Comparison)| {
        each.when = Some(in_words(&when));
        for name in [&mut each.documents.0, &mut each.documents.1] {
            if !name.is_empty() {
                name.push_str(&format!(", if {}", in_words(&when)));
            }
        }
        each
    };
    let all = found.into_iter().filter_map(|(when, comparison)| Some((when, comparison?)));
    all.filter(differs).map(named).collect()
}

/// Compares one policy with what it was; nothing where it says what it said.
fn compare_one(
    sources: &Sources,
    pair: &Paired<'_>,
    accounts: Accounts<'_>,
    asked: &[Asked<'_>],
) -> Result<Option<Comparison>, Skipped> {
    let Paired { path, fate, old: before, new: after } = pair;
    let (before, after) = (*before, *after);
    if [before, after].iter().flatten().any(|item| item.broken) {
        let reason = "a policy in it is not JSON that AWS takes (`preflight lint` tells more)";
        return Err(Skipped { file: path.clone(), address: None, reason: reason.to_owned() });
    }
    let Some(shown) = after.or(before) else { return Ok(None) };
    // What stands around it has changed, and it says what it said.
    if let (Some(before), Some(after)) = (before, after)
        && before.attachment.is_some()
        && *fate == Fate::Changed
        && says_the_same(&before.policy, &after.policy)
        && targets(before) == targets(after)
        && redefined(before, after).is_none()
    {
        return Ok(None);
    }
    let asked = if shown.tied { asked } else { &[] };
    let pair = Pair {
        fate: *fate,
        old: before.map(|item| &item.policy),
        new: after.map(|item| &item.policy),
        shown: &shown.policy,
        kind: shown.kind,
    };
    let mut comparison = pair.compared(sources, accounts, asked);
    let named = |item: Option<&super::Item>, name: &mut String| {
        if let Some(item) = item.filter(|item| item.attachment.is_some()) {
            *name = item.name(sources);
        }
    };
    named(before, &mut comparison.documents.0);
    named(after, &mut comparison.documents.1);
    if let (Some(before), Some(after)) = (before, after) {
        doubt(&mut comparison, before, after);
    }
    Ok(Some(comparison))
}

/// What two policies of templates say alone is not all: they may be attached to others, and what fills them may be another
/// text.
pub(in crate::cli) fn doubt(comparison: &mut Comparison, before: &super::Item, after: &super::Item) {
    let moved = moved(&targets(before), &targets(after));
    let doubts: Vec<Doubt> = moved.into_iter().chain(redefined(before, after)).collect();
    if !doubts.is_empty() && comparison.effect == Effect::Same {
        comparison.effect = Effect::CannotTell;
    }
    comparison.unknown.extend(doubts);
}

fn targets(item: &super::Item) -> BTreeSet<String> {
    item.attachment.iter().flat_map(|attachment| &attachment.targets).map(shown).collect()
}

fn shown(target: &Target) -> String {
    let kind = match target.kind {
        TargetKind::Bucket => "bucket",
        TargetKind::User => "user",
        TargetKind::Role => "role",
        TargetKind::Group => "group",
    };
    format!("{kind} `{}`", target.name.value)
}

/// A document that is attached to others than before gives them what it says, and takes it from those before.
fn moved(before: &BTreeSet<String>, after: &BTreeSet<String>) -> Option<Doubt> {
    let list = |names: &BTreeSet<String>, other: &BTreeSet<String>| -> Vec<String> {
        names.difference(other).cloned().collect()
    };
    let (gone, fresh) = (list(before, after), list(after, before));
    let part = |names: Vec<String>, words: &str| {
        (!names.is_empty()).then(|| format!("{words} {}", names.join(", ")))
    };
    let parts: Vec<String> =
        [part(fresh, "now to"), part(gone, "no longer to")].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| Doubt {
        reason: format!(
            "it is attached {}: what these have gained and lost by it is not compared",
            parts.join(", ")
        ),
        tell: Some("read the document as what they gain or lose as a whole".to_owned()),
    })
}

/// What only the deployment fills in has the same name on both sides, and the text that it comes from is another one.
fn redefined(before: &super::Item, after: &super::Item) -> Option<Doubt> {
    let (Some(old), Some(new)) = (&before.attachment, &after.attachment) else { return None };
    let (before, after) = (old.holes(&before.policy), new.holes(&after.policy));
    let (mut names, mut texts) = (Vec::new(), BTreeSet::new());
    for name in before.intersection(&after) {
        let (old, new) = (old.behind.get(*name), new.behind.get(*name));
        let of = |side: Option<&BTreeMap<String, u64>>, text: &str| {
            side.and_then(|marks| marks.get(text)).copied()
        };
        let all: BTreeSet<&String> = old.into_iter().chain(new).flat_map(BTreeMap::keys).collect();
        let differ: Vec<&String> = all.into_iter().filter(|text| of(old, text) != of(new, text)).collect();
        if !differ.is_empty() {
            names.push(format!("`{name}`"));
            texts.extend(differ.into_iter().map(|text| format!("`{text}`")));
        }
    }
    let texts: Vec<String> = texts.into_iter().collect();
    (!names.is_empty()).then(|| Doubt {
        reason: format!(
            "{}: the text that says what stands there is not what it was: {}",
            names.join(", "),
            texts.join(", ")
        ),
        tell: Some("compare what the deployment fills in before and after".to_owned()),
    })
}

/// Policies that are attached by name, and were not, or no longer: what they allow stands in no file.
fn attached(old: &Side, now: &Side) -> Vec<Skipped> {
    let key = |(file, link): &(String, Link)| {
        let word = match link.kind {
            LinkKind::Policy => "policy",
            LinkKind::Boundary => "boundary",
            LinkKind::Group => "group",
            LinkKind::AccessKey => "access key",
        };
        (file.clone(), format!("{word} `{}`", link.arn.value), shown(&link.target))
    };
    // What a group has stands in documents of its own, and a key gives nothing.
    let is_policy = |(_, link): &&(String, Link)| !matches!(link.kind, LinkKind::Group | LinkKind::AccessKey);
    let (before, after): (BTreeSet<_>, BTreeSet<_>) = (
        old.links.iter().filter(is_policy).map(key).collect(),
        now.links.iter().filter(is_policy).map(key).collect(),
    );
    let gone = before.difference(&after).map(|each| (each, "is no longer attached to"));
    let fresh = after.difference(&before).map(|each| (each, "is attached to"));
    gone.chain(fresh)
        .map(|((file, policy, target), words)| Skipped {
            file: file.clone(),
            address: None,
            reason: format!("{policy} {words} {target}, and what it allows stands in no file"),
        })
        .collect()
}

/// What gives access and stands in no document: where it is made with something else than before, nobody has compared what
/// comes of it.
fn called(old: &Side, now: &Side) -> Vec<Skipped> {
    let find = |side: &Side, one: &Called| {
        let mut all = side.called.iter().filter(|each| each.file == one.file && each.address == one.address);
        all.next().cloned()
    };
    let skipped = |one: &Called, reason: String| Skipped {
        file: one.file.clone(),
        address: Some(one.address.clone()),
        reason,
    };
    let mut out = Vec::new();
    for one in &now.called {
        match find(old, one) {
            None => {
                out.push(skipped(one, "it is new, and what it gives stands in no document here".to_owned()))
            }
            Some(before) if before.marks != one.marks => {
                let names: BTreeSet<&String> = before.marks.keys().chain(one.marks.keys()).collect();
                let differ = names.into_iter().filter(|name| before.marks.get(*name) != one.marks.get(*name));
                let differ: Vec<String> = differ.map(|name| format!("`{name}`")).collect();
                out.push(skipped(
                    one,
                    format!(
                        "what it is made with is not what it was ({}), and what it gives stands in no document here",
                        differ.join(", ")
                    ),
                ));
            }
            Some(_) => {}
        }
    }
    let gone = old.called.iter().filter(|one| find(now, one).is_none());
    out.extend(gone.map(|one| {
        skipped(one, "it is no longer there, and what it gave stands in no document here".to_owned())
    }));
    out
}
