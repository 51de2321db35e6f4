//! Files that are nobody else's business: made for their owner alone, and checked when they are used again. On systems
//! without such modes nothing is checked.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Makes a folder, and those above it, for the owner alone. One that was there keeps its mode; if others get in, it is
/// said.
pub fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    if is_open_to_others(folder)? {
        tracing::warn!(folder = %folder.display(), "others can look into this folder: chmod 700 is right for it");
    }
    Ok(())
}

/// Makes a file that must not be there yet, with this text, for the owner alone.
pub fn create(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Closes a file or a folder of ours to others, if it was open to them. One that is not there is no error.
pub fn tighten(path: &Path) -> io::Result<()> {
    if !path.exists() || !is_open_to_others(path)? {
        return Ok(());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = if path.is_dir() { 0o700 } else { 0o600 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
        tracing::warn!(path = %path.display(), mode = format!("{mode:o}"), "others could read this; its mode is set");
    }
    Ok(())
}

/// Whether anybody but the owner may do anything with it.
pub fn is_open_to_others(path: &Path) -> io::Result<bool> {
    let permissions = fs::metadata(path)?.permissions();
    #[cfg(unix)]
    {
        Ok(std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        drop(permissions);
        Ok(false)
    }
}
