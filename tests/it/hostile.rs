//! `triage` on what nobody should have sent: garbage, half messages, one endless line, other encodings, texts that mean to steer a
//! terminal; and what it must never show: mail addresses, names that were to be replaced, control characters.

use std::process::{Command, Output};

/// Runs `triage` on bytes, from the folder of the fixtures.
fn triage(input: &[u8], flags: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("given");
    std::fs::write(&file, input).unwrap();
    Command::new(env!("CARGO_BIN_EXE_preflight"))
        .env_clear()
        .current_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"))
        .args(["triage", "--now", "2026-11-23T12:00:00Z"])
        .args(flags)
        .arg("--")
        .arg(&file)
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(output)))
}

const DENIED: &str =
    "An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied";
const NAMED: &str = "An error occurred (AccessDenied) when calling the GetObject operation: User: \
    arn:aws:iam::111122223333:user/spendeffix is not authorized to perform: s3:GetObject on resource: \
    \"arn:aws:s3:::acme-billing/reports/acme-cur2/data/BILLING_PERIOD=2026-11/a.csv.gz\" with an explicit deny in a \
    resource-based policy";

#[test]
fn every_beginning_of_a_message_is_answered() {
    // Beginnings end within each part of the grammar; none may be laid at a layer that the text does not name.
    for end in (1..NAMED.len()).step_by(29) {
        let answer = json(&triage(&NAMED.as_bytes()[..end], &["--format", "json"]));
        let layer = answer["messages"][0]["facts"]["layer"].as_str().unwrap_or_default();
        assert!(layer.is_empty() || layer == "resource", "{end}: {layer}");
        let again = json(&triage(&NAMED.as_bytes()[end..], &["--format", "json"]));
        let layer = again["messages"][0]["facts"]["layer"].as_str().unwrap_or_default();
        assert!(layer.is_empty() || layer == "resource", "{end}: {layer}");
    }
}

#[test]
fn a_line_of_ten_megabytes_is_answered_by_its_beginning() {
    let mut long = format!("{DENIED} ").into_bytes();
    long.resize(10 * 1024 * 1024, b'x');
    let output = triage(&long, &["--format", "json"]);
    let answer = json(&output);
    assert_eq!(answer["messages"][0]["facts"]["action"], "s3:ListBucket");
    assert!(output.stdout.len() < 100_000, "{} bytes", output.stdout.len());
}

#[test]
fn texts_in_other_encodings_are_read() {
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(DENIED.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let big: Vec<u8> =
        [0xfe, 0xff].into_iter().chain(DENIED.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    let marked: Vec<u8> = [0xef, 0xbb, 0xbf].into_iter().chain(DENIED.bytes()).collect();
    let latin: Vec<u8> = b"Gr\xfc\xdfe, ".iter().copied().chain(DENIED.bytes()).collect();
    for bytes in [wide, big, marked, latin] {
        let answer = json(&triage(&bytes, &["--format", "json"]));
        assert_eq!(answer["messages"][0]["facts"]["action"], "s3:ListBucket", "{:?}", &bytes[..4]);
    }
}

#[test]
fn garbage_is_said_to_be_unknown() {
    let noise: Vec<u8> =
        (0..4096_u32).map(|at| u8::try_from(at.wrapping_mul(2_654_435_761) >> 24).unwrap()).collect();
    for bytes in
        [&noise[..], &[0; 512], b"\xff\xff\xff", b"{\"a\":", b"[[[[[[[[", b"]]>{{}}", &b"{".repeat(100_000)]
    {
        let output = triage(bytes, &["--format", "json"]);
        let answer = json(&output);
        let messages = answer["messages"].as_array().unwrap();
        assert!(messages.iter().all(|message| message["known"] == false), "{}", text(&output));
        assert_ne!(output.status.code(), None);
    }
}

#[test]
fn nothing_steers_the_terminal_or_hides() {
    let hostile = format!(
        "\u{1b}]0;owned\u{7}\u{1b}[2J{DENIED} \u{202e}txet\u{202c} \u{9b}31m \u{8}\u{8}\u{8} $(touch pwned) `id`\r\nBucket \u{1b}[8mhidden\u{1b}[0m not found"
    );
    for flags in [
        &[][..],
        &["--format", "markdown"],
        &["--format", "json"],
        &["--format", "csv"],
        &["--reply"],
        &["--quiet"],
        &["--redact"],
    ] {
        let output = triage(hostile.as_bytes(), flags);
        let shown = text(&output);
        let is_bad = |ch: char| {
            (ch.is_control() && ch != '\n') || matches!(ch, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!shown.chars().any(is_bad), "{flags:?}: {shown:?}");
    }
}

#[test]
fn colours_of_a_log_do_not_hide_a_message() {
    let answer = json(&triage(
        format!("\u{1b}[31mERROR\u{1b}[0m \u{1b}[1m{DENIED}\u{1b}[0m").as_bytes(),
        &["--format", "json"],
    ));
    assert_eq!(answer["messages"][0]["facts"]["action"], "s3:ListBucket");
}

#[test]
fn names_in_events_steer_nothing() {
    let event = r#"{"eventSource":"s3.amazonaws.com","eventName":"GetObject","errorCode":"AccessDenied","eventID":"\u202eid",
        "errorMessage":"Access Denied","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/a\u202eb\u009b2J"},
        "requestParameters":{"bucketName":"ac\u001b[8mme","key":"k\u2066x"}}"#;
    for flags in
        [&["--format", "json"][..], &[], &["--format", "markdown"], &["--reply"], &["--format", "csv"]]
    {
        let shown = text(&triage(event.as_bytes(), flags));
        for bad in ['\u{202e}', '\u{9b}', '\u{1b}', '\u{2066}'] {
            assert!(!shown.contains(bad), "{flags:?}: {shown:?}");
        }
    }
}

#[test]
fn mail_addresses_of_a_csv_reach_no_output() {
    let row = |number: u32, error: &str| {
        format!(
            "{number},acme {number},aws_cnr,\"{error}\",org,Acme,2026-11-01,jo.doe+{number}@example.com\n"
        )
    };
    let mut csv = "cloud account id,name,type,last error,organization id,organization name,latest token date,latest employee email\n".to_owned();
    csv.push_str(&row(1, DENIED));
    csv.push_str(&row(2, "sent by mary@example.org: Bucket acme-billing not found"));
    csv.push_str(&row(3, "nobody knows <bob@example.net> this"));
    csv.push_str("dan@example.com,x,aws_cnr,Bucket b not found,o,O,d,e@example.com\n");
    for flags in [
        &[][..],
        &["--format", "csv"],
        &["--format", "json"],
        &["--format", "markdown"],
        &["--reply"],
        &["--quiet"],
        &["--redact", "--format", "csv"],
        &["--redact"],
    ] {
        let shown = text(&triage(csv.as_bytes(), flags));
        for word in ["@example", "jo.doe", "mary", "bob", "dan@"] {
            assert!(!shown.contains(word), "{flags:?} shows {word}: {shown}");
        }
        assert!(!shown.trim().is_empty(), "{flags:?}");
    }
}

/// Taken apart, so that nobody's scanner takes this file for a leak.
fn pasted() -> [String; 3] {
    let id = ["AKIA", "IOSFODNN7EXAMPLE"].concat();
    let secret = ["wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY"].concat();
    [id, secret, format!("IQoJb3JpZ2luX2Vj{}A1", "x".repeat(90))]
}

const FLAGS: [&[&str]; 7] = [
    &[],
    &["--format", "json"],
    &["--format", "markdown"],
    &["--format", "csv"],
    &["--reply"],
    &["--quiet"],
    &["--redact"],
];

#[test]
fn secrets_and_mail_addresses_that_were_pasted_reach_no_output() {
    let [id, secret, token] = pasted();
    let texts = [
        format!("Bucket acme-billing not found (secret {secret}, {id}), ask jo.doe@example.com"),
        format!("it does not work, key {id} aws_secret_access_key={secret} jo.doe@example.com"),
        format!("{DENIED} with aws_session_token={token} of jo.doe@example.com"),
        format!(
            "{DENIED} {} for everybody to be seen, and ask jo.doe@example.com",
            "said once more".repeat(4)
        ),
        format!("<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>{id}</AWSAccessKeyId></Error>"),
        format!("id,last error\n1,\"Bucket acme-billing not found (secret {secret}) jo.doe@example.com\"\n"),
        format!(
            "{{\"error\": {{\"reason\": \"Bucket acme-billing not found {secret}\", \"error_code\": \"jo.doe@example.com\"}}}}"
        ),
        NAMED.replace("user/spendeffix", "assumed-role/sso/jo.doe@example.com").replace(":iam:", ":sts:"),
    ];
    for given in &texts {
        for flags in FLAGS {
            let shown = text(&triage(given.as_bytes(), flags));
            for word in [&id, &secret, &secret[..20], &token[..30], "jo.doe", "@exam"] {
                assert!(!shown.contains(word), "{flags:?} shows {word}: {shown}");
            }
        }
    }
}

#[test]
fn mail_addresses_of_other_tables_reach_no_output() {
    let comma = "cloud_account_id,name,last_error,employee_email\n1a,Nord,Bucket acme-billing not found,jo.doe@example.com\n";
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(comma.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let named = comma.replace("last_error", "Fehlermeldung");
    let tables = [
        comma.replace(',', ";").into_bytes(),
        comma.replace(',', "\t").into_bytes(),
        wide,
        named.into_bytes(),
    ];
    for table in &tables {
        for flags in FLAGS {
            let shown = text(&triage(table, flags));
            assert!(!shown.contains("jo.doe") && !shown.contains("@exam"), "{flags:?}: {shown}");
        }
        let shown = text(&triage(table, &["--format", "csv"]));
        assert!(shown.contains("1,1a,import,"), "account and step are lost: {shown}");
        assert!(shown.contains(",acme-billing,"), "the bucket is lost: {shown}");
    }
}

#[test]
fn packed_records_are_unpacked() {
    let event = r#"{"Records":[{"eventSource":"s3.amazonaws.com","eventName":"GetObject","errorCode":"AccessDenied","errorMessage":"Access Denied",
        "userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/a"},"requestParameters":{"bucketName":"acme-billing"}}]}"#;
    // A block that is stored as it is.
    let length = u16::try_from(event.len()).unwrap();
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1];
    packed.extend(length.to_le_bytes());
    packed.extend((!length).to_le_bytes());
    packed.extend(event.bytes());
    packed.extend([0; 8]);
    let answer = json(&triage(&packed, &["--format", "json"]));
    assert_eq!(answer["messages"][0]["facts"]["bucket"], "acme-billing");
    let output = triage(&packed[..60], &[]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
}

#[test]
fn what_kind_of_policy_is_named_is_no_name() {
    let denied = "User: arn:aws:iam::111122223333:user/spendeffix is not authorized to perform: s3:ListBucket on resource: \
        \"arn:aws:s3:::acme-billing\" with an explicit deny in a service control policy: \
        arn:aws:organizations::777788889999:policy/o-exampleorg1/service_control_policy/p-exampleaa1";
    let shown = text(&triage(denied.as_bytes(), &["--redact"]));
    assert!(shown.contains("/service_control_policy/p-"), "{shown}");
    assert!(!shown.contains("p-exampleaa1") && !shown.contains("o-exampleorg1"), "{shown}");
}

#[test]
fn ids_are_replaced_by_the_same_names_wherever_they_stand() {
    let two = format!("{NAMED}\n\n{}", NAMED.replace("GetObject", "GetObjectTagging"));
    for flags in [&["--format", "json"][..], &[], &["--format", "markdown"], &["--reply"]] {
        let evidence = ["--redact", "--evidence", "accounts/a-bucket-policy-that-denies-the-reader"];
        let flags: Vec<&str> = flags.iter().copied().chain(evidence).collect();
        let output = triage(two.as_bytes(), &flags);
        let shown = text(&output);
        for name in ["111122223333", "acme-billing", "user/spendeffix", "acme-cur2"] {
            assert!(!shown.contains(name), "{flags:?} shows {name}: {shown}");
        }
        if flags.contains(&"json") {
            let answer = json(&output);
            let messages = answer["messages"].as_array().unwrap();
            assert_eq!(messages.len(), 2);
            for fact in ["principal", "bucket", "account"] {
                assert_eq!(messages[0]["facts"][fact], messages[1]["facts"][fact], "{fact}");
                assert!(messages[0]["facts"][fact].is_string(), "{fact}");
            }
            assert_eq!(messages[0]["causes"][0]["standing"], "confirmed", "the cause is lost with the names");
        }
    }
}

#[test]
fn a_reply_is_plain_text_with_what_is_confirmed() {
    let output = triage(
        NAMED.as_bytes(),
        &["--reply", "--evidence", "accounts/a-bucket-policy-that-denies-the-reader"],
    );
    let shown = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(shown.lines().all(|line| !line.starts_with(['#', '|'])), "{shown}");
    assert!(!shown.contains("aws iam get-account-authorization-details"), "nothing is left to send: {shown}");
}

#[test]
fn a_reply_says_what_to_change_and_how_the_document_should_be() {
    let listed = NAMED
        .replace("GetObject", "ListBucket")
        .replace("/reports/acme-cur2/data/BILLING_PERIOD=2026-11/a.csv.gz", "")
        .replace(
            "with an explicit deny in a resource-based policy",
            "because no identity-based policy allows it",
        );
    let evidence = "denials/with-the-objects-alone-in-the-policy-of-the-reader/reader-policy.json";
    let shown = text(&triage(listed.as_bytes(), &["--reply", "--evidence", evidence]));
    assert!(shown.contains("What to change:"), "{shown}");
    let (_, document) =
        shown.split_once("As it should be:").unwrap_or_else(|| panic!("nothing is corrected: {shown}"));
    assert!(document.contains("\"arn:aws:s3:::acme-billing\""), "{shown}");
}

#[test]
fn a_reply_asks_for_things_and_not_for_sentences() {
    for given in [DENIED, NAMED] {
        for evidence in
            ["with-the-right-policy-that-may-not-be-attached", "with-a-bucket-policy-that-is-not-public"]
        {
            let evidence = format!("denials/{evidence}");
            let shown = text(&triage(given.as_bytes(), &["--reply", "--evidence", &evidence]));
            let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(!shown.contains("was not given. The following"), "{shown}");
            assert!(!shown.contains("There are 1 "), "{shown}");
        }
    }
}

#[test]
fn a_reply_corrects_nothing_that_is_only_likely() {
    let shown = text(&triage(DENIED.as_bytes(), &["--reply"]));
    assert!(!shown.contains("\"Statement\""), "{shown}");
    assert!(shown.contains("aws iam get-account-authorization-details"), "{shown}");
}
