//! The guest's loops on a directory of the host: given to the app, and in the tree of a composed app.

use super::boundary::{self, Order};
use super::guest::{Per, Work};
use super::{Cost, interleaved};
use crate::lab::{App, Form, Lab};
use crate::row::{Sample, Samples};
use anyhow::Result;

/// What an app can do with the directory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Access {
    /// Read.
    ReadOnly,
    /// Change it.
    ReadWrite,
    /// Change a copy.
    CopyOnWrite,
}

impl Access {
    /// The word for it in `--host-dir`.
    pub fn word(self) -> &'static str {
        match self {
            Self::ReadOnly => "ro",
            Self::ReadWrite => "rw",
            Self::CopyOnWrite => "cow",
        }
    }
}

/// A loop, and what the app can do.
pub struct Loop {
    /// The loop.
    pub work: Work<'static>,
    /// What the app can do with the directory.
    pub access: Access,
}

impl Loop {
    /// Once on the host directory, once in each form.
    pub fn sample(&self, lab: &Lab, round: usize) -> Result<Samples> {
        let mounted = |form: Form| -> Result<Cost> {
            let wasm = lab.mounted(App::Loops, self.access, form)?;
            self.work.in_directory(lab, &wasm)
        };
        interleaved(round, || self.work.on_host(lab, App::Loops), mounted)
    }
}

/// A loop through WASI 0.3, on the host directory and with it in the tree.
pub fn through_p3(lab: &Lab, arguments: &'static [&'static str], per: Per) -> Result<Sample> {
    let work = Work { arguments, per };
    let host = work.on_host(lab, App::LoopsOfP3)?;
    let vfs = work.in_directory(lab, &lab.mounted(App::LoopsOfP3, Access::ReadWrite, Form::Plugged)?)?;
    Ok(Sample::of(host, vfs))
}

/// CPU time of reading plugged, in pieces of so many bytes, against reading the host directory and the bare boundary.
pub fn against_boundary(lab: &Lab, piece: u32, reads: &'static [&'static str]) -> Result<Sample> {
    let work = Work { arguments: reads, per: Per::Byte };
    let host = work.on_host(lab, App::Loops)?.cpu;
    let base = Some(host + boundary::of_byte(lab, Order::Sequential, piece)?);
    let vfs = work.in_directory(lab, &lab.mounted(App::Loops, Access::ReadWrite, Form::Plugged)?)?.cpu;
    Ok(Sample { base, vfs, ..Sample::default() })
}
