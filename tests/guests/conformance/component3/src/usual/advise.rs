//! `posix_fadvise`: advice is accepted and changes nothing.

use crate::tools::*;

const ALL: [Advice; 6] =
    [Advice::Normal, Advice::Sequential, Advice::Random, Advice::WillNeed, Advice::DontNeed, Advice::NoReuse];

#[case]
async fn advise_every_kind_on_a_file_of_the_tree() -> Outcome {
    let file = open("hello.txt").await?;
    for advice in ALL {
        file.advise(0, 13, advice).await?;
    }
    same(contents(&file).await?, b"hello, image\n")
}

#[case]
async fn advise_every_kind_on_a_new_file(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "text").await?;
    for advice in ALL {
        file.advise(0, 4, advice).await?;
    }
    same(contents(&file).await?, b"text")
}

#[case]
async fn advise_length_zero_means_to_the_end() -> Outcome {
    Ok(open("hello.txt").await?.advise(3, 0, Advice::WillNeed).await?)
}

#[case]
async fn advise_beyond_the_end() -> Outcome {
    Ok(open("hello.txt").await?.advise(1 << 40, 1 << 20, Advice::DontNeed).await?)
}

#[case]
async fn advise_on_a_directory() -> Outcome {
    fails_with(root().advise(0, 0, Advice::Normal).await, &[E::BadDescriptor, E::Invalid])
}
