//! The report for programs. Each version of the form is a module and stays as it is once published.

pub mod v1;
