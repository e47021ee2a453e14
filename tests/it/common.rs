//! Accounts of `fixtures/accounts`, loaded as `preflight check` loads them, and what their reviewers expect.

use preflight::config::{self, Config};
use preflight::evidence::{DocumentKind, Evidence, Role};
use preflight::finding::Report;
use preflight::judge::{Job, Library, judge};
use preflight::load::{self, Named};
use preflight::source::Sources;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The moment every account is judged for.
pub(crate) const NOW: &str = "2026-11-23T12:00:00Z";

/// `expect.toml`, the reviewed answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Expect {
    pub(crate) why: String,
    pub(crate) verdict: String,
    pub(crate) findings: Vec<String>,
    pub(crate) unknown: Vec<String>,
    /// Files that nothing was asked of, where the account is about that.
    #[serde(default)]
    pub(crate) not_judged: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) demands: BTreeMap<String, String>,
}

/// One folder of `fixtures/accounts`.
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) sources: Sources,
    pub(crate) config: Config,
    pub(crate) evidence: Evidence,
    pub(crate) expect: Expect,
}

/// Every account, by name.
pub(crate) fn accounts() -> Vec<Account> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/accounts");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&root)
        .unwrap_or_else(|error| panic!("{}: {error}", root.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders.iter().map(|folder| account(folder)).collect()
}

pub(crate) fn account(folder: &Path) -> Account {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let expect = std::fs::read_to_string(folder.join("expect.toml"))
        .unwrap_or_else(|error| panic!("{name}/expect.toml: {error}"));
    let expect = toml::from_str(&expect).unwrap_or_else(|error| panic!("{name}/expect.toml: {error}"));
    let mut sources = Sources::new();
    let file = folder.join("preflight.toml");
    let config = if file.is_file() {
        let source = sources.add(file.to_string_lossy(), load::read_text(&file).unwrap());
        { config::read(sources.get(source).text(), source) }
            .unwrap_or_else(|fault| panic!("{name}/preflight.toml: {fault}"))
    } else {
        Config::default()
    };
    let named: Vec<Named> = config
        .documents
        .iter()
        .map(|document| Named {
            kind: DocumentKind::of(&document.kind)
                .unwrap_or_else(|| DocumentKind::Policy(Role::of(&document.kind).unwrap())),
            level: document.level,
            linked: document.linked,
            path: folder.join(&document.path),
        })
        .collect();
    let walked = if !config.names_documents() { vec![folder.to_path_buf()] } else { Vec::new() };
    let evidence =
        load::load(&mut sources, &named, &walked).unwrap_or_else(|error| panic!("{name}: {error}"));
    Account { name, folder: folder.to_path_buf(), sources, config, evidence, expect }
}

impl Account {
    /// The report of the account as it is.
    pub(crate) fn judge(&self, library: &Library) -> Report {
        self.judge_with(library, &self.sources, &self.evidence)
    }

    /// The report with other documents.
    pub(crate) fn judge_with(&self, library: &Library, sources: &Sources, evidence: &Evidence) -> Report {
        judge(
            library,
            &Job {
                sources,
                evidence,
                form: &self.config.form,
                consumers: &self.config.consumers,
                strict: false,
                now: NOW,
                only: &[],
            },
        )
    }

    /// A path below the account's folder as the expectations name it.
    pub(crate) fn short<'n>(&self, name: &'n str) -> &'n str {
        let folder = self.folder.to_string_lossy();
        name.strip_prefix(&*folder).map_or(name, |rest| rest.trim_start_matches('/'))
    }
}
