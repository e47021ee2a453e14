//! What the newest files show of the settings that they were written with, against what the contract asks of the settings.

use super::look::{Bucket, Found, InPeriod, Kind};
use super::{Typed, unknown};
use crate::checks::export;
use crate::checks::subject::{Cause, FactRef, Outcome, Subject};
use crate::contract::{Ask, AskedOf, Period, Setting, Sign, Test};
use crate::finding::{Need, State};
use crate::rulebook::Values;

/// One thing that the files must, or must not, look like.
struct Look<'a> {
    /// What the contract asks, for people.
    title: &'a str,
    signs: Vec<&'a Sign>,
    is_wanted: bool,
}

impl Look<'_> {
    fn fits(&self, key: &str, period: &Period) -> bool {
        self.signs.iter().any(|sign| sign.is_at(key, period)) == self.is_wanted
    }
}

/// Holds if one of the newest files looks right in everything: files of before a change may lie beside it.
pub(super) fn check(
    subject: &Subject<'_>,
    bucket: Bucket<'_>,
    values: &Typed<'_>,
    found: &Found<'_>,
) -> Outcome {
    // Where nothing is found another demand tells of it.
    let Found::Files { seen, .. } = found else { return Outcome::of(State::Unknown) };
    let period_of = |each: &InPeriod<'_>| match each.kind {
        Kind::File { period, .. } | Kind::OtherEnding { period } => bucket.layout.period.get(period),
        Kind::OtherCase { .. } | Kind::NoPeriod | Kind::Directly | Kind::NoData => None,
    };
    let files: Vec<(&InPeriod<'_>, &Period)> = seen
        .periods
        .iter()
        .filter_map(|each| Some((each, period_of(each)?)))
        .filter(|(_, period)| period.export_type == values.export_type)
        .collect();
    let Some(newest) = files.iter().map(|(each, _)| each.month).max() else {
        return Outcome::of(State::Unknown);
    };
    let newest: Vec<_> = files.into_iter().filter(|(each, _)| each.month == newest).collect();
    let looks = looks(subject, bucket, values.export_type);
    let misfit = |(each, period): &(&InPeriod<'_>, &Period)| {
        looks.iter().find(|look| !look.fits(&each.group.key, period))
    };
    let Some((file, look)) = newest
        .iter()
        .map(|pair| misfit(pair).map(|look| (pair, look)))
        .collect::<Option<Vec<_>>>()
        .and_then(|misfits| misfits.into_iter().next())
    else {
        return Outcome::of(State::Holds);
    };
    // What is set by now decides of what comes; that stands in the settings.
    if export::definition(subject).is_some() {
        let fact = FactRef {
            id: "files-as-before".to_owned(),
            values: vec![
                ("found".to_owned(), file.0.group.key.clone()),
                ("needed".to_owned(), look.title.to_owned()),
            ],
        };
        return unknown(vec![fact]);
    }
    let shown: Vec<String> = look.signs.iter().map(|sign| sign.shown(&bucket.layout.period)).collect();
    let values = Values::new()
        .with("folder", seen.folder.as_str())
        .with("found", file.0.group.key.as_str())
        .with("needed", look.title);
    let mut cause = Cause::new("layout", "written-otherwise", file.0.group.place, values);
    let shown: Vec<String> = shown.into_iter().filter(|shown| !shown.is_empty()).collect();
    if look.is_wanted && !shown.is_empty() {
        cause.notes.push(format!("files of such an export have {}", shown.join(" or ")));
    }
    Outcome { causes: vec![cause], ..Outcome::of(State::Broken) }
}

/// What the contract needs of the settings, as far as files show it.
fn looks<'a>(subject: &Subject<'a>, bucket: Bucket<'a>, export_type: &str) -> Vec<Look<'a>> {
    let kinds: &[AskedOf] =
        if export_type == "cur-legacy" { &[AskedOf::Legacy] } else { &[AskedOf::Cur2, AskedOf::DataExport] };
    let needed = subject.demands.iter().filter(|demand| demand.need == Need::Needed);
    let of = |setting: &'a Setting, title: &'a str| {
        let path = kinds.iter().find_map(|kind| setting.select.iter().find(|(of, _)| of == kind))?;
        let (list, is_wanted) = match setting.test_at(&path.1).into_owned() {
            Test::OneOf(list) => (list, true),
            Test::NoneOf(list) => (list, false),
            _ => return None,
        };
        let sign = |value: &String| bucket.layout.sign.iter().find(|sign| sign.values.contains(value));
        let signs: Vec<&Sign> = list.iter().filter_map(sign).collect();
        // One of the values may look like anything.
        let is_whole = !signs.is_empty() && (!is_wanted || signs.len() == list.len());
        is_whole.then_some(Look { title, signs, is_wanted })
    };
    needed
        .filter_map(|demand| match &demand.ask {
            Ask::Setting(setting) => of(setting, &demand.title),
            _ => None,
        })
        .collect()
}
