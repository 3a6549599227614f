//! Times of files and the clocks.

use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::Write;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use check::{Behaviour, Outcome, holds, same};

use crate::scratch::scratch;

pub const BEHAVIOURS: &[Behaviour] = &[
    ("new_file_has_the_time_of_now", new_file_has_the_time_of_now),
    ("set_times", set_times),
    ("set_modified_and_leave_accessed", set_modified_and_leave_accessed),
    ("set_times_of_an_image_file", set_times_of_an_image_file),
    ("modified_changes_on_write", modified_changes_on_write),
    ("modified_of_a_directory_changes_on_create", modified_of_a_directory_changes_on_create),
    ("modified_stays_on_read_and_rename", modified_stays_on_read_and_rename),
    ("sleep_takes_its_time", sleep_takes_its_time),
    ("wall_clock_is_after_2020", wall_clock_is_after_2020),
];

/// Host filesystems stamp files with a clock that may lag by some milliseconds.
const LAG: Duration = Duration::from_millis(50);

fn new_file_has_the_time_of_now() -> Outcome {
    let at = scratch("new_file_has_the_time_of_now")?.join("f");
    let before = SystemTime::now();
    fs::write(&at, "x")?;
    let seen = fs::metadata(&at)?.modified()?;
    holds(seen + LAG >= before && seen <= SystemTime::now() + LAG, "the time of a new file is the time of its making")
}

fn set_times() -> Outcome {
    let at = scratch("set_times")?.join("f");
    let file = File::create(&at)?;
    let (accessed, modified) =
        (UNIX_EPOCH + Duration::new(1, 2), UNIX_EPOCH + Duration::new(1_700_000_000, 999_999_999));
    file.set_times(FileTimes::new().set_accessed(accessed).set_modified(modified))?;
    let seen = fs::metadata(&at)?;
    same(seen.accessed()?, accessed)?;
    same(seen.modified()?, modified)
}

fn set_modified_and_leave_accessed() -> Outcome {
    let at = scratch("set_modified_and_leave_accessed")?.join("f");
    let file = File::create(&at)?;
    let time = UNIX_EPOCH + Duration::new(5, 0);
    file.set_times(FileTimes::new().set_accessed(time))?;
    file.set_times(FileTimes::new().set_modified(time))?;
    let seen = fs::metadata(&at)?;
    same(seen.accessed()?, time)?;
    same(seen.modified()?, time)
}

fn set_times_of_an_image_file() -> Outcome {
    let time = UNIX_EPOCH + Duration::new(77, 7);
    OpenOptions::new().write(true).open("/change/times.txt")?.set_modified(time)?;
    same(fs::metadata("/change/times.txt")?.modified()?, time)?;
    same(fs::read_to_string("/change/times.txt")?, "times\n")
}

fn modified_changes_on_write() -> Outcome {
    let at = scratch("modified_changes_on_write")?.join("f");
    let mut file = File::create(&at)?;
    file.write_all(b"1")?;
    let first = fs::metadata(&at)?.modified()?;
    sleep(Duration::from_millis(20));
    file.write_all(b"2")?;
    holds(fs::metadata(&at)?.modified()? > first, "a write makes the time later")
}

fn modified_of_a_directory_changes_on_create() -> Outcome {
    let dir = scratch("modified_of_a_directory_changes_on_create")?;
    let first = fs::metadata(&dir)?.modified()?;
    sleep(Duration::from_millis(20));
    fs::write(dir.join("f"), "")?;
    holds(fs::metadata(&dir)?.modified()? > first, "an entry makes the time of its directory later")
}

fn modified_stays_on_read_and_rename() -> Outcome {
    let dir = scratch("modified_stays_on_read_and_rename")?;
    fs::write(dir.join("a"), "x")?;
    let first = fs::metadata(dir.join("a"))?.modified()?;
    sleep(Duration::from_millis(20));
    fs::read(dir.join("a"))?;
    fs::rename(dir.join("a"), dir.join("b"))?;
    same(fs::metadata(dir.join("b"))?.modified()?, first)
}

fn sleep_takes_its_time() -> Outcome {
    let start = Instant::now();
    sleep(Duration::from_millis(30));
    let took = start.elapsed();
    holds(took >= Duration::from_millis(30) && took < Duration::from_secs(20), "sleep takes about its time")
}

fn wall_clock_is_after_2020() -> Outcome {
    holds(SystemTime::now() > UNIX_EPOCH + Duration::from_secs(1_577_836_800), "now is after 2020")
}
