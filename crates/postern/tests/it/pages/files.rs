//! Each sample as a file, to be looked at in a browser: light, dark, narrow, and as it prints.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder that `POSTERN_WRITE_PAGES` names.
pub struct PageFiles {
    folder: PathBuf,
    names: Vec<String>,
    icons: String,
}

impl PageFiles {
    /// Only where they are asked for. Style sheets, scripts and pictures go along.
    pub fn asked_for() -> Option<Self> {
        let folder = PathBuf::from(std::env::var_os("POSTERN_WRITE_PAGES")?);
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
        fs::create_dir_all(folder.join("static")).unwrap();
        for file in fs::read_dir(&from).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), folder.join("static").join(file.file_name())).unwrap();
        }
        let icons = fs::read_to_string(from.join("icons.svg")).unwrap();
        Some(Self { folder, names: Vec::new(), icons })
    }

    /// One page. Browsers refuse icons of another file, so they are put into it.
    pub fn write(&mut self, name: &str, html: &str) {
        let assets = format!("/static/{}/", postern::assets::version());
        let html =
            html.replace(&format!("href=\"{assets}icons.svg#"), "href=\"#").replace(&assets, "static/");
        let (head, body) = html.split_once("<body").unwrap();
        let (tag, body) = body.split_once('>').unwrap();
        let icons = self.icons.replacen("<svg", "<svg hidden", 1);
        fs::write(self.folder.join(name), format!("{head}<body{tag}>{icons}{body}")).unwrap();
        self.names.push(name.to_owned());
    }

    /// The list of all of them.
    pub fn finish(self) {
        let mut list = String::from("<!doctype html><meta charset=\"utf-8\"><title>Pages</title><ul>");
        for name in &self.names {
            write!(list, "<li><a href=\"{name}\">{name}</a>").unwrap();
        }
        fs::write(self.folder.join("index.html"), list).unwrap();
    }
}
