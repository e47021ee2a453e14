//! The fuzz targets' laws on their seeds, and on seeds that are damaged at random: the same damage in every run.

#[path = "../../fuzz/bodies/mod.rs"]
pub(crate) mod bodies;

use std::path::Path;

/// Damaged texts for each seed.
const DAMAGED: u64 = 80;

#[test]
fn every_law_of_a_fuzz_target_holds_on_its_seeds_and_on_damaged_ones() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for (name, body) in bodies::ALL {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "no target runs {name}");
        let mut seeds: Vec<_> = std::fs::read_dir(root.join("seeds").join(name))
            .unwrap()
            .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
            .collect();
        seeds.sort();
        assert!(!seeds.is_empty(), "{name} has no seeds");
        let started = std::time::Instant::now();
        for (at, seed) in seeds.iter().enumerate() {
            body(seed);
            for round in 0..DAMAGED {
                body(&damage(seed, &seeds[(at + 1) % seeds.len()], round));
            }
        }
        println!("{name}: {} seeds, {:?}", seeds.len(), started.elapsed());
    }
}

/// One to four edits: bytes taken out, doubled, replaced, or taken from another seed.
fn damage(seed: &[u8], other: &[u8], round: u64) -> Vec<u8> {
    const SIGNS: &[u8] = b"*?${}[]\":,/-.0a\\\n \xc3\xff";
    let mut state = round.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ seed.len() as u64;
    let mut next = |end: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % end.max(1) as u64) as usize
    };
    let _ = next(1);
    let mut out = seed.to_vec();
    for _ in 0..=next(4) {
        let (from, to) = (next(out.len() + 1), next(out.len() + 1));
        let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 24));
        match next(4) {
            0 => {
                out.drain(from..to);
            }
            1 => {
                let copy = out[from..to].to_vec();
                out.splice(from..from, copy);
            }
            2 => out.insert(from, SIGNS[next(SIGNS.len())]),
            _ => {
                let start = next(other.len());
                let end = (start + 30).min(other.len());
                out.splice(from..to, other[start..end].iter().copied());
            }
        }
    }
    out
}
