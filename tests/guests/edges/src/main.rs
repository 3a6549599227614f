//! What is too much: limits, and the longest, deepest, largest and emptiest of everything.

mod absolute;
mod answers;
mod creates;
mod limits;
mod links;
mod memory;
mod names;
mod nothing;
mod numbers;
mod parents;
mod refill;
mod traps;
mod tree;

fn main() -> std::process::ExitCode {
    check::run(&[
        ("bytes", limits::BYTES),
        ("nodes", limits::NODES),
        ("open", limits::OPEN),
        ("memory", memory::BEHAVIOURS),
        ("refill", refill::BEHAVIOURS),
        ("creates", creates::BEHAVIOURS),
        ("names", names::BEHAVIOURS),
        ("links", links::BEHAVIOURS),
        ("absolute-links", absolute::FROM_ROOT),
        ("absolute-links-refused", absolute::REFUSED),
        ("absolute-links-in-a-directory", absolute::IN_A_DIRECTORY),
        ("numbers", numbers::BEHAVIOURS),
        ("answers", answers::BEHAVIOURS),
        ("answers-of-no-disk", answers::OF_NO_DISK),
        ("nothing", nothing::BEHAVIOURS),
        ("parents", parents::BEHAVIOURS),
        ("traps", traps::BEHAVIOURS),
    ])
}
