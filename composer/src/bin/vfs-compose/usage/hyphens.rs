//! Long flags that were typed with one hyphen.

use std::ffi::OsString;

use clap::CommandFactory;

use super::{OTHER_FLAGS, nearest};
use crate::args::Cli;
use crate::report::Failure;

/// Returns the failure of a long flag with one hyphen, such as `-image DIR`, which clap takes for short flags. In a command
/// line that clap `takes`, only `-output FILE` can be one: it would write the file `utput`.
pub fn one_hyphen(words: &[OsString], takes: bool) -> Option<Failure> {
    let words: Vec<_> = words.iter().map(|word| word.to_str().unwrap_or_default()).collect();
    let mut root = Cli::command();
    // Only then commands have the flags that all take.
    root.build();
    let (command, flags_from) = command_of(&root, &words);
    let longs: Vec<_> = command.get_arguments().filter_map(clap::Arg::get_long).collect();
    // After the app of `run` there may be words for the program, and after another word there are no others.
    let is_program = |plain: i32| plain > 0 && command.get_name() == "run";
    let mut before = "";
    let mut plain = 0;
    for word in words[flags_from..].iter().take_while(|word| **word != "--") {
        let is_value = std::mem::replace(&mut before, word);
        if takes_value(command, is_value) {
            continue;
        }
        let Some(flags) = word.strip_prefix('-') else {
            plain += 1;
            if is_program(plain - 1) {
                break;
            }
            continue;
        };
        let name = flags.split('=').next().unwrap_or_default();
        if flags.starts_with('-') || name.len() < 2 {
            continue;
        }
        if longs.contains(&name) && (!takes || name == "output") {
            let of_program =
                if is_program(plain) { format!("; `-- {word}` gives it to the program") } else { String::new() };
            let failure = Failure::usage(format!("there is no flag `-{name}`"));
            return Some(failure.hint(format!("long flags begin with two hyphens: `--{flags}`{of_program}")));
        }
        if takes || is_program(plain) {
            continue;
        }
        let long = format!("--{name}");
        let of_others = OTHER_FLAGS.iter().find(|(others, _)| others.contains(&&*long));
        let hint = match of_others {
            Some((_, hint)) => (*hint).to_owned(),
            None if name.len() > 3 => format!("a similar flag is `--{}`", nearest(name, longs.iter().copied())?),
            None => continue,
        };
        return Some(Failure::usage(format!("there is no flag `-{name}`")).hint(hint));
    }
    None
}

/// Returns the command that was typed, and the position of the first word after its name.
fn command_of<'c>(root: &'c clap::Command, words: &[&str]) -> (&'c clap::Command, usize) {
    let (mut command, mut position) = (root, 1);
    while let Some(nested) = words.get(position).and_then(|word| command.find_subcommand(word)) {
        (command, position) = (nested, position + 1);
    }
    (command, position.min(words.len()))
}

/// Returns whether the word after this one is its value.
fn takes_value(command: &clap::Command, word: &str) -> bool {
    let is_it = |arg: &&clap::Arg| {
        word.strip_prefix("--").is_some_and(|long| arg.get_long() == Some(long))
            || word.strip_prefix('-').is_some_and(|short| arg.get_short().is_some_and(|own| short == own.to_string()))
    };
    let arg = command.get_arguments().find(is_it);
    arg.is_some_and(|arg| arg.get_action().takes_values() && !arg.is_require_equals_set())
}
