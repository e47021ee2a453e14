//! One-element mutants of a policy: each knows where in the new text the changed element stands.

use super::strings::{Kind, changed, misspelt, recased, swapped};
use preflight::source::Span;
use preflight::syntax::{Member, Node};
use std::ops::Range;

/// A policy's text with one element changed.
pub(crate) struct Mutant {
    /// For people: what was changed.
    pub(crate) what: String,
    /// The whole document.
    pub(crate) text: String,
    /// Where the changed element, or what something was dropped from, stands in it.
    pub(crate) place: Span,
    /// Strings that are gone; a finding may name them instead.
    pub(crate) dropped: Vec<String>,
}

/// The caller and service of the account, for statements that are added.
pub(crate) struct People<'a> {
    pub(crate) service: &'a str,
    pub(crate) reader: &'a str,
}

/// Every mutant of the policy at `root` in `text`, which stands in `level` layers of JSON strings.
pub(crate) fn mutants(text: &str, root: &Node<'_>, level: u8, people: Option<&People<'_>>) -> Vec<Mutant> {
    let mut editor = Editor { text, level, out: Vec::new(), path: String::new(), whole: None };
    editor.policy(root, people);
    editor.out
}

struct Editor<'t> {
    text: &'t str,
    level: u8,
    out: Vec<Mutant>,
    path: String,
    /// The element that counts as the changed one where its parts cannot be told apart.
    whole: Option<Span>,
}

impl Editor<'_> {
    fn encode(&self, json: &str) -> String {
        (0..self.level).fold(json.to_owned(), |text, _| text.replace('\\', "\\\\").replace('"', "\\\""))
    }

    fn push(&mut self, what: &str, gone: Span, new: &str, around: Span, dropped: Vec<String>) {
        let Range { start, end } = gone.range();
        let around = self.whole.map_or(around, |whole| around.join(whole));
        let text = format!("{}{new}{}", &self.text[..start], &self.text[end..]);
        let place = Span::new(around.range().start, around.range().end - (end - start) + new.len());
        let what = format!("{}: {what}", self.path);
        self.out.push(Mutant { what, text, place, dropped });
    }

    /// Writes another text over a string.
    fn set(&mut self, what: &str, span: Span, old: &str, new: &str) {
        if old != new {
            let encoded = self.encode(&serde_json::to_string(new).unwrap());
            // Where one thing stands in another's place, the other is missing.
            let is_gone = what.starts_with("another") || what == "narrowed";
            let gone = if is_gone { vec![old.to_owned()] } else { Vec::new() };
            self.push(&format!("{what} `{old}` -> `{new}`"), span, &encoded, span, gone);
        }
    }

    /// Takes one of several neighbours out, with its comma.
    fn remove(&mut self, what: &str, spans: &[Span], at: usize, around: Span, dropped: Vec<String>) {
        let gone = match (spans.get(at + 1), at.checked_sub(1)) {
            (Some(next), _) => Span { start: spans[at].start, end: next.start },
            (None, Some(before)) => Span { start: spans[before].end, end: spans[at].end },
            (None, None) => spans[at],
        };
        self.push(what, gone, "", around, dropped);
    }

    fn within<T>(&mut self, step: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(step);
        let result = work(self);
        self.path.truncate(length);
        result
    }

    fn policy(&mut self, root: &Node<'_>, people: Option<&People<'_>>) {
        let members = root.as_object().unwrap();
        self.members(members, root.span);
        if let Some(version) = root.get("Version") {
            self.within("Version", |this| this.typos(version, Kind::Name));
        }
        let Some(member) = root.member("Statement") else { return };
        let statements: Vec<&Node<'_>> = member.value.iter_one_or_many().collect();
        let spans: Vec<Span> = statements.iter().map(|node| node.span).collect();
        let around = member.key_span.join(member.value.span);
        for (at, statement) in statements.iter().enumerate() {
            self.within(&format!("Statement[{at}]"), |this| {
                if member.value.as_array().is_some() {
                    this.remove("dropped", &spans, at, around, strings(statement));
                }
                this.statement(statement);
            });
        }
        if let (Some(_), Some(last)) = (member.value.as_array(), spans.last()) {
            self.within("Statement", |this| this.denies(last.end, people));
        }
    }

    /// Denies behind the last statement; without people for policies that have no `Principal`.
    fn denies(&mut self, end: u32, people: Option<&People<'_>>) {
        let end = Span { start: end, end };
        let mut add = |what: &str, principal: Option<String>, action: &str, condition: &str| {
            let principal = principal.map_or(String::new(), |each| format!(r#""Principal":{each},"#));
            let condition =
                if condition.is_empty() { String::new() } else { format!(r#","Condition":{{{condition}}}"#) };
            let deny = format!(
                r#",{{"Effect":"Deny",{principal}"Action":"{action}","Resource":{}{condition}}}"#,
                if people.is_some() {
                    r#"["arn:aws:s3:::acme-billing","arn:aws:s3:::acme-billing/*"]"#
                } else {
                    r#""*""#
                }
            );
            let new = self.encode(&deny);
            self.push(&format!("added a Deny {what}"), end, &new, end, Vec::new());
        };
        let everybody = people.map(|_| r#""*""#.to_owned());
        if let Some(people) = people {
            let service = || Some(format!(r#"{{"Service":"{}"}}"#, people.service));
            let reader = || Some(format!(r#"{{"AWS":"{}"}}"#, people.reader));
            add("for the service", service(), "s3:PutObject", "");
            add("for the service under any action", service(), "s3:*", "");
            add("for the reader", reader(), "s3:GetObject", "");
            add("for the reader to list", reader(), "s3:ListBucket", "");
            add("for the reader by TLS", reader(), "s3:*", r#""Bool":{"aws:SecureTransport":"true"}"#);
        }
        add("of everything", everybody.clone(), "s3:*", "");
        add("of the bucket's location", everybody.clone(), "s3:GetBucketLocation", "");
        for (what, condition) in [
            ("without TLS", r#""Bool":{"aws:SecureTransport":"false"}"#),
            ("with TLS", r#""BoolIfExists":{"aws:SecureTransport":"true"}"#),
            ("outside an organization", r#""StringNotEquals":{"aws:PrincipalOrgID":"o-other00000"}"#),
            ("outside a network", r#""NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#),
            ("without a VPC endpoint", r#""StringNotEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}"#),
            ("without MFA", r#""BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}"#),
            ("of unencrypted uploads", r#""Null":{"s3:x-amz-server-side-encryption":"true"}"#),
            ("of other headers", r#""StringNotEquals":{"s3:x-amz-acl":"private"}"#),
            ("of old TLS", r#""NumericLessThan":{"s3:TlsVersion":"1.3"}"#),
            ("of callers that are no service", r#""Bool":{"aws:PrincipalIsAWSService":"false"}"#),
            ("by a tag", r#""StringEquals":{"aws:PrincipalTag/team":"finance"}"#),
            ("by a date", r#""DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}"#),
            ("by source account", r#""StringEquals":{"aws:SourceAccount":"111122223333"}"#),
        ] {
            add(what, everybody.clone(), "s3:*", condition);
        }
    }

    /// Drops each member of an object, and misspells its name.
    fn members(&mut self, members: &[Member<'_>], around: Span) {
        let spans: Vec<Span> = members.iter().map(|member| member.key_span.join(member.value.span)).collect();
        for (at, member) in members.iter().enumerate() {
            let mut dropped = strings(&member.value);
            dropped.push(member.key.to_string());
            self.remove(&format!("dropped `{}`", member.key), &spans, at, around, dropped);
            if !matches!(&*member.key, "Sid" | "Id") {
                let whole = spans[at];
                for (what, typo) in misspelt(&member.key) {
                    let json = serde_json::to_string(&typo).unwrap();
                    let new = self.encode(&json);
                    let what = format!("{what} in the name `{}` -> `{typo}`", member.key);
                    self.push(&what, member.key_span, &new, whole, vec![member.key.to_string()]);
                }
            }
        }
    }

    fn statement(&mut self, statement: &Node<'_>) {
        let Some(members) = statement.as_object() else { return };
        self.members(members, statement.span);
        let denies = statement.get("Effect").and_then(Node::as_str) == Some("Deny");
        for member in members {
            let negated = match &*member.key {
                "Action" | "Resource" | "Principal" => format!("Not{}", member.key),
                key => key.strip_prefix("Not").unwrap_or_default().to_owned(),
            };
            if !negated.is_empty() && !members.iter().any(|other| *other.key == *negated) {
                let new = self.encode(&format!("\"{negated}\""));
                let what = format!("`{}` -> `{negated}`", member.key);
                // What it was meant to say, nothing says any more.
                self.push(&what, member.key_span, &new, statement.span, strings(&member.value));
            }
        }
        for member in members {
            let value = &member.value;
            let around = statement.span;
            self.whole = match &*member.key {
                // What is missing in the list is the fault, whichever name it was.
                "NotPrincipal" => Some(value.span),
                // A Deny applies because all of its clauses do: any of them could spare the request.
                "Condition" if denies => Some(value.span),
                _ => None,
            };
            self.within(&member.key.clone(), |this| match &*member.key {
                "Effect" => {
                    // Another effect gives every element of the statement another meaning.
                    for effect in
                        ["Allow", "Deny"].into_iter().filter(|effect| value.as_str() != Some(effect))
                    {
                        let new = this.encode(&format!("\"{effect}\""));
                        this.push(&format!("effect -> `{effect}`"), value.span, &new, around, Vec::new());
                    }
                    this.set("case", value.span, value.as_str().unwrap_or_default(), "allow");
                    this.typos(value, Kind::Name);
                }
                "Action" | "NotAction" => this.list(value, around, Kind::Action),
                "Resource" | "NotResource" => this.list(value, around, Kind::Resource),
                "Principal" | "NotPrincipal" => this.principal(value, around),
                "Condition" => this.condition(value, around),
                _ => {}
            });
            self.whole = None;
        }
    }

    fn principal(&mut self, value: &Node<'_>, around: Span) {
        let Some(members) = value.as_object() else {
            self.list(value, around, Kind::Principal);
            return;
        };
        self.members(members, around);
        for member in members {
            let kind = if member.key == "Service" { "AWS" } else { "Service" };
            let new = self.encode(&format!("\"{kind}\""));
            self.push(
                &format!("`{}` -> `{kind}`", member.key),
                member.key_span,
                &new,
                value.span,
                Vec::new(),
            );
            self.within(&member.key.clone(), |this| this.list(&member.value, around, Kind::Principal));
        }
    }

    fn condition(&mut self, value: &Node<'_>, around: Span) {
        let Some(operators) = value.as_object() else { return };
        self.members(operators, around);
        for operator in operators {
            let stands = |name: &String| operators.iter().any(|operator| operator.key == **name);
            for other in swapped(&operator.key).into_iter().filter(|other| !stands(other)) {
                let json = serde_json::to_string(&other).unwrap();
                let whole = operator.key_span.join(operator.value.span);
                let new = self.encode(&json);
                let what = format!("operator `{}` -> `{other}`", operator.key);
                self.push(&what, operator.key_span, &new, whole, Vec::new());
            }
            self.within(&operator.key.clone(), |this| {
                let Some(keys) = operator.value.as_object() else { return };
                this.members(keys, around);
                for key in keys {
                    this.within(&key.key.clone(), |this| this.list(&key.value, around, Kind::Value));
                }
            });
        }
    }

    /// A string or a list of strings: drops items, then changes each.
    fn list(&mut self, value: &Node<'_>, around: Span, kind: Kind) {
        let items: Vec<&Node<'_>> = value.iter_one_or_many().collect();
        let spans: Vec<Span> = items.iter().map(|item| item.span).collect();
        for (at, item) in items.iter().enumerate() {
            if value.as_array().is_some() {
                let what = format!("dropped `{}`", item.as_str().unwrap_or_default());
                self.remove(&what, &spans, at, around, strings(item));
            }
            self.typos(item, kind);
            let Some(text) = item.as_str() else { continue };
            // Of two equal strings nobody can tell which was changed.
            let stands = |new: &str| items.iter().any(|item| item.as_str() == Some(new));
            for (what, new) in changed(text, kind).into_iter().filter(|(_, new)| !stands(new)) {
                self.set(what, item.span, text, &new);
            }
        }
    }

    fn typos(&mut self, item: &Node<'_>, kind: Kind) {
        let Some(text) = item.as_str() else { return };
        for (what, new) in misspelt(text) {
            self.set(what, item.span, text, &new);
        }
        if kind != Kind::Name {
            for (what, new) in recased(text) {
                self.set(what, item.span, text, &new);
            }
        }
    }
}

/// Every string in a node, names of members included.
fn strings(node: &Node<'_>) -> Vec<String> {
    let mut out: Vec<String> = node.as_str().map(str::to_owned).into_iter().collect();
    for item in node.as_array().unwrap_or_default() {
        out.extend(strings(item));
    }
    for member in node.as_object().unwrap_or_default() {
        out.push(member.key.to_string());
        out.extend(strings(&member.value));
    }
    out
}
