//! From a request's description and the form to concrete requests, with what is unknown about them.

use super::subject::{FactRef, Subject};
use super::{circumstance, has, session};
use crate::catalog;
use crate::contract::{FORM_NAMES, Form, KeyChange, OptionTemplate, RequestTemplate};
use crate::eval::member::Language;
use crate::eval::{
    Caller, CallerKind, Compiled, Context, ContextValue, Instant, Network, Patch, Request, Unknown,
};

/// The hole for the export's identifier, which AWS makes up when the export is created.
pub(super) const EXPORT_ID: &str = "{export-id}";
/// An identifier that no policy names.
pub(super) const FRESH_ID: &str = "3f2a9c1e-0000-4000-8000-000000000000";

/// The caller's organization.
pub(super) const ORGANIZATION: &str = "aws:PrincipalOrgID";

/// What is needed to make requests of one kind.
pub(super) struct Maker<'a> {
    pub(super) subject: &'a Subject<'a>,
    pub(super) template: &'a RequestTemplate,
    /// The form, on behalf of whoever the request is made.
    pub(super) form: &'a Form,
    pub(super) extra: &'a [(String, String)],
}

impl Maker<'_> {
    /// One request, with every key set that is known, and those that a policy looks at and nobody knows marked so.
    pub(super) fn request(
        &self,
        set: &Compiled<'_>,
        caller: &Caller,
        action: &str,
        resource: &str,
        owner: Option<&str>,
    ) -> Request {
        let mut context = Context::new();
        let asked = self.template.context.iter().chain(self.extra);
        for (key, template) in asked.clone() {
            if key.eq_ignore_ascii_case(ORGANIZATION) && self.foreign_account(caller).is_some() {
                context.set(key, ContextValue::Unseen);
                continue;
            }
            match self.fill(set, template) {
                Some(value) if value == "none" => {}
                Some(value) => context.set_one(key, &value),
                // What comes with every request is there, whatever its value is.
                None if self.template.present.contains(key) => context.set(key, ContextValue::Unknown),
                None => context.set(key, ContextValue::Unseen),
            }
        }
        for (key, value) in circumstance::known(self.subject, caller, action, resource, owner) {
            // What a demand asks with itself goes before what holds for all requests.
            if !self.extra.iter().any(|(name, _)| name.eq_ignore_ascii_case(key)) {
                context.set(key, value);
            }
        }
        for key in &self.template.present {
            context.set_default(key, ContextValue::Unknown);
        }
        if self.template.is_foreign && caller.kind() == CallerKind::Root {
            // The account stands for its users and roles, and which of them calls is not known.
            // The root user itself cannot take a role.
            let own = format!("{}?*", caller.arn().trim_end_matches("root"));
            context.set_default("aws:PrincipalArn", ContextValue::Within(Language::glob(&own)));
            for key in ["aws:PrincipalType", "aws:userid", "aws:username"] {
                context.set_default(key, ContextValue::Unknown);
            }
        }
        let mut request = Request::new(caller.clone(), action, resource, owner, context);
        let patched = |key: &str| {
            let options = self.template.unknowns.iter().flat_map(|unknown| &unknown.options);
            options.flat_map(|option| &option.keys).any(|(name, _)| name.eq_ignore_ascii_case(key))
        };
        for key in set.keys() {
            let told = session::tag(self.subject, caller, key)
                .or_else(|| session::known_path(self.subject, (caller, owner), key));
            if let Some(told) = told {
                told.into_iter().for_each(|value| request.context.set(key, value));
                continue;
            }
            let is_open = matches!(request.context.get(key), None | Some(ContextValue::Unknown));
            if let Some(id) = session::user_id(self.subject, caller, key)
                .filter(|_| is_open && !self.template.is_absent(key))
            {
                request.context.set(key, id);
                continue;
            }
            let named = request.context.get(key).is_some()
                || asked.clone().any(|(name, _)| name.eq_ignore_ascii_case(key))
                || self.template.is_absent(key)
                || patched(key);
            if !named && can_carry(action, key) {
                request.context.set(key, ContextValue::Unseen);
            }
        }
        request
    }

    /// The caller's account, where nobody said of which organization it is.
    pub(super) fn foreign_account<'c>(&self, caller: &'c Caller) -> Option<&'c str> {
        caller.account().filter(|account| !session::is_of_organization(self.subject, self.form, account))
    }

    /// What is one way or another about these requests. An option that speaks of the export's identifier becomes one option
    /// for each identifier that a policy names, and one for an identifier that none names.
    pub(super) fn unknowns(&self, set: &Compiled<'_>, caller: &Caller, owner: Option<&str>) -> Vec<Unknown> {
        let paths = [session::PATHS, session::SOURCE_PATHS, session::RESOURCE_PATHS];
        let ids = self.export_ids(set);
        self.template
            .unknowns
            .iter()
            .map(|unknown| {
                let mut presumed = None;
                let mut options = Vec::new();
                let settled = unknown.settled.as_ref().filter(|(kind, _)| has(self.subject, kind));
                let are_open = unknown.options.iter().enumerate();
                for (at, option) in are_open.filter(|(at, _)| settled.is_none_or(|(_, only)| only == at)) {
                    if unknown.presumed.as_ref().is_some_and(|(presumed, _)| *presumed == at) {
                        presumed = Some(options.len());
                    }
                    let names_id = option.keys.iter().any(|(_, change)| {
                        matches!(change, KeyChange::Value(template) if template.contains(EXPORT_ID))
                    });
                    let count = if names_id { ids.len() } else { 1 };
                    options.extend(ids.iter().take(count).map(|id| self.patch(set, option, id)));
                }
                Unknown { fact: unknown.fact.clone(), presumed, options }
            })
            .chain(session::named(self.subject, caller, set))
            .chain(
                paths.into_iter().filter_map(|key| session::paths(self.subject, (caller, owner), set, key)),
            )
            .chain(circumstance::encryption_context(self.subject, set))
            .collect()
    }

    fn patch(&self, set: &Compiled<'_>, option: &OptionTemplate, id: &str) -> Patch {
        let keys = option.keys.iter().map(|(key, change)| {
            let value = match change {
                KeyChange::Absent => None,
                KeyChange::List(values) => {
                    let filled = |value: &String| self.fill(set, value).unwrap_or_else(|| value.clone());
                    Some(ContextValue::Many(values.iter().map(|value| filled(value).into()).collect()))
                }
                KeyChange::Value(template) => Some(match self.fill(set, &template.replace(EXPORT_ID, id)) {
                    Some(value) => ContextValue::One(value.into()),
                    None => ContextValue::Unknown,
                }),
            };
            (key.clone(), value)
        });
        let label = self.form.fill(&option.label).unwrap_or_else(|_| option.label.clone());
        Patch { label, keys: keys.collect() }
    }

    /// Identifiers the export may have: a fresh one, and every one that a policy names behind the export's name.
    pub(super) fn export_ids(&self, set: &Compiled<'_>) -> Vec<String> {
        let mut ids = vec![FRESH_ID.to_owned()];
        let Some(name) = self.form.text("export-name") else { return ids };
        let before = format!("export/{name}-");
        for text in set.texts() {
            // Wildcards in it are filled in: `abc*` is met by `abc`.
            let id = text.split_once(&before).map(|(_, id)| id.replace('*', "").replace('?', "0"));
            if let Some(id) =
                id.filter(|id| !id.is_empty() && !id.contains(['$', '{', '<']) && !ids.contains(id))
            {
                ids.push(id);
            }
        }
        ids
    }

    fn fill(&self, set: &Compiled<'_>, template: &str) -> Option<String> {
        match template {
            "{now}" => Some(self.subject.now.to_owned()),
            // It may be compared as a number, too.
            "{now-seconds}" => Some(epoch_seconds(self.subject.now)),
            "{service-address}" => Some(service_address(set)),
            other => self.form.fill(other).ok(),
        }
    }
}

/// Whether a request for the action can carry a key at all.
fn can_carry(action: &str, key: &str) -> bool {
    if key.starts_with("aws:") {
        // AWS may have a key that the catalog does not know yet, but none that is one slip of the pen from another.
        return catalog::condition_key(key).is_some() || catalog::closest_global_key(key).is_none();
    }
    catalog::action(action).is_some_and(|action| action.condition_key(key).is_some())
}

/// A public address that no policy at hand names: AWS's own address is not one that a customer lists. If every address is
/// named, the first will do.
fn service_address(set: &Compiled<'_>) -> String {
    const CANDIDATES: [&str; 6] =
        ["52.94.76.10", "3.5.140.20", "54.239.28.30", "18.34.70.40", "99.77.150.50", "15.177.10.60"];
    let named: Vec<Network> = set.networks().collect();
    let free = CANDIDATES.iter().find(|address| !named.iter().any(|network| network.contains_text(address)));
    (*free.unwrap_or(&CANDIDATES[0])).to_owned()
}

impl Maker<'_> {
    /// The form value that a context key waits for, if it is one that the form can tell.
    pub(super) fn waits_for(&self, key: &str) -> Option<String> {
        let (_, template) = self.template.context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key))?;
        let missing = self.form.fill(template).err()?;
        missing.into_iter().find(|name| FORM_NAMES.contains(&name.as_str()))
    }

    /// The fact that is missing where nobody knows the value of a context key of the request.
    pub(super) fn fact(&self, key: &str, request: Option<&Request>) -> FactRef {
        let tell = request.and_then(|request| self.tell(&key.to_ascii_lowercase(), request));
        let name = catalog::condition_key(key).map_or(key.to_owned(), |known| known.spelled(key));
        FactRef::with(tell.unwrap_or("condition-key"), "key", &name)
    }

    /// The fact that tells the value of a context key (lower case), if there is one for it.
    fn tell(&self, key: &str, request: &Request) -> Option<&str> {
        let is_idle = match key {
            // Only what goes to the bucket goes where the bucket is.
            "aws:requestedregion" => !circumstance::goes_to_bucket(&request.action),
            // What IAM says of the caller is at hand, and leaves it open.
            _ => session::is_shown(self.subject, &request.caller),
        };
        self.template.tell(key).filter(|_| !is_idle)
    }
}

/// An instant as `aws:EpochTime` has it: it may be compared as a number, too. A text that is none stays.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html> (checked 2026-11)
pub(super) fn epoch_seconds(text: &str) -> String {
    Instant::parse(text).map_or_else(|| text.to_owned(), Instant::epoch_seconds)
}
