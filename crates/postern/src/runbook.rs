//! The agent's runbook as the guide has it, for pages that link into it.

use std::sync::LazyLock;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use serde::Serialize;
use utoipa::ToSchema;

/// As it was when this was built.
pub static RUNBOOK: LazyLock<Runbook> =
    LazyLock::new(|| Runbook::of(include_str!("../../../docs/guide/agent-runbook.md")));

/// The runbook as HTML.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Runbook {
    /// Its heading.
    pub title: String,
    /// The headings below.
    pub sections: Vec<RunbookSection>,
    /// Everything but its heading.
    pub html: String,
}

/// A heading to jump to.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunbookSection {
    /// Of the link.
    pub anchor: String,
    /// The text.
    pub heading: String,
}

impl Runbook {
    /// From Markdown.
    pub fn of(markdown: &str) -> Self {
        let mut runbook = Self::default();
        let mut events = Vec::new();
        let mut heading = Heading::default();
        let mut leads_out = false;
        for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
            match &event {
                Event::Start(Tag::Heading { .. }) => {
                    heading = Heading { at: events.len(), text: String::new() };
                }
                Event::Text(text) | Event::Code(text) => heading.text.push_str(text),
                // The page that shows it has a heading of its own.
                Event::End(TagEnd::Heading(HeadingLevel::H1)) => {
                    events.truncate(heading.at);
                    runbook.title = std::mem::take(&mut heading.text);
                    continue;
                }
                Event::End(TagEnd::Heading(level)) => {
                    runbook.sections.extend(heading.anchor(*level, &mut events));
                }
                Event::Start(Tag::Link { dest_url, .. }) => leads_out = !dest_url.starts_with('#'),
                Event::Start(Tag::Table(_)) => events.push(Event::Html(FRAME.into())),
                _ => {}
            }
            // Other pages of the guide are not served: the text of a link to them stays.
            let is_link = matches!(event, Event::Start(Tag::Link { .. }) | Event::End(TagEnd::Link));
            let ends_table = event == Event::End(TagEnd::Table);
            events.extend((!is_link || !leads_out).then_some(event));
            events.extend(ends_table.then_some(Event::Html("</div>".into())));
        }
        html::push_html(&mut runbook.html, events.into_iter());
        runbook
    }
}

/// A table scrolls within its own frame.
const FRAME: &str = r#"<div class="scroll" tabindex="0" role="group" aria-label="Table">"#;

/// The last heading: where it is among the events, and its text so far.
#[derive(Default)]
struct Heading {
    at: usize,
    text: String,
}

impl Heading {
    /// Gives it its anchor. Those of the second level are to be jumped to.
    fn anchor(&self, level: HeadingLevel, events: &mut [Event<'_>]) -> Option<RunbookSection> {
        let anchor = anchor(&self.text);
        if let Some(Event::Start(Tag::Heading { id, .. })) = events.get_mut(self.at) {
            *id = Some(anchor.clone().into());
        }
        (level == HeadingLevel::H2).then(|| RunbookSection { anchor, heading: self.text.clone() })
    }
}

/// As the forges make them, so that links work there and here: lower case, spaces to hyphens, other marks dropped.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|char| char.is_alphanumeric() || " -_".contains(*char));
    kept.collect::<String>().trim().to_lowercase().replace(' ', "-")
}
