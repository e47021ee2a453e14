//! What a demand of a contract can ask.

use super::bucket::BucketQuestion;
use super::grammar::Grammar;
use super::identity::Question;
use super::layout::LayoutQuestion;
use super::setting::{ExportQuestion, Setting};

/// What a demand asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// AWS takes the documents of this role as they are written.
    Accepted {
        /// Role of the documents, such as `bucket-policy`.
        document: String,
    },
    /// A request is allowed (or denied).
    Access {
        /// Name of the request file.
        request: String,
        /// The actions, all of which are meant.
        actions: Vec<String>,
        /// `keys`, or a template of an ARN.
        on: String,
        /// Which answer is wanted.
        expect: Expect,
        /// Form values to take instead, for requests on behalf of somebody else.
        of: Vec<(String, String)>,
        /// Further context keys, templates.
        context: Vec<(String, String)>,
        /// A fact that makes a broken demand unknown.
        unsure: Option<String>,
    },
    /// The policy of the bucket, or of the role, lets nobody do this whom the contract does not name.
    Others {
        /// The actions.
        actions: Vec<String>,
        /// A template of an ARN.
        on: String,
        /// The case of check `others` that tells of a principal of another account.
        case: String,
    },
    /// What IAM and AWS Organizations say of the reader and the accounts.
    Identity {
        /// The question.
        question: Question,
    },
    /// Each of these actions is allowed, for finding resources in the account, or in the linked accounts given.
    Discovery {
        /// The actions.
        actions: Vec<String>,
        /// A template of an ARN.
        on: String,
        /// Name of the request file.
        request: String,
        /// In every linked account whose policies were given, instead of the account of the form.
        linked: bool,
    },
    /// A setting of the export that the form means is as the product needs it.
    Setting(Setting),
    /// Something about the export that more than one setting decides.
    Export(ExportQuestion),
    /// A value of the form is one that the product works with.
    Form {
        /// Its name.
        name: String,
        /// What it may be.
        one_of: Vec<String>,
    },
    /// A value of the form is written as AWS takes it.
    Written {
        /// Its name.
        name: String,
        /// How it is written.
        grammar: Grammar,
    },
    /// What the bucket's settings do to the export's files.
    Bucket(BucketQuestion),
    /// Path, name and type of the form lead to the export's files.
    Layout(LayoutQuestion),
}

/// Which answer is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// Every request is allowed.
    Allowed,
    /// Every request is denied; if not, this is the kind of exposure (`case` of check `exposure`).
    Denied(String),
}
