//! The reader's policies and whose they are.

use super::super::layers::{self, gap_fact, some_of};
use super::super::subject::{Assumption, Cause, FactRef, Outcome, Subject};
use super::{given, waits};
use crate::evidence::{AnswerKind, OwnerKind, PolicyDocument, PolicyList, Role, Said};
use crate::finding::{Change, Repair, State};
use crate::policy::arn;
use crate::rulebook::Values;
use crate::source::Place;
use std::collections::BTreeSet;

/// Whether a file is named after a policy: its name, without what is no letter or digit, holds the policy's. Of an ARN the
/// last part is the name.
#[must_use]
pub fn is_file_of(file: &str, policy: &str) -> bool {
    let plain = |text: &str| {
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    let last = |text: &str| text.rsplit('/').next().unwrap_or(text).to_owned();
    let policy = plain(&last(policy));
    !policy.is_empty() && plain(&last(file)).contains(&policy)
}

/// How many missing policies are told of by name.
const MOST_FACTS: usize = 10;

/// Every policy at hand is attached, and every attached one is at hand.
pub(super) fn attached(subject: &Subject<'_>) -> Outcome {
    let record = &subject.evidence.reader;
    if let Some(two) = layers::disagreement(subject, Role::ReaderPolicy) {
        return waits(layers::disagree(two));
    }
    if let Some(page) = record.page_of_policies() {
        let file = subject.sources.get(page.source).name();
        return waits(FactRef::with("page-of-several", "file", file));
    }
    let causes = unattached(subject);
    let tells_all = !subject.evidence.has("get-account-authorization-details") && record.groups.is_none();
    // What is attached and was not seen may do.
    if !record.gaps.is_empty() {
        let facts = record.gaps.iter().take(MOST_FACTS).map(|gap| gap_fact(gap)).collect();
        return Outcome { causes, facts, ..Outcome::of(State::Unknown) };
    }
    if !causes.is_empty() && tells_all && subject.strict {
        return waits(FactRef::new("reader-groups"));
    }
    if !causes.is_empty() {
        let assumed = tells_all.then(|| Assumption {
            text:
                "the reader is in no group that the policy is attached to; list-groups-for-user was not given"
                    .to_owned(),
            source: None,
        });
        return Outcome { causes, assumed: assumed.into_iter().collect(), ..Outcome::of(State::Broken) };
    }
    let inline_is_told =
        !record.inline.is_empty() || subject.evidence.has("get-account-authorization-details");
    let assumed = (!inline_is_told).then(|| Assumption {
        text: "the reader has no inline policies; list-user-policies was not given".to_owned(),
        source: None,
    });
    Outcome { assumed: assumed.into_iter().collect(), ..Outcome::of(State::Holds) }
}

/// Documents that no list names. Where files do not tell which policy they hold, numbers do.
fn unattached(subject: &Subject<'_>) -> Vec<Cause> {
    let evidence = subject.evidence;
    let record = &evidence.reader;
    let name_of = |document: &PolicyDocument| {
        let answer = record.policies.iter().find(|policy| policy.source == document.source);
        answer.and_then(|policy| policy.name.as_ref())
    };
    let is_details = |document: &PolicyDocument| {
        evidence.answers_of(AnswerKind::AuthorizationDetails).any(|answer| answer.source == document.source)
    };
    let lists = || record.attached.iter().chain(&record.inline);
    let (mut causes, mut free) = (Vec::new(), Vec::new());
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for document in
        evidence.of(Role::ReaderPolicy).filter(|document| !is_details(document) && !document.is_nothing())
    {
        if let Some(name) = name_of(document) {
            let listed = lists().flat_map(|list| &list.names).any(|one| one.text == name.text);
            if !listed && !record.inline.is_empty() {
                causes.push(cause(subject, &name.text, name.place, record.inline.first()));
            }
            taken.insert(&name.text);
            continue;
        }
        let file = subject.sources.get(document.source).name();
        let named = lists().flat_map(|list| &list.names).find(|name| is_file_of(file, &name.text));
        match named {
            Some(name) => {
                taken.insert(&name.text);
            }
            None => free.push(document),
        }
    }
    // What AWS wrote no file of the account's is, unless it is called so.
    let is_of_aws = |list: &PolicyList, name: &str| {
        let mut arns = list.arns.iter();
        arns.any(|(known, arn)| known == name && arn::is_policy_of_aws(arn))
    };
    let open: BTreeSet<&str> = lists()
        .flat_map(|list| list.names.iter().map(move |name| (list, name.text.as_str())))
        .filter(|(list, name)| !taken.contains(name) && !is_of_aws(list, name))
        .map(|(_, name)| name)
        .collect();
    let groups = record.groups.as_deref().unwrap_or_default().len();
    let too_many = !record.attached.is_empty() && free.len() > open.len();
    if too_many && (groups == 0 || record.gaps.is_empty()) {
        // Which of several it is, the names do not tell.
        for document in free.iter().skip(open.len()) {
            let source = document.source;
            let place = Place { source, span: document.policy.statement_span };
            let file = subject.sources.get(source).name();
            let file = file.rsplit('/').next().unwrap_or(file);
            let mut cause = cause(subject, file, place, record.attached.first());
            cause.repairs.extend(attaching(subject, document).map(Repair::of));
            if !open.is_empty() {
                cause.notes.push(subject.phrases.say("policy-file-unsure", &[]));
            }
            causes.push(cause);
        }
    }
    causes
}

/// The policies that lie beside an answer about everybody, which does not show them of the reader.
pub(in crate::checks) fn beside_details(subject: &Subject<'_>) -> Vec<Cause> {
    let record = &subject.evidence.reader;
    let told = |document: &PolicyDocument| {
        let file = subject.sources.get(document.source).name();
        let file = file.rsplit('/').next().unwrap_or(file);
        let place = Place { source: document.source, span: document.policy.statement_span };
        let mut cause = cause(subject, file, place, None);
        cause
            .related
            .extend(record.details.map(|details| (details, subject.phrases.say("details-of-reader", &[]))));
        cause.repairs.extend(attaching(subject, document).map(Repair::of));
        cause
    };
    record.set_aside.iter().map(told).collect()
}

/// The command that gives the reader a policy that lies in a file: as one of its own, since nothing tells whether there is a
/// managed policy with this text. <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html> (checked 2026-11)
fn attaching(subject: &Subject<'_>, document: &PolicyDocument) -> Option<Change> {
    let path = subject.sources.get(document.source).name();
    let plain = |next: char| next.is_ascii_alphanumeric() || "-_./".contains(next);
    let file = path.rsplit('/').next()?;
    let name = file.strip_suffix(".json")?;
    if !path.chars().all(plain) || name.is_empty() || name.starts_with('-') {
        return None;
    }
    let user = subject.form.fill("{reader-name}").ok()?;
    Some(Change::Run {
        command: format!(
            "aws iam put-user-policy --user-name {user} --policy-name {name} --policy-document file://{file}"
        ),
        effect: Some(subject.phrases.say("put-user-policy", &[])),
    })
}

fn cause(subject: &Subject<'_>, name: &str, place: Place, list: Option<&PolicyList>) -> Cause {
    let mut cause = Cause::new("reader", "policy-not-attached", place, Values::new().with("found", name));
    if let Some(list) = list {
        let names: Vec<String> = list.names.iter().map(|name| name.text.clone()).collect();
        let text = if names.is_empty() {
            subject.phrases.say("policy-list-empty", &[])
        } else {
            subject.phrases.say("policy-list", &[("names", &some_of(&names))])
        };
        cause.related.push((list.place, text));
    }
    cause
}

/// The version of a managed policy that is at hand is the one in force.
pub(super) fn in_force(subject: &Subject<'_>) -> Outcome {
    let causes: Vec<Cause> = subject
        .evidence
        .reader
        .policies
        .iter()
        .filter_map(|policy| policy.in_force)
        .filter(|(yes, _)| !yes)
        .map(|(_, place)| Cause::new("reader", "policy-version", place, Values::new()))
        .collect();
    let state = if causes.is_empty() { State::Holds } else { State::Unknown };
    let facts = if causes.is_empty() { Vec::new() } else { vec![FactRef::new("policy-version")] };
    Outcome { causes, facts, ..Outcome::of(state) }
}

/// Somebody that an answer, or the form, is about.
#[derive(Clone, Copy)]
struct Person<'a> {
    /// The name without its path.
    name: &'a str,
    /// The account, where an ARN tells it.
    account: Option<&'a str>,
    /// As it is written.
    text: &'a str,
    place: Place,
}

impl<'a> Person<'a> {
    fn of_arn(text: &'a str, place: Place) -> Self {
        Self { name: user_of(text), account: arn::account_of(text), text, place }
    }

    fn of_name(said: &'a Said) -> Self {
        Self { name: &said.text, account: None, text: &said.text, place: said.place }
    }

    /// Names are unique within an account.
    fn is_other_than(&self, other: &Self) -> bool {
        self.name != other.name || self.account.zip(other.account).is_some_and(|(own, other)| own != other)
    }
}

/// Everybody that the answers are about.
fn told<'a>(subject: &Subject<'a>) -> Vec<Person<'a>> {
    let record = &subject.evidence.reader;
    let arns = record.arns.iter().map(|arn| Person::of_arn(&arn.text, arn.place));
    let names = record.names.iter().chain(record.owners(OwnerKind::Role));
    arns.chain(names.map(Person::of_name)).collect()
}

/// The name in the ARN of a user; of a session the role's; of the root user `root`.
fn user_of(arn: &str) -> &str {
    let resource = arn.rsplit(':').next().unwrap_or(arn);
    match resource.strip_prefix("assumed-role/") {
        Some(rest) => rest.split('/').next().unwrap_or(rest),
        None => resource.rsplit('/').next().unwrap_or(resource),
    }
}

/// All answers are about one user, and it is the one of the form.
pub(super) fn one_reader(subject: &Subject<'_>) -> Outcome {
    let told = told(subject);
    let form = given(subject, "reader").zip(subject.form.text("reader"));
    let form = form.map(|(place, arn)| Person::of_arn(arn, place));
    let Some(first) = form.or_else(|| told.first().copied()) else { return Outcome::of(State::Holds) };
    let Some(other) = told.iter().find(|other| other.is_other_than(&first)) else {
        return Outcome::of(State::Holds);
    };
    // Of two users of one name the accounts tell them apart.
    let (found, needed) =
        if other.name == first.name { (other.text, first.text) } else { (other.name, first.name) };
    let values = Values::new().with("found", found).with("needed", needed);
    let mut cause = Cause::new("reader", "mixed", other.place, values);
    cause.related.push((first.place, format!("this is about `{needed}`")));
    Outcome {
        causes: vec![cause],
        facts: vec![FactRef::with("reader-mixed", "names", &format!("{needed}` and `{found}"))],
        ..Outcome::of(State::Unknown)
    }
}

/// The user is in every group whose policy is at hand.
pub(super) fn in_groups(subject: &Subject<'_>) -> Outcome {
    let record = &subject.evidence.reader;
    let owners: Vec<&Said> = record.owners(OwnerKind::Group).collect();
    let Some(groups) = &record.groups else {
        if subject.strict {
            return waits(FactRef::new("reader-groups"));
        }
        let names: BTreeSet<&str> = owners.iter().map(|owner| owner.text.as_str()).collect();
        let names = names.into_iter().collect::<Vec<_>>().join("`, `");
        let text = format!("the reader is in the group `{names}`; list-groups-for-user was not given");
        return Outcome { assumed: vec![Assumption { text, source: None }], ..Outcome::of(State::Holds) };
    };
    let strangers = owners.iter().filter(|owner| !groups.iter().any(|group| group.text == owner.text));
    let causes: Vec<Cause> = strangers
        .map(|owner| {
            let values = Values::new().with("found", owner.text.as_str());
            let mut cause = Cause::new("reader", "not-in-group", owner.place, values);
            let others = groups.iter().map(|group| (group.place, format!("it is in `{}`", group.text)));
            cause.related.extend(others.take(1));
            cause
        })
        .collect();
    if causes.is_empty() {
        return Outcome::of(State::Holds);
    }
    if let Some(page) = record.page_of_policies() {
        let file = subject.sources.get(page.source).name();
        return waits(FactRef::with("page-of-several", "file", file));
    }
    Outcome { causes, ..Outcome::of(State::Broken) }
}

/// The user is among those of the account.
pub(super) fn exists(subject: &Subject<'_>) -> Outcome {
    let record = &subject.evidence.reader;
    let name = subject.form.text("reader").map(user_of);
    if let Some(missing) = record.missing.as_ref().filter(|missing| name == Some(missing.text.as_str())) {
        let values = Values::new().with("found", missing.text.as_str());
        let cause = Cause::new("reader", "missing", missing.place, values);
        return Outcome { causes: vec![cause], ..Outcome::of(State::Broken) };
    }
    if record.listed.is_empty() {
        return Outcome::of(State::Holds);
    }
    let (Some(place), Some(reader)) = (given(subject, "reader"), subject.form.text("reader")) else {
        return match subject.form.text("reader") {
            Some(reader) if record.listed.iter().any(|arn| arn.text == reader) => Outcome::of(State::Holds),
            Some(_) | None => waits(FactRef::with("form", "name", "reader")),
        };
    };
    if record.listed.iter().any(|arn| arn.text == reader) {
        return Outcome::of(State::Holds);
    }
    let account = crate::policy::arn::account_of(reader);
    let is_other = |arn: &Said| crate::policy::arn::account_of(&arn.text) != account;
    if record.listed.is_empty() || record.listed.iter().any(is_other) || record.page_of_policies().is_some() {
        return waits(FactRef::new("reader-policy"));
    }
    let mut cause = Cause::new("reader", "not-listed", place, Values::new().with("found", reader));
    let named = record.listed.iter().find(|arn| user_of(&arn.text) == user_of(reader));
    cause.related.extend(named.map(|arn| (arn.place, "the user of this name has another path".to_owned())));
    Outcome { causes: vec![cause], ..Outcome::of(State::Broken) }
}

/// The user has no password.
pub(super) fn no_password(subject: &Subject<'_>) -> Outcome {
    let Some(password) = subject.evidence.reader.passwords.first() else { return Outcome::of(State::Holds) };
    let cause = Cause::new("reader", "password", password.since.place, Values::new());
    Outcome { causes: vec![cause], ..Outcome::of(State::Broken) }
}
