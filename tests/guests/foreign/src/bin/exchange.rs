//! An invented interface beside files: streams of the host and of files change hands in every shape of type.
//!
//! What is the host's passes both ways. What is a file's the host cannot use, where the files are inside: that is refused, in the
//! words of the function's own type.

use std::fs;
use std::io::{self, Read};

use check::{Behaviour, Outcome, Saw, holds, same};
use tests::exchange::desks::{Desk, Parcel, Refusal, Way, explain, fullest, merge};
use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{Descriptor, DescriptorFlags, OpenFlags, PathFlags};
use wasip2::io::streams::{InputStream, StreamError};

include!(concat!(env!("OUT_DIR"), "/exchange.rs"));

const HOSTS: &[Behaviour] = &[
    ("parcel_in_and_out", parcel_in_and_out),
    ("parcel_with_more", parcel_with_more),
    ("list_of_streams", list_of_streams),
    ("streams_in_a_variant", streams_in_a_variant),
    ("borrowed_stream", borrowed_stream),
    ("list_of_pollables", list_of_pollables),
    ("error_of_the_host", error_of_the_host),
    ("lists_of_its_own_resources", lists_of_its_own_resources),
];

const FILES: &[Behaviour] = &[
    ("file_in_a_record", file_in_a_record),
    ("file_in_a_list_in_a_record", file_in_a_list_in_a_record),
    ("file_in_a_variant", file_in_a_variant),
    ("file_borrowed", file_borrowed),
    ("error_of_a_file", error_of_a_file),
];

const NO_WORDS: &[Behaviour] = &[("file_in_a_list_of_pollables", file_in_a_list_of_pollables)];

fn main() -> std::process::ExitCode {
    check::run(&[("hosts", HOSTS), ("files", FILES), ("no-words", NO_WORDS)])
}

fn said(refusal: Refusal) -> Saw {
    Saw(format!("{refusal:?}"))
}

/// A stream of the host: the first of the parcel that every new desk has.
fn of_host() -> Result<InputStream, Saw> {
    Ok(Desk::new("host's").hand_out("stock").map_err(said)?.content)
}

/// A stream of a file.
fn of_file() -> Result<InputStream, Saw> {
    Ok(file()?.read_via_stream(0)?)
}

fn file() -> Result<Descriptor, Saw> {
    let root = get_directories().remove(0).0;
    let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
    Ok(root.open_at(PathFlags::empty(), "hello.txt", OpenFlags::empty(), flags)?)
}

fn text(mut stream: impl Read) -> Result<String, Saw> {
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

fn parcel(label: &str, content: InputStream, more: Vec<InputStream>) -> Parcel {
    Parcel { label: label.into(), content, more, weight: Some(7) }
}

fn parcel_in_and_out() -> Outcome {
    let desk = Desk::new("in and out");
    same(desk.hand_in(parcel("mine", of_host()?, Vec::new())).map_err(said)?, 1)?;
    let back = desk.hand_out("mine").map_err(said)?;
    same((back.label.as_str(), back.weight, back.more.len()), ("mine", Some(7), 0))?;
    same(text(back.content)?, "stock of host's")
}

fn parcel_with_more() -> Outcome {
    let desk = Desk::new("more");
    let Parcel { content, more, .. } = desk.hand_out("stock").map_err(said)?;
    same(more.len(), 2)?;
    same(desk.hand_in(parcel("again", content, more)).map_err(said)?, 3)?;
    let back = desk.hand_out("again").map_err(said)?;
    let mut file = fs::File::create("/parcel")?;
    io::copy(&mut { back.content }, &mut file)?;
    for mut stream in back.more {
        io::copy(&mut stream, &mut file)?;
    }
    same(fs::read_to_string("/parcel")?, "stock of more, more, still more")
}

fn list_of_streams() -> Outcome {
    let desk = Desk::new("list");
    desk.hand_in(parcel("other", of_host()?, Vec::new())).map_err(said)?;
    let mut all = Vec::new();
    for (label, stream) in desk.clear() {
        all.push((label, text(stream)?));
    }
    let wanted = [("other", "stock of host's"), ("stock", "stock of list")];
    same(all, wanted.map(|(label, text)| (label.to_owned(), text.to_owned())))
}

fn streams_in_a_variant() -> Outcome {
    let desk = Desk::new("variant");
    let mut outlets = desk.outlets(3);
    // A file into one of them first.
    io::copy(&mut fs::File::open("/hello.txt")?, &mut outlets[0])?;
    let (third, second) = (outlets.remove(2), outlets.remove(1));
    same(desk.send("nobody", Way::Nowhere).map_err(said)?, 0)?;
    same(desk.send("one", Way::To(outlets.remove(0))).map_err(said)?, 1)?;
    same(desk.send("two", Way::Both((second, third))).map_err(said)?, 2)?;
    same(desk.sent(), ["hello, image\none", "two", "two"])
}

fn borrowed_stream() -> Outcome {
    let (desk, stream) = (Desk::new("lent"), of_host()?);
    same(desk.peek(&stream, 6).map_err(said)?, b"stock ")?;
    same(text(stream)?, "of host's")
}

fn list_of_pollables() -> Outcome {
    let (desk, one, other) = (Desk::new("pollables"), of_host()?, of_host()?);
    let (first, second) = (one.subscribe(), other.subscribe());
    same(desk.waiting(&[&first, &second, &first]), 3)?;
    same(desk.waiting(&[]), 0)
}

fn error_of_the_host() -> Outcome {
    let desk = Desk::new("error");
    // An outlet takes so much, and fails then.
    let outlet = desk.outlets(1).remove(0);
    let error = loop {
        match outlet.blocking_write_and_flush(&[0; 4096]) {
            Ok(()) => {}
            Err(StreamError::LastOperationFailed(error)) => break error,
            Err(StreamError::Closed) => return Err(Saw("closed".into())),
        }
    };
    same(explain(&error), Some("the outlet is full".to_owned()))
}

fn lists_of_its_own_resources() -> Outcome {
    let desks: Vec<Desk> = ["one", "two", "three"].map(Desk::new).into();
    desks[1].hand_in(parcel("another", of_host()?, Vec::new())).map_err(said)?;
    same(fullest(&desks.iter().collect::<Vec<_>>()), Some("two".to_owned()))?;
    let all = merge(desks);
    same((all.name(), all.clear().len()), ("one, two, three".to_owned(), 4))
}

/// It was refused in the words of its type; nothing was kept, and the file is as it was.
fn refused<T: std::fmt::Debug>(desk: &Desk, answer: Result<T, Refusal>) -> Outcome {
    match answer {
        Err(Refusal::Unsupported(None)) => {}
        other => return Err(Saw(format!("{other:?}"))),
    }
    same(desk.clear().len(), 1)?;
    same(text(of_file()?)?, "hello, image\n")
}

fn file_in_a_record() -> Outcome {
    let desk = Desk::new("record");
    refused(&desk, desk.hand_in(parcel("file", of_file()?, Vec::new())))
}

fn file_in_a_list_in_a_record() -> Outcome {
    let desk = Desk::new("list in a record");
    refused(&desk, desk.hand_in(parcel("file", of_host()?, vec![of_host()?, of_file()?])))
}

fn file_in_a_variant() -> Outcome {
    let desk = Desk::new("variant");
    refused(&desk, desk.send("text", Way::To(file()?.append_via_stream()?)))?;
    let outlet = desk.outlets(1).remove(0);
    refused_again(&desk, desk.send("text", Way::Both((outlet, file()?.append_via_stream()?))))
}

/// As [`refused`], of a desk that is cleared.
fn refused_again(desk: &Desk, answer: Result<u32, Refusal>) -> Outcome {
    holds(matches!(answer, Err(Refusal::Unsupported(None))), "it is refused")?;
    same(desk.sent(), [""])?;
    same(text(of_file()?)?, "hello, image\n")
}

fn file_borrowed() -> Outcome {
    let (desk, stream) = (Desk::new("borrowed"), of_file()?);
    refused(&desk, desk.peek(&stream, 5))?;
    same(text(stream)?, "hello, image\n")
}

fn error_of_a_file() -> Outcome {
    let stream = file()?.write_via_stream((1 << 63) - 2)?;
    match stream.blocking_write_and_flush(b"farther than any file is long") {
        Err(StreamError::LastOperationFailed(error)) => same(explain(&error), None),
        other => Err(Saw(format!("{other:?}"))),
    }
}

/// There is no answer to this: the program ends here.
fn file_in_a_list_of_pollables() -> Outcome {
    let (desk, stream) = (Desk::new("pollables"), of_file()?);
    println!("asking");
    same(desk.waiting(&[&stream.subscribe()]), 1)
}
