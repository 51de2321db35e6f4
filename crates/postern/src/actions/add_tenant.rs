//! The operator adds an organisation. It has nobody in it yet: a set-up code makes its first admin.

use std::sync::Arc;

use jiff::SignedDuration;
use postern_core::event::payload::TenantAdded;
use postern_core::event::{Actor, Event};
use url::Url;

use super::{ActionError, refuse_hidden};
use crate::app::App;
use crate::job::Job;
use crate::scope::Scope;
use crate::store::tenants::{self, NewTenant, TenantRow};
use crate::store::{StoreError, micros};

/// Longest slug.
const LONGEST_SLUG: usize = 40;

/// Adds an organisation. Err: `Invalid` where a part does not do, or where slug or host is taken.
pub async fn add_tenant(app: &Arc<App>, slug: &str, name: &str, origin: &Url) -> Result<Scope, ActionError> {
    check_slug(slug)?;
    check_name(name)?;
    let now = app.clock.now();
    let row = TenantRow {
        id: app.rng.id(now)?,
        slug: slug.to_owned(),
        name: name.trim().to_owned(),
        origin: origin.to_string(),
        created_at: micros(now),
        suspended_at: None,
        enabled_at: None,
        version: 1,
    };
    // Its first record is marked with its own keys, before anybody can find it.
    let scope = Scope::of_job(app, Arc::new(app.tenants.prepare(row)?));
    let tenant = &scope.tenant;
    let mut change = scope.begin().await?;
    let new = NewTenant {
        slug: &tenant.slug,
        name: &tenant.name,
        origin: tenant.origin.as_str(),
        host: tenant.origin.host_str().unwrap_or_default(),
    };
    match tenants::insert(&mut change, &new).await {
        Err(StoreError::Conflict) => {
            let is_taken = app.tenants.of_slug(slug).is_some();
            let message = if is_taken {
                format!("Another organisation is called {slug} already.")
            } else {
                format!(
                    "Another organisation is served at {} already, at this or another port.",
                    origin.host_str().unwrap_or_default()
                )
            };
            return Err(ActionError::invalid("slug", message));
        }
        inserted => inserted?,
    }
    change.enqueue(Job::Sweep, now + SignedDuration::from_hours(1));
    change.enqueue(Job::PublishCheckpoint, now + SignedDuration::from_hours(24));
    let added = TenantAdded { slug: &tenant.slug, name: &tenant.name, origin: tenant.origin.as_str() };
    change.commit(&Event::new(Actor::System, added)).await?;
    app.tenants.reload(&app.db, app.clock.now()).await?;
    Ok(scope)
}

/// Makes the first organisation, as the settings say, where there is none.
pub async fn add_first_tenant(app: &Arc<App>) -> Result<(), ActionError> {
    if !app.tenants.list().is_empty() {
        return Ok(());
    }
    let (name, origin) = (&app.config.organisation, &app.config.origin);
    match add_tenant(app, &slug_of(name), name, origin).await {
        // Another node was faster.
        Err(ActionError::Invalid { field: "slug", .. }) => {
            Ok(app.tenants.reload(&app.db, app.clock.now()).await?)
        }
        added => added.map(|_| ()),
    }
}

/// What commands call an organisation of this name.
fn slug_of(name: &str) -> String {
    let kept = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let hyphenated: String = kept.collect();
    let slug = hyphenated.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    let slug: String = slug.chars().take(LONGEST_SLUG).collect();
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "first".to_owned() } else { slug.to_owned() }
}

/// It names folders, and stands in command lines.
fn check_slug(slug: &str) -> Result<(), ActionError> {
    let is_plain = slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if is_plain && (1..=LONGEST_SLUG).contains(&slug.len()) && !slug.starts_with('-') && !slug.ends_with('-')
    {
        return Ok(());
    }
    let message = "The short name wants 1 to 40 of a to z, 0 to 9 and hyphens, such as harbour-works.";
    Err(ActionError::invalid("slug", message))
}

pub(super) fn check_name(name: &str) -> Result<(), ActionError> {
    if name.trim().is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(ActionError::invalid("name", "The name wants 1 to 100 characters on one line."));
    }
    refuse_hidden("name", name)
}
