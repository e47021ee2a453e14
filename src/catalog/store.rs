//! Opens the embedded file: the index once, every block of services at most once, nothing before it is asked for.
//!
//! Not the meaning of a service's text, which is in `service`. The format is described in `data/distill.py`.

use std::sync::OnceLock;

use super::key::ConditionKey;
use super::service::Service;

/// Written by `data/distill.py`.
static FILE: &[u8] = include_bytes!("../../data/catalog.bin");

const MAGIC: &[u8] = b"AWSCAT1\n";

/// Ends a section in the index and in the text of a service.
pub(super) const SECTION: char = '\u{1d}';

/// Where the data comes from and how old it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DataVersion {
    /// Name of the published package that the data is distilled from.
    pub package: &'static str,
    /// Version of that package.
    pub version: &'static str,
    /// Day on which the package read AWS's pages, as `2026-09-26`.
    pub date: &'static str,
}

/// The table of contents.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) version: DataVersion,
    /// Sorted by prefix; prefixes are lower case.
    pub(super) services: Vec<Service>,
    /// Sorted by lower-case name.
    pub(super) global_keys: Vec<ConditionKey>,
    /// Condition keys that begin with something else than the prefix of the service that lists them: prefix, service.
    pub(super) foreign: Vec<(&'static str, &'static str)>,
    blocks: Vec<Block>,
}

/// The text of some neighbouring services.
#[derive(Debug)]
struct Block {
    packed: &'static [u8],
    length: usize,
    text: OnceLock<&'static str>,
}

/// The index, inflated on first use.
///
/// INVARIANT: the embedded file is whole; a test opens every service and compares the counts with `catalog.toml`. A broken
/// file would read as an empty catalog, never as a panic.
pub(super) fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| read_index(FILE).unwrap_or_default())
}

/// The text of one service: `length` bytes from `start` in the block with this number.
pub(super) fn text(block: usize, start: usize, length: usize) -> Option<&'static str> {
    let block = index().blocks.get(block)?;
    let text = block.text.get_or_init(|| inflate(block.packed, block.length).unwrap_or_default());
    text.get(start..start.checked_add(length)?)
}

fn read_index(file: &'static [u8]) -> Option<Index> {
    let rest = file.strip_prefix(MAGIC)?;
    let (packed_length, rest) = read_u32(rest)?;
    let (length, rest) = read_u32(rest)?;
    let (packed, blocks) = rest.split_at_checked(packed_length)?;
    let mut sections = inflate(packed, length)?.split(SECTION);
    let mut section = || Some(sections.next()?.lines());

    let version = section()?.next().and_then(read_version)?;
    Some(Index {
        version,
        blocks: read_blocks(section()?, blocks)?,
        services: section()?.map(Service::read).collect::<Option<_>>()?,
        global_keys: section()?.map(ConditionKey::read).collect::<Option<_>>()?,
        foreign: section()?.map(|row| row.split_once('\t')).collect::<Option<_>>()?,
    })
}

fn read_u32(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((usize::try_from(u32::from_le_bytes(*number)).ok()?, rest))
}

fn read_version(row: &'static str) -> Option<DataVersion> {
    let mut fields = row.split('\t');
    Some(DataVersion { package: fields.next()?, version: fields.next()?, date: fields.next()? })
}

fn read_blocks(rows: std::str::Lines<'static>, mut rest: &'static [u8]) -> Option<Vec<Block>> {
    let mut blocks = Vec::new();
    for row in rows {
        let (packed, length) = row.split_once('\t')?;
        let (packed, behind) = rest.split_at_checked(packed.parse().ok()?)?;
        blocks.push(Block { packed, length: length.parse().ok()?, text: OnceLock::new() });
        rest = behind;
    }
    Some(blocks)
}

/// Inflates and keeps the text for the life of the process: it is read at most once and handed out as `&'static str`.
fn inflate(packed: &'static [u8], length: usize) -> Option<&'static str> {
    let mut plain = vec![0; length];
    let written = miniz_oxide::inflate::decompress_slice_iter_to_slice(
        &mut plain,
        std::iter::once(packed),
        false,
        true,
    );
    let whole = written.is_ok_and(|written| written == length);
    whole.then(|| String::from_utf8(plain).ok())?.map(|text| &*text.leak())
}
