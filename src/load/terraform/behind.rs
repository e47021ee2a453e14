//! What of a module's text bears on a value that only the run knows: of `each.key` what `for_each` says, of a local value its
//! expression. Where that changes, a policy that reads the same says another thing.

use super::declared::reached;
use super::module::{File, Module};
use super::value::{LONGEST, Scope};
use super::walk;
use crate::evidence::mark;
use crate::syntax::hcl::{HclBlock, HclExpr, HclKind, HclStep, read_hcl};
use std::collections::{BTreeMap, BTreeSet};

/// By the names of holes of a block, a mark of the text behind. What only the run knows whatever the text says has none.
pub(super) fn behind<'n>(
    scope: &Scope<'_>,
    block: &HclBlock,
    names: impl IntoIterator<Item = &'n str>,
) -> BTreeMap<String, u64> {
    let mut out = BTreeMap::new();
    for name in names {
        let mut texts = Texts { module: scope.module, block, found: BTreeSet::new(), is_open: false };
        match read_hcl(&format!("x = {name}\n")) {
            Ok(body) if name.chars().count() < LONGEST => {
                body.attributes.iter().for_each(|each| texts.expr(&each.value))
            }
            // The name is no whole expression.
            Ok(_) | Err(_) => texts.is_open = true,
        }
        if texts.is_open {
            let all = scope.module.files.iter().chain(&scope.module.values);
            out.insert(name.to_owned(), mark(all.map(|file| file.text.as_str())));
        } else if !texts.found.is_empty() {
            out.insert(name.to_owned(), mark(texts.found.iter().map(String::as_str)));
        }
    }
    out
}

struct Texts<'m> {
    module: &'m Module,
    block: &'m HclBlock,
    found: BTreeSet<String>,
    /// What it is made of cannot be told.
    is_open: bool,
}

impl Texts<'_> {
    fn add(&mut self, file: &File, expr: &HclExpr) {
        let text = file.text.get(expr.span.range()).unwrap_or_default();
        if self.found.insert(text.to_owned()) {
            self.expr(expr);
        }
    }

    /// What the references of an expression lead to.
    fn expr(&mut self, expr: &HclExpr) {
        let (mut roots, mut bound) = (Vec::new(), BTreeSet::new());
        walk(expr, &mut |expr| match &expr.kind {
            HclKind::Traversal(root, steps) => {
                if let HclKind::Variable(root) = &root.kind {
                    let names = steps.iter().map_while(|step| match step {
                        HclStep::Attribute(name) => Some(name.as_str()),
                        HclStep::Index(_) | HclStep::Splat => None,
                    });
                    roots.push((root.clone(), names.map(str::to_owned).collect::<Vec<String>>()));
                }
            }
            HclKind::For(each) => {
                bound.extend(each.key.iter().chain([&each.value]).cloned());
            }
            // Without steps a name is one of a loop, or not known.
            HclKind::Variable(name) => roots.push((name.clone(), Vec::new())),
            _ => {}
        });
        // The root of a traversal is met by itself, too.
        let with_steps: BTreeSet<String> =
            roots.iter().filter(|(_, steps)| !steps.is_empty()).map(|(root, _)| root.clone()).collect();
        for (root, steps) in roots {
            if bound.contains(&root) || (steps.is_empty() && with_steps.contains(&root)) {
                continue;
            }
            self.reference(&root, &steps);
        }
    }

    fn reference(&mut self, root: &str, steps: &[String]) {
        match (root, steps) {
            ("each" | "count", _) => self.several(),
            ("local", [name, ..]) => {
                if let Some((file, expr)) = self.module.local(name) {
                    self.add(file, expr);
                }
            }
            ("module", [name, ..]) => self.block("module", &[name]),
            ("data", [kind, name, ..]) => self.block("data", &[kind, name]),
            // The same name is the same value, whatever it is.
            ("var" | "path" | "terraform" | "self", _) => {}
            (kind, [name, ..]) if self.module.block("resource", &[kind, name]).is_some() => {}
            _ => self.is_open = true,
        }
    }

    fn block(&mut self, kind: &str, labels: &[&str]) {
        if let Some((file, block)) = self.module.block(kind, labels) {
            self.found.insert(file.text.get(block.span.range()).unwrap_or_default().to_owned());
        }
    }

    /// Of the block, and of all that it refers to, how many are made.
    fn several(&mut self) {
        let own = self.block.labels.join(".");
        let mut addresses = reached(self.module, &own);
        addresses.insert(own);
        for file in &self.module.files {
            for block in &file.body.blocks {
                let address = match block.kind.as_str() {
                    "resource" => block.labels.join("."),
                    kind => format!("{kind}.{}", block.labels.join(".")),
                };
                if addresses.contains(&address) {
                    for name in ["for_each", "count"] {
                        if let Some(expr) = block.body.value(name) {
                            self.add(file, expr);
                        }
                    }
                }
            }
        }
    }
}
