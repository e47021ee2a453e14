//! With the SDK at hand: from arguments and form to calls, with progress and a file that is kept on the way.

use super::super::save::save;
use super::super::terminal;
use super::{Gathered, Order};
use crate::contract::{Ask, Demand, Expect, Form, LinkedAccount};
use crate::evidence::Evidence;
use crate::judge::completed;
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use preflight_aws::{Linked, Options, Reader, Simulation, Snapshot, Tries, Wanted};
use serde_json::Value;
use std::cell::Cell;
use std::io::{BufRead, IsTerminal};
use std::path::Path;
use std::time::{Duration, Instant};

/// How often the file is written while calls are made.
const KEEP: Duration = Duration::from_secs(2);

pub(super) fn gather(order: &Order<'_>) -> anyhow::Result<Gathered> {
    let args = order.args;
    let output = args.snapshot.as_deref();
    let mut snapshot = match output {
        Some(path) if path.exists() => before(path)?,
        Some(_) | None => Snapshot::default(),
    };
    let progress = progress();
    let last = Cell::new(Instant::now());
    let watch = |count: usize, snapshot: &Snapshot| {
        progress.set_message(format!("{count} calls answered"));
        if let Some(path) = output
            && last.get().elapsed() > KEEP
        {
            last.set(Instant::now());
            let mut part = snapshot.clone();
            part.cut_short = Some("reading was not finished".to_owned());
            let _ = save(path, &part.text());
        }
    };
    if args.live {
        let form = with_snapshot(order.form, &snapshot);
        let order = Order { form: &form, policies: order.policies.clone(), ..*order };
        let (options, wanted) = (options(&order, args.profile.clone())?, wanted(&order));
        snapshot = preflight_aws::collect(&options, &wanted, snapshot, &watch)?;
    }
    // Who stopped asking, or whose time is up, is asked for no more.
    if let Some(profile) = args.as_reader.as_ref().filter(|_| snapshot.cut_short.is_none() || !args.live) {
        let profile = (profile != "-").then(|| profile.clone());
        let mut options = Options { role: None, mfa_serial: None, ..options(order, profile)? };
        options.mfa_code = None;
        let cut_short = snapshot.cut_short.clone();
        let tries = tries(&with_snapshot(order.form, &snapshot));
        snapshot = preflight_aws::try_as_reader(&options, &tries, snapshot, &watch)?;
        snapshot.cut_short = snapshot.cut_short.or(cut_short);
    }
    progress.finish_and_clear();
    for (name, value) in order.form.iter().filter(|(name, _)| *name != "partition") {
        snapshot.form.insert(name.to_owned(), value.text.clone().into());
    }
    if !order.form.connected_accounts.is_empty() {
        let list = order.form.connected_accounts.iter().map(|account| Value::from(account.text.clone()));
        snapshot.form.insert("connected-accounts".to_owned(), list.collect());
    }
    if !order.form.linked.is_empty() {
        let list = order.form.linked.iter().map(|account| {
            let reader = account.reader.as_ref().map(|reader| ("reader", reader.text.clone()));
            [("account", account.account.text.clone())].into_iter().chain(reader).collect::<Value>()
        });
        snapshot.form.insert("linked".to_owned(), list.collect());
    }
    let text = snapshot.text();
    if let Some(why) = &snapshot.cut_short {
        terminal::talk(&format!("warning: {why}; what was read is used"));
    }
    if let Some(path) = output {
        save(path, &text)?;
    }
    let name = output.map_or_else(|| "live".to_owned(), crate::load::display);
    Ok(Gathered { name, text })
}

/// The form with what the file says that is gone on from. What the user says otherwise wins.
fn with_snapshot(form: &Form, snapshot: &Snapshot) -> Form {
    let mut form = form.clone();
    // The account follows from the credentials. What is asked is the same in the first run and in one that goes on.
    for (name, value) in snapshot.form.iter().filter(|(name, _)| *name != "account") {
        if let (Some(text), false) = (value.as_str(), form.is_given(name)) {
            form.presume(name, text, "the snapshot says so");
        }
    }
    form
}

/// A file that was written before: what it holds is not asked again.
fn before(path: &Path) -> anyhow::Result<Snapshot> {
    let text = crate::load::read_text(path)?;
    Snapshot::read(&text)
        .with_context(|| format!("`{}` is there and is no snapshot; nothing was asked", path.display()))
}

fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} asking AWS: {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn options(order: &Order<'_>, profile: Option<String>) -> anyhow::Result<Options> {
    let args = order.args;
    let mfa_code = match (&args.mfa_serial, &args.mfa_code) {
        (Some(_), None) => Some(ask_code()?),
        (_, code) => code.clone(),
    };
    Ok(Options {
        profile,
        region: args.region.clone(),
        endpoint_url: args.endpoint_url.clone(),
        role: args.role.clone(),
        mfa_serial: args.mfa_serial.clone(),
        mfa_code,
        deadline: args.deadline,
        timeout: args.timeout,
    })
}

fn ask_code() -> anyhow::Result<String> {
    anyhow::ensure!(
        std::io::stdin().is_terminal(),
        "--mfa-serial needs --mfa-code, or a terminal to type it into"
    );
    terminal::talk("code of the MFA device:");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

fn wanted(order: &Order<'_>) -> Wanted {
    let text = |name: &str| order.form.text(name).map(str::to_owned);
    let reader = match (&order.args.reader_access_key_id, order.form.text("reader")) {
        (Some(id), _) => Some(Reader::Key(id.clone())),
        (None, Some(arn)) => reader(arn),
        (None, None) => None,
    };
    Wanted {
        bucket: text("bucket"),
        export_name: text("export-name"),
        export_path: text("export-path"),
        bucket_account: text("bucket-account"),
        linked: order.form.linked.iter().map(|account| linked(order, account)).collect(),
        simulations: if order.args.no_simulate { Vec::new() } else { simulations(order) },
        reader,
    }
}

fn linked(order: &Order<'_>, account: &LinkedAccount) -> Linked {
    let number: String = account.account.text.chars().filter(char::is_ascii_digit).collect();
    let partition = order.form.text("partition").unwrap_or("aws");
    let role = order.args.linked_role.as_ref();
    Linked {
        role: role.map(|name| format!("arn:{partition}:iam::{number}:role/{name}")),
        reader: account.reader.as_ref().and_then(|arn| reader(&arn.text)),
        account: number,
    }
}

/// A user or role by its ARN; a session is one of its role.
fn reader(arn: &str) -> Option<Reader> {
    let resource = arn.splitn(6, ':').nth(5)?;
    let (kind, path) = resource.split_once('/')?;
    let last = || path.rsplit('/').next().unwrap_or(path).to_owned();
    match kind {
        "user" => Some(Reader::User(last())),
        "role" => Some(Reader::Role(last())),
        "assumed-role" => path.split('/').next().map(|role| Reader::Role(role.to_owned())),
        _ => None,
    }
}

/// Each request of the reader that a contract asks to be allowed.
fn simulations(order: &Order<'_>) -> Vec<Simulation> {
    let mut list: Vec<Simulation> = Vec::new();
    for contract in order.consumers.iter().filter_map(|name| order.library.contract(name)) {
        let form = completed(order.form, contract, &Evidence::default());
        for demand in contract.demands.iter().filter(|demand| demand.is_asked(&form, |_| false)) {
            for each in questions(order, &form, demand) {
                if !list.contains(&each) {
                    list.push(each);
                }
            }
        }
    }
    list
}

fn questions(order: &Order<'_>, form: &Form, demand: &Demand) -> Vec<Simulation> {
    let Ask::Access { request, actions, on, expect: Expect::Allowed, context, .. } = &demand.ask else {
        return Vec::new();
    };
    let Some(template) =
        order.library.requests().get(request).filter(|template| template.caller == "{reader}")
    else {
        return Vec::new();
    };
    let on = match template.keys.first() {
        Some(key) if on == "keys" => format!("arn:{{partition}}:s3:::{{bucket}}/{}", key.example),
        _ => on.clone(),
    };
    let Ok(resource) = form.fill(&on) else { return Vec::new() };
    let known: Vec<(String, String)> =
        context.iter().filter_map(|(key, value)| Some((key.clone(), form.fill(value).ok()?))).collect();
    actions
        .iter()
        .map(|action| Simulation {
            action: action.clone(),
            resource: resource.clone(),
            context: known.clone(),
            policies: order.policies.clone(),
        })
        .collect()
}

fn tries(form: &Form) -> Tries {
    let text = |name: &str| form.text(name).map(str::to_owned);
    let folder = text("export-path")
        .zip(text("export-name"))
        .map(|(path, name)| format!("{}/{name}/", path.trim_end_matches('/')));
    let find = matches!(form.text("mode"), Some("find-report" | "create-report"))
        .then(|| text("export-type").unwrap_or_else(|| "cur-2.0".to_owned()));
    Tries { bucket: text("bucket"), folder, find }
}
