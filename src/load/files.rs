//! Opening files and walking folders.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The longest file that is read, in bytes.
const LONGEST: u64 = 1 << 30;

/// A file longer than this is looked at before it is read into memory, in bytes.
const LONG: u64 = 1 << 22;

/// Endings of files in which people keep what a command printed, beside `.json`.
const TEXTS: [&str; 8] = ["txt", "yaml", "yml", "template", "csv", "out", "log", "policy"];

/// Endings of templates of infrastructure as code, beside `.json`.
pub(super) const TEMPLATES: [&str; 3] = ["yaml", "yml", "template"];

/// Why a file cannot be had. The user must act.
#[derive(Debug, Error)]
pub enum LoadError {
    /// It cannot be opened or read.
    #[error("cannot read `{path}`")]
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
    let mut file = std::fs::File::open(path).map_err(failed(path))?;
    let length = file.metadata().map_err(failed(path))?.len();
    let too_long = || LoadError::TooLong { path: path.display().to_string() };
    if length > LONGEST {
        return Err(too_long());
    }
    // A pipe has no length, and a file may grow while it is read.
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 1);
    let most = LONGEST + 1;
    let read = std::io::Read::read_to_end(&mut std::io::Read::take(&mut file, most), &mut bytes);
    if read.map_err(failed(path))? as u64 == most { Err(too_long()) } else { Ok(decode(bytes)) }
}

/// The text behind bytes, as [`read_text`] takes them.
#[must_use]
pub fn decode(bytes: Vec<u8>) -> String {
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

/// A file to look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    /// It was met in a folder; nobody named it.
    pub(super) is_found: bool,
    /// Its name does not end as people name what a command printed.
    pub(super) is_odd: bool,
}

/// Files below a folder that count whatever ignore files say of them, such as those that git tracks.
pub type Counted<'c> = &'c dyn Fn(&Path) -> Vec<PathBuf>;

/// None: of a folder what no ignore file leaves out.
#[must_use]
pub fn none_counted(_folder: &Path) -> Vec<PathBuf> {
    Vec::new()
}

/// The files below the paths, sorted, each once: files as they are named, of folders every `.json` file and every text that no
/// ignore file leaves out, and those that count all the same.
pub(super) fn below(paths: &[PathBuf], counted: Counted<'_>) -> Result<Vec<Found>, LoadError> {
    let mut files = all(paths, counted)?;
    files.retain(|file| !file.is_odd);
    Ok(files)
}

/// The same with files of other endings.
pub(super) fn all(paths: &[PathBuf], counted: Counted<'_>) -> Result<Vec<Found>, LoadError> {
    let found = |path: PathBuf| {
        let is_candidate = is_json(&path)
            || has_ending(&path, &TEXTS)
            || super::terraform::is_terraform(&path)
            || is_sam(&path);
        Found { path, is_found: true, is_odd: !is_candidate }
    };
    let mut files = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" || !std::fs::metadata(path).map_err(failed(path))?.is_dir() {
            files.push(Found { path: path.clone(), is_found: false, is_odd: false });
            continue;
        }
        // What somebody ignores everywhere says nothing of this folder, and would make the answer theirs alone.
        let walk =
            ignore::WalkBuilder::new(path).require_git(false).git_global(false).follow_links(false).build();
        for entry in walk {
            let entry = entry.map_err(|error| {
                let source =
                    error.into_io_error().unwrap_or_else(|| std::io::Error::other("cannot walk the folder"));
                LoadError::Open { path: path.display().to_string(), source }
            })?;
            if entry.file_type().is_some_and(|kind| kind.is_file()) {
                files.push(found(entry.into_path()));
            }
        }
        files.extend(counted(path).into_iter().map(found));
    }
    // One file may be met by two paths: `a.json` and `./a.json`.
    files.sort_by_cached_key(|file| (super::display(&file.path), file.is_found));
    files.dedup_by_key(|file| super::display(&file.path));
    Ok(files)
}

/// Where the files of modules are read: from the disk, or as they stood elsewhere.
pub trait Files {
    /// The names in a folder.
    ///
    /// # Errors
    /// If the folder cannot be opened.
    fn names(&self, folder: &Path) -> Result<Vec<std::ffi::OsString>, LoadError>;

    /// The text of a file.
    ///
    /// # Errors
    /// If the file cannot be opened.
    fn text(&self, path: &Path) -> Result<String, LoadError>;

    /// The same, if it can be had and is no longer than what is read into an expression.
    fn short_text(&self, path: &Path) -> Option<String>;

    /// The files below a folder that no ignore file leaves out, in order, up to a bound.
    fn below(&self, folder: &Path) -> Vec<PathBuf>;

    /// The files in a folder and up to two folders below whose names say that they give values to variables of Terraform, in order.
    fn values(&self, folder: &Path) -> Vec<PathBuf>;

    /// What the file's source is called.
    fn called(&self, path: &Path) -> String;
}

/// How deep below a module files of values are looked for.
pub const DEEPEST_VALUES: usize = 2;

/// Files below a folder that an expression may read; of more, the first ones.
pub const MOST_BELOW: usize = 2_000;

/// The files of the disk.
pub(super) struct Disk;

impl Files for Disk {
    fn names(&self, folder: &Path) -> Result<Vec<std::ffi::OsString>, LoadError> {
        listed(folder)
    }

    fn text(&self, path: &Path) -> Result<String, LoadError> {
        read_text(path)
    }

    fn short_text(&self, path: &Path) -> Option<String> {
        let length = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?.len();
        (length <= LONG).then(|| read_text(path).ok()).flatten()
    }

    fn below(&self, folder: &Path) -> Vec<PathBuf> {
        files_below(folder)
    }

    fn values(&self, folder: &Path) -> Vec<PathBuf> {
        let mut out = Vec::new();
        values_below(folder, 0, &mut out);
        out.sort();
        out
    }

    fn called(&self, path: &Path) -> String {
        super::display(path)
    }
}

/// Collects files of values. Folders that hold modules of their own are left out.
fn values_below(folder: &Path, depth: usize, out: &mut Vec<PathBuf>) {
    let place = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(names) = listed(place) else { return };
    let paths: Vec<PathBuf> = names.into_iter().map(|name| folder.join(name)).collect();
    if depth > 0 && paths.iter().any(|path| super::terraform::is_terraform(path)) {
        return;
    }
    for path in paths {
        if super::terraform::is_values(&path) {
            out.push(path);
        } else if depth < DEEPEST_VALUES
            && path.extension().is_none()
            && std::fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir())
            && !path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
        {
            values_below(&path, depth + 1, out);
        }
    }
}

/// The files below a folder of the disk that no ignore file leaves out, in order, up to [`MOST_BELOW`].
#[must_use]
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    all_below(folder).take(MOST_BELOW).collect()
}

/// All files below a folder of the disk that no ignore file leaves out, in order.
pub fn all_below(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let place = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let walk = ignore::WalkBuilder::new(place)
        .require_git(false)
        .git_global(false)
        .follow_links(false)
        .sort_by_file_name(std::ffi::OsStr::cmp)
        .build();
    let files =
        walk.filter_map(Result::ok).filter(|each| each.file_type().is_some_and(|kind| kind.is_file()));
    let below = move |path: PathBuf| match path.strip_prefix(place) {
        Ok(inside) => folder.join(inside),
        Err(_) => path,
    };
    files.map(move |entry| below(entry.into_path()))
}

/// The names in a folder.
fn listed(folder: &Path) -> Result<Vec<std::ffi::OsString>, LoadError> {
    let entries = std::fs::read_dir(folder).map_err(failed(folder))?;
    entries.map(|entry| entry.map(|entry| entry.file_name()).map_err(failed(folder))).collect()
}

pub(super) fn has_ending(path: &Path, endings: &[&str]) -> bool {
    path.extension().is_some_and(|found| endings.iter().any(|ending| found.eq_ignore_ascii_case(ending)))
}

/// Whether a file has settings of the SAM CLI.
fn is_sam(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "samconfig.toml")
}

pub(super) fn is_json(path: &Path) -> bool {
    has_ending(path, &["json"])
}

/// Whether a text that was met in a folder begins like something that is looked at here. Others are not the user's evidence,
/// and not worth a word.
pub(super) fn looks_known(path: &Path) -> Result<bool, LoadError> {
    let mut head = Vec::new();
    let file = std::fs::File::open(path).map_err(failed(path))?;
    file.take(1 << 16).read_to_end(&mut head).map_err(failed(path))?;
    let head = decode(head);
    let start = head.trim_start_matches('\u{feff}').trim_start();
    // A policy, or an answer, saved under another ending.
    let is_policy = start.starts_with('{') && start.contains("\":");
    let is_list = start.as_bytes().get(..4).is_some_and(|year| year.iter().all(u8::is_ascii_digit));
    let is_yaml = super::yaml::may_be_known(&head);
    Ok(is_policy
        || has_answers(&head)
        || is_yaml
        || is_list
        || start.starts_with("user,arn,")
        || super::text::form_of(&head).is_some())
}

/// What a file with an odd ending is, from how it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Odd {
    /// Something else.
    Stranger,
    /// What the AWS CLI prints, or a policy, under another name.
    Known,
    /// What somebody wrote about such answers, with them in it.
    Among,
    /// An archive with documents in it, and what to do with it.
    Packed(&'static str),
    /// The same as a copy that an editor or a person put by: it may be older than what stands beside it.
    Copy,
}

/// Endings of templates: what becomes of their text, whoever fills it in says.
const TEMPLATE_ENDINGS: [&str; 8] = ["tftpl", "tpl", "tmpl", "j2", "jinja", "jinja2", "erb", "mustache"];

/// Endings of copies that were put by.
const COPIES: [&str; 7] = ["bak", "old", "orig", "save", "tmp", "swp", "rej"];

/// Endings of texts that people write about answers.
const WRITTEN: [&str; 5] = ["md", "markdown", "rst", "adoc", "eml"];

/// Whether a text has a member of a policy or of an answer that is known here.
fn has_telling(text: &str) -> bool {
    let answers = crate::evidence::AnswerKind::ALL.iter().flat_map(|kind| kind.keys());
    answers.chain(&crate::evidence::HOLDERS).any(|key| text.contains(&format!("\"{key}\"")))
}

/// Whether such an answer stands among other text: it begins where a line does.
fn has_answers(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with('{')) && has_telling(text)
}

/// Looks into a file whose ending says nothing.
pub(super) fn odd(path: &Path) -> Result<Odd, LoadError> {
    if has_ending(path, &TEMPLATE_ENDINGS) {
        return Ok(Odd::Stranger);
    }
    let mut head = Vec::new();
    let file = std::fs::File::open(path).map_err(failed(path))?;
    file.take(1 << 14).read_to_end(&mut head).map_err(failed(path))?;
    let head = decode(head);
    if let Some(reason) = super::foreign::packs_documents(&head) {
        return Ok(Odd::Packed(reason));
    }
    let start = head.trim_start_matches('\u{feff}').trim_start();
    if !start.starts_with('{') && has_ending(path, &WRITTEN) && has_answers(start) {
        return Ok(Odd::Among);
    }
    if !start.starts_with('{') || !has_telling(start) {
        return Ok(Odd::Stranger);
    }
    let is_copy = has_ending(path, &COPIES) || path.to_string_lossy().ends_with('~');
    Ok(if is_copy { Odd::Copy } else { Odd::Known })
}

/// The listing of a file that is too long to hold, in a form that is short and says the same.
///
/// # Errors
/// If the file can no longer be read, or is another one by now.
pub fn short_listing(name: &str) -> Result<String, LoadError> {
    let path = Path::new(name);
    let file = std::fs::File::open(path).map_err(failed(path))?;
    let changed = || failed(path)(std::io::Error::other("it is no longer the listing that was read"));
    crate::evidence::compact(file).ok_or_else(changed)
}

/// Opens a file that is too long to read into memory before it is known what it is.
pub(super) fn open_long(path: &Path) -> Result<Option<std::fs::File>, LoadError> {
    if path.as_os_str() == "-" {
        return Ok(None);
    }
    let file = std::fs::File::open(path).map_err(failed(path))?;
    let length = file.metadata().map_err(failed(path))?.len();
    Ok((length > LONG).then_some(file))
}
