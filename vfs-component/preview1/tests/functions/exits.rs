//! Codes of exits.

use vfs_preview1_abi::exit_code;

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
