//! Serves its files over http, by the calls of WASI 0.3: bodies are the streams of files, and files take the streams of bodies.
//!
//! ```text
//! GET  /files/PATH    the file, whose size is said before; 404 where there is none
//! GET  /pieces/PATH   the file, whose size is not said
//! GET  /list/PATH     the names in the directory, a line each
//! PUT  /files/PATH    writes the body to that file; 201 with how many bytes it then has
//! POST /log/TEXT      appends a line to the file `log`; 200 with what that file then holds
//! GET  /slow/PATH     one line at once; then, when a while has passed, the file
//! GET  /late/PATH     the file, which is opened when the answer has been given; then appends the path to the file `log`
//! GET  /fetch/HOST:PORT/PATH   writes what that server answers to `/big` to the file; 201 as above
//! GET  /send/HOST:PORT/PATH    sends the file to `/echo` of that server, and answers as that does
//! ```

mod answer;
mod client;
mod files;

use answer::{body_of, text};
use wasip3::http::types::{ErrorCode, Method, Request, Response};

struct Web;

impl wasip3::exports::http::handler::Guest for Web {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let path = request.get_path_with_query().unwrap_or_default();
        let (_, rest) = path.split_at(path.len().min(1));
        let (what, path) = rest.split_once('/').unwrap_or((rest, ""));
        let answered = match (request.get_method(), what) {
            (Method::Get, "files") => files::get(path, true).await,
            (Method::Get, "pieces") => files::get(path, false).await,
            (Method::Get, "list") => files::list(path).await,
            (Method::Put, "files") => files::put(path, body_of(request)).await,
            (Method::Post, "log") => files::log(path).await,
            (Method::Get, "slow") => files::slowly(path).await,
            (Method::Get, "late") => Ok(files::late(path)),
            (Method::Get, "fetch") => client::fetch(path).await,
            (Method::Get, "send") => client::send(path).await,
            _ => Ok(text(405, "what is that?\n")),
        };
        Ok(answered.unwrap_or_else(|failed| text(failed.status, &format!("{}\n", failed.what))))
    }
}

wasip3::http::service::export!(Web);
