//! Numbering: every element of every statement becomes a list of atoms.

use super::{
    ActionTest, Candidates, CompiledClause, CompiledElement, CompiledLayer, CompiledStatement, FreeName,
    Gate, Group, StatementId, Test,
};
use crate::eval::clock::as_clock;
use crate::eval::condition::{Operand, Template, ValueTest};
use crate::eval::glob::Glob;
use crate::eval::layers::{Layer, LayerKind, Layers};
use crate::eval::principal::PrincipalTest;
use crate::eval::world::FreeAtom;
use crate::policy::{
    BaseOperator, Clause, Effect, Element, Policy, Statement, Text, TextKind, arn, variable,
};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

#[derive(Default)]
pub(super) struct Builder<'p> {
    pub(super) atoms: Vec<Test>,
    numbers: FxHashMap<Test, u32>,
    pub(super) keys: Vec<Box<str>>,
    pub(super) statements: Vec<CompiledStatement>,
    pub(super) origins: Vec<(&'p Policy, &'p Statement)>,
    pub(super) free_names: Vec<FreeName>,
    pub(super) policies: Vec<(LayerKind, u16, &'p Policy)>,
    /// Whether equal clauses that nothing settles have one number, wherever they stand.
    shares: bool,
    /// Whether the two keys with the moment of the request stand each for itself.
    two_clocks: bool,
    wholes: FxHashMap<Whole, FreeAtom>,
}

/// A clause by its content: key, operator, tests.
type Whole = (u32, Box<str>, Box<[u32]>);

impl<'p> Builder<'p> {
    /// A builder for sets that are compared.
    pub(super) fn sharing() -> Self {
        Self { shares: true, ..Self::default() }
    }

    /// A builder for requests that other engines recorded.
    pub(super) fn with_two_clocks() -> Self {
        Self { two_clocks: true, ..Self::default() }
    }

    /// Compiles every known layer.
    pub(super) fn layers(&mut self, layers: &Layers<'p>) -> [CompiledLayer; 7] {
        let one = |builder: &mut Builder<'p>, kind, layer: &Layer<Vec<&'p Policy>>| CompiledLayer {
            state: layer.map(|policies| vec![builder.group(kind, 0, policies)]),
        };
        let many = |builder: &mut Builder<'p>, kind, layer: &Layer<Vec<Vec<&'p Policy>>>| CompiledLayer {
            state: layer.map(|levels| {
                let levels = (0u16..).zip(levels);
                levels.map(|(level, policies)| builder.group(kind, level, policies)).collect()
            }),
        };
        [
            one(self, LayerKind::Identity, &layers.identity),
            one(self, LayerKind::Resource, &layers.resource),
            one(self, LayerKind::Boundary, &layers.boundary),
            one(self, LayerKind::Session, &layers.session),
            many(self, LayerKind::Scp, &layers.scp),
            many(self, LayerKind::Rcp, &layers.rcp),
            one(self, LayerKind::Endpoint, &layers.endpoint),
        ]
    }

    pub(super) fn group(&mut self, layer: LayerKind, level: u16, policies: &[&'p Policy]) -> Group {
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
        let gate = |id: &u32| {
            let statement = self.statements.get(*id as usize);
            Gate::new(statement.and_then(|statement| statement.resources.as_ref()), &self.atoms)
        };
        // What denies comes first: a Deny that applies settles the request, whatever else stands there.
        let allows = |id: &u32| {
            self.statements.get(*id as usize).is_some_and(|statement| statement.effect == Effect::Allow)
        };
        let gated = |mut ids: Vec<u32>| {
            ids.sort_by_key(allows);
            Candidates { gates: ids.iter().map(gate).collect(), ids: ids.into() }
        };
        let list_for = |name: Option<&str>| -> Candidates {
            let ids = members
                .iter()
                .filter(|(_, services)| match (services, name) {
                    (Services::Every, _) => true,
                    (Services::These(list), Some(name)) => list.iter().any(|service| **service == *name),
                    (Services::These(_), None) => false,
                })
                .map(|(id, _)| *id)
                .collect();
            gated(ids)
        };
        let any = list_for(None);
        let services = names
            .into_iter()
            .map(|name| {
                let list = list_for(Some(&name));
                (name, list)
            })
            .collect();
        let all = gated(members.iter().map(|(id, _)| *id).collect());
        Group { services, any, all }
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
            null: None,
            atoms: principals
                .entries
                .iter()
                .map(|entry| match PrincipalTest::new(entry) {
                    PrincipalTest::Unreadable if !entry.value.is_whole() => self.hole(&entry.value),
                    PrincipalTest::Unreadable => self.number(Test::Unreadable(entry.value.value.clone())),
                    test => self.number(Test::Principal(test)),
                })
                .collect(),
        });
        let actions = statement.actions.as_ref().map(|element| {
            self.element(element, Self::held_action, |text| {
                Test::Action(ActionTest { pattern: Glob::new(&text.to_ascii_lowercase()) })
            })
        });
        let resources = statement.resources.as_ref().map(|element| {
            let held = |builder: &mut Self, text: &Text| builder.held_resource(text, variables);
            self.element(element, held, |text| {
                let text = &*whole(text, layer);
                match variables.then(|| variable::resource_pieces(text)).flatten() {
                    Some(pieces) => Test::ResourceTemplate(Template::new(pieces)),
                    None => Test::Resource(Glob::new(text)),
                }
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

    fn element(
        &mut self,
        element: &Element,
        held: impl Fn(&mut Self, &Text) -> u32,
        test: impl Fn(&str) -> Test,
    ) -> CompiledElement {
        let atoms: Box<[u32]> = element
            .items
            .iter()
            .map(|text| {
                if !text.is_whole() {
                    return held(self, text);
                }
                let test = if text.kind == TextKind::Unreadable {
                    Test::Unreadable(text.value.clone())
                } else {
                    test(&text.value)
                };
                self.number(test)
            })
            .collect();
        let test_of = |atom: u32| match self.atoms.get(atom as usize) {
            Some(Test::Held { pattern, .. }) => self.atoms.get(*pattern as usize),
            test => test,
        };
        let has_variables =
            atoms.iter().any(|atom| matches!(test_of(*atom), Some(Test::ResourceTemplate(_))));
        let null =
            has_variables.then(|| self.number(Test::Unreadable("a policy variable without a value".into())));
        CompiledElement { negated: element.negated, atoms, null }
    }

    fn clause(
        &mut self,
        clause: &Clause,
        variables: bool,
        statement: StatementId,
        at: u16,
    ) -> CompiledClause {
        let (name, parsed) = match as_clock(clause).filter(|_| !self.two_clocks) {
            Some((name, operator)) => (name, Some(operator)),
            None => (&*clause.key.value, clause.parsed),
        };
        let key = self.key(name);
        let base = parsed.map_or(BaseOperator::StringEquals, |operator| operator.base);
        let atoms: Box<[u32]> =
            clause.values.iter().map(|value| self.value(key, base, value, variables)).collect();
        let name = FreeName::Clause { statement, clause: at };
        let whole = if self.shares {
            let mut tests = atoms.clone();
            tests.sort_unstable();
            let content = (key, clause.operator.value.to_ascii_lowercase().into(), tests);
            match self.wholes.get(&content) {
                Some(whole) => *whole,
                None => {
                    let whole = self.free(name);
                    self.wholes.insert(content, whole);
                    whole
                }
            }
        } else {
            self.free(name)
        };
        CompiledClause { key, operator: parsed, atoms, whole }
    }

    fn value(&mut self, key: u32, base: BaseOperator, value: &Text, variables: bool) -> u32 {
        if !value.is_whole() {
            return self.held_value(key, base, value, variables);
        }
        let test = if value.kind == TextKind::Unreadable {
            ValueTest { base, operand: Operand::Unreadable }
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

    pub(super) fn number(&mut self, test: Test) -> u32 {
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

/// The ARNs that a resource stands for. API Gateway takes `execute-api:/stage/method/path` for those of the API that has the policy;
/// what of an ARN is missing IAM fills in. Of policies of resources and endpoints, which other services read, AWS does not say that.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html> (checked 2026-11)
fn whole(text: &str, layer: LayerKind) -> Cow<'_, str> {
    match (text.strip_prefix("execute-api:/"), layer) {
        (Some(rest), _) => Cow::Owned(format!("arn:*:execute-api:*:*:*/{rest}")),
        (None, LayerKind::Resource | LayerKind::Endpoint) => Cow::Borrowed(text),
        (None, _) => arn::completed(text),
    }
}
