//! The users, roles, sessions and federated users of one account, one for each way in which policies tell them apart.

use super::callers::{CallerClass, CallerClasses};
use super::ids::parts;
use super::others::SESSION;
use super::seen::{Seen, joined};
use crate::eval::caller::Caller;
use crate::eval::condition::Operand;
use crate::eval::context::Context;
use crate::eval::member::{Found, Language, Step, language, string};
use crate::policy::arn;

/// A name without slashes.
const PART: [Step; 2] = [Step::Except('/'), Step::ExceptMany('/')];
/// A name that ends at the colon.
const NAME: [Step; 2] = [Step::Except(':'), Step::ExceptMany(':')];

impl Seen<'_> {
    pub(super) fn of_account(&self, within: &Language, place: (&str, &str), out: &mut CallerClasses) {
        let (partition, account) = place;
        let own = |text: &&String| arn::account_of(text) == Some(account);
        let named: Vec<String> =
            self.exact.iter().filter(own).filter(|text| text.contains(":sts:")).cloned().collect();
        let inside = |text: &String| string(&[within, &Language::exact(text)], &[]) != Found::Nothing;
        for text in named.iter().filter(|text| inside(text)) {
            self.placed(text, place, out);
        }
        self.sessions(within, place, &named, out);
        let root = format!("arn:{partition}:iam::{account}:root");
        self.take(Some(root).into_iter().filter(inside).collect(), out);
        for kind in ["user", "role"] {
            let start = format!("arn:{partition}:iam::{account}:{kind}/");
            let mut tests: Vec<Language> =
                self.exact.iter().filter(own).map(|text| Language::exact(text)).collect();
            tests.extend(self.arns(place, if kind == "user" { "User" } else { "AssumedRole" }, out));
            if kind == "user" {
                self.users(&start, place, &mut tests, out);
                // Below a path or not, a name is the same.
                let named =
                    |name: &String| Language::glob(&format!("{}*/{name}", start.trim_end_matches('/')));
                tests.extend(self.names.iter().map(named));
            }
            let empty = impossible(&start);
            let space = [within.clone(), joined(&start, &NAME)];
            if kind == "role" {
                self.roles(&space, &empty, (&start, &named), tests, out);
                continue;
            }
            let found = self.budget.cells_beside(&space, &empty, &tests);
            out.complete &= found.complete;
            self.take(found.texts, out);
        }
        self.federated(within, place, out);
    }

    /// Roles, and sessions of theirs that policies name though the pattern does not take them: a role stands for the others.
    fn roles(
        &self,
        space: &[Language; 2],
        empty: &[Language; 4],
        (start, named): (&str, &[String]),
        mut tests: Vec<Language>,
        out: &mut CallerClasses,
    ) {
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html (checked 2026-11)
        let linked = format!("{start}aws-service-role/");
        let shape =
            joined(&linked, &[&PART[..], joined(".amazonaws.com/AWSServiceRoleFor", &PART).steps()].concat());
        let mut is_linked = false;
        if self.has_organization {
            let [within, any] = space;
            let found = self.budget.cells(&[within.clone(), any.clone(), shape], &tests);
            out.complete &= found.complete;
            is_linked = !found.texts.is_empty();
            self.take(found.texts, out);
        }
        if is_linked {
            tests.push(joined(&linked, &[Step::Many]));
        }
        let found = self.budget.cells_beside(space, empty, &tests);
        out.complete &= found.complete;
        let others = found.texts.into_iter().filter(|text| !is_linked || !text.starts_with(&linked));
        // A role acts through sessions. Where a policy names some of them, one of the others stands for the role.
        let in_session = |role: &str| {
            let role = Caller::parse(role).ok()?;
            let mut sessions = named.iter().filter_map(|text| Caller::parse(text).ok());
            let one = sessions.find(|one| one.session().is_some() && one.name() == role.name())?;
            let before = one.arn().rsplit_once('/')?.0;
            Caller::parse(&format!("{before}/{SESSION}")).ok().map(|other| other.with_role_arn(role.arn()))
        };
        for role in others {
            match in_session(&role) {
                Some(caller) => {
                    out.list.push(CallerClass { caller, named: false, open: false, own_name: false })
                }
                None => self.take(vec![role], out),
            }
        }
        for text in named {
            let Ok(session) = Caller::parse(text) else { continue };
            if session.session().is_none() || out.list.iter().any(|class| class.caller.arn() == text) {
                continue;
            }
            for name in [start.to_owned() + session.name(), format!("{start}*/{}", session.name())] {
                let [within, any] = space;
                let found = self.budget.cells_beside(
                    &[within.clone(), any.clone(), Language::glob(&name)],
                    empty,
                    &tests,
                );
                out.complete &= found.complete;
                let placed = found.texts.iter().map(|role| session.clone().with_role_arn(role));
                out.list.extend(placed.map(|caller| CallerClass {
                    caller,
                    named: true,
                    open: false,
                    own_name: false,
                }));
            }
        }
    }

    /// A session that a policy names, one for each way in which policies tell the ARNs of its role apart.
    fn placed(&self, text: &str, place: (&str, &str), out: &mut CallerClasses) {
        let (partition, account) = place;
        let Some(session) = Caller::parse(text).ok().filter(|caller| caller.session().is_some()) else {
            self.take(vec![text.to_owned()], out);
            return;
        };
        let start = format!("arn:{partition}:iam::{account}:role/");
        let of_name = |role: &&String| {
            role.strip_prefix(&start).is_some_and(|path| path.rsplit('/').next() == Some(session.name()))
        };
        let mut tests: Vec<Language> =
            self.exact.iter().filter(of_name).map(|role| Language::exact(role)).collect();
        if tests.is_empty() && self.arns.is_empty() {
            self.take(vec![text.to_owned()], out);
            return;
        }
        tests.extend(self.arns(place, "AssumedRole", out));
        for name in [format!("{start}{}", session.name()), format!("{start}*/{}", session.name())] {
            let found = self.budget.cells_beside(
                &[Language::glob(&name), joined(&start, &NAME)],
                &impossible(&start),
                &tests,
            );
            out.complete &= found.complete;
            let placed = found.texts.iter().map(|role| session.clone().with_role_arn(role));
            out.list.extend(placed.map(|caller| CallerClass {
                caller,
                named: true,
                open: false,
                own_name: false,
            }));
        }
    }

    /// Sessions of `GetFederationToken`.
    fn federated(&self, within: &Language, place: (&str, &str), out: &mut CallerClasses) {
        let (partition, account) = place;
        let start = format!("arn:{partition}:sts::{account}:federated-user/");
        let space = [within.clone(), joined(&start, &PART), joined(&start, &NAME)];
        if string(&space.iter().collect::<Vec<_>>(), &[]) == Found::Nothing {
            return;
        }
        let mut tests = self.arns(place, "FederatedUser", out);
        let exact = self.exact.iter().filter(|text| text.starts_with(&start));
        tests.extend(exact.map(|text| Language::exact(text)));
        for test in &self.ids {
            match parts(test) {
                Some(ways) => {
                    let own = ways.into_iter().filter(|(id, _)| id.holds(account));
                    tests.extend(own.map(|(_, name)| joined(&start, &name)));
                }
                None => out.complete &= matches!(test.operand, Operand::Mistyped),
            }
        }
        let found = self.budget.cells(&space, &tests);
        out.complete &= found.complete;
        let unnamed = found.texts.into_iter().filter(|text| !self.exact.contains(text)).collect();
        self.take(unnamed, out);
    }

    /// The tests of `aws:PrincipalArn` as languages.
    fn arns(&self, (_, account): (&str, &str), kind: &str, out: &mut CallerClasses) -> Vec<Language> {
        let context = context(account, kind);
        let mut tests = Vec::new();
        for test in &self.arns {
            match language(test, &context) {
                Some(language) => tests.push(language),
                None => out.complete &= matches!(test.operand, Operand::Mistyped),
            }
        }
        tests
    }

    /// The tests of `aws:username` as languages of ARNs.
    fn users(
        &self,
        start: &str,
        (_, account): (&str, &str),
        tests: &mut Vec<Language>,
        out: &mut CallerClasses,
    ) {
        let context = context(account, "User");
        for test in &self.users {
            match language(test, &context) {
                Some(language) => {
                    tests.push(joined(start, language.steps()));
                    tests.push(joined(&format!("{start}*/"), language.steps()));
                }
                None => out.complete &= matches!(test.operand, Operand::Mistyped),
            }
        }
    }

    /// Sessions that no policy names, where no role is there to stand for them.
    fn sessions(
        &self,
        within: &Language,
        (partition, account): (&str, &str),
        named: &[String],
        out: &mut CallerClasses,
    ) {
        let roles = joined(&format!("arn:{partition}:iam::{account}:role/"), &NAME);
        if string(&[&roles], &[within]) == Found::Nothing {
            return;
        }
        let start = format!("arn:{partition}:sts::{account}:assumed-role/");
        let shape = joined(&start, &[&PART[..], &[Step::Char('/')], &PART[..]].concat());
        let mut tests: Vec<Language> = named.iter().map(|text| Language::exact(text)).collect();
        let roles = self.exact.iter().filter(|text| arn::account_of(text) == Some(account));
        let names = roles.filter_map(|text| text.split_once(":role/")?.1.rsplit('/').next());
        tests.extend(names.map(|name| joined(&format!("{start}{name}/"), &[Step::Many])));
        if self.has_organization {
            tests.push(joined(&format!("{start}AWSServiceRoleFor"), &[Step::Many]));
        }
        let space = [within.clone(), shape, joined(&start, &NAME)];
        let by_name = self.names_of_sessions();
        tests.extend(by_name.iter().flatten().map(|name| of_session(&start, name)));
        let found = self.budget.cells(&space, &tests);
        out.complete &= found.complete;
        // Of one role the ARN follows from the name; of several, conditions on it tell sessions apart.
        if !self.arns.is_empty() && !found.texts.is_empty() && !is_of_one_role(within) {
            self.sessions_by_role(&space, (partition, account), named, out);
            return;
        }
        let before = out.list.len();
        self.take(found.texts.into_iter().filter(|text| !named.contains(text)).collect(), out);
        out.list.iter_mut().skip(before).for_each(|class| class.own_name = by_name.is_some());
    }

    /// The names of sessions that tests of `aws:userid` tell apart, if all of the tests can be followed.
    fn names_of_sessions(&self) -> Option<Vec<Vec<Step>>> {
        let ways: Option<Vec<_>> = self.ids.iter().map(|test| parts(test)).collect();
        Some(ways?.into_iter().flatten().map(|(_, name)| name).collect())
    }

    /// Sessions, one for each way in which policies tell the ARNs of their roles apart.
    fn sessions_by_role(
        &self,
        space: &[Language; 3],
        (partition, account): (&str, &str),
        named: &[String],
        out: &mut CallerClasses,
    ) {
        let start = format!("arn:{partition}:iam::{account}:role/");
        let names = role_names(&space[0]);
        let mut tests = self.arns((partition, account), "AssumedRole", out);
        let roles = self.exact.iter().filter(|text| text.starts_with(&start));
        tests.extend(roles.map(|text| Language::exact(text)));
        if self.has_organization {
            tests.push(joined(&format!("{start}aws-service-role/"), &[Step::Many]));
        }
        let taken: Vec<Language> = named.iter().map(|text| Language::exact(text)).collect();
        let by_name = self.names_of_sessions();
        let sessions = format!("arn:{partition}:sts::{account}:assumed-role/");
        let tests_of_name: Vec<Language> =
            by_name.iter().flatten().map(|name| of_session(&sessions, name)).collect();
        let empty = impossible(&start);
        for place in [start.clone(), format!("{start}*/")] {
            let names = Language::glob(&format!("{place}{names}"));
            let found = self.budget.cells_beside(
                &[names, joined(&place, &PART), joined(&start, &NAME)],
                &empty,
                &tests,
            );
            out.complete &= found.complete;
            for role in found.texts {
                let name = role.rsplit('/').next().unwrap_or_default();
                let own = Language::glob(&format!("{sessions}{name}/*"));
                let inside: Vec<Language> = space.iter().cloned().chain([own]).collect();
                let found = self.budget.cells_beside(&inside, &taken, &tests_of_name);
                out.complete &= found.complete;
                let placed = found.texts.iter().filter_map(|text| Caller::parse(text).ok());
                out.list.extend(placed.map(|caller| CallerClass {
                    caller: caller.with_role_arn(&role),
                    named: false,
                    open: true,
                    own_name: by_name.is_some(),
                }));
            }
        }
    }

    pub(super) fn take(&self, texts: Vec<String>, out: &mut CallerClasses) {
        for text in texts {
            if let Ok(caller) = Caller::parse(&text) {
                let named = self.exact.contains(&text);
                let is_tried = self.names.iter().any(|name| **name == *caller.name());
                out.list.push(CallerClass { caller, named, open: !named && !is_tried, own_name: false });
            }
        }
    }
}

/// ARNs that begin so and that nobody has: a path is `/` or has something between its slashes, and no name has a wildcard in it.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html> (Path, UserName, checked 2026-11)
fn impossible(start: &str) -> [Language; 4] {
    let in_name = |letter| {
        let rest = [Step::ExceptMany('/'), Step::Char(letter), Step::ExceptMany('/')];
        Language::new([Step::Many, Step::Char('/')].into_iter().chain(rest))
    };
    let glob = |end: &str| Language::glob(&format!("{start}{end}"));
    [glob("/*"), glob("*/"), in_name('*'), in_name('?')]
}

/// The names of the roles whose sessions a pattern takes, as far as the pattern tells: of `…:assumed-role/r/*` that is `r`.
fn role_names(within: &Language) -> String {
    let pattern = within.pattern();
    let behind = pattern.split_once(":assumed-role/").map(|(_, behind)| behind.to_owned());
    let names = behind.and_then(|behind| Some(behind.split_once('/')?.0.to_owned()));
    names.unwrap_or_else(|| "*".to_owned())
}

/// Sessions with such a name.
fn of_session(start: &str, name: &[Step]) -> Language {
    joined(start, &[&PART[..], &[Step::Char('/')], name].concat())
}

/// Whether a pattern takes sessions of one role alone.
fn is_of_one_role(within: &Language) -> bool {
    !role_names(within).contains(['*', '?'])
}

fn context(account: &str, kind: &str) -> Context {
    let mut context = Context::new();
    context.set_one("aws:PrincipalAccount", account);
    context.set_one("aws:PrincipalType", kind);
    context
}
