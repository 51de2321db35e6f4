//! Style sheets, scripts and pictures, in the binary.

use std::borrow::Cow;
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

#[derive(RustEmbed)]
#[folder = "static"]
struct Static;

/// Changes when any file does; part of every address, so that files can be cached for good.
pub fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let mut hash = Sha256::new();
        for name in Static::iter() {
            if let Some(file) = Static::get(&name) {
                hash.update(file.metadata.sha256_hash());
            }
        }
        data_encoding::HEXLOWER.encode(&hash.finalize()).chars().take(12).collect()
    });
    &VERSION
}

/// What a file holds.
pub fn find(name: &str) -> Option<Cow<'static, [u8]>> {
    Static::get(name).map(|file| file.data)
}
