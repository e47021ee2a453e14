//! The one integration binary: a module for each thing that is tested from outside.

mod accounts;
mod common;
mod decisions;
mod mutations;
mod render;
mod rules;
mod syntax;
