//! Short ways to the calls of `wasi:sockets`.

use crate::files::{fill, told};
use check::Saw;
use wasip2::io::streams::{InputStream, OutputStream};
use wasip2::sockets::instance_network::instance_network;
use wasip2::sockets::network::{ErrorCode, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress};
use wasip2::sockets::tcp::TcpSocket;
use wasip2::sockets::tcp_create_socket::create_tcp_socket;

/// A connection, all of which must be kept: its streams first, then the socket.
pub struct Connection {
    pub input: InputStream,
    pub output: OutputStream,
    pub socket: TcpSocket,
}

/// A connection on which this was asked of the peer.
pub fn peer(request: &str) -> Result<Connection, Saw> {
    let socket = create_tcp_socket(IpAddressFamily::Ipv4)?;
    let ready = socket.subscribe();
    socket.start_connect(&instance_network(), address(&told("TCP_PEER")?)?)?;
    let (input, mut output) = loop {
        match socket.finish_connect() {
            Err(ErrorCode::WouldBlock) => ready.block(),
            ended => break ended?,
        }
    };
    drop(ready);
    fill(&mut output, format!("{request}\n").as_bytes())?;
    Ok(Connection { input, output, socket })
}

/// An address of this machine, with a port.
pub fn address(text: &str) -> Result<IpSocketAddress, Saw> {
    let text: std::net::SocketAddrV4 = text.parse()?;
    Ok(local(text.port()))
}

/// An address of this machine.
pub fn local(port: u16) -> IpSocketAddress {
    IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address: (127, 0, 0, 1) })
}
