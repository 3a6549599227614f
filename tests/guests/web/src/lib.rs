//! Serves its files over http. `tests/servers/web.rs` says what to whom; the Python and the JavaScript server do the same.

mod answer;
mod files;

use answer::Answer;
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{IncomingRequest, Method, ResponseOutparam};

struct Web;

impl Guest for Web {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        let answer = Answer::new(out);
        match (request.method(), path.split_once("/files/"), path.split_once("/list/")) {
            (Method::Get, Some((_, path)), _) => files::get(path, answer),
            (Method::Put, Some((_, path)), _) => files::put(path, &request, answer),
            (Method::Get, _, Some((_, path))) => files::list(path, answer),
            (Method::Get | Method::Put, ..) => answer.text(404, &format!("no {path}\n")),
            _ => answer.text(405, "GET or PUT\n"),
        }
    }
}

wasip2::http::proxy::export!(Web);
