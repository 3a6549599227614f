//! A finished composition, before its image is written.

use std::io::Write;
use std::ops::Range;

use crate::error::{CheckError, EmbedError, Error, WriteError};
use crate::report::Report;
use vfs_compose_ir::{Edge, Encoded};
use vfs_compose_pack::embed::{self, Splice};
use vfs_compose_pack::image::Packed;
use vfs_compose_pack::{Form, ImageReport, Observer, Remarks};

/// A composed component without the contents of its files, which are copied from their sources while the component is
/// written.
pub struct Composed {
    /// The component, with empty space reserved for the image.
    shell: Vec<u8>,
    splice: Splice,
    image: Packed,
    report: Report,
    observer: Observer,
}

impl std::fmt::Debug for Composed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Composed").field("report", &self.report).finish_non_exhaustive()
    }
}

impl Composed {
    /// Finishes a component that contains empty space for the image.
    pub(crate) fn new(component: Encoded, image: Packed, remarks: Remarks) -> Result<Self, Error> {
        let Encoded { bytes: shell, edge: Edge { imports, exports } } = component;
        let found = embed::find(&shell).map_err(|source| CheckError::Invalid { reason: source.to_string() })?;
        let found = found.ok_or(EmbedError::NoPlace)?;
        let splice = Splice::new(&shell, &found, image.size())?;
        let (size, vfs) = (splice.total(&shell), splice.length_of(found.vfs));
        let report = Report { size, vfs, image: image.report(), imports, exports, remarks, ..Report::default() };
        Ok(Self { shell, splice, image, report, observer: Observer::default() })
    }

    pub(crate) fn with_app(mut self, size: u64) -> Self {
        self.report.app = size;
        self
    }

    pub(crate) fn with_form(mut self, form: Form, not_linked: Option<String>) -> Self {
        (self.report.form, self.report.not_linked) = (form, not_linked);
        self
    }

    /// Returns the report of the composition.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Returns where the image is in the component's bytes.
    #[must_use]
    pub fn image(&self) -> Range<u64> {
        self.splice.image()
    }

    /// Writes the component. File contents are copied in pieces and never held in memory as a whole.
    ///
    /// # Errors
    /// - [`WriteError`]: writing to `out` failed, or a file cannot be read or has changed.
    /// - [`Error::Stopped`]: the observer of [`Composer::on_progress`](crate::Composer::on_progress) wants no more.
    ///
    /// Whatever was written before is incomplete and useless.
    pub fn write_to(&self, out: &mut dyn Write) -> Result<(), Error> {
        let failed = |source| WriteError::Output { source };
        self.splice.write_head(&self.shell, out).map_err(failed)?;
        self.image.write(out, &self.observer)?;
        self.splice.write_tail(&self.shell, out).map_err(failed)?;
        out.flush().map_err(failed)?;
        Ok(())
    }

    pub(crate) fn with_observer(mut self, observer: &Observer) -> Self {
        self.observer = observer.clone();
        self
    }

    /// Adds remarks before those of the composition.
    pub(crate) fn with_remarks(mut self, mut remarks: Remarks) -> Self {
        let of_this = &mut self.report.remarks;
        remarks.warnings.append(&mut of_this.warnings);
        remarks.notes.append(&mut of_this.notes);
        self.report.remarks = remarks;
        self
    }

    /// Returns the whole component in memory.
    ///
    /// # Errors
    /// As [`Composed::write_to`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.report.size).unwrap_or(0));
        self.write_to(&mut bytes)?;
        Ok(bytes)
    }
}

/// An image alone. File contents are copied from their sources while it is written.
pub struct PackedImage {
    pub(crate) image: Packed,
    pub(crate) report: ImageReport,
    pub(crate) remarks: Remarks,
    pub(crate) observer: Observer,
}

impl PackedImage {
    /// Returns the counts of the image's files.
    #[must_use]
    pub fn report(&self) -> &ImageReport {
        &self.report
    }

    /// Returns warnings and notes.
    #[must_use]
    pub fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    /// Writes the image.
    ///
    /// # Errors
    /// As [`Composed::write_to`].
    pub fn write_to(&self, out: &mut dyn Write) -> Result<(), Error> {
        self.image.write(out, &self.observer)?;
        out.flush().map_err(|source| WriteError::Output { source })?;
        Ok(())
    }
}
