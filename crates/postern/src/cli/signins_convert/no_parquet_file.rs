//! In a build without the feature `parquet`: there is no such file.

use std::io::BufWriter;

use postern_signals::SignIn;

use super::ConvertError;
use crate::cli::output_file::OutputFile;

pub(super) enum NoParquetFile {}

impl NoParquetFile {
    pub(super) fn new(_file: BufWriter<OutputFile>, _to: &str) -> Result<Self, ConvertError> {
        Err(ConvertError::NoParquet)
    }

    pub(super) fn push(&mut self, _record: &SignIn<'_>, _to: &str) -> Result<(), ConvertError> {
        match *self {}
    }

    pub(super) fn finish(self, _to: &str) -> Result<BufWriter<OutputFile>, ConvertError> {
        match self {}
    }
}
