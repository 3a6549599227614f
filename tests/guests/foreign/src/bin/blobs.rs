//! `wasi:blobstore` beside files: objects become files and files objects, through the streams of both.

use std::fs;
use std::io::{self, Read, Write};

use check::{Behaviour, Outcome, Saw, holds, same};
use wasi::blobstore::blobstore::{container_exists, copy_object, create_container, delete_container, get_container};
use wasi::blobstore::container::Container;
use wasi::blobstore::types::{IncomingValue, ObjectId, OutgoingValue};

include!(concat!(env!("OUT_DIR"), "/blobs.rs"));

const BEHAVIOURS: &[Behaviour] = &[
    ("containers", containers),
    ("file_to_object_and_back", file_to_object_and_back),
    ("object_at_once", object_at_once),
    ("part_of_an_object", part_of_an_object),
    ("written_file_to_object", written_file_to_object),
    ("listed_copied_and_deleted", listed_copied_and_deleted),
    ("several_streams_at_once", several_streams_at_once),
    ("no_such_object", no_such_object),
];

fn main() -> std::process::ExitCode {
    check::run(&[("blobs", BEHAVIOURS)])
}

/// What the store said.
fn said(error: String) -> Saw {
    Saw(error)
}

fn containers() -> Outcome {
    let made = create_container("made").map_err(said)?;
    same(made.name(), Ok("made".to_owned()))?;
    same(made.info().map_err(said)?.name, "made")?;
    same(container_exists("made"), Ok(true))?;
    drop(made);
    get_container("made").map_err(said)?;
    delete_container("made").map_err(said)?;
    same(container_exists("made"), Ok(false))?;
    holds(get_container("made").is_err(), "it is gone")
}

/// Makes an object of all that `from` holds.
fn put(container: &Container, name: &str, mut from: impl Read) -> Outcome {
    let value = OutgoingValue::new_outgoing_value();
    let mut body = value.outgoing_value_write_body().map_err(|()| Saw("no body".into()))?;
    container.write_data(name, &value).map_err(said)?;
    io::copy(&mut from, &mut body)?;
    Write::flush(&mut body)?;
    drop(body);
    OutgoingValue::finish(value).map_err(said)
}

/// The stream of an object, of which `end` is the last byte.
fn get(container: &Container, name: &str, end: u64) -> Result<wasip2::io::streams::InputStream, Saw> {
    let value = container.get_data(name, 0, end).map_err(said)?;
    IncomingValue::incoming_value_consume_async(value).map_err(said)
}

fn file_to_object_and_back() -> Outcome {
    let container = create_container("back").map_err(said)?;
    put(&container, "big", fs::File::open("/big.bin")?)?;
    same(container.object_info("big").map_err(said)?.size, 300_007)?;
    io::copy(&mut get(&container, "big", u64::MAX)?, &mut fs::File::create("/back")?)?;
    holds(fs::read("/back")? == fs::read("/big.bin")?, "the file is what the object was")
}

fn object_at_once() -> Outcome {
    let container = create_container("at-once").map_err(said)?;
    put(&container, "hello", fs::File::open("/hello.txt")?)?;
    let value = container.get_data("hello", 0, u64::MAX).map_err(said)?;
    same(value.size(), 13)?;
    same(IncomingValue::incoming_value_consume_sync(value).map_err(said)?, b"hello, image\n")
}

fn part_of_an_object() -> Outcome {
    let container = create_container("part").map_err(said)?;
    put(&container, "hello", fs::File::open("/hello.txt")?)?;
    let mut text = String::new();
    get(&container, "hello", 4)?.read_to_string(&mut text)?;
    same(text, "hello")
}

fn written_file_to_object() -> Outcome {
    let container = create_container("written").map_err(said)?;
    fs::write("/written", "not of the image")?;
    put(&container, "written", fs::File::open("/written")?)?;
    fs::remove_file("/written")?;
    let mut text = String::new();
    get(&container, "written", u64::MAX)?.read_to_string(&mut text)?;
    same(text, "not of the image")
}

fn listed_copied_and_deleted() -> Outcome {
    let container = create_container("listed").map_err(said)?;
    for name in ["one", "two", "three"] {
        put(&container, name, fs::File::open("/hello.txt")?)?;
    }
    let id = |object: &str| ObjectId { container: "listed".into(), object: object.into() };
    copy_object(&id("one"), &id("four")).map_err(said)?;
    container.delete_objects(&["one".to_owned(), "three".to_owned()]).map_err(said)?;
    let names = container.list_objects().map_err(said)?;
    same(names.read_stream_object_names(10).map_err(said)?, (vec!["four".to_owned(), "two".to_owned()], true))?;
    same(container.has_object("one"), Ok(false))?;
    container.clear().map_err(said)?;
    same(container.has_object("two"), Ok(false))
}

/// Streams of the store and of files, each read a little in turn.
fn several_streams_at_once() -> Outcome {
    let container = create_container("several").map_err(said)?;
    put(&container, "hello", fs::File::open("/hello.txt")?)?;
    let (mut one, mut other) = (get(&container, "hello", u64::MAX)?, get(&container, "hello", u64::MAX)?);
    let mut file = fs::File::open("/hello.txt")?;
    for byte in b"hello, image\n" {
        for stream in [&mut one as &mut dyn Read, &mut file, &mut other] {
            let mut read = [0];
            stream.read_exact(&mut read)?;
            same(read, [*byte])?;
        }
    }
    Ok(())
}

fn no_such_object() -> Outcome {
    let container = create_container("none").map_err(said)?;
    same(container.get_data("none", 0, 1).err(), Some("no object `none`".to_owned()))
}
