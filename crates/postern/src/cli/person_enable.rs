//! `postern person enable`

use std::process::ExitCode;

use clap::Args;
use postern_core::event::{Actor, Event, EventKind};
use postern_core::reason::Reason;
use serde_json::json;

use super::{Outcome, Settings, block_on, say};
use crate::app::App;
use crate::config::Mode;
use crate::store::persons;

/// What it takes.
#[derive(Args)]
pub struct EnableArgs {
    #[command(flatten)]
    settings: Settings,
    /// Who.
    login: String,
    /// Why; goes on the record.
    #[arg(long)]
    reason: String,
}

/// Enables a frozen account.
pub fn run(args: EnableArgs) -> Outcome {
    let config = args.settings.into_config(Mode::Production)?;
    let reason = Reason::parse(&args.reason)?;
    block_on(async move {
        let app = App::start(config).await?;
        let Some(person) = persons::find_by_login(&app.db, &app.tenant, &args.login).await? else {
            return Err(format!("nobody signs in as {:?}", args.login).into());
        };
        let Some(why) = person.disabled_why else {
            return Err(format!("{} is not frozen", person.name).into());
        };
        let mut change = app.change().await?;
        persons::enable(&mut change, &person.id).await?;
        let event = Event::new(EventKind::UserEnabled, Actor::System)
            .person(&person.id)
            .reason(&reason)
            .before(json!({ "disabled": true, "why": why }))
            .detail(json!({ "by": "the operator, on the command line" }));
        change.commit(&event).await?;
        say::line(format_args!("{} can sign in again", person.name));
        Ok(ExitCode::SUCCESS)
    })
}
