//! From rows to what would be done in a directory.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::PeopleColumn as Column;
use super::{MAX_CHARS, PeopleFile, PeopleFileRow, RowProblem};
use crate::contact::parse_number;
use crate::login;
use crate::person::Role;
use crate::tier::{TierFloor, Tiers};

/// What is known of the directory that the file is for.
pub struct DirectoryFacts<'a> {
    /// Of the logins that the file names, in their normal form, those that somebody has.
    pub logins: &'a HashSet<String>,
    /// The organisation's tiers.
    pub tiers: &'a Tiers,
    /// Whether a mail can be sent to an address.
    pub is_mail_address: fn(&str) -> bool,
}

/// What a file would do. With a problem it would do nothing.
#[derive(Clone, Debug)]
pub struct PeopleImport {
    /// Who would be added, in the order of the file.
    pub newcomers: Vec<Newcomer>,
    /// Who is there already, and would be left alone.
    pub known: Vec<KnownRow>,
    /// What is wrong, by line.
    pub problems: Vec<RowProblem>,
}

/// Somebody who would be added.
#[derive(Clone, Debug, Serialize)]
pub struct Newcomer {
    /// The line in the file.
    pub line: u64,
    /// The name to sign in with.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Where notices go.
    pub email: String,
    /// As it is written internationally.
    pub mobile: Option<String>,
    /// As it is written internationally.
    pub office_phone: Option<String>,
    /// The manager's login in its normal form: somebody who is there, or another newcomer.
    pub manager: Option<String>,
    /// The name of a tier.
    pub tier: String,
}

/// A row about somebody who is there.
#[derive(Clone, Debug, Serialize)]
pub struct KnownRow {
    /// The line in the file.
    pub line: u64,
    /// The login, as the file has it.
    pub login: String,
}

impl PeopleImport {
    /// Names what it would do: the same file does the same in the same directory, and has the same hash. SHA-256, in hexadecimal.
    pub fn plan_hash(&self) -> String {
        // These are texts and numbers, which can always be written.
        let plan = serde_json::to_vec(&(&self.newcomers, &self.known)).unwrap_or_default();
        let hash = Sha256::new().chain_update(b"postern people import 1\n").chain_update(plan).finalize();
        data_encoding::HEXLOWER.encode(&hash)
    }
}

impl PeopleFile {
    /// The logins that it names, of people and of managers, in their normal form, and those that they look like.
    pub fn login_keys(&self) -> BTreeSet<String> {
        let named = self.rows.iter().flat_map(|row| [row.field(Column::Login), row.field(Column::Manager)]);
        let keys: BTreeSet<String> = named.map(login::normalise).filter(|key| !key.is_empty()).collect();
        let twins: Vec<String> = keys.iter().filter_map(|key| login::plain_twin(key)).collect();
        keys.into_iter().chain(twins).collect()
    }

    /// What it would do in a directory.
    pub fn check(&self, directory: &DirectoryFacts<'_>) -> PeopleImport {
        let mut lines: HashMap<String, u64> = HashMap::new();
        for row in &self.rows {
            lines.entry(login::normalise(row.field(Column::Login))).or_insert(row.line);
        }
        let mut import =
            PeopleImport { newcomers: Vec::new(), known: Vec::new(), problems: self.problems.clone() };
        for row in &self.rows {
            let login = row.field(Column::Login);
            if directory.logins.contains(&login::normalise(login)) {
                import.known.push(KnownRow { line: row.line, login: login.to_owned() });
                continue;
            }
            let mut checked = RowCheck { row, directory, lines: &lines, problems: Vec::new() };
            import.newcomers.push(checked.newcomer());
            import.problems.append(&mut checked.problems);
        }
        import.problems.extend(rings(&import.newcomers));
        import.problems.sort_by_key(|problem| problem.line);
        import
    }
}

/// A row that is looked at, and what was found.
struct RowCheck<'a> {
    row: &'a PeopleFileRow,
    directory: &'a DirectoryFacts<'a>,
    /// The first line on which the file has a login.
    lines: &'a HashMap<String, u64>,
    problems: Vec<RowProblem>,
}

impl RowCheck<'_> {
    fn newcomer(&mut self) -> Newcomer {
        self.role();
        Newcomer {
            line: self.row.line,
            login: self.login(),
            name: self.wanted(Column::Name),
            email: self.email(),
            mobile: self.number(Column::Mobile),
            office_phone: self.number(Column::OfficePhone),
            manager: self.manager(),
            tier: self.tier(),
        }
    }

    fn problem(&mut self, column: Column, message: impl Into<String>) {
        self.problems.push(RowProblem { line: self.row.line, column: Some(column), message: message.into() });
    }

    fn wanted(&mut self, column: Column) -> String {
        let field = self.row.field(column);
        if field.is_empty() || field.chars().count() > MAX_CHARS {
            self.problem(column, format!("Wanted, up to {MAX_CHARS} characters."));
        }
        field.to_owned()
    }

    fn login(&mut self) -> String {
        let login = self.wanted(Column::Login);
        let first = self.lines.get(&login::normalise(&login)).copied();
        if let Some(first) = first.filter(|first| !login.is_empty() && *first != self.row.line) {
            self.problem(Column::Login, format!("Line {first} has the same login. Remove one of the two."));
        }
        let twin = login::plain_twin(&login::normalise(&login));
        let is_taken = |twin: &String| self.directory.logins.contains(twin) || self.lines.contains_key(twin);
        if let Some(twin) = twin.filter(is_taken) {
            let message = format!(
                "It looks the same as {twin}, and is another one: some letters are of another alphabet. If it is the same person, \
                 write {twin}; else give them a login that nobody takes for it."
            );
            self.problem(Column::Login, message);
        }
        login
    }

    fn email(&mut self) -> String {
        let email = self.row.field(Column::Email);
        if email.is_empty() {
            self.problem(Column::Email, "Wanted: notices must reach the person somewhere.");
        } else if !(self.directory.is_mail_address)(email) {
            self.problem(Column::Email, "This is no mail address. Write one such as ana@example.com.");
        }
        email.to_owned()
    }

    fn number(&mut self, column: Column) -> Option<String> {
        let typed = self.row.field(column);
        if typed.is_empty() {
            return None;
        }
        parse_number(typed).map_err(|error| self.problem(column, error.to_string())).ok()
    }

    fn manager(&mut self) -> Option<String> {
        let key = login::normalise(self.row.field(Column::Manager));
        if key.is_empty() {
            return None;
        }
        if !self.directory.logins.contains(&key) && !self.lines.contains_key(&key) {
            let message =
                "Nobody signs in with this name, here or in the file. Correct it, or add a row for them.";
            self.problem(Column::Manager, message);
        }
        Some(key)
    }

    fn tier(&mut self) -> String {
        let tier = match self.row.field(Column::Tier) {
            "" => TierFloor::Standard.as_str().to_owned(),
            tier => tier.to_lowercase(),
        };
        if self.directory.tiers.find(&tier).is_none() {
            let known: Vec<&str> = self.directory.tiers.iter().map(crate::tier::Tier::as_str).collect();
            self.problem(Column::Tier, format!("There is no such tier. Write one of {}.", known.join(", ")));
        }
        tier
    }

    /// Power is asked for by an admin, for one person, and waits for a second admin.
    fn role(&mut self) {
        let typed = self.row.field(Column::Role).to_lowercase();
        if typed.is_empty() || Role::parse(&typed) == Some(Role::Person) {
            return;
        }
        let message = match Role::parse(&typed) {
            Some(role) => format!(
                "No file gives a desk role. Leave it empty, and make them {} {} on their page once they are here.",
                if role == Role::Senior { "a" } else { "an" },
                role.as_str()
            ),
            None => "No file gives a role. Leave it empty.".to_owned(),
        };
        self.problem(Column::Role, message);
    }
}

/// Newcomers who are, by way of others, their own managers.
fn rings(newcomers: &[Newcomer]) -> Vec<RowProblem> {
    let of_login: HashMap<String, &Newcomer> =
        newcomers.iter().rev().map(|newcomer| (login::normalise(&newcomer.login), newcomer)).collect();
    let manager_of =
        |newcomer: &Newcomer| newcomer.manager.as_ref().and_then(|key| of_login.get(key)).copied();
    let (mut looked_at, mut problems) = (HashSet::new(), Vec::new());
    for newcomer in newcomers {
        let (mut path, mut next) = (Vec::new(), Some(newcomer));
        while let Some(here) = next.filter(|here| looked_at.insert(here.line)) {
            path.push(here);
            next = manager_of(here);
        }
        // Where the walk stopped at somebody whom it had met before, on this very walk, it went round.
        let Some(met) = next else { continue };
        let ring = path.iter().skip_while(|here| here.line != met.line);
        for here in ring {
            let message = if manager_of(here).is_some_and(|manager| manager.line == here.line) {
                "Nobody is their own manager. Leave it empty, or name somebody else."
            } else {
                "Their manager, or a manager of theirs, has them as a manager. One of them must have another, or none."
            };
            problems.push(RowProblem {
                line: here.line,
                column: Some(Column::Manager),
                message: message.to_owned(),
            });
        }
    }
    problems
}
