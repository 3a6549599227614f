//! Compositions of guests, made by the published `wac`: `front(keeper(shouter), shouter)` is `front` with two plugs, one of which is a
//! composition itself.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use tempfile::TempDir;

use crate::{compose, guests};

/// What a name of a composition is made of: the socket and its plugs. `None` for the name of a single guest.
#[must_use]
pub fn parts(name: &str) -> Option<(&str, Vec<&str>)> {
    let (socket, mut rest) = name.strip_suffix(')')?.split_once('(')?;
    let mut plugs = Vec::new();
    while !rest.is_empty() {
        let mut depth = 0;
        let end = rest.find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            c == ',' && depth == 0
        });
        let (plug, after) = rest.split_at(end.unwrap_or(rest.len()));
        plugs.push(plug.trim());
        rest = after.trim_start_matches(',');
    }
    Some((socket, plugs))
}

/// The component that `wac plug` makes of a socket and its plugs.
///
/// # Errors
/// A part cannot be built, or does not fit.
pub fn plug(socket: &str, plugs: &[&str], folder: &Path) -> Result<Vec<u8>> {
    let directory = TempDir::new()?;
    let write = |name: String, guest: &str| -> Result<_> {
        let path = directory.path().join(name);
        std::fs::write(&path, guests::as_library(guests::build(guest, folder)?)?)?;
        Ok(path)
    };
    let out = directory.path().join("out.wasm");
    let mut wac = Command::new(compose::wac()?);
    wac.arg("plug").arg(write("socket.wasm".into(), socket)?).arg("-o").arg(&out);
    for (number, plug) in plugs.iter().enumerate() {
        wac.arg("--plug").arg(write(format!("plug-{number}.wasm"), plug)?);
    }
    let output = wac.output()?;
    ensure!(output.status.success(), "wac: {}", String::from_utf8_lossy(&output.stderr));
    Ok(std::fs::read(out)?)
}
