//! `postern audit export`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use postern_audit::{ExportEntry, FolderWriter, LineContent, StoreFinding};

use super::{DataArgs, Outcome, TenantArg, block_on, pick_tenant, say};
use crate::actions::check_audit::check_store;
use crate::app::App;
use crate::jobs::sequence_audit::{sequence_audit, signer};
use crate::private_files;
use crate::scope::Scope;
use crate::store::StoreError;
use crate::store::audit::{EntryRow, find_checkpoint, list_sequenced};

const BATCH: i64 = 5_000;

/// What the export takes.
#[derive(Args)]
pub struct ExportArgs {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    of: TenantArg,
    /// Folder to write; must not hold anything yet.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Writes the log. What is wrong with the store goes out with it: the verifier names it too.
pub fn run(args: ExportArgs) -> Outcome {
    let config = args.data.into_config()?;
    block_on(async move {
        let app = App::start(config).await?;
        let scope = pick_tenant(&app, args.of.tenant.as_deref())?;
        if let Err(error) = sequence_audit(&scope).await {
            say::note(format_args!("postern: {error}"));
        }
        let wrong = check_store(&scope).await?;
        let (size, vkey) = export(&scope, &args.out, &wrong).await?;
        say::line(format_args!("{size} entries in {}", args.out.display()));
        say::line(format_args!("check them with: postern-verify {} --key {vkey}", args.out.display()));
        for finding in &wrong {
            let place = finding.seq.map_or_else(|| "the log".to_owned(), |seq| format!("entry {seq}"));
            say::note(format_args!("postern: {place}: {}", finding.message));
        }
        Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

/// Writes the signed entries, and what is wrong with the store. The answer: how many, and the log's key.
async fn export(
    scope: &Scope,
    out: &Path,
    wrong: &[StoreFinding],
) -> Result<(i64, String), Box<dyn std::error::Error>> {
    let Some((size, note)) = find_checkpoint(&scope.app.db, &scope.tenant.id).await? else {
        return Err("the log is empty: there is no checkpoint yet".into());
    };
    private_files::create_folder(out)?;
    let mut folder = FolderWriter::create(out)?;
    // It was empty, so it is ours now.
    private_files::tighten(out)?;
    let mut next = 0;
    while next < size {
        let batch = list_sequenced(&scope.app.db, &scope.tenant.id, next, BATCH.min(size - next)).await?;
        if batch.is_empty() {
            return Err(format!("entry {next} of {size} is missing from the database").into());
        }
        for entry in &batch {
            folder.push(&exported(entry)?)?;
        }
        next += i64::try_from(batch.len())?;
    }
    folder.report(wrong)?;
    let vkey = signer(scope)?.vkey();
    folder.finish(&note, &vkey)?;
    Ok((size, vkey))
}

/// The entry with the commitment that went into the tree, not with one made from the text: so that an edit of the text
/// in the database goes out as it is, and the verifier names it.
fn exported(entry: &EntryRow) -> Result<ExportEntry, StoreError> {
    let nonce = entry.nonce.as_slice().try_into().map_err(|_| StoreError::Corrupt("log nonce"))?;
    let commitment = entry.commitment.as_deref().and_then(|bytes| bytes.try_into().ok());
    let seq =
        u64::try_from(entry.seq.unwrap_or_default()).map_err(|_| StoreError::Corrupt("log position"))?;
    Ok(ExportEntry {
        seq,
        commitment: commitment.ok_or(StoreError::Corrupt("log commitment"))?,
        content: Some(LineContent { nonce, json: entry.body.clone() }),
    })
}
