//! Broken mutants that nothing points at, and why that is right.

use preflight::finding::Report;

/// Broken mutants that need not be pointed at: accounts, texts in the change, rules that are told instead, and why. An
/// empty list stands for all.
pub(crate) struct Exception {
    accounts: &'static [&'static str],
    changes: &'static [&'static str],
    rules: &'static [&'static str],
    pub(crate) why: &'static str,
}

pub(crate) const EXCEPTIONS: &[Exception] = &[
    Exception {
        accounts: &["a-boundary-does-not-limit-a-user-named-in-the-bucket-policy"],
        changes: &[],
        rules: &["reader-outside-boundary"],
        why: "the reader gets in by the bucket policy or by its own policy and the boundary; either would mend it",
    },
    Exception {
        accounts: &["a-statement-of-no-use-beside-one-that-delivers"],
        changes: &[],
        rules: &["source-arn-wrong-region"],
        why: "two statements come equally near; either would mend it",
    },
    Exception {
        accounts: &["the-guide-with-the-account-left-in-the-arn-of-reports-only"],
        changes: &["aws:SourceArn"],
        rules: &["condition-placeholder"],
        why: "two values come equally near, and the one with a placeholder is surely not meant",
    },
    Exception {
        accounts: &[],
        changes: &["another value"],
        rules: &["source-arn-wrong-service"],
        why: "no value is near, and the one of another service is as good as the one that was changed",
    },
    Exception {
        accounts: &["a-reader-let-in-by-the-bucket-policy"],
        changes: &["Principal", "Resource"],
        rules: &["reader-permission-missing"],
        why: "the reader gets in by the bucket policy or by its own policy; either would mend it",
    },
];

impl Exception {
    pub(crate) fn excuses(&self, name: &str, report: &Report) -> bool {
        let any = |list: &[&str], fits: &dyn Fn(&str) -> bool| {
            list.is_empty() || list.iter().any(|each| fits(each))
        };
        any(self.accounts, &|account| name.starts_with(account))
            && any(self.changes, &|change| name.contains(change))
            && report.findings.iter().any(|finding| self.rules.contains(&&*finding.rule.0))
    }
}
