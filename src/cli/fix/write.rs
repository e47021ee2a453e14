//! Puts new texts into files: each in one step, none over a change that somebody else made.

use crate::load;
use anyhow::Context;
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A file, its text as it was read, and its text afterwards.
#[derive(Debug, Clone)]
pub(super) struct Rewrite<'t> {
    pub(super) path: PathBuf,
    pub(super) old: &'t str,
    pub(super) new: &'t str,
}

/// A text that lies beside its file, ready to be moved over it.
struct Ready<'t> {
    rewrite: &'t Rewrite<'t>,
    target: PathBuf,
    beside: PathBuf,
}

/// Writes every file, or none. All texts are written beside their files first, so that what can fail has failed before the first
/// file changes; a file that changes in the meantime stops the rest, and the error tells which were written.
///
/// `before_moving` is told of each file right before it is looked at for the last time.
///
/// # Errors
/// If a file is not as it was read, or cannot be written.
pub(super) fn all(rewrites: &[Rewrite<'_>], before_moving: &mut dyn FnMut(&Path)) -> anyhow::Result<()> {
    let mut ready: Vec<Ready<'_>> = Vec::new();
    let written = prepare(rewrites, &mut ready).and_then(|()| move_all(&ready, before_moving));
    // What was moved is not there any more.
    for each in &ready {
        let _ = std::fs::remove_file(&each.beside);
    }
    written
}

/// Whether every file is as it was read, and one that can be written to; nothing is written.
///
/// # Errors
/// If one is not.
pub(super) fn can(rewrites: &[Rewrite<'_>]) -> anyhow::Result<()> {
    targets(rewrites).map(|_| ())
}

fn targets<'t>(rewrites: &'t [Rewrite<'t>]) -> anyhow::Result<BTreeMap<PathBuf, &'t Rewrite<'t>>> {
    let mut targets: BTreeMap<PathBuf, &Rewrite<'_>> = BTreeMap::new();
    for rewrite in rewrites {
        let path = &rewrite.path;
        anyhow::ensure!(
            path.as_os_str() != "-",
            "standard input cannot be changed; leave --write out to see the diff"
        );
        is_as_read(path, rewrite.old)?;
        let target = path.canonicalize().with_context(|| format!("cannot find `{}`", path.display()))?;
        if let Some(twin) = targets.insert(target, rewrite) {
            anyhow::ensure!(
                twin.new == rewrite.new,
                "`{}` and `{}` are one file, and each is to be changed in its own way; nothing was written",
                twin.path.display(),
                path.display()
            );
        }
    }
    Ok(targets)
}

fn prepare<'t>(rewrites: &'t [Rewrite<'t>], ready: &mut Vec<Ready<'t>>) -> anyhow::Result<()> {
    for (number, (target, rewrite)) in targets(rewrites)?.into_iter().enumerate() {
        let beside = target.with_file_name(format!(".preflight-{}-{number}", std::process::id()));
        // A name that is there already is somebody else's: it is not taken away below.
        let file = OpenOptions::new().write(true).create_new(true).open(&beside).with_context(|| {
            let folder = target.parent().unwrap_or(&target).display();
            let path = rewrite.path.display();
            format!("cannot write `{path}`: its folder `{folder}` takes no new file, and a file is replaced as a whole; nothing was written")
        })?;
        ready.push(Ready { rewrite, target: target.clone(), beside: beside.clone() });
        fill(file, &beside, &target, rewrite.new)
            .with_context(|| format!("cannot write `{}`; nothing was written", rewrite.path.display()))?;
    }
    Ok(())
}

/// The new text with the permissions of the old file, on the disk and not on its way there.
fn fill(mut file: std::fs::File, beside: &Path, target: &Path, text: &str) -> anyhow::Result<()> {
    file.write_all(text.as_bytes())?;
    std::fs::set_permissions(beside, std::fs::metadata(target)?.permissions())?;
    file.sync_all()?;
    Ok(())
}

fn move_all(ready: &[Ready<'_>], before_moving: &mut dyn FnMut(&Path)) -> anyhow::Result<()> {
    for (at, each) in ready.iter().enumerate() {
        before_moving(&each.rewrite.path);
        let moved = is_as_read(&each.target, each.rewrite.old)
            .and_then(|()| Ok(std::fs::rename(&each.beside, &each.target)?));
        moved.with_context(|| {
            let names = |list: &[Ready<'_>]| {
                let names = list.iter().map(|each| format!("`{}`", each.rewrite.path.display()));
                names.collect::<Vec<_>>().join(", ")
            };
            let (done, open) = (ready.get(..at).unwrap_or_default(), ready.get(at..).unwrap_or_default());
            if done.is_empty() {
                format!("nothing was written to {}", names(open))
            } else {
                format!("{} written; nothing was written to {}", names(done), names(open))
            }
        })?;
    }
    Ok(())
}

/// Refuses a file that somebody changed since, or whose bytes are not the text that was read (UTF-16, say).
fn is_as_read(path: &Path, text: &str) -> anyhow::Result<()> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    if bytes == text.as_bytes() {
        return Ok(());
    }
    let is_other_form = load::read_text(path).is_ok_and(|now| now == text);
    anyhow::ensure!(!is_other_form, "`{}` is not UTF-8; save it as UTF-8 first", path.display());
    anyhow::bail!("`{}` was changed since it was read", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("preflight-write-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    fn rewrite(path: &Path) -> Rewrite<'static> {
        Rewrite { path: path.to_path_buf(), old: "old", new: "new" }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn message(outcome: anyhow::Result<()>) -> String {
        format!("{:#}", outcome.unwrap_err())
    }

    #[test]
    fn a_file_that_changes_between_reading_and_moving_is_left_and_told() {
        let folder = folder("race");
        let (first, second, third) = (folder.join("a"), folder.join("b"), folder.join("c"));
        for path in [&first, &second, &third] {
            fs::write(path, "old").unwrap();
        }
        let rewrites = [rewrite(&first), rewrite(&second), rewrite(&third)];
        let outcome = all(&rewrites, &mut |path| {
            if path == second {
                fs::write(path, "somebody else's").unwrap();
            }
        });
        let told = message(outcome);
        assert!(told.contains("b` was changed since it was read"), "{told}");
        assert!(told.contains("a` written; nothing was written to"), "{told}");
        let read = |path: &Path| fs::read_to_string(path).unwrap();
        assert_eq!(
            (read(&first), read(&second), read(&third)),
            ("new".into(), "somebody else's".into(), "old".into())
        );
        assert_eq!(names(&folder), ["a", "b", "c"]);
    }

    #[test]
    fn one_file_that_is_not_as_it_was_read_keeps_all_from_being_written() {
        let folder = folder("stale");
        let (first, second) = (folder.join("a"), folder.join("b"));
        fs::write(&first, "old").unwrap();
        fs::write(&second, "newer").unwrap();
        let told = message(all(&[rewrite(&first), rewrite(&second)], &mut |_| ()));
        assert!(told.contains("was changed since it was read"), "{told}");
        assert_eq!(fs::read_to_string(&first).unwrap(), "old");
        fs::remove_file(&second).unwrap();
        let told = message(all(&[rewrite(&first), rewrite(&second)], &mut |_| ()));
        assert!(told.contains("cannot read"), "{told}");
        assert_eq!(
            (fs::read_to_string(&first).unwrap().as_str(), names(&folder)),
            ("old", vec!["a".to_owned()])
        );
    }

    #[test]
    fn text_in_another_encoding_is_not_written_over() {
        let folder = folder("utf16");
        let path = folder.join("a");
        let bytes: Vec<u8> =
            [0xFEFF_u16].into_iter().chain("old".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        fs::write(&path, &bytes).unwrap();
        let old = load::read_text(&path).unwrap();
        let told = message(all(&[Rewrite { path: path.clone(), old: &old, new: "new" }], &mut |_| ()));
        assert!(told.contains("is not UTF-8"), "{told}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = folder("link");
        let (real, link) = (folder.join("real"), folder.join("link"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("real", &link).unwrap();
        all(&[rewrite(&link)], &mut |_| ()).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("real"));
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        // Both names are one file: it is written once, or not at all.
        fs::write(&real, "old").unwrap();
        all(&[rewrite(&link), rewrite(&real)], &mut |_| ()).unwrap();
        assert_eq!((fs::read_to_string(&real).unwrap().as_str(), names(&folder).len()), ("new", 2));
        fs::write(&real, "old").unwrap();
        let other = Rewrite { new: "other", ..rewrite(&real) };
        let told = message(all(&[rewrite(&link), other], &mut |_| ()));
        assert!(told.contains("are one file"), "{told}");
        assert_eq!(fs::read_to_string(&real).unwrap(), "old");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_takes_no_new_file_is_named() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder("closed");
        let path = folder.join("a");
        fs::write(&path, "old").unwrap();
        // Who may do anything is stopped by a name that is taken.
        let taken = folder.join(format!(".preflight-{}-0", std::process::id()));
        fs::write(&taken, "somebody else's").unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
        let told = message(all(&[rewrite(&path)], &mut |_| ()));
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(told.contains("takes no new file") && told.contains("nothing was written"), "{told}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_to_string(&taken).unwrap(), "somebody else's");
    }
}
