//! The image as layer: it answers everything at once.

use vfs_core::{Error, ImageLayer, Limits};

use crate::host::wall_clock::HostClock;
use crate::state::{STATE, State, Volume, started};
use crate::{abi, embed, local};

pub type Layer = ImageLayer<'static>;

/// The reason why an operation cannot go on.
pub type Stop = Error;

/// Makes the volume over the embedded image.
#[inline(always)]
pub fn new_volume(limits: Limits) -> Volume {
    // The composer has validated the image. If it is damaged nevertheless, there is no tree and no preopen.
    Volume::over(ImageLayer::new(embed::image()), HostClock, limits)
        .or_else(|_| Volume::over(ImageLayer::new(None), HostClock, limits))
        .unwrap_or_else(|_| abi::trap())
}

/// Runs an operation, and finishes it with its result.
pub fn operate<T, F, R>(
    operation: impl FnOnce(&mut State) -> Result<T, F>,
    finish: impl FnOnce(&mut State, Result<T, F>) -> R,
) -> R {
    local::with(&STATE, |state| {
        let state = started(state);
        let result = operation(state);
        finish(state, result)
    })
}

/// Returns the error with which an operation ended.
///
/// # Errors
/// It has not ended.
#[inline]
pub fn ended(stop: Stop) -> Result<Error, Stop> {
    Ok(stop)
}

/// Makes the reason to stop with an error.
#[inline]
pub fn failed(error: Error) -> Stop {
    error
}

/// Returns the error of an operation that never needs an answer.
#[inline]
pub fn error_of(stop: Stop) -> Error {
    stop
}

/// Does what is due when something was closed: nothing.
#[inline(always)]
pub fn settle(_volume: &mut Volume) {}

/// Returns bytes that the layer has lent for good.
#[inline]
pub fn lent(bytes: &'static [u8], _buffer: &mut Vec<u8>) -> Option<&'static [u8]> {
    Some(bytes)
}
