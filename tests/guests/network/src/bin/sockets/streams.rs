//! Bytes between the streams of files and those of sockets.

use crate::files::{contents, create, drain, fill, open, splice, splice_all};
use check::{Behaviour, Outcome, Saw, holds, same};
use wasip2::io::streams::StreamError;
use wasip2::sockets::tcp::ShutdownType;

use crate::raw::peer;

pub const BEHAVIOURS: &[Behaviour] = &[
    ("splice_file_to_socket", splice_file_to_socket),
    ("splice_socket_to_file", splice_socket_to_file),
    ("splice_socket_to_socket", splice_socket_to_socket),
    ("splice_without_blocking_from_a_silent_socket", splice_without_blocking_from_a_silent_socket),
    ("copied_by_hand", copied_by_hand),
    ("closed_after_the_peer_closed", closed_after_the_peer_closed),
    ("input_outlives_output", input_outlives_output),
];

fn splice_file_to_socket() -> Outcome {
    let peer = peer("length")?;
    same(splice_all(&peer.output, &open("big.bin")?.read_via_stream(0)?)?, 300_007)?;
    peer.socket.shutdown(ShutdownType::Send)?;
    same(drain(peer.input)?, b"300007\n")
}

fn splice_socket_to_file() -> Outcome {
    let peer = peer("say splice me, all of me")?;
    let file = create("spliced")?;
    same(splice(&file.write_via_stream(0)?, &peer.input, 9)?, 9)?;
    splice_all(&file.append_via_stream()?, &peer.input)?;
    same(contents("/spliced")?, b"splice me, all of me")
}

fn splice_socket_to_socket() -> Outcome {
    let (from, to) = (peer("say from one to the other")?, peer("length")?);
    same(splice_all(&to.output, &from.input)?, 21)?;
    to.socket.shutdown(ShutdownType::Send)?;
    same(drain(to.input)?, b"21\n")
}

fn splice_without_blocking_from_a_silent_socket() -> Outcome {
    let peer = peer("silent")?;
    let file = create("from_a_silent_socket")?;
    let to = file.write_via_stream(0)?;
    match to.splice(&peer.input, 100) {
        Ok(count) => same(count, 0),
        Err(error) => Err(Saw(format!("{error:?}"))),
    }
}

fn copied_by_hand() -> Outcome {
    let mut peer = peer("echo")?;
    let mut from = open("hello.txt")?.read_via_stream(0)?;
    fill(&mut peer.output, &drain(&mut from)?)?;
    peer.socket.shutdown(ShutdownType::Send)?;
    fill(create("by_hand")?.write_via_stream(0)?, &drain(&mut peer.input)?)?;
    same(contents("/by_hand")?, b"hello, image\n")
}

fn closed_after_the_peer_closed() -> Outcome {
    let peer = peer("say goodbye")?;
    let mut all = Vec::new();
    loop {
        match peer.input.blocking_read(4) {
            Ok(bytes) => {
                holds(!bytes.is_empty(), "`blocking-read` gives something")?;
                all.extend(bytes);
            }
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(error)) => return Err(Saw(error.to_debug_string())),
        }
    }
    same(all, b"goodbye")?;
    holds(matches!(peer.input.blocking_read(4), Err(StreamError::Closed)), "it stays closed")
}

fn input_outlives_output() -> Outcome {
    let peer = peer("say still here")?;
    drop(peer.output);
    same(drain(peer.input)?, b"still here")
}
