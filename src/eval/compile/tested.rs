//! What a compiled set looks at: keys, texts, and the test behind an atom. For building requests and for naming facts.

use super::{Compiled, FreeName, Test};
use crate::eval::condition::{Network, Operand, Template, Truth, ValueTest};
use crate::eval::context::Context;
use crate::eval::member::Language;
use crate::eval::principal::PrincipalTest;
use crate::eval::world::FreeAtom;
use crate::policy::Clause;

/// A dimension of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::eval) enum Axis {
    /// The resource.
    Resource,
    /// A condition key, by number.
    Key(u32),
    /// None that is searched.
    None,
}

/// What stands behind a free atom.
#[derive(Debug, Clone, Copy)]
pub enum FreeFact<'c> {
    /// The value or presence of a condition key.
    Key(&'c str),
    /// A clause whose meaning AWS does not define.
    Clause(&'c Clause),
    /// A text nobody can read.
    Text(&'c str),
    /// Whether a principal element means a caller of whose chain, session, role and account, it names a part.
    Chain,
    /// What is filled in when the policy is deployed, by the names that the user knows it by.
    Hole(&'c str),
}

impl<'p> Compiled<'p> {
    /// Condition keys that any clause or variable of the set looks at, in lower case.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| &**key)
    }

    /// Condition keys of the variables in texts, in lower case.
    pub(in crate::eval) fn template_keys(&self) -> impl Iterator<Item = &str> {
        self.atoms.iter().filter_map(Test::template).flat_map(Template::keys)
    }

    /// Every text that a condition or a `Resource` of the set compares with, as written.
    pub fn texts(&self) -> impl Iterator<Item = &'p str> {
        self.origins.iter().flat_map(|(_, statement)| {
            let values = statement.clauses.iter().flat_map(|clause| &clause.values);
            let resources = statement.resources.iter().flat_map(|element| &element.items);
            values.chain(resources).filter(|text| text.is_whole()).map(|text| &*text.value)
        })
    }

    /// Address ranges that any clause names.
    pub fn networks(&self) -> impl Iterator<Item = Network> {
        self.atoms.iter().filter_map(|atom| match atom {
            Test::Value { test, .. } => match &test.operand {
                Operand::Network(network) => Some(*network),
                _ => None,
            },
            Test::Action(_)
            | Test::Resource(_)
            | Test::ResourceTemplate(_)
            | Test::Principal(_)
            | Test::Unreadable(_)
            | Test::Hole { .. }
            | Test::Held { .. } => None,
        })
    }
    /// The dimension of requests that a test looks at.
    pub(in crate::eval) fn axis(&self, atom: FreeAtom) -> Axis {
        match self.atoms.get(atom.0 as usize) {
            Some(Test::Resource(_) | Test::ResourceTemplate(_)) => Axis::Resource,
            Some(Test::Value { key, .. }) => Axis::Key(*key),
            // A hole is filled once, and what it holds is no value of a request.
            Some(
                Test::Action(_)
                | Test::Principal(_)
                | Test::Unreadable(_)
                | Test::Hole { .. }
                | Test::Held { .. },
            )
            | None => Axis::None,
        }
    }

    /// Of two texts with variables that differ in defaults alone: the variables for which the first has one and the second has
    /// not, and the other way round.
    pub(in crate::eval) fn defaults_apart(
        &self,
        one: FreeAtom,
        other: FreeAtom,
    ) -> Option<(Vec<String>, Vec<String>)> {
        match (self.atoms.get(one.0 as usize)?, self.atoms.get(other.0 as usize)?) {
            (Test::ResourceTemplate(one), Test::ResourceTemplate(other)) => one.defaults_apart(other),
            _ => None,
        }
    }

    /// The resources a test of the resource takes; none where a variable has no single value.
    pub(in crate::eval) fn resource_language(&self, atom: FreeAtom, context: &Context) -> Option<Language> {
        match self.atoms.get(atom.0 as usize)? {
            Test::Resource(glob) => Some(Language::from(glob)),
            Test::ResourceTemplate(template) => template.resource_language(context),
            Test::Action(_)
            | Test::Principal(_)
            | Test::Unreadable(_)
            | Test::Value { .. }
            | Test::Hole { .. }
            | Test::Held { .. } => None,
        }
    }

    /// A set in which all resources lie that a test of the resource may take, where a variable is not known.
    pub(in crate::eval) fn widest_resource_language(
        &self,
        atom: FreeAtom,
        context: &Context,
    ) -> Option<Language> {
        match self.atoms.get(atom.0 as usize)? {
            Test::ResourceTemplate(template) => template.widest_resource_language(context),
            Test::Resource(_)
            | Test::Action(_)
            | Test::Principal(_)
            | Test::Unreadable(_)
            | Test::Hole { .. }
            | Test::Held { .. }
            | Test::Value { .. } => None,
        }
    }

    /// The comparison of a test of a condition key.
    pub(in crate::eval) fn value_test(&self, atom: FreeAtom) -> Option<&ValueTest> {
        match self.atoms.get(atom.0 as usize)? {
            Test::Value { test, .. } => Some(test),
            Test::Action(_)
            | Test::Principal(_)
            | Test::Unreadable(_)
            | Test::Hole { .. }
            | Test::Held { .. }
            | Test::Resource(_)
            | Test::ResourceTemplate(_) => None,
        }
    }

    /// Whether a test takes a value of its axis; `None` where that cannot be computed.
    pub(in crate::eval) fn takes(&self, atom: FreeAtom, value: &str, context: &Context) -> Option<bool> {
        let truth = match self.atoms.get(atom.0 as usize)? {
            Test::Resource(glob) => return Some(glob.matches(value)),
            Test::ResourceTemplate(template) => template.matches_resource(value, context),
            Test::Value { test, .. } => test.test(value, context),
            Test::Action(_)
            | Test::Principal(_)
            | Test::Unreadable(_)
            | Test::Hole { .. }
            | Test::Held { .. } => return None,
        };
        match truth {
            Truth::Yes => Some(true),
            Truth::No | Truth::Null => Some(false),
            Truth::Mistyped | Truth::Free => None,
        }
    }

    /// The keys of the variables in a test of the resource, in lower case.
    pub(in crate::eval) fn variables(&self, atom: FreeAtom) -> impl Iterator<Item = &str> {
        let template = match self.atoms.get(atom.0 as usize) {
            Some(Test::ResourceTemplate(template)) => Some(template),
            Some(_) | None => None,
        };
        template.into_iter().flat_map(Template::keys)
    }

    /// The key of the variable that a test of a condition key compares with, if its text is that and nothing else.
    pub(in crate::eval) fn only_variable(&self, atom: FreeAtom) -> Option<&str> {
        use crate::policy::BaseOperator as B;
        let test = self.value_test(atom)?;
        match &test.operand {
            Operand::Template(template)
                if matches!(test.base, B::StringEquals | B::StringEqualsIgnoreCase | B::StringLike) =>
            {
                template.only_variable()
            }
            _ => None,
        }
    }

    /// The keys of the variables in the text that a test of a condition key compares with.
    pub(in crate::eval) fn template_keys_of(&self, atom: FreeAtom) -> impl Iterator<Item = &str> {
        let template = self.value_test(atom).and_then(|test| match &test.operand {
            Operand::Template(template) => Some(template),
            _ => None,
        });
        template.into_iter().flat_map(Template::keys)
    }

    /// The key of the clause that an atom stands for as a whole, in lower case.
    pub(in crate::eval) fn clause_key(&self, atom: FreeAtom) -> Option<&str> {
        match self.free_names.get((atom.0 as usize).checked_sub(self.atoms.len())?)? {
            FreeName::Clause { statement, clause } => {
                let statement = self.statements.get(statement.0 as usize)?;
                Some(self.key_name(statement.clauses.get(usize::from(*clause))?.key))
            }
            FreeName::KeyPresence(_) | FreeName::Effect(_) => None,
        }
    }

    /// Whether an atom stands for a clause about all values of a key, or any of them.
    pub(in crate::eval) fn is_clause_of_many(&self, atom: FreeAtom) -> bool {
        let at = (atom.0 as usize).checked_sub(self.atoms.len());
        match at.and_then(|at| self.free_names.get(at)) {
            Some(FreeName::Clause { statement, clause }) => {
                let clause = self.origin(*statement).1.clauses.get(usize::from(*clause));
                clause.and_then(|clause| clause.parsed).is_some_and(|operator| operator.set.is_some())
            }
            Some(FreeName::KeyPresence(_) | FreeName::Effect(_)) | None => false,
        }
    }

    /// The key whose presence an atom stands for.
    pub(in crate::eval) fn presence_of(&self, atom: FreeAtom) -> Option<u32> {
        match self.free_names.get((atom.0 as usize).checked_sub(self.atoms.len())?)? {
            FreeName::KeyPresence(key) => Some(*key),
            FreeName::Clause { .. } | FreeName::Effect(_) => None,
        }
    }

    /// What a free atom waits for in a request: a variable that nobody knows, where the key that it is compared with is known.
    #[must_use]
    pub fn describe_in(&self, atom: FreeAtom, context: &Context) -> FreeFact<'_> {
        let is_open = |key: &str| context.get(key).is_some_and(|value| value.told().is_none());
        let template = match self.atoms.get(atom.0 as usize) {
            Some(Test::Value { key, test }) if !is_open(self.key_name(*key)) => match &test.operand {
                Operand::Template(template) => Some(template),
                _ => None,
            },
            Some(Test::ResourceTemplate(template)) => Some(template),
            _ => None,
        };
        let open = template.and_then(|template| template.keys().find(|key| is_open(key)));
        // Of a set that nobody tells, what AWS would do with it is not the question.
        let open = open.or_else(|| self.clause_key(atom).filter(|key| is_open(key)));
        open.map_or_else(|| self.describe(atom), FreeFact::Key)
    }

    /// The condition key and the clause a free atom belongs to, for telling what is not known.
    #[must_use]
    pub fn describe(&self, atom: FreeAtom) -> FreeFact<'_> {
        let at = atom.0 as usize;
        if let Some(test) = self.atoms.get(at) {
            return match test {
                Test::Value { key, .. } => FreeFact::Key(self.key_name(*key)),
                Test::Unreadable(text) => FreeFact::Text(text),
                Test::Hole { names, .. } | Test::Principal(PrincipalTest::Held { names, .. }) => {
                    FreeFact::Hole(names)
                }
                Test::Held { hole, .. } => return self.describe(FreeAtom(*hole)),
                Test::ResourceTemplate(_) => FreeFact::Text("a policy variable in Resource"),
                Test::Principal(PrincipalTest::Canonical(_)) => {
                    FreeFact::Text("the account of a canonical id")
                }
                Test::Action(_) | Test::Resource(_) | Test::Principal(PrincipalTest::Unreadable) => {
                    FreeFact::Text("an unreadable principal")
                }
                Test::Principal(_) => FreeFact::Chain,
            };
        }
        match self.free_names.get(at - self.atoms.len()) {
            Some(FreeName::Clause { statement, clause }) => {
                let (_, origin) = self.origin(*statement);
                let clause = origin.clauses.get(usize::from(*clause));
                let hole = clause.and_then(Clause::hole);
                match (clause, hole) {
                    (_, Some(names)) => FreeFact::Hole(names),
                    (Some(clause), None) => FreeFact::Clause(clause),
                    (None, None) => FreeFact::Text("a condition"),
                }
            }
            Some(FreeName::KeyPresence(key)) => FreeFact::Key(self.key_name(*key)),
            Some(FreeName::Effect(statement)) => {
                let (_, origin) = self.origin(*statement);
                origin.effect_hole.as_deref().map_or(FreeFact::Text("an unreadable Effect"), FreeFact::Hole)
            }
            None => FreeFact::Text("an unknown"),
        }
    }
}
