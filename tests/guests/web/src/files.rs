//! Files and directories as answers.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use wasip2::http::types::{IncomingBody, IncomingRequest};

use crate::answer::Answer;

/// Bytes that are read and sent at once.
const CHUNK: usize = 1 << 14;

/// The file, in pieces; its size and the sum of its bytes as trailers.
pub fn get(path: &str, answer: Answer) {
    let Ok(mut file) = File::open(Path::new("/").join(path)) else {
        return answer.text(404, &format!("no /{path}\n"));
    };
    let headers = [("content-type", "application/octet-stream"), ("trailer", "x-size, x-sum")];
    let mut body = answer.begin(200, &headers);
    let (mut chunk, mut size, mut sum) = (vec![0; CHUNK], 0, 0_u32);
    loop {
        let count = file.read(&mut chunk).expect("a file that was opened");
        if count == 0 {
            break;
        }
        size += count;
        sum = chunk[..count].iter().fold(sum, |sum, byte| sum.wrapping_add(u32::from(*byte)));
        body.send(&chunk[..count]);
    }
    body.end(&[("x-size", size.to_string()), ("x-sum", sum.to_string())]);
}

/// Writes the body to the file, and answers with what the file then holds.
pub fn put(path: &str, request: &IncomingRequest, answer: Answer) {
    let path = Path::new("/").join(path);
    let written = || -> io::Result<()> {
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        let body = request.consume().map_err(|()| io::Error::other("no body"))?;
        let mut stream = body.stream().map_err(|()| io::Error::other("no stream"))?;
        io::copy(&mut stream, &mut File::create(&path)?)?;
        drop(stream);
        drop(IncomingBody::finish(body));
        Ok(())
    };
    match written().and_then(|()| fs::read(&path)) {
        Ok(bytes) => {
            let mut body = answer.begin(201, &[]);
            body.send(&bytes);
            body.end(&[]);
        }
        Err(error) => answer.text(500, &format!("{error}\n")),
    }
}

/// The entries of a directory, by name.
pub fn list(path: &str, answer: Answer) {
    let Ok(entries) = fs::read_dir(Path::new("/").join(path)) else {
        return answer.text(404, &format!("no /{path}\n"));
    };
    let mut lines = Vec::new();
    for entry in entries.flatten() {
        let metadata = entry.metadata().expect("an entry that was listed");
        let (kind, size) = if metadata.is_dir() { ("directory", 0) } else { ("file", metadata.len()) };
        lines.push(format!(r#"{{"name":"{}","kind":"{kind}","size":{size}}}"#, entry.file_name().to_string_lossy()));
    }
    lines.sort();
    let mut body = answer.begin(200, &[("content-type", "application/json")]);
    body.send(format!("[{}]", lines.join(",")).as_bytes());
    body.end(&[]);
}
