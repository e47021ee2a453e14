//! Override files: `override.tf` and `*_override.tf` change blocks of the module's other files, argument by argument.
//!
//! <https://developer.hashicorp.com/terraform/language/files/override> (checked 2026-11)

use super::module::File;
use crate::source::Span;
use crate::syntax::hcl::{HclAttribute, HclBlock, HclBody, HclExpr, HclKind, HclStep};

/// Whether a file of this name changes blocks of others.
pub(super) fn is_override(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name);
    let plain = name.strip_suffix(".json").unwrap_or(name);
    let stem = plain.strip_suffix(".tf").or_else(|| plain.strip_suffix(".tofu"));
    stem.is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
}

/// Puts what override files say into the blocks that they change. A later file wins.
pub(super) fn merge(files: &mut [File]) {
    let all: Vec<usize> =
        files.iter().enumerate().filter(|(_, file)| is_override(&file.name)).map(|(at, _)| at).collect();
    for at in all {
        let Some(file) = files.get_mut(at) else { continue };
        let name = file.name.clone();
        let blocks = std::mem::take(&mut file.body.blocks);
        let (mut kept, mut values) = (Vec::new(), Vec::new());
        for block in blocks {
            if block.kind == "locals" {
                for base in others(files, at) {
                    without(&mut base.body, &block.body);
                }
                kept.push(block);
                continue;
            }
            let mut bases = others(files, at);
            let base = bases.find_map(|file| {
                let found = file.body.blocks.iter().position(|base| is_same(base, &block))?;
                Some((file, found))
            });
            match base {
                // What changes nothing is no block that Terraform takes; it is read as it stands.
                None => kept.push(block),
                // The value of one of these is all that is asked of it, and it stands here.
                Some((file, found)) if matches!(&*block.kind, "variable" | "output") => {
                    let says = ["default", "value"].iter().any(|name| block.body.value(name).is_some());
                    if says {
                        file.body.blocks.remove(found);
                        kept.push(block);
                    }
                }
                Some((file, found)) => {
                    if let Some(base) = file.body.blocks.get_mut(found) {
                        let start = format!("{name}: {}.{}", block.kind, block.labels.join("."));
                        let mut lent = Lent { start, span: base.kind_span, values: &mut values };
                        lent.block(base, block);
                    }
                }
            }
        }
        if let Some(file) = files.get_mut(at) {
            kept.push(HclBlock {
                kind: "locals".to_owned(),
                kind_span: Span::default(),
                labels: Vec::new(),
                span: Span::default(),
                body: HclBody { attributes: values, blocks: Vec::new() },
            });
            file.body.blocks = kept;
        }
    }
}

/// The files that one changes: all that are not such a file themselves, and those before it.
fn others(files: &mut [File], at: usize) -> impl Iterator<Item = &mut File> {
    files
        .iter_mut()
        .enumerate()
        .filter(move |(other, file)| *other < at || (*other != at && !is_override(&file.name)))
        .map(|(_, file)| file)
}

/// Takes the values that another body gives out of the `locals` of one.
fn without(body: &mut HclBody, new: &HclBody) {
    for block in body.blocks.iter_mut().filter(|block| block.kind == "locals") {
        block.body.attributes.retain(|old| new.value(&old.name).is_none());
    }
}

fn is_same(base: &HclBlock, block: &HclBlock) -> bool {
    let alias = |block: &HclBlock| block.body.value("alias").and_then(HclExpr::literal);
    base.kind == block.kind
        && base.labels == block.labels
        && (block.kind != "provider" || alias(base) == alias(block))
}

/// Lends values of one file to blocks of another: there a reference stands, and the value keeps its place here.
struct Lent<'v> {
    start: String,
    /// What stands for it in the other file.
    span: Span,
    values: &'v mut Vec<HclAttribute>,
}

impl Lent<'_> {
    fn block(&mut self, base: &mut HclBlock, block: HclBlock) {
        for attribute in block.body.attributes {
            let name_span = base.body.attribute(&attribute.name).map(|each| each.name_span);
            let lent = self.attribute(attribute, name_span);
            match base.body.attributes.iter_mut().find(|each| each.name == lent.name) {
                Some(old) => old.value = lent.value,
                None => base.body.attributes.push(lent),
            }
        }
        // Blocks of a kind take the place of all of that kind, but for `lifecycle`, whose arguments do so one by one.
        let (mut fresh, mut kinds) = (Vec::new(), Vec::new());
        for inner in block.body.blocks {
            let mut lifecycle = base.body.blocks.iter_mut().filter(|each| each.kind == "lifecycle");
            match lifecycle.next() {
                Some(old) if inner.kind == "lifecycle" => self.block(old, inner),
                Some(_) | None => {
                    kinds.push(made(&inner).to_owned());
                    fresh.push(self.inner(inner));
                }
            }
        }
        base.body.blocks.retain(|old| !kinds.iter().any(|kind| kind == made(old)));
        base.body.blocks.extend(fresh);
    }

    fn inner(&mut self, block: HclBlock) -> HclBlock {
        let attributes =
            block.body.attributes.into_iter().map(|attribute| self.attribute(attribute, None)).collect();
        let blocks = block.body.blocks.into_iter().map(|inner| self.inner(inner)).collect();
        let body = HclBody { attributes, blocks };
        HclBlock { kind_span: self.span, span: self.span, body, ..block }
    }

    fn attribute(&mut self, attribute: HclAttribute, name_span: Option<Span>) -> HclAttribute {
        let name_span = name_span.unwrap_or(self.span);
        // A word alone means the same in any file.
        let is_word = attribute.value.literal().is_some_and(|text| !text.contains(['{', '\n']))
            || matches!(attribute.value.kind, HclKind::Null | HclKind::Bool(_) | HclKind::Number(_));
        if is_word {
            let value = HclExpr { span: self.span, ..attribute.value };
            return HclAttribute { name: attribute.name, name_span, value };
        }
        let name = format!("{}.{} ({})", self.start, attribute.name, self.values.len());
        let root = Box::new(HclExpr { span: self.span, kind: HclKind::Variable("local".to_owned()) });
        let kind = HclKind::Traversal(root, vec![HclStep::Attribute(name.clone())]);
        let own = HclAttribute { name, ..attribute.clone() };
        self.values.push(own);
        HclAttribute { name: attribute.name, name_span, value: HclExpr { span: self.span, kind } }
    }
}

/// The kind of the blocks that a block makes.
fn made(block: &HclBlock) -> &str {
    match (block.kind.as_str(), block.labels.first()) {
        ("dynamic", Some(kind)) => kind,
        (kind, _) => kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_override_files_are_those_of_terraform() {
        for (name, is) in [
            ("override.tf", true),
            ("infra/x_override.tf", true),
            ("override.tf.json", true),
            ("x_override.tofu", true),
            ("xoverride.tf", false),
            ("override_x.tf", false),
            ("override.json", false),
        ] {
            assert_eq!(is_override(name), is, "{name}");
        }
    }
}
