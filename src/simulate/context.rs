//! Condition keys: as the question writes them, and those of which it says nothing.

use super::fault::Fault;
use crate::catalog::{self, KeyType};
use crate::eval::member::Language;
use crate::eval::{
    CURRENT_TIME, Caller, CallerClass, CallerKind, Carriage, Compiled, Context, ContextValue, Decimal,
    EPOCH_TIME, Instant, carriage, clock_text, is_computed, user_ids,
};

/// The keys of a question.
#[derive(Debug, Default)]
pub(super) struct Given {
    keys: Vec<(String, Option<ContextValue>)>,
}

impl Given {
    fn says(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    fn get(&self, key: &str) -> Option<&Option<ContextValue>> {
        self.keys.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    }

    /// Two keys are one moment: where one is given, the other follows.
    fn clock(&mut self) -> Result<(), Fault> {
        let moment = |value: &Option<ContextValue>| match value {
            Some(ContextValue::One(text)) => Instant::parse(text),
            _ => None,
        };
        let (time, seconds) = (self.get(CURRENT_TIME).cloned(), self.get(EPOCH_TIME).cloned());
        let (key, from) = match (time, seconds) {
            // A moment that is told is told for both.
            (Some(time), Some(Some(ContextValue::Unseen))) if time != Some(ContextValue::Unseen) => {
                (EPOCH_TIME, time)
            }
            (Some(Some(ContextValue::Unseen)), Some(seconds)) if seconds != Some(ContextValue::Unseen) => {
                (CURRENT_TIME, seconds)
            }
            (Some(time), Some(seconds)) => {
                let is_one = time == seconds || moment(&time).is_some() && moment(&time) == moment(&seconds);
                return if is_one { Ok(()) } else { Err(Fault::ContextClock) };
            }
            (Some(time), None) => (EPOCH_TIME, time),
            (None, Some(seconds)) => (CURRENT_TIME, seconds),
            (None, None) => return Ok(()),
        };
        let value = moment(&from).map(|moment| ContextValue::One(clock_text(key, moment).into())).or(from);
        self.keys.retain(|(name, _)| !name.eq_ignore_ascii_case(key));
        self.keys.push((key.to_owned(), value));
        Ok(())
    }
}

pub(super) fn read(pairs: &[(String, String)]) -> Result<Given, Fault> {
    let mut given = Given::default();
    for (key, text) in pairs {
        let key = key.trim();
        if key.is_empty() || !key.contains(':') {
            return Err(Fault::ContextKey { found: key.to_owned(), suggestion: nearest(key) });
        }
        let value = value(key, text)?;
        let Some((_, slot)) = given.keys.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(key)) else {
            if catalog::condition_key(key).is_none()
                && let Some(suggestion) = nearest(key)
            {
                return Err(Fault::ContextKey { found: key.to_owned(), suggestion: Some(suggestion) });
            }
            given.keys.push((key.to_owned(), value));
            continue;
        };
        // A key that is named again has several values.
        let is_pattern = |value: Option<&ContextValue>| matches!(value, Some(ContextValue::Every(_)));
        if is_pattern(slot.as_ref()) || is_pattern(value.as_ref()) {
            return Err(Fault::ContextPattern(key.to_owned()));
        }
        let (Some(old), Some(ContextValue::One(new))) = (slot.as_mut(), value) else {
            return Err(Fault::ContextClash(key.to_owned()));
        };
        match old {
            ContextValue::One(first) => *old = ContextValue::Many([first.clone(), new].into()),
            ContextValue::Many(list) => {
                *old = ContextValue::Many(list.iter().cloned().chain([new]).collect());
            }
            ContextValue::Unknown
            | ContextValue::Within(_)
            | ContextValue::Unseen
            | ContextValue::Every(_) => {
                return Err(Fault::ContextClash(key.to_owned()));
            }
        }
    }
    given.clock()?;
    Ok(given)
}

/// `None`: the key is absent.
fn value(key: &str, text: &str) -> Result<Option<ContextValue>, Fault> {
    let one = |text: &str| -> Result<Option<ContextValue>, Fault> {
        match kind_of(key).filter(|(_, fits)| !fits(text)) {
            Some((kind, _)) => Err(Fault::ContextValue { key: key.to_owned(), found: text.to_owned(), kind }),
            None => Ok(Some(ContextValue::One(text.into()))),
        }
    };
    match text {
        "absent" => Ok(None),
        "?" => Ok(Some(ContextValue::Unseen)),
        "*" => Ok(Some(ContextValue::Every(Language::glob("?*")))),
        _ if !text.starts_with('=') && text.contains(['*', '?']) && !may_hold(key, text) => {
            let kind = kind_of(key).map_or("other values", |(kind, _)| kind);
            Err(Fault::ContextValue { key: key.to_owned(), found: text.to_owned(), kind })
        }
        "[]" => Ok(Some(ContextValue::Many([].into()))),
        _ => match text.strip_prefix('=') {
            Some(literal) => one(literal),
            None if text.contains(['*', '?']) => Ok(Some(ContextValue::Every(Language::glob(text)))),
            None => one(text),
        },
    }
}

type Kind = (&'static str, fn(&str) -> bool);

fn kind_of(key: &str) -> Option<Kind> {
    Some(match catalog::key_type(key)? {
        KeyType::Bool => ("`true` or `false`", |text| {
            text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
        }),
        KeyType::Numeric => ("a number", |text| Decimal::parse(text).is_some()),
        KeyType::Date => ("a date such as `2026-11-23T12:00:00Z`", |text| Instant::parse(text).is_some()),
        KeyType::IpAddress => ("an address", |text| text.parse::<std::net::IpAddr>().is_ok()),
        KeyType::Arn => ("an ARN", |text| crate::policy::arn::split(text).is_some()),
        KeyType::String | KeyType::Binary => return None,
    })
}

/// Whether some value of the key's type can be like a pattern. What it is told by are its characters.
fn may_hold(key: &str, pattern: &str) -> bool {
    let fixed = || pattern.chars().filter(|c| !matches!(c, '*' | '?'));
    match catalog::key_type(key) {
        Some(KeyType::Bool) => ["true", "false"].iter().any(|value| Language::glob(pattern).holds(value)),
        Some(KeyType::Numeric) => {
            fixed().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E'))
        }
        Some(KeyType::Date) => fixed().all(|c| c.is_ascii_digit() || "-+.:TZ".contains(c)),
        Some(KeyType::IpAddress) => fixed().all(|c| c.is_ascii_hexdigit() || ".:/".contains(c)),
        Some(KeyType::Arn | KeyType::String | KeyType::Binary) | None => true,
    }
}

/// A global key of a name that is nearly the same.
fn nearest(key: &str) -> Option<String> {
    let bare = |text: &str| -> String {
        text.rsplit(':')
            .next()
            .unwrap_or(text)
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect()
    };
    let wanted = bare(key);
    let mut near = catalog::global_keys()
        .iter()
        .filter(|known| known.name.starts_with("aws:") && bare(known.name) == wanted);
    let first = near.next()?;
    near.next().is_none().then(|| first.name.to_owned())
}

/// Whether a key says who asks, which the principal of the question does.
pub(super) fn follows(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    is_computed(&key) && !key.ends_with(":resourceaccount")
}

/// The context of a request: what the question says, and for the other keys that a policy looks at whether they come.
pub(super) fn context(
    set: &Compiled<'_>,
    class: &CallerClass,
    action: &str,
    given: &Given,
    now: &str,
) -> (Context, Vec<String>) {
    let caller = &class.caller;
    let mut context = Context::new();
    let mut removed = Vec::new();
    for (key, value) in given.keys.iter().filter(|(key, _)| !follows(key)) {
        match value {
            Some(value) => context.set(key, value.clone()),
            None => removed.push(key.clone()),
        }
    }
    let seconds = Instant::parse(now).map_or_else(|| now.to_owned(), Instant::epoch_seconds);
    for (key, value) in [CURRENT_TIME, EPOCH_TIME].into_iter().zip([now, &seconds]) {
        if !given.says(key) {
            context.set_one(key, value);
        }
    }
    if let Some(ids) = user_ids(class).filter(|_| !given.says("aws:userid")) {
        context.set("aws:userid", ids);
    }
    for key in set.keys() {
        if given.says(key) || is_computed(key) {
            continue;
        }
        match carriage(caller, action, key) {
            Carriage::Never => {}
            Carriage::Maybe => context.set_default(key, ContextValue::Unseen),
            Carriage::Always => context.set_default(key, ContextValue::Unknown),
        }
    }
    (context, removed)
}

/// Something that is presumed of a request, and the other way it could be.
#[derive(Debug, Clone)]
pub(super) struct Presumed {
    pub(super) text: &'static str,
    /// The key by which a question says otherwise.
    pub(super) key: &'static str,
    usual: Vec<(String, Option<ContextValue>)>,
    other: Vec<(String, Option<ContextValue>)>,
}

impl Presumed {
    /// Makes a request as is presumed, or the other way.
    pub(super) fn apply(&self, context: &mut Context, usual: bool) {
        for (key, value) in if usual { &self.usual } else { &self.other } {
            match value {
                Some(value) => context.set(key, value.clone()),
                None => context.remove(key),
            }
        }
    }
}

/// What is presumed of requests of people where the question says nothing, and some policy looks at it.
pub(super) fn presumed(set: &Compiled<'_>, caller: &Caller, given: &Given) -> Vec<Presumed> {
    if caller.kind() == CallerKind::Service {
        return Vec::new();
    }
    let one = |key: &str, value: &str| (key.to_owned(), Some(ContextValue::One(value.into())));
    let keys: Vec<&str> = set.keys().filter(|key| !given.says(key)).collect();
    let mut all = Vec::new();
    if keys.contains(&"aws:securetransport") {
        all.push(Presumed {
            text: "the request is made over TLS (`aws:SecureTransport` is true), as the AWS CLI and SDKs do",
            key: "aws:SecureTransport",
            usual: vec![one("aws:SecureTransport", "true")],
            other: vec![one("aws:SecureTransport", "false")],
        });
    }
    let called: Vec<&str> = keys.iter().copied().filter(|key| key.starts_with("aws:calledvia")).collect();
    if keys.contains(&"aws:viaawsservice") || !called.is_empty() {
        let mut usual: Vec<_> = called.iter().map(|key| ((*key).to_owned(), None)).collect();
        let mut other: Vec<_> =
            called.iter().map(|key| ((*key).to_owned(), Some(ContextValue::Unknown))).collect();
        if !given.says("aws:ViaAWSService") {
            usual.push(one("aws:ViaAWSService", "false"));
            other.push(one("aws:ViaAWSService", "true"));
        }
        all.push(Presumed {
            text: "the principal makes the request itself; no AWS service makes it on its behalf (`aws:ViaAWSService`)",
            key: "aws:ViaAWSService",
            usual,
            other,
        });
    }
    all
}
