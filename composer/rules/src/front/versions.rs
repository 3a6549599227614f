//! What a policy speaks of, at versions that it cannot be kept for.

use super::Rules;
use super::choose::Withheld;
use crate::error::DenyError;
use crate::policy::answers::Answers;
use vfs_compose_wasi::App;
use vfs_compose_wasi::InterfaceName;

/// What http requests are made with, also after WASI 0.2.
const REQUESTS: [&str; 3] = ["wasi:http/outgoing-handler", "wasi:http/handler", "wasi:http/client"];

/// Neither the vfs nor the gate stands before such an import: without an error it would be the host's in spite of the policy.
///
/// # Errors
/// - [`DenyError::NotOf02`]: there is one that is not denied.
pub(super) fn check(rules: &Rules, answers: &Answers, app: &App, denied: &Withheld) -> Result<(), DenyError> {
    let is_unkept = |name: &str| {
        let parsed = InterfaceName::parse(name);
        let path = name.split_once('@').map_or(name, |(path, _)| path);
        let of_answers = path.starts_with("wasi:") && answers.has_interface(path);
        let of_gate = rules.http.is_some() && REQUESTS.contains(&path);
        (of_answers && !parsed.as_ref().is_some_and(InterfaceName::is_wasi))
            || (of_gate && !parsed.is_some_and(|name| name.is_wasi_0_2()))
    };
    let found = app.imports.iter().find(|name| is_unkept(name) && !denied.contains(*name));
    match found {
        None => Ok(()),
        Some(interface) => Err(DenyError::NotOf02 { interface: interface.clone() }),
    }
}
