//! Opening files and walking folders.

use std::path::{Path, PathBuf};
use thiserror::Error;

/// The longest file that is read, in bytes.
const LONGEST: u64 = 1 << 30;

/// Why a file cannot be had. The user must act.
#[derive(Debug, Error)]
pub enum LoadError {
    /// It cannot be opened or read.
    #[error("cannot read `{path}`: {source}")]
    Open {
        /// The file.
        path: String,
        /// The operating system's word for it.
        #[source]
        source: std::io::Error,
    },
    /// It is longer than `LONGEST`.
    #[error("`{path}` is longer than 1 GiB")]
    TooLong {
        /// The file.
        path: String,
    },
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> LoadError {
    let path = path.display().to_string();
    move |source| LoadError::Open { path, source }
}

/// Reads a text file. PowerShell writes UTF-16 where the AWS CLI's output is redirected, so a byte-order mark of UTF-16
/// is followed; bytes that are no UTF-8 become replacement characters, which the reader of the document reports.
///
/// # Errors
/// See [`LoadError`].
pub fn read_text(path: &Path) -> Result<String, LoadError> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes).map_err(failed(path))?;
        return Ok(decode(bytes));
    }
    let length = std::fs::metadata(path).map_err(failed(path))?.len();
    if length > LONGEST {
        return Err(LoadError::TooLong { path: path.display().to_string() });
    }
    std::fs::read(path).map(decode).map_err(failed(path))
}

fn decode(bytes: Vec<u8>) -> String {
    let wide = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = rest.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        },
    }
}

/// The files below the paths, sorted, each once: files as they are named, of folders every `.json` file that no ignore
/// file leaves out.
pub(super) fn below(paths: &[PathBuf]) -> Result<Vec<PathBuf>, LoadError> {
    let mut files = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" || !std::fs::metadata(path).map_err(failed(path))?.is_dir() {
            files.push(path.clone());
            continue;
        }
        let walk = ignore::WalkBuilder::new(path).require_git(false).follow_links(false).build();
        for entry in walk {
            let entry = entry.map_err(|error| {
                let source =
                    error.into_io_error().unwrap_or_else(|| std::io::Error::other("cannot walk the folder"));
                LoadError::Open { path: path.display().to_string(), source }
            })?;
            let is_json =
                entry.path().extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
            if is_json && entry.file_type().is_some_and(|kind| kind.is_file()) {
                files.push(entry.into_path());
            }
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}
