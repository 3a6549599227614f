//! How far packing has come, for whoever wants to know, and perhaps to stop it.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::error::TreeError;

/// How far a composition has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// The sources are being listed and merged.
    Listing {
        /// Files and directories so far.
        entries: u64,
    },
    /// The image is being written.
    Writing {
        /// Bytes of the image so far.
        bytes: u64,
        /// Bytes of the whole image.
        total: u64,
    },
}

/// Hears of progress, or does not.
#[derive(Clone, Default)]
pub struct Observer(Option<Arc<dyn Fn(Progress) -> ControlFlow<()> + Send + Sync>>);

impl Observer {
    /// Makes an observer of a function. If it returns [`ControlFlow::Break`], the work stops.
    pub fn new(observe: impl Fn(Progress) -> ControlFlow<()> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(observe)))
    }

    /// Tells how far the work has come.
    ///
    /// # Errors
    /// [`TreeError::Stopped`]: it shall stop.
    pub(crate) fn tell(&self, progress: Progress) -> Result<(), TreeError> {
        match &self.0 {
            Some(observe) if observe(progress).is_break() => Err(TreeError::Stopped),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Observer" } else { "no Observer" })
    }
}
