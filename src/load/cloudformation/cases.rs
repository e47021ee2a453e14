//! A policy with all left open, and in each case of what only the deployment decides.

use super::TemplatePolicy;
use super::document::{Missing, Read};
use super::policies::Collector;
use super::template::Resource;
use crate::evidence::{Attachment, Case, CaseIs, CasePolicy, PolicyHint, Target, When};
use crate::load::permission;
use crate::load::reading::Explored;
use crate::policy::{Fault, FaultKind};
use crate::source::Span;
use crate::syntax::Node;
use std::borrow::Cow;
use std::sync::Arc;

impl<'t> Collector<'_, '_, 't> {
    /// Takes the policy that a node of a resource holds.
    pub(super) fn take(
        &mut self,
        resource: &Resource<'_, 't>,
        address: String,
        node: &Node<'t>,
        hint: PolicyHint,
        targets: Vec<Target>,
    ) {
        let found = self.cases(resource, &|| Some(Cow::Borrowed(node)));
        self.put((address, hint, targets), found);
    }

    /// What a permission of a function adds to its policy.
    pub(super) fn permission(&mut self, resource: &Resource<'_, 't>) {
        let spans = (resource.node.span, resource.id_span);
        let get = |name: &str| resource.property(name).and_then(|node| self.resolver.value(node));
        let document = || permission::document(permission::CLOUDFORMATION, spans, &get).map(Cow::Owned);
        if document().is_some() {
            let found = self.cases(resource, &document);
            self.put((resource.id.to_owned(), PolicyHint::Resource, Vec::new()), found);
        }
    }

    /// Puts a policy, or why there is none, into what the template holds.
    fn put(
        &mut self,
        (address, hint, targets): (String, PolicyHint, Vec<Target>),
        (found, cases): (Result<Read, Missing>, Vec<Case>),
    ) {
        let mut attachment = Attachment { cases, ..Attachment::new(address, hint, targets) };
        match found {
            Ok(Read { policy, issues, length, wrapped }) => {
                attachment.behind = self.resolver.template.behind(attachment.holes(&policy), self.text);
                self.out.policies.push(TemplatePolicy { policy, issues, length, wrapped, attachment });
            }
            Err(Missing::NoValue) => {}
            Err(missing) => {
                let open = Attachment { cases: Vec::new(), ..attachment.clone() };
                self.out.not_evaluated.push((open.address.clone(), why(&missing)));
                self.out.open.push(open);
                let made = attachment.cases.iter().find_map(|case| match &case.is {
                    CaseIs::Made(made) => Some(Arc::clone(made)),
                    CaseIs::Absent | CaseIs::Open(_) => None,
                });
                if let Some(made) = made {
                    let mut policy = made.policy.clone();
                    attachment.behind = self.resolver.template.behind(attachment.holes(&policy), self.text);
                    policy.statements.clear();
                    let (issues, length, wrapped) = (Vec::new(), made.length, None);
                    self.out.in_cases.push(TemplatePolicy { policy, issues, length, wrapped, attachment });
                }
            }
        }
    }

    /// What a policy is with all left open, and in each case of what only the deployment decides.
    fn cases<'d>(
        &self,
        resource: &Resource<'_, 't>,
        document: &dyn Fn() -> Option<Cow<'d, Node<'t>>>,
    ) -> (Result<Read, Missing>, Vec<Case>)
    where
        't: 'd,
    {
        let resolver = self.resolver;
        let left = resolver.left();
        let Explored { base, cases, is_whole } = resolver.reading.explore(|| {
            resolver.restore(left);
            let mut guards: Vec<(String, Span)> = Vec::new();
            let own = resource.node.get("Condition").map(|condition| (condition, true));
            for (condition, wanted) in
                own.into_iter().chain(self.guards.iter().map(|(node, wanted)| (node, *wanted)))
            {
                match resolver.truth_of_name(condition) {
                    Some(truth) if truth != wanted => return Err(Missing::NoValue),
                    Some(_) => {}
                    None => {
                        let name = condition.as_str().unwrap_or("Condition");
                        let name = if wanted { name.to_owned() } else { format!("not {name}") };
                        guards.push((name, condition.span));
                    }
                }
            }
            let document = document().ok_or(Missing::Other)?;
            let mut read = resolver.policy(&document, (self.text, self.source, self.is_yaml))?;
            // A resource that may not be made may not allow anything.
            for (name, span) in &guards {
                read.policy.statements.iter_mut().for_each(|statement| statement.depend_on(name, *span));
            }
            for (span, found) in resolver.variables() {
                if read.policy.span.contains(span) {
                    read.policy.faults.push(Fault {
                        kind: FaultKind::SubTakesVariable,
                        span,
                        found: found.into(),
                    });
                }
            }
            Ok(read)
        });
        let case = |(when, found): (When, Result<Read, Missing>)| {
            let is = match found {
                Ok(Read { policy, issues, length, .. }) => {
                    CaseIs::Made(Arc::new(CasePolicy { policy, issues, length }))
                }
                Err(Missing::NoValue) => CaseIs::Absent,
                Err(missing) => CaseIs::Open(why(&missing)),
            };
            Case { when, is, is_part: !is_whole }
        };
        (base, cases.into_iter().map(case).collect())
    }
}

/// Why there is no policy to look at.
fn why(missing: &Missing) -> String {
    match missing {
        Missing::Open(name) => format!("its policy is `{name}`, which is filled in when this is deployed"),
        Missing::Text => "its policy is a text that is no policy in JSON".to_owned(),
        Missing::NoValue | Missing::Other => "its policy is no object".to_owned(),
    }
}
