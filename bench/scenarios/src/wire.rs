//! What each vendor's log says about an event: the vendors' documented shapes, with invented values.

mod auth0;
mod cloudtrail;
mod duo;
mod entra;
mod entra_audit;
mod google;
mod keycloak;
mod okta;
mod postern;

use postern_signals::Provider;

use crate::{event::EventContext, seeded::Seeded, world::OrganisationProfile};

/// A line of a log, without its break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The time that it carries.
    pub at: i64,
    /// The record.
    pub text: String,
}

/// The lines of this event, none where the vendor says nothing about it.
/// `None`: this vendor knows no such event, so that the scenario should not have been given to it.
pub fn lines(
    context: &EventContext<'_>,
    profile: &OrganisationProfile,
    random: &mut Seeded,
) -> Option<Vec<Line>> {
    match context.who.provider {
        Provider::Entra => entra::lines(context, profile, random),
        Provider::Okta => okta::lines(context, profile, random),
        Provider::Duo => duo::lines(context, random),
        Provider::Keycloak => keycloak::lines(context, profile, random),
        Provider::Auth0 => auth0::lines(context, random),
        Provider::Google => google::lines(context, random),
        Provider::CloudTrail => cloudtrail::lines(context, random),
        Provider::Postern => postern::lines(context, random),
        _ => None,
    }
}

fn one(at: i64, record: &serde_json::Value) -> Vec<Line> {
    vec![Line { at, text: record.to_string() }]
}
