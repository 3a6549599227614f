//! Starting, and what a run needs.

use super::abi::LINKED;
use super::{HOST, report};
use crate::lab::{App, Form, Lab};
use crate::measure::{memory, start};
use crate::row::Measure::{Forms, Other};
use crate::row::Unit::{MiB, Micros, NsPerOp};
use crate::row::{Row, Sample, Target};
use crate::trees::Tree;
use anyhow::Result;

/// An image of 200 MiB.
const LARGE: Tree = Tree::OneFile(200);

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
    preview1("start, preview1 linked, 20 MB of data", |lab| {
        start::instantiate_preview1(lab, App::LargePublished, App::LargeOfPreview1, Tree::Tiny)
    }),
    preview1("start, preview1 linked, image of 200 MiB", |lab| {
        start::instantiate_preview1(lab, App::LoopsPublished, App::LoopsOfPreview1, LARGE)
    }),
    preview1("start, preview1 linked, 20 MB of data and image of 200 MiB", |lab| {
        start::instantiate_preview1(lab, App::LargePublished, App::LargeOfPreview1, LARGE)
    }),
    Row {
        against: "the published adapter",
        // The engine makes one more memory, that of over-wasi.
        target: Target::Over(15.0),
        ..preview1("start, preview1 adapted, 20 MB of data", |lab| {
            start::instantiate_adapted(lab, App::LargePublished, App::LargeAdapted)
        })
    },
    Row { unit: NsPerOp, ..preview1("after start, preview1 linked, CPU of only computing", start::compute_preview1) },
    Row {
        name: "memory of a run that reads one file, image of 256 MiB",
        against: "an image of 1 MiB",
        unit: MiB,
        target: Target::Over(1.0),
        linked: Target::None,
        measure: Other(memory::one_file),
    },
];

/// As much as the other side, by what two equal sides differ by on a quiet machine.
const EQUAL: Target = Target::Times(1.05);

/// Costs no more than through the published adapter.
const fn preview1(name: &'static str, measure: fn(&Lab) -> Result<Sample>) -> Row {
    Row { name, against: LINKED, unit: Micros, target: EQUAL, linked: Target::None, measure: Other(measure) }
}
