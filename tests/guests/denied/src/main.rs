//! Asks the host for things that it may not have, in the order of its arguments, and says what it was told.

use std::collections::HashMap;
use std::fmt::Debug;
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs, io, process, thread};

use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{Fields, Method, OutgoingBody, OutgoingRequest, Scheme};

fn main() {
    for what in env::args().skip(1) {
        match what.as_str() {
            "file" => say(&what, fs::read_to_string("/file.txt").map(|text| text.trim().to_owned())),
            "connect" => say(&what, TcpStream::connect("127.0.0.1:1").map(drop)),
            "listen" => say(&what, TcpListener::bind("127.0.0.1:0").map(drop)),
            "udp" => say(&what, UdpSocket::bind("127.0.0.1:0").map(drop)),
            "resolve" => say(&what, "localhost:80".to_socket_addrs().map(drop)),
            "http" => println!("http: {}", http()),
            "random" => say(&what, Ok(HashMap::<u8, u8>::new().len())),
            "time" => say(&what, Ok(SystemTime::now() > SystemTime::UNIX_EPOCH)),
            "sleep" => {
                let before = Instant::now();
                thread::sleep(Duration::from_millis(1));
                say(&what, Ok(before.elapsed() >= Duration::from_millis(1)));
            }
            "exit" => process::exit(0),
            "fail" => process::exit(1),
            _ => panic!("nobody knows how to do {what}"),
        }
    }
}

fn say(what: &str, told: io::Result<impl Debug>) {
    match told {
        Ok(told) => println!("{what}: {told:?}"),
        Err(error) => println!("{what}: {:?}", error.kind()),
    }
}

/// A request with headers and a body, to the server that `ORIGIN` names, or a port where nobody is.
fn http() -> String {
    let origin = env::var("ORIGIN").unwrap_or_else(|_| "127.0.0.1:1".into());
    let headers = Fields::new();
    if let Err(error) = headers.append("accept", b"*/*") {
        return format!("append: {error:?}");
    }
    let request = OutgoingRequest::new(headers);
    let set = [
        request.set_method(&Method::Get),
        request.set_scheme(Some(&Scheme::Http)),
        request.set_authority(Some(&origin)),
        request.set_path_with_query(Some("/teapot")),
    ];
    if set.iter().any(Result::is_err) {
        return format!("set: {set:?}");
    }
    let body = request.body();
    let told = handle(request, None);
    drop(body.map(|body| OutgoingBody::finish(body, None)));
    let coming = match told {
        Ok(coming) => coming,
        Err(error) => return format!("{error:?}"),
    };
    coming.subscribe().block();
    match coming.get() {
        Some(Ok(Ok(response))) => response.status().to_string(),
        other => format!("{other:?}"),
    }
}
