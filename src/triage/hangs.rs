//! What a layer's refusal hangs on: the same request with another value of a key, or the same policies without a part of their Allows.

use super::Bench;
use super::layer::{Word, asked};
use super::pages::{AllowPart, CausePage};
use super::when::fits;
use crate::evidence::Role;
use crate::finding::Label;
use crate::finding::triage::Facts;
use crate::policy::{Clause, Effect, Policy, PrincipalKind, Statement, Text, TextKind};
use crate::simulate::{Documents, Question};
use crate::source::{Place, SourceId, Span};

/// A refusal, if it hangs on what the cause says that it hangs on.
pub(super) fn hanging(
    question: &Question,
    documents: &Documents<'_>,
    (layer, cause): (&str, &CausePage),
    word: Word,
) -> Word {
    if cause.hangs_on_resource {
        // The same policies, if what they allow were allowed on everything.
        let anywhere: Vec<Policy> = documents.identity.iter().map(|policy| anywhere(policy)).collect();
        let others = Documents { identity: anywhere.iter().collect(), ..documents.clone() };
        let is_always = matches!(asked(question, &others, layer, None), Word::Refuses(..));
        return if is_always { Word::RefusesOtherwise } else { word };
    }
    let without = |parts: &[AllowPart]| {
        let word = asked_without(question, documents, (layer, cause), parts);
        matches!(word, Word::Refuses(..))
    };
    if !cause.despite.is_empty() && !without(&cause.despite)
        || cause.hangs_on_part.is_some_and(|part| without(&[part]))
    {
        return Word::RefusesOtherwise;
    }
    let keys = if cause.hangs_on.is_empty() { &cause.whatever } else { &cause.hangs_on };
    if keys.is_empty() {
        return word;
    }
    // The same request, whatever it carries for these keys.
    let mut other = question.clone();
    other.context.retain(|(name, _)| !keys.iter().any(|key| key.eq_ignore_ascii_case(name)));
    other.context.extend(keys.iter().map(|key| (key.clone(), "?".to_owned())));
    let is_always = matches!(asked(&other, documents, layer, None), Word::Refuses(..));
    if is_always == cause.hangs_on.is_empty() { word } else { Word::RefusesOtherwise }
}

/// What a layer says if its Allows had no conditions, or were for every action.
fn asked_without(
    question: &Question,
    documents: &Documents<'_>,
    (layer, cause): (&str, &CausePage),
    parts: &[AllowPart],
) -> Word {
    let policies: Vec<Policy> =
        documents.resource.iter().map(|policy| without_parts(policy, parts)).collect();
    let others = Documents { resource: policies.iter().collect(), ..documents.clone() };
    asked(question, &others, layer, cause.explicit)
}

/// Where it hangs on what nobody told whether a layer refuses: whether that is what the cause says.
pub(super) fn unsure(
    bench: &Bench<'_>,
    question: &Question,
    documents: &Documents<'_>,
    (layer, cause): (&str, &CausePage),
) -> Word {
    let is_of =
        |clause: &Clause, keys: &[String]| keys.iter().any(|key| clause.key.value.eq_ignore_ascii_case(key));
    let statements = || {
        documents
            .resource
            .iter()
            .flat_map(|policy| policy.statements.iter().map(move |statement| (policy.source, statement)))
    };
    let is_named = |keys: &[String]| {
        statements().any(|(_, statement)| statement.clauses.iter().any(|clause| is_of(clause, keys)))
    };
    if !cause.hangs_on.is_empty() && !is_named(&cause.hangs_on) {
        return Word::Lets;
    }
    let lets =
        |parts: &[AllowPart]| matches!(asked_without(question, documents, (layer, cause), parts), Word::Lets);
    if !cause.despite.is_empty() && lets(&cause.despite) {
        return Word::Lets;
    }
    if cause.hangs_on_part == Some(AllowPart::Action) && !lets(&[AllowPart::Action]) {
        return Word::Silent;
    }
    if cause.hangs_on_part != Some(AllowPart::Condition) || !lets(&[AllowPart::Condition]) {
        return Word::Silent;
    }
    let allowing = statements().filter(|(_, statement)| statement.effect == Effect::Allow);
    let open: Vec<_> = allowing
        .flat_map(|(source, statement)| statement.clauses.iter().map(move |clause| (source, clause)))
        .filter(|(_, clause)| !is_of(clause, &cause.whatever))
        .collect();
    let mut keys: Vec<String> = open.iter().map(|(_, clause)| format!("`{}`", clause.key.value)).collect();
    keys.sort();
    keys.dedup();
    if keys.is_empty() {
        return Word::Lets;
    }
    let phrases = bench.library.phrases();
    let text = phrases.say("triage-condition-unsure", &[("keys", &keys.join(", "))]);
    let label = |(source, clause): &(SourceId, &Clause)| Label {
        place: Place { source: *source, span: clause.span },
        text: phrases.say("triage-condition-here", &[]),
    };
    Word::May(text, open.iter().map(label).collect())
}

/// A policy whose Allows have no conditions, or are for every action.
fn without_parts(policy: &Policy, parts: &[AllowPart]) -> Policy {
    let mut policy = policy.clone();
    for statement in policy.statements.iter_mut().filter(|statement| statement.effect == Effect::Allow) {
        if parts.contains(&AllowPart::Condition) {
            statement.clauses.clear();
            statement.condition_span = None;
        }
        if parts.contains(&AllowPart::Action)
            && let Some(actions) = &mut statement.actions
        {
            actions.negated = false;
            actions.items.truncate(1);
            for item in &mut actions.items {
                *item = Text::new("*", item.span, TextKind::String);
            }
        }
    }
    policy
}

/// A policy whose Allows are for every resource.
fn anywhere(policy: &Policy) -> Policy {
    let mut policy = policy.clone();
    for statement in policy.statements.iter_mut().filter(|statement| statement.effect == Effect::Allow) {
        let Some(resources) = &mut statement.resources else { continue };
        resources.negated = false;
        resources.items.truncate(1);
        for item in &mut resources.items {
            *item = Text::new("*", item.span, TextKind::String);
        }
    }
    policy
}

/// Whether a call shows a token of another provider of identities in the place of a signature.
pub(super) fn is_by_token(action: &str) -> bool {
    matches!(action, "sts:AssumeRoleWithWebIdentity" | "sts:AssumeRoleWithSAML")
}

/// What trust policies say to a token, of which no more is known than that there was one: whether any provider may do this at all, and
/// under which conditions.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html> (checked 2026-11)
pub(super) fn by_token(bench: &Bench<'_>, facts: &Facts) -> Word {
    let action = facts.get("action").unwrap_or_default();
    let policies = bench.evidence.policies(Role::TrustPolicy);
    if policies.is_empty() {
        return Word::Silent;
    }
    let allowing = || {
        policies.iter().flat_map(|policy| {
            let own = policy.statements.iter().filter(|statement| statement.effect == Effect::Allow);
            own.map(|statement| (policy.source, statement))
        })
    };
    let phrases = bench.library.phrases();
    let label = |source: SourceId, span: Span, phrase: &str| Label {
        place: Place { source, span },
        text: phrases.say(phrase, &[]),
    };
    let lets_in = |statement: &Statement| {
        let for_action = statement.actions.as_ref().is_some_and(|actions| {
            actions.negated || actions.items.iter().any(|item| fits(&item.value, action))
        });
        let provider = statement.principals.as_ref().is_some_and(|principals| {
            let is_one = |kind| matches!(kind, PrincipalKind::Federated | PrincipalKind::Everyone);
            principals.negated || principals.entries.iter().any(|entry| is_one(entry.kind))
        });
        for_action && provider
    };
    let fitting: Vec<_> = allowing().filter(|(_, statement)| lets_in(statement)).collect();
    if fitting.is_empty() {
        let labels = allowing().map(|(source, statement)| {
            let span = statement.actions.as_ref().map_or(statement.span, |actions| actions.span);
            label(source, span, "triage-token-not-here")
        });
        return Word::Refuses(phrases.say("triage-token-not-let-in", &[]), labels.collect());
    }
    let clauses = || {
        fitting
            .iter()
            .flat_map(|(source, statement)| statement.clauses.iter().map(|clause| (*source, clause)))
    };
    let mut keys: Vec<String> = clauses().map(|(_, clause)| format!("`{}`", clause.key.value)).collect();
    keys.sort();
    keys.dedup();
    if keys.is_empty() {
        return Word::Silent;
    }
    let labels = clauses().map(|(source, clause)| label(source, clause.span, "triage-condition-here"));
    Word::May(phrases.say("triage-condition-unsure", &[("keys", &keys.join(", "))]), labels.collect())
}
