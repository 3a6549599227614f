//! `vfs-compose manifest`: prints an example manifest.

use std::process::ExitCode;

use clap::CommandFactory;
use serde_json::{Value, json};
use vfs_compose::Options;
use vfs_compose::options::EXAMPLE;

use crate::args::Cli;
use crate::json;
use crate::report::Failure;

pub fn run(is_json: bool) -> Result<ExitCode, Failure> {
    if is_json {
        super::print(&json::text(&json::object(json!({ "keys": keys()? }))))?;
    } else {
        super::print(EXAMPLE)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Describes all keys, as the help describes the flags of their names.
fn keys() -> Result<Vec<Value>, Failure> {
    let command = Cli::command();
    let about = |key: &str| {
        let flag = command.get_arguments().find(|flag| flag.get_long() == Some(key));
        flag.and_then(|flag| flag.get_help()).map(ToString::to_string)
    };
    let options = Options::example().map_err(|error| Failure::new("cannot read the example").caused_by(error))?;
    let examples = serde_json::to_value(options).unwrap_or_default();
    Ok(Options::keys().map(|key| json!({ "about": about(&key), "example": examples[&key], "key": key })).collect())
}
