//! Datagrams, from files and to them.

use std::fs;
use std::net::UdpSocket;

use crate::files::{contents, open, sorted, told};
use check::{Behaviour, Outcome, same};
use wasip2::clocks::monotonic_clock::subscribe_duration;
use wasip2::io::poll::poll;
use wasip2::sockets::instance_network::instance_network;
use wasip2::sockets::network::{ErrorCode, IpAddressFamily};
use wasip2::sockets::udp::OutgoingDatagram;
use wasip2::sockets::udp_create_socket::create_udp_socket;

use crate::raw::{address, local};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("datagram_there_and_back", datagram_there_and_back),
    ("datagram_to_itself", datagram_to_itself),
    ("datagram_by_the_calls", datagram_by_the_calls),
    ("not_bound_yet", not_bound_yet),
];

const HOUR: u64 = 3_600_000_000_000;

fn datagram_there_and_back() -> Outcome {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.send_to(&fs::read("/hello.txt")?, told("UDP_PEER")?)?;
    let mut buffer = [0; 100];
    let (size, from) = socket.recv_from(&mut buffer)?;
    fs::write("/datagram", &buffer[..size])?;
    same(from.to_string(), told("UDP_PEER")?)?;
    same(contents("/datagram")?, b"hello, image\n")
}

fn datagram_to_itself() -> Outcome {
    let (one, other) = (UdpSocket::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?);
    one.connect(other.local_addr()?)?;
    one.send(b"to the other")?;
    let mut buffer = [0; 100];
    let (size, from) = other.recv_from(&mut buffer)?;
    same(from, one.local_addr()?)?;
    same(&buffer[..size], b"to the other")
}

fn datagram_by_the_calls() -> Outcome {
    let socket = create_udp_socket(IpAddressFamily::Ipv4)?;
    socket.start_bind(&instance_network(), local(0))?;
    while let Err(error) = socket.finish_bind() {
        same(error, ErrorCode::WouldBlock)?;
        socket.subscribe().block();
    }
    let (incoming, outgoing) = socket.stream(None)?;
    let (data, remote_address) = (fs::read("/hello.txt")?, Some(address(&told("UDP_PEER")?)?));
    outgoing.subscribe().block();
    outgoing.check_send()?;
    same(outgoing.send(&[OutgoingDatagram { data, remote_address }])?, 1)?;
    let file = open("hello.txt")?.read_via_stream(0)?;
    let (ready, own) = (incoming.subscribe(), file.subscribe());
    ready.block();
    own.block();
    same(sorted(poll(&[&subscribe_duration(HOUR), &ready, &own])), [1, 2])?;
    let received = incoming.receive(10)?;
    same(received.len(), 1)?;
    same(&received[0].data, b"hello, image\n")
}

fn not_bound_yet() -> Outcome {
    let socket = create_udp_socket(IpAddressFamily::Ipv4)?;
    same(socket.local_address().err(), Some(ErrorCode::InvalidState))
}
