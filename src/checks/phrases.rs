//! The parts of sentences that checks ask `rules/phrases.toml` for, with the holes that they fill.

/// Names and holes. A test holds the file to this list.
pub const PHRASES: &[(&str, &[&str])] = &[
    ("deny-absent-null", &["key"]),
    ("deny-absent-holds", &["key", "operator"]),
    ("deny-absent", &["key"]),
    ("deny-value", &["key", "value", "operator"]),
    ("deny-unknown", &["key"]),
    ("deny-not-listed", &["caller"]),
    ("deny-unconditional", &[]),
    ("deny-note", &["statement", "layer", "action", "why"]),
    ("nearest", &["statement", "layer"]),
    ("nearest-not-alone", &[]),
    ("layer-presumed-absent", &["layer"]),
    ("owner-pays", &[]),
    ("others-witness", &["statement", "caller", "action", "resource"]),
    ("others-keys", &["key"]),
    ("others-open", &["statement"]),
    ("contract-unsure", &["product"]),
    ("demand-unsure", &["product", "demand"]),
    ("proved-for-one", &["first"]),
    ("proved-for-more", &["first", "more"]),
];
