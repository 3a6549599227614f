//! What a program sees of directories of the host in a tree, and what they do not let it do. `tests/mounts` says which
//! tree there is.

mod above;
mod absolute;
mod escapes;
mod large;
mod lies;
mod nested;
mod opened;
mod read_only;
mod tools;
mod union;
mod woven;

fn main() -> std::process::ExitCode {
    check::run(&[
        ("woven", woven::BEHAVIOURS),
        ("largest", woven::LARGEST),
        ("copies", woven::COPIES),
        ("opened", opened::BEHAVIOURS),
        ("read-only", read_only::BEHAVIOURS),
        ("above", above::BEHAVIOURS),
        ("escapes", escapes::BEHAVIOURS),
        ("swapped", escapes::SWAPPED),
        ("lies", lies::BEHAVIOURS),
        ("large", large::BEHAVIOURS),
        ("nested", nested::BEHAVIOURS),
        ("nested-rw", nested::THROUGH),
        ("nested-cow", nested::ABOVE),
        ("nested-ro", nested::REFUSED),
        ("union", union::BEHAVIOURS),
        ("union-cow", union::ABOVE),
        ("union-ro", union::REFUSED),
        ("absolute", absolute::BEHAVIOURS),
        ("absolute-told", absolute::TOLD),
        ("absolute-untold", absolute::UNTOLD),
        ("absolute-cow", absolute::ABOVE),
        ("absolute-rw", absolute::THROUGH),
        ("absolute-ro", absolute::REFUSED),
        ("absolute-at-root", absolute::AT_ROOT),
    ])
}
