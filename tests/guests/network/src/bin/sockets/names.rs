//! Looking up names.

use std::net::{IpAddr, Ipv4Addr, ToSocketAddrs};

use crate::files::{open, sorted};
use check::{Behaviour, Outcome, Saw, holds, same};
use wasip2::io::poll::poll;
use wasip2::sockets::instance_network::instance_network;
use wasip2::sockets::ip_name_lookup::resolve_addresses;
use wasip2::sockets::network::{ErrorCode, IpAddress};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("name_of_this_machine", name_of_this_machine),
    ("name_that_is_a_number", name_that_is_a_number),
    ("name_that_is_none", name_that_is_none),
    ("name_and_file_in_one_list", name_and_file_in_one_list),
];

fn name_of_this_machine() -> Outcome {
    let mut found = ("localhost", 80).to_socket_addrs()?;
    holds(found.any(|address| address.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST)), "localhost is this machine")
}

fn name_that_is_a_number() -> Outcome {
    let answers = resolve_addresses(&instance_network(), "10.1.2.3")?;
    answers.subscribe().block();
    match answers.resolve_next_address()? {
        Some(IpAddress::Ipv4(address)) => same(address, (10, 1, 2, 3))?,
        other => return Err(Saw(format!("{other:?}"))),
    }
    holds(answers.resolve_next_address()?.is_none(), "there is one")
}

fn name_that_is_none() -> Outcome {
    same(resolve_addresses(&instance_network(), "no name").err(), Some(ErrorCode::InvalidArgument))
}

fn name_and_file_in_one_list() -> Outcome {
    let answers = resolve_addresses(&instance_network(), "localhost")?;
    let file = open("hello.txt")?.read_via_stream(0)?;
    let (found, own) = (answers.subscribe(), file.subscribe());
    found.block();
    own.block();
    same(sorted(poll(&[&own, &found])), [0, 1])?;
    holds(answers.resolve_next_address()?.is_some(), "an address was found")
}
