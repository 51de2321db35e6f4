//! Where converted records go.

use std::{
    io::{self, BufWriter, Stdout, Write},
    path::PathBuf,
};

use postern_signals::{SignIn, ocsf::write_line, report::printable, source::Sources};

use super::{ConvertArgs, ConvertError, ConvertTarget, ConvertedCounts, ParquetFile};
use crate::cli::output_file::OutputFile;

pub(super) struct Output {
    to: String,
    /// A file is there, which this one is to replace.
    replaces: bool,
    unfinished: Option<PathBuf>,
    kind: TargetKind,
}

enum TargetKind {
    Printed(BufWriter<Stdout>),
    Lines(BufWriter<OutputFile>),
    Parquet(Box<ParquetFile>),
}

impl Output {
    /// Err: it is one of the inputs, or nothing can be written there. Nothing is changed then.
    pub(super) fn open(args: &ConvertArgs, inputs: &Sources) -> Result<Self, ConvertError> {
        let Some(path) = &args.output else {
            let (to, kind) =
                ("standard output".to_owned(), TargetKind::Printed(BufWriter::new(io::stdout())));
            return Ok(Self { to, replaces: false, unfinished: None, kind });
        };
        let to = printable(&path.display().to_string());
        let file = OutputFile::create(path, inputs)?;
        let (replaces, unfinished) = (file.replaces(), file.unfinished());
        let file = BufWriter::new(file);
        let kind = match args.to {
            ConvertTarget::Ocsf => TargetKind::Lines(file),
            ConvertTarget::Parquet => TargetKind::Parquet(Box::new(ParquetFile::new(file, &to)?)),
        };
        Ok(Self { to, replaces, unfinished, kind })
    }

    pub(super) fn to(&self) -> &str {
        &self.to
    }

    pub(super) fn replaces(&self) -> bool {
        self.replaces
    }

    /// What is to be removed if the program ends at once.
    pub(super) fn unfinished(&self) -> Option<PathBuf> {
        self.unfinished.clone()
    }

    pub(super) fn write(
        &mut self,
        record: &SignIn<'_>,
        counts: &mut ConvertedCounts,
    ) -> Result<(), ConvertError> {
        let written = match &mut self.kind {
            TargetKind::Printed(out) => write_line(out, record),
            TargetKind::Lines(out) => write_line(out, record),
            TargetKind::Parquet(out) => {
                out.push(record, &self.to)?;
                Ok(true)
            }
        };
        match written {
            Ok(true) => counts.written += 1,
            Ok(false) => counts.undated += 1,
            Err(why) => return Err(ConvertError::Unwritable { to: self.to.clone(), why }),
        }
        Ok(())
    }

    /// Until then nobody sees a file.
    pub(super) fn finish(self) -> Result<(), ConvertError> {
        let Self { to, kind, .. } = self;
        let unwritable = |why| ConvertError::Unwritable { to: to.clone(), why };
        let file = match kind {
            TargetKind::Printed(mut out) => {
                return out.flush().or_else(unless_pipe_closed).map_err(unwritable);
            }
            TargetKind::Lines(out) => out,
            TargetKind::Parquet(out) => out.finish(&to)?,
        };
        let file = file.into_inner().map_err(|error| unwritable(error.into_error()))?;
        Ok(file.put_in_place()?)
    }
}

fn unless_pipe_closed(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}
