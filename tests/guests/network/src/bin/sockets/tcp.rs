//! TCP of the standard library, with files on this side of it.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

use crate::files::{contents, told};
use check::{Behaviour, Outcome, Saw, holds, same};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("file_there_and_back", file_there_and_back),
    ("large_file_there_and_back", large_file_there_and_back),
    ("half_closed", half_closed),
    ("serves_a_caller", serves_a_caller),
    ("serves_several_callers", serves_several_callers),
    ("calls_itself", calls_itself),
    ("nobody_listens", nobody_listens),
    ("address_in_use", address_in_use),
    ("options", options),
];

/// A connection on which this was asked of the peer.
fn peer(request: &str) -> Result<TcpStream, Saw> {
    let mut stream = TcpStream::connect(told("TCP_PEER")?)?;
    stream.write_all(format!("{request}\n").as_bytes())?;
    Ok(stream)
}

fn file_there_and_back() -> Outcome {
    let mut stream = peer("echo")?;
    io::copy(&mut File::open("/hello.txt")?, &mut stream)?;
    stream.shutdown(Shutdown::Write)?;
    io::copy(&mut stream, &mut File::create("/there_and_back")?)?;
    same(contents("/there_and_back")?, b"hello, image\n")
}

fn large_file_there_and_back() -> Outcome {
    let (mut stream, mut from) = (peer("echo")?, File::open("/big.bin")?);
    let mut to = File::create("/large")?;
    // Not all at once: both sides would wait for the other to read.
    let mut chunk = vec![0; 1 << 14];
    loop {
        let size = from.read(&mut chunk)?;
        if size == 0 {
            break;
        }
        stream.write_all(&chunk[..size])?;
        stream.read_exact(&mut chunk[..size])?;
        to.write_all(&chunk[..size])?;
    }
    holds(contents("/large")? == contents("/big.bin")?, "the copy is the same")
}

fn half_closed() -> Outcome {
    let mut stream = peer("length")?;
    stream.write_all(&fs::read("/hello.txt")?)?;
    stream.shutdown(Shutdown::Write)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    same(answer, "13\n")
}

/// Answers one connection with the file that its first line names.
fn serve(listener: &TcpListener) -> Result<String, Saw> {
    let (stream, from) = listener.accept()?;
    holds(from.ip().is_loopback(), "the caller is on this machine")?;
    let mut name = String::new();
    BufReader::new(&stream).read_line(&mut name)?;
    io::copy(&mut File::open(name.trim_end())?, &mut &stream)?;
    Ok(name)
}

fn serves_a_caller() -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut caller = peer(&format!("call {} /hello.txt", listener.local_addr()?.port()))?;
    same(serve(&listener)?, "/hello.txt\n")?;
    let mut received = String::new();
    caller.read_to_string(&mut received)?;
    same(received, "hello, image\n")
}

fn serves_several_callers() -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    fs::write("/written.txt", "written before it is served\n")?;
    for (path, text) in [("/written.txt", "written before it is served\n"), ("/hello.txt", "hello, image\n")] {
        let mut caller = peer(&format!("call {} {path}", listener.local_addr()?.port()))?;
        serve(&listener)?;
        let mut received = String::new();
        caller.read_to_string(&mut received)?;
        same(received, text)?;
    }
    Ok(())
}

fn calls_itself() -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut out = TcpStream::connect(listener.local_addr()?)?;
    let (mut back, from) = listener.accept()?;
    same(from, out.local_addr()?)?;
    same(out.peer_addr()?, listener.local_addr()?)?;
    out.write_all(b"to myself")?;
    drop(out);
    let mut text = String::new();
    back.read_to_string(&mut text)?;
    same(text, "to myself")
}

fn nobody_listens() -> Outcome {
    // The port was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    same(TcpStream::connect(address).err().map(|error| error.kind()), Some(ErrorKind::ConnectionRefused))
}

fn address_in_use() -> Outcome {
    let first = TcpListener::bind("127.0.0.1:0")?;
    let second = TcpListener::bind(first.local_addr()?);
    same(second.err().map(|error| error.kind()), Some(ErrorKind::AddrInUse))
}

fn options() -> Outcome {
    let stream = peer("silent")?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    same((&stream).read(&mut [0; 8]).err().map(|error| error.kind()), Some(ErrorKind::WouldBlock))
}
