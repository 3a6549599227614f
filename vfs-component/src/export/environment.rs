//! `wasi:cli/environment`: values from the settings, and those of the host that the settings let through.

use vfs_core::settings::Strings;

use crate::abi::{self, List, Opt, Pair};
use crate::host;
use crate::state::{State, call};

#[unsafe(export_name = "wasi:cli/environment#get-environment")]
extern "C" fn get_environment() -> *const List {
    call(variables)
}

#[unsafe(export_name = "wasi:cli/environment@0.3#get-environment")]
extern "C" fn get_environment_3() -> *const List {
    call(variables)
}

/// Returns pairs of strings: the variables of the settings, and those of the host that the settings let through and do
/// not set.
pub fn variables(state: &mut State) -> List {
    let host = host::environment::environment();
    let State { session, lists, .. } = state;
    let settings = &session.settings;
    let pairs = &mut lists.pairs;
    let ours = || Pairs(settings.environment);
    pairs.clear();
    if settings.environment.len() == 0 && settings.inherited.is_none() {
        return host;
    }
    if pairs.try_reserve(host.length + settings.environment.len() / 2).is_err() {
        abi::trap();
    }
    pairs.extend(abi::list(host.pointer.cast::<Pair<List, List>>(), host.length).iter().filter(|Pair(name, _)| {
        let name = abi::list::<u8>(name.pointer, name.length);
        settings.inherited.is_none_or(|mut names| names.any(|inherited| inherited.as_bytes() == name))
            && ours().all(|(ours, _)| ours.as_bytes() != name)
    }));
    pairs.extend(ours().map(|(name, value)| Pair(List::of(name.as_bytes()), List::of(value.as_bytes()))));
    List::of(pairs)
}

/// The program's name if neither settings nor host have one, but there are arguments.
const NAME: &str = "app";

#[unsafe(export_name = "wasi:cli/environment#get-arguments")]
extern "C" fn get_arguments() -> *const List {
    call(arguments)
}

#[unsafe(export_name = "wasi:cli/environment@0.3#get-arguments")]
extern "C" fn get_arguments_3() -> *const List {
    call(arguments)
}

/// Returns strings: the program's name, then the settings' arguments, then the host's.
pub fn arguments(state: &mut State) -> List {
    let host = host::environment::arguments();
    let State { session, lists, .. } = state;
    let settings = &session.settings;
    let strings = &mut lists.strings;
    strings.clear();
    if settings.arguments.len() == 0 && settings.program.is_none() {
        return host;
    }
    if strings.try_reserve(host.length + settings.arguments.len() + 1).is_err() {
        abi::trap();
    }
    let host = abi::list(host.pointer.cast::<List>(), host.length);
    let (name, rest) = host.split_at(host.len().min(1));
    match settings.program {
        Some(program) => strings.push(List::of(program.as_bytes())),
        None if name.is_empty() => strings.push(List::of(NAME.as_bytes())),
        None => strings.extend(name),
    }
    strings.extend(settings.arguments.map(|argument| List::of(argument.as_bytes())));
    strings.extend(rest);
    List::of(strings)
}

#[unsafe(export_name = "wasi:cli/environment#initial-cwd")]
extern "C" fn initial_cwd() -> *const Opt<List> {
    directory()
}

#[unsafe(export_name = "wasi:cli/environment@0.3#get-initial-cwd")]
extern "C" fn get_initial_cwd() -> *const Opt<List> {
    directory()
}

fn directory() -> *const Opt<List> {
    call(|state| match state.session.settings.directory {
        Some(directory) => Opt::Some(List::of(directory.as_bytes())),
        None => host::environment::initial_cwd(),
    })
}

/// Pairs of strings.
#[derive(Clone)]
struct Pairs<'a>(Strings<'a>);

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next()?, self.0.next()?))
    }
}
