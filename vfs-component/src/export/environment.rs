//! `wasi:cli/environment`: the host's, with what the settings say on top.

use vfs_core::settings::Strings;

use crate::abi::{self, Area, List, Opt, Pair};
use crate::host;
use crate::state::{State, call};

/// The settings' variables, and those of the host that they do not set.
#[unsafe(export_name = "wasi:cli/environment#get-environment")]
extern "C" fn get_environment() -> *const List {
    call(|state| {
        let host = host::environment::environment();
        let State { settings, lists, .. } = state;
        let pairs = &mut lists.pairs;
        let ours = || Pairs(settings.environment);
        pairs.clear();
        if settings.environment.len() == 0 || pairs.try_reserve(host.length + settings.environment.len() / 2).is_err() {
            return host;
        }
        pairs.extend(abi::list(host.pointer.cast::<Pair<List, List>>(), host.length).iter().filter(|Pair(name, _)| {
            ours().all(|(ours, _)| ours.as_bytes() != abi::list::<u8>(name.pointer, name.length))
        }));
        pairs.extend(ours().map(|(name, value)| Pair(List::of(name.as_bytes()), List::of(value.as_bytes()))));
        List::of(pairs)
    })
}

/// The host's program name, the settings' arguments, the host's other arguments.
#[unsafe(export_name = "wasi:cli/environment#get-arguments")]
extern "C" fn get_arguments() -> *const List {
    call(|state| {
        let host = host::environment::arguments();
        let State { settings, lists, .. } = state;
        let strings = &mut lists.strings;
        strings.clear();
        if settings.arguments.len() == 0 || strings.try_reserve(host.length + settings.arguments.len()).is_err() {
            return host;
        }
        let host = abi::list(host.pointer.cast::<List>(), host.length);
        let (name, rest) = host.split_at(host.len().min(1));
        strings.extend(name);
        strings.extend(settings.arguments.map(|argument| List::of(argument.as_bytes())));
        strings.extend(rest);
        List::of(strings)
    })
}

#[unsafe(export_name = "wasi:cli/environment#initial-cwd")]
extern "C" fn initial_cwd() -> *const Opt<List> {
    let result = Area::put(host::environment::initial_cwd());
    abi::finish_call();
    result
}

/// Two strings at a time.
#[derive(Clone)]
struct Pairs<'a>(Strings<'a>);

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next()?, self.0.next()?))
    }
}
