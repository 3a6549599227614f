//! The image is never parsed, copied or indexed at start.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::host::Invocation;
use vfs_tests::wasmtime_host::{self, Granted, Prepared};
use vfs_tests::{guests, wasmtime_host::engine};
use wasmparser::{DataKind, Operator, Parser, Payload};
use wasmtime::component::Component;
use wasmtime_wasi::p2::bindings::sync::CommandPre;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

use crate::apps;

/// What hosts map into memory.
const PAGE: u64 = 4 << 10;

/// A small file and a large one without a zero in it.
fn image(large: usize) -> Result<TempDir> {
    let image = apps::image()?;
    let mut file = BufWriter::new(File::create(image.path().join("large.bin"))?);
    let pattern: Vec<u8> = (0..65521u32).map(|n| (n % 255) as u8 + 1).collect();
    let mut left = large;
    while left > 0 {
        let piece = left.min(pattern.len());
        file.write_all(&pattern[..piece])?;
        left -= piece;
    }
    file.flush()?;
    Ok(image)
}

#[test]
fn image_is_an_active_segment_on_pages_of_its_own() -> Result<()> {
    apps::in_both_forms(|form| {
        let image = image(3 << 20)?;
        let component = apps::composed(form, &guests::named("process")?, image.path(), &[])?;
        let mut found = Vec::new();
        for payload in Parser::new(0).parse_all(&component) {
            let Payload::DataSection(segments) = payload? else { continue };
            for segment in segments {
                let segment = segment?;
                if segment.data.len() < 3 << 20 {
                    continue;
                }
                let DataKind::Active { offset_expr, .. } = segment.kind else {
                    anyhow::bail!("the image is a passive segment")
                };
                let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
                    anyhow::bail!("the image's place is not constant")
                };
                found.push(u64::from(value as u32));
            }
        }
        ensure!(found.len() == 1, "{} segments are as large as the image", found.len());
        ensure!(found[0] % PAGE == 0, "the image begins in the middle of a page, at {}", found[0]);
        Ok(())
    })
}

/// Compiled ahead, as hosts do that start an app often.
struct Compiled {
    _directory: TempDir,
    pre: CommandPre<wasmtime_host::State>,
}

impl Compiled {
    fn new(form: Form, large: usize) -> Result<Self> {
        let image = image(large)?;
        let component = apps::composed(form, &guests::named("process")?, image.path(), &[])?;
        let directory = TempDir::new()?;
        let path = directory.path().join("app.cwasm");
        let plain = |error: wasmtime::Error| anyhow::anyhow!("{error:?}");
        fs::write(&path, engine().precompile_component(&component).map_err(plain)?)?;
        // The file was made by this engine a moment ago, and nobody else knows it.
        #[allow(unsafe_code, clippy::undocumented_unsafe_blocks)]
        let component = unsafe { Component::deserialize_file(engine(), &path) }.map_err(plain)?;
        let linker = wasmtime_host::linker().map_err(plain)?;
        let pre = linker.instantiate_pre(&component).and_then(CommandPre::new).map_err(plain)?;
        Ok(Self { _directory: directory, pre })
    }

    fn start(&self) -> Result<Duration> {
        let invocation = Invocation::with_args(["cat", "/hello.txt"]);
        let (stdout, stderr) = (MemoryOutputPipe::new(1 << 20), MemoryOutputPipe::new(1 << 20));
        let run = || -> wasmtime::Result<Duration> {
            let mut store = wasmtime_host::store(&invocation, Granted::Nothing, stdout.clone(), stderr)?;
            let start = Instant::now();
            let app = self.pre.instantiate(&mut store)?;
            let took = start.elapsed();
            app.wasi_cli_run().call_run(&mut store)?.expect("the program succeeds");
            Ok(took)
        };
        let took = run().map_err(|error| anyhow::anyhow!("{error:?}"))?;
        ensure!(stdout.contents() == "hello, image\n".as_bytes(), "the small file cannot be read");
        Ok(took)
    }
}

/// Bytes of this process that are in memory.
fn resident() -> Result<u64> {
    let text = fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = text.split(' ').nth(1).context("`statm` has a second field")?.parse()?;
    Ok(pages * 4096)
}

#[test]
#[cfg(target_os = "linux")]
fn start_and_memory_do_not_depend_on_the_size_of_the_image() -> Result<()> {
    apps::in_both_forms(|form| {
        const SMALL: usize = 1 << 20;
        const LARGE: usize = 128 << 20;
        let (small, large) = (Compiled::new(form, SMALL)?, Compiled::new(form, LARGE)?);
        small.start()?;
        let before = resident()?;
        large.start()?;
        let grown = resident()?.saturating_sub(before);
        ensure!(grown < (LARGE / 4) as u64, "a run that touches one small file holds {grown} bytes more in memory");

        // The fastest of many: other processes only ever make it slower.
        let (mut least_small, mut least_large) = (Duration::MAX, Duration::MAX);
        for _ in 0..40 {
            least_small = least_small.min(small.start()?);
            least_large = least_large.min(large.start()?);
        }
        ensure!(
            least_large < least_small * 2 + Duration::from_micros(100),
            "instantiation takes {least_large:?} with a large image and {least_small:?} with a small one"
        );
        Ok(())
    })
}

/// A stream of WASI 0.3 lends what lies in the image. The program keeps one piece at a time.
#[test]
fn a_file_that_is_read_as_a_stream_is_not_copied() -> Result<()> {
    const LARGE: usize = 64 << 20;
    const MOST: usize = 2 << 20;
    let image = image(LARGE)?;
    let composed = apps::composed(Form::Plugged, &guests::named("streams3")?, image.path(), &[])?;
    let program = Prepared::new(&composed)?;
    let held = |arguments: &[&str], expected: &str| -> Result<usize> {
        let invocation = Invocation::with_args(arguments.iter().copied());
        let (output, held) = program.run_in_memory(&invocation, usize::MAX)?;
        ensure!(output.exit == 0 && output.stdout == expected, "{output:?}");
        Ok(held)
    };
    // Another one that opens a file and writes to it.
    let (without, with) = (held(&["left-open"], "")?, held(&["large"], &format!("{LARGE}\n"))?);
    ensure!(with < without + MOST, "reading {LARGE} bytes holds {with} bytes, {without} without");
    Ok(())
}
