//! What a byte costs in one form and in the other.

use super::guest::{Per, Work};
use crate::lab::{App, Form, Lab};
use crate::row::Sample;
use anyhow::Result;

/// CPU time of reading plugged and linked.
pub fn forms(lab: &Lab, reads: &'static [&'static str]) -> Result<Sample> {
    let work = Work { arguments: reads, per: Per::Byte };
    let base = work.inside(lab, App::Loops, Form::Plugged)?.cpu;
    Ok(Sample { base: Some(base), vfs: work.inside(lab, App::Loops, Form::Linked)?.cpu, ..Sample::default() })
}
