//! Short ways to the calls of `wasi:http`.

use crate::files::told;
use check::Saw;
use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, FutureTrailers, IncomingBody, IncomingResponse, Method, OutgoingBody,
    OutgoingRequest, RequestOptions, Scheme,
};
use wasip2::io::streams::{InputStream, OutputStream};

/// What went wrong, in the words of `wasi:http`.
pub fn failed(code: ErrorCode) -> Saw {
    Saw(format!("{code:?}"))
}

/// A request to the origin that the tests run.
pub fn request(method: &Method, path: &str, headers: &[(&str, &str)]) -> Result<OutgoingRequest, Saw> {
    request_to(&told("ORIGIN")?, method, path, headers)
}

/// A request to any authority.
pub fn request_to(
    authority: &str,
    method: &Method,
    path: &str,
    headers: &[(&str, &str)],
) -> Result<OutgoingRequest, Saw> {
    let request = OutgoingRequest::new(fields(headers)?);
    let set = request
        .set_method(method)
        .and_then(|()| request.set_scheme(Some(&Scheme::Http)))
        .and_then(|()| request.set_authority(Some(authority)))
        .and_then(|()| request.set_path_with_query(Some(path)));
    set.map_err(|()| Saw("a part of the request is refused".into()))?;
    Ok(request)
}

/// Headers or trailers.
pub fn fields(entries: &[(&str, &str)]) -> Result<Fields, Saw> {
    let fields = Fields::new();
    for (name, value) in entries {
        fields.append(name, value.as_bytes()).map_err(|error| Saw(format!("{name}: {error:?}")))?;
    }
    Ok(fields)
}

/// Sends it.
pub fn send(request: OutgoingRequest) -> Result<FutureIncomingResponse, Saw> {
    handle(request, Some(RequestOptions::new())).map_err(failed)
}

/// What came of it.
pub fn wait(future: FutureIncomingResponse) -> Result<Result<IncomingResponse, ErrorCode>, Saw> {
    future.subscribe().block();
    let ready = future.get().ok_or_else(|| Saw("a future that is not ready".into()))?;
    ready.map_err(|()| Saw("an answer that was taken".into()))
}

/// The answer to `GET path`.
pub fn get(path: &str) -> Result<IncomingResponse, Saw> {
    wait(send(request(&Method::Get, path, &[("te", "trailers")])?)?)?.map_err(failed)
}

/// The body of an answer, and its stream, which must go first: so it comes last.
pub fn body(answer: &IncomingResponse) -> Result<(IncomingBody, InputStream), Saw> {
    let body = answer.consume().map_err(|()| Saw("a body that was taken".into()))?;
    let stream = body.stream().map_err(|()| Saw("a stream that was taken".into()))?;
    Ok((body, stream))
}

/// A request's body, with the stream into it, which must go first: so it comes last.
pub fn upload(request: &OutgoingRequest) -> Result<(OutgoingBody, OutputStream), Saw> {
    let body = request.body().map_err(|()| Saw("a body that was taken".into()))?;
    let stream = body.write().map_err(|()| Saw("a stream that was taken".into()))?;
    Ok((body, stream))
}

/// The trailers after a body that was read to its end, by name.
pub fn trailers(body: IncomingBody) -> Result<Vec<(String, String)>, Saw> {
    let future: FutureTrailers = IncomingBody::finish(body);
    future.subscribe().block();
    let ready = future.get().ok_or_else(|| Saw("a future that is not ready".into()))?;
    let fields = ready.map_err(|()| Saw("trailers that were taken".into()))?.map_err(failed)?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(fields.map(|fields| fields.entries().into_iter().map(|(k, v)| (k, text(v))).collect()).unwrap_or_default())
}
