//! Laws of templates.

use super::*;

fn one(template: &str, text: &str) -> Option<Found<'static>> {
    let lower = text.to_ascii_lowercase();
    // Found texts live as long as both.
    let template: &'static Template = Box::leak(Box::new(Template::new(template, None).unwrap()));
    let text: &'static str = Box::leak(text.into());
    let anchors = super::super::anchors::Anchors::new(std::iter::once(template)).unwrap();
    anchors.find_in(|_| Some(template), text, &lower, 1).pop().map(|(_, found)| found)
}

fn values<'t>(found: &Found<'t>) -> Vec<(&'t str, &'t str)> {
    found.values.clone()
}

#[test]
fn holes_take_what_stands_between_the_text() {
    let found = one("Bucket {bucket} not found", "2026 ERROR: bucket my own one not found, sorry").unwrap();
    assert_eq!(values(&found), [("bucket", "my own one")]);
    assert!(!found.is_cut);
}

#[test]
fn parts_may_be_left_out_and_one_of_several_texts_stands_there() {
    let template = "is not authorized to perform: {action:word}[[ on resource: {resource:word}]] with an explicit deny in a {layer=session policy|service control policy}";
    let found = one(
        template,
        "x is not authorized to perform: s3:GetObject with an explicit deny in a service control policy",
    );
    assert_eq!(values(&found.unwrap()), [("action", "s3:GetObject"), ("layer", "service control policy")]);
}

#[test]
fn a_word_ends_before_punctuation() {
    let found = one("User: {who:word} is not", "User: arn:aws:iam::1:user/a is not").unwrap();
    assert_eq!(values(&found), [("who", "arn:aws:iam::1:user/a")]);
    let found = one("in region {region:word}", "in region eu-west-1.").unwrap();
    assert_eq!(values(&found), [("region", "eu-west-1")]);
}

#[test]
fn what_the_end_cuts_off_is_no_value() {
    let template =
        "is not authorized to perform: {action:word} on resource: {resource:word} because no {layer} allows";
    let found =
        one(template, "is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::acme").unwrap();
    assert!(found.is_cut);
    assert_eq!(values(&found), [("action", "s3:GetObject")]);
}

#[test]
fn a_short_beginning_is_no_cut_message() {
    assert_eq!(one("Bucket {bucket} not found", "Bucket policies are hard"), None);
}

#[test]
fn a_template_may_begin_with_a_word() {
    let found = one("{name:word} is not provided", "say bucket_name is not provided").unwrap();
    assert_eq!((values(&found), found.start), (vec![("name", "bucket_name")], 4));
}

#[test]
fn no_text_makes_a_template_run_on() {
    let text = "a b ".repeat(20_000);
    assert_eq!(one("a {x} b {y} a {z} c", &text), None);
}
