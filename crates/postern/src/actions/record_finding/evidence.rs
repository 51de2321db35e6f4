//! Which records back a finding, named so that they can be found again.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::scope::Scope;
use crate::store::{StoreError, imports, sign_ins};

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Of our own: the attempts of that moment.
    Own {
        /// When.
        at: Timestamp,
    },
    /// Of an import.
    Imported {
        /// Which.
        import: String,
        /// Its line in the file.
        line: u64,
    },
}

/// As it is kept: `{"sign_in":"…"}`, or `{"source":"okta.jsonl","import":"…","line":17}`.
pub(super) async fn named(scope: &Scope, evidence: &[Evidence]) -> Result<Vec<Value>, StoreError> {
    let mut sources: HashMap<&str, String> = HashMap::new();
    let mut named = Vec::with_capacity(evidence.len());
    for piece in evidence {
        match piece {
            Evidence::Own { at } => {
                let ids = sign_ins::list_ids_at(&scope.app.db, &scope.tenant.id, *at).await?;
                named.extend(ids.into_iter().map(|id| json!({ "sign_in": id, "at": at })));
            }
            Evidence::Imported { import, line } => {
                if !sources.contains_key(import.as_str()) {
                    let row = imports::find(&scope.app.db, &scope.tenant.id, import).await?;
                    sources.insert(import, row.map(|row| row.source).unwrap_or_default());
                }
                let source = sources.get(import.as_str());
                named.push(json!({ "source": source, "import": import, "line": line }));
            }
        }
    }
    Ok(named)
}
