//! A host that takes long about one file, in WASI 0.3: other tasks of the app use the tree meanwhile, at full speed.
//! `tests/guests/slow3` is the app.

use std::fs;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use tokio::sync::Notify;
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::guests;
use vfs_tests::wasmtime_host::{self, State, engine};
use wasmtime::component::{
    Access, Accessor, Component, Destination, FutureReader, Linker, Resource, StreamProducer, StreamReader,
    StreamResult, VecBuffer,
};
use wasmtime::{AsContextMut as _, StoreContextMut, format_err};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p3::bindings::CommandPre;
use wasmtime_wasi::p3::bindings::filesystem::types::{
    DescriptorFlags, DescriptorStat, ErrorCode, HostDescriptorWithStore, OpenFlags, PathFlags,
};
use wasmtime_wasi::p3::filesystem::FilesystemError;
use wasmtime_wasi::{FsPerms, WasiCtx};

use crate::made;

/// What `read-via-stream` returns.
type Streaming = (StreamReader<u8>, FutureReader<Result<(), ErrorCode>>);

/// The interface whose functions are slow.
const TYPES: &str = "wasi:filesystem/types@0.3.0";
/// How long a program may take.
const LIMIT: Duration = Duration::from_secs(60);

/// The function that is slow about the file `slow`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Slow {
    StatAt,
    OpenAt,
    ReadViaStream,
}

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for access in ["ro", "rw", "cow"] {
        for (name, slow, argument, said) in [
            ("stat-at", Slow::StatAt, "stat", "slow: 10 bytes"),
            ("open-at", Slow::OpenAt, "read", "slow: it is slow"),
            ("read-via-stream", Slow::ReadViaStream, "read", "slow: it is slow"),
            ("one-file-opened-twice", Slow::OpenAt, "same", "slow: same: true"),
            ("look-ups-of-one-file", Slow::StatAt, "same", "slow: same: true"),
        ] {
            let test = move || meanwhile(access, slow, argument, said).map_err(|error| format!("{error:#}").into());
            trials.push(Extent::Quick.trial(Trial::test(format!("slow::{access}::{name}"), test)));
        }
        for (name, slow) in [("stat-at", Slow::StatAt), ("open-at", Slow::OpenAt)] {
            let test = move || cancelled(access, slow).map_err(|error| format!("{error:#}").into());
            trials.push(Extent::Quick.trial(Trial::test(format!("slow::{access}::cancelled::{name}"), test)));
        }
    }
    trials
}

fn meanwhile(access: &str, slow: Slow, argument: &str, said: &str) -> Result<()> {
    let Ran { stdout, .. } = run(access, slow, argument)?;
    ensure!(stdout == format!("meanwhile: all\n{said}\n"), "{stdout}");
    Ok(())
}

/// What the host opened for calls that were dropped is closed.
fn cancelled(access: &str, slow: Slow) -> Result<()> {
    let Ran { stdout, still_open } = run(access, slow, "cancelled")?;
    ensure!(stdout == "after them: it is slow\n", "{stdout}");
    ensure!(still_open == 0, "{still_open} are still open");
    Ok(())
}

struct Ran {
    stdout: String,
    /// How often the file `slow` is open when the app asks about `look`.
    still_open: usize,
}

/// The host.
struct Host {
    slow: Slow,
    goes_on: Notify,
    has_gone_on: AtomicBool,
    /// The handles of the file `slow`.
    handles: Mutex<Vec<u32>>,
    data: std::path::PathBuf,
    still_open: AtomicUsize,
}

impl Host {
    /// Waits where a function is slow.
    async fn take_time(&self, function: Slow, path: &str) {
        match path {
            "go-on" => {
                self.has_gone_on.store(true, Ordering::Relaxed);
                self.goes_on.notify_waiters();
            }
            "look" => self.still_open.store(count_open(&self.data.join("slow")), Ordering::Relaxed),
            "slow" if function == self.slow => self.wait().await,
            // Not at once, either.
            _ => tokio::task::yield_now().await,
        }
    }

    async fn wait(&self) {
        let goes_on = self.goes_on.notified();
        if !self.has_gone_on.load(Ordering::Relaxed) {
            goes_on.await;
        }
    }

    fn add_to(self: &Arc<Self>, linker: &mut Linker<State>) -> wasmtime::Result<()> {
        linker.allow_shadowing(true);
        let mut types = linker.instance(TYPES)?;
        let host = Arc::clone(self);
        type StatAt = (Resource<Descriptor>, PathFlags, String);
        types.func_wrap_concurrent("[method]descriptor.stat-at", move |store, (at, flags, path): StatAt| {
            let host = Arc::clone(&host);
            Box::pin(async move {
                host.take_time(Slow::StatAt, &path).await;
                let stat: Result<DescriptorStat, _> = WasiFilesystem::stat_at(&files(store), at, flags, path).await;
                Ok((told(stat)?,))
            })
        })?;
        let host = Arc::clone(self);
        type OpenAt = (Resource<Descriptor>, PathFlags, String, OpenFlags, DescriptorFlags);
        types.func_wrap_concurrent(
            "[method]descriptor.open-at",
            move |store, (at, follow, path, open, flags): OpenAt| {
                let host = Arc::clone(&host);
                Box::pin(async move {
                    host.take_time(Slow::OpenAt, &path).await;
                    let is_slow = path == "slow";
                    let opened = told(WasiFilesystem::open_at(&files(store), at, follow, path, open, flags).await)?;
                    if is_slow && let Ok(opened) = &opened {
                        host.handles.lock().unwrap().push(opened.rep());
                    }
                    Ok((opened,))
                })
            },
        )?;
        let host = Arc::clone(self);
        types.func_wrap(
            "[method]descriptor.read-via-stream",
            move |mut store: StoreContextMut<'_, State>, (file, offset): (Resource<Descriptor>, u64)| {
                // The number may be that of another file afterwards.
                let slow = host.handles.lock().unwrap().extract_if(.., |handle| *handle == file.rep()).count();
                if host.slow == Slow::ReadViaStream && slow > 0 {
                    return Ok((host.slow_stream(store)?,));
                }
                let access = Access::<State, WasiFilesystem>::new(store.as_context_mut(), State::filesystem);
                Ok((WasiFilesystem::read_via_stream(access, file, offset)?,))
            },
        )
    }

    fn slow_stream(self: &Arc<Self>, mut store: StoreContextMut<'_, State>) -> wasmtime::Result<Streaming> {
        let host = Arc::clone(self);
        let waiting = Box::pin(async move { host.wait().await });
        let reader = StreamReader::new(&mut store, Late { waiting, is_given: false })?;
        Ok((reader, FutureReader::new(&mut store, async { wasmtime::error::Ok(Ok(())) })?))
    }
}

/// A stream whose bytes come late.
struct Late {
    waiting: Pin<Box<dyn Future<Output = ()> + Send>>,
    is_given: bool,
}

impl StreamProducer<State> for Late {
    type Item = u8;
    type Buffer = VecBuffer<u8>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        _store: StoreContextMut<'a, State>,
        mut destination: Destination<'a, u8, Self::Buffer>,
        finish: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        if self.is_given {
            return Poll::Ready(Ok(StreamResult::Dropped));
        }
        match self.waiting.as_mut().poll(context) {
            Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
            Poll::Pending => return Poll::Pending,
            Poll::Ready(()) => {}
        }
        self.is_given = true;
        self.waiting = Box::pin(async {});
        destination.set_buffer(b"it is slow".to_vec().into());
        Poll::Ready(Ok(StreamResult::Completed))
    }
}

fn files(store: &Accessor<State>) -> Accessor<State, WasiFilesystem> {
    store.with_getter::<WasiFilesystem>(State::filesystem)
}

fn told<T>(result: Result<T, FilesystemError>) -> wasmtime::Result<Result<T, ErrorCode>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(error) => Ok(Err(error.downcast()?)),
    }
}

/// How often this process has a file open.
fn count_open(file: &Path) -> usize {
    let open = fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    open.filter(|entry| fs::read_link(entry.path()).is_ok_and(|target| target == file)).count()
}

/// Runs the app with an argument, and a host that is slow.
fn run(access: &str, slow: Slow, argument: &str) -> Result<Ran> {
    let flag = format!("--host-dir=data::/m,{access}");
    let fill = |image: &Path| Ok(fs::write(image.join("file"), "of the image")?);
    let app = fs::read(made::composed("slow3", || guests::named("slow3"), Form::Plugged, fill, &[&flag])?)?;
    let data = TempDir::new()?;
    fs::write(data.path().join("fast"), "fast")?;
    fs::write(data.path().join("slow"), "it is slow")?;
    let host = Arc::new(Host {
        slow,
        goes_on: Notify::new(),
        has_gone_on: false.into(),
        handles: Mutex::default(),
        data: data.path().canonicalize()?,
        still_open: 0.into(),
    });
    let (stdout, stderr) = wasmtime_host::pipes();
    let mut wasi = WasiCtx::builder();
    wasi.args(&["app.wasm", argument]).stdout(stdout.clone()).stderr(stderr.clone());
    wasi.preopened_dir(data.path(), "data", FsPerms::ReadWrite).map_err(|error| anyhow!("{error:?}"))?;
    let store = wasmtime_host::store_in(wasi.build());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let ended = to_the_end(&app, store, &host);
        tokio::time::timeout(LIMIT, ended).await.unwrap_or_else(|_| Err(format_err!("it does not end")))
    });
    let [stdout, stderr] = [stdout, stderr].map(|pipe| String::from_utf8_lossy(&pipe.contents()).into_owned());
    let ended = ended.map_err(|error| anyhow!("{error:?}\n{stdout}{stderr}"))?;
    ensure!(ended.is_ok() && stderr.is_empty(), "{ended:?}\n{stdout}{stderr}");
    Ok(Ran { stdout, still_open: host.still_open.load(Ordering::Relaxed) })
}

async fn to_the_end(
    app: &[u8],
    mut store: wasmtime::Store<State>,
    host: &Arc<Host>,
) -> wasmtime::Result<Result<(), ()>> {
    let component = Component::new(engine(), app)?;
    let mut linker = Linker::new(engine());
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    host.add_to(&mut linker)?;
    let command = CommandPre::new(linker.instantiate_pre(&component)?)?.instantiate_async(&mut store).await?;
    store.run_concurrent(async |store| command.wasi_cli_run().call_run(store).await).await?
}
