//! What a file is, from its content: a policy, the AWS CLI's answer that holds one, or nothing known.

mod find;

use super::coded::from_yaml;
use super::other::{base64, command_of, credential_report, text_form};
use super::pieces::{self, Piece};
use super::role::role_of;
use super::text;
use super::unknown::{cut_at, is_something_else, what_it_is};
use crate::evidence::{
    Answer, AnswerKind, DocumentKind, Evidence, PolicyDocument, Reading, Role, Unseen, answer_in, answers_in,
    is_answer_of, read_credential_report,
};
use crate::policy::Policy;
use crate::source::{SourceId, Sources, Span};
use crate::syntax::{Node, read_json};
pub(super) use find::Found;
use find::{find, here};

/// What is said of a file's parameters.
fn given<'g>(sources: &'g Sources, source: SourceId, evidence: &'g Evidence) -> super::yaml::Given<'g> {
    super::yaml::Given { file: sources.get(source).name(), sets: &evidence.parameters }
}

/// Reads a file as it was read before, or as somebody said that it is to be read.
pub(super) fn as_said(sources: &mut Sources, source: SourceId, reading: Reading, evidence: &mut Evidence) {
    match reading {
        Reading::Named(role, level, linked) => named(sources, source, (role, level, linked), evidence),
        Reading::Answer(command) => named_answer(sources, source, command, evidence),
        Reading::ByContent | Reading::Listing | Reading::Snapshot => by_content(sources, source, evidence),
    }
}

/// Reads a file whose role the user gave.
pub(super) fn named(
    sources: &mut Sources,
    source: SourceId,
    file: (Role, usize, Option<usize>),
    evidence: &mut Evidence,
) {
    evidence.readings.push((source, Reading::Named(file.0, file.1, file.2)));
    let before = (evidence.documents.len(), evidence.open.len());
    read_named(sources, source, file, evidence);
    if before == (evidence.documents.len(), evidence.open.len()) {
        evidence.unseen.push(Unseen::new(sources.get(source).name(), file));
    }
}

fn read_named(
    sources: &mut Sources,
    source: SourceId,
    file: (Role, usize, Option<usize>),
    evidence: &mut Evidence,
) {
    if let Some(found) =
        super::yaml::read(sources.get(source).text(), source, given(sources, source, evidence))
    {
        super::iac::take(sources, source, found, Some(file), evidence);
        return;
    }
    let source = from_yaml(sources, source).unwrap_or(source);
    if pieces::is_log(sources.get(source).text()) && named_in_log(sources, source, file, evidence) {
        return;
    }
    // Where there is no policy the AWS CLI says so, and that lands in the file.
    if let Some(form) = text::form_of(sources.get(source).text()) {
        let name = sources.get(source).name().to_owned();
        if let Err(reason) = text_form(sources, source, &form, evidence) {
            evidence.not_evaluated.push((name, reason));
        }
        return;
    }
    let document = read_json(sources.get(source).text());
    let found = find(sources, source, &document, evidence.is_filled_in);
    if let Some(at) = found.cut {
        let reason = stops(sources, source, command_of(&document.root), at);
        evidence.not_evaluated.push((sources.get(source).name().to_owned(), reason));
        return;
    }
    if found.policies.is_empty() && is_something_else(&document, sources.get(source).text()) {
        let name = sources.get(source).name().to_owned();
        let reason = match recognised(sources, source, false, evidence) {
            Ok(commands) => format!(
                "named as a {}, and it is what `{}` answers; it was read as that",
                file.0.name(),
                commands.first().copied().unwrap_or("something else")
            ),
            Err(reason) => reason,
        };
        evidence.not_evaluated.push((name, reason));
        return;
    }
    // In a linked account there is another user.
    if file.0 != Role::LinkedPolicy && file.2.is_none() {
        evidence.reader.note_policy(&document.root, source);
    }
    let policies = if found.policies.is_empty() {
        // The user says it is a policy, so what is wrong with it is worth saying.
        vec![here(source, sources.get(source).text(), &document, evidence.is_filled_in)]
    } else {
        found.policies
    };
    take(policies, found.wrapped, evidence, |_| Some(file));
}

/// Reads the policies out of what a terminal showed, and tells whether there are any.
fn named_in_log(
    sources: &mut Sources,
    source: SourceId,
    file: (Role, usize, Option<usize>),
    evidence: &mut Evidence,
) -> bool {
    let mut is_any = false;
    for piece in pieces::of(sources.get(source).text()) {
        let Piece::Value(range) = piece else { continue };
        let part = sources.add_part(source, Span::new(range.start, range.end));
        let document = read_json(sources.get(part).text());
        let found = find(sources, part, &document, evidence.is_filled_in);
        if found.policies.is_empty() {
            continue;
        }
        if file.0 != Role::LinkedPolicy && file.2.is_none() {
            evidence.reader.note_policy(&document.root, part);
        }
        take(found.policies, found.wrapped, evidence, |_| Some(file));
        is_any = true;
    }
    is_any
}

/// Reads a file that the user called the answer of a command.
pub(super) fn named_answer(
    sources: &mut Sources,
    source: SourceId,
    command: &'static str,
    evidence: &mut Evidence,
) {
    let name = sources.get(source).name().to_owned();
    evidence.readings.push((source, Reading::Answer(command)));
    let is_groups = command.contains("-group-") || is_of_group(&name);
    if let Some(found) =
        super::yaml::read(sources.get(source).text(), source, given(sources, source, evidence))
        && !found.templates.is_empty()
    {
        // Of a template what it makes is meant, or the policies that the command would answer with.
        if let Some(role) = DocumentKind::answered(command) {
            super::iac::take(sources, source, found, Some((role, 0, None)), evidence);
        } else if !super::iac::answer(&name, &found, command, evidence) {
            evidence.not_evaluated.push((name, says_nothing(command)));
        }
        return;
    }
    match recognised(sources, source, is_groups, evidence) {
        Ok(found) if found.iter().any(|found| is_answer_of(command, found)) => {}
        Ok(found) => {
            let found = found.first().copied().unwrap_or("something else");
            let reason =
                format!("named as `{command}`, and it is what `{found}` answers; it was read as that");
            evidence.not_evaluated.push((name, reason));
        }
        Err(reason) => evidence.not_evaluated.push((name, reason)),
    }
}

/// What is said of a template that makes nothing that a command would answer with.
pub(super) fn says_nothing(command: &str) -> String {
    format!("named as `{command}`, and it makes nothing that this command would answer with")
}

/// Reads a file and finds out what it is.
pub(super) fn by_content(sources: &mut Sources, source: SourceId, evidence: &mut Evidence) {
    let name = sources.get(source).name().to_owned();
    let is_groups = is_of_group(&name);
    evidence.readings.push((source, Reading::ByContent));
    // What gives values to a template is read with it.
    let is_given = evidence.parameters.iter().any(|set| set.file == name);
    if let Err(reason) = recognised(sources, source, is_groups, evidence)
        && !is_given
    {
        evidence.not_evaluated.push((name, reason));
    }
}

/// Says where a listing stops to be readable.
pub(super) fn damaged_listing(sources: &Sources, source: SourceId, evidence: &mut Evidence) {
    let Some(fault) = evidence.listing.fault(source) else { return };
    let reason = format!("the listing is damaged in line {}; what comes before was judged", fault.line);
    evidence.not_evaluated.push((sources.get(source).name().to_owned(), reason));
}

/// Takes what a text holds, and gives the commands whose answers it is.
fn recognised(
    sources: &mut Sources,
    source: SourceId,
    is_groups: bool,
    evidence: &mut Evidence,
) -> Result<Vec<&'static str>, String> {
    // A listing may be too long for a tree.
    if evidence.listing.take(sources, source) {
        // It is not read a second time.
        if let Some((_, reading)) = evidence.readings.last_mut().filter(|(last, _)| *last == source) {
            *reading = Reading::Listing;
        }
        damaged_listing(sources, source, evidence);
        return Ok(vec!["list-objects-v2"]);
    }
    if let Some(rows) = read_credential_report(sources.get(source).text(), source) {
        evidence.reader.credentials.extend(rows);
        return Ok(vec!["get-credential-report"]);
    }
    if let Some(found) =
        super::yaml::read(sources.get(source).text(), source, given(sources, source, evidence))
    {
        let has_principal = |policy: &Policy| policy.statements.iter().any(|each| each.principals.is_some());
        let of = |policy| if has_principal(policy) { "get-bucket-policy" } else { "get-user-policy" };
        let commands = found.policies.iter().map(|(policy, ..)| of(policy)).collect();
        super::iac::take(sources, source, found, None, evidence);
        return Ok(commands);
    }
    if let Some(part) = from_yaml(sources, source) {
        return recognised_part(sources, part, is_groups, evidence);
    }
    let pieces = pieces::of(sources.get(source).text());
    if pieces.is_empty()
        && let Some(form) = text::form_of(sources.get(source).text())
    {
        return text_form(sources, source, &form, evidence);
    }
    if pieces.is_empty() {
        return one(sources, source, is_groups, evidence);
    }
    // Several answers in one file, as commands write them one behind the other, or as people keep them.
    let mut found = Vec::new();
    let name = sources.get(source).name().to_owned();
    let mut values = 0;
    for piece in pieces {
        let (called, outcome) = match piece {
            Piece::Value(range) => {
                values += 1;
                let part = sources.add_part(source, Span::new(range.start, range.end));
                (format!("{name}, part {values}"), recognised_part(sources, part, is_groups, evidence))
            }
            Piece::Silent(range, why) => {
                let line = sources.get(source).position(Span::new(range.start, range.end).start).line;
                (format!("{name}, line {line}"), Err(why.to_owned()))
            }
        };
        match outcome {
            Ok(commands) => found.extend(commands),
            Err(reason) => evidence.not_evaluated.push((called, reason)),
        }
    }
    Ok(found)
}

fn recognised_part(
    sources: &mut Sources,
    source: SourceId,
    is_groups: bool,
    evidence: &mut Evidence,
) -> Result<Vec<&'static str>, String> {
    if evidence.listing.take(sources, source) {
        return Ok(vec!["list-objects-v2"]);
    }
    if let Some(form) = text::form_of(sources.get(source).text()) {
        return text_form(sources, source, &form, evidence);
    }
    one(sources, source, is_groups, evidence)
}

/// Reads answers that stand in one list.
fn several(
    sources: &mut Sources,
    source: SourceId,
    parts: &[Span],
    is_groups: bool,
    evidence: &mut Evidence,
) -> Result<Vec<&'static str>, String> {
    let name = sources.get(source).name().to_owned();
    let mut found = Vec::new();
    for (number, span) in (1..).zip(parts) {
        let part = sources.add_part(source, *span);
        match recognised_part(sources, part, is_groups, evidence) {
            Ok(commands) => found.extend(commands),
            Err(reason) => evidence.not_evaluated.push((format!("{name}, part {number}"), reason)),
        }
    }
    Ok(found)
}

fn one(
    sources: &mut Sources,
    source: SourceId,
    is_groups: bool,
    evidence: &mut Evidence,
) -> Result<Vec<&'static str>, String> {
    let name = sources.get(source).name().to_owned();
    let document = answer_in(sources.get(source).text());
    let parts = answers_in(&document.root);
    if !parts.is_empty() {
        drop(document);
        return several(sources, source, &parts, is_groups, evidence);
    }
    if evidence.note_public_access_block(&document.root) {
        return Ok(vec!["get-public-access-block"]);
    }
    let found = find(sources, source, &document, evidence.is_filled_in);
    // What `get-role` says of the role is worth as much as the trust policy in it.
    let is_role = |found: &Found| found.kind == Some(Role::TrustPolicy);
    if found.policies.iter().all(is_role)
        && let Some(kind) = AnswerKind::of(&document.root)
    {
        // Half of an answer says half of what there is, and of its last word the half.
        if let Some(at) = cut_at(&document) {
            return Err(stops(sources, source, kind.command(), at));
        }
        if let Some(key) = kind.garbled(&document.root) {
            return Err(format!(
                "`{key}` in the answer of `{}` is not what AWS gives there; run the command again",
                kind.command()
            ));
        }
        if kind == AnswerKind::CredentialReport {
            let report = document.root.get("Content").and_then(Node::as_str).and_then(base64);
            return credential_report(sources, &name, report, evidence);
        }
        evidence.answers.push(Answer { kind, source });
        evidence.reader.note(kind, &document.root, source, is_groups);
        evidence.organization.note(kind, &document.root, source);
        evidence.bucket.note(kind, &document.root, source);
        evidence.exports.read(&document.root, source);
        take(found.policies, found.wrapped, evidence, |_| Some((Role::TrustPolicy, 0, None)));
        return Ok(vec![kind.command()]);
    }
    if found.policies.is_empty() {
        return Err(what_it_is(&document));
    }
    let command = command_of(&document.root);
    if let Some(at) = found.cut {
        return Err(stops(sources, source, command, at));
    }
    evidence.reader.note_policy(&document.root, source);
    let mut skipped = Vec::new();
    let known = evidence.documents.len();
    take(found.policies, found.wrapped, evidence, |each| match role_of(each, &name) {
        Ok(role) => Some((role, 0, None)),
        Err(reason) => {
            skipped.push(reason.to_owned());
            None
        }
    });
    evidence.documents.iter_mut().skip(known).for_each(|document| document.is_met = true);
    match skipped.into_iter().next() {
        Some(reason) => Err(reason),
        None => Ok(vec![command]),
    }
}

/// That an answer stops before its end.
fn stops(sources: &Sources, source: SourceId, command: &str, at: u32) -> String {
    let line = sources.get(source).position(at).line;
    format!(
        "the answer of `{command}` stops in its middle: what begins in line {line} has no end; run the command again"
    )
}

/// Whether a file is named as a list of a group's policies.
fn is_of_group(file: &str) -> bool {
    let file = file.rsplit('/').next().unwrap_or(file).to_ascii_lowercase();
    file.contains("group") && !file.contains("groups-for-user")
}

fn take(
    policies: Vec<Found>,
    wrapped: Vec<(SourceId, Span, u8)>,
    evidence: &mut Evidence,
    mut role: impl FnMut(&Found) -> Option<(Role, usize, Option<usize>)>,
) {
    evidence.wrapped.extend(wrapped);
    for each in policies {
        if let Some((role, level, linked)) = role(&each) {
            let document = PolicyDocument::new(role, each.policy, each.issues, each.length);
            evidence.documents.push(PolicyDocument {
                level,
                linked,
                whose: each.whose,
                in_force: each.in_force,
                ..document
            });
        }
    }
}
