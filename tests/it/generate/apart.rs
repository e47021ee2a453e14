//! Products whose documents exclude each other.

use super::{bench, form};
use preflight::judge::Library;
use preflight::mend::generate::{Part, policies};
use std::collections::BTreeMap;

/// A contract with one more demand on the reader than that its policy is accepted.
fn reading(demand: &str) -> String {
    format!(
        "title = \"t\"\nproduct = \"p\"\nchecked = \"2026-11-23\"\n[[demand]]\nid = \"reader.accepted\"\nsection = \"Reader\"\ntitle = \"accepted\"\nneed = \"needed\"\nask = \"accepted\"\ndocument = \"reader-policy\"\nsource = \"s\"\n[[demand]]\nid = \"reader.mine\"\nsection = \"Reader\"\ntitle = \"mine\"\nneed = \"needed\"\nask = \"access\"\nrequest = \"reader\"\non = \"keys\"\nsource = \"s\"\n{demand}\n"
    )
}

#[test]
fn products_whose_documents_exclude_each_other_are_refused() {
    let mut library = Library::embedded().unwrap();
    library.add_consumer("writes", &reading("action = \"s3:PutObject\"")).unwrap();
    let kept_out = "action = \"s3:PutObject\"\nexpect = \"denied\"\nexposure = \"wide\"";
    library.add_consumer("kept-out", &reading(kept_out)).unwrap();
    library.add_consumer("reads", &reading("action = \"s3:GetObject\"")).unwrap();
    let form = form(&[
        ("account", "111122223333"),
        ("bucket", "acme-billing"),
        ("bucket-account", "111122223333"),
        ("export-name", "acme-cur"),
        ("export-path", "finance/reports"),
        ("export-type", "cur-2.0"),
        ("organization", "none"),
        ("reader", "arn:aws:iam::111122223333:user/cost-reader"),
    ]);
    let made = |names: [&str; 2]| {
        let names = names.map(str::to_owned);
        policies(&bench(&library, &names), &form, &BTreeMap::new()).map(|made| made.texts)
    };
    let fault = made(["kept-out", "writes"]).unwrap_err().to_string();
    assert!(fault.contains("`mine`") && fault.contains("together"), "{fault}");
    assert!(made(["writes", "kept-out"]).is_err());
    let both = made(["writes", "reads"]).unwrap();
    let text = &both[&Part::ReaderPolicy];
    assert!(text.contains("s3:PutObject") && text.contains("s3:GetObject"), "{text}");
    let both = made(["reads", "kept-out"]).unwrap();
    assert!(both[&Part::ReaderPolicy].contains("s3:GetObject"), "{both:?}");
}
