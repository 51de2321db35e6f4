//! A Parquet file that is being written.

use std::io::BufWriter;

use postern_signals::SignIn;
use postern_signals::parquet::{ParquetError, ParquetWriter};

use super::ConvertError;
use crate::cli::output_file::OutputFile;

pub(super) struct ParquetFile(ParquetWriter<BufWriter<OutputFile>>);

impl ParquetFile {
    pub(super) fn new(file: BufWriter<OutputFile>, to: &str) -> Result<Self, ConvertError> {
        ParquetWriter::new(file).map(Self).map_err(|why| unwritable(to, why))
    }

    pub(super) fn push(&mut self, record: &SignIn<'_>, to: &str) -> Result<(), ConvertError> {
        self.0.push(record).map_err(|why| unwritable(to, why))
    }

    pub(super) fn finish(self, to: &str) -> Result<BufWriter<OutputFile>, ConvertError> {
        self.0.finish().map_err(|why| unwritable(to, why))
    }
}

fn unwritable(to: &str, why: ParquetError) -> ConvertError {
    ConvertError::Parquet { to: to.to_owned(), why: why.into() }
}
