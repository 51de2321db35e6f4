//! `postern audit accept-restore`

use std::process::ExitCode;

use clap::Args;

use super::{DataArgs, Outcome, TenantArg, block_on, pick_tenant, say};
use crate::actions::accept_restore::accept_restore;
use crate::app::App;

/// What it takes.
#[derive(Args)]
pub struct AcceptRestoreArgs {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    of: TenantArg,
    /// Why; goes on the record.
    #[arg(long)]
    reason: String,
}

/// Accepts the log as it is in the database now.
pub fn run(args: AcceptRestoreArgs) -> Outcome {
    let config = args.data.into_config()?;
    block_on(async move {
        let app = App::start(config).await?;
        let scope = pick_tenant(&app, args.of.tenant.as_deref())?;
        if !app.audit_memory.lock_running()? {
            return Err(
                "a server runs on this data folder: stop it first, for it remembers the log as it was".into(),
            );
        }
        let lost = accept_restore(&scope, &args.reason).await.map_err(|e| e.to_string())?;
        say::line("The audit log is accepted as it is in the database now; that it was is on the record.");
        for range in lost {
            say::line(format_args!(
                "  lost: records {} to {} of the stream {}",
                range.from, range.to, range.stream
            ));
        }
        say::line("Other nodes have a memory of their own: run this on each, while it is stopped.");
        Ok(ExitCode::SUCCESS)
    })
}
