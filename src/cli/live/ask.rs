//! With the SDK at hand: from arguments and form to calls, with progress and a file that is kept on the way.

use super::super::args::LiveArgs;
use super::super::save::{can_save, save};
use super::super::terminal;
use super::{Gathered, Order};
use crate::contract::{Ask, Demand, Expect, Form, LinkedAccount, ReadsAs};
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
    check_words(args)?;
    let output = args.snapshot.as_deref();
    if let Some(path) = output {
        can_save(path)?;
    }
    let mut snapshot = match output {
        Some(path) if path.exists() => before(path, args.live)?,
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
        let gathered = snapshot.clone();
        snapshot = match preflight_aws::try_as_reader(&options, &tries, snapshot, &watch) {
            Ok(snapshot) => snapshot,
            Err(fault) => {
                // What was read without the reader's key is not lost.
                if let Some(path) = output {
                    save(path, &gathered.text())?;
                }
                anyhow::bail!("--as-reader {}: {fault}", args.as_reader.as_deref().unwrap_or("-"));
            }
        };
        snapshot.cut_short = snapshot.cut_short.or(cut_short);
    }
    progress.finish_and_clear();
    // Of a reader that was given by name, AWS tells more.
    let is_known = |name: &str| name == "reader" && snapshot.form.contains_key(name);
    let is_less = |name: &str, text: &str| is_known(name) && !text.contains(':');
    let given: Vec<(&str, &str)> = order
        .form
        .iter()
        .map(|(name, value)| (name, value.text.as_str()))
        .filter(|(name, text)| *name != "partition" && !is_less(name, text))
        .collect();
    for (name, value) in given {
        snapshot.form.insert(name.to_owned(), value.into());
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

/// A file that was written before. Of one that was cut short the answers are not asked for again; one that is whole is as
/// old as it is, and asked for anew. Without `--live` it is what the reader's calls are compared with.
fn before(path: &Path, is_live: bool) -> anyhow::Result<Snapshot> {
    let text = crate::load::read_text(path)?;
    let shown = path.display();
    let snapshot = Snapshot::read(&text)
        .with_context(|| format!("`{shown}` is there and is no snapshot; nothing was asked"))?;
    anyhow::ensure!(
        !snapshot.has_documents,
        "`{shown}` is a bundle, and its documents would be lost; name another file; nothing was asked"
    );
    let since = snapshot.since().unwrap_or("an unknown time").to_owned();
    if !is_live {
        terminal::talk(&format!("`{shown}` holds answers since {since}; --live asks for them anew"));
        return Ok(snapshot);
    }
    if snapshot.cut_short.is_none() {
        // What follows from answers does so anew. Whose account it is about stays, to be compared; a list that AWS did not
        // give to its end goes on where it ended.
        let mut again = snapshot;
        again.form.retain(|name, _| name != "kms-key" && name != "account");
        let is_identity = |call: &Value| call["call"] == "sts get-caller-identity";
        let is_list = |call: &Value| call.pointer("/output/NextToken").is_some();
        again.calls.retain(|call| call.get("as").is_none() && (is_identity(call) || is_list(call)));
        let lists = again.calls.iter().filter(|call| is_list(call)).count();
        if lists > 0 {
            terminal::talk(&format!(
                "going on with {lists} list(s) in `{shown}` that were not read to their end; the rest is asked for anew"
            ));
        }
        return Ok(again);
    }
    let count = snapshot.calls.iter().filter(|call| call.get("output").is_some()).count();
    terminal::talk(&format!(
        "going on from `{shown}`, which was cut short: {count} answers since {since} are used as they are"
    ));
    Ok(snapshot)
}

/// Words of the command line that cannot be right, before anything is asked.
fn check_words(args: &LiveArgs) -> anyhow::Result<()> {
    let url = args.endpoint_url.clone().or_else(|| std::env::var("AWS_ENDPOINT_URL").ok());
    if let Some(url) = url.filter(|url| !url.is_empty()) {
        let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        let is_address = host.is_some_and(|host| {
            host.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[')
        });
        anyhow::ensure!(is_address, "`{url}` is no address of a service: `https://HOST` is needed");
    }
    for profile in args.as_reader.iter().chain(&args.profile) {
        let is_key = !crate::redact::secrets(profile).is_empty();
        anyhow::ensure!(
            !is_key,
            "--as-reader and --profile take the name of a profile of the AWS configuration, and a key was given; keys do not belong on a command line"
        );
    }
    Ok(())
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
        (None, Some(arn)) => reader(arn).or_else(|| named(order, arn)),
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

/// A reader that was given by its name: a user or a role, as the products need one.
fn named(order: &Order<'_>, name: &str) -> Option<Reader> {
    let mut contracts = order.consumers.iter().filter_map(|name| order.library.contract(name));
    let is_name = !name.is_empty() && !name.contains([':', '/']);
    let is_role = contracts.any(|contract| contract.reader == ReadsAs::Role);
    let reader = if is_role { Reader::Role(name.to_owned()) } else { Reader::User(name.to_owned()) };
    is_name.then_some(reader)
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
    let known = context.iter().filter_map(|(key, value)| Some((key.clone(), form.fill(value).ok()?)));
    // A key that the request does not carry has no value.
    let known: Vec<(String, String)> = known.filter(|(_, value)| value != "none").collect();
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
