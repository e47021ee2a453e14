//! Whether a condition clause holds: presence of its key, set operators, `IfExists`, negation, `Null`.

use super::Pass;
use crate::eval::compile::{CompiledClause, ElementKind, StatementId};
use crate::eval::condition::Truth;
use crate::eval::context::ContextValue;
use crate::eval::trace::Recorder;
use crate::eval::world::FreeAtom;
use crate::policy::{BaseOperator, Effect, SetOperator};

impl<R: Recorder> Pass<'_, '_, R> {
    pub(in crate::eval) fn clause(
        &mut self,
        id: StatementId,
        at: u16,
        clause: &CompiledClause,
        effect: Effect,
    ) -> bool {
        if let Some(forced) = self.forced(id, ElementKind::Clause(at)) {
            return forced;
        }
        let Some(operator) = clause.operator else { return self.free(clause.whole) };
        let request = self.request;
        let value = request.context.get(self.set.key_name(clause.key));
        let value = match value {
            Some(ContextValue::Unseen) => {
                if self.free(self.set.presence_atom(clause.key)) {
                    Some(&ContextValue::Unknown)
                } else {
                    None
                }
            }
            value => value,
        };
        if operator.base == BaseOperator::Null {
            return self.null(clause, operator.set, value);
        }
        let Some(value) = value else {
            return match operator.set {
                Some(SetOperator::ForAllValues) => true,
                // `IfExists` says true, `ForAnyValue` says false: AWS's page does not say which wins.
                Some(SetOperator::ForAnyValue) => operator.if_exists && !self.free(clause.whole),
                None => operator.if_exists || operator.negated,
            };
        };
        match (operator.set, value) {
            // One value, whichever of these it is asked for: to a set operator a set of one. An empty text would be an empty set.
            (_, ContextValue::Every(values)) if !values.holds("") => {
                self.unknown(clause, None, operator.negated, effect)
            }
            (
                set,
                ContextValue::Unknown
                | ContextValue::Within(_)
                | ContextValue::Unseen
                | ContextValue::Every(_),
            ) => self.unknown(clause, set, operator.negated, effect),
            // An empty text is an empty set to a set operator.
            (Some(SetOperator::ForAllValues), ContextValue::One(value)) if value.is_empty() => true,
            (_, ContextValue::One(value)) => self.passes(clause, operator.negated, effect, value),
            // AWS: a multi-valued key needs a set operator (`MISSING_QUALIFIER`); what happens without is not said, however
            // many values it has. Without a value nothing can equal it.
            (None, ContextValue::Many(values)) => {
                let hopeless = values.is_empty() && !operator.if_exists && !operator.negated;
                !hopeless && self.free(clause.whole)
            }
            (Some(SetOperator::ForAllValues), ContextValue::Many(values)) => {
                values.iter().all(|value| self.passes(clause, operator.negated, effect, value))
            }
            (Some(SetOperator::ForAnyValue), ContextValue::Many(values)) => {
                // Without a value it is as without the key.
                if values.is_empty() {
                    return operator.if_exists && !self.free(clause.whole);
                }
                values.iter().any(|value| self.passes(clause, operator.negated, effect, value))
            }
        }
    }

    /// One value of the request against all values of the clause.
    fn passes(&mut self, clause: &CompiledClause, negated: bool, effect: Effect, value: &str) -> bool {
        // What an empty list does to a negated operator, AWS says twice and differently (`EMPTY_ARRAY_CONDITION`).
        if clause.atoms.is_empty() && negated {
            return !self.free(clause.whole);
        }
        let mut any = false;
        let mut null = false;
        let mut mistyped = false;
        for atom in &clause.atoms {
            match self.look(*atom, value) {
                Truth::Yes => return !negated,
                Truth::No => {}
                Truth::Null => null = true,
                Truth::Mistyped => mistyped = true,
                Truth::Free => any |= self.open(*atom, Some(value)),
            }
        }
        // Values of the wrong type match nothing. Whether a negated operator then holds is not documented, and other
        // engines say it does not, even where other values are of the right type.
        if mistyped && negated {
            return self.free(clause.whole);
        }
        // A variable without a value matches nothing, so AWS's page on variables lets a negated operator hold. For an
        // Allow other engines do not grant on that, and AWS gives no example: there it stays open.
        if null && negated && effect == Effect::Allow {
            return self.free(clause.whole);
        }
        any != negated
    }

    /// A key that is there with a value nobody knows: each value of the clause is a free atom.
    fn unknown(
        &mut self,
        clause: &CompiledClause,
        set: Option<SetOperator>,
        negated: bool,
        effect: Effect,
    ) -> bool {
        if set.is_some() {
            // How many values there are is unknown too, so the clause is free as a whole.
            return self.free(clause.whole);
        }
        // An empty list under a negated operator stays open for any value, see `passes`.
        if clause.atoms.is_empty() && negated {
            return !self.free(clause.whole);
        }
        let (mut null, mut mistyped) = (false, false);
        for atom in &clause.atoms {
            // No value passes these, whatever it is.
            let without = self.without(*atom);
            let context = without.as_ref().unwrap_or(&self.request.context);
            let test = self.set.value_test(FreeAtom(*atom));
            match test.map(|test| test.hopeless(context)) {
                Some(Some(Truth::Null)) => null = true,
                Some(Some(_)) => mistyped = true,
                Some(None) | None if self.open(*atom, None) => return !negated,
                Some(None) | None => {}
            }
        }
        if negated && (mistyped || (null && effect == Effect::Allow)) {
            return self.free(clause.whole);
        }
        negated
    }

    /// `Null`. Alone it takes an empty text for null. With a set operator AWS's policy check `NULL_WITH_QUALIFIER` calls it constant, while
    /// other engines ignore the set operator: where the two differ it is free.
    fn null(
        &mut self,
        clause: &CompiledClause,
        set: Option<SetOperator>,
        value: Option<&ContextValue>,
    ) -> bool {
        let absent = match value {
            None => true,
            Some(ContextValue::Many(values)) => values.is_empty(),
            Some(ContextValue::One(value)) => value.is_empty() && set.is_none(),
            Some(
                ContextValue::Unknown
                | ContextValue::Within(_)
                | ContextValue::Unseen
                | ContextValue::Every(_),
            ) => false,
        };
        let plain = self.passes(clause, false, Effect::Deny, if absent { "true" } else { "false" });
        let constant = match set {
            None => return plain,
            Some(SetOperator::ForAllValues) => true,
            Some(SetOperator::ForAnyValue) => false,
        };
        if plain == constant || !self.free(clause.whole) { plain } else { constant }
    }
}
