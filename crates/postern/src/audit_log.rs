//! The log's name and key, and why it does not go on.

use postern_audit::Signer;

use crate::scope::Scope;
use crate::store::StoreError;

/// Why nothing is signed.
#[derive(Debug, thiserror::Error)]
pub enum AuditLogError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log has less than it had, or something else.
    #[error(
        "the audit log is not what it was: {0}. If you restored a backup, stop the server and run `postern audit \
         accept-restore`; otherwise somebody has changed the database: run `postern audit export` and `postern-verify`, \
         and keep both"
    )]
    Lost(String),
    /// A record is not one of ours, or one is missing before it.
    #[error(
        "the audit log was tampered with: {0}. Nothing more is signed; run `postern audit export` and `postern-verify`"
    )]
    Tampered(String),
    /// The stored tree does not fit its last signed checkpoint.
    #[error(
        "the stored log does not fit its last checkpoint: {0}. Run `postern audit export` and `postern-verify`"
    )]
    Malformed(String),
}

macro_rules! malformed {
    ($($error:ty),+) => {$(
        impl From<$error> for AuditLogError {
            fn from(error: $error) -> Self {
                Self::Malformed(error.to_string())
            }
        }
    )+};
}

malformed!(postern_audit::CheckpointError, postern_audit::SignerError, postern_audit::TreeError);

/// The log's name in checkpoints.
pub fn origin(scope: &Scope) -> String {
    format!("postern.invalid/{}", scope.tenant.id)
}

/// The log's signing key.
pub fn signer(scope: &Scope) -> Result<Signer, AuditLogError> {
    Ok(Signer::new(&origin(scope), scope.tenant.keys.audit_seed())?)
}
