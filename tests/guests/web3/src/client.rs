//! Files from and to another server.

use wasip3::filesystem::types::{DescriptorFlags, OpenFlags};
use wasip3::http::client;
use wasip3::http::types::{ErrorCode, Fields, Method, Request, Response, Scheme};
use wasip3::wit_bindgen::StreamReader;
use wasip3::wit_future;

use crate::answer::{Failed, answer};
use crate::files;

/// Writes an answer's body to a file.
pub async fn fetch(path: &str) -> Result<Response, Failed> {
    let (origin, path) = path.split_once('/').unwrap_or((path, ""));
    files::put(path, asked(Method::Get, origin, "/big", None).await?).await
}

/// Sends a file, and answers as the other does.
pub async fn send(path: &str) -> Result<Response, Failed> {
    let (origin, path) = path.split_once('/').unwrap_or((path, ""));
    let file = files::open(path, OpenFlags::empty(), DescriptorFlags::READ).await?;
    let (contents, _read) = file.read_via_stream(0);
    let (body, _) = asked(Method::Put, origin, "/echo", Some(contents)).await?;
    Ok(answer(200, None, Some(body)))
}

/// The body that is answered, and whether it came to its end.
async fn asked(
    method: Method,
    origin: &str,
    path: &str,
    body: Option<StreamReader<u8>>,
) -> Result<(StreamReader<u8>, impl Future<Output = Result<(), ErrorCode>>), Failed> {
    let (trailers, none) = wit_future::new(|| Ok(None));
    let (request, _sent) = Request::new(Fields::new(), body, none, None);
    drop(trailers);
    let set = [
        request.set_method(&method),
        request.set_scheme(Some(&Scheme::Http)),
        request.set_authority(Some(origin)),
        request.set_path_with_query(Some(path)),
    ];
    set.into_iter().collect::<Result<(), ()>>().map_err(|()| ErrorCode::HttpRequestUriInvalid)?;
    let response = client::send(request).await?;
    let (received, result) = wit_future::new(|| Ok(()));
    drop(received);
    let (body, trailers) = Response::consume_body(response, result);
    Ok((body, async move { trailers.await.map(drop) }))
}
