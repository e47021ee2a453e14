//! The resources that an action works on, as spaces: the ARNs of AWS's tables with their holes open.

use crate::catalog;
use crate::eval::member::{Language, Step};

/// The ARNs of one form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The form with `*` for its holes.
    pub shown: String,
    /// The ARNs. None: the one resource `*`.
    pub space: Option<Language>,
    /// Those among them that look like ARNs of such a resource, as witnesses: no field is empty, and no name has a colon.
    pub usual: Option<Language>,
}

/// The resources of an action. One that works on none is asked on `*`; of one that the catalog does not know, anything may be
/// the resource.
#[must_use]
pub fn places(action: &str, partition: &str) -> Vec<Place> {
    let Some(known) = catalog::action(action) else {
        return vec![Place { shown: "*".to_owned(), space: Some(Language::any()), usual: None }];
    };
    let mut out: Vec<Place> = Vec::new();
    for each in known.resource_types() {
        for template in each.resource_type.arns() {
            let place = Place {
                shown: written(template, partition),
                space: Some(shape(template, partition)),
                usual: Some(usual(template, partition)),
            };
            if !out.contains(&place) {
                out.push(place);
            }
        }
    }
    if out.is_empty() {
        out.push(Place { shown: "*".to_owned(), space: None, usual: None });
    }
    out
}

/// A template of AWS's tables with wildcards for its holes.
#[must_use]
pub fn written(template: &str, partition: &str) -> String {
    let mut out = String::new();
    holes(template, |piece| match piece {
        Piece::Text(text) => out.push_str(text),
        Piece::Hole("Partition") => out.push_str(partition),
        Piece::Hole(_) => out.push('*'),
    });
    out
}

/// The ARNs that a template of AWS's tables stands for.
#[must_use]
pub fn shape(template: &str, partition: &str) -> Language {
    let mut steps: Vec<Step> = Vec::new();
    let mut colons = 0;
    holes(template, |piece| match piece {
        Piece::Text(text) => {
            colons += text.matches(':').count();
            steps.extend(Language::glob(text).steps());
        }
        Piece::Hole("Partition") => steps.extend(Language::exact(partition).steps()),
        Piece::Hole(_) if colons < 5 => steps.push(Step::ExceptMany(':')),
        // A bucket's name has no slash, see `catalog::ResourceType::matches`.
        Piece::Hole("BucketName") => steps.extend([Step::Except('/'), Step::ExceptMany('/')]),
        Piece::Hole(_) => steps.extend([Step::One, Step::Many]),
    });
    Language::new(steps)
}

/// The ARNs of a template that people have seen. A name of an object may have colons.
fn usual(template: &str, partition: &str) -> Language {
    let mut steps: Vec<Step> = Vec::new();
    holes(template, |piece| match piece {
        Piece::Text(text) => steps.extend(Language::glob(text).steps()),
        Piece::Hole("Partition") => steps.extend(Language::exact(partition).steps()),
        Piece::Hole("BucketName") => steps.extend([Step::Except('/'), Step::ExceptMany('/')]),
        Piece::Hole("ObjectName") => steps.extend([Step::One, Step::Many]),
        Piece::Hole(_) => steps.extend([Step::Except(':'), Step::ExceptMany(':')]),
    });
    Language::new(steps)
}

enum Piece<'t> {
    Text(&'t str),
    Hole(&'t str),
}

fn holes<'t>(template: &'t str, mut take: impl FnMut(Piece<'t>)) {
    let mut rest = template;
    while let Some((text, behind)) = rest.split_once("${") {
        let (name, behind) = behind.split_once('}').unwrap_or((behind, ""));
        take(Piece::Text(text));
        take(Piece::Hole(name));
        rest = behind;
    }
    take(Piece::Text(rest));
}
