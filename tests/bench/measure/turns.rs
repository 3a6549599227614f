//! The engine's own limit: a stream and a future of another component, with nothing on either side.

use super::guest::{Per, Work};
use crate::engine::in_engine;
use crate::lab::{App, Form, Lab};
use crate::row::Sample;
use anyhow::Result;
use std::time::{Duration, Instant};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

/// How often one measurement reads a few bytes.
const TIMES: u32 = 20_000;

/// Opening, reading 64 bytes and closing through WASI 0.3, composed, against what the engine needs for that stream and future alone.
pub fn against_open(lab: &Lab) -> Result<Sample> {
    let bare = tokio::runtime::Builder::new_current_thread().build()?.block_on(bare(&lab.host.engine));
    let bare = bare.map_err(in_engine)?.as_nanos() as f64 / f64::from(TIMES);
    let open = Work { arguments: &["open", "/d1000", "1000", "20000"], per: Per::Operation };
    let vfs = open.inside(lab, App::LoopsOfP3, Form::Plugged)?.wall;
    Ok(Sample { base: Some(bare), vfs, ..Sample::default() })
}

/// Time for [`TIMES`] of them.
async fn bare(engine: &Engine) -> wasmtime::Result<Duration> {
    let component = Component::new(engine, wat::parse_str(include_str!("turns.wat"))?)?;
    let mut store = Store::new(engine, ());
    let instance = Linker::new(engine).instantiate_async(&mut store, &component).await?;
    let run = instance.get_typed_func::<(u32,), ()>(&mut store, "run")?;
    store
        .run_concurrent(async |accessor| {
            run.call_concurrent(accessor, (1,)).await?;
            let start = Instant::now();
            run.call_concurrent(accessor, (TIMES,)).await?;
            Ok(start.elapsed())
        })
        .await?
}
