//! Addresses to listen at.

use std::net::{SocketAddr, ToSocketAddrs};

/// Parses `HOST:PORT`, a port of this machine alone, or `:PORT` for all addresses of this machine.
///
/// # Errors
/// What is wrong with it, for a message.
pub fn parse(typed: &str) -> Result<SocketAddr, String> {
    if let Some((_, rest)) = typed.split_once("://") {
        let address = rest.split('/').next().unwrap_or(rest);
        return Err(format!("it takes ADDRESS:PORT and no URL: `{address}`"));
    }
    let whole = match typed.strip_prefix(':') {
        Some(port) => format!("0.0.0.0:{port}"),
        None if typed.bytes().all(|byte| byte.is_ascii_digit()) => format!("127.0.0.1:{typed}"),
        None => typed.to_owned(),
    };
    let port = whole.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
    if !matches!(port, Some(Ok(_))) {
        return Err("write it like 127.0.0.1:8080, localhost:8080, 8080, or :8080 for all addresses".into());
    }
    let found: Vec<_> = whole.to_socket_addrs().map_err(|error| error.to_string())?.collect();
    // A name may have several. Clients try those of IPv4 in any case.
    let first = found.iter().find(|address| address.is_ipv4()).or(found.first());
    first.copied().ok_or_else(|| "this name has no address".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_as_other_servers_take_them() {
        for (typed, address) in [
            ("127.0.0.1:0", Some("127.0.0.1:0")),
            ("[::1]:80", Some("[::1]:80")),
            ("8080", Some("127.0.0.1:8080")),
            (":8080", Some("0.0.0.0:8080")),
            ("localhost:8080", Some("127.0.0.1:8080")),
            ("", None),
            ("localhost", None),
            (":", None),
            ("70000", None),
            ("127.0.0.1:http", None),
            ("http://127.0.0.1:8080", None),
        ] {
            assert_eq!(parse(typed).ok(), address.map(|address| address.parse().unwrap()), "{typed}");
        }
    }
}
