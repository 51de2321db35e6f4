//! The organisation and its audit log.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `audit.exported`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct AuditExported<'a> {
    /// How many entries were read out.
    pub entries: usize,
    /// The event that was filtered for; empty for all.
    pub event: &'a str,
    /// The person that was filtered for; empty for all.
    pub person: &'a str,
    /// The case that was filtered for; empty for all.
    pub case: &'a str,
}

/// `tenant.added`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TenantAdded<'a> {
    /// Its word on the command line.
    pub slug: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its address, with scheme.
    pub origin: &'a str,
}

/// `tenant.renamed`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TenantRenamed<'a> {
    /// Its name now.
    pub name: &'a str,
}

/// `tenant.settings_changed`
#[derive(Clone, Debug, Serialize)]
pub struct TenantSettingsChanged {
    /// Counts the changes.
    pub version: i64,
    /// Every setting by its name, as it is shown: secrets are not.
    pub settings: Value,
}

/// `policy.changed`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PolicyChanged<'a> {
    /// Which proof suffices now: the whole text, in Cedar.
    pub recovery: &'a str,
}

/// `tenant.moved`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TenantMoved<'a> {
    /// Its address now, with scheme.
    pub origin: &'a str,
    /// How many passkeys the old name took with it.
    pub passkeys_removed: usize,
}

/// `tenant.suspended`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TenantSuspended;

/// `tenant.enabled`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TenantEnabled;

/// `audit.restore_accepted`
#[derive(Clone, Copy, Debug, Serialize)]
pub struct AuditRestoreAccepted<'a> {
    /// How far the log reaches.
    pub there: LogReach<'a>,
    /// The records that are gone.
    pub lost: &'a [LostNumbers],
    /// Who said so.
    pub by: &'a str,
}

/// How far an audit log reaches.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LogReach<'a> {
    /// The highest number by stream.
    pub numbers: &'a BTreeMap<String, i64>,
    /// Entries under the newest checkpoint.
    pub size: u64,
    /// Their root, in hex; empty when there is no checkpoint.
    pub root: &'a str,
}

/// Records that are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostNumbers {
    /// Of which stream.
    pub stream: String,
    /// The first.
    pub from: i64,
    /// The last.
    pub to: i64,
}
