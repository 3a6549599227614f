//! There are no sockets.

use vfs_preview1_abi::Errno;

use crate::machine::*;

#[test]
fn nothing_is_a_socket() {
    let mut machine = Machine::new(&[("file", Item::File(b""))]);
    let file = machine.open("file");
    for (fd, wanted) in [(file, Errno::Notsock), (ROOT, Errno::Notsock), (0, Errno::Notsock), (99, Errno::Badf)] {
        for result in [
            machine.call(|call| call.sock_accept(fd, 0, RESULT)),
            machine.call(|call| call.sock_recv(fd, VECTOR, 1, 0, RESULT, OTHER)),
            machine.call(|call| call.sock_send(fd, VECTOR, 1, 0, RESULT)),
            machine.call(|call| call.sock_shutdown(fd, 3)),
        ] {
            assert_eq!(result, Err(wanted), "{fd}");
        }
    }
}
