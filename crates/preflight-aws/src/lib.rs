//! Reads from AWS what preflight judges, and writes it down as a snapshot: calls with their answers in the shape in which
//! the AWS CLI prints them. Nothing is decided here, and nothing is changed in AWS: every call only reads.
#![cfg(feature = "sdk")]

mod ask;
mod billing;
mod connect;
mod iam;
mod organization;
mod reader;
#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of this is tests, where a panic is a failed test"
)]
mod replay;
mod s3;
mod simulate;
mod snapshot;

pub use connect::{ConnectFault, Options};
pub use simulate::Simulation;
pub use snapshot::Snapshot;

use ask::Asker;
use connect::Connection;
use futures_util::future::join_all;
use std::time::Duration;

/// Whose access is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reader {
    /// A user, by name.
    User(String),
    /// A role, by name.
    Role(String),
    /// Whoever has the access key of this identifier.
    Key(String),
}

/// A linked account that is looked into, by a role of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// Its number.
    pub account: String,
    /// The ARN of the role to assume there; without one nothing of the account itself is read.
    pub role: Option<String>,
    /// The product's user there.
    pub reader: Option<Reader>,
}

/// What is wanted. Everything that is not known here is left out, and is then not known in the report.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The bucket.
    pub bucket: Option<String>,
    /// The name of the export.
    pub export_name: Option<String>,
    /// The path prefix of the export.
    pub export_path: Option<String>,
    /// The reader.
    pub reader: Option<Reader>,
    /// The account that owns the bucket, where it is another.
    pub bucket_account: Option<String>,
    /// Linked accounts.
    pub linked: Vec<Linked>,
    /// What AWS's simulator is asked.
    pub simulations: Vec<Simulation>,
}

/// Calls that the consumer makes, to be made with the reader's key.
#[derive(Debug, Clone, Default)]
pub struct Tries {
    /// The bucket.
    pub bucket: Option<String>,
    /// The folder in which the consumer looks: path, name, a slash.
    pub folder: Option<String>,
    /// `cur-2.0` or `cur-legacy`, if the consumer looks for the export itself.
    pub find: Option<String>,
}

/// Told of after each call: how many have been answered, and all that was gathered so far.
pub type Watch<'w> = &'w dyn Fn(usize, &Snapshot);

/// Reads what is wanted. Stops at the deadline and on Ctrl-C, with what was gathered; answers that `before` holds are not
/// asked for again, but for whose credentials they are.
///
/// # Errors
/// If there are no credentials, or they are refused.
pub fn collect(
    options: &Options,
    wanted: &Wanted,
    before: Snapshot,
    watch: Watch<'_>,
) -> Result<Snapshot, ConnectFault> {
    run(options, before, watch, false, async |connection: &Connection, asker: &Asker<'_>| {
        let account = connection.account(asker).await?;
        let bucket_account = wanted.bucket_account.clone().unwrap_or_else(|| account.clone());
        let reading = async {
            let reader = iam::reader(connection, asker, wanted.reader.as_ref()).await;
            let from = reader.clone().unwrap_or_default();
            let scp = from.split(':').nth(4).filter(|id| !id.is_empty()).unwrap_or(&account).to_owned();
            let accounts = organization::Paths {
                reader: &scp,
                bucket: &bucket_account,
                linked: wanted.linked.iter().map(|linked| &*linked.account).collect(),
            };
            let organization = organization::read(connection, asker, &accounts);
            if reader.is_some() {
                tokio::join!(simulate::ask(connection, asker, &from, &wanted.simulations, &[]), async {
                    drop(organization.await)
                },);
            } else {
                // Before there is a reader, the SCPs above it have to be told to the simulator.
                let scps = organization.await;
                simulate::ask(connection, asker, &from, &wanted.simulations, &scps).await;
            }
        };
        let linked = join_all(wanted.linked.iter().map(async |linked| {
            let asker = asker.of_account(&linked.account);
            let (Some(role), Some(reader)) = (&linked.role, &linked.reader) else { return };
            if let Some(there) = connection.in_account(&asker, role).await {
                let _ = iam::reader(&there, &asker, Some(reader)).await;
            }
        }));
        tokio::join!(
            reading,
            linked,
            iam::account(connection, asker),
            s3::bucket(connection, asker, wanted),
            billing::read(connection, asker, wanted),
        );
        asker.form("account", &account);
        Ok(())
    })
}

/// Makes the consumer's calls with the reader's key. Never reads more of an object than one byte.
///
/// # Errors
/// If there are no credentials.
pub fn try_as_reader(
    options: &Options,
    tries: &Tries,
    before: Snapshot,
    watch: Watch<'_>,
) -> Result<Snapshot, ConnectFault> {
    run(options, before, watch, true, async |connection: &Connection, asker: &Asker<'_>| {
        reader::try_all(connection, asker, tries).await
    })
}

fn run(
    options: &Options,
    before: Snapshot,
    watch: Watch<'_>,
    as_reader: bool,
    work: impl AsyncFnOnce(&Connection, &Asker<'_>) -> Result<(), ConnectFault>,
) -> Result<Snapshot, ConnectFault> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| ConnectFault::Runtime(error.to_string()))?;
    let deadline = Duration::from_secs(options.deadline);
    let done = runtime.block_on(async {
        let asker = Asker::new(before, watch, as_reader);
        let all = async {
            let connection = Connection::open(options).await?;
            work(&connection, &asker).await
        };
        let stopped = tokio::select! {
            done = all => match done {
                Ok(()) => None,
                Err(fault) => return Err(fault),
            },
            () = tokio::time::sleep(deadline) => {
                Some(format!("reading was stopped at the deadline of {} s", options.deadline))
            }
            _ = tokio::signal::ctrl_c() => Some("reading was stopped by the user".to_owned()),
        };
        Ok(asker.finish(stopped))
    });
    // A lookup of a name that hangs must not keep the process.
    runtime.shutdown_background();
    done
}
