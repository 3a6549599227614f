//! Bytes of what is made.

use super::report;
use crate::lab::{App, Form};
use crate::measure::size;
use crate::row::Measure::Slow;
use crate::row::Unit::Bytes;
use crate::row::{Row, Target};
use crate::trees::Tree;

pub const ROWS: &[Row] = &[
    report("bytes added, linked, to an app that only reads", "the bare app and the image", Bytes, |lab| {
        size::added(lab, App::Reader, Form::Linked)
    }),
    report("bytes added, linked, to an app that imports everything", "the bare app and the image", Bytes, |lab| {
        size::added(lab, App::Everything, Form::Linked)
    }),
    Row {
        name: "bytes added to an app that only reads",
        against: "the bare app and the image",
        unit: Bytes,
        target: Target::AtMost(120.0 * 1024.0),
        linked: Target::None,
        measure: Slow(|lab| size::added(lab, App::Reader, Form::Plugged)),
    },
    Row {
        name: "bytes added to an app that imports everything",
        against: "the bare app and the image",
        unit: Bytes,
        target: Target::AtMost(220.0 * 1024.0),
        linked: Target::None,
        measure: Slow(|lab| size::added(lab, App::Everything, Form::Plugged)),
    },
    Row {
        name: "bytes added besides the image, 1,000 files",
        against: "one file",
        unit: Bytes,
        target: Target::Over(64.0),
        linked: Target::None,
        measure: Slow(size::added_per_file),
    },
    Row {
        name: "image of 1,000 files of 1 KiB",
        against: "mkfs.erofs",
        unit: Bytes,
        target: Target::Times(1.01),
        linked: Target::None,
        measure: Slow(|lab| size::image(lab, Tree::SmallFiles(1_000))),
    },
    Row {
        name: "image of CPython's library",
        against: "mkfs.erofs",
        unit: Bytes,
        target: Target::Times(1.01),
        linked: Target::None,
        measure: Slow(|lab| size::image(lab, Tree::Python)),
    },
];
