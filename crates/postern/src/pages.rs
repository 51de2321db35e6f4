//! The templates of the pages: in the binary, strict about names, escaped by default.

use std::sync::Arc;

use jiff::SignedDuration;
use minijinja::{Environment, UndefinedBehavior, Value};
use rust_embed::RustEmbed;

use crate::assets;
use crate::browser_label::browser_label;
use crate::places::AddressPlaces;
use crate::store::time;
use crate::texts::{self, Language};

#[derive(RustEmbed)]
#[folder = "templates"]
struct Templates;

/// The loaded templates.
pub struct Pages {
    environment: Environment<'static>,
    language: Language,
}

impl Pages {
    /// Parses every template: a broken one stops the start, not a request.
    pub fn load(development: bool, places: &Arc<AddressPlaces>) -> Result<Self, minijinja::Error> {
        Self::load_with(development, Language::English, places)
    }

    /// The same in a language: people outside the desk read it, the desk stays English.
    pub fn load_with(
        development: bool,
        language: Language,
        places: &Arc<AddressPlaces>,
    ) -> Result<Self, minijinja::Error> {
        Self::load_edited(development, language, places, |_, text| text)
    }

    /// The same of templates that went through `edit`, which is given the name and the text of each: a test marks their branches.
    pub fn load_edited(
        development: bool,
        language: Language,
        places: &Arc<AddressPlaces>,
        edit: impl Fn(&str, String) -> String,
    ) -> Result<Self, minijinja::Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.add_filter("when", when);
        environment.add_filter("age", age);
        environment.add_filter("lasted", lasted);
        environment.add_filter("day", day);
        environment.add_filter("minutes", minutes);
        environment.add_filter("initials", initials);
        environment.add_filter("browser", move |user_agent: &str| browser_label(language, user_agent));
        environment.add_filter("pretty", pretty);
        add_places(&mut environment, places);
        texts::add_to(&mut environment, language);
        environment.add_global("development", development);
        environment.add_global("assets", assets::version());
        for name in Templates::iter() {
            let Some(file) = Templates::get(&name) else {
                continue;
            };
            let text = String::from_utf8_lossy(&file.data).into_owned();
            let text = edit(&name, text);
            environment.add_template_owned(name.into_owned(), text)?;
        }
        // The same on every page.
        let words = environment.get_template("words.html")?.render(())?;
        environment.add_global("words", Value::from_safe_string(words));
        Ok(Self { environment, language })
    }

    /// What people outside the desk read them in.
    pub fn language(&self) -> Language {
        self.language
    }

    /// A template with its values, as HTML.
    pub fn render(&self, template: &str, values: Value) -> Result<String, minijinja::Error> {
        self.environment.get_template(template)?.render(values)
    }
}

/// What is known of an address, for templates: `ip|place`, `ip|network`, both as `ip|origin`, and `ip|is_private`. Empty for nothing.
fn add_places(environment: &mut Environment<'_>, places: &Arc<AddressPlaces>) {
    let of = |say: fn(&AddressPlaces, &str) -> Option<String>| {
        let places = Arc::clone(places);
        move |ip: &str| say(&places, ip).unwrap_or_default()
    };
    environment.add_filter("place", of(AddressPlaces::place));
    environment.add_filter("network", of(AddressPlaces::network));
    environment.add_filter("origin", of(AddressPlaces::origin));
    let places = Arc::clone(places);
    environment.add_filter("is_private", move |ip: &str| places.is_private(ip));
}

/// A time in the reader's zone, the exact one on hover; without JavaScript, UTC. Microseconds, or RFC 3339.
fn when(at: Value) -> Result<Value, minijinja::Error> {
    let at = moment(at)?;
    let exact = at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    let shown = at.strftime("%-d %b %Y, %H:%M UTC").to_string();
    let html = format!("<time datetime=\"{at}\" title=\"{exact}\" data-local>{shown}</time>");
    Ok(Value::from_safe_string(html))
}

/// How long ago it was, the exact time on hover.
fn age(at: Value, now: Value) -> Result<Value, minijinja::Error> {
    let at = moment(at)?;
    let exact = at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    let long = duration_label(moment(now)?.duration_since(at));
    Ok(Value::from_safe_string(format!("<time datetime=\"{at}\" title=\"{exact}\">{long}</time>")))
}

/// How long it took from one moment to another.
fn lasted(from: Value, until: Value) -> Result<String, minijinja::Error> {
    Ok(duration_label(moment(until)?.duration_since(moment(from)?)))
}

/// In the two largest units: `6 min`, `2 h 10 min`, `1 d 1 h`, `12 d`.
fn duration_label(long: SignedDuration) -> String {
    let minutes = long.as_mins().max(0);
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => "under a minute".to_owned(),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, 0) => format!("{hours} h"),
        (0, ..) => format!("{hours} h {minutes} min"),
        (1..=6, 1.., _) => format!("{days} d {hours} h"),
        _ => format!("{days} d"),
    }
}

/// A date.
fn day(at: Value) -> Result<String, minijinja::Error> {
    Ok(moment(at)?.strftime("%-d %b %Y").to_string())
}

/// Whole minutes since 1970: where a moment stands on a line of time.
fn minutes(at: Value) -> Result<i64, minijinja::Error> {
    Ok(moment(at)?.as_second() / 60)
}

/// JSON, for people.
fn pretty(value: Value) -> String {
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

/// A text as in RFC 3339, or microseconds.
fn moment(at: Value) -> Result<jiff::Timestamp, minijinja::Error> {
    match at.as_str() {
        Some(text) => text.parse().map_err(|_| {
            minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, "not a time as in RFC 3339")
        }),
        None => Ok(time(at.try_into()?)),
    }
}

/// The first letters of the first and the last word of a name.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}
