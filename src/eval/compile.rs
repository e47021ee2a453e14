//! Policies to numbered atoms. Equal tests get one number, so a free test has one truth wherever it stands.

use super::condition::{Template, ValueTest};
use super::glob::Glob;
use super::layers::{Layer, LayerKind, Layers};
use super::principal::PrincipalTest;
use super::service;
use super::world::FreeAtom;
use crate::policy::{
    BaseOperator, Clause, Effect, Element, Operator, Policy, Statement, Text, TextKind, variable,
};
use rustc_hash::FxHashMap;

/// A statement of a compiled set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatementId(pub u32);

/// An element of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ElementKind {
    /// `Principal` or `NotPrincipal`
    Principal,
    /// `Action` or `NotAction`
    Action,
    /// `Resource` or `NotResource`
    Resource,
    /// The nth clause of `Condition`
    Clause(u16),
}

/// One element of one statement of a compiled set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ElementRef {
    /// The statement.
    pub statement: StatementId,
    /// Its element.
    pub element: ElementKind,
}

/// An elementary test.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Test {
    Action(ActionTest),
    Resource(Glob),
    ResourceTemplate(Template),
    Principal(PrincipalTest),
    Value { key: u32, test: ValueTest },
    Unreadable(Box<str>),
}

/// An action pattern, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ActionTest {
    pub(super) pattern: Glob,
}

#[derive(Debug)]
pub(super) struct CompiledElement {
    pub(super) negated: bool,
    pub(super) atoms: Box<[u32]>,
    /// Some atom is a text with variables.
    pub(super) has_variables: bool,
}

#[derive(Debug)]
pub(super) struct CompiledClause {
    pub(super) key: u32,
    /// `None`: AWS does not know the operator, the whole clause is free.
    pub(super) operator: Option<Operator>,
    pub(super) atoms: Box<[u32]>,
    /// The free atom of the clause as a whole: unknown operator, or several values without a set operator.
    pub(super) whole: FreeAtom,
}

#[derive(Debug)]
pub(super) struct CompiledStatement {
    pub(super) layer: LayerKind,
    pub(super) effect: Effect,
    /// True: an unreadable effect stands for Allow in this world.
    pub(super) effect_atom: FreeAtom,
    pub(super) principals: Option<CompiledElement>,
    pub(super) actions: Option<CompiledElement>,
    pub(super) resources: Option<CompiledElement>,
    pub(super) clauses: Box<[CompiledClause]>,
}

/// Statements of one policy list, found by the service of an action.
#[derive(Debug, Default)]
pub(super) struct Group {
    services: Vec<(Box<str>, Box<[u32]>)>,
    any: Box<[u32]>,
}

impl Group {
    #[inline]
    pub(super) fn candidates(&self, service: &str) -> &[u32] {
        self.services.iter().find(|(name, _)| **name == *service).map_or(&self.any, |(_, list)| list)
    }
}

/// One layer of a compiled set: levels of groups (one level for all but the organization's).
#[derive(Debug)]
pub(super) struct CompiledLayer {
    pub(super) state: Layer<Vec<Group>>,
}

/// A policy set, compiled.
#[derive(Debug)]
pub struct Compiled<'p> {
    pub(super) atoms: Vec<Test>,
    pub(super) keys: Vec<Box<str>>,
    pub(super) statements: Vec<CompiledStatement>,
    origins: Vec<(&'p Policy, &'p Statement)>,
    layers: [CompiledLayer; 7],
    policies: Vec<(LayerKind, u16, &'p Policy)>,
    free_names: Vec<FreeName>,
    /// `RestrictPublicBuckets` is on and the bucket policy is public.
    pub(super) restricted: bool,
}

/// What a free atom stands for, for naming the fact it waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FreeName {
    Clause { statement: StatementId, clause: u16 },
    KeyPresence(u32),
    Effect(StatementId),
}

impl<'p> Compiled<'p> {
    /// Compiles every known layer.
    #[must_use]
    pub fn new(layers: &Layers<'p>) -> Self {
        let mut builder = Builder::default();
        let one = |builder: &mut Builder<'p>, kind, layer: &Layer<Vec<&'p Policy>>| CompiledLayer {
            state: match layer {
                Layer::Known(policies) => Layer::Known(vec![builder.group(kind, 0, policies)]),
                Layer::Absent => Layer::Absent,
                Layer::PresumedAbsent => Layer::PresumedAbsent,
                Layer::NotVisible => Layer::NotVisible,
            },
        };
        let many = |builder: &mut Builder<'p>, kind, layer: &Layer<Vec<Vec<&'p Policy>>>| CompiledLayer {
            state: match layer {
                Layer::Known(levels) => Layer::Known(
                    (0u16..)
                        .zip(levels)
                        .map(|(level, policies)| builder.group(kind, level, policies))
                        .collect(),
                ),
                Layer::Absent => Layer::Absent,
                Layer::PresumedAbsent => Layer::PresumedAbsent,
                Layer::NotVisible => Layer::NotVisible,
            },
        };
        let compiled = [
            one(&mut builder, LayerKind::Identity, &layers.identity),
            one(&mut builder, LayerKind::Resource, &layers.resource),
            one(&mut builder, LayerKind::Boundary, &layers.boundary),
            one(&mut builder, LayerKind::Session, &layers.session),
            many(&mut builder, LayerKind::Scp, &layers.scp),
            many(&mut builder, LayerKind::Rcp, &layers.rcp),
            one(&mut builder, LayerKind::Endpoint, &layers.endpoint),
        ];
        let restricted = layers.public_access_block.restrict_public_buckets
            && layers
                .resource
                .known()
                .is_some_and(|policies| policies.iter().any(|policy| service::s3::is_public(policy)));
        let atom_count = u32::try_from(builder.atoms.len()).unwrap_or(u32::MAX);
        // Clause and effect atoms were numbered from 0 while atoms were still being added: move them behind.
        let shift = |atom: &mut FreeAtom| atom.0 = atom.0.saturating_add(atom_count);
        for statement in &mut builder.statements {
            shift(&mut statement.effect_atom);
            statement.clauses.iter_mut().for_each(|clause| shift(&mut clause.whole));
        }
        let mut free_names = builder.free_names;
        free_names.extend(
            (0..builder.keys.len()).filter_map(|key| u32::try_from(key).ok()).map(FreeName::KeyPresence),
        );
        Self {
            atoms: builder.atoms,
            keys: builder.keys,
            statements: builder.statements,
            origins: builder.origins,
            layers: compiled,
            policies: builder.policies,
            free_names,
            restricted,
        }
    }

    #[inline]
    #[expect(clippy::indexing_slicing, reason = "INVARIANT: seven layers, and `index` is below seven")]
    pub(super) fn layer(&self, kind: LayerKind) -> &Layer<Vec<Group>> {
        &self.layers[kind.index()].state
    }

    /// Whether the layer is known, absent, presumed or unseen, without its content.
    #[must_use]
    pub fn layer_state(&self, kind: LayerKind) -> Layer<()> {
        match self.layer(kind) {
            Layer::Known(_) => Layer::Known(()),
            Layer::Absent => Layer::Absent,
            Layer::PresumedAbsent => Layer::PresumedAbsent,
            Layer::NotVisible => Layer::NotVisible,
        }
    }

    /// The policy and statement behind a number.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "INVARIANT: a StatementId is a number of this set")]
    pub fn origin(&self, id: StatementId) -> (&'p Policy, &'p Statement) {
        self.origins[id.0 as usize]
    }

    /// The layer of a statement.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "INVARIANT: a StatementId is a number of this set")]
    pub fn layer_of(&self, id: StatementId) -> LayerKind {
        self.statements[id.0 as usize].layer
    }

    /// The policies of a layer with their level: 0 but for organization policies, whose root is 0.
    pub fn policies(&self, kind: LayerKind) -> impl Iterator<Item = (u16, &'p Policy)> {
        self.policies
            .iter()
            .filter(move |(layer, ..)| *layer == kind)
            .map(|(_, level, policy)| (*level, *policy))
    }

    /// All statements, in the order of layers and documents.
    pub fn statement_ids(&self) -> impl Iterator<Item = StatementId> + use<> {
        (0..u32::try_from(self.statements.len()).unwrap_or(u32::MAX)).map(StatementId)
    }

    /// Condition keys that any clause or variable of the set looks at, in lower case.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let in_templates = self.atoms.iter().flat_map(|atom| match atom {
            Test::ResourceTemplate(template) => template.keys().collect::<Vec<_>>(),
            Test::Value { test, .. } => match &test.operand {
                super::condition::Operand::Template(template) => template.keys().collect(),
                _ => Vec::new(),
            },
            Test::Action(_) | Test::Resource(_) | Test::Principal(_) | Test::Unreadable(_) => Vec::new(),
        });
        self.keys.iter().map(|key| &**key).chain(in_templates)
    }

    /// Every text that a condition or a `Resource` of the set compares with, as written.
    pub fn texts(&self) -> impl Iterator<Item = &'p str> {
        self.origins.iter().flat_map(|(_, statement)| {
            let values = statement.clauses.iter().flat_map(|clause| &clause.values);
            let resources = statement.resources.iter().flat_map(|element| &element.items);
            values.chain(resources).map(|text| &*text.value)
        })
    }

    /// Address ranges that any clause names.
    pub fn networks(&self) -> impl Iterator<Item = super::condition::Network> {
        self.atoms.iter().filter_map(|atom| match atom {
            Test::Value { test, .. } => match &test.operand {
                super::condition::Operand::Network(network) => Some(*network),
                _ => None,
            },
            Test::Action(_)
            | Test::Resource(_)
            | Test::ResourceTemplate(_)
            | Test::Principal(_)
            | Test::Unreadable(_) => None,
        })
    }

    /// The free atom that says whether a key with unknown presence is there.
    #[inline]
    pub(super) fn presence_atom(&self, key: u32) -> FreeAtom {
        let behind = self.free_names.len() - self.keys.len();
        FreeAtom(u32::try_from(self.atoms.len() + behind).unwrap_or(u32::MAX).saturating_add(key))
    }

    /// The dimension of requests that a test looks at.
    pub(super) fn axis(&self, atom: FreeAtom) -> Axis {
        match self.atoms.get(atom.0 as usize) {
            Some(Test::Resource(_) | Test::ResourceTemplate(_)) => Axis::Resource,
            Some(Test::Value { key, .. }) => Axis::Key(*key),
            Some(Test::Action(_) | Test::Principal(_) | Test::Unreadable(_)) | None => Axis::None,
        }
    }

    /// The resources a test of the resource takes; none where a variable has no single value.
    pub(super) fn resource_language(
        &self,
        atom: FreeAtom,
        context: &super::context::Context,
    ) -> Option<super::member::Language> {
        match self.atoms.get(atom.0 as usize)? {
            Test::Resource(glob) => Some(super::member::Language::from(glob)),
            Test::ResourceTemplate(template) => template.resource_language(context),
            Test::Action(_) | Test::Principal(_) | Test::Unreadable(_) | Test::Value { .. } => None,
        }
    }

    /// The comparison of a test of a condition key.
    pub(super) fn value_test(&self, atom: FreeAtom) -> Option<&ValueTest> {
        match self.atoms.get(atom.0 as usize)? {
            Test::Value { test, .. } => Some(test),
            Test::Action(_)
            | Test::Principal(_)
            | Test::Unreadable(_)
            | Test::Resource(_)
            | Test::ResourceTemplate(_) => None,
        }
    }

    /// Whether a test takes a value of its axis; `None` where that cannot be computed.
    pub(super) fn takes(
        &self,
        atom: FreeAtom,
        value: &str,
        context: &super::context::Context,
    ) -> Option<bool> {
        let truth = match self.atoms.get(atom.0 as usize)? {
            Test::Resource(glob) => return Some(glob.matches(value)),
            Test::ResourceTemplate(template) => template.matches_resource(value, context),
            Test::Value { test, .. } => test.test(value, context),
            Test::Action(_) | Test::Principal(_) | Test::Unreadable(_) => return None,
        };
        match truth {
            super::condition::Truth::Yes => Some(true),
            super::condition::Truth::No | super::condition::Truth::Null => Some(false),
            super::condition::Truth::Mistyped | super::condition::Truth::Free => None,
        }
    }

    /// The key whose presence an atom stands for.
    pub(super) fn presence_of(&self, atom: FreeAtom) -> Option<u32> {
        match self.free_names.get((atom.0 as usize).checked_sub(self.atoms.len())?)? {
            FreeName::KeyPresence(key) => Some(*key),
            FreeName::Clause { .. } | FreeName::Effect(_) => None,
        }
    }

    /// The condition key and the clause a free atom belongs to, for telling what is not known.
    #[must_use]
    pub fn describe(&self, atom: FreeAtom) -> FreeFact<'_> {
        let at = atom.0 as usize;
        if let Some(test) = self.atoms.get(at) {
            return match test {
                Test::Value { key, .. } => FreeFact::Key(self.key_name(*key)),
                Test::Unreadable(text) => FreeFact::Text(text),
                Test::ResourceTemplate(_) => FreeFact::Text("a policy variable in Resource"),
                Test::Action(_) | Test::Resource(_) | Test::Principal(_) => {
                    FreeFact::Text("an unreadable principal")
                }
            };
        }
        match self.free_names.get(at - self.atoms.len()) {
            Some(FreeName::Clause { statement, clause }) => {
                let (_, origin) = self.origin(*statement);
                origin
                    .clauses
                    .get(usize::from(*clause))
                    .map_or(FreeFact::Text("a condition"), FreeFact::Clause)
            }
            Some(FreeName::KeyPresence(key)) => FreeFact::Key(self.key_name(*key)),
            Some(FreeName::Effect(_)) => FreeFact::Text("an unreadable Effect"),
            None => FreeFact::Text("an unknown"),
        }
    }

    pub(super) fn key_name(&self, key: u32) -> &str {
        self.keys.get(key as usize).map_or("", |key| &**key)
    }
}

/// A dimension of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Axis {
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
}

#[derive(Default)]
struct Builder<'p> {
    atoms: Vec<Test>,
    numbers: FxHashMap<Test, u32>,
    keys: Vec<Box<str>>,
    statements: Vec<CompiledStatement>,
    origins: Vec<(&'p Policy, &'p Statement)>,
    free_names: Vec<FreeName>,
    policies: Vec<(LayerKind, u16, &'p Policy)>,
}

impl<'p> Builder<'p> {
    fn group(&mut self, layer: LayerKind, level: u16, policies: &[&'p Policy]) -> Group {
        let mut members: Vec<(u32, Services)> = Vec::new();
        for policy in policies {
            self.policies.push((layer, level, policy));
            for statement in &policy.statements {
                let id = u32::try_from(self.statements.len()).unwrap_or(u32::MAX);
                let compiled = self.statement(layer, policy, statement, StatementId(id));
                self.statements.push(compiled);
                self.origins.push((policy, statement));
                members.push((id, services_of(statement)));
            }
        }
        let mut names: Vec<Box<str>> = members
            .iter()
            .flat_map(|(_, services)| match services {
                Services::Every => Vec::new(),
                Services::These(list) => list.clone(),
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        let list_for = |name: Option<&str>| -> Box<[u32]> {
            members
                .iter()
                .filter(|(_, services)| match (services, name) {
                    (Services::Every, _) => true,
                    (Services::These(list), Some(name)) => list.iter().any(|service| **service == *name),
                    (Services::These(_), None) => false,
                })
                .map(|(id, _)| *id)
                .collect()
        };
        let any = list_for(None);
        let services = names
            .into_iter()
            .map(|name| {
                let list = list_for(Some(&name));
                (name, list)
            })
            .collect();
        Group { services, any }
    }

    fn statement(
        &mut self,
        layer: LayerKind,
        policy: &Policy,
        statement: &Statement,
        id: StatementId,
    ) -> CompiledStatement {
        let variables = policy.version.has_variables();
        let principals = statement.principals.as_ref().map(|principals| CompiledElement {
            negated: principals.negated,
            has_variables: false,
            atoms: principals
                .entries
                .iter()
                .map(|entry| match PrincipalTest::new(entry) {
                    PrincipalTest::Unreadable => self.number(Test::Unreadable(entry.value.value.clone())),
                    test => self.number(Test::Principal(test)),
                })
                .collect(),
        });
        let actions = statement.actions.as_ref().map(|element| {
            self.element(element, |text| {
                Test::Action(ActionTest { pattern: Glob::new(&text.to_ascii_lowercase()) })
            })
        });
        let resources = statement.resources.as_ref().map(|element| {
            self.element(element, |text| match variables.then(|| variable::resource_pieces(text)).flatten() {
                Some(pieces) => Test::ResourceTemplate(Template::new(pieces)),
                None => Test::Resource(Glob::new(text)),
            })
        });
        let clauses = (0u16..)
            .zip(&statement.clauses)
            .map(|(at, clause)| self.clause(clause, variables, id, at))
            .collect();
        let effect_atom = self.free(FreeName::Effect(id));
        CompiledStatement {
            layer,
            effect: statement.effect,
            effect_atom,
            principals,
            actions,
            resources,
            clauses,
        }
    }

    fn element(&mut self, element: &Element, test: impl Fn(&str) -> Test) -> CompiledElement {
        let atoms: Box<[u32]> = element
            .items
            .iter()
            .map(|text| {
                let test = if text.kind == TextKind::Unreadable {
                    Test::Unreadable(text.value.clone())
                } else {
                    test(&text.value)
                };
                self.number(test)
            })
            .collect();
        let has_variables = atoms
            .iter()
            .any(|atom| matches!(self.atoms.get(*atom as usize), Some(Test::ResourceTemplate(_))));
        CompiledElement { negated: element.negated, atoms, has_variables }
    }

    fn clause(
        &mut self,
        clause: &Clause,
        variables: bool,
        statement: StatementId,
        at: u16,
    ) -> CompiledClause {
        let key = self.key(&clause.key.value);
        let base = clause.parsed.map_or(BaseOperator::StringEquals, |operator| operator.base);
        let atoms = clause.values.iter().map(|value| self.value(key, base, value, variables)).collect();
        let whole = self.free(FreeName::Clause { statement, clause: at });
        CompiledClause { key, operator: clause.parsed, atoms, whole }
    }

    fn value(&mut self, key: u32, base: BaseOperator, value: &Text, variables: bool) -> u32 {
        let test = if value.kind == TextKind::Unreadable {
            ValueTest { base, operand: super::condition::Operand::Unreadable }
        } else {
            ValueTest::new(base, &value.value, variables)
        };
        self.number(Test::Value { key, test })
    }

    fn key(&mut self, name: &str) -> u32 {
        let lower = name.to_ascii_lowercase();
        let at = self.keys.iter().position(|key| **key == *lower).unwrap_or_else(|| {
            self.keys.push(lower.into());
            self.keys.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    fn number(&mut self, test: Test) -> u32 {
        if let Some(number) = self.numbers.get(&test) {
            return *number;
        }
        let number = u32::try_from(self.atoms.len()).unwrap_or(u32::MAX);
        self.atoms.push(test.clone());
        self.numbers.insert(test, number);
        number
    }

    fn free(&mut self, name: FreeName) -> FreeAtom {
        self.free_names.push(name);
        FreeAtom(u32::try_from(self.free_names.len() - 1).unwrap_or(u32::MAX))
    }
}

enum Services {
    Every,
    These(Vec<Box<str>>),
}

/// The service prefixes whose actions a statement can touch.
fn services_of(statement: &Statement) -> Services {
    let Some(actions) = &statement.actions else { return Services::These(Vec::new()) };
    if actions.negated {
        return Services::Every;
    }
    let mut list: Vec<Box<str>> = Vec::new();
    for item in &actions.items {
        let prefix = item.value.split_once(':').map(|(prefix, _)| prefix);
        match prefix {
            Some(prefix) if !prefix.contains(['*', '?']) && item.kind != TextKind::Unreadable => {
                let lower: Box<str> = prefix.to_ascii_lowercase().into();
                if !list.contains(&lower) {
                    list.push(lower);
                }
            }
            Some(_) | None => return Services::Every,
        }
    }
    Services::These(list)
}
