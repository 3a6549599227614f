//! Tests of the whole pipeline, with apps made on the spot.

mod adapt;
mod adapter;
mod any_app;
mod apps;
mod composed;
mod config;
mod copies;
mod deny;
mod encodings;
mod examples;
mod exits;
mod flatten;
mod frozen_clock;
mod gate;
mod host_guard;
mod images;
mod laws;
mod link;
mod linked;
mod memory;
mod merging;
mod mounts;
mod policy;
mod progress;
mod reactors;
mod refused;
mod run;
mod tailored;
mod version3;
mod versions;
mod walls;
mod wrapped;
mod writing;

use vfs_compose::FormChoice;

/// What holds for one form holds for the other.
const FORMS: [FormChoice; 2] = [FormChoice::Plugged, FormChoice::Linked];
