//! A finished composition whose image is not in it yet.

use std::io::Write;

use crate::error::{CheckError, EmbedError, Error, WriteError};
use crate::report::Report;
use vfs_compose_ir::Edge;
use vfs_compose_pack::embed::{self, Splice};
use vfs_compose_pack::image::Packed;
use vfs_compose_pack::{Form, ImageReport};

/// Everything of the result but the contents of the files, which flow from their sources into the output.
pub struct Composed {
    /// The component with an empty place for the image.
    shell: Vec<u8>,
    splice: Splice,
    image: Packed,
    report: Report,
}

impl std::fmt::Debug for Composed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Composed").field("report", &self.report).finish_non_exhaustive()
    }
}

impl Composed {
    pub(crate) fn new(shell: Vec<u8>, image: Packed, warnings: Vec<String>) -> Result<Self, Error> {
        let invalid = |source: wasmparser::BinaryReaderError| CheckError::Invalid { source: source.into() };
        let found = embed::find(&shell).map_err(invalid)?.ok_or(EmbedError::NoPlace)?;
        let splice = Splice::new(&shell, &found, image.size())?;
        let Edge { imports, exports } = Edge::of(&shell).map_err(invalid)?;
        let size = splice.total(&shell);
        let report = Report { size, image: image.report(), imports, exports, warnings, ..Report::default() };
        Ok(Self { shell, splice, image, report })
    }

    pub(crate) fn with_sizes(mut self, app: u64, vfs: u64) -> Self {
        (self.report.app, self.report.vfs) = (app, vfs);
        self
    }

    pub(crate) fn with_form(mut self, form: Form, not_linked: Option<String>) -> Self {
        (self.report.form, self.report.not_linked) = (form, not_linked);
        self
    }

    /// Shell, size of the vfs, image, warnings.
    pub(crate) fn into_parts(self) -> (Vec<u8>, u64, Packed, Vec<String>) {
        (self.shell, self.report.vfs, self.image, self.report.warnings)
    }

    /// What it is made of.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Writes the component. File contents are never held whole.
    ///
    /// # Errors
    /// [`WriteError`]: `out` failed, or a file cannot be read or is not what it was. What was written until then is useless.
    pub fn write_to(&self, out: &mut impl Write) -> Result<(), Error> {
        self.write_with(out, |_| {})
    }

    /// The same, and tells `progress` how many bytes of the image are written.
    ///
    /// # Errors
    /// As [`Composed::write_to`].
    pub fn write_with(&self, out: &mut impl Write, progress: impl FnMut(u64)) -> Result<(), Error> {
        let failed = |source| WriteError::Output { source };
        self.splice.write_head(&self.shell, out).map_err(failed)?;
        self.image.write(out, progress)?;
        self.splice.write_tail(&self.shell, out).map_err(failed)?;
        out.flush().map_err(failed)?;
        Ok(())
    }

    /// The whole component in memory.
    ///
    /// # Errors
    /// As [`Composed::write_to`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.report.size).unwrap_or(0));
        self.write_to(&mut bytes)?;
        Ok(bytes)
    }
}

/// An image alone, whose contents flow from the files into the output.
pub struct PackedImage {
    pub(crate) image: Packed,
    pub(crate) report: ImageReport,
    pub(crate) warnings: Vec<String>,
}

impl PackedImage {
    /// What is in it.
    #[must_use]
    pub fn report(&self) -> &ImageReport {
        &self.report
    }

    /// What was left out.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Writes the image, and tells `progress` how many bytes are written.
    ///
    /// # Errors
    /// As [`Composed::write_to`].
    pub fn write_with(&self, out: &mut impl Write, progress: impl FnMut(u64)) -> Result<(), Error> {
        self.image.write(out, progress)?;
        out.flush().map_err(|source| WriteError::Output { source })?;
        Ok(())
    }
}
