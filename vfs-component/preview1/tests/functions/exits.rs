//! Codes of exits.

use vfs_preview1_abi::{Errno, exit_code};

#[test]
fn a_failure_is_one_whatever_its_code() {
    for code in 0..=255 {
        assert_eq!(u32::from(exit_code(code)), code);
    }
    // C's `return -1`, and what POSIX leaves of large codes.
    for (code, wanted) in [(u32::MAX, 255), (257, 1), (266, 10), (256, 1), (512, 1), (1 << 31, 1), (0x1ff, 255)] {
        assert_eq!(exit_code(code), wanted, "{code}");
    }
}

#[test]
fn error_numbers_are_those_of_preview1() {
    for (errno, number) in [
        (Errno::Acces, 2),
        (Errno::Badf, 8),
        (Errno::Exist, 20),
        (Errno::Fault, 21),
        (Errno::Ilseq, 25),
        (Errno::Inval, 28),
        (Errno::Mfile, 33),
        (Errno::Noent, 44),
        (Errno::Notdir, 54),
        (Errno::Notsock, 57),
        (Errno::Notsup, 58),
        (Errno::Perm, 63),
        (Errno::Rofs, 69),
        (Errno::Spipe, 70),
        (Errno::Xdev, 75),
    ] {
        assert_eq!(Errno::number(Err(errno)), number);
    }
    assert_eq!(Errno::number(Ok(())), 0);
}
