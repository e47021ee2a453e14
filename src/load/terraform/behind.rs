//! What of a module's text bears on a value that only the run knows: of `each.key` what `for_each` says, of a local value its
//! expression. Where that changes, a policy that reads the same says another thing.

use super::declared::reached;
use super::module::{File, Module};
use super::value::{LONGEST, Scope, expression_of};
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
        match read_hcl(&format!("x = {}\n", expression_of(name))) {
            Ok(body) if name.chars().count() < LONGEST => {
                body.attributes.iter().for_each(|each| texts.expr(&each.value))
            }
            // The name is no whole expression.
            Ok(_) | Err(_) => texts.is_open = true,
        }
        if texts.is_open {
            out.insert(name.to_owned(), whole(scope.module));
        } else if !texts.found.is_empty() {
            out.insert(name.to_owned(), mark(texts.found.iter().map(String::as_str)));
        }
    }
    out
}

/// A mark of all that a module, and who calls it, says.
fn whole(module: &Module) -> u64 {
    let texts = |module: &Module| -> Vec<String> {
        module.files.iter().chain(&module.values).map(|file| file.text.clone()).collect()
    };
    let mut all = texts(module);
    module.calls.each(|caller, _, _| all.extend(texts(caller)));
    mark(all.iter().map(String::as_str))
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
            ("var", [name, ..]) => self.variable(name),
            // The same name is the same value, whatever it is.
            ("path" | "terraform" | "self", _) => {}
            // An attribute of a resource, also of one that the module lacks.
            (kind, [_, ..]) if kind.contains('_') => {}
            _ => self.is_open = true,
        }
    }

    fn block(&mut self, kind: &str, labels: &[&str]) {
        if let Some((file, block)) = self.module.block(kind, labels) {
            self.found.insert(file.text.get(block.span.range()).unwrap_or_default().to_owned());
        }
    }

    /// What gives a variable its value: the calls of the module, or else its own files.
    fn variable(&mut self, name: &str) {
        let module = self.module;
        if !module.calls.is_called() {
            if let Some((file, expr, _)) = module.variable(name) {
                self.add(file, expr);
            }
            return;
        }
        let mut found = std::mem::take(&mut self.found);
        let mut is_open = self.is_open;
        module.calls.each(|caller, file, block| {
            let mut inner = Texts { module: caller, block, found: std::mem::take(&mut found), is_open };
            for name in [name, "for_each", "count"] {
                if let Some(expr) = block.body.value(name) {
                    inner.add(file, expr);
                }
            }
            (found, is_open) = (inner.found, inner.is_open);
        });
        (self.found, self.is_open) = (found, is_open);
        if let Some((file, block)) = module.block("variable", &[name])
            && let Some(expr) = block.body.value("default")
        {
            self.add(file, expr);
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
