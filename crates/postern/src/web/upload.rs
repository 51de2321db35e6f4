//! A file that somebody sends, on its way to the disk: it is never whole in memory.

use axum::body::{Body, Bytes};
use axum::extract::Multipart;
use http_body_util::BodyExt as _;
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;

use super::plain::check_file_name;
use super::problem::Problem;
use crate::actions::import_sign_ins::UPLOAD_PREFIX;
use crate::scope::Scope;

/// Keeps a request's body in a file that goes when it is dropped.
pub async fn body_to_file(scope: &Scope, mut body: Body) -> Result<NamedTempFile, Problem> {
    let mut file = UploadFile::new(scope)?;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| cut_off())?;
        if let Ok(bytes) = frame.into_data() {
            file.write(&bytes).await?;
        }
    }
    file.finish().await
}

/// Keeps the file of a form, with its name. Other fields are left unread. `None`: no file was chosen.
pub async fn form_to_file(
    scope: &Scope,
    mut form: Multipart,
) -> Result<Option<(String, NamedTempFile)>, Problem> {
    while let Some(mut field) = form.next_field().await.map_err(|_| cut_off())? {
        let Some(name) = field.file_name().map(str::to_owned) else { continue };
        check_file_name(&name)?;
        let mut file = UploadFile::new(scope)?;
        while let Some(bytes) = field.chunk().await.map_err(|_| cut_off())? {
            file.write(&bytes).await?;
        }
        let is_chosen = !name.is_empty();
        return Ok(if is_chosen { Some((name, file.finish().await?)) } else { None });
    }
    Ok(None)
}

struct UploadFile {
    file: NamedTempFile,
    out: tokio::fs::File,
    left: usize,
    limit: usize,
}

impl UploadFile {
    /// Beside the database: the folder is nobody else's business, and has room for what is taken in.
    fn new(scope: &Scope) -> Result<Self, Problem> {
        let failed = |error: std::io::Error| Problem::internal(format!("a file for an import: {error}"));
        let file = tempfile::Builder::new()
            .prefix(UPLOAD_PREFIX)
            .tempfile_in(&scope.app.config.data)
            .map_err(failed)?;
        let out = tokio::fs::File::from_std(file.reopen().map_err(failed)?);
        let limit = scope.app.config.signals.max_import_bytes;
        Ok(Self { file, out, left: limit, limit })
    }

    async fn write(&mut self, bytes: &Bytes) -> Result<(), Problem> {
        self.left =
            self.left.checked_sub(bytes.len()).ok_or_else(|| Problem::import_too_large(self.limit))?;
        let written = self.out.write_all(bytes).await;
        written.map_err(|error| Problem::internal(format!("keeping an import: {error}")))
    }

    async fn finish(mut self) -> Result<NamedTempFile, Problem> {
        let flushed = self.out.flush().await;
        flushed.map_err(|error| Problem::internal(format!("keeping an import: {error}")))?;
        Ok(self.file)
    }
}

fn cut_off() -> Problem {
    Problem::bad_request(
        "The file did not arrive whole. Send it again; what was kept before is not kept twice.",
    )
}
