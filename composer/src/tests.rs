//! Tests of the whole pipeline, with apps made on the spot.

pub(crate) mod apps;
mod encodings;
mod foreign;
mod images;
mod laws;
mod linked;
mod refused;
pub(crate) mod run;
mod versions;
mod writing;
