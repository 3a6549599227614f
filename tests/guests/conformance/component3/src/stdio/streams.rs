//! Standard streams that are not terminals.

use std::io::Write;

use wasip3::cli::types::ErrorCode;
use wasip3::cli::{stderr, stdin, stdout, terminal_stderr, terminal_stdin, terminal_stdout};
use wasip3::wit_bindgen::{FutureReader, StreamReader, StreamResult};
use wasip3::wit_stream;

use crate::stream::{both, feed, put, take};
use crate::tools::*;

type Ending = FutureReader<Result<(), ErrorCode>>;

/// The future of a standard stream says success.
async fn over(ending: Ending) -> Outcome {
    same(ending.await, Ok(()))
}

/// Gives a standard stream some text, and waits for its end.
async fn say(call: fn(StreamReader<u8>) -> Ending, text: &str) -> Outcome {
    let (writer, reader) = wit_stream::new();
    let ending = call(reader);
    feed(writer, text.as_bytes()).await;
    over(ending).await
}

#[case]
async fn stdin_read_via_stream_has_all_that_was_given() -> Outcome {
    let (stream, ending) = stdin::read_via_stream();
    same(stream.collect().await, b"one\ntwo\n")?;
    over(ending).await
}

#[case]
async fn stdin_read_via_stream_its_future_awaited_while_the_stream_is_read() -> Outcome {
    let (stream, ending) = stdin::read_via_stream();
    let (result, bytes) = both(ending.into_future(), stream.collect()).await;
    same(result, Ok(()))?;
    same(bytes, b"one\ntwo\n")
}

#[case]
async fn stdin_read_via_stream_end_stays() -> Outcome {
    let (mut stream, ending) = stdin::read_via_stream();
    same(take(&mut stream, 8).await?, b"one\ntwo\n")?;
    same(stream.read(Vec::with_capacity(4)).await, (StreamResult::Dropped, vec![]))?;
    over(ending).await?;
    let (stream, ending) = stdin::read_via_stream();
    same(stream.collect().await, b"")?;
    over(ending).await
}

#[case]
async fn stdin_read_via_stream_dropped_before_its_end() -> Outcome {
    // "If the stream's readable end is dropped the future will resolve to success."
    let (mut stream, ending) = stdin::read_via_stream();
    same(take(&mut stream, 4).await?, b"one\n")?;
    drop(stream);
    over(ending).await
}

#[case]
async fn stdin_read_via_stream_its_future_dropped_unread() -> Outcome {
    let (stream, ending) = stdin::read_via_stream();
    drop(ending);
    same(stream.collect().await, b"one\ntwo\n")
}

#[case]
async fn stdin_read_via_stream_dropped_unread_and_asked_for_again() -> Outcome {
    let (stream, ending) = stdin::read_via_stream();
    drop(stream);
    over(ending).await?;
    let (stream, ending) = stdin::read_via_stream();
    same(stream.collect().await, b"one\ntwo\n")?;
    over(ending).await
}

#[case]
async fn stdin_read_via_stream_into_a_file(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    let (stream, ending) = stdin::read_via_stream();
    file.write_via_stream(stream, 0).await?;
    over(ending).await?;
    same(contents(&file).await?, b"one\ntwo\n")
}

#[case]
async fn stdin_read_via_stream_and_a_file_at_once() -> Outcome {
    let ((typed, one), (stored, two)) = (stdin::read_via_stream(), open("hello.txt").await?.read_via_stream(0));
    let (typed, stored) = both(typed.collect(), stored.collect()).await;
    same(typed, b"one\ntwo\n")?;
    same(stored, b"hello, image\n")?;
    two.await?;
    over(one).await
}

#[case]
async fn stdout_write_via_stream_takes_text() -> Outcome {
    println!("says stdout_write_via_stream_takes_text stdout to the output");
    say(stdout::write_via_stream, "to the output\n").await
}

#[case]
async fn stdout_write_via_stream_takes_nothing() -> Outcome {
    say(stdout::write_via_stream, "").await
}

#[case]
async fn stdout_write_via_stream_takes_much() -> Outcome {
    let line = "long ".repeat(50_000);
    println!("says stdout_write_via_stream_takes_much stdout {line}end");
    say(stdout::write_via_stream, &(line + "end\n")).await
}

#[case]
async fn stdout_write_via_stream_takes_a_file() -> Outcome {
    println!("says stdout_write_via_stream_takes_a_file stdout hello, image");
    let (stream, ending) = open("hello.txt").await?.read_via_stream(0);
    over(stdout::write_via_stream(stream)).await?;
    Ok(ending.await?)
}

#[case]
async fn stdout_write_via_stream_twice_is_one_place() -> Outcome {
    println!("says stdout_write_via_stream_twice_is_one_place stdout one two");
    say(stdout::write_via_stream, "one ").await?;
    say(stdout::write_via_stream, "two\n").await
}

#[case]
async fn stdout_write_via_stream_two_at_once_by_turns() -> Outcome {
    println!("says stdout_write_via_stream_two_at_once_by_turns stdout abcd");
    let ((mut one, first), (mut two, second)) = (wit_stream::new(), wit_stream::new());
    let (first, second) = (stdout::write_via_stream(first), stdout::write_via_stream(second));
    put(&mut one, b"a").await?;
    put(&mut two, b"b").await?;
    put(&mut one, b"c").await?;
    put(&mut two, b"d\n").await?;
    drop((one, two));
    over(second).await?;
    over(first).await
}

#[case]
async fn stdout_write_via_stream_by_turns_with_the_other_version() -> Outcome {
    println!("says stdout_write_via_stream_by_turns_with_the_other_version stdout one two three");
    say(stdout::write_via_stream, "one ").await?;
    print!("two ");
    std::io::stdout().flush()?;
    say(stdout::write_via_stream, "three\n").await
}

#[case]
async fn stdout_write_via_stream_its_future_dropped_unread() -> Outcome {
    println!("says stdout_write_via_stream_its_future_dropped_unread stdout nobody waits");
    let (mut writer, reader) = wit_stream::new();
    drop(stdout::write_via_stream(reader));
    put(&mut writer, b"nobody waits\n").await?;
    drop(writer);
    // What is said after it is seen is behind it.
    say(stdout::write_via_stream, "").await
}

#[case]
async fn stderr_write_via_stream_takes_text() -> Outcome {
    println!("says stderr_write_via_stream_takes_text stderr to the errors");
    say(stderr::write_via_stream, "to the errors\n").await
}

#[case]
async fn stderr_write_via_stream_takes_nothing() -> Outcome {
    say(stderr::write_via_stream, "").await
}

#[case]
async fn stderr_write_via_stream_takes_a_file() -> Outcome {
    println!("says stderr_write_via_stream_takes_a_file stderr hello, image");
    let (stream, ending) = open("hello.txt").await?.read_via_stream(0);
    over(stderr::write_via_stream(stream)).await?;
    Ok(ending.await?)
}

#[case]
fn get_terminal_stdin_none() -> Outcome {
    holds(terminal_stdin::get_terminal_stdin().is_none(), "it is no terminal")
}

#[case]
fn get_terminal_stdout_none() -> Outcome {
    holds(terminal_stdout::get_terminal_stdout().is_none(), "it is no terminal")
}

#[case]
fn get_terminal_stderr_none() -> Outcome {
    holds(terminal_stderr::get_terminal_stderr().is_none(), "it is no terminal")
}
