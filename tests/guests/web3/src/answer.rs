//! What comes in and what goes back.

use std::fmt::Debug;

use wasip3::filesystem::types::ErrorCode as OfFile;
use wasip3::http::types::{ErrorCode, Fields, Request, Response};
use wasip3::wit_bindgen::{FutureReader, StreamReader, StreamResult, spawn_local};
use wasip3::{wit_future, wit_stream};

/// Why there is no answer of the usual kind.
pub struct Failed {
    pub status: u16,
    pub what: String,
}

impl From<OfFile> for Failed {
    fn from(error: OfFile) -> Self {
        Self { status: if matches!(error, OfFile::NoEntry) { 404 } else { 500 }, what: format!("{error:?}") }
    }
}

impl From<ErrorCode> for Failed {
    fn from(error: ErrorCode) -> Self {
        Self { status: 502, what: format!("{error:?}") }
    }
}

/// An answer whose body is a stream, of this size if it is known.
pub fn answer(status: u16, size: Option<u64>, body: Option<StreamReader<u8>>) -> Response {
    let fields = Fields::new();
    if let Some(size) = size {
        set(&fields, "content-length", &size.to_string());
    }
    let (trailers, none) = wit_future::new(|| Ok(None));
    let (response, _sent) = Response::new(fields, body, none);
    drop(trailers);
    response.set_status_code(status).expect("a status");
    response
}

/// A short text.
pub fn text(status: u16, text: &str) -> Response {
    let (mut writer, body) = wit_stream::new();
    let bytes = text.as_bytes().to_vec();
    spawn_local(async move { drop(writer.write_all(bytes).await) });
    answer(status, Some(text.len() as u64), Some(body))
}

/// The stream of a request's body.
pub fn body_of(request: Request) -> (StreamReader<u8>, impl Future<Output = Result<(), ErrorCode>>) {
    let (received, result) = wit_future::new(|| Ok(()));
    drop(received);
    let (body, trailers) = Request::consume_body(request, result);
    (body, async move { trailers.await.map(drop) })
}

/// A field that may be set.
pub fn set(fields: &Fields, name: &str, value: &str) {
    fields.set(name, &[value.as_bytes().to_vec()]).expect("a field that may be set");
}

/// Everything of a stream, and how it ended.
pub async fn all<E: Debug>((mut stream, result): (StreamReader<u8>, FutureReader<Result<(), E>>)) -> Result<Vec<u8>, E>
where
    Result<(), E>: wit_future::FuturePayload,
{
    let mut all = Vec::new();
    loop {
        let (read, bytes) = stream.read(Vec::with_capacity(1 << 14)).await;
        all.extend(bytes);
        if read == StreamResult::Dropped {
            return result.await.map(|()| all);
        }
    }
}
