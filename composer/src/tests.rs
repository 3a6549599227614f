//! Tests of the whole pipeline, with apps made on the spot.

mod any_app;
pub(crate) mod apps;
mod composed;
mod config;
mod deny;
mod encodings;
mod exits;
mod foreign;
mod frozen_clock;
mod gate;
mod images;
mod laws;
mod linked;
mod policy;
mod refused;
pub(crate) mod run;
mod tailored;
mod version3;
mod versions;
mod wrapped;
mod writing;

use crate::FormChoice;

/// What holds for one form holds for the other.
const FORMS: [FormChoice; 2] = [FormChoice::Plugged, FormChoice::Linked];
