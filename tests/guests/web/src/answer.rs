//! What goes back.

use std::io::Write;

use wasip2::http::types::{Fields, OutgoingBody, OutgoingResponse, ResponseOutparam};
use wasip2::io::streams::OutputStream;

/// The answer to one request, not given yet.
pub struct Answer {
    out: ResponseOutparam,
}

/// A body that is being sent.
pub struct Body {
    body: OutgoingBody,
    stream: OutputStream,
}

impl Answer {
    pub fn new(out: ResponseOutparam) -> Self {
        Self { out }
    }

    /// Sends status and headers; the body comes piece by piece.
    pub fn begin(self, status: u16, headers: &[(&str, &str)]) -> Body {
        let fields = Fields::new();
        for (name, value) in headers {
            fields.append(name, value.as_bytes()).expect("a header that may be set");
        }
        let response = OutgoingResponse::new(fields);
        response.set_status_code(status).expect("a status");
        let body = response.body().expect("asked for once");
        ResponseOutparam::set(self.out, Ok(response));
        Body { stream: body.write().expect("asked for once"), body }
    }

    /// A short text.
    pub fn text(self, status: u16, text: &str) {
        let mut body = self.begin(status, &[("content-type", "text/plain")]);
        body.send(text.as_bytes());
        body.end(&[]);
    }
}

impl Body {
    /// The next piece.
    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the client takes it");
    }

    /// The end, with trailers.
    pub fn end(self, trailers: &[(&str, String)]) {
        self.stream.blocking_flush().expect("the client takes it");
        drop(self.stream);
        let fields = Fields::new();
        for (name, value) in trailers {
            fields.append(name, value.as_bytes()).expect("a trailer that may be set");
        }
        OutgoingBody::finish(self.body, (!trailers.is_empty()).then_some(fields)).expect("the client takes it");
    }
}
