//! Ways to end.

use crate::tools::*;

#[case]
fn exit_with_success() -> Outcome {
    println!("ends exit_with_success 0");
    wasip2::cli::exit::exit(Ok(()));
    Err(Saw("that the program went on".into()))
}

#[case]
fn exit_with_failure() -> Outcome {
    println!("ends exit_with_failure 1");
    wasip2::cli::exit::exit(Err(()));
    Err(Saw("that the program went on".into()))
}

#[case]
fn exit_with_code_reaches_the_host() -> Outcome {
    println!("ends exit_with_code_reaches_the_host 42");
    wasip2::cli::exit::exit_with_code(42);
    Err(Saw("that the program went on".into()))
}

#[case]
fn exit_with_open_files_and_streams(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "x")?;
    let stream = file.write_via_stream(0)?;
    let pollable = stream.subscribe();
    println!("ends exit_with_open_files_and_streams 0");
    wasip2::cli::exit::exit(Ok(()));
    drop(pollable);
    Err(Saw("that the program went on".into()))
}

#[case]
fn poll_of_nothing_traps() -> Outcome {
    // "This function traps if ... the list is empty".
    println!("ends poll_of_nothing_traps 134");
    wasip2::io::poll::poll(&[]);
    Err(Saw("that the program went on".into()))
}

#[case]
fn output_stream_write_more_than_was_permitted_traps(dir: &Descriptor) -> Outcome {
    // "Calling `write` with more bytes than this function has permitted will trap."
    let stream = file(dir, "f", "")?.write_via_stream(0)?;
    stream.subscribe().block();
    let room = stream.check_write()?;
    let bytes = vec![0; room as usize + 1];
    println!("ends output_stream_write_more_than_was_permitted_traps 134");
    drop(stream.write(&bytes));
    Err(Saw("that the program went on".into()))
}
