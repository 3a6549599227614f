//! Rejects policies for versions of interfaces that they cannot be applied to.

use super::Rules;
use super::choose::Withheld;
use super::imports::Imports;
use crate::error::DenyError;
use crate::policy::answers::Answers;
use vfs_compose_wasi::InterfaceName;

/// Interfaces that send http requests, including those after WASI 0.2.
const REQUESTS: [&str; 3] = ["wasi:http/outgoing-handler", "wasi:http/handler", "wasi:http/client"];

/// Checks that the policy applies to every import that it is about. At an unsupported version neither the vfs nor the
/// gate would serve the import, so it would silently stay the host's.
///
/// # Errors
/// - [`DenyError::NotOf02`]: there is such an import, and it is not denied.
pub(super) fn check(
    rules: &Rules,
    answers: &Answers,
    imports: &Imports<'_>,
    denied: &Withheld,
) -> Result<(), DenyError> {
    let is_unkept = |name: &str| {
        let parsed = InterfaceName::parse(name);
        let path = name.split_once('@').map_or(name, |(path, _)| path);
        let of_answers = path.starts_with("wasi:") && answers.has_interface(path);
        let of_gate = rules.http.is_some() && REQUESTS.contains(&path);
        (of_answers && !parsed.as_ref().is_some_and(InterfaceName::is_wasi))
            || (of_gate && !parsed.is_some_and(|name| name.is_wasi_0_2()))
    };
    let mut names = imports.names().into_iter();
    match names.find(|name| is_unkept(name) && !denied.contains(name)) {
        None => Ok(()),
        Some(interface) => Err(DenyError::NotOf02 { interface }),
    }
}
