//! The report for programs. Each version of the form is a module and stays as it is once published.

pub mod change_v1;
pub mod simulation_v1;
pub mod triage_v1;
pub mod v1;

/// Who asks, as `simulate --principal` takes it.
fn principal(arn: &str) -> &str {
    if arn.is_empty() { "anonymous" } else { arn }
}
