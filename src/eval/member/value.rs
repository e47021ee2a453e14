//! A value of a condition key that passes some tests and fails others.

use super::Found;
use super::language::Language;
use super::string::{WORK, string_within};
use crate::eval::condition::{Decimal, Instant, Network, Operand, Truth, ValueTest};
use crate::eval::context::Context;
use crate::eval::glob::Glob;
use crate::policy::BaseOperator;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Addresses that documentation has to itself (RFC 5737 and RFC 3849), by whether they are of IPv6.
const OUTSIDE: [&str; 2] = ["203.0.113.1", "2001:db8::"];

/// The key with the address that a request comes from, as AWS sees it. Requests through a VPC endpoint do not carry it, so that no
/// private address comes in it.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip> and the
/// policy check `PRIVATE_IP_ADDRESS` (checked 2026-11)
const PUBLIC: &str = "aws:sourceip";

/// A value of a key that every test of the first list takes and none of the second. AWS fills keys with values of their type, so
/// a key that is compared as an ARN, number, instant or address is taken to hold one. `within`: the values in question, if not
/// all. What people write may be empty, where nothing else fits.
pub(in crate::eval) fn value(
    key: &str,
    (must, must_not): (&[&ValueTest], &[&ValueTest]),
    (within, context): (Option<&Language>, &Context),
    work: &mut u64,
) -> Found<String> {
    let found = filled(key, (must, must_not), within, context, work);
    let is_empty =
        found == Found::Nothing && may_be_empty(key) && takes_empty(must, must_not, within, context);
    if is_empty { Found::Value(String::new()) } else { found }
}

/// Whether a test may take a value of those in question.
#[must_use]
pub fn may_take(test: &ValueTest, within: &Language, context: &Context) -> bool {
    value("", (&[test], &[]), (Some(within), context), &mut { WORK }) != Found::Nothing
}

/// A value that is not empty.
fn filled(
    key: &str,
    (must, must_not): (&[&ValueTest], &[&ValueTest]),
    within: Option<&Language>,
    context: &Context,
    work: &mut u64,
) -> Found<String> {
    // A text of the wrong type is no value's equal, nor is one of which a variable has no value; of a text nobody can read
    // nothing is known.
    let is_hopeless = |test: &&&ValueTest| test.hopeless(context).is_some();
    if must.iter().any(|test| is_hopeless(&test)) {
        return Found::Nothing;
    }
    let must_not: Vec<&ValueTest> = must_not.iter().filter(|test| !is_hopeless(test)).copied().collect();
    let (must, must_not) = (readable(must), readable(&must_not));
    let (must, must_not) = (must.as_slice(), must_not.as_slice());
    let all = || must.iter().chain(must_not).copied();
    let languages = |tests: &[&ValueTest]| -> Option<Vec<Language>> {
        tests.iter().map(|test| language(test, context)).collect()
    };
    if let (Some(yes), Some(no)) = (languages(must), languages(must_not)) {
        let shape = if all().any(is_arn) {
            Language::arn(&std::array::from_fn(|_| Glob::Any))
        } else {
            Language::glob("?*")
        };
        let yes: Vec<&Language> = yes.iter().chain([&shape]).chain(within).collect();
        return string_within(&yes, &no.iter().collect::<Vec<_>>(), work);
    }
    // Numbers, instants, addresses and flags: the tests can change only at the constants they name.
    let named = |tests: &[&ValueTest]| -> Vec<String> {
        let mut named: Vec<String> = tests.iter().copied().flat_map(candidates).collect();
        // Who asks about private addresses gets an answer about those.
        if key == PUBLIC
            && within.is_none()
            && tests.iter().any(|test| matches!(test.operand, Operand::Network(_)))
        {
            named.extend(Network::private().flat_map(|range| around(&range)));
            named.retain(|text| !Network::parse(text).is_some_and(|address| address.is_private()));
        }
        // A value that people can read first; of addresses one that no other test is likely to name.
        let families = families(tests);
        let rank = |text: &String| match OUTSIDE.iter().position(|outside| outside == text) {
            Some(family) if families.get(family) == Some(&true) => 0,
            None => 1,
            Some(_) => 2,
        };
        named.sort_by(|left, right| (rank(left), left.len(), left).cmp(&(rank(right), right.len(), right)));
        named.dedup();
        named
    };
    let inside = |text: &str| match within {
        Some(within) => {
            string_within(&[within, &Language::exact(text)], &[], &mut { WORK }) != Found::Nothing
        }
        None => true,
    };
    let fits = |text: &String| {
        must.iter().all(|test| test.test(text, context) == Truth::Yes)
            && must_not.iter().all(|test| matches!(test.test(text, context), Truth::No | Truth::Null))
    };
    if let Some(range) = within.and_then(range) {
        let network = |test: &&ValueTest| match &test.operand {
            Operand::Network(network) => Some(*network),
            _ => None,
        };
        let is_apart = |network: Network| !network.contains(&range) && !range.contains(&network);
        if must.iter().filter_map(network).any(is_apart)
            || must_not.iter().filter_map(network).any(|network| network.contains(&range))
        {
            return Found::Nothing;
        }
    }
    // What is to pass is asked first: there may be hundreds that are to fail.
    let mut any_fits = false;
    for tests in [must, must_not] {
        let mut fitting = named(tests).into_iter().filter(fits).peekable();
        any_fits |= fitting.peek().is_some();
        if let Some(text) = fitting.find(|text| inside(text)) {
            return Found::Value(text);
        }
    }
    // The candidates stand for all values, not for all of a pattern; and tests of different types on one key are not searched as
    // a whole.
    if !any_fits && is_one_family(all()) && !all().any(is_text) { Found::Nothing } else { Found::GaveUp }
}

/// The tests whose values can be read.
fn readable<'t>(tests: &[&'t ValueTest]) -> Vec<&'t ValueTest> {
    let bare = |test: &&&ValueTest| !matches!(test.operand, Operand::Mistyped | Operand::Unreadable);
    tests.iter().filter(bare).copied().collect()
}

/// Whether a key that is there and empty is such a value: `aws s3 ls s3://bucket` sends an empty prefix, and a tag may have no value.
fn takes_empty(
    must: &[&ValueTest],
    must_not: &[&ValueTest],
    within: Option<&Language>,
    context: &Context,
) -> bool {
    must.iter().chain(must_not).all(|test| language(test, context).is_some() && !is_arn(test))
        && must.iter().all(|test| test.test("", context) == Truth::Yes)
        && must_not.iter().all(|test| matches!(test.test("", context), Truth::No | Truth::Null))
        && within.is_none_or(|within| {
            string_within(&[within, &Language::exact("")], &[], &mut { WORK }) != Found::Nothing
        })
}

/// Whether people write the value of a key, so that it may be empty: what AWS fills in for all services is none of these, but for
/// tags and what a client says of itself.
fn may_be_empty(key: &str) -> bool {
    match key.strip_prefix("aws:") {
        Some(name) => name.contains('/') || matches!(name, "referer" | "useragent"),
        None => true,
    }
}

/// The strings a test takes, if it is a test of strings.
pub(in crate::eval) fn language(test: &ValueTest, context: &Context) -> Option<Language> {
    match &test.operand {
        Operand::Text(text) => Some(Language::exact(text)),
        Operand::Folded(text) => Some(Language::folded(text)),
        Operand::Glob(glob) => Some(Language::from(glob)),
        Operand::Arn(arn) => Some(Language::arn(arn.parts())),
        Operand::Template(template) => template.language(test.base, context),
        Operand::Number(_)
        | Operand::Date(_)
        | Operand::Flag(_)
        | Operand::Network(_)
        | Operand::BareV6(..)
        | Operand::Bytes(_)
        | Operand::Mistyped
        | Operand::Unreadable => None,
    }
}

fn is_arn(test: &ValueTest) -> bool {
    test.base == BaseOperator::ArnLike
}

/// Whether a test is one of texts, of which there are more than candidates.
fn is_text(test: &ValueTest) -> bool {
    matches!(
        test.operand,
        Operand::Text(_) | Operand::Folded(_) | Operand::Glob(_) | Operand::Arn(_) | Operand::Template(_)
    )
}

fn is_one_family<'t>(tests: impl Iterator<Item = &'t ValueTest>) -> bool {
    let mut families: Vec<std::mem::Discriminant<Operand>> =
        tests.map(|test| std::mem::discriminant(&test.operand)).collect();
    families.dedup();
    families.len() <= 1
}

/// Values at, below, above and next to the constant of a test.
fn candidates(test: &ValueTest) -> Vec<String> {
    match &test.operand {
        Operand::Flag(_) => vec!["true".to_owned(), "false".to_owned()],
        Operand::Number(number) => Decimal::around(number),
        Operand::Date(date) => Instant::around(*date),
        Operand::Network(network) | Operand::BareV6(network, _) => {
            // An address may be of the other family.
            around(network).into_iter().chain(OUTSIDE.map(str::to_owned)).collect()
        }
        Operand::Text(text) | Operand::Folded(text) => vec![text.to_string()],
        Operand::Bytes(_)
        | Operand::Glob(_)
        | Operand::Arn(_)
        | Operand::Template(_)
        | Operand::Mistyped
        | Operand::Unreadable => Vec::new(),
    }
}

/// The addresses at both ends of a network, inside and outside.
fn around(network: &Network) -> Vec<String> {
    let (first, last, v6) = network.bounds();
    let width = if v6 { u128::MAX } else { u128::from(u32::MAX) };
    let next = last.checked_add(1).filter(|next| *next <= width);
    let ends = [first.checked_sub(1), Some(first), Some(last), next];
    ends.into_iter().flatten().map(|number| address(number, v6)).collect()
}

/// The network in which all addresses of IPv4 lie that a pattern takes: `10.1.0.0/16` for `10.1.*`.
fn range(within: &Language) -> Option<Network> {
    let pattern = within.pattern();
    let fixed = pattern.split(['*', '?']).next().unwrap_or_default();
    let (octets, _) = fixed.rsplit_once('.')?;
    let known = octets.split('.').count();
    let rest = 4usize.checked_sub(known)?;
    Network::parse(&format!("{octets}{}/{}", ".0".repeat(rest), known * 8))
}

/// Whether tests name networks of IPv4, and whether of IPv6.
fn families(tests: &[&ValueTest]) -> [bool; 2] {
    let mut named = [false; 2];
    for test in tests {
        if let Operand::Network(network) | Operand::BareV6(network, _) = &test.operand
            && let Some(family) = named.get_mut(usize::from(network.bounds().2))
        {
            *family = true;
        }
    }
    named
}

fn address(number: u128, v6: bool) -> String {
    if v6 {
        Ipv6Addr::from(number).to_string()
    } else {
        Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)).to_string()
    }
}
