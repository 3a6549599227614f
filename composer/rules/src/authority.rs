//! Where http requests may go: the authorities of `--http allow:`.

use crate::error::DenyError;

/// An allowed authority: `host`, `host:port`, `*.host` or `*.host:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// The host in lower case; for `*.host` the suffix `.host`.
    pub(crate) host: String,
    /// Whether the host is such a suffix.
    pub(crate) is_ending: bool,
    /// The port; without one, it is that of the scheme.
    pub(crate) port: Option<u16>,
}

impl Authority {
    /// # Errors
    /// [`DenyError::Authority`]: the text is not an authority.
    pub fn parse(text: &str) -> Result<Self, DenyError> {
        let wrong = || DenyError::Authority { authority: text.to_owned() };
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port.parse().map_err(|_| wrong())?)),
            _ => (text, None),
        };
        let (host, is_ending) = match host.strip_prefix('*') {
            Some(ending) if ending.starts_with('.') => (ending, true),
            Some(_) => return Err(wrong()),
            None => (host, false),
        };
        let is_name = |host: &str| {
            let host = host.strip_prefix('.').filter(|_| is_ending).unwrap_or(host);
            let of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            let of_address = |byte: u8| byte.is_ascii_hexdigit() || b":.".contains(&byte);
            let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
            match address.filter(|_| !is_ending) {
                Some(address) => !address.is_empty() && address.bytes().all(of_address),
                None => !host.is_empty() && host.bytes().all(of_name),
            }
        };
        if !is_name(host) || host.len() > 255 {
            return Err(wrong());
        }
        Ok(Self { host: host.to_ascii_lowercase(), is_ending, port })
    }

    /// Returns whether a request to the authority `to` may be sent with this scheme. The generated gate decides alike.
    #[must_use]
    pub fn allows(&self, scheme: &str, to: &str) -> bool {
        let default = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return false,
        };
        let Ok(to) = Self::parse(to.strip_suffix(':').unwrap_or(to)) else { return false };
        let is_host = match self.is_ending {
            true => to.host.len() > self.host.len() && to.host.ends_with(&self.host),
            false => to.host == self.host,
        };
        is_host && !to.is_ending && to.port.unwrap_or(default) == self.port.unwrap_or(default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities() {
        let parsed = |text| Authority::parse(text).map(|one| (one.host, one.is_ending, one.port));
        assert_eq!(parsed("Example.com").unwrap(), ("example.com".into(), false, None));
        assert_eq!(parsed("example.com:8080").unwrap(), ("example.com".into(), false, Some(8080)));
        assert_eq!(parsed("*.example.com:1").unwrap(), (".example.com".into(), true, Some(1)));
        assert_eq!(parsed("[::1]:80").unwrap(), ("[::1]".into(), false, Some(80)));
        assert_eq!(parsed("[::1]").unwrap(), ("[::1]".into(), false, None));
        for wrong in
            ["", "*", "*.", "a b", "http://a", "a/b", "a@b", "a:", "a:x", "a:70000", "::1", "a.*", "*.[::1]", "[]"]
        {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn requests() {
        for (allowed, scheme, to, is_allowed) in [
            ("example.com", "http", "Example.COM", true),
            ("example.com", "https", "example.com:443", true),
            ("example.com", "https", "example.com:", true),
            ("example.com", "https", "example.com:80", false),
            ("example.com:80", "https", "example.com", false),
            ("example.com:80", "http", "example.com", true),
            ("example.com", "ftp", "example.com", false),
            ("example.com", "http", "other@example.com", false),
            ("example.com", "http", "www.example.com", false),
            ("*.example.com", "http", "www.example.com", true),
            ("*.example.com", "http", "example.com", false),
            ("*.example.com", "http", ".example.com", false),
            ("*.example.com", "http", "*.example.com", false),
            ("*.example.com:8080", "http", "a.b.example.com:8080", true),
            ("[::1]", "http", "[::1]:80", true),
            ("[::1]", "http", "[::2]", false),
        ] {
            let authority = Authority::parse(allowed).unwrap();
            assert_eq!(authority.allows(scheme, to), is_allowed, "{allowed}: {scheme}://{to}");
        }
    }
}
