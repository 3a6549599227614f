//! Parses the command line, with hints where another program has other words.

use std::ffi::OsString;
use std::path::Path;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ColorChoice, CommandFactory, FromArgMatches, ValueEnum};

use crate::args::Cli;
use crate::report::{Failure, is_colored};

/// Flags of other programs or other commands, and what there is instead.
const OTHER_WORDS: [(&[&str], &str); 12] = [
    (&["--dir", "--mapdir", "--volume", "--mount", "--dirs"], "`--image DIR::/GUEST` packs a directory at /GUEST"),
    (&["--out", "--output-file"], "`--output FILE` or `-o FILE` names the file to write"),
    (&["--json"], "only commands that report something take it; this one prints text"),
    (&["--plug"], "`vfs-compose vfs` writes a component for `wac plug`"),
    (&["-e"], "`--env K=V` sets a variable, and `--inherit-env=NAME` passes one on"),
    (&["-w", "--workdir"], "`--cwd DIR` is the initial directory"),
    (&["--rm"], "omit it: nothing of a run is kept"),
    (&["-S", "--wasi"], "`--http inherit` allows http, `--sockets inherit` the network"),
    (&["--network", "--net"], "`--sockets` and `--http` choose what the app may use of the network"),
    (&["-p", "--port", "--publish"], "`vfs-compose serve APP --addr 127.0.0.1:PORT` listens at a port"),
    (&["--entrypoint"], "`--argv0 NAME` sets the program's name"),
    (&["-t", "-i", "-it", "--tty", "--interactive"], "omit it: `run` gives the program the terminal that it has"),
];

/// Returns the value of `--color`, before anything else is parsed.
pub fn color(words: &[OsString]) -> Option<ColorChoice> {
    let words = words.iter().map(|word| word.to_str().unwrap_or_default()).take_while(|word| *word != "--");
    let words: Vec<_> = words.collect();
    let joined = words.iter().find_map(|word| word.strip_prefix("--color="));
    let apart = words.iter().position(|word| *word == "--color").and_then(|flag| words.get(flag + 1).copied());
    ColorChoice::from_str(joined.or(apart)?, true).ok()
}

/// Parses the command line.
///
/// # Errors
/// The first word is a mistyped command. Any other error, and help, is printed, and ends the program.
pub fn parse(words: &[OsString]) -> Result<Cli, Failure> {
    let color = if is_colored() { ColorChoice::Always } else { ColorChoice::Auto };
    let mut command = Cli::command().color(color);
    let first = after_global_flags(words);
    let mut words = words.to_vec();
    if let Some(typed) = words.get(first).and_then(|word| word.to_str()) {
        check_command(&command, typed)?;
        if command.get_subcommands().any(|command| command.get_name() == typed) {
            // The default command's flags cannot stand before another command, and these are also its flags.
            words[1..=first].rotate_right(1);
        }
    }
    let parsed = command.try_get_matches_from_mut(&words).and_then(|matches| Cli::from_arg_matches(&matches));
    let volume = volume(&words);
    match parsed {
        Ok(cli) => match volume.filter(|typed| cli.app() == Some(Path::new(typed))) {
            Some(typed) => Err(no_volume(typed)),
            None => Ok(cli),
        },
        Err(error) => {
            let no_place = [ErrorKind::UnknownArgument, ErrorKind::ArgumentConflict].contains(&error.kind());
            let failure = volume.filter(|_| no_place).map(no_volume).or_else(|| misplaced(&error, &words));
            Err(failure.unwrap_or_else(|| hinted(error, words.get(1).is_some_and(|word| word == "run")).exit()))
        }
    }
}

/// Returns what was typed after `-v` if it is `DIR:/GUEST`, as for a volume of docker, and no file.
fn volume(words: &[OsString]) -> Option<&str> {
    let mut pairs = words.windows(2).take_while(|pair| pair[0] != "--");
    let typed = pairs.find(|pair| pair[0] == "-v").and_then(|pair| pair[1].to_str())?;
    (typed.contains(":/") && !Path::new(typed).exists()).then_some(typed)
}

fn no_volume(typed: &str) -> Failure {
    let failure = Failure::usage(format!("`-v` prints more and takes no value such as `{typed}`"));
    let (directory, guest) = typed.split_once(":/").unwrap_or((typed, ""));
    failure.hint(format!("`--image {directory}::/{guest}` packs a directory at /{guest}"))
}

/// Returns the position of the first word that is no flag which every command takes.
fn after_global_flags(words: &[OsString]) -> usize {
    let mut position = 1;
    while let Some(word) = words.get(position).and_then(|word| word.to_str()) {
        position += match word {
            "--quiet" | "--verbose" => 1,
            "--color" => 2,
            _ if word.starts_with("--color=") => 1,
            _ if word.len() > 1 && word.strip_prefix('-').is_some_and(|flags| flags.bytes().all(is_global)) => 1,
            _ => break,
        };
    }
    position
}

/// Returns whether a letter is a flag that every command takes.
fn is_global(flag: u8) -> bool {
    [b'q', b'v'].contains(&flag)
}

/// Fails if a word is nearly a command's name, and names no file.
fn check_command(command: &clap::Command, typed: &str) -> Result<(), Failure> {
    let names: Vec<_> = command.get_subcommands().map(clap::Command::get_name).chain(["help"]).collect();
    let cannot_be = typed.starts_with('-') || typed.contains(['.', '/', '\\']) || names.contains(&typed);
    if cannot_be || Path::new(typed).exists() {
        return Ok(());
    }
    let failure = || Failure::usage(format!("there is no command and no file `{typed}`"));
    let image = command.find_subcommand("image").into_iter().flat_map(clap::Command::get_subcommands);
    if image.into_iter().any(|command| command.get_name() == typed) {
        return Err(failure().hint(format!("`vfs-compose image {typed}` works on images, also inside components")));
    }
    if typed == "plug" {
        return Err(failure().hint("`vfs-compose vfs` writes a component for `wac plug`"));
    }
    let nearest = names.into_iter().map(|name| (strsim::damerau_levenshtein(typed, name), name)).min();
    match nearest {
        Some((distance, name)) if distance <= 1 + name.len() / 4 => {
            Err(failure().hint(format!("a similar command is `{name}`")))
        }
        _ => Ok(()),
    }
}

/// Explains a word that the default command has no place for, which clap takes for a command's name.
fn misplaced(error: &clap::Error, words: &[OsString]) -> Option<Failure> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return None };
    if error.kind() != ErrorKind::ArgumentConflict {
        return None;
    }
    let words: Vec<_> = words.iter().map(|word| word.to_str().unwrap_or_default()).collect();
    let before = &words[..words.iter().position(|other| other == word)?];
    let command = Cli::command();
    let is_command = |word: &str| command.get_subcommands().any(|command| command.get_name() == word);
    let named = [before.last().copied().unwrap_or_default(), word.as_str()].into_iter().find(|word| is_command(word));
    let hint = if let Some(name) = named {
        format!("a command stands before its flags: `vfs-compose {name} ...`")
    } else if before.contains(&"--") {
        "arguments are for a program that runs: `vfs-compose run APP [ARGS]...`".into()
    } else if before.last() == Some(&"--inherit-env") {
        format!("names stand after a `=`: `--inherit-env={word}`")
    } else if before.iter().any(|word| ["--exclude", "--include"].contains(word)) {
        "quote patterns, so that the shell leaves them alone: `--exclude '*.log'`".into()
    } else {
        "one app is composed; arguments are for a program that runs: `vfs-compose run APP [ARGS]...`".into()
    };
    Some(Failure::usage(format!("unexpected argument `{word}`")).hint(hint))
}

/// Adds our word where a flag of another program was typed, or a value as another program takes it.
fn hinted(mut error: clap::Error, is_run: bool) -> clap::Error {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidArg) else { return error };
    let typed = typed.split(['=', ' ']).next().unwrap_or(typed);
    let value = match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => value.as_str(),
        _ => "",
    };
    let ours = match (error.kind(), typed) {
        (ErrorKind::UnknownArgument, _) => {
            let ours = OTHER_WORDS.iter().find(|(others, _)| others.contains(&typed));
            ours.map(|(_, hint)| (*hint).to_owned())
        }
        (ErrorKind::ValueValidation, "--env") if !value.is_empty() && !value.contains('=') => {
            Some(format!("`--inherit-env={value}` passes the host's variable on"))
        }
        _ => None,
    };
    let Some(ours) = ours else { return error };
    error.remove(ContextKind::SuggestedArg);
    let mut hints = vec![StyledStr::from(ours)];
    // What the program takes, it gets after `--`.
    if is_run && let Some(ContextValue::StyledStrs(others)) = error.get(ContextKind::Suggested) {
        hints.extend(others.iter().cloned());
    }
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(hints));
    error
}
