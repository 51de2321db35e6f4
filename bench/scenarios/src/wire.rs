//! What each vendor's log says about an act: the vendors' documented shapes, with invented values.

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

use crate::{act::Scene, seeded::Seeded, world::House};

/// A line of a log, without its break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The time that it carries.
    pub at: i64,
    /// The record.
    pub text: String,
}

/// The lines of this act, none where the vendor says nothing about it.
/// `None`: this vendor knows no such act, so that the story should not have been given to it.
pub fn lines(scene: &Scene<'_>, house: &House, drawn: &mut Seeded) -> Option<Vec<Line>> {
    match scene.who.provider {
        Provider::Entra => entra::lines(scene, house, drawn),
        Provider::Okta => okta::lines(scene, house, drawn),
        Provider::Duo => duo::lines(scene, drawn),
        Provider::Keycloak => keycloak::lines(scene, house, drawn),
        Provider::Auth0 => auth0::lines(scene, drawn),
        Provider::Google => google::lines(scene, drawn),
        Provider::CloudTrail => cloudtrail::lines(scene, drawn),
        Provider::Postern => postern::lines(scene, drawn),
        _ => None,
    }
}

fn one(at: i64, record: &serde_json::Value) -> Vec<Line> {
    vec![Line { at, text: record.to_string() }]
}
