//! `postern audit export`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use postern_audit::{Content, ExportEntry, FolderWriter};

use super::{Outcome, Settings, block_on, say};
use crate::app::App;
use crate::config::Mode;
use crate::jobs::sequence_audit::{sequence_audit, signer};
use crate::private_files;
use crate::store::StoreError;
use crate::store::audit::{EntryRow, find_checkpoint, list_sequenced};

const BATCH: i64 = 5_000;

/// What the export takes.
#[derive(Args)]
pub struct ExportArgs {
    #[command(flatten)]
    settings: Settings,
    /// Folder to write; must not hold anything yet.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Writes the log.
pub fn run(args: ExportArgs) -> Outcome {
    let config = args.settings.into_config(Mode::Production)?;
    block_on(async move {
        let app = App::start(config).await?;
        sequence_audit(&app).await?;
        let Some((size, note)) = find_checkpoint(&app.db, &app.tenant).await? else {
            return Err("the log is empty: there is no checkpoint yet".into());
        };
        private_files::create_folder(&args.out)?;
        let mut folder = FolderWriter::create(&args.out)?;
        // It was empty, so it is ours now.
        private_files::tighten(&args.out)?;
        let mut next = 0;
        while next < size {
            let batch = list_sequenced(&app.db, &app.tenant, next, BATCH.min(size - next)).await?;
            if batch.is_empty() {
                return Err(format!("entry {next} of {size} is missing from the database").into());
            }
            for entry in &batch {
                folder.push(&exported(entry)?)?;
            }
            next += i64::try_from(batch.len())?;
        }
        let vkey = signer(&app)?.vkey();
        folder.finish(&note, &vkey)?;
        say::line(format_args!("{size} entries in {}", args.out.display()));
        say::line(format_args!("check them with: postern-verify {} --key {vkey}", args.out.display()));
        Ok(ExitCode::SUCCESS)
    })
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
        content: Some(Content { nonce, json: entry.body.clone() }),
    })
}
