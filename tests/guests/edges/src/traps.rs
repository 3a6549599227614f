//! What no bindings let a program do, and the component model answers with a trap. Each ends the program: they are run one by one.

use check::{Behaviour, Outcome};
use wasip2::filesystem::types::{Descriptor, DirectoryEntryStream};
use wasip2::io::poll::{Pollable, poll};
use wasip2::io::streams::{InputStream, OutputStream};

use crate::tree::{file, open, root};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("stale_descriptor", stale_descriptor),
    ("stale_input_stream", stale_input_stream),
    ("stale_output_stream", stale_output_stream),
    ("stale_directory_entry_stream", stale_directory_entry_stream),
    ("stale_pollable", stale_pollable),
    ("stale_in_a_poll", stale_in_a_poll),
    ("dropped_twice", dropped_twice),
    ("dropped_as_another_kind", dropped_as_another_kind),
    ("another_kind", another_kind),
    ("never_given", never_given),
    ("marked_and_never_given", marked_and_never_given),
    ("malformed_path", malformed_path),
    ("malformed_new_name", malformed_new_name),
    ("malformed_target", malformed_target),
];

/// What comes now is expected to be the end.
fn now() {
    println!("now");
}

/// The number of a handle that is dropped.
macro_rules! stale {
    ($kind:ty, $handle:expr) => {{
        // First, for printing takes handles too, and numbers are used again.
        now();
        let handle = $handle;
        let number = handle.handle();
        drop(handle);
        // SAFETY: a wrong number harms nobody but this program.
        unsafe { <$kind>::from_handle(number) }
    }};
}

fn stale_descriptor() -> Outcome {
    stale!(Descriptor, root()).stat()?;
    Ok(())
}

fn stale_input_stream() -> Outcome {
    drop(stale!(InputStream, open(&root(), "hello.txt")?.read_via_stream(0)?).read(1));
    Ok(())
}

fn stale_output_stream() -> Outcome {
    drop(stale!(OutputStream, file(&root(), "w/file")?.write_via_stream(0)?).blocking_write_and_flush(b"x"));
    Ok(())
}

fn stale_directory_entry_stream() -> Outcome {
    stale!(DirectoryEntryStream, root().read_directory()?).read_directory_entry()?;
    Ok(())
}

fn stale_pollable() -> Outcome {
    let stream = open(&root(), "hello.txt")?.read_via_stream(0)?;
    stale!(Pollable, stream.subscribe()).block();
    Ok(())
}

fn stale_in_a_poll() -> Outcome {
    let stream = open(&root(), "hello.txt")?.read_via_stream(0)?;
    let good = stream.subscribe();
    poll(&[&good, &stale!(Pollable, stream.subscribe())]);
    Ok(())
}

fn dropped_twice() -> Outcome {
    drop(stale!(Descriptor, root()));
    Ok(())
}

fn dropped_as_another_kind() -> Outcome {
    let number = root().take_handle();
    now();
    // SAFETY: as above.
    drop(unsafe { DirectoryEntryStream::from_handle(number) });
    Ok(())
}

fn another_kind() -> Outcome {
    let number = root().take_handle();
    now();
    // SAFETY: as above.
    unsafe { DirectoryEntryStream::from_handle(number) }.read_directory_entry()?;
    Ok(())
}

fn never_given() -> Outcome {
    now();
    // SAFETY: as above.
    unsafe { Descriptor::from_handle(12_345) }.stat()?;
    Ok(())
}

/// In the linked form bit 30 says that a handle is the filesystem's.
fn marked_and_never_given() -> Outcome {
    now();
    // SAFETY: as above.
    unsafe { InputStream::from_handle(1 << 30 | 12_345) }.read(1).map(drop).map_err(|_| check::Saw("an answer".into()))
}

/// Text that is not UTF-8.
fn malformed() -> &'static str {
    now();
    // SAFETY: it is only passed on; that is what this is about.
    unsafe { std::str::from_utf8_unchecked(std::hint::black_box(&b"w/\xff\xfe"[..])) }
}

fn malformed_path() -> Outcome {
    root().create_directory_at(malformed())?;
    Ok(())
}

fn malformed_new_name() -> Outcome {
    let root = root();
    root.rename_at("hello.txt", &root, malformed())?;
    Ok(())
}

fn malformed_target() -> Outcome {
    root().symlink_at(malformed(), "w/link")?;
    Ok(())
}
