//! Parses the command line, with hints where another program has other words.

mod corrected;
mod hyphens;

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ColorChoice, CommandFactory, FromArgMatches, Parser, ValueEnum};

use crate::args::{Cli, Command};
use crate::report::{Failure, is_colored};
use corrected::corrected;
use hyphens::one_hyphen;

/// Flags of other programs or other commands, and what there is instead.
const OTHER_FLAGS: [(&[&str], &str); 18] = [
    (
        &["--dir", "--dirs", "--volume", "--mount"],
        "`--image DIR::/GUEST` packs a directory at /GUEST, `--host-dir NAME::/GUEST` leaves it to the host",
    ),
    (
        &["--map-dir", "--mapdir"],
        "`--host-dir NAME::/GUEST` puts a directory of the host at /GUEST, `--image DIR::/GUEST` packs one",
    ),
    (&["--out", "--output-file"], "`--output FILE` or `-o FILE` names the file to write"),
    (
        &["--ro", "--readonly"],
        "`--read-only` makes every change fail; `--image DIR::/GUEST` is a copy, which leaves DIR as it is",
    ),
    (&["--env-file"], "`--env K=V` sets a variable, and a table `env` in the file of `--manifest` sets several"),
    (&["--allow-net", "--allow-all"], "`--sockets inherit` allows the network under `run`, `--http inherit` http"),
    (
        &["--allow-read", "--allow-write"],
        "`--image DIR::/GUEST` packs a directory, whose copy the app reads and writes; `--host-dir NAME::/GUEST[,rw]` leaves \
         it to the host",
    ),
    (&["--allow-env"], "`--inherit-env[=NAME,...]` passes variables of the host on"),
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

/// Words that other programs have for commands, and ours.
const OTHER_COMMANDS: [(&[&str], &str); 9] = [
    (&["info", "show", "print", "wit", "metadata"], "`vfs-compose inspect FILE` shows what is inside"),
    (&["exec", "start"], "`vfs-compose run APP [ARGS]...` runs an app"),
    (&["version"], "`vfs-compose --version` prints it"),
    (&["new", "init"], "`vfs-compose manifest` prints an example manifest"),
    (&["pack", "add", "link", "bundle", "package"], "`vfs-compose APP --image DIR` puts an app and its files together"),
    (&["list", "tree", "find"], "`vfs-compose image ls -R FILE` lists the files inside"),
    (&["unpack", "cp"], "`vfs-compose image extract FILE DIR` writes the files inside into a directory"),
    (&["validate", "check"], "`vfs-compose image verify FILE` checks an image"),
    (&["plug"], "`vfs-compose vfs` writes a component for `wac plug`"),
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
/// The first word is a mistyped command, or a word has no place. Any other error, and help, is printed, and ends the program.
pub fn parse(words: &[OsString]) -> Result<Cli, Failure> {
    let color = if is_colored() { ColorChoice::Always } else { ColorChoice::Auto };
    let mut command = Cli::command().color(color);
    let first = after_global_flags(words);
    let mut words = words.to_vec();
    if let Some(typed) = words.get(first).and_then(|word| word.to_str()) {
        check_command(&command, typed)?;
        // Of `help`, too, there is help.
        if typed == "help" && words.get(first + 1).is_some_and(|word| word == "--help" || word == "-h") {
            words[first + 1] = "help".into();
        }
        let typed = words[first].to_str().unwrap_or_default();
        if command.get_subcommands().any(|command| command.get_name() == typed) {
            // The default command's flags cannot stand before another command, and these are also its flags.
            words[1..=first].rotate_right(1);
        }
    }
    let parsed = command.try_get_matches_from_mut(&words);
    let parsed = parsed.and_then(|matches| Cli::from_arg_matches(&matches).map(|cli| (cli, matches)));
    let volume = volume(&words);
    match parsed {
        Ok((mut cli, matches)) => match volume.filter(|typed| cli.app() == Some(Path::new(typed))) {
            Some(typed) => Err(no_volume(typed)),
            None => {
                one_hyphen(&words, true).map_or(Ok(()), Err)?;
                check_no_command(&cli)?;
                cli.join_inherited(&matches)?;
                check_values(&cli, &words).and_then(|()| check_inherited(&cli, &words)).map(|()| cli)
            }
        },
        Err(error) => {
            let is_help = !error.use_stderr();
            let no_place = [ErrorKind::UnknownArgument, ErrorKind::ArgumentConflict].contains(&error.kind());
            let failure = volume.filter(|_| no_place).map(no_volume);
            let failure = failure.or_else(|| one_hyphen(&words, !no_place).filter(|_| !is_help));
            let failure = failure.or_else(|| unplaced(&error, &words)).or_else(|| misplaced(&error, &words));
            let failure = failure.or_else(|| unknown_command(&error, &words));
            match failure {
                Some(failure) => Err(failure),
                None => print_and_end(&hinted(error, &words)),
            }
        }
    }
}

/// Prints clap's error, or the help that it stands for, and ends.
///
/// # Errors
/// It cannot be printed.
fn print_and_end(error: &clap::Error) -> Result<Cli, Failure> {
    let printed = error.print().and_then(|()| std::io::stdout().flush());
    match printed {
        Err(printing) if !error.use_stderr() && printing.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot print: {printing}")))
        }
        Ok(()) | Err(_) => std::process::exit(error.exit_code()),
    }
}

/// Fails if a command stands behind its flags, where it would be the app.
fn check_no_command(cli: &Cli) -> Result<(), Failure> {
    let typed = cli.compose.app.as_deref().filter(|app| cli.command.is_none() && !app.exists()).and_then(Path::to_str);
    let Some(name) = typed.filter(|typed| Cli::command().find_subcommand(typed).is_some()) else { return Ok(()) };
    let failure = Failure::usage(format!("`{name}` stands where an app is expected, and there is no such file"));
    Err(failure.hint(format!("a command stands before its flags: `vfs-compose {name} ...`")))
}

/// Fails if `run --read-only false` was typed: the flag would hold, and the program get the word.
fn check_values(cli: &Cli, words: &[OsString]) -> Result<(), Failure> {
    let Some(Command::Run(run)) = &cli.command else { return Ok(()) };
    let command = Cli::command();
    let is_switch = |word: &OsString| {
        let name = word.to_str().and_then(|word| word.strip_prefix("--"));
        let mut flags = command.find_subcommand("run").into_iter().flat_map(clap::Command::get_arguments);
        name.is_some()
            && flags.any(|flag| {
                flag.get_long() == name
                    && flag.get_value_names().is_some_and(|values| values.iter().any(|one| one == "BOOL"))
            })
    };
    let is_taken = |word: &OsString| {
        (word == "true" || word == "false")
            && (run.app == Path::new(word) || run.host_arguments.first().is_some_and(|first| *word == **first))
    };
    let mut pairs = words.windows(2).take_while(|pair| pair[0] != "--");
    let Some(pair) = pairs.find(|pair| is_taken(&pair[1]) && is_switch(&pair[0])) else { return Ok(()) };
    let (flag, value) = (pair[0].to_string_lossy(), pair[1].to_string_lossy());
    let failure = Failure::usage(format!("a value stands after a `=`: `{flag}={value}`"));
    Err(failure.hint(format!("to give `{value}` to the program, write `-- {value}`")))
}

/// Fails if `run --inherit-env NAME` was typed, as docker's `-e NAME`: it passes all variables on, and the name to the
/// program.
fn check_inherited(cli: &Cli, words: &[OsString]) -> Result<(), Failure> {
    let Some(Command::Run(run)) = &cli.command else { return Ok(()) };
    let mut pairs = words.windows(2).take_while(|pair| pair[0] != "--");
    let is_taken = |name: &OsString| {
        run.app == Path::new(name) || run.host_arguments.first().is_some_and(|first| *name == **first)
    };
    let typed =
        pairs.find(|pair| pair[0] == "--inherit-env" && is_taken(&pair[1]) && std::env::var_os(&pair[1]).is_some());
    let Some(name) = typed.map(|pair| pair[1].to_string_lossy()) else { return Ok(()) };
    let failure =
        Failure::usage(format!("names stand after a `=`, and `{name}` is a variable: `--inherit-env={name}`"));
    Err(failure.hint(format!("to pass all variables on, and `{name}` to the program, write `-- {name}`")))
}

/// Returns the first argument of a program that is a flag of `run`, unless `--` says that the program shall have it.
#[cfg(feature = "run")]
pub fn flag_of_program<'w>(words: &[OsString], arguments: &'w [String]) -> Option<&'w str> {
    if words.iter().any(|word| word == "--") {
        return None;
    }
    let command = Cli::command();
    let flags = command.find_subcommand("run").into_iter().flat_map(clap::Command::get_arguments);
    // What programs have too.
    let flags =
        flags.filter(|flag| !flag.is_global_set()).filter_map(clap::Arg::get_long).filter(|flag| *flag != "json");
    let flags: Vec<_> = flags.collect();
    let mut typed = arguments.iter().filter_map(|argument| argument.split('=').next());
    typed.find(|argument| argument.strip_prefix("--").is_some_and(|flag| flags.contains(&flag)))
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

/// Fails if the first word is no command and names no file, with the command that was meant.
fn check_command(command: &clap::Command, typed: &str) -> Result<(), Failure> {
    let names: Vec<_> = command.get_subcommands().map(clap::Command::get_name).chain(["help"]).collect();
    let cannot_be = typed.starts_with('-') || typed.contains(['.', '/', '\\', ':']) || names.contains(&typed);
    if cannot_be || Path::new(typed).exists() {
        return Ok(());
    }
    let image = command.find_subcommand("image").into_iter().flat_map(clap::Command::get_subcommands);
    let is_of_image = image.into_iter().any(|command| command.get_name() == typed);
    let of_others = OTHER_COMMANDS.iter().find(|(words, _)| words.contains(&typed));
    let hint = match (of_others, nearest(typed, names)) {
        _ if is_of_image => format!("`vfs-compose image {typed}` works on images, also inside components"),
        (Some((_, hint)), _) => (*hint).to_owned(),
        (None, Some(name)) => format!("a similar command is `{name}`"),
        (None, None) => "`vfs-compose --help` lists the commands".into(),
    };
    Err(Failure::usage(format!("there is no command and no file `{typed}`")).hint(hint))
}

/// Returns the name that a word is a mistyped form of.
fn nearest<'n>(typed: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let nearest = names.into_iter().map(|name| (strsim::damerau_levenshtein(typed, name), name)).min()?;
    (nearest.0 <= 1 + nearest.1.len() / 4).then_some(nearest.1)
}

/// Explains a mistyped command of `image`, or one that `help` does not know.
fn unknown_command(error: &clap::Error, words: &[OsString]) -> Option<Failure> {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else { return None };
    if error.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let command = Cli::command();
    let image = command.find_subcommand("image")?;
    let is_of_image = words.iter().take_while(|word| *word != typed.as_str()).any(|word| word == "image");
    let (of, parent) = if is_of_image { ("image ", image) } else { ("", &command) };
    let names: Vec<_> = parent.get_subcommands().map(clap::Command::get_name).collect();
    let of_others = OTHER_COMMANDS.iter().find(|(words, _)| words.contains(&typed.as_str()));
    let hint = match (of_others, nearest(typed, names.iter().copied())) {
        _ if !is_of_image && image.find_subcommand(typed).is_some() => {
            format!("`vfs-compose help image {typed}` explains the command of images")
        }
        (_, Some(name)) => format!("a similar command is `{of}{name}`"),
        (Some((_, hint)), None) => (*hint).to_owned(),
        (None, None) => format!("the commands are {}", names.join(", ")),
    };
    Some(Failure::usage(format!("there is no command `{of}{typed}`")).hint(hint))
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
    } else if let Some(flag) =
        before.last().filter(|flag| flag.starts_with("--") && ["true", "false"].contains(&&**word))
    {
        format!("a value stands after a `=`: `{flag}={word}`")
    } else if before.iter().any(|word| ["--exclude", "--include"].contains(word)) {
        "quote patterns, so that the shell leaves them alone: `--exclude '*.log'`".into()
    } else if let Some(hint) = source_hint(word) {
        hint
    } else {
        "one app is composed; arguments are for a program that runs: `vfs-compose run APP [ARGS]...`".into()
    };
    Some(Failure::usage(format!("unexpected argument `{word}`")).hint(hint))
}

/// Explains a word that was meant to be a source of files: a directory, `SOURCE::/GUEST`, or `SOURCE:/GUEST`, as docker
/// has it.
pub fn source_hint(word: &str) -> Option<String> {
    if let Some((source, guest)) = word.split_once("::").filter(|(source, _)| Path::new(source).exists()) {
        return Some(format!("`--image {source}::/{}` packs it there", guest.trim_start_matches('/')));
    }
    if let Some((source, guest)) = word.split_once(":/").filter(|(source, _)| Path::new(source).exists()) {
        return Some(format!("`--image {source}::/{guest}` packs it there"));
    }
    Path::new(word).is_dir().then(|| format!("`--image {word}` packs a directory"))
}

/// Explains a flag that was taken for the value of `--image`, and a word for which a command has no place, or a flag.
fn unplaced(error: &clap::Error, words: &[OsString]) -> Option<Failure> {
    if ![ErrorKind::UnknownArgument, ErrorKind::ArgumentConflict, ErrorKind::ValueValidation].contains(&error.kind()) {
        return None;
    }
    let words: Vec<_> = words.iter().map(|word| word.to_str().unwrap_or_default()).collect();
    let is_flag = |word: &str| word.starts_with('-') && word != "-" && !word.starts_with("-::");
    let mut pairs = words.windows(2).take_while(|pair| pair[0] != "--");
    if let Some(pair) = pairs.find(|pair| pair[0] == "--image" && is_flag(pair[1])) {
        let failure = Failure::usage(format!("`--image` needs a source of files, and `{}` is a flag", pair[1]));
        return Some(failure.hint("`--image SOURCE[::GUEST]`; a name that begins with a hyphen is written `./-name`"));
    }
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidArg) else { return None };
    if error.kind() != ErrorKind::UnknownArgument || word.starts_with('-') {
        return None;
    }
    let hint = match words.get(1..) {
        Some(["vfs", ..]) if Path::new(word).is_file() => {
            format!("`--for {word}` makes the vfs for that app; `vfs-compose {word}` composes both")
        }
        Some(["image", "extract", ..]) => {
            "`--from DIR` chooses a directory in the image; the other word is the new one".into()
        }
        _ => source_hint(word)?,
    };
    Some(Failure::usage(format!("unexpected argument `{word}`")).hint(hint))
}

/// Adds our word where a flag of another program or another command was typed, or a value as another program takes it.
/// Tips that lead nowhere are dropped.
fn hinted(mut error: clap::Error, words: &[OsString]) -> clap::Error {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidArg) else { return error };
    let typed = typed.split(['=', ' ']).next().unwrap_or(typed).to_owned();
    let value = match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => value.as_str(),
        _ => "",
    };
    let is_for_program = is_for_program(&typed, words);
    let ours = match error.kind() {
        ErrorKind::UnknownArgument => {
            let of_others = OTHER_FLAGS.iter().find(|(others, _)| others.contains(&&*typed));
            // A short flag is more often the program's, but for the one that all know.
            let is_ours = !is_for_program || typed.starts_with("--") || typed == "-o";
            let of_commands = || hint_of_commands(&typed).filter(|_| is_ours);
            of_others.map(|(_, hint)| (*hint).to_owned()).or_else(of_commands)
        }
        ErrorKind::ArgumentConflict if typed == "--http" => {
            Some("one flag names all hosts: `--http allow:HOST,HOST`".to_owned())
        }
        ErrorKind::ValueValidation
            if typed == "--http" && value.contains('.') && !value.contains(',') && !value.starts_with("allow:") =>
        {
            let host = value.strip_prefix("allow=").unwrap_or(value);
            Some(format!("`--http allow:{host}` allows requests to this host"))
        }
        ErrorKind::ValueValidation if corrected(&typed, value).is_some() => {
            corrected(&typed, value).map(|meant| format!("`{meant}` is such a value"))
        }
        ErrorKind::ValueValidation if typed == "--env" && !value.is_empty() && !value.contains('=') => {
            Some(format!("`--inherit-env={value}` passes the host's variable on"))
        }
        _ => None,
    };
    if ours.is_some() {
        error.remove(ContextKind::SuggestedArg);
        // It has the flag that was suggested.
        error.remove(ContextKind::Usage);
    }
    let mut hints: Vec<_> = ours.iter().map(StyledStr::from).collect();
    if let Some(ContextValue::StyledStrs(tips)) = error.remove(ContextKind::Suggested) {
        // What a program takes, it gets after `--`. Nobody else takes anything there.
        let is_of_program = |tip: &StyledStr| tip.to_string().contains("use '-- ");
        let tips = tips.into_iter().filter(|tip| is_for_program || !is_of_program(tip));
        // clap knows one letter of several.
        let word =
            words.iter().find(|word| is_typed_in(&typed, word)).filter(|word| !word.to_string_lossy().contains('='));
        let whole = |tip: StyledStr| match word.filter(|_| is_of_program(&tip)) {
            Some(word) => StyledStr::from(tip.to_string().replace(&typed, &word.to_string_lossy())),
            None => tip,
        };
        hints.extend(tips.map(whole));
    }
    if !hints.is_empty() {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(hints));
    }
    error
}

/// Returns whether a word stands where a program's arguments may begin: after the app of `run`.
fn is_for_program(typed: &str, words: &[OsString]) -> bool {
    let position = words.iter().position(|word| is_typed_in(typed, word));
    let before = position.and_then(|position| Cli::try_parse_from(&words[..position]).ok());
    before.is_some_and(|cli| matches!(cli.command, Some(Command::Run(_))))
}

/// Returns whether a flag, as clap names it, is in a word: itself, with a value, or one of several short ones.
fn is_typed_in(flag: &str, word: &OsString) -> bool {
    let word = word.to_string_lossy();
    let is_short = flag.len() == 2 && !word.starts_with("--");
    word.split('=').next() == Some(flag)
        || is_short && word.strip_prefix('-').is_some_and(|letters| letters.contains(&flag[1..]))
}

/// Names the commands that take a flag.
fn hint_of_commands(flag: &str) -> Option<String> {
    let command = Cli::command();
    let takes = |command: &clap::Command| {
        command.get_arguments().any(|arg| {
            let long = arg.get_long().map(|long| format!("--{long}"));
            let short = arg.get_short().map(|short| format!("-{short}"));
            [long, short].iter().flatten().any(|name| name == flag)
        })
    };
    let mut names = Vec::new();
    for one in command.get_subcommands() {
        names.extend(takes(one).then(|| one.get_name().to_owned()));
        let nested = one.get_subcommands().filter(|nested| takes(nested));
        names.extend(nested.map(|nested| format!("{} {}", one.get_name(), nested.get_name())));
    }
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    let (last, first) = names.split_last()?;
    Some(match first {
        [] => format!("the command {last} takes `{flag}`"),
        first => format!("the commands {} and {last} take `{flag}`", first.join(", ")),
    })
}
