//! A policy with the places of another text that says the same: a plan's values where the module is written.

use super::document::{Clause, Element, Policy, Principals, Statement};
use super::text::Text;
use crate::source::Span;

impl Policy {
    /// This policy, every part of it at the place of the same part of `text`; of what is not told apart there, at the nearest
    /// place around it.
    #[must_use]
    pub fn placed_at(&self, text: &Self) -> Self {
        let mut out = self.clone();
        (out.source, out.level, out.notation) = (text.source, text.level, text.notation);
        (out.span, out.statement_span) = (text.span, text.statement_span);
        out.version_span = out.version_span.map(|_| text.version_span.unwrap_or(text.span));
        if let Some(id) = &mut out.id {
            id.span = text.id.as_ref().map_or(text.span, |id| id.span);
        }
        let as_many = self.statements.len() == text.statements.len();
        for statement in &mut out.statements {
            let sid = statement.sid.as_ref().map(|sid| sid.value.clone());
            let same_sid =
                |other: &&Statement| sid.is_some() && other.sid.as_ref().map(|sid| sid.value.clone()) == sid;
            let same_place = text.statements.get(statement.index).filter(|_| as_many);
            match text.statements.iter().find(same_sid).or(same_place) {
                Some(other) => statement.place_at(other),
                None => statement.all_at(text.statement_span),
            }
        }
        for fault in &mut out.faults {
            fault.span = text.span;
        }
        out
    }
}

impl Statement {
    fn place_at(&mut self, text: &Self) {
        (self.span, self.effect_span) = (text.span, text.effect_span);
        if let Some(sid) = &mut self.sid {
            sid.span = text.sid.as_ref().map_or(text.span, |sid| sid.span);
        }
        let condition = text.condition_span.unwrap_or(text.span);
        self.condition_span = self.condition_span.map(|_| condition);
        match (&mut self.principals, &text.principals) {
            (Some(own), Some(other)) => own.place_at(other),
            (Some(own), None) => own.all_at(text.span),
            (None, _) => {}
        }
        for (own, other) in [(&mut self.actions, &text.actions), (&mut self.resources, &text.resources)] {
            match (own, other) {
                (Some(own), Some(other)) => own.place_at(other),
                (Some(own), None) => own.all_at(text.span),
                (None, _) => {}
            }
        }
        for clause in &mut self.clauses {
            let is_it = |other: &&Clause| {
                other.operator.value == clause.operator.value
                    && other.key.value.eq_ignore_ascii_case(&clause.key.value)
            };
            match text.clauses.iter().find(is_it) {
                Some(other) => clause.place_at(other),
                None => clause.all_at(condition),
            }
        }
    }

    fn all_at(&mut self, span: Span) {
        (self.span, self.effect_span) = (span, span);
        self.condition_span = self.condition_span.map(|_| span);
        self.sid.iter_mut().for_each(|sid| sid.span = span);
        self.principals.iter_mut().for_each(|each| each.all_at(span));
        self.actions.iter_mut().chain(&mut self.resources).for_each(|each| each.all_at(span));
        self.clauses.iter_mut().for_each(|clause| clause.all_at(span));
    }
}

impl Principals {
    fn place_at(&mut self, text: &Self) {
        (self.span, self.key_span) = (text.span, text.key_span);
        let as_many = self.entries.len() == text.entries.len();
        for (at, entry) in self.entries.iter_mut().enumerate() {
            let other = text.entries.get(at).filter(|_| as_many);
            entry.kind_span = other.map_or(text.span, |other| other.kind_span);
            entry.value.span = other.map_or(text.span, |other| other.value.span);
        }
    }

    fn all_at(&mut self, span: Span) {
        (self.span, self.key_span) = (span, span);
        for entry in &mut self.entries {
            (entry.kind_span, entry.value.span) = (span, span);
        }
    }
}

impl Element {
    fn place_at(&mut self, text: &Self) {
        (self.span, self.key_span) = (text.span, text.key_span);
        place(&mut self.items, &text.items, text.span);
    }

    fn all_at(&mut self, span: Span) {
        (self.span, self.key_span) = (span, span);
        place(&mut self.items, &[], span);
    }
}

impl Clause {
    fn place_at(&mut self, text: &Self) {
        (self.span, self.value_span) = (text.span, text.value_span);
        (self.operator.span, self.key.span) = (text.operator.span, text.key.span);
        place(&mut self.values, &text.values, text.value_span);
    }

    fn all_at(&mut self, span: Span) {
        (self.span, self.value_span) = (span, span);
        (self.operator.span, self.key.span) = (span, span);
        place(&mut self.values, &[], span);
    }
}

/// A list at the places of another one of the same length, in its order; else each at the same value, or all around.
fn place(items: &mut [Text], text: &[Text], around: Span) {
    let as_many = items.len() == text.len();
    for (at, item) in items.iter_mut().enumerate() {
        let same = text.iter().find(|other| other.is_whole() && other.value == item.value);
        let other = same.or(text.get(at).filter(|_| as_many));
        item.span = other.map_or(around, |other| other.span);
    }
}
