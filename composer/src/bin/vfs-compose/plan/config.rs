//! Turns `--config` into values of a composer.

use vfs_compose::Composer;

use super::pair;
use crate::args::Host;
use crate::report::Failure;

const INHERIT: &str = "inherit";
const NONE: &str = "none";

/// Sets the values that were typed.
///
/// # Errors
/// `--config` has an invalid value.
pub fn configured(composer: Composer, host: &Host) -> Result<Composer, Failure> {
    let said = &host.config;
    let values = said.iter().filter(|said| ![INHERIT, NONE].contains(&said.as_str()));
    let values = values.map(|said| pair("config", said)).collect::<Result<Vec<_>, _>>()?;
    if said.iter().any(|said| said == INHERIT) {
        if said.iter().any(|said| said != INHERIT) {
            let failure = Failure::usage("`--config inherit` cannot be combined with other values".into());
            return Err(failure.hint("omit `inherit` to replace the host's values"));
        }
        return Ok(composer.keep("wasi:config"));
    }
    Ok(if said.is_empty() { composer } else { composer.config(values) })
}

/// Sets an empty store under `--deterministic`, if no value was typed. Only for a whole app: a vfs alone has no values
/// and leaves them to whoever composes it.
pub fn settled(composer: Composer, host: &Host) -> Composer {
    let is_empty = host.config.is_empty() && host.deterministic == Some(true);
    if is_empty { composer.config([("", ""); 0]) } else { composer }
}
