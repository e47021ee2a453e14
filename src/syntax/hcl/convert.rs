//! From the library's tree to ours.

use super::tree::{
    HclAttribute, HclBlock, HclBody, HclDirective, HclExpr, HclFor, HclItem, HclKind, HclPart, HclStep,
};
use crate::source::Span;
use crate::syntax::Unwrapped;
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ForExpr, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure::{Body, Structure};
use hcl_edit::template::{Directive, Element, Strip, Template};
use std::ops::Range;

pub(super) struct Converter<'t> {
    /// The text that was read, as far as `origin` goes.
    pub(super) text: &'t str,
    pub(super) origin: Origin<'t>,
}

/// Where the text that was read stands.
#[derive(Clone, Copy)]
pub(super) enum Origin<'t> {
    /// In `text`, from there on.
    Shifted(usize),
    /// In a string of a longer text.
    Unwrapped(&'t Unwrapped),
}

impl Converter<'_> {
    fn span(&self, range: Option<Range<usize>>) -> Span {
        range.map_or_else(Span::default, |range| match self.origin {
            Origin::Shifted(shift) => Span::new(range.start + shift, range.end + shift),
            Origin::Unwrapped(unwrapped) => unwrapped.original(range),
        })
    }

    fn slice(&self, range: Option<Range<usize>>) -> &str {
        let range = range.map(|range| match self.origin {
            Origin::Shifted(shift) => range.start + shift..range.end + shift,
            Origin::Unwrapped(_) => range,
        });
        range.and_then(|range| self.text.get(range)).unwrap_or_default()
    }

    pub(super) fn body(&self, body: &Body) -> HclBody {
        let mut out = HclBody::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => out.attributes.push(HclAttribute {
                    name: attribute.key.as_str().to_owned(),
                    name_span: self.span(attribute.key.span()),
                    value: self.expr(&attribute.value),
                }),
                Structure::Block(block) => out.blocks.push(HclBlock {
                    kind: block.ident.as_str().to_owned(),
                    kind_span: self.span(block.ident.span()),
                    labels: block.labels.iter().map(|label| label.as_str().to_owned()).collect(),
                    span: self.span(block.span()),
                    body: self.body(&block.body),
                }),
            }
        }
        out
    }

    pub(super) fn expr(&self, expr: &Expression) -> HclExpr {
        let span = self.span(expr.span());
        let kind = match expr {
            Expression::Null(_) => HclKind::Null,
            Expression::Bool(flag) => HclKind::Bool(*flag.value()),
            Expression::Number(_) => HclKind::Number(self.slice(expr.span()).trim().to_owned()),
            Expression::String(text) => {
                let inner =
                    Span { start: span.start + 1, end: span.end.saturating_sub(1).max(span.start + 1) };
                let text = text.value().clone();
                HclKind::Template(if text.is_empty() { Vec::new() } else { vec![HclPart::Text(text, inner)] })
            }
            Expression::Array(items) => HclKind::Array(items.iter().map(|item| self.expr(item)).collect()),
            Expression::Object(items) => HclKind::Object(
                items
                    .iter()
                    .map(|(key, value)| HclItem { key: self.key(key), value: self.expr(value.expr()) })
                    .collect(),
            ),
            Expression::StringTemplate(template) => {
                HclKind::Template(self.elements(template.iter().collect::<Vec<_>>().as_slice()))
            }
            Expression::HeredocTemplate(heredoc) => HclKind::Template(self.template(&heredoc.template)),
            Expression::Parenthesis(inner) => return HclExpr { span, ..self.expr(inner.inner()) },
            Expression::Variable(name) => HclKind::Variable(name.as_str().to_owned()),
            Expression::Conditional(each) => HclKind::Conditional(Box::new([
                self.expr(&each.cond_expr),
                self.expr(&each.true_expr),
                self.expr(&each.false_expr),
            ])),
            Expression::FuncCall(call) if call.args.expand_final() => HclKind::Other,
            Expression::FuncCall(call) => {
                let mut name: String =
                    call.name.namespace.iter().map(|part| format!("{}::", part.as_str())).collect();
                name.push_str(call.name.name.as_str());
                HclKind::Call(name, call.args.iter().map(|each| self.expr(each)).collect())
            }
            Expression::Traversal(traversal) => self.traversal(traversal),
            Expression::UnaryOp(each) => {
                let sign = each.operator.value().as_str().chars().next().unwrap_or('!');
                HclKind::Unary(sign, Box::new(self.expr(&each.expr)))
            }
            Expression::BinaryOp(each) => HclKind::Binary(
                each.operator.value().as_str().to_owned(),
                Box::new([self.expr(&each.lhs_expr), self.expr(&each.rhs_expr)]),
            ),
            Expression::ForExpr(each) => self.for_expr(each),
        };
        HclExpr { span, kind }
    }

    fn key(&self, key: &ObjectKey) -> HclExpr {
        match key {
            ObjectKey::Ident(name) => {
                let span = self.span(name.span());
                HclExpr { span, kind: HclKind::Template(vec![HclPart::Text(name.as_str().to_owned(), span)]) }
            }
            ObjectKey::Expression(expr) => self.expr(expr),
        }
    }

    fn traversal(&self, traversal: &Traversal) -> HclKind {
        let steps = traversal.operators.iter().map(|step| match step.value() {
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => HclStep::Splat,
            TraversalOperator::GetAttr(name) => HclStep::Attribute(name.as_str().to_owned()),
            TraversalOperator::Index(index) => HclStep::Index(self.expr(index)),
            TraversalOperator::LegacyIndex(index) => HclStep::Index(HclExpr {
                span: self.span(step.span()),
                kind: HclKind::Number(index.value().to_string()),
            }),
        });
        HclKind::Traversal(Box::new(self.expr(&traversal.expr)), steps.collect())
    }

    fn for_expr(&self, each: &ForExpr) -> HclKind {
        HclKind::For(Box::new(HclFor {
            key: each.intro.key_var.as_ref().map(|name| name.as_str().to_owned()),
            value: each.intro.value_var.as_str().to_owned(),
            collection: self.expr(&each.intro.collection_expr),
            key_result: each.key_expr.as_ref().map(|expr| self.expr(expr)),
            result: self.expr(&each.value_expr),
            groups: each.grouping,
            condition: each.cond.as_ref().map(|condition| self.expr(&condition.expr)),
        }))
    }

    pub(super) fn template(&self, template: &Template) -> Vec<HclPart> {
        self.elements(template.iter().collect::<Vec<_>>().as_slice())
    }

    fn elements(&self, elements: &[&Element]) -> Vec<HclPart> {
        let mut out: Vec<HclPart> = Vec::new();
        let mut trims = false;
        for element in elements {
            let span = self.span(element.span());
            match element {
                Element::Literal(text) => {
                    let text = if trims { text.value().trim_start() } else { text.value().as_str() };
                    trims = false;
                    out.push(HclPart::Text(text.to_owned(), span));
                }
                Element::Interpolation(each) => {
                    trims = strip(&mut out, each.strip);
                    out.push(HclPart::Value(self.expr(&each.expr), span));
                }
                Element::Directive(each) => {
                    let (outer, inner) = self.directive(each);
                    trims = strip(&mut out, outer);
                    out.push(HclPart::Directive(Box::new(inner), span));
                }
            }
        }
        out
    }

    /// The directive, and on which of its outer sides white space goes.
    fn directive(&self, directive: &Directive) -> (Strip, HclDirective) {
        match directive {
            Directive::If(each) => {
                let first = each.if_expr.strip;
                let mut yes = self.template(&each.if_expr.template);
                let next = each.else_expr.as_ref().map_or(each.endif_expr.strip, |other| other.strip);
                inside(&mut yes, first, next);
                let no = each.else_expr.as_ref().map_or_else(Vec::new, |other| {
                    let mut no = self.template(&other.template);
                    inside(&mut no, other.strip, each.endif_expr.strip);
                    no
                });
                let condition = self.expr(&each.if_expr.cond_expr);
                (outer(first, each.endif_expr.strip), HclDirective::If(condition, yes, no))
            }
            Directive::For(each) => {
                let mut parts = self.template(&each.for_expr.template);
                inside(&mut parts, each.for_expr.strip, each.endfor_expr.strip);
                let key = each.for_expr.key_var.as_ref().map(|name| name.as_str().to_owned());
                let value = each.for_expr.value_var.as_str().to_owned();
                let collection = self.expr(&each.for_expr.collection_expr);
                (
                    outer(each.for_expr.strip, each.endfor_expr.strip),
                    HclDirective::For(key, value, collection, parts),
                )
            }
        }
    }
}

/// Takes white space off the text before a marker; whether it goes behind it, too.
fn strip(before: &mut [HclPart], strip: Strip) -> bool {
    if starts(strip)
        && let Some(HclPart::Text(text, _)) = before.last_mut()
    {
        text.truncate(text.trim_end().len());
    }
    ends(strip)
}

/// Takes white space off the ends of what stands between two markers.
fn inside(parts: &mut [HclPart], first: Strip, next: Strip) {
    if ends(first)
        && let Some(HclPart::Text(text, _)) = parts.first_mut()
    {
        *text = text.trim_start().to_owned();
    }
    if starts(next)
        && let Some(HclPart::Text(text, _)) = parts.last_mut()
    {
        text.truncate(text.trim_end().len());
    }
}

fn starts(strip: Strip) -> bool {
    matches!(strip, Strip::Start | Strip::Both)
}

fn ends(strip: Strip) -> bool {
    matches!(strip, Strip::End | Strip::Both)
}

fn outer(first: Strip, last: Strip) -> Strip {
    match (starts(first), ends(last)) {
        (true, true) => Strip::Both,
        (true, false) => Strip::Start,
        (false, true) => Strip::End,
        (false, false) => Strip::None,
    }
}
