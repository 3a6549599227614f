//! One list for files, sockets and clocks: what is ready is told, whoever it belongs to, and nothing else.

use crate::files::{create, drain, fill, open, sorted};
use check::{Behaviour, Outcome, holds, same};
use wasip2::clocks::monotonic_clock::{now, subscribe_duration};
use wasip2::io::poll::{Pollable, poll};

use crate::raw::{Connection, peer};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("file_socket_and_silent_socket", file_socket_and_silent_socket),
    ("file_socket_and_silent_socket_in_every_order", file_socket_and_silent_socket_in_every_order),
    ("file_and_silent_socket", file_and_silent_socket),
    ("socket_and_silent_socket", socket_and_silent_socket),
    ("file_being_written_and_silent_socket", file_being_written_and_silent_socket),
    ("silent_socket_and_clock", silent_socket_and_clock),
    ("everything_at_once", everything_at_once),
    ("socket_becomes_ready", socket_becomes_ready),
];

const MILLISECOND: u64 = 1_000_000;
const HOUR: u64 = 3_600_000 * MILLISECOND;

/// A connection whose input is ready now.
fn talking() -> Result<Connection, check::Saw> {
    let peer = peer("say something")?;
    peer.input.subscribe().block();
    Ok(peer)
}

fn file_socket_and_silent_socket() -> Outcome {
    let (silent, talking, file) = (peer("silent")?, talking()?, open("hello.txt")?.read_via_stream(0)?);
    let (never, host, own) = (silent.input.subscribe(), talking.input.subscribe(), file.subscribe());
    own.block();
    same(sorted(poll(&[&own, &host, &never])), [0, 1])?;
    holds(own.ready() && host.ready() && !never.ready(), "each of them says so too")?;
    drop((own, host));
    same(drain(talking.input)?, b"something")?;
    same(drain(file)?, b"hello, image\n")
}

fn file_socket_and_silent_socket_in_every_order() -> Outcome {
    let (silent, talking, file) = (peer("silent")?, talking()?, open("hello.txt")?.read_via_stream(0)?);
    let all = [silent.input.subscribe(), talking.input.subscribe(), file.subscribe()];
    all[2].block();
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let ready: Vec<u32> = (0..3).filter(|&place| order[place as usize] != 0).collect();
        same(sorted(poll(&order.map(|index| &all[index]))), ready)?;
    }
    Ok(())
}

fn file_and_silent_socket() -> Outcome {
    let (silent, file) = (peer("silent")?, open("hello.txt")?.read_via_stream(0)?);
    let (never, own) = (silent.input.subscribe(), file.subscribe());
    own.block();
    same(poll(&[&never, &own]), [1])
}

fn socket_and_silent_socket() -> Outcome {
    let (silent, talking) = (peer("silent")?, talking()?);
    same(poll(&[&silent.input.subscribe(), &talking.input.subscribe()]), [1])
}

fn file_being_written_and_silent_socket() -> Outcome {
    let silent = peer("silent")?;
    let stream = create("being_written")?.write_via_stream(0)?;
    let (never, own) = (silent.input.subscribe(), stream.subscribe());
    own.block();
    same(poll(&[&own, &never]), [0])
}

fn silent_socket_and_clock() -> Outcome {
    let silent = peer("silent")?;
    let start = now();
    same(poll(&[&silent.input.subscribe(), &subscribe_duration(20 * MILLISECOND)]), [1])?;
    holds(now() - start >= 20 * MILLISECOND, "it took its time")
}

/// Sixty of each.
fn everything_at_once() -> Outcome {
    let (silent, talking) = (peer("silent")?, talking()?);
    let file = open("hello.txt")?.read_via_stream(0)?;
    let mut list: Vec<Pollable> = Vec::new();
    for _ in 0..60 {
        list.extend([silent.input.subscribe(), talking.input.subscribe(), file.subscribe(), subscribe_duration(HOUR)]);
    }
    for own in list.iter().skip(2).step_by(4) {
        own.block();
    }
    let ready: Vec<u32> = (0..240).filter(|index| [1, 2].contains(&(index % 4))).collect();
    same(sorted(poll(&list.iter().collect::<Vec<_>>())), ready)
}

fn socket_becomes_ready() -> Outcome {
    let mut peer = peer("echo")?;
    let file = open("hello.txt")?.read_via_stream(0)?;
    let (input, own) = (peer.input.subscribe(), file.subscribe());
    own.block();
    same(poll(&[&input, &own]), [1])?;
    fill(&mut peer.output, b"wake up")?;
    same(poll(&[&subscribe_duration(HOUR), &input]), [1])?;
    same(sorted(poll(&[&input, &own])), [0, 1])
}
