//! People in bulk: a CSV file as people's programs write it, read row by row, and what it would do to a directory.
//!
//! Nothing is guessed where a guess could put somebody into the directory who is not meant: an unknown column is refused,
//! and so is a whole file of which one row does not do. [`PeopleFile::parse`] finds what is wrong with the file by
//! itself, [`PeopleFile::check`] what is wrong with it in this directory.

mod check;
mod reading;
#[cfg(test)]
mod tests;

pub use check::{DirectoryFacts, KnownRow, Newcomer, PeopleImport};
pub use reading::decode;

/// Most rows of a file, its header left out.
pub const MAX_ROWS: usize = 5_000;
/// Most bytes of a file.
pub const MAX_BYTES: usize = 2 << 20;
/// Most characters of a login or a name.
const MAX_CHARS: usize = 100;

/// A column of the file, by the name in its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeopleColumn {
    /// The name to sign in with.
    Login,
    /// The person's name.
    Name,
    /// Where notices go.
    Email,
    /// A mobile number.
    Mobile,
    /// An office number.
    OfficePhone,
    /// The manager's login.
    Manager,
    /// One of the organisation's tiers.
    Tier,
    /// Nothing, or `person`: no file gives power.
    Role,
}

impl PeopleColumn {
    /// Every column, in the order of an export.
    pub const ALL: [Self; 8] = [
        Self::Login,
        Self::Name,
        Self::Email,
        Self::Mobile,
        Self::OfficePhone,
        Self::Manager,
        Self::Tier,
        Self::Role,
    ];
    /// Without these there is nobody to add.
    const WANTED: [Self; 3] = [Self::Login, Self::Name, Self::Email];

    /// The name in the header of an export.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Name => "name",
            Self::Email => "email",
            Self::Mobile => "mobile",
            Self::OfficePhone => "office_phone",
            Self::Manager => "manager",
            Self::Tier => "tier",
            Self::Role => "role",
        }
    }

    /// Reads a name in a header: in any case, with spaces or hyphens for underscores, and under the names that other programs
    /// use.
    fn parse(header: &str) -> Option<Self> {
        let name = header.trim().to_lowercase().replace([' ', '-'], "_");
        match name.as_str() {
            "mail" | "e_mail" => Some(Self::Email),
            "phone" | "mobile_phone" => Some(Self::Mobile),
            "office" => Some(Self::OfficePhone),
            name => Self::ALL.into_iter().find(|column| column.as_str() == name),
        }
    }
}

/// A file whose header reads.
#[derive(Clone, Debug)]
pub struct PeopleFile {
    rows: Vec<PeopleFileRow>,
    /// Of rows that do not read.
    problems: Vec<RowProblem>,
}

/// A row, trimmed.
#[derive(Clone, Debug)]
struct PeopleFileRow {
    line: u64,
    /// By column; empty where the file has none of that name.
    fields: [String; PeopleColumn::ALL.len()],
}

impl PeopleFileRow {
    fn field(&self, column: PeopleColumn) -> &str {
        let fields = PeopleColumn::ALL.iter().zip(&self.fields);
        fields.into_iter().find(|(of, _)| **of == column).map_or("", |(_, field)| field)
    }
}

/// What is wrong with a row, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    /// The line in the file; its header is the first.
    pub line: u64,
    /// The column; `None` where it is the whole row.
    pub column: Option<PeopleColumn>,
    /// What is wrong, and what to do.
    pub message: String,
}

/// Why a file does not read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeopleFileError {
    /// It is larger than [`MAX_BYTES`].
    #[error("The file is larger than {} MiB, the most that is read at once. Split it.", MAX_BYTES >> 20)]
    TooLarge,
    /// It has more rows than [`MAX_ROWS`].
    #[error(
        "The file has more than {MAX_ROWS} people, the most that are read at once. Split it, managers first."
    )]
    TooManyRows,
    /// UTF-16, as some programs call "Unicode text".
    #[error("The file is UTF-16. Save it as \"CSV UTF-8\", and send it again.")]
    Utf16,
    /// Bytes that are no UTF-8, on this line.
    #[error(
        "Line {line} is not UTF-8; the file may be Windows-1252{}. Save it as \"CSV UTF-8\", and send it again.",
        in_latin(*byte)
    )]
    NotUtf8 {
        /// The line.
        line: usize,
        /// The first byte that does not fit.
        byte: u8,
    },
    /// There is nothing in it, or a header alone.
    #[error("Nobody is in the file. Choose one with a header and a row for each person.")]
    Empty,
    /// A column that is wanted.
    #[error(
        "The first line has no column named {0}. It must name the columns: login, name and email; and, where you have them, \
         mobile, office_phone, manager, tier, role."
    )]
    Lacks(&'static str),
    /// A column that is not known. Left out silently, what stands in it would be lost.
    #[error(
        "The first line names a column {0:?}, which is not read. Remove it, or name it login, name, email, mobile, office_phone, \
         manager, tier or role."
    )]
    UnknownColumn(String),
    /// A column that stands there twice.
    #[error("The first line names the column {0} twice. Remove one.")]
    TwiceColumn(&'static str),
}

/// What a byte would be in Windows-1252, where that is a letter.
fn in_latin(byte: u8) -> String {
    if byte < 0xc0 { String::new() } else { format!(", where this would be \"{}\"", char::from(byte)) }
}
