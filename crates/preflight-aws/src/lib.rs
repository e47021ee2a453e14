//! Reads from AWS what preflight judges, and writes it down as a snapshot.
#![cfg(feature = "sdk")]
