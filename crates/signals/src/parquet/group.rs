//! The rows gathered for one row group, column by column.

use std::{fmt::Display, io::Write};

use ::parquet::{
    data_type::{BoolType, ByteArray, ByteArrayType, FloatType, Int32Type, Int64Type},
    errors::Result,
    file::writer::{SerializedColumnWriter, SerializedRowGroupWriter},
};

use super::columns::{COLUMNS, ParquetValue};
use crate::record::SignIn;

/// Texts that are handed to the encoder at once.
const TEXTS_AT_ONCE: usize = 4096;

pub(super) struct ParquetGroup {
    columns: Vec<Cells>,
    rows: usize,
    text_bytes: usize,
}

impl Default for ParquetGroup {
    fn default() -> Self {
        let columns = COLUMNS.iter().map(|column| Cells::new(column.optional, &column.value)).collect();
        Self { columns, rows: 0, text_bytes: 0 }
    }
}

impl ParquetGroup {
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    pub(super) fn push(&mut self, record: &SignIn<'_>) {
        for (column, cells) in COLUMNS.iter().zip(&mut self.columns) {
            self.text_bytes += cells.push(&column.value, record);
        }
        self.rows += 1;
    }

    /// Writes the rows, and is empty after.
    pub(super) fn write<W: Write + Send>(&mut self, out: &mut SerializedRowGroupWriter<'_, W>) -> Result<()> {
        for cells in &mut self.columns {
            if let Some(mut column) = out.next_column()? {
                cells.write(&mut column)?;
                column.close()?;
            }
        }
        (self.rows, self.text_bytes) = (0, 0);
        Ok(())
    }
}

/// One column's cells.
struct Cells {
    /// 1 where there is a value, 0 where there is none; `None` where there always is one.
    levels: Option<Vec<i16>>,
    values: ParquetValues,
}

enum ParquetValues {
    Long(Vec<i64>),
    Int(Vec<i32>),
    Float(Vec<f32>),
    Bool(Vec<bool>),
    /// The texts one after the other, and the length of each.
    Text(Vec<u8>, Vec<usize>),
}

impl Cells {
    fn new(optional: bool, value: &ParquetValue) -> Self {
        let values = match value {
            ParquetValue::Time(_) | ParquetValue::Long(_) => ParquetValues::Long(Vec::new()),
            ParquetValue::Int(_) => ParquetValues::Int(Vec::new()),
            ParquetValue::Float(_) => ParquetValues::Float(Vec::new()),
            ParquetValue::Bool(_) => ParquetValues::Bool(Vec::new()),
            ParquetValue::Text(_) | ParquetValue::Address(_) => ParquetValues::Text(Vec::new(), Vec::new()),
        };
        Self { levels: optional.then(Vec::new), values }
    }

    /// Returns the bytes of text that were added.
    fn push(&mut self, value: &ParquetValue, record: &SignIn<'_>) -> usize {
        let mut added = 0;
        let is_some = match (&mut self.values, value) {
            (ParquetValues::Long(values), ParquetValue::Time(of) | ParquetValue::Long(of)) => {
                keep(values, of(record))
            }
            (ParquetValues::Int(values), ParquetValue::Int(of)) => keep(values, of(record)),
            (ParquetValues::Float(values), ParquetValue::Float(of)) => keep(values, of(record)),
            (ParquetValues::Bool(values), ParquetValue::Bool(of)) => keep(values, of(record)),
            (ParquetValues::Text(bytes, lengths), ParquetValue::Text(of)) => {
                let text = of(record);
                added = text.map_or(0, str::len);
                bytes.extend_from_slice(text.unwrap_or_default().as_bytes());
                keep(lengths, text.map(str::len))
            }
            (ParquetValues::Text(bytes, lengths), ParquetValue::Address(of)) => {
                let ip = of(record);
                added = ip.map_or(0, |ip| append(bytes, ip));
                keep(lengths, ip.map(|_| added))
            }
            _ => false,
        };
        if let Some(levels) = &mut self.levels {
            levels.push(i16::from(is_some));
        }
        added
    }

    fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<()> {
        let levels = self.levels.as_deref();
        match &mut self.values {
            ParquetValues::Long(values) => {
                column.typed::<Int64Type>().write_batch(values, levels, None)?;
                values.clear();
            }
            ParquetValues::Int(values) => {
                column.typed::<Int32Type>().write_batch(values, levels, None)?;
                values.clear();
            }
            ParquetValues::Float(values) => {
                column.typed::<FloatType>().write_batch(values, levels, None)?;
                values.clear();
            }
            ParquetValues::Bool(values) => {
                column.typed::<BoolType>().write_batch(values, levels, None)?;
                values.clear();
            }
            ParquetValues::Text(bytes, lengths) => {
                write_texts(column, std::mem::take(bytes), lengths, levels)?;
                lengths.clear();
            }
        }
        if let Some(levels) = &mut self.levels {
            levels.clear();
        }
        Ok(())
    }
}

fn keep<T>(values: &mut Vec<T>, value: Option<T>) -> bool {
    let is_some = value.is_some();
    values.extend(value);
    is_some
}

/// Returns the bytes added.
fn append(bytes: &mut Vec<u8>, value: impl Display) -> usize {
    let before = bytes.len();
    // A vector takes everything.
    let _ = write!(bytes, "{value}");
    bytes.len() - before
}

/// Slices of the one text share its memory; only so many of them are made at a time.
fn write_texts(
    column: &mut SerializedColumnWriter<'_>,
    bytes: Vec<u8>,
    lengths: &[usize],
    levels: Option<&[i16]>,
) -> Result<()> {
    let whole = ByteArray::from(bytes);
    let mut start = 0;
    let mut slice = |length: &usize| {
        let text = whole.slice(start, *length);
        start += length;
        text
    };
    let column = column.typed::<ByteArrayType>();
    let Some(levels) = levels else {
        for lengths in lengths.chunks(TEXTS_AT_ONCE) {
            let texts: Vec<_> = lengths.iter().map(&mut slice).collect();
            column.write_batch(&texts, None, None)?;
        }
        return Ok(());
    };
    let mut lengths = lengths.iter();
    for levels in levels.chunks(TEXTS_AT_ONCE) {
        let some = levels.iter().filter(|level| **level == 1).count();
        let texts: Vec<_> = lengths.by_ref().take(some).map(&mut slice).collect();
        column.write_batch(&texts, Some(levels), None)?;
    }
    Ok(())
}
