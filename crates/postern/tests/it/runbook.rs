//! The agent's runbook as pages show it.

use postern::runbook::{RUNBOOK, Runbook};

#[test]
fn headings_are_anchors_and_links_that_lead_out_are_words() {
    let runbook = Runbook::of(
        "# Book\n\n## Not `this`, \"me\"\n\nSee [below](#a-b) or [the *API*](api.md#x).\n\n| a |\n| --- |\n| <b> |\n\n### A b\n",
    );
    assert_eq!(runbook.title, "Book");
    let sections: Vec<_> = runbook.sections.iter().map(|it| (&*it.anchor, &*it.heading)).collect();
    assert_eq!(sections, [("not-this-me", "Not this, \"me\"")]);
    for part in [
        r#"<h2 id="not-this-me">"#,
        r##"See <a href="#a-b">below</a> or the <em>API</em>."##,
        r#"aria-label="Table"><table>"#,
        "</table>\n</div>",
        r#"<h3 id="a-b">A b</h3>"#,
    ] {
        assert!(runbook.html.contains(part), "{part} in {}", runbook.html);
    }
}

#[test]
fn every_link_leads_to_an_anchor() {
    let links: Vec<_> =
        RUNBOOK.html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(!links.is_empty() && !RUNBOOK.html.contains("href=\"o"));
    for link in links {
        assert!(RUNBOOK.html.contains(&format!("id=\"{link}\"")), "{link}");
    }
}
