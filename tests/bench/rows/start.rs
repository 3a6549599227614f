//! Starting, and what a run needs.

use super::{HOST, report};
use crate::lab::Form;
use crate::measure::{memory, start};
use crate::row::Measure::{Forms, Other};
use crate::row::Unit::{MiB, Micros};
use crate::row::{Row, Target};

pub const ROWS: &[Row] = &[
    Row {
        name: "first filesystem call after start",
        against: HOST,
        unit: Micros,
        target: Target::AtMost(30.0),
        linked: Target::None,
        measure: Forms(start::first_call),
    },
    Row {
        name: "instantiate, image of 1 MiB",
        against: "the bare app",
        unit: Micros,
        target: Target::Over(100.0),
        linked: Target::None,
        measure: Other(|lab| start::instantiate_over_bare(lab, Form::Plugged)),
    },
    Row {
        name: "instantiate, image of 256 MiB",
        against: "an image of 1 MiB",
        unit: Micros,
        target: Target::Times(1.2),
        linked: Target::None,
        measure: Other(|lab| start::instantiate_by_image_size(lab, Form::Plugged)),
    },
    report("instantiate linked, image of 1 MiB", "the bare app", Micros, |lab| {
        start::instantiate_over_bare(lab, Form::Linked)
    }),
    report("instantiate linked, image of 256 MiB", "an image of 1 MiB", Micros, |lab| {
        start::instantiate_by_image_size(lab, Form::Linked)
    }),
    Row {
        name: "memory of a run that reads one file, image of 256 MiB",
        against: "an image of 1 MiB",
        unit: MiB,
        target: Target::Over(1.0),
        linked: Target::None,
        measure: Other(memory::one_file),
    },
];
