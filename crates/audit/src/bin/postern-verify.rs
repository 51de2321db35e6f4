//! `postern-verify`: is this log whole? Needs nothing but the folder and the public key.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use data_encoding::BASE64;
use postern_audit::{CHECKPOINT_FILE, Finding, KEY_FILE, Verified, verify_folder};
use serde_json::{Value, json};

/// Entries named one by one before "and so on".
const NAMED: usize = 20;

/// Check that an exported Postern audit log is whole.
///
/// Reads the folder, recomputes every hash from the records up to the signed root, and names each entry that was
/// edited, deleted, moved, put in or cut off. It needs no network and no server.
///
/// Exit status: 0 the log is whole, 1 it is not, 2 it could not be checked.
#[derive(Parser)]
#[command(version, about, long_about, after_long_help = AFTER)]
struct Arguments {
    /// Folder of the exported log
    dir: PathBuf,
    /// The log's public key, as the operator published it: NAME+ID+KEY. Without it the key in the folder is
    /// used, which shows accidents but not forgeries: whoever made the folder could have made that key
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
    /// A checkpoint of this log that you kept earlier: proves that nothing before it was rewritten since
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// Print the result as one JSON object
    #[arg(long)]
    json: bool,
}

const AFTER: &str =
    "Keep the file `checkpoint` of each export you check. With --since it is your proof that the \
log was only appended to, even against somebody who has the log's own signing key.

Example:
  postern-verify export-2026-03 --key example.com/acme+530d903a+AekyeRrm… --since export-2026-02/checkpoint";

/// What came of it, and against what.
struct VerifyOutcome {
    result: Result<Verified, Vec<Finding>>,
    key: String,
    key_was_given: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match check(&arguments) {
        Ok(outcome) => outcome,
        Err(complaint) => {
            // Nothing can be done if even this can't be written.
            let _ = writeln!(io::stderr().lock(), "postern-verify: {complaint}");
            return ExitCode::from(2);
        }
    };
    let mut out = io::stdout().lock();
    let written = if arguments.json { outcome.write_json(&mut out) } else { outcome.write_text(&mut out) };
    match (written, outcome.result) {
        (Err(_), _) => ExitCode::from(2),
        (Ok(()), Ok(_)) => ExitCode::SUCCESS,
        (Ok(()), Err(_)) => ExitCode::from(1),
    }
}

/// Everything that must be readable before there is anything to check.
fn check(arguments: &Arguments) -> Result<VerifyOutcome, String> {
    read(&arguments.dir.join(CHECKPOINT_FILE))?;
    let key_was_given = arguments.key.is_some();
    let key = match &arguments.key {
        Some(key) => key.trim().to_owned(),
        None => read(&arguments.dir.join(KEY_FILE))
            .map_err(|complaint| format!("{complaint}\ngive the log's key with --key"))?
            .trim_end()
            .to_owned(),
    };
    if !postern_audit::is_verifier_key(&key) {
        return Err(format!("not a verifier key (NAME+ID+KEY): {}", printable(&key)));
    }
    let since = arguments.since.as_deref().map(read).transpose()?;
    Ok(VerifyOutcome { result: verify_folder(&arguments.dir, &key, since.as_deref()), key, key_was_given })
}

fn read(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| format!("can't read {}: {error}", path.display()))?;
    // Bytes that are not text are for the verifier to find.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl VerifyOutcome {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        match &self.result {
            Ok(verified) => self.write_whole(out, verified)?,
            Err(findings) => write_findings(out, findings)?,
        }
        if self.key_was_given {
            return Ok(());
        }
        writeln!(
            out,
            "CAUTION: this was only checked against the key in the folder, {}",
            printable(&self.key)
        )?;
        writeln!(out, "Whoever made the folder could have made that key. Give the published one with --key.")
    }

    fn write_whole(&self, out: &mut impl Write, verified: &Verified) -> io::Result<()> {
        let Verified { size, root, erased, continues, .. } = verified;
        let root = BASE64.encode(root);
        writeln!(out, "the log is whole: {size} entries, root {root}, signed by {}", printable(&self.key))?;
        if let Some(older) = continues {
            writeln!(out, "it continues the earlier checkpoint: the first {older} entries are unchanged")?;
        }
        if !erased.is_empty() {
            let named: Vec<String> = erased.iter().take(NAMED).map(u64::to_string).collect();
            let rest = if erased.len() > NAMED { ", …" } else { "" };
            let count = erased.len();
            writeln!(out, "{count} of them were erased; their proofs hold: {}{rest}", named.join(", "))?;
        }
        Ok(())
    }

    fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        let mut answer = match &self.result {
            Ok(verified) => json!({
                "whole": true,
                "origin": verified.origin,
                "size": verified.size,
                "root": BASE64.encode(&verified.root),
                "erased": verified.erased,
                "continues": verified.continues,
            }),
            Err(findings) => json!({
                "whole": false,
                "first_bad_entry": findings.iter().find_map(|finding| finding.seq),
                "findings": findings.iter().map(finding_json).collect::<Vec<_>>(),
            }),
        };
        if let Value::Object(fields) = &mut answer {
            fields.insert("key".into(), self.key.clone().into());
            fields.insert("key_was_given".into(), self.key_was_given.into());
        }
        writeln!(out, "{answer}")
    }
}

fn write_findings(out: &mut impl Write, findings: &[Finding]) -> io::Result<()> {
    writeln!(out, "the log is NOT whole")?;
    for finding in findings {
        let labels: Vec<String> = [&finding.time, &finding.event].into_iter().flatten().cloned().collect();
        let label = if labels.is_empty() { String::new() } else { format!(" ({})", labels.join(", ")) };
        writeln!(out, "  {}{label}: {}", finding.subject(), finding.problem)?;
    }
    match findings.iter().find_map(|finding| finding.seq) {
        Some(seq) => writeln!(out, "first bad entry: {seq}"),
        None => Ok(()),
    }
}

fn finding_json(finding: &Finding) -> Value {
    let mut value = serde_json::to_value(finding).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        fields.insert("message".into(), format!("{}: {}", finding.subject(), finding.problem).into());
    }
    value
}

/// A text from the folder must not command the terminal.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
