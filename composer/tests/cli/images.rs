//! `image`: listing, extracting and checking images.

use std::fs;

use crate::here::Here;

in_both_forms! {
    images_alone_and_inside_are_handled_alike
    verify_names_the_first_bad_offset
    #[cfg(unix)] a_long_listing_reads_as_that_of_ls
    building_takes_the_flags_of_files
    #[cfg(unix)] links_to_what_is_not_there_are_named
    #[cfg(target_os = "linux")] names_in_a_listing_differ
    what_cannot_be_printed_keeps_nothing_from_it
    #[cfg(unix)] nothing_is_left_of_what_cannot_be_extracted
}

fn what_cannot_be_printed_keeps_nothing_from_it(here: &Here) {
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    let output = here.run(&["image", "cat", "files.erofs", "no", "hello.txt", "/"]);
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(1), &b"hello\n"[..]));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "error: `no` is not in the image\nerror: `/` in the image is not a regular file\n");
}

/// As where the disk is full: a limit for the size of a file ends the writing, too.
#[cfg(unix)]
fn nothing_is_left_of_what_cannot_be_extracted(here: &Here) {
    fs::write(here.path("files/large"), vec![1; 1 << 20]).unwrap();
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    fs::create_dir(here.path("empty")).unwrap();
    for to in ["new", "empty"] {
        let script = format!(
            "trap '' XFSZ; ulimit -f 100; exec {} image extract files.erofs {to}",
            env!("CARGO_BIN_EXE_vfs-compose")
        );
        let output = std::process::Command::new("sh").args(["-c", &script]).current_dir(here.directory.path()).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(fs::read_dir(here.path(to)).is_ok_and(|mut entries| entries.next().is_none()) == (to == "empty"));
    }
    here.ok(&["image", "extract", "files.erofs", "empty"]);
}

fn images_alone_and_inside_are_handled_alike(here: &Here) {
    fs::create_dir(here.path("files/sub")).unwrap();
    fs::write(here.path("files/sub/deep"), "deep").unwrap();
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "out.wasm"]);
    here.ok(&["app.wasm", "--image", "files.erofs", "-q", "-o", "same.wasm"]);
    assert!(fs::read(here.path("out.wasm")).unwrap() == fs::read(here.path("same.wasm")).unwrap());
    for file in ["files.erofs", "out.wasm"] {
        assert_eq!(here.text(&["image", "ls", file]), "hello.txt\nsub\n");
        assert_eq!(here.text(&["image", "ls", "-R", file]), "hello.txt\nsub\nsub/deep\n");
        assert_eq!(here.text(&["image", "cat", file, "hello.txt", "/sub/deep"]), "hello\ndeep");
        assert!(here.text(&["image", "verify", file]).starts_with("sound: 2 files, 2 directories"));
        let to = format!("{file}.d");
        here.ok(&["image", "extract", file, &to]);
        assert_eq!(fs::read(here.path(&to).join("sub/deep")).unwrap(), b"deep");
    }
}

fn verify_names_the_first_bad_offset(here: &Here) {
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    let mut bytes = fs::read(here.path("files.erofs")).unwrap();
    let mut damaged = bytes.clone();
    damaged[1024 + 4] ^= 1;
    fs::write(here.path("damaged.erofs"), damaged).unwrap();
    for args in [&["verify"][..], &["ls"], &["cat", "hello.txt"], &["extract", "to"]] {
        let (code, said) = here.fails(&[&["image", args[0], "damaged.erofs"], &args[1..]].concat());
        assert!(code == 1 && said.contains("the superblock at offset 1024 has the checksum"), "{args:?}: {said}");
    }
    // The contents of so small a file are behind its inode. The superblock shall say that it has no checksum of all this.
    let inode = bytes.windows(6).position(|window| window == b"hello\n").unwrap() - 64;
    bytes[1024 + 8] &= !1;
    bytes[inode + 8..inode + 16].fill(0xff);
    fs::write(here.path("files.erofs"), bytes).unwrap();
    let output = here.run(&["image", "verify", "files.erofs"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("offset {inode} ")), "{inode}: {said}");
}

#[cfg(unix)]
fn a_long_listing_reads_as_that_of_ls(here: &Here) {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let mode = |name: &str, mode| fs::set_permissions(here.path(name), fs::Permissions::from_mode(mode)).unwrap();
    fs::create_dir(here.path("files/sub")).unwrap();
    fs::write(here.path("files/long"), vec![b'x'; 12_345]).unwrap();
    symlink("hello.txt", here.path("files/link")).unwrap();
    mode("files/hello.txt", 0o640);
    mode("files/long", 0o4755);
    mode("files/sub", 0o1777);
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    let listed = here.text(&["image", "ls", "-l", "files.erofs"]);
    let lines: Vec<_> = listed.lines().collect();
    assert_eq!(lines[0], "-rw-r----- 1     6 2023-11-14 22:13 hello.txt");
    assert_eq!(lines[1], "lrwxrwxrwx 1     9 2023-11-14 22:13 link -> hello.txt");
    assert_eq!(lines[2], "-rwsr-xr-x 1 12345 2023-11-14 22:13 long");
    assert!(lines[3].starts_with("drwxrwxrwt 2 ") && lines[3].ends_with(" 2023-11-14 22:13 sub"), "{listed}");
}

#[cfg(unix)]
fn links_to_what_is_not_there_are_named(here: &Here) {
    for (name, target) in [("absolute", "/etc/passwd"), ("nowhere", "gone"), ("second", "nowhere"), ("here", ".")] {
        std::os::unix::fs::symlink(target, here.path("files").join(name)).unwrap();
    }
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    for (path, target) in
        [("/absolute", "/etc/passwd"), ("nowhere", "gone"), ("second", "gone"), ("here/nowhere", "gone")]
    {
        let (code, said) = here.fails(&["image", "cat", "files.erofs", path]);
        let wanted = format!("error: `{path}` leads by a symbolic link to `{target}`, which is not in the image\n");
        assert_eq!((code, said), (1, wanted));
    }
    assert_eq!(here.fails(&["image", "cat", "files.erofs", "here/x"]).1, "error: `here/x` is not in the image\n");
}

/// Each name has its own line, whatever is in it; JSON has names as they are.
#[cfg(target_os = "linux")]
fn names_in_a_listing_differ(here: &Here) {
    fs::remove_file(here.path("files/hello.txt")).unwrap();
    for name in ["a\nb", "a\\nb"] {
        fs::write(here.path("files").join(name), "").unwrap();
    }
    std::os::unix::fs::symlink("x\\\ty", here.path("files/link")).unwrap();
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    assert_eq!(here.text(&["image", "ls", "files.erofs"]), "a\\nb\na\\\\nb\nlink\n");
    assert!(here.text(&["image", "ls", "-l", "files.erofs"]).ends_with(" link -> x\\\\\\ty\n"));
    let tree = here.text(&["inspect", "-v", "files.erofs"]);
    assert!(tree.contains(" a\\nb\n") && tree.contains(" a\\\\nb\n"), "{tree}");
    let json: serde_json::Value = serde_json::from_str(&here.text(&["image", "ls", "--json", "files.erofs"])).unwrap();
    let entries = json["entries"].as_array().unwrap();
    let paths: Vec<_> = entries.iter().map(|entry| entry["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["a\nb", "a\\nb", "link"]);
    assert_eq!(entries[2]["target"], "x\\\ty");
}

fn building_takes_the_flags_of_files(here: &Here) {
    fs::write(here.path("files/left.out"), "").unwrap();
    let flags = ["--exclude", "*.out", "--file", "/etc/app=@app.wasm", "-q", "-o", "files.erofs"];
    here.ok(&[&["image", "build", "files"][..], &flags].concat());
    assert_eq!(here.text(&["image", "ls", "-R", "files.erofs"]), "etc\netc/app\nhello.txt\n");
    assert_eq!(here.fails(&["image", "build", "-o", "none.erofs"]).0, 2);
}

#[test]
fn what_is_no_image_is_not_called_damaged() {
    let here = Here::new("linked");
    fs::write(here.path("empty"), "").unwrap();
    for args in [&["image", "ls", "empty"][..], &["image", "verify", "empty"], &["image", "cat", "empty", "x"]] {
        assert_eq!(here.fails(args), (1, "error: `empty` is empty: it is no image\n".into()));
    }
    for args in [&["empty", "--image", "files"][..], &["run", "empty"]] {
        assert_eq!(here.fails(args), (1, "error: the app `empty` is empty: it has no bytes\n".into()));
    }
    let (_, said) = here.fails(&["inspect", "empty"]);
    assert!(
        said.starts_with("error: cannot inspect `empty`\n") && said.contains("the file is empty: it has no"),
        "{said}"
    );
    let (_, said) = here.fails(&["image", "ls", "app.wasm/"]);
    assert!(said.starts_with("error: cannot read"), "{said}");
    // The inode of the only file, as `mkfs.erofs -zlz4` marks it.
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    let mut image = fs::read(here.path("files.erofs")).unwrap();
    let contents = image.windows(6).position(|bytes| bytes == b"hello\n").unwrap();
    let inode = contents - 64;
    image[inode] |= 2;
    // The superblock says that it has no checksum.
    image[1024 + 8] &= !1;
    fs::write(here.path("packed.erofs"), image).unwrap();
    for args in [
        &["image", "ls", "packed.erofs"][..],
        &["inspect", "packed.erofs"],
        &["image", "verify", "packed.erofs"],
        &["app.wasm", "--image", "packed.erofs", "-o", "no.wasm"],
        &["app.wasm", "--image", "packed.erofs::/x", "-o", "no.wasm"],
    ] {
        let (code, said) = here.fails(args);
        let wanted = "is compressed, which is not supported; make the image without compression\n";
        assert!(code == 1 && said.ends_with(wanted) && !said.contains("damaged"), "{said}");
    }
}

/// A copy that was cut off is not of another kind.
#[test]
fn what_is_cut_off_is_not_said_to_have_no_image() {
    let here = Here::new("linked");
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    let made = fs::read(here.path("made.wasm")).unwrap();
    for length in [made.len() / 2, made.len() - 100] {
        fs::write(here.path("cut.wasm"), &made[..length]).unwrap();
        let (code, said) = here.fails(&["app.wasm", "--image", "cut.wasm", "-o", "no.wasm"]);
        let wanted = "error: `cut.wasm` is no whole WebAssembly file: it is truncated or damaged\n  caused by: unexpected \
                      end-of-file";
        assert!(code == 1 && said.starts_with(wanted), "{said}");
        assert!(said.ends_with("`--file /path/of/file=@FILE` packs it as the file that it is\n"), "{said}");
        here.ok(&["app.wasm", "--file", "/cut.wasm=@cut.wasm", "-q", "-o", "out.wasm"]);
        for command in [&["inspect", "cut.wasm"][..], &["image", "ls", "cut.wasm"]] {
            let (_, said) = here.fails(command);
            assert!(said.contains("caused by: the file is truncated: "), "{said}");
        }
    }
    here.write_manifest("image = ['../cut.wasm']\n");
    let (_, said) = here.fails(&["app.wasm", "--manifest", "project/vfs.toml", "-o", "no.wasm"]);
    assert!(said.starts_with("error: `project/vfs.toml`, line 1, "), "{said}");
    let (_, said) = here.fails(&["app.wasm", "--image", "app.wasm", "-o", "no.wasm"]);
    assert!(said.starts_with("error: `app.wasm` is a WebAssembly file without an image inside\n"), "{said}");
}

#[test]
fn a_file_has_a_path_with_a_name() {
    let here = Here::new("linked");
    fs::write(here.path("notes.txt"), "x").unwrap();
    for (flag, value, place) in [
        ("--file", "/=@notes.txt", "/"),
        ("--file", "/etc/=@notes.txt", "/etc/"),
        ("--image", "notes.txt::/etc/", "/etc/"),
    ] {
        let (code, said) = here.fails(&["app.wasm", flag, value, "-o", "no.wasm"]);
        let wanted = format!(
            "error: `notes.txt` is a file, and `{place}` is the path of a directory\n  hint: write the file's own path, \
             with its name: `/etc/config.toml`, not `/etc/`\n"
        );
        assert_eq!((code, said), (1, wanted));
    }
    let (_, said) = here.fails(&["app.wasm", "--image", "notes.txt", "-o", "no.wasm"]);
    assert!(said.starts_with("error: `notes.txt` is a file, not a directory or an EROFS image\n"), "{said}");
    assert_eq!(here.fails(&["app.wasm", "--file", "/../=@notes.txt", "-o", "no.wasm"]).0, 2);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_named_with_a_hint() {
    use std::os::unix::fs::PermissionsExt;
    let here = Here::new("linked");
    let set_mode = |name: &str, mode| fs::set_permissions(here.path(name), fs::Permissions::from_mode(mode)).unwrap();
    let command = || {
        let output = here.restricted_command(&["image", "build", "files", "-o", "-"]).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(command().0, Some(0));
    let hint = "hint: make it readable, or leave it out: what is inside of a directory with --exclude\n";
    set_mode("files/hello.txt", 0);
    let (code, text) = command();
    assert!(code == Some(1) && text.contains("cannot read `files/hello.txt`") && text.ends_with(hint), "{text}");
    set_mode("files/hello.txt", 0o644);
    fs::create_dir(here.path("files/closed")).unwrap();
    set_mode("files/closed", 0);
    let (code, text) = command();
    assert!(code == Some(1) && text.starts_with("error: cannot read `files/closed`") && text.ends_with(hint), "{text}");
    set_mode("files/closed", 0o755);
    // What no pattern leaves out.
    for args in [["--ignore-file", "secret"], ["--file", "/x=@secret"]] {
        fs::write(here.path("secret"), "x").unwrap();
        set_mode("secret", 0);
        let args = [&["image", "build", "files", "-o", "-"][..], &args].concat();
        let output = here.restricted_command(&args).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains("error: cannot read `secret`\n") && text.ends_with(hint), "{text}");
    }
}

/// `mkfs.erofs -zlz4` makes such inodes.
#[test]
fn what_is_compressed_is_named() {
    let here = Here::new("linked");
    fs::write(here.path("files/large.txt"), "line\n".repeat(9000)).unwrap();
    here.ok(&["image", "build", "files", "-q", "-o", "z.erofs"]);
    let mut bytes = fs::read(here.path("z.erofs")).unwrap();
    let at = 32 * {
        let image = vfs_image::Image::new(&bytes).unwrap();
        vfs_image::find(&image, b"/large.txt").unwrap().nid.0 as usize
    };
    bytes[at] = 1 | 3 << 1;
    // The feature bit of the checksum.
    bytes[1024 + 8] &= !1;
    fs::write(here.path("z.erofs"), bytes).unwrap();
    for args in [
        &["image", "build", "z.erofs", "-o", "-"][..],
        &["image", "build", "z.erofs", "--mtime", "0", "-o", "-"],
        &["image", "build", "z.erofs::/x", "-o", "-"],
        &["image", "ls", "-l", "z.erofs"],
        &["image", "verify", "z.erofs"],
        &["app.wasm", "--image", "z.erofs", "-o", "no.wasm"],
    ] {
        let (code, said) = here.fails(args);
        let wanted = format!("\n  caused by: `/large.txt`: the inode at offset {at} is compressed");
        assert!(code == 1 && said.contains("`z.erofs`") && said.contains(&wanted), "{args:?}: {said}");
    }
}
