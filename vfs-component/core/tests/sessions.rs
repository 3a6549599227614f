//! Two apps on one volume: what is each one's own, and what they share.

mod support;

use std::collections::BTreeMap;

use support::{FOLLOW, Item, READ, READ_WRITE, TestClock, WRITE, image, read_all};
use vfs_core::settings::{Settings, SettingsView};
use vfs_core::{
    DescriptorFlags, DirectoryRights, Error, Fs, Limits, NewTimestamp, OpenFile, OpenFlags, Rights, Session,
};
use vfs_image::Image;

type Volume<'i> = Fs<'i, TestClock>;
type App<'s> = Session<'s, OpenFile>;

/// What `/` and `/home` of one app, and `/` of another one's are.
fn settings(preopens: &[(&str, &str)], directory: &str, read_only: bool) -> Vec<u8> {
    let preopens = preopens.iter().map(|(path, name)| ((*path).into(), (*name).into())).collect();
    Settings { preopens, directory: Some(directory.into()), read_only, ..Settings::default() }.encode()
}

fn app(settings: &[u8]) -> App<'_> {
    App::new(SettingsView::new(settings).unwrap())
}

fn volume(image: &[u8], limits: Limits) -> (Volume<'_>, TestClock) {
    let clock = TestClock::default();
    (Fs::new(Some(Image::new(image).unwrap()), clock.clone(), limits).unwrap(), clock)
}

/// Opens an app's preopens, as its runtime does; their numbers by the names it sees.
fn open_preopens(app: &mut App<'_>, volume: &mut Volume<'_>) -> BTreeMap<String, u32> {
    let mut numbers = BTreeMap::new();
    for (path, name) in app.preopens() {
        let directory = app.open_directory(volume, path).unwrap();
        numbers.insert(name.to_owned(), app.handles.insert(directory).unwrap());
    }
    numbers
}

/// Opens a file below one of an app's directories.
fn open(
    app: &mut App<'_>,
    volume: &mut Volume<'_>,
    at: u32,
    path: &str,
    open: OpenFlags,
    flags: DescriptorFlags,
) -> Result<u32, Error> {
    app.handles.reserve()?;
    let file = volume.open_at(app.handles.get(at).unwrap(), path, FOLLOW, open, flags)?;
    app.handles.insert(file)
}

fn close(app: &mut App<'_>, volume: &mut Volume<'_>, number: u32) {
    volume.close(app.handles.take(number).unwrap());
}

fn write(app: &App<'_>, volume: &mut Volume<'_>, number: u32, bytes: &[u8]) -> Result<(), Error> {
    volume.write(app.handles.get(number).unwrap(), 0, bytes)
}

fn read(app: &App<'_>, volume: &Volume<'_>, number: u32) -> Vec<u8> {
    read_all(volume, app.handles.get(number).unwrap()).unwrap()
}

fn tree() -> Vec<u8> {
    image(&[
        ("home", Item::Directory),
        ("home/one", Item::Directory),
        ("home/one/notes", Item::File(b"first")),
        ("home/two", Item::Directory),
        ("shared", Item::File(b"image")),
    ])
}

const ONE: &[(&str, &str)] = &[("/home/one", "/"), ("/", "/all")];
const TWO: &[(&str, &str)] = &[("/", "/")];

#[test]
fn preopens_and_working_directories_are_each_ones_own() {
    let bytes = tree();
    let (mut volume, _) = volume(&bytes, Limits::default());
    let (of_one, of_two) = (settings(ONE, "/home/one", false), settings(TWO, "/home/two/", false));
    let (mut one, mut two) = (app(&of_one), app(&of_two));
    let (at_one, at_two) = (open_preopens(&mut one, &mut volume), open_preopens(&mut two, &mut volume));
    assert_eq!(at_one.keys().collect::<Vec<_>>(), ["/", "/all"]);
    assert_eq!(at_two.keys().collect::<Vec<_>>(), ["/"]);
    // The same path is another file for each of them.
    assert!(open(&mut one, &mut volume, at_one["/"], "notes", OpenFlags::NONE, READ).is_ok());
    let missing = open(&mut two, &mut volume, at_two["/"], "notes", OpenFlags::NONE, READ);
    assert_eq!(missing, Err(Error::NoEntry));
    // Neither leaves its preopen.
    let outside = open(&mut one, &mut volume, at_one["/"], "../two", OpenFlags::NONE, READ);
    assert_eq!(outside, Err(Error::NotPermitted));

    let directories = [&one, &two].map(|app| {
        let directory = app.open_directory(&mut volume, app.settings.directory.unwrap()).unwrap();
        let found = volume.stat_at(&directory, "notes", FOLLOW).map(|stat| stat.size);
        volume.close(directory);
        found
    });
    assert_eq!(directories, [Ok(5), Err(Error::NoEntry)]);
}

#[test]
fn handles_are_each_ones_own() {
    let bytes = tree();
    let (mut volume, _) = volume(&bytes, Limits::default());
    let of_both = settings(TWO, "/", false);
    let (mut one, mut two) = (app(&of_both), app(&of_both));
    let (at_one, at_two) = (open_preopens(&mut one, &mut volume)["/"], open_preopens(&mut two, &mut volume)["/"]);
    // The same number is something else in the other one's table.
    assert_eq!(at_one, at_two);
    let file = open(&mut one, &mut volume, at_one, "shared", OpenFlags::NONE, READ).unwrap();
    assert!(two.handles.get(file).is_none());
    let other = open(&mut two, &mut volume, at_two, "home/one/notes", OpenFlags::NONE, READ).unwrap();
    assert_eq!(file, other);
    assert_eq!(read(&one, &volume, file), b"image");
    assert_eq!(read(&two, &volume, other), b"first");
    // What one closes stays open for the other.
    close(&mut one, &mut volume, file);
    assert!(one.handles.get(file).is_none());
    assert_eq!(read(&two, &volume, other), b"first");
}

#[test]
fn rights_are_each_ones_own_and_go_on_to_what_is_opened() {
    let bytes = tree();
    let (mut volume, _) = volume(&bytes, Limits::default());
    let (of_one, of_two) = (settings(TWO, "/", true), settings(TWO, "/", false));
    let (mut reader, mut writer) = (app(&of_one), app(&of_two));
    assert_eq!(reader.rights, Rights { read_only: true, directory_rights: DirectoryRights::Inherited });
    let at_reader = open_preopens(&mut reader, &mut volume)["/"];
    let at_writer = open_preopens(&mut writer, &mut volume)["/"];
    let home = open(&mut reader, &mut volume, at_reader, "home", OpenFlags::DIRECTORY, READ).unwrap();
    for (at, path) in [(at_reader, "shared"), (home, "one/notes")] {
        let write = open(&mut reader, &mut volume, at, path, OpenFlags::NONE, READ_WRITE);
        assert_eq!(write, Err(Error::ReadOnly), "{path}");
        let file = open(&mut reader, &mut volume, at, path, OpenFlags::NONE, READ).unwrap();
        let file = reader.handles.get(file).unwrap();
        assert_eq!(volume.set_times(file, NewTimestamp::Now, NewTimestamp::Now), Err(Error::ReadOnly), "{path}");
        let at = reader.handles.get(at).unwrap();
        assert_eq!(volume.create_dir_at(at, "new"), Err(Error::ReadOnly), "{path}");
    }
    // The other one changes the same things meanwhile, also through a directory that it has opened to read.
    let home = open(&mut writer, &mut volume, at_writer, "home", OpenFlags::DIRECTORY, READ).unwrap();
    volume.create_dir_at(writer.handles.get(home).unwrap(), "new").unwrap();
    let file = open(&mut writer, &mut volume, at_writer, "shared", OpenFlags::NONE, READ_WRITE).unwrap();
    write(&writer, &mut volume, file, b"IMAGE").unwrap();

    // A third one may only where it asks to.
    let mut careful = app(&of_two);
    careful.rights.directory_rights = DirectoryRights::AsRequested;
    let at_careful = open_preopens(&mut careful, &mut volume)["/"];
    for (flags, outcome) in [(READ, Err(Error::ReadOnly)), (READ | DescriptorFlags::MUTATE_DIRECTORY, Ok(()))] {
        let home = open(&mut careful, &mut volume, at_careful, "home", OpenFlags::DIRECTORY, flags).unwrap();
        assert_eq!(volume.remove_dir_at(careful.handles.get(home).unwrap(), "new"), outcome);
    }
}

#[test]
fn contents_and_time_are_shared() {
    let bytes = tree();
    let (mut volume, clock) = volume(&bytes, Limits::default());
    let (of_one, of_two) = (settings(ONE, "/", false), settings(TWO, "/", false));
    let (mut one, mut two) = (app(&of_one), app(&of_two));
    let at_one = open_preopens(&mut one, &mut volume)["/"];
    let at_two = open_preopens(&mut two, &mut volume)["/"];
    let seen = open(&mut two, &mut volume, at_two, "home/one/notes", OpenFlags::NONE, READ).unwrap();
    clock.0.set(1000);
    let file = open(&mut one, &mut volume, at_one, "notes", OpenFlags::NONE, READ_WRITE).unwrap();
    write(&one, &mut volume, file, b"FIRST and more").unwrap();
    assert_eq!(read(&two, &volume, seen), b"FIRST and more");
    // One removes it; the other one has it open all the same, and a new one of that name is another file.
    let same = volume.is_same(one.handles.get(file).unwrap(), two.handles.get(seen).unwrap());
    assert_eq!(same, Ok(true));
    volume.unlink_file_at(one.handles.get(at_one).unwrap(), "notes").unwrap();
    close(&mut one, &mut volume, file);
    assert_eq!(read(&two, &volume, seen), b"FIRST and more");
    assert_eq!(volume.stat(two.handles.get(seen).unwrap()).unwrap().links, 0);
    let new = open(&mut two, &mut volume, at_two, "home/one/notes", OpenFlags::CREATE, WRITE).unwrap();
    clock.0.set(2000);
    write(&two, &mut volume, new, b"x").unwrap();
    let stat = volume.stat_at(one.handles.get(at_one).unwrap(), "notes", FOLLOW).unwrap();
    assert_eq!((stat.size, stat.modified.seconds), (1, 2000));
}

#[test]
fn quotas_are_shared() {
    let bytes = tree();
    let limits = Limits { max_bytes: 10, max_nodes: 4, max_open: 5 };
    let (mut volume, _) = volume(&bytes, limits);
    let of_both = settings(TWO, "/", false);
    let (mut one, mut two) = (app(&of_both), app(&of_both));
    let (at_one, at_two) = (open_preopens(&mut one, &mut volume)["/"], open_preopens(&mut two, &mut volume)["/"]);
    let file_of_one = open(&mut one, &mut volume, at_one, "one", OpenFlags::CREATE, WRITE).unwrap();
    let file_of_two = open(&mut two, &mut volume, at_two, "two", OpenFlags::CREATE, WRITE).unwrap();
    // The root, which has changed, and two files.
    let usage = volume.usage();
    assert_eq!((usage.bytes, usage.nodes, usage.open), (0, 3, 4));

    write(&one, &mut volume, file_of_one, b"1234567").unwrap();
    assert_eq!(write(&two, &mut volume, file_of_two, b"1234"), Err(Error::InsufficientSpace));
    write(&two, &mut volume, file_of_two, b"123").unwrap();
    assert_eq!(volume.usage().bytes, 10);

    volume.create_dir_at(one.handles.get(at_one).unwrap(), "dir").unwrap();
    let more = volume.create_dir_at(two.handles.get(at_two).unwrap(), "more");
    assert_eq!(more, Err(Error::InsufficientSpace));

    let fifth = open(&mut one, &mut volume, at_one, "shared", OpenFlags::NONE, READ).unwrap();
    let sixth = open(&mut two, &mut volume, at_two, "shared", OpenFlags::NONE, READ);
    assert_eq!(sixth, Err(Error::InsufficientMemory));
    // What one gives back is the other one's to use.
    close(&mut one, &mut volume, fifth);
    assert!(open(&mut two, &mut volume, at_two, "shared", OpenFlags::NONE, READ).is_ok());
    volume.unlink_file_at(two.handles.get(at_two).unwrap(), "one").unwrap();
    assert_eq!(volume.usage().bytes, 10, "one has it open");
    close(&mut one, &mut volume, file_of_one);
    write(&two, &mut volume, file_of_two, b"1234567890").unwrap();
}
