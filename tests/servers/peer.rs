//! Who answers on the other side of a socket: what the first line of a connection asks for.
//!
//! ```text
//! echo                everything that comes, as it comes
//! length              how many bytes came, after the end of them
//! say TEXT            the text, and the end
//! silent              nothing, for as long as the other side is there
//! call PORT REQUEST   calls that port of this machine, sends the line REQUEST, and gives what is answered
//! ```
//!
//! A datagram goes back to where it came from.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;

use anyhow::{Context, Result};

/// One peer for each kind of socket. They live as long as the process.
pub struct Peers {
    pub tcp: SocketAddr,
    pub udp: SocketAddr,
}

impl Peers {
    /// Starts them.
    ///
    /// # Errors
    /// This machine has no free port.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        let peers = Self { tcp: listener.local_addr()?, udp: socket.local_addr()? };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // What goes wrong, the app sees as a connection that ends.
                thread::spawn(move || drop(answer(&stream)));
            }
        });
        thread::spawn(move || {
            let mut datagram = vec![0; 1 << 16];
            while let Ok((size, from)) = socket.recv_from(&mut datagram) {
                drop(socket.send_to(&datagram[..size], from));
            }
        });
        Ok(peers)
    }
}

fn answer(mut stream: &TcpStream) -> Result<()> {
    let mut input = BufReader::new(stream);
    let mut request = String::new();
    input.read_line(&mut request)?;
    let (word, rest) = request.trim_end().split_once(' ').unwrap_or((request.trim_end(), ""));
    match word {
        "echo" => drop(io::copy(&mut input, &mut stream)?),
        "length" => writeln!(stream, "{}", io::copy(&mut input, &mut io::sink())?)?,
        "say" => stream.write_all(rest.as_bytes())?,
        "silent" => drop(io::copy(&mut input, &mut io::sink())?),
        "call" => {
            let (port, request) = rest.split_once(' ').context("`call` needs a port and a request")?;
            let mut called = TcpStream::connect(("127.0.0.1", port.parse()?))?;
            writeln!(called, "{request}")?;
            called.shutdown(Shutdown::Write)?;
            let mut answer = Vec::new();
            called.read_to_end(&mut answer)?;
            stream.write_all(&answer)?;
        }
        _ => writeln!(stream, "peer: what is `{word}`?")?,
    }
    Ok(())
}
