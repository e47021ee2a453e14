//! `aws_iam_policy_document`: blocks to the document that the provider makes of them.

use super::policy::{self, Document};
use super::value::{Names, Scope, known_node, member, respan};
use crate::load::cloudformation::guard;
use crate::source::Span;
use crate::syntax::hcl::{HclAttribute, HclBlock, HclBody, HclExpr, HclKind, HclStep};
use crate::syntax::{Member, Node, Part, Value};
use std::borrow::Cow;

/// The document of a data source, in the scope of its file.
pub(super) fn document(scope: &Scope<'_>, block: &HclBlock) -> Document {
    let body = &block.body;
    let mut statements: Vec<Node<'static>> = Vec::new();
    for name in ["source_json", "source_policy_documents"] {
        take_in(scope, body.attribute(name), &mut statements);
    }
    for own in own_statements(scope, body) {
        put(&mut statements, own);
    }
    for name in ["override_json", "override_policy_documents"] {
        take_in(scope, body.attribute(name), &mut statements);
    }
    let mut members = Vec::new();
    // The provider writes the version where nobody does.
    let version = match body.attribute("version") {
        Some(attribute) => scoped(scope, "Version", attribute),
        None => known("Version", block.kind_span, Value::String(Cow::Borrowed("2012-10-17"))),
    };
    members.push(version);
    members.extend(body.attribute("policy_id").map(|attribute| scoped(scope, "Id", attribute)));
    members.push(known("Statement", block.kind_span, Value::Array(statements)));
    Document {
        source: scope.file,
        root: Node { span: block.span, value: Value::Object(members) },
        issues: Vec::new(),
        is_json: false,
    }
}

/// A later statement takes the place of an earlier one with its `Sid`.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document> (checked 2026-11)
fn put(statements: &mut Vec<Node<'static>>, new: Node<'static>) {
    let sid = new.get("Sid").and_then(|sid| sid.as_str().map(str::to_owned)).filter(|sid| !sid.is_empty());
    let same =
        |old: &&mut Node<'static>| sid.is_some() && old.get("Sid").and_then(Node::as_str) == sid.as_deref();
    match statements.iter_mut().find(same) {
        Some(old) => *old = new,
        None => statements.push(new),
    }
}

/// The statements of other documents. Of one that is not known, there may be any.
fn take_in(scope: &Scope<'_>, attribute: Option<&HclAttribute>, statements: &mut Vec<Node<'static>>) {
    if let Some(attribute) = attribute {
        take_all(scope, &attribute.value, &[], statements);
    }
}

/// The same of a list, or of what functions make one of; one that only some condition lets in depends on it.
fn take_all(
    scope: &Scope<'_>,
    expr: &HclExpr,
    guards: &[(String, Span)],
    statements: &mut Vec<Node<'static>>,
) {
    match &expr.kind {
        HclKind::Array(items) => items.iter().for_each(|item| take_all(scope, item, guards, statements)),
        HclKind::Call(name, lists) if LISTS.contains(&name.as_str()) => {
            lists.iter().for_each(|list| take_all(scope, list, guards, statements));
        }
        HclKind::Conditional(each) => {
            let [condition, yes, no] = each.as_ref();
            match scope.truth(condition) {
                Some(flag) => take_all(scope, if flag { yes } else { no }, guards, statements),
                None => {
                    let name = scope.shown(condition);
                    for (name, branch) in [(name.clone(), yes), (format!("not {name}"), no)] {
                        let guards = [guards, &[(name, condition.span)]].concat();
                        take_all(scope, branch, &guards, statements);
                    }
                }
            }
        }
        HclKind::Null => {}
        HclKind::Template(parts) if parts.is_empty() => {}
        HclKind::Traversal(root, steps) if is_list(scope, root, steps) => {
            if let (HclKind::Variable(_), [HclStep::Attribute(name)]) = (&root.kind, steps.as_slice())
                && let Some((file, expr)) = scope.module.local(name)
            {
                let names = Names::new();
                let inner = Scope { depth: scope.depth + 1, ..scope.module.scope(file, &names) };
                take_all(&inner, expr, guards, statements);
            }
        }
        _ => take_one(scope, expr, guards, statements),
    }
}

/// Functions that make a list of lists or of its items.
/// <https://developer.hashicorp.com/terraform/language/functions> (checked 2026-11)
const LISTS: [&str; 6] = ["compact", "concat", "distinct", "flatten", "tolist", "toset"];

/// Whether a reference is to a local value that is a list as it is written.
fn is_list(scope: &Scope<'_>, root: &HclExpr, steps: &[HclStep]) -> bool {
    let (HclKind::Variable(root), [HclStep::Attribute(name)]) = (&root.kind, steps) else { return false };
    let is_local = root == "local" && scope.depth < MOST_LOCALS;
    is_local
        && scope.module.local(name).is_some_and(|(_, expr)| match &expr.kind {
            HclKind::Array(_) => true,
            HclKind::Call(name, _) => LISTS.contains(&name.as_str()),
            _ => false,
        })
}

/// Local values that lead to local values.
const MOST_LOCALS: usize = 16;

fn take_one(
    scope: &Scope<'_>,
    expr: &HclExpr,
    guards: &[(String, Span)],
    statements: &mut Vec<Node<'static>>,
) {
    let guarded = |mut statement: Node<'static>| {
        guards.iter().for_each(|(name, span)| guard(&mut statement, name, *span));
        statement
    };
    let Ok(document) = policy::resolve(scope, expr) else {
        // What is nothing adds nothing.
        let is_nothing = match scope.value(expr).value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            _ => false,
        };
        if !is_nothing {
            statements.push(Node { span: expr.span, value: scope.hole(expr) });
        }
        return;
    };
    let elsewhere = document.source != scope.file;
    let found = document.root.get("Statement").map(|node| node.iter_one_or_many().cloned().collect());
    for each in found.unwrap_or_else(Vec::new) {
        let each = guarded(if elsewhere { respan(each, expr.span) } else { each });
        match guards {
            [] => put(statements, each),
            // Whether it takes the place of another one hangs on the same.
            _ => statements.push(each),
        }
    }
}

fn own_statements(scope: &Scope<'_>, body: &HclBody) -> Vec<Node<'static>> {
    let mut out: Vec<Node<'static>> =
        body.blocks_of("statement").map(|block| statement(scope, block, block)).collect();
    for (dynamic, content) in dynamics(body, "statement") {
        match repeated(scope, dynamic, "statement") {
            Some(all) => {
                out.extend(all.iter().map(|names| statement(&Scope { names, ..*scope }, content, dynamic)))
            }
            None => out.push(Node { span: dynamic.span, value: unknown(scope, dynamic) }),
        }
    }
    out
}

/// `dynamic "kind"` blocks with their content.
fn dynamics<'b>(body: &'b HclBody, kind: &'b str) -> impl Iterator<Item = (&'b HclBlock, &'b HclBlock)> {
    let blocks = body
        .blocks_of("dynamic")
        .filter(move |block| block.labels.first().is_some_and(|label| label == kind));
    blocks.filter_map(|block| Some((block, block.body.blocks_of("content").next()?)))
}

/// The names that each repetition of a `dynamic` block gives; nothing if it is not known which there are.
fn repeated(scope: &Scope<'_>, dynamic: &HclBlock, kind: &str) -> Option<Vec<Names>> {
    let all = scope.entries(dynamic.body.value("for_each")?)?;
    let iterator = dynamic.body.value("iterator").map(|expr| match &expr.kind {
        HclKind::Variable(name) => name.clone(),
        _ => kind.to_owned(),
    });
    let iterator = iterator.unwrap_or_else(|| kind.to_owned());
    let each = all.into_iter().map(|(key, value)| {
        let span = value.span;
        let both = vec![known_node("key", span, key), known_node("value", span, value)];
        scope.with(None, &iterator, Node { span, value: Value::Object(both) })
    });
    Some(each.collect())
}

fn unknown(scope: &Scope<'_>, dynamic: &HclBlock) -> Value<'static> {
    dynamic
        .body
        .value("for_each")
        .map_or_else(|| Value::Template(vec![Part::Hole(Cow::Borrowed("for_each"))]), |expr| scope.hole(expr))
}

fn statement(scope: &Scope<'_>, block: &HclBlock, whole: &HclBlock) -> Node<'static> {
    let body = &block.body;
    let mut members = Vec::new();
    members.extend(body.attribute("sid").map(|attribute| scoped(scope, "Sid", attribute)));
    members.push(match body.attribute("effect") {
        Some(attribute) => scoped(scope, "Effect", attribute),
        None => known("Effect", whole.kind_span, Value::String(Cow::Borrowed("Allow"))),
    });
    let lists = [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ];
    for (name, element) in lists {
        if let Some(attribute) = body.attribute(name) {
            let member = scoped(scope, element, attribute);
            // The provider leaves out what is null or empty.
            let is_empty = matches!(member.value.value, Value::Null)
                || member.value.as_array().is_some_and(<[_]>::is_empty);
            if !is_empty {
                members.push(member);
            }
        }
    }
    for (name, element) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        members.extend(principals(scope, body, name, element));
    }
    members.extend(conditions(scope, body));
    Node { span: whole.span, value: Value::Object(members) }
}

fn principals(
    scope: &Scope<'_>,
    body: &HclBody,
    name: &str,
    element: &'static str,
) -> Option<Member<'static>> {
    let mut kinds: Vec<Member<'static>> = Vec::new();
    let mut place: Option<(Span, Span)> = None;
    let mut add = |scope: &Scope<'_>, block: &HclBlock| {
        let (Some(kind), Some(identifiers)) = (block.body.value("type"), block.body.value("identifiers"))
        else {
            return;
        };
        place.get_or_insert((block.kind_span, block.span));
        kinds.push(member(escaped(scope.value(kind)), escaped(scope.value(identifiers))));
    };
    for block in body.blocks_of(name) {
        add(scope, block);
    }
    for (dynamic, content) in dynamics(body, name) {
        match repeated(scope, dynamic, name) {
            Some(all) => all.iter().for_each(|names| add(&Scope { names, ..*scope }, content)),
            None => {
                let node = Node { span: dynamic.span, value: unknown(scope, dynamic) };
                return Some(Member {
                    key_span: dynamic.kind_span,
                    ..known_node(element, dynamic.kind_span, node)
                });
            }
        }
    }
    let (key_span, span) = place?;
    let value = match kinds.as_slice() {
        // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document (checked 2026-11)
        [only] if only.key == "*" && is_star(&only.value) => Value::String(Cow::Borrowed("*")),
        _ => Value::Object(gathered(kinds)),
    };
    Some(known_node(element, key_span, Node { span, value }))
}

fn is_star(node: &Node<'_>) -> bool {
    let mut all = node.iter_one_or_many();
    all.next().is_some_and(|first| first.as_str() == Some("*")) && all.next().is_none()
}

/// Members of one key become one, their values one list.
fn gathered(members: Vec<Member<'static>>) -> Vec<Member<'static>> {
    let mut out: Vec<Member<'static>> = Vec::new();
    for each in members {
        match out.iter_mut().find(|before| before.key == each.key) {
            Some(before) => match (&mut before.value.value, each.value.value) {
                (Value::Object(old), Value::Object(new)) => {
                    let all = old.drain(..).chain(new).collect();
                    *old = gathered(all);
                }
                (_, new) => {
                    let new = Node { span: each.value.span, value: new };
                    let all =
                        before.value.iter_one_or_many().chain(new.iter_one_or_many()).cloned().collect();
                    before.value.value = Value::Array(all);
                }
            },
            None => out.push(each),
        }
    }
    out
}

fn conditions(scope: &Scope<'_>, body: &HclBody) -> Option<Member<'static>> {
    let mut operators: Vec<Member<'static>> = Vec::new();
    let mut place: Option<(Span, Span)> = None;
    let mut add = |scope: &Scope<'_>, block: &HclBlock| {
        let value = |name: &str| block.body.value(name).map(|expr| escaped(scope.value(expr)));
        let (Some(test), Some(variable), Some(values)) = (value("test"), value("variable"), value("values"))
        else {
            return;
        };
        place.get_or_insert((block.kind_span, block.span));
        let inner = Node { span: block.span, value: Value::Object(vec![member(variable, values)]) };
        operators.push(member(test, inner));
    };
    for block in body.blocks_of("condition") {
        add(scope, block);
    }
    let mut open = Vec::new();
    for (dynamic, content) in dynamics(body, "condition") {
        match repeated(scope, dynamic, "condition") {
            Some(all) => all.iter().for_each(|names| add(&Scope { names, ..*scope }, content)),
            None => {
                let node = || Node { span: dynamic.span, value: unknown(scope, dynamic) };
                open.push(member(node(), node()));
            }
        }
    }
    let (key_span, span) = place.or_else(|| open.first().map(|first| (first.key_span, first.value.span)))?;
    operators.extend(open);
    Some(known_node("Condition", key_span, Node { span, value: Value::Object(gathered(operators)) }))
}

fn scoped(scope: &Scope<'_>, key: &'static str, attribute: &HclAttribute) -> Member<'static> {
    known_node(key, attribute.name_span, escaped(scope.value(&attribute.value)))
}

fn known(key: &'static str, span: Span, value: Value<'static>) -> Member<'static> {
    known_node(key, span, Node { span, value })
}

/// In these blocks `&{` stands for `${` of a policy variable.
fn escaped(mut node: Node<'static>) -> Node<'static> {
    let plain = |text: Cow<'static, str>| {
        if text.contains("&{") { Cow::Owned(text.replace("&{", "${")) } else { text }
    };
    node.value = match node.value {
        Value::String(text) => Value::String(plain(text)),
        Value::Template(parts) => Value::Template(
            parts
                .into_iter()
                .map(|part| match part {
                    Part::Text(text) => Part::Text(plain(text)),
                    hole @ Part::Hole(_) => hole,
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(escaped).collect()),
        // The provider takes texts, and Terraform makes one of a number.
        Value::Number(text) => Value::String(text),
        Value::Bool(flag) => Value::String(Cow::Owned(flag.to_string())),
        value => value,
    };
    node
}
