//! `posix_fadvise`: advice is accepted and changes nothing.

use crate::tools::*;

const ALL: [Advice; 6] =
    [Advice::Normal, Advice::Sequential, Advice::Random, Advice::WillNeed, Advice::DontNeed, Advice::NoReuse];

#[case]
fn advise_every_kind_on_a_file_of_the_tree() -> Outcome {
    let file = open("hello.txt")?;
    for advice in ALL {
        file.advise(0, 13, advice)?;
    }
    same(contents(&file)?, b"hello, image\n")
}

#[case]
fn advise_every_kind_on_a_new_file(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text")?;
    for advice in ALL {
        file.advise(0, 4, advice)?;
    }
    same(contents(&file)?, b"text")
}

#[case]
fn advise_length_zero_means_to_the_end() -> Outcome {
    Ok(open("hello.txt")?.advise(3, 0, Advice::WillNeed)?)
}

#[case]
fn advise_beyond_the_end() -> Outcome {
    Ok(open("hello.txt")?.advise(1 << 40, 1 << 20, Advice::DontNeed)?)
}

#[case]
fn advise_on_a_directory() -> Outcome {
    fails_with(root().advise(0, 0, Advice::Normal), &[E::BadDescriptor, E::Invalid])
}
