//! `Condition`: a clause for each operator and key.

use super::Reader;
use crate::policy::document::{Clause, FaultKind};
use crate::policy::operator::Operator;
use crate::policy::text::{Text, key_of};
use crate::policy::unknown::unknown_clause;
use crate::syntax::{Node, Value};

impl Reader {
    pub(super) fn condition(&mut self, node: &Node<'_>, out: &mut Vec<Clause>) {
        if let Value::Template(parts) = &node.value {
            out.push(unknown_clause(Text::of_parts(parts, node.span), node.span, parts));
            return;
        }
        let Value::Object(operators) = &node.value else {
            if !matches!(node.value, Value::Missing) {
                self.fault(FaultKind::WrongType, node.span, "Condition");
            }
            return;
        };
        for operator in operators {
            let name = key_of(operator);
            let parsed = Operator::parse(&operator.key).filter(|_| name.is_whole());
            // AWS takes an operator that it does not know as long as nothing stands below it.
            let idle = operator.value.as_object().is_some_and(|keys| keys.is_empty());
            if parsed.is_none() && !idle && name.is_whole() {
                self.fault(FaultKind::UnknownOperator, operator.key_span, &operator.key);
            }
            if let Value::Template(parts) = &operator.value.value {
                out.push(unknown_clause(name, operator.value.span, parts));
                continue;
            }
            let Value::Object(keys) = &operator.value.value else {
                if !matches!(operator.value.value, Value::Missing) {
                    self.fault(FaultKind::WrongType, operator.value.span, &operator.key);
                }
                continue;
            };
            for (at, member) in keys.iter().enumerate() {
                let twin = keys
                    .iter()
                    .take(at)
                    .any(|other| other.key != member.key && other.key.eq_ignore_ascii_case(&member.key));
                if twin {
                    self.fault(FaultKind::KeysDifferOnlyByCase, member.key_span, &member.key);
                }
                let key = key_of(member);
                out.push(Clause {
                    operator: name.clone(),
                    // Which key is compared is not known, so nothing of the comparison is.
                    parsed: parsed.filter(|_| key.is_whole()),
                    key,
                    span: member.key_span.join(member.value.span),
                    value_span: member.value.span,
                    values: self.texts(&member.value, &member.key, true),
                });
            }
        }
    }
}
