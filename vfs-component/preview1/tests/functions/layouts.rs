//! Numbers and layouts, against those of the crate `wasi`, which were generated from WASI's own description.

use std::mem::offset_of;

use vfs_preview1_abi::{Errno, FileType};

use crate::machine::*;

macro_rules! errnos {
    ($($ours:ident $theirs:ident;)*) => {
        #[test]
        fn error_numbers() {
            let pairs = [$((Errno::$ours, wasi::$theirs.raw()),)*];
            for (errno, number) in pairs {
                assert_eq!(Errno::number(Err(errno)), i32::from(number), "{errno:?}");
                // Nothing is left out: the next one is listed as well.
                match errno {
                    $(Errno::$ours => {})*
                }
            }
            assert_eq!(Errno::number(Ok(())), 0);
        }
    };
}

errnos! {
    Acces ERRNO_ACCES;
    Again ERRNO_AGAIN;
    Already ERRNO_ALREADY;
    Badf ERRNO_BADF;
    Busy ERRNO_BUSY;
    Deadlk ERRNO_DEADLK;
    Dquot ERRNO_DQUOT;
    Exist ERRNO_EXIST;
    Fault ERRNO_FAULT;
    Fbig ERRNO_FBIG;
    Ilseq ERRNO_ILSEQ;
    Inprogress ERRNO_INPROGRESS;
    Intr ERRNO_INTR;
    Inval ERRNO_INVAL;
    Io ERRNO_IO;
    Isdir ERRNO_ISDIR;
    Loop ERRNO_LOOP;
    Mfile ERRNO_MFILE;
    Mlink ERRNO_MLINK;
    Msgsize ERRNO_MSGSIZE;
    Nametoolong ERRNO_NAMETOOLONG;
    Nodev ERRNO_NODEV;
    Noent ERRNO_NOENT;
    Nolck ERRNO_NOLCK;
    Nomem ERRNO_NOMEM;
    Nospc ERRNO_NOSPC;
    Notdir ERRNO_NOTDIR;
    Notempty ERRNO_NOTEMPTY;
    Notrecoverable ERRNO_NOTRECOVERABLE;
    Notsock ERRNO_NOTSOCK;
    Notsup ERRNO_NOTSUP;
    Notty ERRNO_NOTTY;
    Nxio ERRNO_NXIO;
    Overflow ERRNO_OVERFLOW;
    Perm ERRNO_PERM;
    Pipe ERRNO_PIPE;
    Rofs ERRNO_ROFS;
    Spipe ERRNO_SPIPE;
    Txtbsy ERRNO_TXTBSY;
    Xdev ERRNO_XDEV;
}

#[test]
fn kinds_of_files() {
    for (kind, number) in [
        (FileType::Unknown, wasi::FILETYPE_UNKNOWN),
        (FileType::BlockDevice, wasi::FILETYPE_BLOCK_DEVICE),
        (FileType::CharacterDevice, wasi::FILETYPE_CHARACTER_DEVICE),
        (FileType::Directory, wasi::FILETYPE_DIRECTORY),
        (FileType::RegularFile, wasi::FILETYPE_REGULAR_FILE),
        (FileType::Socket, wasi::FILETYPE_SOCKET_STREAM),
        (FileType::SymbolicLink, wasi::FILETYPE_SYMBOLIC_LINK),
    ] {
        assert_eq!(kind as u8, number.raw());
    }
}

#[test]
fn flags_and_numbers_of_these_tests() {
    assert_eq!([FD_READ, FD_WRITE], [wasi::RIGHTS_FD_READ, wasi::RIGHTS_FD_WRITE]);
    let open = [wasi::OFLAGS_CREAT, wasi::OFLAGS_DIRECTORY, wasi::OFLAGS_EXCL, wasi::OFLAGS_TRUNC];
    assert_eq!([CREATE, DIRECTORY, EXCLUSIVE, TRUNCATE], open.map(u32::from));
    assert_eq!(APPEND, u32::from(wasi::FDFLAGS_APPEND));
    assert_eq!([wasi::WHENCE_SET, wasi::WHENCE_CUR, wasi::WHENCE_END].map(|whence| whence.raw()), [0, 1, 2]);
    let times = [wasi::FSTFLAGS_ATIM, wasi::FSTFLAGS_ATIM_NOW, wasi::FSTFLAGS_MTIM, wasi::FSTFLAGS_MTIM_NOW];
    assert_eq!(times, [1, 2, 4, 8]);
    assert_eq!([wasi::CLOCKID_REALTIME, wasi::CLOCKID_MONOTONIC].map(|clock| clock.raw()), [0, 1]);
    assert_eq!((wasi::ADVICE_NOREUSE.raw(), wasi::SIGNAL_SYS.raw()), (5, 30));
}

/// The rights that engines report, by name.
#[test]
fn rights() {
    let directory = wasi::RIGHTS_PATH_CREATE_DIRECTORY
        | wasi::RIGHTS_PATH_CREATE_FILE
        | wasi::RIGHTS_PATH_LINK_SOURCE
        | wasi::RIGHTS_PATH_LINK_TARGET
        | wasi::RIGHTS_PATH_OPEN
        | wasi::RIGHTS_FD_READDIR
        | wasi::RIGHTS_PATH_READLINK
        | wasi::RIGHTS_PATH_RENAME_SOURCE
        | wasi::RIGHTS_PATH_RENAME_TARGET
        | wasi::RIGHTS_PATH_FILESTAT_GET
        | wasi::RIGHTS_PATH_FILESTAT_SET_TIMES
        | wasi::RIGHTS_FD_FILESTAT_GET
        | wasi::RIGHTS_FD_FILESTAT_SET_TIMES
        | wasi::RIGHTS_PATH_SYMLINK
        | wasi::RIGHTS_PATH_REMOVE_DIRECTORY
        | wasi::RIGHTS_PATH_UNLINK_FILE;
    let file = wasi::RIGHTS_FD_DATASYNC
        | wasi::RIGHTS_FD_READ
        | wasi::RIGHTS_FD_SEEK
        | wasi::RIGHTS_FD_FDSTAT_SET_FLAGS
        | wasi::RIGHTS_FD_SYNC
        | wasi::RIGHTS_FD_TELL
        | wasi::RIGHTS_FD_WRITE
        | wasi::RIGHTS_FD_ADVISE
        | wasi::RIGHTS_FD_ALLOCATE
        | wasi::RIGHTS_FD_FILESTAT_GET
        | wasi::RIGHTS_FD_FILESTAT_SET_SIZE
        | wasi::RIGHTS_FD_FILESTAT_SET_TIMES
        | wasi::RIGHTS_POLL_FD_READWRITE;
    let mut machine = Machine::new(&[("file", Item::File(b""))]);
    assert_eq!(machine.fdstat(ROOT).unwrap(), (3, 0, directory, directory | file));
    let fd = machine.open_at(ROOT, "file", 0, BOTH, 0).unwrap();
    assert_eq!(machine.fdstat(fd).unwrap(), (4, 0, file, file));
}

#[test]
fn structures() {
    // The offsets that the tests read at, and the sizes that faults are checked by.
    type Stat = wasi::Filestat;
    let stat = [
        offset_of!(Stat, dev),
        offset_of!(Stat, ino),
        offset_of!(Stat, filetype),
        offset_of!(Stat, nlink),
        offset_of!(Stat, size),
        offset_of!(Stat, atim),
        offset_of!(Stat, mtim),
        offset_of!(Stat, ctim),
        size_of::<Stat>(),
    ];
    assert_eq!(stat, [0, 8, 16, 24, 32, 40, 48, 56, 64]);
    type Status = wasi::Fdstat;
    let status = [
        offset_of!(Status, fs_filetype),
        offset_of!(Status, fs_flags),
        offset_of!(Status, fs_rights_base),
        offset_of!(Status, fs_rights_inheriting),
        size_of::<Status>(),
    ];
    assert_eq!(status, [0, 2, 8, 16, 24]);
    type Dirent = wasi::Dirent;
    let dirent = [
        offset_of!(Dirent, d_next),
        offset_of!(Dirent, d_ino),
        offset_of!(Dirent, d_namlen),
        offset_of!(Dirent, d_type),
        size_of::<Dirent>(),
    ];
    assert_eq!(dirent, [0, 8, 16, 20, 24]);
    type Event = wasi::Event;
    let event = [
        offset_of!(Event, userdata),
        offset_of!(Event, error),
        offset_of!(Event, type_),
        offset_of!(Event, fd_readwrite.nbytes),
        offset_of!(Event, fd_readwrite.flags),
        size_of::<Event>(),
    ];
    assert_eq!(event, [0, 8, 10, 16, 24, 32]);
    type Subscription = wasi::Subscription;
    let union = offset_of!(Subscription, u.u);
    let subscription = [
        offset_of!(Subscription, userdata),
        offset_of!(Subscription, u.tag),
        union + offset_of!(wasi::SubscriptionClock, id),
        union + offset_of!(wasi::SubscriptionClock, timeout),
        union + offset_of!(wasi::SubscriptionClock, flags),
        union + offset_of!(wasi::SubscriptionFdReadwrite, file_descriptor),
        size_of::<Subscription>(),
    ];
    assert_eq!(subscription, [0, 8, 16, 24, 40, 16, 48]);
    // The length in a `prestat` is a `usize` there: of four bytes in a program.
    assert_eq!(offset_of!(wasi::Prestat, u), size_of::<usize>());
}
