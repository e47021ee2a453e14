//! The report for programs. Each version of the form is a module and stays as it is once published.

pub mod change_v1;
pub mod simulation_v1;
pub mod triage_v1;
pub mod v1;
