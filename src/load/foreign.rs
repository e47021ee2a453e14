//! Files that hold no text: archives, pictures, documents of office programs. Support is mailed these.

/// How such a file begins, as [`super::files::decode`] shows bytes that are no text, and what to do with it. Of two that begin
/// alike the first that also has the second text.
const BEGINNINGS: [(&str, &str, &str); 13] = [
    (
        "PK\u{3}\u{4}",
        "[Content_Types].xml",
        "a document of an office program; save the text in it as a text file",
    ),
    ("PK\u{3}\u{4}", "", "a ZIP archive; unpack it, and give the files in it"),
    ("\u{1f}\u{fffd}\u{8}", "", "packed with gzip; unpack it, and give what is in it"),
    ("7z\u{fffd}\u{fffd}'\u{1c}", "", "a 7z archive; unpack it, and give the files in it"),
    ("Rar!\u{1a}\u{7}", "", "a RAR archive; unpack it, and give the files in it"),
    ("%PDF-", "", "a PDF document; save the text in it as a text file"),
    ("{\\rtf", "", "a document in rich text; save the text in it as a text file"),
    ("<!DOCTYPE html", "", "a web page; save the text in it as a text file"),
    ("<html", "", "a web page; save the text in it as a text file"),
    ("\u{fffd}PNG\r\n", "", PICTURE),
    ("\u{fffd}\u{fffd}\u{fffd}", "JFIF", PICTURE),
    ("\u{fffd}\u{fffd}\u{fffd}", "Exif", PICTURE),
    ("PAR1", "", "a file of an export, of which only the name is looked at: aws s3api list-objects-v2"),
];

const PICTURE: &str = "a picture; copy what it shows as text, or run the command that tells it";

/// What an archive without packing (`tar`) has at a fixed place.
const TAR: &str = "ustar";

/// Bytes of the beginning that are looked at.
const HEAD: usize = 600;

/// What a file is that holds no text, and what to do with it.
pub(super) fn what(text: &str) -> Option<&'static str> {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let head = start.get(..start.floor_char_boundary(HEAD)).unwrap_or(start);
    let begins = |with: &str| head.get(..with.len()).is_some_and(|found| found.eq_ignore_ascii_case(with));
    let known = BEGINNINGS.iter().find(|(with, has, _)| begins(with) && head.contains(has));
    let is_tar = || head.contains('\0') && head.contains(TAR);
    known
        .map(|(.., reason)| *reason)
        .or_else(|| is_tar().then_some("an archive (tar); unpack it, and give the files in it"))
}

/// Whether it is an archive that names a document, as far as its beginning tells. A folder of evidence has those; other
/// archives in a folder are nobody's evidence.
pub(super) fn packs_documents(head: &str) -> Option<&'static str> {
    what(head).filter(|reason| reason.contains("unpack") && head.contains(".json"))
}

#[cfg(test)]
mod tests {
    use super::super::files::decode;
    use super::{packs_documents, what};

    #[test]
    fn what_is_no_text_is_told_by_how_it_begins() {
        let cases: [(&[u8], &str); 9] = [
            (b"PK\x03\x04\x14\0\0\0\x08\0\xa1\xb2\xc3[\x8f\x01export.json\xcbM", "ZIP"),
            (b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0\xdf\xa4\xd2l\x13\0[Content_Types].xml \xa2\x04", "office"),
            (b"\x1f\x8b\x08\x08\x9d\xf1\xc2e\0\x03policy.json\0\xab\xae", "gzip"),
            (b"7z\xbc\xaf'\x1c\0\x04", "7z"),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "picture"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01", "picture"),
            (b"policy.json\0\0\0\x000000644\0ustar  \0root", "tar"),
            (b"\n<!doctype HTML><title>S3</title>", "web page"),
        ];
        for (bytes, expected) in cases {
            let text = decode(bytes.to_vec());
            assert!(what(&text).is_some_and(|reason| reason.contains(expected)), "{expected}: {text:?}");
        }
        for text in ["", "{\"Version\": \"2012-10-17\"}", "PK", "# a list of <html> pages", "\u{fffd}{}"] {
            assert_eq!(what(text), None, "{text}");
        }
    }

    #[test]
    fn of_a_folder_only_archives_with_documents_count() {
        let zip = |name: &str| decode([b"PK\x03\x04\x14\0\0\0\x08\0", name.as_bytes()].concat());
        assert!(packs_documents(&zip("evidence/bucket-policy.json")).is_some());
        assert!(packs_documents(&zip("index.js")).is_none());
        assert!(packs_documents("see export.json").is_none());
    }
}
