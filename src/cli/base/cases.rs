//! A policy on both sides, case by case: what only the deployment decides is decided alike on both.

use super::side::Item;
use crate::evidence::{Case, CaseIs, When};
use std::borrow::Cow;

/// Pairs of cases that are compared, before the rest is left open.
const MOST: usize = 64;

/// One policy of each side, with what is so then.
pub(super) struct InCase<'i> {
    pub(super) when: When,
    pub(super) old: Option<Cow<'i, Item>>,
    pub(super) new: Option<Cow<'i, Item>>,
    /// Why one of them is not known in this case.
    pub(super) open: Option<String>,
}

/// The cases of a pair; one without conditions where nothing decides about them.
pub(super) fn in_cases<'i>(old: Option<&'i Item>, new: Option<&'i Item>) -> Vec<InCase<'i>> {
    let whole = || {
        vec![InCase {
            when: When::new(),
            old: old.map(Cow::Borrowed),
            new: new.map(Cow::Borrowed),
            open: None,
        }]
    };
    let (before, after) = (cases(old), cases(new));
    let is_part = before.iter().chain(after).any(|case| case.is_part);
    if is_part || before.is_empty() && after.is_empty() || before.len().max(1) * after.len().max(1) > MOST {
        return whole();
    }
    let always = [Case { when: When::new(), is: CaseIs::Absent, is_part: false }];
    let or_always = |cases: &'i [Case]| if cases.is_empty() { None } else { Some(cases) };
    let (before, after) = (or_always(before), or_always(after));
    let mut out = Vec::new();
    for one in before.unwrap_or(&always) {
        for other in after.unwrap_or(&always) {
            let agree = one
                .when
                .iter()
                .all(|(what, answer)| other.when.get(what).is_none_or(|found| found == answer));
            if !agree {
                continue;
            }
            let mut open = None;
            let mut side = |item: Option<&'i Item>, case: Option<&Case>| match case.map(|case| &case.is) {
                None => item.map(Cow::Borrowed),
                Some(CaseIs::Absent) => None,
                Some(CaseIs::Open(reason)) => {
                    open = Some(reason.clone());
                    item.map(Cow::Borrowed)
                }
                Some(CaseIs::Made(made)) => item.map(|item| {
                    let mut item = Item { policy: made.policy.clone(), ..item.clone() };
                    item.attachment.iter_mut().for_each(|attachment| attachment.cases.clear());
                    Cow::Owned(item)
                }),
            };
            let (old, new) = (side(old, before.map(|_| one)), side(new, after.map(|_| other)));
            let when =
                one.when.iter().chain(&other.when).map(|(what, answer)| (what.clone(), answer.clone()));
            out.push(InCase { when: when.collect(), old, new, open });
        }
    }
    out
}

fn cases(item: Option<&Item>) -> &[Case] {
    item.and_then(|item| item.attachment.as_ref()).map_or(&[], |attachment| &attachment.cases)
}
