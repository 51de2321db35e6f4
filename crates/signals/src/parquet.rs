//! Writes records as a Parquet file: one row each, flat columns under names made from OCSF's.
//!
//! The file says in its metadata which versions made it: `ocsf.version` and `postern.version`. A record without a time
//! is a row with an empty `time`.

mod columns;
mod group;

use std::{io::Write, sync::Arc};

use ::parquet::{
    basic::{Compression, Encoding, Repetition},
    errors::Result,
    file::{
        metadata::KeyValue,
        properties::{WriterProperties, WriterPropertiesPtr},
        writer::SerializedFileWriter,
    },
    schema::types::{ColumnPath, Type, TypePtr},
};

use crate::{ocsf, record::SignIn};
use columns::{COLUMNS, Spread};
use group::ParquetGroup;

/// The file cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the Parquet file cannot be written: {0}")]
pub struct ParquetError(#[from] ::parquet::errors::ParquetError);

/// When the rows gathered so far are written out.
#[derive(Debug, Clone, Copy)]
struct ParquetLimits {
    rows: usize,
    /// Of text.
    bytes: usize,
}

/// Readers skip or share out whole groups; the second limit is what bounds the memory.
const LIMITS: ParquetLimits = ParquetLimits { rows: 100_000, bytes: 64 << 20 };

/// Writes records to a Parquet file as they come. Its memory is bounded by one group of rows: 100,000 of them, or 64 MiB
/// of text. Without [`ParquetWriter::finish`] the file is not readable.
pub struct ParquetWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    group: ParquetGroup,
    limits: ParquetLimits,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Starts a file.
    pub fn new(out: W) -> Result<Self, ParquetError> {
        Self::with_limits(out, LIMITS)
    }

    fn with_limits(out: W, limits: ParquetLimits) -> Result<Self, ParquetError> {
        let file = SerializedFileWriter::new(out, schema()?, properties())?;
        Ok(Self { file, group: ParquetGroup::default(), limits })
    }

    /// Adds a row.
    pub fn push(&mut self, record: &SignIn<'_>) -> Result<(), ParquetError> {
        self.group.push(record);
        if self.group.rows() >= self.limits.rows || self.group.text_bytes() >= self.limits.bytes {
            self.write_group()?;
        }
        Ok(())
    }

    /// Writes what is left and the footer, and hands back the writer.
    pub fn finish(mut self) -> Result<W, ParquetError> {
        if self.group.rows() > 0 {
            self.write_group()?;
        }
        Ok(self.file.into_inner()?)
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let mut out = self.file.next_row_group()?;
        self.group.write(&mut out)?;
        out.close()?;
        Ok(())
    }
}

fn schema() -> Result<TypePtr> {
    let mut fields = Vec::with_capacity(COLUMNS.len());
    for column in &COLUMNS {
        let (physical, logical) = column.value.kind();
        let repetition = if column.optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        let field = Type::primitive_type_builder(column.name, physical)
            .with_repetition(repetition)
            .with_logical_type(logical);
        fields.push(Arc::new(field.build()?));
    }
    Ok(Arc::new(Type::group_type_builder("sign_in").with_fields(fields).build()?))
}

fn properties() -> WriterPropertiesPtr {
    let made_by = [("ocsf.version", ocsf::VERSION), ("postern.version", env!("CARGO_PKG_VERSION"))];
    let made_by = made_by.map(|(key, value)| KeyValue::new(key.to_owned(), value.to_owned()));
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("postern version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(made_by.to_vec()));
    for column in &COLUMNS {
        let path = || ColumnPath::from(column.name);
        properties = match column.spread {
            Spread::Repeats => properties,
            Spread::Unique => properties.set_column_dictionary_enabled(path(), false),
            Spread::Rises => properties
                .set_column_dictionary_enabled(path(), false)
                .set_column_encoding(path(), Encoding::DELTA_BINARY_PACKED),
        };
    }
    Arc::new(properties.build())
}

#[cfg(test)]
mod tests;
