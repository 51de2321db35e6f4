//! A browser in a few words that are ours: what it calls itself is whatever a stranger likes.

use crate::texts::{Language, MessageId};

/// "Chrome on Windows".
pub fn browser_label(language: Language, user_agent: &str) -> String {
    // Those that also call themselves by an older one's name come first.
    const BROWSERS: [(&str, &str); 7] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Macintosh", "macOS"),
        ("Linux", "Linux"),
    ];
    let of = |known: &[(&str, &'static str)]| {
        known.iter().find(|(word, _)| user_agent.contains(word)).map(|(_, label)| *label)
    };
    match (of(&BROWSERS), of(&SYSTEMS)) {
        (Some(browser), Some(system)) => MessageId("browser-on-system")
            .with("browser", browser)
            .with("system", system)
            .in_language(language),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => MessageId("program-on-system").with("system", system).in_language(language),
        (None, None) => MessageId("unknown-program").in_language(language),
    }
}
