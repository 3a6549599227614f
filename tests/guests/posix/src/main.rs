//! What programs written against `std::fs` rely on, one behaviour per name. The image under test is the one in `cases/posix`.

mod directories;
mod errno;
mod files;
mod handles;
mod links;
mod names;
mod process;
mod read;
mod rename;
mod scratch;
mod times;

fn main() -> std::process::ExitCode {
    check::run(&[
        ("read", read::BEHAVIOURS),
        ("files", files::BEHAVIOURS),
        ("handles", handles::BEHAVIOURS),
        ("many-handles", handles::MANY),
        ("directories", directories::BEHAVIOURS),
        ("rename", rename::BEHAVIOURS),
        ("links", links::BEHAVIOURS),
        ("absolute-links", links::ABSOLUTE),
        ("times", times::BEHAVIOURS),
        ("names", names::BEHAVIOURS),
        ("process", process::BEHAVIOURS),
    ])
}
