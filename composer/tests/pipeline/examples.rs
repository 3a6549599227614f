//! The examples: what they compose runs, and reads the files that they put in.

use std::io::{Read, Write};
use std::net::TcpStream;

use vfs_compose::{Composer, FormChoice};
use vfs_image::{Image, find};

use super::run::{End, Running};
use super::{FORMS, images, merging};

#[allow(dead_code, reason = "the test is not its user")]
#[path = "../../examples/archive.rs"]
mod archive;
#[allow(dead_code, reason = "the test is not its user")]
#[path = "../../examples/in_memory.rs"]
mod in_memory;
#[allow(dead_code, reason = "the test is not its user")]
#[path = "../../examples/service.rs"]
mod service;

/// Prints `/etc/motd`.
const APP: &str = r#"(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "etc/motd")
  (func (export "_start")
    (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 8)
      (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 0))
    (if (then unreachable))
    (i32.store (i32.const 16) (i32.const 1024))
    (i32.store (i32.const 20) (i32.const 4096))
    (call $read (i32.load (i32.const 0)) (i32.const 16) (i32.const 1) (i32.const 24))
    (if (then unreachable))
    (i32.store (i32.const 20) (i32.load (i32.const 24)))
    (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 28))
    (if (then unreachable))))"#;

fn app() -> Vec<u8> {
    wat::parse_str(APP).unwrap()
}

/// What the app prints.
fn printed(component: &[u8]) -> String {
    let ran = Running::new(component, |_| ()).run();
    assert_eq!(ran.end, End::Returned(Ok(())), "{}", ran.stderr);
    ran.stdout
}

#[test]
fn in_memory() {
    assert_eq!(printed(&in_memory::compose(app()).unwrap().to_bytes().unwrap()), "composed in memory\n");
}

/// An archive as tar(1) would write it.
fn tar() -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut add = |kind, path: &str, mode, target: Option<&str>, text: &str| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_mtime(1_700_000_000);
        header.set_size(text.len() as u64);
        match target {
            Some(target) => tar.append_link(&mut header, path, target).unwrap(),
            None => tar.append_data(&mut header, path, text.as_bytes()).unwrap(),
        }
    };
    add(tar::EntryType::Regular, "etc/real", 0o640, None, "from an archive\n");
    add(tar::EntryType::Directory, "etc/", 0o711, None, "");
    add(tar::EntryType::Link, "etc/motd", 0o640, Some("etc/real"), "");
    add(tar::EntryType::Symlink, "motd", 0o777, Some("etc/motd"), "");
    add(tar::EntryType::Regular, &format!("long/{}/x", "n".repeat(150)), 0o644, None, "");
    tar.into_inner().unwrap()
}

#[test]
fn from_an_archive() {
    let files = archive::files(&tar()[..]).unwrap();
    for form in FORMS {
        let composed = Composer::new(app()).files(files.clone()).form(form).compose().unwrap();
        assert_eq!(printed(&composed.to_bytes().unwrap()), "from an archive\n");
    }
    let bytes = images::pack(Composer::for_any_app().files(files)).unwrap();
    let image = Image::new(&bytes).unwrap();
    let (etc, motd) = (find(&image, b"etc").unwrap(), find(&image, b"etc/motd").unwrap());
    assert_eq!((etc.mode, motd.mode, motd.links, motd.modified.seconds), (0o711, 0o640, 2, 1_700_000_000));
    assert_eq!(merging::text(&bytes, "etc/real"), "from an archive\n");

    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Fifo);
    header.set_mode(0o644);
    header.set_size(0);
    header.set_mtime(0);
    tar.append_data(&mut header, "pipe", &b""[..]).unwrap();
    let error = archive::files(&tar.into_inner().unwrap()[..]).unwrap_err();
    assert_eq!(error.to_string(), "`pipe` cannot be put into an image: it is Fifo");
}

/// Sends a request, and returns status line and headers, and the body.
fn request(address: std::net::SocketAddr, request: &str, body: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(stream, "{request} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let body = answer.split_off(end + 4);
    (String::from_utf8(answer).unwrap(), body)
}

#[test]
fn on_request_in_a_service() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(service::serve(listener, app()));
    for text in ["first\n", "second\n"] {
        let (head, component) = request(address, "POST /etc/motd", text);
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        assert!(head.contains(&format!("content-length: {}\r\n", component.len())), "{head}");
        assert_eq!(printed(&component), text);
    }
    let (head, said) = request(address, "POST /etc/../motd", "");
    assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
    assert_eq!(String::from_utf8(said).unwrap(), "`/etc/../motd` has `..` in it, so no entry can be there\n");
    let (head, _) = request(address, "GET /etc/motd", "");
    assert!(head.starts_with("HTTP/1.1 405 ") && head.contains("allow: POST\r\n"), "{head}");
    runtime.shutdown_background();
}

#[test]
fn the_app_of_these_tests_reads_the_file() {
    // Without it, there is nothing to print.
    let composed = Composer::new(app()).form(FormChoice::Linked).compose().unwrap();
    let ran = Running::new(&composed.to_bytes().unwrap(), |_| ()).run();
    assert!(matches!(ran.end, End::Trapped(_)), "{:?}", ran.end);
}
