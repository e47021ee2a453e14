//! The actions that an action pattern stands for.

use super::action::Action;
use super::glob::{self, Case, Token};
use super::resource::ResourceType;
use super::service::Service;
use super::{name, store};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;

/// Patterns that a thread remembers, at most: a repository says the same in many files, and each check asks again.
const MOST_REMEMBERED: usize = 4096;

thread_local! {
    static REMEMBERED: RefCell<FxHashMap<String, Rc<Expansion>>> = RefCell::default();
}

/// What a pattern stands for that names its service.
#[derive(Debug)]
pub struct Expansion {
    actions: Vec<&'static Action>,
    types: Vec<&'static ResourceType>,
}

impl Expansion {
    fn of(actions: Vec<&'static Action>) -> Self {
        let mut types: Vec<&'static ResourceType> = Vec::new();
        let mut seen = FxHashSet::default();
        for each in actions.iter().flat_map(|action| action.resource_types()) {
            if seen.insert(std::ptr::from_ref(each.resource_type)) {
                types.push(each.resource_type);
            }
        }
        Self { actions, types }
    }

    /// The resource types that any of the actions works on, each once.
    #[must_use]
    pub fn resource_types(&self) -> &[&'static ResourceType] {
        &self.types
    }
}

/// What a pattern stands for; `None` where its service is open.
#[must_use]
pub fn expansion(pattern: &str) -> Option<Rc<Expansion>> {
    let (prefix, name) = pattern.split_once(':').filter(|(prefix, _)| !is_open(prefix))?;
    Some(remembered(pattern, prefix, name))
}

/// The known actions that fit `pattern`, in the order of the catalog.
///
/// `*` and `?` are wildcards, case does not count (AWS, "IAM JSON policy elements: Action",
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>, checked 2026-11). Works while
/// it is iterated, and opens only services whose prefix can fit.
pub fn expand(pattern: &str) -> impl Iterator<Item = &'static Action> + use<> {
    let (of_one, of_any) = match expansion(pattern) {
        Some(known) => (Some(known), None),
        None => (None, Some(of_services(glob::pattern(pattern, Case::Folded)))),
    };
    let of_one = of_one
        .into_iter()
        .flat_map(|one| (0..one.actions.len()).filter_map(move |at| one.actions.get(at).copied()));
    of_one.chain(of_any.into_iter().flatten())
}

fn remembered(pattern: &str, prefix: &str, name: &str) -> Rc<Expansion> {
    REMEMBERED.with_borrow_mut(|known| {
        if let Some(list) = known.get(pattern) {
            return Rc::clone(list);
        }
        let actions = super::service(prefix).into_iter().flat_map(|each| of_service(each, name)).collect();
        let list = Rc::new(Expansion::of(actions));
        if known.len() >= MOST_REMEMBERED {
            known.clear();
        }
        known.insert(pattern.to_owned(), Rc::clone(&list));
        list
    })
}

fn is_open(text: &str) -> bool {
    text.contains(['*', '?', '$'])
}

/// The actions of one service whose name fits. What stands before the first wildcard is sought in the sorted list; only
/// what is left is compared.
fn of_service(service: &'static Service, name: &str) -> impl Iterator<Item = &'static Action> + use<> {
    let fixed = name.get(..name.find(['*', '?', '$']).unwrap_or(name.len())).unwrap_or(name);
    let candidates = beginning(service.actions(), fixed);
    let rest = name.get(fixed.len()..).unwrap_or_default();
    let pattern = match rest {
        "" | "*" => None,
        _ => Some(glob::pattern(name, Case::Folded)),
    };
    let (exact, length) = (rest.is_empty(), name.len());
    candidates.iter().filter(move |action| match &pattern {
        None => !exact || action.name().len() == length,
        Some(pattern) => glob::overlap(pattern, &glob::literal(action.name(), Case::Folded)),
    })
}

/// The entries whose name begins with a text, case aside.
fn beginning(actions: &'static [Action], start: &str) -> &'static [Action] {
    let order = |action: &Action| {
        let head = name::start(action.name().as_bytes(), start.as_bytes());
        // What ends before the text does comes before it.
        head.then(action.name().len().min(start.len()).cmp(&start.len()))
    };
    let from = actions.partition_point(|action| order(action) == Ordering::Less);
    let rest = actions.get(from..).unwrap_or_default();
    let to = rest.partition_point(|action| order(action) == Ordering::Equal);
    rest.get(..to).unwrap_or_default()
}

fn of_services(pattern: Vec<Token>) -> impl Iterator<Item = &'static Action> {
    store::index().services.iter().flat_map(move |service| {
        let start = glob::literal(&format!("{}:", service.prefix()), Case::Folded);
        let can_match = glob::can_start(&pattern, &start);
        let actions = if can_match { service.actions() } else { &[] };
        let (pattern, is_any) = (pattern.clone(), matches!(pattern.as_slice(), [Token::Many(_)]));
        actions.iter().filter(move |action| {
            is_any || {
                let mut text = start.clone();
                text.extend(glob::literal(action.name(), Case::Folded));
                glob::overlap(&pattern, &text)
            }
        })
    })
}
