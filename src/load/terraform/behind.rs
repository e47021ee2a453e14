//! What bears on a value that only the run knows: of `each.key` what `for_each` says, of a local value its expression, of an
//! output what its module says, of what is read the file, and all that these refer to. Where that changes, a policy that reads
//! the same says another thing.

mod reach;

use super::assets;
use super::module::{File, Module};
use super::value::{LONGEST, Names, Scope, expression_of};
use super::walk;
use crate::evidence::{Behind, mark};
use crate::syntax::hcl::{HclBlock, HclBody, HclExpr, HclKind, HclStep, read_hcl};
use crate::syntax::{Part, Value};
use std::collections::{BTreeMap, BTreeSet};

/// References followed one behind the other; of longer chains the whole module is what bears.
const DEEPEST: usize = 100;

/// Arguments that say nothing of what a block makes.
const BESIDE: [&str; 6] = ["depends_on", "description", "iterator", "lifecycle", "providers", "tags"];

/// By the names of holes of a block, marks of what is behind. What only the run knows whatever the text says has none.
pub(super) fn behind<'n>(
    scope: &Scope<'_>,
    block: &HclBlock,
    names: impl IntoIterator<Item = &'n str>,
) -> Behind {
    let mut out = Behind::new();
    let mut repeated = None;
    for name in names {
        let mut texts = Texts::default();
        let at = At { module: scope.module, block: Some(block) };
        let text = format!("x = {}\n", expression_of(name));
        match read_hcl(&text) {
            Ok(body) if name.chars().count() < LONGEST => {
                let inner = Scope { text: &text, ..*scope };
                body.attributes.iter().for_each(|each| texts.expr(at, &inner, &each.value));
            }
            // The name is no whole expression.
            Ok(_) | Err(_) => texts.is_open = true,
        }
        // Of blocks that are repeated as often as that says, all is left open.
        let repeated = repeated.get_or_insert_with(|| dynamics(scope.module));
        for (file, dynamic) in repeated.get(name).into_iter().flatten() {
            let label = format!("dynamic {}", dynamic.labels.join("."));
            texts.body(at, file, &dynamic.body, &label);
        }
        if texts.is_open {
            texts.found.clear();
            whole(scope.module, &mut texts.found);
        }
        if !texts.found.is_empty() {
            out.insert(name.to_owned(), texts.marks());
        }
    }
    out
}

/// What a block is made with: by its arguments but for those that are read otherwise, and by what these refer to, marks.
pub(super) fn made_with(
    module: &Module,
    (file, block): (&File, &HclBlock),
    read: &[String],
) -> BTreeMap<String, u64> {
    let mut texts = Texts::default();
    let at = At { module, block: Some(block) };
    let is_said = |name: &String| !BESIDE.contains(&name.as_str()) && !read.contains(name);
    for attribute in block.body.attributes.iter().filter(|each| is_said(&each.name)) {
        texts.add(at, (&attribute.name, file), &attribute.value);
    }
    for inner in block.body.blocks.iter().filter(|each| !BESIDE.contains(&each.kind.as_str())) {
        texts.body(at, file, &inner.body, &inner.kind);
    }
    if texts.is_open {
        whole(module, &mut texts.found);
    }
    texts.marks()
}

type Dynamics<'m> = BTreeMap<String, Vec<(&'m File, &'m HclBlock)>>;

/// The `dynamic` blocks of a module by the holes that they become.
fn dynamics(module: &Module) -> Dynamics<'_> {
    fn search<'m>(scope: &Scope<'_>, file: &'m File, body: &'m HclBody, out: &mut Dynamics<'m>) {
        for block in &body.blocks {
            if let ("dynamic", Some(expr)) = (block.kind.as_str(), block.body.value("for_each"))
                && let Value::Template(parts) = scope.hole(expr)
                && let [Part::Hole(name)] = parts.as_slice()
            {
                out.entry(name.to_string()).or_default().push((file, block));
            }
            search(scope, file, &block.body, out);
        }
    }
    let (names, mut out) = (Names::new(), Dynamics::new());
    for file in &module.files {
        search(&module.scope(file, &names), file, &file.body, &mut out);
    }
    out
}

/// All that a module, what it reads, and who calls it, say.
fn whole(module: &Module, found: &mut BTreeMap<String, BTreeSet<String>>) {
    let mut add = |module: &Module| {
        for file in module.files.iter().chain(&module.values) {
            // A revision stands before the names of its files.
            let name = file.name.rsplit(['/', ':']).next().unwrap_or(&file.name);
            found.entry(name.to_owned()).or_default().insert(file.text.clone());
        }
        for (name, asset) in module.assets.borrow().iter() {
            found.entry(name.clone()).or_default().insert(asset.text.clone());
        }
    };
    add(module);
    module.callees.each(|callee| add(callee));
    module.calls.each(|caller, _, _| add(caller));
}

/// Where an expression stands.
#[derive(Clone, Copy)]
struct At<'a> {
    module: &'a Module,
    /// The block whose holes are looked at, in its module.
    block: Option<&'a HclBlock>,
}

#[derive(Default)]
struct Texts {
    /// By what it is called, the texts of it.
    found: BTreeMap<String, BTreeSet<String>>,
    /// What was followed, by its module.
    seen: BTreeSet<(usize, String)>,
    depth: usize,
    /// What it is made of cannot be told.
    is_open: bool,
}

impl Texts {
    fn marks(&self) -> BTreeMap<String, u64> {
        let of = |texts: &BTreeSet<String>| mark(texts.iter().map(String::as_str));
        self.found.iter().map(|(label, texts)| (label.clone(), of(texts))).collect()
    }

    fn put(&mut self, label: &str, text: String) {
        self.found.entry(label.to_owned()).or_default().insert(text);
    }

    /// Whether something is met for the first time.
    fn is_new(&mut self, module: &Module, label: &str) -> bool {
        self.seen.insert((std::ptr::from_ref(module).addr(), label.to_owned()))
    }

    /// An expression under a name, and what it refers to.
    fn add(&mut self, at: At<'_>, (label, file): (&str, &File), expr: &HclExpr) {
        self.put(label, file.text.get(expr.span.range()).unwrap_or_default().to_owned());
        self.expr(at, &at.module.scope(file, &Names::new()), expr);
    }

    /// The arguments of a body and its blocks under a name, and what these refer to.
    fn body(&mut self, at: At<'_>, file: &File, body: &HclBody, label: &str) {
        let said = body.attributes.iter().filter(|each| !BESIDE.contains(&each.name.as_str()));
        for attribute in said {
            let text = file.text.get(attribute.value.span.range()).unwrap_or_default();
            self.put(label, format!("{} = {text}", attribute.name));
            self.expr(at, &at.module.scope(file, &Names::new()), &attribute.value);
        }
        for (index, block) in body.blocks.iter().enumerate() {
            if !BESIDE.contains(&block.kind.as_str()) {
                self.put(label, format!("{index} {} {}", block.kind, block.labels.join(".")));
                self.body(at, file, &block.body, label);
            }
        }
    }

    /// What the references of an expression lead to.
    fn expr(&mut self, at: At<'_>, scope: &Scope<'_>, expr: &HclExpr) {
        if self.depth >= DEEPEST {
            self.is_open = true;
            return;
        }
        self.depth += 1;
        let (mut roots, mut bound, mut reads) = (Vec::new(), BTreeSet::new(), Vec::new());
        walk(expr, &mut |expr| match &expr.kind {
            HclKind::Traversal(root, steps) => {
                if let HclKind::Variable(root) = &root.kind {
                    let names =
                        steps.iter().filter(|step| !matches!(step, HclStep::Index(_) | HclStep::Splat));
                    let names = names.map_while(|step| match step {
                        HclStep::Attribute(name) => Some(name.clone()),
                        HclStep::Index(_) | HclStep::Splat => None,
                    });
                    roots.push((root.clone(), names.collect::<Vec<String>>()));
                }
            }
            HclKind::For(each) => {
                bound.extend(each.key.iter().chain([&each.value]).cloned());
            }
            // Without steps a name is one of a loop, or not known.
            HclKind::Variable(name) => roots.push((name.clone(), Vec::new())),
            HclKind::Call(..) => reads.extend(assets::of_call(expr, &|expr| scope.value(expr).value)),
            _ => {}
        });
        // The root of a traversal is met by itself, too.
        let with_steps: BTreeSet<String> =
            roots.iter().filter(|(_, steps)| !steps.is_empty()).map(|(root, _)| root.clone()).collect();
        for (root, steps) in roots {
            if bound.contains(&root) || (steps.is_empty() && with_steps.contains(&root)) {
                continue;
            }
            self.reference(at, &root, &steps);
        }
        for read in reads {
            self.read(at.module, &read);
        }
        self.depth -= 1;
    }

    fn reference(&mut self, at: At<'_>, root: &str, steps: &[String]) {
        match (root, steps) {
            ("each" | "count", _) => self.several(at),
            ("local", [name, ..]) => {
                let label = format!("local.{name}");
                if let Some((file, expr)) = at.module.local(name).filter(|_| self.is_new(at.module, &label)) {
                    self.add(at, (&label, file), expr);
                }
            }
            ("module", [name, output, ..]) => self.output(at, name, Some(output)),
            ("module", [name]) => self.output(at, name, None),
            ("data", [kind, name, ..]) => self.data(at, kind, name),
            ("var", [name, ..]) => self.variable(at, name),
            // The same name is the same value, whatever it is.
            ("path" | "terraform" | "self", _) => {}
            (kind, [name, rest @ ..]) if at.module.block("resource", &[kind, name]).is_some() => {
                self.resource(at, (kind, name), rest.first().map(String::as_str));
            }
            // What a repeated block gives, or an attribute of a resource that the module lacks.
            (name, [_, ..]) => {
                let all = iterated(at.module, name);
                if all.is_empty() && !name.contains('_') {
                    self.is_open = true;
                }
                let label = format!("dynamic {name}");
                for (file, expr) in all {
                    if self.is_new(at.module, &format!("{label} {}", expr.span.start)) {
                        self.add(at, (&label, file), expr);
                    }
                }
            }
            _ => self.is_open = true,
        }
    }
}

/// What the `dynamic` blocks of a module are repeated over that give it this name.
fn iterated<'m>(module: &'m Module, name: &str) -> Vec<(&'m File, &'m HclExpr)> {
    fn search<'m>(file: &'m File, body: &'m HclBody, name: &str, out: &mut Vec<(&'m File, &'m HclExpr)>) {
        for block in &body.blocks {
            let iterator = block.body.value("iterator").and_then(|expr| match &expr.kind {
                HclKind::Variable(name) => Some(name.as_str()),
                _ => None,
            });
            let own = iterator.or(block.labels.first().map(String::as_str));
            if block.kind == "dynamic" && own == Some(name) {
                out.extend(block.body.value("for_each").map(|expr| (file, expr)));
            }
            search(file, &block.body, name, out);
        }
    }
    let mut out = Vec::new();
    for file in &module.files {
        search(file, &file.body, name, &mut out);
    }
    out
}
