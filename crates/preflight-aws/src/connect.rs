//! Credentials, regions and clients.

use crate::ask::{Asker, Failure, NO_CREDENTIALS, Outcome};
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::json;
use std::cell::Cell;
use std::fmt;
use std::time::Duration;

/// How AWS is reached.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// A profile of the AWS configuration.
    pub profile: Option<String>,
    /// The region, where the configuration names none.
    pub region: Option<String>,
    /// Another address than AWS's, for all services.
    pub endpoint_url: Option<String>,
    /// A role to assume first.
    pub role: Option<String>,
    /// The device that shows the code, its ARN.
    pub mfa_serial: Option<String>,
    /// The code that it shows.
    pub mfa_code: Option<String>,
    /// Seconds after which reading stops.
    pub deadline: u64,
    /// Seconds for one attempt of one call.
    pub timeout: u64,
}

/// Why AWS cannot be asked at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectFault {
    /// The program cannot wait for the network.
    Runtime(String),
    /// There are no credentials: what the SDK said.
    NoCredentials(String),
    /// There are none of the reader: what the SDK said.
    NoReaderKey(String),
    /// The credentials are wrong or outdated: what AWS or the SDK said.
    Credentials(String),
    /// What is gone on from is about another account.
    OtherAccount {
        /// The account of the file.
        before: String,
        /// The account of the credentials.
        now: String,
    },
    /// The role cannot be assumed: what AWS said.
    Role(String),
}

impl fmt::Display for ConnectFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectFault::Runtime(why) => write!(out, "cannot reach the network: {why}"),
            ConnectFault::NoCredentials(why) => write!(
                out,
                "there are no AWS credentials to ask with: {why}; name a profile with --profile or AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            ),
            ConnectFault::NoReaderKey(why) => {
                write!(
                    out,
                    "the reader's key cannot be loaded: {why}; --as-reader takes a profile that holds it, or `-` for the environment's"
                )
            }
            ConnectFault::OtherAccount { before, now } => write!(
                out,
                "the file to go on from is about the account {before}, and these credentials are of {now}; name another file"
            ),
            ConnectFault::Credentials(why) => {
                write!(out, "AWS cannot be asked with these credentials: {why}")
            }
            ConnectFault::Role(why) => write!(out, "the role cannot be assumed: {why}"),
        }
    }
}

impl std::error::Error for ConnectFault {}

/// A way to AWS.
pub(crate) struct Connection {
    config: SdkConfig,
    /// What there was before a role was assumed: who may not take the role of a linked account may still do so as itself.
    before_role: Option<SdkConfig>,
    is_elsewhere: bool,
}

impl Connection {
    pub(crate) async fn open(options: &Options) -> Result<Self, ConnectFault> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(RetryConfig::standard())
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(options.timeout.min(5)))
                    .operation_attempt_timeout(Duration::from_secs(options.timeout))
                    .build(),
            );
        if let Some(profile) = &options.profile {
            // A profile that was named wins over keys in the environment, as with the AWS CLI.
            let keys = ProfileFileCredentialsProvider::builder().profile_name(profile).build();
            loader = loader.profile_name(profile).credentials_provider(keys);
        }
        if let Some(region) = &options.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(url) = &options.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let mut config = loader.load().await;
        if config.region().is_none() {
            config = config.into_builder().region(Region::new("us-east-1")).build();
        }
        let mut connection = Self::with(config);
        connection.is_elsewhere =
            options.endpoint_url.is_some() || std::env::var_os("AWS_ENDPOINT_URL").is_some();
        connection.identify(options).await?;
        Ok(connection)
    }

    /// One with this configuration.
    pub(crate) fn with(config: SdkConfig) -> Self {
        Self { config, before_role: None, is_elsewhere: false }
    }

    /// Takes the session and the role that are asked for.
    ///
    /// A code is good for one call, and linked accounts may ask for it, too. So it is given to GetSessionToken, whose session
    /// stands for it in every role that is assumed with it; AWS does not say that a role which was assumed with a code hands
    /// it on to the next one. GetSessionToken is for a user's own keys: where it is refused, the code goes to the role.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html>,
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html> (checked 2026-11)
    async fn identify(&mut self, options: &Options) -> Result<(), ConnectFault> {
        let mut code_for_role = None;
        if let (Some(serial), code) = (&options.mfa_serial, &options.mfa_code) {
            let request = self.sts().get_session_token().serial_number(serial).set_token_code(code.clone());
            match request.send().await {
                Ok(answer) => self.config = self.with_keys(answer.credentials)?,
                Err(error) => {
                    let failure = Failure::of(&error);
                    // A code that is wrong is refused in these words, and would be wrong for the role, too.
                    let is_wrong = failure.message.contains("MultiFactorAuthentication");
                    if options.role.is_none() || is_wrong || !failure.is_denial() {
                        return Err(ConnectFault::Credentials(words(&failure)));
                    }
                    code_for_role = Some((serial, code));
                }
            }
        }
        let Some(role) = &options.role else { return Ok(()) };
        let mut request = self.sts().assume_role().role_arn(role).role_session_name("preflight");
        if let Some((serial, code)) = code_for_role {
            request = request.serial_number(serial).set_token_code(code.clone());
        }
        let answer = request.send().await.map_err(|error| ConnectFault::Role(words(&Failure::of(&error))))?;
        let config = self.with_keys(answer.credentials)?;
        self.before_role = Some(std::mem::replace(&mut self.config, config));
        Ok(())
    }

    /// The configuration with the keys of a session.
    fn with_keys(&self, found: Option<aws_sdk_sts::types::Credentials>) -> Result<SdkConfig, ConnectFault> {
        let found = found.ok_or_else(|| ConnectFault::Role("AWS gave no credentials".to_owned()))?;
        let keys = SharedCredentialsProvider::new(keys(found));
        Ok(self.config.clone().into_builder().credentials_provider(keys).build())
    }

    /// A way to a linked account: by this role there. The keys stand nowhere but in it.
    pub(crate) async fn in_account(&self, asker: &Asker<'_>, role: &str) -> Option<Self> {
        let found = Cell::new(None);
        let assume = async |config: &SdkConfig| {
            let client = aws_sdk_sts::Client::new(config);
            let request = client.assume_role().role_arn(role).role_session_name("preflight");
            let answer = request.send().await.map_err(|error| Failure::of(&error))?;
            let user = answer.assumed_role_user().map(|user| json!({ "Arn": user.arn() }));
            found.set(answer.credentials);
            Ok(json!({ "AssumedRoleUser": user }))
        };
        let asked = asker.ask_again("sts assume-role", json!({ "RoleArn": role }), async {
            let outcome: Outcome = assume(&self.config).await;
            match (&outcome, &self.before_role) {
                // The role that was assumed first may be one that nobody in the linked account knows, and carries no code.
                (Err(failure), Some(before)) if failure.is_denial() => assume(before).await.or(outcome),
                _ => outcome,
            }
        });
        asked.await.ok()?;
        let config = self.with_keys(found.take()).ok()?;
        Some(Self { config, before_role: None, is_elsewhere: self.is_elsewhere })
    }

    /// Whose credentials they are, asked of AWS in every run: those of another run may have been others.
    pub(crate) async fn identity(&self, asker: &Asker<'_>) -> Outcome {
        asker
            .ask_again("sts get-caller-identity", json!({}), async {
                let answer = self.sts().get_caller_identity().send().await.map_err(|e| Failure::of(&e))?;
                Ok(json!({ "UserId": answer.user_id(), "Account": answer.account(), "Arn": answer.arn() }))
            })
            .await
    }

    /// The account of the credentials. Nothing can be asked if this cannot.
    pub(crate) async fn account(&self, asker: &Asker<'_>) -> Result<String, ConnectFault> {
        let before = asker.account_before();
        let answer = self.identity(asker).await.map_err(|failure| {
            if failure.code == NO_CREDENTIALS {
                return ConnectFault::NoCredentials(failure.message);
            }
            ConnectFault::Credentials(words(&failure))
        })?;
        let account =
            answer.get("Account").and_then(|account| account.as_str()).unwrap_or_default().to_owned();
        match before {
            Some(before) if before != account => Err(ConnectFault::OtherAccount { before, now: account }),
            Some(_) | None => Ok(account),
        }
    }

    pub(crate) fn sts(&self) -> aws_sdk_sts::Client {
        aws_sdk_sts::Client::new(&self.config)
    }

    pub(crate) fn iam(&self) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::new(&self.config)
    }

    /// Buckets have a region of their own. Another address than AWS's has no names for buckets.
    pub(crate) fn s3(&self, region: Option<&str>) -> aws_sdk_s3::Client {
        let mut builder = aws_sdk_s3::config::Builder::from(&self.config).force_path_style(self.is_elsewhere);
        if let Some(region) = region {
            builder = builder.region(Region::new(region.to_owned()));
        }
        aws_sdk_s3::Client::from_conf(builder.build())
    }

    pub(crate) fn kms(&self, region: &str) -> aws_sdk_kms::Client {
        let builder = aws_sdk_kms::config::Builder::from(&self.config);
        aws_sdk_kms::Client::from_conf(builder.region(Region::new(region.to_owned())).build())
    }

    /// Billing is in one region of each partition.
    fn billing_region(&self) -> Region {
        let is_china = self.config.region().is_some_and(|region| region.as_ref().starts_with("cn-"));
        Region::new(if is_china { "cn-northwest-1" } else { "us-east-1" })
    }

    pub(crate) fn reports(&self) -> aws_sdk_costandusagereport::Client {
        let builder = aws_sdk_costandusagereport::config::Builder::from(&self.config);
        aws_sdk_costandusagereport::Client::from_conf(builder.region(self.billing_region()).build())
    }

    pub(crate) fn exports(&self) -> aws_sdk_bcmdataexports::Client {
        let builder = aws_sdk_bcmdataexports::config::Builder::from(&self.config);
        aws_sdk_bcmdataexports::Client::from_conf(builder.region(self.billing_region()).build())
    }

    pub(crate) fn organizations(&self) -> aws_sdk_organizations::Client {
        aws_sdk_organizations::Client::new(&self.config)
    }
}

fn keys(found: aws_sdk_sts::types::Credentials) -> Credentials {
    Credentials::new(
        found.access_key_id,
        found.secret_access_key,
        Some(found.session_token),
        found.expiration.try_into().ok(),
        "preflight",
    )
}

fn words(failure: &Failure) -> String {
    if failure.message.is_empty() {
        failure.code.clone()
    } else {
        format!("{}: {}", failure.code, failure.message)
    }
}
