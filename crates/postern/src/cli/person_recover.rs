//! `postern person recover`

use std::process::ExitCode;

use clap::Args;

use super::{DataArgs, Outcome, TenantArg, block_on, pick_tenant, say};
use crate::actions::recover_person::{IssuedCredential, recover_person};
use crate::app::App;

/// What it takes.
#[derive(Args)]
pub struct RecoverArgs {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    of: TenantArg,
    /// Who.
    login: String,
    /// Why; goes on the record.
    #[arg(long)]
    reason: String,
    /// Take the password away too: the person sets a new one. For a password that was guessed at too often.
    #[arg(long)]
    new_password: bool,
}

/// Removes the factors and prints what the person needs.
pub fn run(args: RecoverArgs) -> Outcome {
    let config = args.data.into_config()?;
    block_on(async move {
        let app = App::start(config).await?;
        let scope = pick_tenant(&app, args.of.tenant.as_deref())?;
        let given = recover_person(&scope, &args.login, &args.reason, args.new_password).await;
        app.audit_memory.save()?;
        match given.map_err(|e| e.to_string())? {
            IssuedCredential::EnrolmentPass(pass) => {
                say::line(
                    "All sign-in methods are removed, and every contact on file is told. Give the person this pass:",
                );
                say::line(format_args!("  {pass}"));
                say::line(format_args!(
                    "At {} they type it after their password.",
                    scope.tenant.link("/sign-in")
                ));
            }
            IssuedCredential::SetUpCode(code) => {
                say::line(
                    "Password and sign-in methods are removed, and every contact on file is told. Give the person this code:",
                );
                say::line(format_args!("  {code}"));
                say::line(format_args!("At {} they set a password with it.", scope.tenant.link("/set-up")));
            }
        }
        say::line("It works once. Hand it over in person or on a call that you place.");
        Ok(ExitCode::SUCCESS)
    })
}
