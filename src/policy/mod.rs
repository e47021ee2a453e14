//! Policies as typed IAM, with a place for everything down to one action string.
