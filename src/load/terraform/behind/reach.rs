//! Where a reference of a module leads: to arguments of resources and data sources, outputs, variables, files, and how many of a
//! block are made.

use super::{At, Texts, whole};
use crate::load::terraform::assets::{self, Read, is_local_file};
use crate::load::terraform::declared::reached;
use crate::load::terraform::module::Module;
use crate::load::terraform::value::Names;

impl Texts {
    /// Of a resource what bears on one of its attributes: the argument of the same name, of a name that AWS makes what names it,
    /// and of any other all that it is made with.
    pub(super) fn resource(&mut self, at: At<'_>, (kind, name): (&str, &str), attribute: Option<&str>) {
        let Some((file, block)) = at.module.block("resource", &[kind, name]) else { return };
        let label = format!("{kind}.{name}");
        if !self.is_new(at.module, &format!("{label}.{}", attribute.unwrap_or_default())) {
            return;
        }
        let is_of_aws = kind.starts_with("aws_") || kind.starts_with("awscc_");
        let given = attribute.filter(|attribute| block.body.value(attribute).is_some());
        let is_name = |name: &str| {
            ["name", "prefix", "path", "bucket", "identifier", "region", "provider", "count", "for_each"]
                .iter()
                .any(|part| name.contains(part))
        };
        let is_made = |name: &str| ["id", "arn", "name"].iter().any(|end| name.ends_with(end));
        let inner = At { block: Some(block), ..at };
        let wanted: Option<Vec<&str>> = match (given, attribute) {
            (Some(given), _) => Some(vec![given, "for_each", "count"]),
            (None, Some(made)) if is_of_aws && is_made(made) => {
                let all = block.body.attributes.iter().map(|each| each.name.as_str());
                Some(all.filter(|name| is_name(name)).collect())
            }
            (None, _) => None,
        };
        match wanted {
            Some(wanted) => {
                for name in wanted {
                    if let Some(expr) = block.body.value(name) {
                        self.add(inner, (&label, file), expr);
                    }
                }
            }
            None => self.body(inner, file, &block.body, &label),
        }
    }

    pub(super) fn data(&mut self, at: At<'_>, kind: &str, name: &str) {
        let Some((file, block)) = at.module.block("data", &[kind, name]) else { return };
        let label = format!("data.{kind}.{name}");
        if !self.is_new(at.module, &label) {
            return;
        }
        self.body(At { block: Some(block), ..at }, file, &block.body, &label);
        if let (true, Some(path)) = (is_local_file(kind), block.body.value("filename")) {
            let names = Names::new();
            let scope = at.module.scope(file, &names);
            let read = assets::of_path(path, &|expr| scope.value(expr).value);
            self.read(at.module, &read);
        }
    }

    /// What bears on an output of a module: its expression there; of a module that stands in no file here all that it is called
    /// with.
    pub(super) fn output(&mut self, at: At<'_>, name: &str, output: Option<&str>) {
        let Some((file, block)) = at.module.block("module", &[name]) else { return };
        let label = format!("module.{name}");
        if !self.is_new(at.module, &format!("{label}.{}", output.unwrap_or_default())) {
            return;
        }
        let inner = At { block: Some(block), ..at };
        let callee = at.module.callees.of(name);
        let found = callee.as_ref().zip(output).and_then(|(callee, output)| callee.output(output));
        match (callee.as_ref(), found) {
            (Some(callee), Some((inside, expr))) => {
                for name in ["source", "for_each", "count"] {
                    if let Some(expr) = block.body.value(name) {
                        self.add(inner, (&label, file), expr);
                    }
                }
                self.add(At { module: callee, block: None }, (&label, inside), expr);
            }
            (callee, _) => {
                self.body(inner, file, &block.body, &label);
                if let Some(callee) = callee {
                    whole(callee, &mut self.found);
                }
            }
        }
    }

    /// What gives a variable its value: the calls of the module, or else its own files.
    pub(super) fn variable(&mut self, at: At<'_>, name: &str) {
        let module = at.module;
        let label = format!("var.{name}");
        if !self.is_new(module, &label) {
            return;
        }
        if !module.calls.is_called() {
            if let Some((file, expr, _)) = module.variable(name) {
                self.add(at, (&label, file), expr);
            }
            return;
        }
        module.calls.each(|caller, file, block| {
            let inner = At { module: caller, block: Some(block) };
            for name in [name, "for_each", "count"] {
                if let Some(expr) = block.body.value(name) {
                    self.add(inner, (&label, file), expr);
                }
            }
        });
        if let Some((file, block)) = module.block("variable", &[name])
            && let Some(expr) = block.body.value("default")
        {
            self.add(at, (&label, file), expr);
        }
    }

    /// What is read, by its path.
    pub(super) fn read(&mut self, module: &Module, read: &Read) {
        let assets = module.assets.borrow();
        let (Read::File(path) | Read::Below(path)) = read;
        let is_below = |name: &str| {
            path.is_empty() || name.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        let is_read = |name: &str| match read {
            Read::File(path) => name == path,
            Read::Below(_) => is_below(name),
        };
        for (name, asset) in assets.iter().filter(|(name, _)| is_read(name)) {
            self.put(name, asset.text.clone());
        }
    }

    /// Of the block, and of all that it refers to, how many are made.
    pub(super) fn several(&mut self, at: At<'_>) {
        let Some(block) = at.block else {
            self.is_open = true;
            return;
        };
        let own = block.labels.join(".");
        let own = if block.kind == "module" { format!("module.{own}") } else { own };
        if !self.is_new(at.module, &format!("how many {own}")) {
            return;
        }
        let mut addresses = reached(at.module, &own);
        addresses.insert(own);
        for file in &at.module.files {
            for block in &file.body.blocks {
                let address = match block.kind.as_str() {
                    "resource" => block.labels.join("."),
                    kind => format!("{kind}.{}", block.labels.join(".")),
                };
                if addresses.contains(&address) {
                    for name in ["for_each", "count"] {
                        if let Some(expr) = block.body.value(name) {
                            self.add(at, (&format!("{name} of {address}"), file), expr);
                        }
                    }
                }
            }
        }
    }
}
