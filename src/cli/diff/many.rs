//! Two templates, modules or folders: every policy of the one with the same one of the other.

use super::super::Exit;
use super::super::base::{self, Side};
use super::super::setup::Setup;
use super::{DiffArgs, empty, finish, wrapped};
use crate::change::{Contracts, evidence_of};
use crate::evidence::LoosePolicies;
use crate::finding::change::Changes;
use crate::judge::{Library, findings_of_changes, findings_of_declared};
use crate::load;
use crate::source::Sources;
use std::path::{Path, PathBuf};

/// What two folders hold. What an ignore file leaves out of the one alone counts in both.
pub(super) fn found(
    sources: &mut Sources,
    before: &Path,
    after: &Path,
) -> anyhow::Result<(LoosePolicies, LoosePolicies)> {
    let mut one = |own: &Path, other: &Path| {
        let counted = |folder: &Path| -> Vec<PathBuf> {
            let names = load::all_below(other);
            let below = names.filter_map(|name| Some(folder.join(name.strip_prefix(other).ok()?)));
            below.filter(|path| path.is_file()).collect()
        };
        load::loose_counted(sources, &[own.to_path_buf()], &counted)
    };
    Ok((one(before, after)?, one(after, before)?))
}

pub(super) fn run(
    args: &DiffArgs,
    library: &Library,
    (sources, setup): (Sources, Setup),
    (before, old): (&Path, LoosePolicies),
    (after, new): (&Path, LoosePolicies),
) -> anyhow::Result<Exit> {
    for (path, found) in [(before, &old), (after, &new)] {
        anyhow::ensure!(
            !found.policies.is_empty() || found.has_template,
            "`{}` holds no policy",
            path.display()
        );
    }
    anyhow::ensure!(
        args.must_not_grant.is_empty() && args.no_new_access_than.is_none() && args.kind.is_none(),
        "--type, --must-not-grant and --no-new-access-than are about two policies; `{}` holds {}, `{}` {}",
        before.display(),
        old.policies.len(),
        after.display(),
        new.policies.len()
    );
    anyhow::ensure!(
        before.is_dir() == after.is_dir(),
        "`{}` and `{}` are a folder and a file; name two of a kind",
        before.display(),
        after.display()
    );
    let (mut old_side, mut new_side) = (Side::of(&old, &sources), Side::of(&new, &sources));
    old_side.place(before, after);
    new_side.place(after, after);
    let new_side = setup.tie(new_side, &sources);
    setup.tie_reader(&mut old_side.items);
    let policies: Vec<_> = new_side.items.iter().map(|item| (&item.policy, item.kind)).collect();
    let evidence = evidence_of(if setup.is_asked { &policies } else { &[] });
    let contracts = Contracts::new(library, setup.job(&sources, &evidence));
    let asked = contracts.asked();
    let (list, skipped, causes) = base::compare(&sources, (&old_side, &new_side), setup.accounts(), &asked);
    let not_compared = skipped.into_iter().map(base::Skipped::into_entry).collect();
    let changes = Changes { base: load::display(before), commit: String::new(), list, not_compared };
    let mut report = empty();
    report.wrapped = [wrapped(&old), wrapped(&new)].concat();
    report.findings = findings_of_changes(library, &changes);
    report.findings.extend(findings_of_declared(library, &causes));
    report.changes = Some(changes);
    finish(args, library, &setup, &sources, report)
}
