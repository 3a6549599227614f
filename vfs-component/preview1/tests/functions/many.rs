//! Many open files.

use vfs_core::Limits;
use vfs_core::settings::Settings;
use vfs_preview1_abi::Errno;

use crate::machine::*;

fn limited(max_open: u32) -> Machine {
    let limits = Limits { max_open, ..Limits::default() };
    let settings = Settings { limits, ..Settings::default() };
    Machine::over(crate::core_support::image(&[("file", Item::File(b"x"))]), settings, PAGE)
}

#[test]
fn as_many_as_the_volume_allows() {
    // The preopen is one of them.
    let mut machine = limited(6_001);
    for number in 0..6_000 {
        assert_eq!(machine.open_at(ROOT, "file", 0, FD_READ, 0), Ok(number + 4));
    }
    assert_eq!(machine.open_at(ROOT, "file", 0, FD_READ, 0), Err(Errno::Mfile));
    assert_eq!(machine.open_at(ROOT, "new", CREATE, BOTH, 0), Err(Errno::Mfile));
    assert_eq!(machine.stat_at("new", 0), Err(Errno::Noent), "nothing was made");
    for number in [5_000, 17, 3_333] {
        machine.close(number).unwrap();
    }
    assert_eq!([machine.open("file"), machine.open("file"), machine.open("file")], [17, 3_333, 5_000]);
    assert_eq!(machine.read(6_003, 5).unwrap(), b"x");
    for number in 4..6_004 {
        machine.close(number).unwrap();
    }
    assert_eq!(machine.world().volume.usage().open, 1);
}

#[test]
fn listings_need_no_open_file_of_their_own() {
    let mut machine = limited(1);
    machine.call(|call| call.fd_readdir(ROOT, DATA, 1000, 0, RESULT)).unwrap();
    assert_eq!(machine.memory.u32(RESULT), 24 + 1 + 24 + 2 + 24 + 4);
}

#[test]
fn the_default_is_a_million() {
    let mut machine = limited(Limits::default().max_open);
    let count = 200_000;
    for number in 0..count {
        assert_eq!(machine.open_at(ROOT, "file", 0, FD_READ, 0), Ok(number + 4));
    }
    machine.close(4).unwrap();
    machine.close(count).unwrap();
    assert_eq!([machine.open("file"), machine.open("file"), machine.open("file")], [4, count, count + 4]);
}

#[test]
fn a_preopen_for_which_there_is_no_room() {
    let mut machine = limited(0);
    assert_eq!(machine.call(|call| call.fd_prestat_get(ROOT, RESULT)), Err(Errno::Badf));
    assert_eq!(machine.write(1, b"x"), Ok(1));
}
