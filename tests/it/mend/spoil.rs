//! Ready accounts with elements of their policies changed.

use super::state;
use crate::common::{Account, accounts};
use crate::mutations::edit::{Mutant, People, mutants};
use preflight::evidence::Role;
use preflight::load;
use preflight::mend::State;
use preflight::policy::Notation;
use preflight::source::SourceId;
use preflight::syntax::{Unwrapped, read_json, read_wrapped};
use std::collections::BTreeMap;

/// The bucket that added statements name.
const BUCKET: &str = "acme-billing";

/// Accounts that are ready and whose policies are JSON that can be changed.
pub(super) fn ready() -> Vec<Account> {
    let is_open = |account: &Account| {
        account.expect.verdict == "ready"
            && account.config.form.text("bucket") == Some(BUCKET)
            && !spots(account, &state(account)).is_empty()
    };
    accounts().into_iter().filter(is_open).collect()
}

/// One change that can be made.
pub(super) struct Spot {
    pub(super) source: SourceId,
    pub(super) role: Role,
    pub(super) mutant: Mutant,
}

impl Spot {
    /// The statement that is changed, if it is one.
    pub(super) fn statement(&self) -> Option<(SourceId, &str)> {
        let (place, _) = self.mutant.what.split_once(']')?;
        place.starts_with("Statement[").then_some((self.source, place))
    }

    pub(super) fn name(&self) -> String {
        format!("{} {}", self.role.name(), self.mutant.what)
    }
}

/// Every change of one element that can be made in the policies of an account, as they are by now.
pub(super) fn spots(account: &Account, state: &State) -> Vec<Spot> {
    let form = &account.config.form;
    let legacy = form.text("export-type") == Some("cur-legacy");
    let people = People {
        service: if legacy { "billingreports.amazonaws.com" } else { "bcm-data-exports.amazonaws.com" },
        reader: form.text("reader").unwrap_or("arn:aws:iam::111122223333:user/spendeffix"),
    };
    let mut out = Vec::new();
    let mut seen = Vec::new();
    for document in &state.evidence.documents {
        let is_policy = matches!(
            document.role,
            Role::BucketPolicy | Role::ReaderPolicy | Role::TrustPolicy | Role::KeyPolicy
        );
        if !is_policy || document.policy.notation != Notation::Json || seen.contains(&document.source) {
            continue;
        }
        seen.push(document.source);
        let text = state.sources.get(document.source).text();
        let people = (document.role == Role::BucketPolicy).then_some(&people);
        let wrapped = state.evidence.wrapped.iter().find(|(source, ..)| *source == document.source);
        let all = match wrapped {
            Some((_, content, level)) => {
                let unwrapped = Unwrapped::new(text, *content, *level);
                mutants(text, &read_wrapped(&unwrapped).root, *level, people)
            }
            None => {
                let read = read_json(text);
                if read.root.get("Statement").is_none() || !read.issues.is_empty() {
                    continue;
                }
                mutants(text, &read.root, 0, people)
            }
        };
        // What stands around a policy in the output of the AWS CLI is no part of it.
        let all = all.into_iter().filter(|mutant| !mutant.what.contains("PolicyVersion"));
        out.extend(all.map(|mutant| Spot { source: document.source, role: document.role, mutant }));
    }
    out
}

/// The documents with one change made.
pub(super) fn spoilt(before: &State, spot: &Spot) -> State {
    let changed: BTreeMap<SourceId, String> = [(spot.source, spot.mutant.text.clone())].into();
    let (sources, evidence) = load::again(&before.sources, &before.evidence, &changed);
    State::new(sources, evidence, before.form.clone())
}

/// The next number of a stream (xorshift).
pub(super) fn next(state: &mut u64, end: usize) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state % end.max(1) as u64) as usize
}

/// Whether everything is tried, and not a sample.
pub(super) fn all() -> bool {
    std::env::var_os("MEND").is_some_and(|all| all == "all")
}
