//! The policies of a question, from files to layers.

use super::args::SimulateArgs;
use crate::eval::PublicAccessBlock;
use crate::evidence::{DocumentKind, Evidence, Role};
use crate::finding::Wrapped;
use crate::load::{self, Named};
use crate::policy::{FaultKind, Policy};
use crate::simulate::Documents;
use crate::source::Sources;
use crate::syntax::IssueKind;
use std::path::{Path, PathBuf};

/// Files by role; for organization policies the level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Files {
    pub(super) named: Vec<(Role, usize, PathBuf)>,
}

impl Files {
    pub(super) fn of(args: &SimulateArgs) -> Self {
        let mut files = Self::default();
        let lists: [(Role, &[PathBuf]); 6] = [
            (Role::ReaderPolicy, &args.policy),
            (Role::BucketPolicy, &args.resource_policy),
            (Role::Boundary, &args.boundary),
            (Role::SessionPolicy, &args.session_policy),
            (Role::EndpointPolicy, &args.endpoint_policy),
            (Role::KeyPolicy, &args.key_policy),
        ];
        for (role, paths) in lists {
            files.named.extend(paths.iter().map(|path| (role, 0, path.clone())));
        }
        for (role, paths) in [(Role::Scp, &args.scp), (Role::Rcp, &args.rcp)] {
            for (level, path) in paths.iter().enumerate() {
                files.named.extend(one_level(path).into_iter().map(|path| (role, level, path)));
            }
        }
        files
    }

    pub(super) fn has(&self, role: Role) -> bool {
        self.named.iter().any(|(each, ..)| *each == role)
    }
}

/// The files of one level, a comma between them; a file whose name has one is itself.
fn one_level(path: &Path) -> Vec<PathBuf> {
    if path.exists() {
        return vec![path.to_path_buf()];
    }
    path.to_string_lossy().split(',').map(PathBuf::from).collect()
}

/// Policies, read.
pub(super) struct Loaded {
    evidence: Evidence,
}

impl Loaded {
    pub(super) fn read(sources: &mut Sources, files: &Files) -> anyhow::Result<Self> {
        let named: Vec<Named> = files
            .named
            .iter()
            .map(|(role, level, path)| Named {
                kind: DocumentKind::Policy(*role),
                level: *level,
                linked: None,
                path: path.clone(),
            })
            .collect();
        let evidence = load::load(sources, &named, &[])?;
        if let Some(unseen) = evidence.unseen.first() {
            let told = evidence.not_evaluated.iter().find(|(document, _)| *document == unseen.file);
            let reason = told.map_or_else(String::new, |(_, reason)| format!(": {reason}"));
            anyhow::bail!("{}: this is not a policy{reason}", unseen.file);
        }
        for document in &evidence.documents {
            let source = sources.get(document.source);
            let spot = |offset: u32| {
                let at = source.position(offset);
                format!("{}:{}:{}", source.name(), at.line, at.column)
            };
            let harmless = |kind: IssueKind| kind == IssueKind::ByteOrderMark;
            if let Some(issue) = document.issues.iter().find(|issue| !harmless(issue.kind)) {
                anyhow::bail!(
                    "{}: AWS does not take this policy, it is not JSON here (`preflight check` tells more)",
                    spot(issue.span.start)
                );
            }
            let whole = [FaultKind::NotAnObject, FaultKind::MissingStatement];
            if let Some(fault) = document.policy.faults.iter().find(|fault| whole.contains(&fault.kind)) {
                anyhow::bail!("{}: this is not a policy ({})", spot(fault.span.start), fault.kind.name());
            }
        }
        Ok(Self { evidence })
    }

    pub(super) fn documents(&self, public_access_block: PublicAccessBlock) -> Documents<'_> {
        let of = |role: Role| -> Vec<&Policy> { self.evidence.policies(role) };
        Documents {
            identity: of(Role::ReaderPolicy),
            resource: of(Role::BucketPolicy),
            key: of(Role::KeyPolicy),
            boundary: of(Role::Boundary),
            session: of(Role::SessionPolicy),
            scp: self.evidence.levels(Role::Scp),
            rcp: self.evidence.levels(Role::Rcp),
            endpoint: of(Role::EndpointPolicy),
            public_access_block,
        }
    }

    pub(super) fn wrapped(&self) -> Vec<Wrapped> {
        let whole = self.evidence.wrapped.iter();
        whole.map(|(source, span, level)| Wrapped { source: *source, span: *span, level: *level }).collect()
    }

    /// Faults that AWS refuses the document for, and that leave the rest of it readable.
    pub(super) fn notes(&self, sources: &Sources) -> Vec<String> {
        let mut notes = Vec::new();
        for document in &self.evidence.documents {
            let source = sources.get(document.source);
            for fault in &document.policy.faults {
                let at = source.position(fault.span.start);
                notes.push(format!(
                    "{}:{}:{}: AWS refuses this policy ({}); the answer takes it as far as it can be read",
                    source.name(),
                    at.line,
                    at.column,
                    fault.kind.name()
                ));
            }
        }
        notes
    }
}
