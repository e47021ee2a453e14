//! From what templates hold to evidence.

use super::cloudformation::{Taken, TemplatePolicy};
use super::terraform;
use super::yaml::Found;
use crate::evidence::{
    Attachment, Called, CaseIs, DeclaredBucket, DeclaredExport, Evidence, LoosePolicies, LoosePolicy,
    OpenPolicy, PolicyDocument, PolicyHint, Role, in_words, is_answer_of,
};
use crate::policy;
use crate::source::{Place, SourceId, Sources};
use std::collections::BTreeSet;

/// Takes what a text holds as the evidence of an account. `named`: what the user says the text is.
pub(super) fn take(
    sources: &Sources,
    source: SourceId,
    found: Found,
    named: Option<(Role, usize, Option<usize>)>,
    evidence: &mut Evidence,
) {
    let name = sources.get(source).name();
    if let Some(issue) = &found.broken {
        let line = sources.get(source).position(issue.span.start).line;
        let reason = format!("no YAML from line {line} on, so that nothing of it can be deployed or judged");
        evidence.not_evaluated.push((name.to_owned(), reason));
    }
    for (policy, issues, length) in found.policies {
        let (role, level, linked) = named.unwrap_or((role_by_content(&policy), 0, None));
        let document = PolicyDocument::new(role, policy, issues, length);
        evidence.documents.push(PolicyDocument { level, linked, ..document });
    }
    if found.is_plan && !evidence.plans.iter().any(|plan| plan == name) {
        evidence.plans.push(name.to_owned());
    }
    let before = evidence.documents.len();
    let is_first = evidence.taken.insert(name.to_owned());
    for taken in found.templates {
        if is_first {
            made(name, &taken, evidence);
        }
        template(name, taken, named, evidence);
    }
    if let Some((role, ..)) = named
        && evidence.documents.len() == before
        && found.broken.is_none()
    {
        let reason = format!("a template in which no policy is one that a {} can be", role.name());
        evidence.not_evaluated.push((name.to_owned(), reason));
    }
}

/// Takes what a text that somebody calls the answer of a command makes, and tells whether the command would answer with some of it.
pub(super) fn answer(name: &str, found: &Found, command: &str, evidence: &mut Evidence) -> bool {
    let is_first = evidence.taken.insert(name.to_owned());
    for taken in found.templates.iter().filter(|_| is_first) {
        made(name, taken, evidence);
    }
    found.templates.iter().any(|taken| answers(taken, command))
}

/// Whether a command would answer with some of what a template makes.
fn answers(taken: &Taken, command: &str) -> bool {
    let of_exports = [
        "get-export",
        "list-exports",
        "describe-report-definitions",
        "create-export",
        "put-report-definition",
    ];
    let mut settings = taken.buckets.iter().flat_map(|bucket| &bucket.settings);
    (of_exports.contains(&command) && !(taken.exports.is_empty() && taken.declared.is_empty()))
        || settings.any(|setting| is_answer_of(command, setting.kind.command()))
}

/// What a template makes beside policies: reports and exports, and buckets.
fn made(name: &str, taken: &Taken, evidence: &mut Evidence) {
    evidence.exports.add(taken.exports.clone());
    evidence.declared.extend(in_file(name, taken.declared.clone()));
    let buckets = taken.buckets.iter().cloned();
    evidence.buckets.extend(buckets.map(|each| DeclaredBucket { file: name.to_owned(), ..each }));
}

fn template(name: &str, taken: Taken, named: Option<(Role, usize, Option<usize>)>, evidence: &mut Evidence) {
    let Taken { policies, links, called, open, not_evaluated, named: beside, presumed, notes, .. } = taken;
    let address = |address: &str| format!("{name}: {address}");
    for each in policies {
        let TemplatePolicy { policy, issues, length, wrapped, attachment } = each;
        let source = policy.source;
        let asked = named.filter(|(role, ..)| can_be(attachment.hint, *role));
        let role = match (named, asked) {
            (Some(_), None) => continue,
            (Some(_), Some(asked)) => Ok(asked),
            (None, _) => role_of(attachment.hint).map(|role| (role, 0, None)),
        };
        match role {
            Ok((role, level, linked)) => {
                evidence.wrapped.extend(wrapped.map(|(span, level)| (source, span, level)));
                let attachment = Attachment { file: name.to_owned(), ..attachment };
                let (attachment, named_in) = match named {
                    Some(_) => (None, Some(attachment)),
                    None => (Some(attachment), None),
                };
                let document = PolicyDocument::new(role, policy, issues, length);
                let from_template = true;
                evidence.documents.push(PolicyDocument {
                    level,
                    linked,
                    attachment,
                    named_in,
                    from_template,
                    ..document
                });
            }
            Err(reason) => evidence.not_evaluated.push((address(&attachment.address), reason.to_owned())),
        }
    }
    evidence.not_evaluated.extend(beside.into_iter().map(|(what, reason)| (address(&what), reason)));
    for (what, reason) in not_evaluated {
        evidence.not_evaluated.push((address(&what), reason.clone()));
        evidence.unresolved.push(OpenPolicy { file: name.to_owned(), address: Some(what), reason });
    }
    evidence.assumed.extend(notes.into_iter().map(|note| format!("{name}: {note}")));
    for (parameter, value) in presumed {
        let text = format!("parameter {parameter} of {name} is `{value}`, as the template presets it");
        evidence.assumed.push(text);
    }
    evidence.links.extend(links);
    evidence.called.extend(called.into_iter().map(|each| Called { file: name.to_owned(), ..each }));
    evidence.open.extend(open);
}

fn in_file(name: &str, declared: Vec<DeclaredExport>) -> impl Iterator<Item = DeclaredExport> {
    declared.into_iter().map(move |each| DeclaredExport { file: name.to_owned(), ..each })
}

/// Takes what a text holds as policies of nobody in particular.
pub(super) fn take_loose(sources: &Sources, source: SourceId, found: Found, out: &mut LoosePolicies) {
    let name = sources.get(source).name();
    if let Some(issue) = found.broken {
        // What the text would have held is not known; where it breaks is.
        let place = Place { source, span: issue.span };
        out.policies.push(LoosePolicy {
            source,
            policy: policy::none(place),
            issues: vec![issue],
            length: policy::Length::default(),
            hint: None,
            owner: None,
            attachment: None,
        });
        let reason = "it cannot be read".to_owned();
        out.open.push(OpenPolicy { file: name.to_owned(), address: None, reason });
    }
    out.wrapped.extend(found.wrapped);
    for (policy, issues, length) in found.policies {
        let (hint, owner, attachment) = (None, None, None);
        out.policies.push(LoosePolicy { source, policy, issues, length, hint, owner, attachment });
    }
    out.has_template |= !found.templates.is_empty();
    if found.is_plan {
        out.plans.push(name.to_owned());
    }
    for taken in found.templates {
        loose_template(name, taken, out);
    }
}

fn loose_template(name: &str, taken: Taken, out: &mut LoosePolicies) {
    let in_cases: BTreeSet<String> =
        taken.in_cases.iter().map(|each| each.attachment.address.clone()).collect();
    let open_in = |each: &TemplatePolicy| -> Vec<(String, String)> {
        let name = format!("{name}: {}", each.attachment.address);
        let cases = each.attachment.cases.iter();
        cases
            .filter_map(|case| match &case.is {
                CaseIs::Open(reason) => {
                    Some((name.clone(), format!("if {}: {reason}", in_words(&case.when))))
                }
                CaseIs::Made(_) | CaseIs::Absent => None,
            })
            .collect()
    };
    for each in taken.policies.into_iter().chain(taken.in_cases) {
        out.not_evaluated.extend(open_in(&each));
        let TemplatePolicy { policy, issues, length, wrapped, attachment } = each;
        let source = policy.source;
        out.wrapped.extend(wrapped.map(|(span, level)| (source, span, level)));
        let (hint, owner) = (Some(attachment.hint), None);
        let attachment = Some(Attachment { file: name.to_owned(), ..attachment });
        out.policies.push(LoosePolicy { source, policy, issues, length, hint, owner, attachment });
    }
    out.declared.extend(in_file(name, taken.declared));
    out.called.extend(taken.called.into_iter().map(|each| Called { file: name.to_owned(), ..each }));
    out.links.extend(taken.links.into_iter().map(|link| (name.to_owned(), link)));
    let named = taken.named.into_iter();
    out.not_evaluated.extend(named.map(|(address, reason)| (format!("{name}: {address}"), reason)));
    // What is known in each case is judged in each.
    for (address, reason) in taken.not_evaluated.into_iter().filter(|(name, _)| !in_cases.contains(name)) {
        out.not_evaluated.push((format!("{name}: {address}"), reason.clone()));
        out.open.push(OpenPolicy { file: name.to_owned(), address: Some(address), reason });
    }
}

/// Adds what modules hold to the evidence of an account. `named`: what the user says that they are.
pub(super) fn modules(
    found: terraform::Found,
    named: Option<(Role, usize, Option<usize>)>,
    out: &mut Evidence,
) {
    out.has_modules = true;
    for (file, reason) in found.broken {
        out.not_evaluated.push((file.clone(), reason.clone()));
        out.unresolved.push(OpenPolicy { file, address: None, reason });
    }
    out.assumed.extend(found.assumed);
    for (name, taken) in found.files {
        if out.taken.insert(name.clone()) {
            made(&name, &taken, out);
        }
        template(&name, taken, named, out);
    }
    let unused = found.unused.into_iter();
    let name = |each: terraform::Unused| format!("{}: {}", each.file, each.address);
    out.not_evaluated.extend(unused.map(|each| (name(each), "no resource of the module uses it".to_owned())));
}

/// Adds what modules make and a command would answer with, and none of their policies. Tells whether there is some.
pub(super) fn answer_of_modules(found: terraform::Found, command: &str, out: &mut Evidence) -> bool {
    out.has_modules = true;
    out.not_evaluated.extend(found.broken);
    out.assumed.extend(found.assumed);
    let mut is_any = false;
    for (name, taken) in found.files {
        is_any |= answers(&taken, command);
        if out.taken.insert(name.clone()) {
            made(&name, &taken, out);
        }
    }
    is_any
}

/// What modules hold, as policies of nobody in particular.
pub(super) fn loose_modules(found: terraform::Found, out: &mut LoosePolicies) {
    out.has_template |= !found.files.is_empty();
    for (file, reason) in found.broken {
        out.not_evaluated.push((file.clone(), reason.clone()));
        out.open.push(OpenPolicy { file, address: None, reason });
    }
    for (name, taken) in found.files {
        loose_template(&name, taken, out);
    }
    out.policies.extend(found.unused.into_iter().map(|each| LoosePolicy {
        source: each.policy.source,
        policy: each.policy,
        issues: each.issues,
        length: each.length,
        hint: None,
        owner: None,
        attachment: Some(Attachment {
            file: each.file,
            address: each.address,
            hint: PolicyHint::Identity,
            targets: Vec::new(),
            behind: each.behind,
            cases: each.cases,
        }),
    }));
}

/// What a policy of a template is to the account that is judged.
fn role_of(hint: PolicyHint) -> Result<Role, &'static str> {
    match hint {
        PolicyHint::Bucket => Ok(Role::BucketPolicy),
        PolicyHint::Identity => Ok(Role::ReaderPolicy),
        PolicyHint::Boundary => Ok(Role::Boundary),
        PolicyHint::Key => Ok(Role::KeyPolicy),
        PolicyHint::Scp | PolicyHint::Rcp => {
            Err("a policy of an organization; whether it bears on this account the template does not say")
        }
        PolicyHint::Trust => Ok(Role::TrustPolicy),
        PolicyHint::Endpoint => Err("the policy of a VPC endpoint; `preflight lint` looks at it"),
        PolicyHint::Resource => {
            Err("a policy of another kind of resource than a bucket or a key; `preflight lint` looks at it")
        }
    }
}

/// Whether a policy of a template can be what the user calls the template.
#[must_use]
pub fn can_be(hint: PolicyHint, role: Role) -> bool {
    match role {
        Role::BucketPolicy => hint == PolicyHint::Bucket,
        Role::ReaderPolicy | Role::SessionPolicy | Role::LinkedPolicy => hint == PolicyHint::Identity,
        Role::Boundary => matches!(hint, PolicyHint::Boundary | PolicyHint::Identity),
        Role::Scp => hint == PolicyHint::Scp,
        Role::Rcp => hint == PolicyHint::Rcp,
        Role::KeyPolicy => hint == PolicyHint::Key,
        Role::EndpointPolicy => hint == PolicyHint::Endpoint,
        Role::TrustPolicy => hint == PolicyHint::Trust,
    }
}

/// What a policy in YAML is that nobody named: whether it says whom it is for tells.
fn role_by_content(policy: &policy::Policy) -> Role {
    let has_principal = policy.statements.iter().any(|statement| statement.principals.is_some());
    if has_principal { Role::BucketPolicy } else { Role::ReaderPolicy }
}
