//! Writing contents.

use super::{bytes, operation};
use crate::row::Row;
use crate::row::Target::{Faster, Gain};

pub const ROWS: &[Row] = &[
    operation("append 100 bytes", &["append", "/log", "4000"], Faster(7.0), Faster(20.0)),
    bytes("write 16 MiB in 4 KiB pieces", &["write", "/new", "4096", "16777216", "8"], Faster(7.0), Faster(10.0)),
    bytes("write 16 MiB in 64 KiB pieces", &["write", "/new", "65536", "16777216", "4"], Gain, Faster(2.0)),
    bytes("write 16 MiB in 1 MiB pieces", &["write", "/new", "1048576", "16777216", "4"], Gain, Gain),
];
