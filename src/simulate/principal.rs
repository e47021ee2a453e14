//! Who asks: one caller, or each that a pattern takes.

use super::fault::Fault;
use super::members::Ask;
use super::{Question, session};
use crate::eval::{
    Caller, CallerClass, CallerClasses, CallerKind, Compiled, callers, may_ask, named_sessions, others,
};
use crate::policy::arn;

/// Who asks.
pub(super) enum Principal {
    /// One.
    One(Caller),
    /// All that a pattern matches.
    Each(String),
}

impl Principal {
    pub(super) fn read(question: &Question) -> Result<Self, Fault> {
        let text = question.principal.trim();
        if text.is_empty() {
            return Err(Fault::NoPrincipal);
        }
        if matches!(text, "anonymous" | "anybody") {
            return Caller::parse("").map(Self::One).map_err(Fault::Principal);
        }
        if arn::is_account(text) {
            // Federated users and sessions have ARNs of STS.
            return Ok(Self::Each(format!("arn:*:*::{text}:*")));
        }
        if text.contains(['*', '?']) {
            return Ok(Self::Each(text.to_owned()));
        }
        session::caller(question).map(Self::One)
    }

    pub(super) fn callers(
        &self,
        set: &Compiled<'_>,
        question: &Question,
        asks: &[Ask],
    ) -> Result<CallerClasses, Fault> {
        let pattern = match self {
            Self::One(caller) => {
                if let Some(ask) = asks.iter().find(|ask| !self.asks(caller, &ask.action)) {
                    let (caller, action) = (caller.arn().to_owned(), ask.action.clone());
                    return Err(Fault::Provider { caller, action });
                }
                let class =
                    |caller: Caller, named| CallerClass { caller, named, open: false, own_name: false };
                let mut list = Vec::new();
                if caller.kind() == CallerKind::Role {
                    let sessions = named_sessions(set, caller).into_iter().enumerate();
                    // The first stands for all that no policy names.
                    list.extend(sessions.map(|(at, session)| class(session, at > 0)));
                }
                if list.is_empty() {
                    list.push(class(caller.clone(), true));
                }
                return Ok(CallerClasses { list, complete: true, stranger: None });
            }
            Self::Each(pattern) => pattern,
        };
        let accounts: Vec<&str> = question.resource_account.as_deref().into_iter().collect();
        let resources = question.resources.iter().map(String::as_str);
        let values = question.context.iter().map(|(_, value)| value.strip_prefix('=').unwrap_or(value));
        let texts: Vec<&str> = resources.chain(values).collect();
        let mut classes = callers(&[set], pattern, &accounts, &texts);
        if pattern == "*" {
            let providers = others(&[set]).into_iter().filter(|class| is_provider(&class.caller));
            classes
                .list
                .extend(providers.filter(|class| asks.iter().any(|ask| may_ask(&class.caller, &ask.action))));
        }
        if classes.list.is_empty() {
            return Err(Fault::NobodyMatches(pattern.clone()));
        }
        Ok(classes)
    }

    /// Whether a request of this caller for an action is one of the question.
    pub(super) fn asks(&self, caller: &Caller, action: &str) -> bool {
        match self {
            Self::One(one) => !is_provider(one) || may_ask(caller, action),
            Self::Each(_) => may_ask(caller, action),
        }
    }

    pub(super) fn label(&self, class: &CallerClass) -> String {
        match self {
            Self::One(caller) if *caller != class.caller => class.label(),
            Self::One(caller) if caller.kind() == CallerKind::Anonymous => "anybody, unsigned".to_owned(),
            Self::One(caller) => caller.arn().to_owned(),
            Self::Each(_) => class.label(),
        }
    }
}

fn is_provider(caller: &Caller) -> bool {
    caller.kind() == CallerKind::Provider
}
