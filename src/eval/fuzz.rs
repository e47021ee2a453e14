//! What must hold for a policy read from arbitrary bytes. Fuzzers and tests call it; nothing else does.

use super::{
    Caller, Compiled, Context, ContextValue, Layer, LayerKind, Layers, NoTrace, Request, Trace, World,
    decide, inspect,
};
use crate::policy::Policy;

/// Callers of every kind that layers treat differently.
const CALLERS: [&str; 4] = [
    "",
    "bcm-data-exports.amazonaws.com",
    "arn:aws:iam::111122223333:user/reader",
    "arn:aws:sts::111122223333:assumed-role/reader/session",
];

/// Puts a policy into every layer, and decides a few requests.
///
/// # Panics
/// If a decision changes with being watched, or a statement that applies is not seen to by [`inspect`].
pub fn policy(policy: &Policy) {
    let mut layers = Layers::none();
    layers.identity = Layer::Known(vec![policy]);
    layers.resource = Layer::Known(vec![policy]);
    layers.boundary = Layer::Known(vec![policy]);
    layers.session = Layer::Known(vec![policy]);
    layers.endpoint = Layer::Known(vec![policy]);
    layers.scp = Layer::Known(vec![vec![policy], vec![policy]]);
    layers.rcp = Layer::Known(vec![vec![policy]]);
    let set = Compiled::new(&layers);
    for caller in CALLERS.iter().filter_map(|caller| Caller::parse(caller).ok()) {
        for value in [None, Some(ContextValue::Unseen), Some(ContextValue::One("a".into()))] {
            let mut context = Context::new();
            for (key, value) in set.keys().zip(std::iter::repeat(value)) {
                if let Some(value) = value {
                    context.set(key, value);
                }
            }
            let request =
                Request::new(caller.clone(), "s3:GetObject", "arn:aws:s3:::acme-billing/a/b", None, context);
            let world = World::new();
            let mut trace = Trace::default();
            let decision = decide(&set, &request, &world, &mut trace);
            assert_eq!(decision, decide(&set, &request, &world, &mut NoTrace), "watching changes the answer");
            for id in set.statement_ids() {
                let applies = inspect(&set, &request, &world, id).applies();
                let listed = trace.events.contains(&super::Event::Applies(id));
                // What is decided by then is not looked at, so only one direction holds.
                assert!(applies || !listed, "{id:?} applies and `inspect` does not say so");
            }
        }
    }
    assert!(set.statement_ids().all(|id| LayerKind::ALL.contains(&set.layer_of(id))));
}
