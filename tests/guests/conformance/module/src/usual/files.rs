//! Reading, writing, seeking.

use wasi::*;

use crate::tools::*;

#[case]
fn fd_read_goes_on_where_it_was() -> Outcome {
    let file = open("hello.txt")?;
    same(read(&file, 5)?, b"hello")?;
    same(read(&file, 2)?, b", ")?;
    same(read(&file, 99)?, b"image\n")?;
    same(read(&file, 99)?, b"")
}

#[case]
fn fd_read_into_several_buffers() -> Outcome {
    let (file, mut one, mut two, mut at) = (open("hello.txt")?, [0; 5], [0; 8], 0_usize);
    // It may fill the first buffer alone.
    while at < 13 {
        let (a, b) = (at.min(5), at.saturating_sub(5));
        let buffers = [
            Iovec { buf: one[a..].as_mut_ptr(), buf_len: 5 - a },
            Iovec { buf: two[b..].as_mut_ptr(), buf_len: 8 - b },
        ];
        at += unsafe { fd_read(file.0, &buffers)? };
    }
    same((&one[..], &two[..]), (&b"hello"[..], &b", image\n"[..]))
}

#[case]
fn fd_read_without_the_right(dir: &File) -> Outcome {
    file(dir, "f", "x")?;
    let file = open_with(dir, FOLLOW, "f", 0, RIGHTS_FD_WRITE, 0)?;
    fails(read(&file, 1), &[ERRNO_BADF, ERRNO_NOTCAPABLE])
}

#[case]
fn fd_read_of_a_directory() -> Outcome {
    fails(read(&root(), 1), &[ERRNO_ISDIR, ERRNO_BADF])
}

#[case]
fn fd_pread_does_not_move() -> Outcome {
    let file = open("hello.txt")?;
    same(read_at(&file, 5, 7)?, b"image")?;
    same(read(&file, 5)?, b"hello")
}

#[case]
fn fd_pread_beyond_the_end() -> Outcome {
    same(read_at(&open("hello.txt")?, 5, 1000)?, b"")
}

#[case]
fn fd_write_goes_on_where_it_was(dir: &File) -> Outcome {
    let file = file(dir, "f", "0123456789")?;
    write(&file, b"ab")?;
    write(&file, b"cd")?;
    same(contents(&file)?, b"abcd456789")
}

#[case]
fn fd_write_from_several_buffers(dir: &File) -> Outcome {
    let (file, text) = (file(dir, "f", "")?, b"one two");
    let mut at = 0;
    while at < 7 {
        let middle = at.max(4);
        let buffers = [
            Ciovec { buf: text[at..middle].as_ptr(), buf_len: middle - at },
            Ciovec { buf: text[middle..].as_ptr(), buf_len: 7 - middle },
        ];
        at += unsafe { fd_write(file.0, &buffers)? };
    }
    same(contents(&file)?, text)
}

#[case]
fn fd_write_without_the_right() -> Outcome {
    fails(write(&open("hello.txt")?, b"x"), &[ERRNO_BADF, ERRNO_NOTCAPABLE])?;
    same(contents(&open("hello.txt")?)?, b"hello, image\n")
}

#[case]
fn fd_write_of_a_directory() -> Outcome {
    fails(write(&root(), b"x"), &[ERRNO_ISDIR, ERRNO_BADF])
}

#[case]
fn fd_pwrite_does_not_move(dir: &File) -> Outcome {
    let file = file(dir, "f", "0123456789")?;
    same(write_at(&file, b"ab", 4)?, 2)?;
    same(unsafe { fd_tell(file.0)? }, 0)?;
    same(contents(&file)?, b"0123ab6789")
}

#[case]
fn fd_pwrite_beyond_the_end(dir: &File) -> Outcome {
    let file = file(dir, "f", "a")?;
    write_at(&file, b"b", 4)?;
    same(contents(&file)?, b"a\0\0\0b")
}

#[case]
fn fd_seek_from_the_start() -> Outcome {
    let file = open("hello.txt")?;
    same(seek(&file, 7, WHENCE_SET)?, 7)?;
    same(read(&file, 5)?, b"image")
}

#[case]
fn fd_seek_from_here() -> Outcome {
    let file = open("hello.txt")?;
    seek(&file, 3, WHENCE_SET)?;
    same(seek(&file, 4, WHENCE_CUR)?, 7)?;
    same(seek(&file, -2, WHENCE_CUR)?, 5)
}

#[case]
fn fd_seek_from_the_end() -> Outcome {
    let file = open("hello.txt")?;
    same(seek(&file, -6, WHENCE_END)?, 7)?;
    same(read(&file, 99)?, b"image\n")
}

#[case]
fn fd_seek_beyond_the_end_then_read() -> Outcome {
    let file = open("hello.txt")?;
    same(seek(&file, 1000, WHENCE_SET)?, 1000)?;
    same(read(&file, 5)?, b"")
}

#[case]
fn fd_seek_beyond_the_end_then_write(dir: &File) -> Outcome {
    let file = file(dir, "f", "ab")?;
    same(seek(&file, 2, WHENCE_END)?, 4)?;
    same(stat(&file)?.size, 2)?;
    write(&file, b"c")?;
    same(contents(&file)?, b"ab\0\0c")
}

#[case]
fn fd_seek_before_the_start() -> Outcome {
    let file = open("hello.txt")?;
    fails(seek(&file, -1, WHENCE_SET), &[ERRNO_INVAL])?;
    fails(seek(&file, -14, WHENCE_END), &[ERRNO_INVAL])?;
    fails(seek(&file, -1, WHENCE_CUR), &[ERRNO_INVAL])?;
    same(unsafe { fd_tell(file.0)? }, 0)
}

#[case]
fn fd_seek_of_a_directory() -> Outcome {
    fails(seek(&root(), 0, WHENCE_SET), &[ERRNO_BADF, ERRNO_ISDIR, ERRNO_NOTCAPABLE, ERRNO_SPIPE])
}

#[case]
fn fd_tell_follows_reads() -> Outcome {
    let file = open("hello.txt")?;
    same(unsafe { fd_tell(file.0)? }, 0)?;
    read(&file, 5)?;
    same(unsafe { fd_tell(file.0)? }, 5)
}

#[case]
fn fd_tell_of_two_descriptors_of_a_file() -> Outcome {
    let (one, two) = (open("hello.txt")?, open("hello.txt")?);
    read(&one, 5)?;
    same(unsafe { (fd_tell(one.0)?, fd_tell(two.0)?) }, (5, 0))
}

#[case]
fn fd_advise_every_kind() -> Outcome {
    let file = open("hello.txt")?;
    for advice in [ADVICE_NORMAL, ADVICE_SEQUENTIAL, ADVICE_RANDOM, ADVICE_WILLNEED, ADVICE_DONTNEED, ADVICE_NOREUSE] {
        unsafe { fd_advise(file.0, 0, 13, advice)? };
    }
    same(contents(&file)?, b"hello, image\n")
}

#[case]
fn fd_advise_of_a_directory() -> Outcome {
    fails(unsafe { fd_advise(root().0, 0, 0, ADVICE_NORMAL) }, &[ERRNO_BADF, ERRNO_INVAL, ERRNO_ISDIR])
}

#[case]
fn fd_allocate_makes_room_or_says_that_it_cannot(dir: &File) -> Outcome {
    let file = file(dir, "f", "ab")?;
    match unsafe { fd_allocate(file.0, 0, 10) } {
        Ok(()) => same(contents(&file)?, b"ab\0\0\0\0\0\0\0\0"),
        Err(error) => {
            fails(Err::<(), _>(error), &[ERRNO_NOTSUP])?;
            same(contents(&file)?, b"ab")
        }
    }
}

#[case]
fn fd_allocate_of_a_directory() -> Outcome {
    fails(unsafe { fd_allocate(root().0, 0, 10) }, &[ERRNO_BADF, ERRNO_ISDIR, ERRNO_NODEV])
}

#[case]
fn fd_sync_of_a_written_file(dir: &File) -> Outcome {
    Ok(unsafe { fd_sync(file(dir, "f", "x")?.0)? })
}

#[case]
fn fd_sync_of_a_directory(dir: &File) -> Outcome {
    Ok(unsafe { fd_sync(dir.0)? })
}

#[case]
fn fd_datasync_of_a_written_file(dir: &File) -> Outcome {
    Ok(unsafe { fd_datasync(file(dir, "f", "x")?.0)? })
}

#[case]
fn fd_filestat_set_size_smaller_and_larger(dir: &File) -> Outcome {
    let file = file(dir, "f", "0123456789")?;
    unsafe { fd_filestat_set_size(file.0, 2)? };
    unsafe { fd_filestat_set_size(file.0, 4)? };
    same(contents(&file)?, b"01\0\0")
}

#[case]
fn fd_filestat_set_size_does_not_move(dir: &File) -> Outcome {
    let file = file(dir, "f", "0123456789")?;
    seek(&file, 5, WHENCE_SET)?;
    unsafe { fd_filestat_set_size(file.0, 2)? };
    same(unsafe { fd_tell(file.0)? }, 5)
}

#[case]
fn fd_filestat_set_size_without_the_right() -> Outcome {
    let set = unsafe { fd_filestat_set_size(open("hello.txt")?.0, 0) };
    fails(set, &[ERRNO_BADF, ERRNO_INVAL, ERRNO_NOTCAPABLE])
}
