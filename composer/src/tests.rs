//! Tests of the whole pipeline, with apps made on the spot.

mod apps;
mod images;
mod laws;
mod refused;
mod run;
mod versions;
mod writing;
