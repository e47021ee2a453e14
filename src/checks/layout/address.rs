//! Addresses of the bucket that were typed where a part of them belongs: `s3://…`, ARNs, pages of the console, web addresses.

use crate::contract::Form;
use crate::source::Span;
use crate::syntax::Unwrapped;

/// What of an address belongs into a field: the folder without the export's name behind it, or the name. Nothing if the value is
/// no address.
pub(super) fn inside_address(form: &Form, field: &str, value: &str) -> Option<String> {
    let inside = if value.starts_with("arn:") {
        value.rsplit(':').next()?.split_once('/').map_or("", |(_, inside)| inside).to_owned()
    } else {
        let (scheme, rest) = value.split_once("://")?;
        match scheme {
            "s3" | "s3a" | "s3n" => rest.split_once('/').map_or("", |(_, inside)| inside).to_owned(),
            _ => inside_web(form, rest),
        }
    };
    let inside = inside.trim_end_matches('/');
    let wanted = if field == "export-name" {
        let name = inside.rsplit('/').next().unwrap_or(inside);
        if value.starts_with("arn:") { without_id(name) } else { name }
    } else {
        let name = form.text("export-name").unwrap_or_default();
        inside.strip_suffix(name).and_then(|path| path.strip_suffix('/')).unwrap_or(inside)
    };
    Some(match (wanted, field) {
        ("", "export-name") => "the name of the export".to_owned(),
        ("", _) => "the S3 path prefix of the export".to_owned(),
        (wanted, _) => format!("`{wanted}`"),
    })
}

/// The key or prefix in a web address without its scheme: the console has it as a parameter, S3 behind the bucket's name or, where
/// that stands in the host, behind the host.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html> (checked 2026-11)
fn inside_web(form: &Form, rest: &str) -> String {
    let rest = rest.split('#').next().unwrap_or(rest);
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, path) = place.split_once('/').unwrap_or((place, ""));
    let parameter = query.split('&').find_map(|pair| pair.strip_prefix("prefix="));
    let is_console = host.ends_with("console.aws.amazon.com") || host.ends_with("console.amazonaws.cn");
    if is_console || parameter.is_some() {
        // `/s3/buckets/NAME` and `/s3/object/NAME`; older pages had the prefix behind that.
        let behind = path.splitn(4, '/').nth(3).unwrap_or_default();
        return decoded(parameter.unwrap_or(behind));
    }
    let first = path.split('/').next().unwrap_or_default();
    let is_bucket = form.text("bucket") == Some(first);
    let is_path_style = host.split('.').next().is_some_and(|label| label == "s3" || label.starts_with("s3-"));
    let key = if is_bucket || (is_path_style && host.contains(".amazonaws.com")) {
        path.split_once('/').map_or("", |(_, key)| key)
    } else {
        path
    };
    decoded(key)
}

/// A part of a web address with its percent signs resolved.
fn decoded(part: &str) -> String {
    Unwrapped::percent(part, Span::new(0, part.len())).text().to_owned()
}

/// The name of an export out of its ARN, which ends with an identifier that AWS makes up.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbillingandcostmanagementdataexports.html> (checked 2026-11)
fn without_id(name: &str) -> &str {
    const ID: [usize; 5] = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = name.rsplitn(6, '-').collect();
    let is_part = |(part, length): (&&str, usize)| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    match parts.as_slice() {
        [id @ .., name] if id.len() == ID.len() && id.iter().rev().zip(ID).all(is_part) => name,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::inside_address;
    use crate::contract::Form;

    #[test]
    fn the_folder_is_found_in_every_kind_of_address() {
        let form = Form::new().with("bucket", "acme-billing").with("export-name", "acme-cur2");
        for address in [
            "s3://acme-billing/reports/acme-cur2/",
            "arn:aws:s3:::acme-billing/reports",
            "https://s3.eu-west-1.amazonaws.com/acme-billing/reports/",
            "https://s3.amazonaws.com/another/reports/",
            "https://acme-billing.s3.eu-west-1.amazonaws.com/reports/acme-cur2/",
            "https://s3.console.aws.amazon.com/s3/buckets/acme-billing?prefix=reports/",
            "https://eu-west-1.console.aws.amazon.com/s3/buckets/acme-billing?region=eu-west-1&prefix=reports%2Facme-cur2%2F&tab=x",
            "https://s3.console.aws.amazon.com/s3/buckets/acme-billing/reports/?region=eu-west-1",
        ] {
            assert_eq!(
                inside_address(&form, "export-path", address).as_deref(),
                Some("`reports`"),
                "{address}"
            );
        }
        assert_eq!(inside_address(&form, "export-path", "reports"), None);
        let top =
            inside_address(&form, "export-path", "https://s3.console.aws.amazon.com/s3/buckets/acme-billing");
        assert_eq!(top.as_deref(), Some("the S3 path prefix of the export"));
    }
}
