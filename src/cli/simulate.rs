//! `preflight simulate`

pub(super) mod args;
mod cases;
mod documents;

use super::{Exit, terminal};
use crate::eval::{LayerKind, PublicAccessBlock};
use crate::finding::simulation::{Answer, Certainty, Simulation};
use crate::policy::arn;
use crate::render::json::simulation_v1;
use crate::render::simulation as human;
use crate::simulate::{Question, simulate};
use crate::source::Sources;
use args::{AnswerArg, LayerArg, SimulateArgs, SimulateFormat};
use documents::{Files, Loaded};

/// One question with what was expected of it.
struct Asked {
    answer: Simulation,
    expected: Option<Answer>,
}

pub(super) fn run(args: &SimulateArgs) -> anyhow::Result<Exit> {
    let mut sources = Sources::new();
    let now = args.now.clone().unwrap_or_else(super::check::now);
    let files = Files::of(args);
    if let Some(table) = &args.cases {
        return cases::run(args, table, (&files, &now), &mut sources);
    }
    let question = question(args, &now)?;
    let loaded = Loaded::read(&mut sources, &files)?;
    let answer = put(args, &question, &loaded, &sources)?;
    let expected = args.expect.map(Answer::from);
    let style = terminal::style(args.color, args.quiet);
    terminal::print(&match args.format {
        SimulateFormat::Human => human::render(&answer, expected, &sources, &style),
        SimulateFormat::Json => simulation_v1::render(&[(&answer, expected)], &sources),
    })?;
    Ok(match expected {
        Some(expected) => exit(answer.meets(expected)),
        None => match answer.answer {
            Answer::Allowed => Exit::Ready,
            Answer::Denied | Answer::Mixed => Exit::NotReady,
            Answer::Depends => Exit::CannotTell,
        },
    })
}

fn exit(met: Certainty) -> Exit {
    match met {
        Certainty::Yes => Exit::Ready,
        Certainty::No => Exit::NotReady,
        Certainty::Unknown => Exit::CannotTell,
    }
}

/// Puts one question.
fn put(
    args: &SimulateArgs,
    question: &Question,
    loaded: &Loaded,
    sources: &Sources,
) -> anyhow::Result<Simulation> {
    let block = PublicAccessBlock { restrict_public_buckets: args.restrict_public_buckets };
    let mut answer = simulate(question, &loaded.documents(block))?;
    answer.wrapped = loaded.wrapped();
    answer.notes.extend(loaded.notes(sources));
    Ok(answer)
}

fn question(args: &SimulateArgs, now: &str) -> anyhow::Result<Question> {
    let context = args.context.iter().map(|text| pair(text)).collect::<anyhow::Result<_>>()?;
    let principal = args.principal.clone().unwrap_or_default();
    Ok(Question {
        principal: whole(&principal, args.account.as_deref())?,
        actions: listed(&args.action),
        resources: args.resource.clone(),
        context,
        resource_account: args.resource_account.clone(),
        now: now.to_owned(),
        strict: args.strict,
        absent: args.absent.iter().map(|layer| LayerKind::from(*layer)).collect(),
    })
}

/// `--action s3:GetObject,s3:PutObject`: no action has a comma in it.
fn listed(texts: &[String]) -> Vec<String> {
    texts
        .iter()
        .flat_map(|text| text.split(','))
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}

fn pair(text: &str) -> anyhow::Result<(String, String)> {
    match text.split_once('=') {
        Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
        None => Err(crate::simulate::Fault::ContextShape(text.to_owned()).into()),
    }
}

/// A principal with its account: `user/reader` becomes an ARN.
fn whole(principal: &str, account: Option<&str>) -> anyhow::Result<String> {
    let Some(account) = account else { return Ok(principal.to_owned()) };
    anyhow::ensure!(arn::is_account(account), "`{account}` is not an account: 12 digits are one");
    let principal = principal.trim();
    Ok(match principal.split('/').next().unwrap_or_default() {
        "user" | "role" | "root" => format!("arn:aws:iam::{account}:{principal}"),
        "assumed-role" | "federated-user" => format!("arn:aws:sts::{account}:{principal}"),
        "" => account.to_owned(),
        _ => principal.to_owned(),
    })
}

impl From<AnswerArg> for Answer {
    fn from(answer: AnswerArg) -> Self {
        match answer {
            AnswerArg::Allowed => Answer::Allowed,
            AnswerArg::Denied => Answer::Denied,
            AnswerArg::Mixed => Answer::Mixed,
            AnswerArg::Depends => Answer::Depends,
        }
    }
}

impl From<LayerArg> for LayerKind {
    fn from(layer: LayerArg) -> Self {
        match layer {
            LayerArg::Identity => LayerKind::Identity,
            LayerArg::Resource => LayerKind::Resource,
            LayerArg::Boundary => LayerKind::Boundary,
            LayerArg::Session => LayerKind::Session,
            LayerArg::Scp => LayerKind::Scp,
            LayerArg::Rcp => LayerKind::Rcp,
            LayerArg::Endpoint => LayerKind::Endpoint,
        }
    }
}
