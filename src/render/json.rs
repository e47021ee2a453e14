//! x
#[allow(missing_docs)]
pub mod v1 { pub fn render(_: &crate::finding::Report, _: &crate::source::Sources) -> String { String::new() } }
