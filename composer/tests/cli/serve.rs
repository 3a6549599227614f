//! `serve`. What servers answer is tested in `tests/servers`; here are those that fail.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Stdio};
use std::{fs, thread};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::here::{Here, run_component};
use crate::programs::UNMET;

in_both_forms! {
    requests_that_fail_are_answered_and_told
    what_is_denied_ends_a_request_with_one_line
    a_request_has_its_time
    a_request_has_its_memory
    an_instance_without_memory_to_begin_says_so
    a_request_without_a_host_is_a_bad_one
    what_is_no_server_says_what_it_is
    an_address_that_is_taken_is_an_error
    arguments_have_a_flag
}

fn arguments_have_a_flag(here: &Here) {
    fs::write(here.path("server.wasm"), server("unreachable")).unwrap();
    let (code, text) = here.fails(&["serve", "server.wasm", "extra", "--image", "files"]);
    assert!(
        code == 2 && text.starts_with("error: unexpected argument `extra`") && text.contains("`--arg extra`"),
        "{text}"
    );
}

/// A server of WASI 0.2.
fn server(body: &str) -> Vec<u8> {
    wat::parse_str(text(body)).unwrap()
}

/// A server that imports a filesystem.
pub fn server_with_files() -> Vec<u8> {
    const FILES: &str =
        r#"(import "wasi:filesystem/types@0.2.3" (instance (export "descriptor" (type (sub resource)))))"#;
    wat::parse_str(text("unreachable").replacen("(component", &format!("(component {FILES}"), 1)).unwrap()
}

fn text(body: &str) -> String {
    format!(
        r#"(component
          (import "wasi:http/types@0.2.3" (instance $types
            (export "incoming-request" (type (sub resource)))
            (export "response-outparam" (type (sub resource)))))
          (alias export $types "incoming-request" (type $request))
          (alias export $types "response-outparam" (type $out))
          (import "wasi:cli/exit@0.2.12" (instance $exit (export "exit-with-code" (func (param "status-code" u8)))))
          (core func $exit (canon lower (func $exit "exit-with-code")))
          (core module $program
            (import "" "exit" (func $exit (param i32)))
            (memory 1)
            (func (export "handle") (param i32 i32) {body}))
          (core instance $program (instantiate $program (with "" (instance (export "exit" (func $exit))))))
          (func $handle (param "request" (own $request)) (param "response-out" (own $out))
            (canon lift (core func $program "handle")))
          (instance $exports (export "handle" (func $handle)))
          (export "wasi:http/incoming-handler@0.2.3" (instance $exports)))"#
    )
}

/// A server that runs, and what it prints.
pub struct Running {
    child: Child,
    printed: BufReader<ChildStderr>,
    pub address: String,
    /// The line with the address.
    pub first: String,
}

impl Running {
    pub fn start(here: &Here, body: &str, flags: &[&str]) -> Self {
        fs::write(here.path("server.wasm"), server(body)).unwrap();
        let mut command = here.command(&[&["serve", "server.wasm", "-q", "--addr", "127.0.0.1:0"], flags].concat());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut printed = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        printed.read_line(&mut line).unwrap();
        let address = line.split_once("http://").and_then(|(_, rest)| rest.split_once('/'));
        let address = address.unwrap_or_else(|| panic!("{line}")).0.to_owned();
        Self { child, printed, address, first: line }
    }

    /// The first line of the answer.
    pub fn get(&self) -> String {
        self.ask("GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n")
    }

    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.lines().next().unwrap_or_default().to_owned()
    }

    /// Ends it as Ctrl-C does, and returns what it printed about requests.
    pub fn end(mut self) -> String {
        kill(Pid::from_raw(self.child.id() as i32), Signal::SIGINT).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        let mut printed = String::new();
        self.printed.read_to_string(&mut printed).unwrap();
        printed
    }
}

const FAILED: &str = "HTTP/1.1 500 Internal Server Error";

fn requests_that_fail_are_answered_and_told(here: &Here) {
    for (body, reason) in [("unreachable", "unreachable"), ("", "response")] {
        let running = Running::start(here, body, &[]);
        // The server goes on, also with several at a time.
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| assert_eq!(running.get(), FAILED));
            }
        });
        let printed = running.end();
        assert_eq!(printed.matches("error: a request failed\n").count(), 3, "{printed}");
        assert!(printed.contains(reason), "{printed}");
    }
}

fn what_is_denied_ends_a_request_with_one_line(here: &Here) {
    let running = Running::start(here, "(call $exit (i32.const 3))", &["--exit", "deny"]);
    assert_eq!(running.get(), FAILED);
    let wanted = "error: a request failed\n  caused by: it ended with exit code 3, and exiting with a code is denied\n";
    assert_eq!(running.end(), wanted);
}

fn a_request_has_its_time(here: &Here) {
    let running = Running::start(here, "(loop $on (br $on))", &["--timeout", "200ms"]);
    assert_eq!(running.get(), FAILED);
    assert_eq!(running.get(), FAILED);
    let printed = running.end();
    assert!(printed.contains("it took longer than --timeout allows"), "{printed}");
}

fn a_request_has_its_memory(here: &Here) {
    let grows = "(loop $on (br_if $on (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))";
    let running = Running::start(here, grows, &["--max-memory", "32MB"]);
    assert_eq!(running.get(), FAILED);
    let printed = running.end();
    assert!(printed.contains("it wanted more memory than --max-memory allows"), "{printed}");
}

fn an_instance_without_memory_to_begin_says_so(here: &Here) {
    let running = Running::start(here, "", &["--max-memory", "1KiB"]);
    assert_eq!(running.get(), FAILED);
    let printed = running.end();
    assert!(printed.contains("it wanted more memory than --max-memory allows"), "{printed}");
}

fn a_request_without_a_host_is_a_bad_one(here: &Here) {
    let running = Running::start(here, "unreachable", &[]);
    assert_eq!(running.ask("GET / HTTP/1.0\r\n\r\n"), "HTTP/1.0 400 Bad Request");
    assert_eq!(running.end(), "");
}

fn what_is_no_server_says_what_it_is(here: &Here) {
    let (code, said) = here.fails(&["serve", "app.wasm", "-q"]);
    assert_eq!(code, 1);
    assert!(
        said.starts_with("error: `app.wasm` is not a server: it exports neither wasi:http/incoming-handler"),
        "{said}"
    );
    assert!(!said.contains("hint:"), "{said}");
    fs::write(here.path("command.wasm"), wat::parse_str(run_component("", 0)).unwrap()).unwrap();
    let (code, said) = here.fails(&["serve", "command.wasm", "-q"]);
    assert!(code == 1 && said.starts_with("error: `command.wasm` is not a server"), "{said}");
    assert!(said.ends_with("  hint: it is a command: `vfs-compose run command.wasm`\n"), "{said}");
    // First of all, whatever else it could not begin for.
    fs::write(here.path("unmet.wasm"), wat::parse_str(UNMET).unwrap()).unwrap();
    let (code, said) = here.fails(&["serve", "unmet.wasm", "-q"]);
    assert!(code == 1 && said.starts_with("error: `unmet.wasm` is not a server"), "{said}");
}

fn an_address_that_is_taken_is_an_error(here: &Here) {
    let running = Running::start(here, "", &[]);
    let (code, said) = here.fails(&["serve", "server.wasm", "-q", "--addr", &running.address]);
    assert_eq!(code, 1);
    assert!(said.starts_with(&format!("error: cannot serve at {}\n", running.address)), "{said}");
    assert!(
        said.ends_with("hint: another program listens there: choose another port, or port 0 for a free one\n"),
        "{said}"
    );
    running.end();
}
