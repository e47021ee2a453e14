//! Whether a document may be what another one becomes when its holes are filled in: a plan, and the module it is made of.

use super::document::{Effect, Element, Policy, PrincipalKind, Principals, Statement, Version};
use super::text::{Text, TextPiece};
use std::collections::{BTreeMap, BTreeSet};

impl Policy {
    /// The names of everything that is filled in later, what decides over a whole statement included.
    #[must_use]
    pub fn hole_names(&self) -> BTreeSet<&str> {
        let mut out: BTreeSet<&str> = self.holes().collect();
        for statement in &self.statements {
            out.extend(statement.effect_hole.as_deref());
            let keys = statement.clauses.iter().flat_map(|clause| [&clause.key, &clause.operator]);
            out.extend(keys.flat_map(|text| text.holes.iter().map(|hole| &*hole.name)));
        }
        out
    }

    /// Whether this document may become the other one: each statement with some values in the place of its holes. The order of
    /// statements and lists, and what AWS takes for the same, make no difference.
    #[must_use]
    pub fn may_become(&self, other: &Self) -> bool {
        let is_open = self.statements.iter().any(Statement::is_unknown);
        let own: Vec<&Statement> = self.statements.iter().filter(|each| !each.is_unknown()).collect();
        let mut rest: Vec<&Statement> = other.statements.iter().collect();
        let is_version = matches!(self.version, Version::Other(_)) || self.version == other.version;
        // One that says more stands for fewer statements, so it comes first.
        let mut ordered = own;
        ordered.sort_by_key(|statement| holes_in(statement));
        for statement in ordered {
            let found = rest.iter().position(|other| statement.may_become(other));
            match found {
                Some(at) => drop(rest.remove(at)),
                // A statement that depends on something may not be made.
                None if statement.clauses.iter().any(|clause| clause.hole().is_some()) => {}
                None => return false,
            }
        }
        is_version && (is_open || rest.is_empty())
    }
}

fn holes_in(statement: &Statement) -> usize {
    let elements = [statement.actions.as_ref(), statement.resources.as_ref()];
    elements.into_iter().flatten().flat_map(|each| &each.items).map(|text| text.holes.len()).sum()
}

impl Statement {
    fn may_become(&self, other: &Self) -> bool {
        let effect = self.effect_hole.is_some() || self.effect == other.effect;
        let is_unreadable = self.effect == Effect::Unreadable && self.effect_hole.is_none();
        effect
            && !is_unreadable
            && principals(self.principals.as_ref(), other.principals.as_ref())
            && element(self.actions.as_ref(), other.actions.as_ref(), &str::to_ascii_lowercase)
            && element(self.resources.as_ref(), other.resources.as_ref(), &str::to_owned)
            && self.clauses_may_become(other)
    }

    fn clauses_may_become(&self, other: &Self) -> bool {
        type Keyed<'t> = BTreeMap<(String, String), Vec<&'t Text>>;
        let keyed = |statement: &'_ Self| -> Vec<((String, String), Vec<Text>)> {
            let mut out: Keyed<'_> = BTreeMap::new();
            for clause in statement.clauses.iter().filter(|clause| clause.hole().is_none()) {
                let key = (clause.operator.value.to_ascii_lowercase(), clause.key.value.to_ascii_lowercase());
                out.entry(key).or_default().extend(&clause.values);
            }
            out.into_iter().map(|(key, list)| (key, list.into_iter().cloned().collect())).collect()
        };
        let (own, theirs) = (keyed(self), keyed(other));
        let is_open = self.clauses.iter().any(|clause| clause.hole().is_some());
        let fits = |(key, values): &((String, String), Vec<Text>)| {
            let found = theirs.iter().find(|(other, _)| other == key);
            let same = |text: &str| text.to_owned();
            found.is_some_and(|(_, others)| list(values.iter(), others.iter(), &same))
        };
        own.iter().all(fits) && (is_open || own.len() == theirs.len())
    }
}

fn element(own: Option<&Element>, other: Option<&Element>, said: &dyn Fn(&str) -> String) -> bool {
    match (own, other) {
        (Some(own), Some(other)) => {
            own.negated == other.negated && list(own.items.iter(), other.items.iter(), said)
        }
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn principals(own: Option<&Principals>, other: Option<&Principals>) -> bool {
    let (own, other) = match (own, other) {
        (Some(own), Some(other)) if own.negated == other.negated => (own, other),
        (None, None) => return true,
        (Some(_) | None, Some(_) | None) => return false,
    };
    let of = |list: &Principals, kind: PrincipalKind| -> Vec<Text> {
        let entries = list.entries.iter().filter(|entry| entry.kind == kind);
        entries.map(|entry| entry.value.clone()).collect()
    };
    let is_open =
        own.entries.iter().any(|entry| entry.kind == PrincipalKind::Bare && !entry.value.is_whole());
    let kinds: Vec<PrincipalKind> =
        own.entries.iter().chain(&other.entries).map(|entry| entry.kind).collect();
    is_open
        || kinds.into_iter().all(|kind| {
            let (own, other) = (of(own, kind), of(other, kind));
            list(own.iter(), other.iter(), &account)
        })
}

/// An account and its root are one principal.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html> (checked 2026-11)
fn account(text: &str) -> String {
    let is_number = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { format!("arn:aws:iam::{text}:root") } else { text.to_owned() }
}

/// Whether a list may become another one. A text that is one hole may stand for several, or for none.
fn list<'t>(
    own: impl Iterator<Item = &'t Text>,
    other: impl Iterator<Item = &'t Text>,
    said: &dyn Fn(&str) -> String,
) -> bool {
    let (own, other): (Vec<&Text>, Vec<&Text>) = (own.collect(), other.collect());
    let fits = |own: &Text, other: &Text| text(own, other, said);
    let is_met = |each: &&Text| each.lone_hole().is_some() || other.iter().any(|other| fits(each, other));
    own.iter().all(is_met) && other.iter().all(|other| own.iter().any(|each| fits(each, other)))
}

fn text(own: &Text, other: &Text, said: &dyn Fn(&str) -> String) -> bool {
    let whole = said(&other.value);
    if own.is_whole() {
        return said(&own.value) == whole;
    }
    let mut rest = whole.as_str();
    let mut is_free = false;
    let mut last_plain = None;
    for piece in own.pieces() {
        let TextPiece::Plain(plain) = piece else {
            (is_free, last_plain) = (true, None);
            continue;
        };
        let plain = said(plain);
        let at = if is_free { rest.find(&*plain) } else { rest.starts_with(&*plain).then_some(0) };
        let Some(at) = at else { return false };
        rest = rest.get(at + plain.len()..).unwrap_or_default();
        (is_free, last_plain) = (false, Some(plain));
    }
    // A later place of the last piece may reach the end.
    rest.is_empty() || last_plain.is_none_or(|plain| rest.ends_with(&*plain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::read;
    use crate::source::Sources;
    use crate::syntax::{Part, read_json};

    fn policy(statements: &str) -> Policy {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
        let mut sources = Sources::new();
        let source = sources.add("p", text.clone());
        read(&read_json(&text).root, source, 0)
    }

    const READ: &str = r#"{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": "arn:aws:s3:::acme/*"}"#;
    const SAME: &str = r#"{"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::111122223333:root"]},
        "Action": ["s3:listbucket", "s3:GetObject"], "Resource": ["arn:aws:s3:::acme/*"]}"#;
    const ALL: &str = r#"{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}"#;

    #[test]
    fn order_and_spelling_make_no_difference_and_statements_do() {
        let both = format!("{READ}, {ALL}");
        assert!(policy(READ).may_become(&policy(SAME)) && policy(SAME).may_become(&policy(READ)));
        assert!(policy(&both).may_become(&policy(&format!("{ALL}, {SAME}"))));
        assert!(!policy(&both).may_become(&policy(READ)) && !policy(READ).may_become(&policy(&both)));
        assert!(!policy(READ).may_become(&policy(&READ.replace("/*", "/x/*"))));
        assert!(!policy(READ).may_become(&policy(&READ.replace("Allow", "Deny"))));
    }

    #[test]
    fn holes_become_what_fits_between() {
        let mut open = policy(READ);
        let name = [Part::Text("arn:aws:s3:::".into()), Part::Hole("var.b".into()), Part::Text("/*".into())];
        let resources = open.statements[0].resources.as_mut().unwrap();
        resources.items = vec![Text::of_parts(&name, resources.span)];
        assert!(open.may_become(&policy(READ)));
        assert!(open.may_become(&policy(&READ.replace("acme/*", "acme/*/*"))));
        assert!(!open.may_become(&policy(&READ.replace("acme/*", "acme"))));
        assert!(!open.may_become(&policy(&format!("{READ}, {ALL}"))));
        assert_eq!(open.hole_names().into_iter().collect::<Vec<_>>(), ["var.b"]);
    }
}
