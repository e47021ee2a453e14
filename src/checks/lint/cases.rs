//! The cases of all families, with the holes their words may have, and which of them AWS refuses.

use crate::rulebook::CaseSpec;

const fn case(check: &'static str, case: &'static str, holes: &'static [&'static str]) -> CaseSpec {
    CaseSpec { check, case, holes }
}

const NONE: &[&str] = &[];
const FOUND: &[&str] = &["found"];
const KEY: &[&str] = &["key", "operator"];

/// The list. The cases of `syntax` and `grammar` stand in `checks/cases.rs`.
pub const LINT_CASES: &[CaseSpec] = &[
    case("element", "version-missing", NONE),
    case("element", "version-old", NONE),
    case("element", "sid-empty", NONE),
    case("element", "sid-characters", FOUND),
    case("element", "sid-repeated", FOUND),
    case("element", "sid-repeated-tolerated", FOUND),
    case("element", "action-list-empty", NONE),
    case("element", "action-list-idle", NONE),
    case("element", "resource-list-empty", NONE),
    case("element", "resource-list-idle", NONE),
    case("element", "principal-object-empty", NONE),
    case("element", "principal-list-empty", NONE),
    case("element", "condition-object-empty", NONE),
    case("element", "condition-list-empty", KEY),
    case("element", "condition-list-empty-for-all", KEY),
    case("element", "condition-list-empty-for-any", KEY),
    case("element", "condition-list-empty-if-exists", KEY),
    case("action", "malformed", FOUND),
    case("action", "whitespace", FOUND),
    case("action", "wildcard-in-service", &["found", "service"]),
    case("action", "retired", &["found", "since"]),
    case("action", "service-unknown", &["found", "service", "date"]),
    case("action", "not-listed", &["found", "date"]),
    case("action", "of-other-service", &["found", "service"]),
    case("service", "unknown", &["found", "date"]),
    case("arn", "prefix", FOUND),
    case("arn", "field-missing", &["found", "count"]),
    case("arn", "cut-short", &["found", "count"]),
    case("arn", "partition", FOUND),
    case("arn", "service-case", FOUND),
    case("arn", "region-unknown", &["found", "date"]),
    case("arn", "account", FOUND),
    case("arn", "iam-path", FOUND),
    case("arn", "resource-form", &["found", "service"]),
    case("arn", "of-other-service", &["found", "service"]),
    case("arn", "region-not-allowed", &["found", "service"]),
    case("arn", "region-missing", &["found", "service"]),
    case("arn", "account-not-allowed", &["found", "service"]),
    case("arn", "account-missing", &["found", "service"]),
    case("arn", "reaches-nothing", &["found", "needed"]),
    case("arn", "denies-nothing", &["found", "needed"]),
    case("arn", "partly-idle", &["found", "count", "all"]),
    case("arn", "star", &["found", "action"]),
    case("arn", "effectively-star", FOUND),
    case("cover", "action", &["found", "by"]),
    case("cover", "resource", &["found", "by"]),
    case("cover", "statement", &["by"]),
    case("principal", "missing", &["kind"]),
    case("organization", "scp-principal", FOUND),
    case("trust", "resource", NONE),
];

/// Cases for which AWS does not take a document, beside all of `syntax` and `grammar`.
const REFUSED: &[(&str, &str)] = &[
    ("element", "sid-characters"),
    ("element", "sid-repeated"),
    ("element", "action-list-empty"),
    ("element", "resource-list-empty"),
    ("action", "malformed"),
    ("action", "of-other-service"),
    ("arn", "prefix"),
    ("arn", "field-missing"),
    ("arn", "partition"),
    ("arn", "iam-path"),
    ("principal", "missing"),
    ("organization", "scp-principal"),
    ("trust", "resource"),
];

/// Whether AWS does not take a document with this case.
pub(super) fn is_refused(check: &str, case: &str) -> bool {
    matches!(check, "syntax" | "grammar") || REFUSED.contains(&(check, case))
}
