//! The states in which each page is looked at: nothing there, the usual, and everything at once, with names that are long, that run from
//! right to left, or that look like markup. `POSTERN_WRITE_PAGES` makes files of them.

#![expect(
    clippy::unnecessary_wraps,
    clippy::too_many_lines,
    reason = "samples fill optional fields, and states stand one below the other"
)]

mod account;
mod case;
mod desk;
mod dev;
mod findings;
mod incidents;
mod lists;
mod people;
mod portal;
mod signin;

use jiff::{SignedDuration, Timestamp};
use minijinja::Value;
use postern::actions::Caller;
use postern::scope::Scope;
use postern::texts::ErrorText;
use postern::web::page::{PageView, given};

/// Of which the databases of the tests know network and place.
pub const KNOWN_PLACE: &str = "203.0.113.7";

/// Longer than any column.
pub const LONG: &str = "A name that goes on and on, as some do, until it fills a whole line of a narrow page and then another one";
/// Longer than any column, without a place to break it.
pub const LONG_LOGIN: &str =
    "a-login-without-a-single-place-at-which-a-browser-likes-to-break-it.and.more.of.it@demo.postern.invalid";
/// "A name that is written from right to left", in Hebrew.
pub const RIGHT_TO_LEFT: &str = "שם שנכתב מימין לשמאל";
/// What would be a script if anything forgot to escape it.
pub const MARKUP: &str = "\"><script>alert('x')</script>";
pub const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
/// The longest address.
pub const IPV6: &str = "2001:db8:85a3:1319:8a2e:370:7344:ffff";

/// Who sees a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenBy {
    /// Whoever opens it, signed in or not: it looks as if nobody were.
    Nobody,
    /// Whoever is signed in, for themselves.
    Owner,
    /// Everybody at the desk.
    Desk,
    /// Admins.
    Admins,
    /// Anybody, and their menu is on it.
    Anybody,
}

/// A page with the states in which it is looked at.
pub trait PageSamples: PageView + Sized + Send + Sync + 'static {
    const SEEN_BY: SeenBy;

    /// Each with its name.
    fn samples() -> Vec<(&'static str, Self)>;
}

/// What a template is given, for a viewer.
pub type GivenToTemplate = Box<dyn Fn(&Scope, Option<&Caller>) -> Value + Send + Sync>;

/// One of them.
pub struct PageSample {
    /// The name of its type.
    pub view: &'static str,
    pub template: &'static str,
    pub name: &'static str,
    pub seen_by: SeenBy,
    /// What its template is given for somebody.
    pub given: GivenToTemplate,
}

fn of<P: PageSamples>() -> Vec<PageSample> {
    let path = std::any::type_name::<P>();
    let view = path.rsplit("::").next().unwrap_or(path);
    let sample = |(name, page): (&'static str, P)| PageSample {
        view: view.split('<').next().unwrap_or(view),
        template: P::TEMPLATE,
        name,
        seen_by: P::SEEN_BY,
        given: Box::new(move |scope, caller| given(scope, caller, &page)),
    };
    P::samples().into_iter().map(sample).collect()
}

/// Every page in every state.
pub fn all() -> Vec<PageSample> {
    [
        account::all(),
        case::all(),
        desk::all(),
        dev::all(),
        incidents::all(),
        lists::all(),
        people::all(),
        portal::all(),
        signin::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The moment at which the samples are looked at.
pub fn now() -> Timestamp {
    "2026-03-02T09:30:00Z".parse().unwrap()
}

pub fn minutes_ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

pub fn days_ago(days: i64) -> Timestamp {
    minutes_ago(days * 1440)
}

pub fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// An id like those of the database.
pub fn id(number: u32) -> String {
    format!("0195b6c2-8f2e-7cc3-98a5-{number:012x}")
}

/// What went wrong, as a form says it.
pub fn wrong_text(text: &str) -> Option<ErrorText> {
    Some(text.to_owned().into())
}

pub fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
