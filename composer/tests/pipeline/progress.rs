//! What is told while something is composed, and how it is stopped.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use super::images::{any, directory};
use super::{FORMS, apps};
use vfs_compose::error::Error;
use vfs_compose::{Composer, Entry, Files, Progress};

type Told = Arc<Mutex<Vec<Progress>>>;

/// A composer that stops as soon as `stop` says so, and what it told.
fn observed(composer: Composer, stop: impl Fn(Progress) -> bool + Send + Sync + 'static) -> (Composer, Told) {
    let told = Told::default();
    let kept = Arc::clone(&told);
    let composer = composer.on_progress(move |progress| {
        kept.lock().unwrap().push(progress);
        if stop(progress) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    (composer, told)
}

fn many(count: usize) -> Files {
    let entries = (0..count).map(|number| (format!("d/{number}"), Entry::file(vec![number as u8; 1000])));
    Files::from_entries(entries).unwrap()
}

#[test]
fn what_is_done_is_told_to_the_end() {
    let a = directory(&[("x", "1"), ("d/y", "2")]);
    for form in FORMS {
        let composer = Composer::new(apps::command("0.2.6")).image(a.path()).files(many(500)).form(form);
        let (composer, told) = observed(composer, |_| false);
        let composed = composer.compose().unwrap();
        let listed = told.lock().unwrap().split_off(0);
        assert!(listed.iter().all(|progress| matches!(progress, Progress::Listing { .. })), "{listed:?}");
        assert!(listed.len() > 500 && listed.is_sorted_by_key(entries), "{listed:?}");
        composed.write_to(&mut io::sink()).unwrap();
        let written = told.lock().unwrap().split_off(0);
        let size = composed.report().image.bytes;
        assert_eq!(written.last(), Some(&Progress::Writing { bytes: size, total: size }));
        assert!(written.len() > 1);
    }
}

fn entries(progress: &Progress) -> u64 {
    match progress {
        Progress::Listing { entries } => *entries,
        _ => 0,
    }
}

#[test]
fn listing_a_directory_stops_at_once() {
    let names: Vec<_> = (0..300).map(|number| format!("d{}/{number}", number % 7)).collect();
    let a = directory(&names.iter().map(|name| (name.as_str(), "")).collect::<Vec<_>>());
    for form in FORMS {
        let composer = Composer::new(apps::command("0.2.6")).form(form);
        let stop = |progress: Progress| entries(&progress) >= 20;
        let (composer, told) = observed(composer.image(a.path()), stop);
        assert!(matches!(composer.compose(), Err(Error::Stopped)));
        assert!(matches!(composer.vfs(), Err(Error::Stopped)));
        assert!(matches!(composer.pack(), Err(Error::Stopped)));
        let told = told.lock().unwrap();
        assert_eq!(told.len(), 60, "three times up to the twentieth");
    }
}

#[test]
fn merging_stops_at_once() {
    let (composer, told) = observed(any().files(many(300)).files(many(300)), |progress| entries(&progress) >= 400);
    assert!(matches!(composer.pack(), Err(Error::Stopped)));
    assert_eq!(told.lock().unwrap().len(), 400);
}

#[test]
fn writing_stops_at_once() {
    struct Counted(usize);
    impl Write for Counted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let is_far = |progress| matches!(progress, Progress::Writing { bytes, .. } if bytes > 0);
    for form in FORMS {
        let composer = Composer::new(apps::command("0.2.6")).form(form).files(many(3000));
        let (composer, told) = observed(composer, is_far);
        let composed = composer.compose().unwrap();
        let mut out = Counted(0);
        assert!(matches!(composed.write_to(&mut out), Err(Error::Stopped)));
        assert!((out.0 as u64) < composed.report().size / 2, "{} of {}", out.0, composed.report().size);
        assert!(matches!(composed.to_bytes(), Err(Error::Stopped)));
        let written = told.lock().unwrap().iter().filter(|progress| is_far(**progress)).count();
        assert_eq!(written, 2);
    }
    // An image file is copied, which is another way.
    let image = tempfile::NamedTempFile::new().unwrap();
    any().files(many(3000)).pack().unwrap().write_to(&mut image.as_file()).unwrap();
    let (composer, _) = observed(any().image(image.path()), is_far);
    let mut out = Counted(0);
    assert!(matches!(composer.pack().unwrap().write_to(&mut out), Err(Error::Stopped)));
    assert!(out.0 < 1 << 20);
}
