//! One test for each thing that the reader refuses, in the order of `ImageError`.

mod support;

use support::Broken;
use vfs_image::{FileKind, Image, ImageError, Nid};

#[test]
fn too_short() {
    let image = Broken::new();
    for length in [0, 1, 1023, 1024, 1028, 1151] {
        assert_eq!(Image::new(&image.bytes[..length]).unwrap_err(), ImageError::TooShort);
    }
}

#[test]
fn magic() {
    let image = Broken::new().put(1024, &[0]);
    assert_eq!(Image::new(&image.bytes).unwrap_err(), ImageError::Magic);
    assert_eq!(Image::new(&[0; 5000]).unwrap_err(), ImageError::Magic);
}

#[test]
fn truncated() {
    let image = Broken::new();
    let length = image.bytes.len();
    for cut in [1, 2, 4095, 4096, length - 1152] {
        let error = Image::new(&image.bytes[..length - cut]).unwrap_err();
        assert_eq!(error, ImageError::Truncated { expected: length as u64 });
    }
    let image = image.put(1024 + 36, &u32::MAX.to_le_bytes());
    assert!(matches!(Image::new(&image.bytes), Err(ImageError::Truncated { .. })));
}

#[test]
fn block_size() {
    for bits in [0, 9, 11, 13, 16, 255] {
        let image = Broken::new().put(1024 + 12, &[bits]);
        assert_eq!(Image::new(&image.bytes).unwrap_err(), ImageError::BlockSize { bits });
    }
    // Directory blocks larger than blocks.
    let image = Broken::new().put(1024 + 90, &[1]);
    assert_eq!(Image::new(&image.bytes).unwrap_err(), ImageError::BlockSize { bits: 13 });
}

#[test]
fn features() {
    for (bits, refused) in [(0x2, 0x2), (0x4, 0x4), (0x8, 0x8), (0x21, 0x20), (0x8000_0041, 0x8000_0000)] {
        let image = Broken::new().put(1024 + 80, &u32::to_le_bytes(bits));
        assert_eq!(Image::new(&image.bytes).unwrap_err(), ImageError::Features { bits: refused });
    }
    // Extended attribute prefixes and the padding of compressed blocks do not concern us.
    Image::new(&Broken::new().put(1024 + 80, &[0x41]).bytes).unwrap();
}

#[test]
fn features_of_what_mkfs_compresses() {
    let source = tempfile::tempdir().unwrap();
    std::fs::write(source.path().join("zeros"), vec![0; 100_000]).unwrap();
    for arguments in [&["-zlz4hc"][..], &["-zlz4hc", "-C65536"], &["--chunksize=4096"]] {
        let bytes = support::mkfs(source.path(), arguments);
        let error = Image::new(&bytes).and_then(|image| {
            let root = image.inode(image.root())?;
            let zeros = image.lookup(&root, b"zeros")?.unwrap();
            image.inode(zeros.nid)
        });
        let error = error.unwrap_err();
        assert!(matches!(error, ImageError::Features { .. } | ImageError::Compressed { .. }), "{arguments:?}: {error}");
    }
}

#[test]
fn nid_out_of_range() {
    let image = Broken::new();
    let slots = image.bytes.len() as u64 / 32;
    for nid in [slots, slots + 1, 1 << 40, u64::MAX / 32, u64::MAX / 32 + 1, u64::MAX] {
        assert_eq!(image.image().inode(Nid(nid)).unwrap_err(), ImageError::NidOutOfRange { nid });
    }
    // Half of an extended inode.
    let image = image.put((slots as usize - 1) * 32, &[1, 0, 0, 0, 0o644_u16 as u8, 0x81]);
    assert_eq!(image.image().inode(Nid(slots - 1)).unwrap_err(), ImageError::NidOutOfRange { nid: slots - 1 });
    // A metadata area that begins outside.
    let image = Broken::new().put(1024 + 40, &u32::MAX.to_le_bytes());
    assert_eq!(image.image().inode(Nid(36)).unwrap_err(), ImageError::NidOutOfRange { nid: 36 });
}

/// What reading the inode of `path` says after `bytes` were put at `at` in it.
fn inode_error(path: &str, at: u64, bytes: &[u8]) -> (ImageError, u64) {
    let image = Broken::new();
    let offset = image.inode_at(path);
    let image = image.put((offset + at) as usize, bytes);
    let nid = Nid(offset / 32);
    // The error is of this file alone.
    let root = image.image().inode(image.image().root()).unwrap();
    assert_eq!(image.image().entries(&root, 0).map(Result::unwrap).count(), 6);
    (image.image().inode(nid).unwrap_err(), offset)
}

#[test]
fn inode_format() {
    for layout in [5_u16, 6, 7, 8, 1 << 14] {
        let (error, offset) = inode_error("/file", 0, &(layout << 1 | 1).to_le_bytes());
        assert_eq!(error, ImageError::InodeFormat { offset });
    }
}

#[test]
fn compressed() {
    for layout in [1_u16, 3] {
        let (error, offset) = inode_error("/file", 0, &(layout << 1 | 1).to_le_bytes());
        assert_eq!(error, ImageError::Compressed { offset });
    }
}

#[test]
fn chunked() {
    let (error, offset) = inode_error("/file", 0, &(4_u16 << 1 | 1).to_le_bytes());
    assert_eq!(error, ImageError::Chunked { offset });
}

#[test]
fn inode_kind() {
    for kind in [0_u16, 3, 5, 7, 9, 11, 13, 14, 15] {
        let (error, offset) = inode_error("/file", 4, &(kind << 12 | 0o644).to_le_bytes());
        assert_eq!(error, ImageError::InodeKind { offset });
    }
}

#[test]
fn inode_time() {
    for nanoseconds in [1_000_000_000, u32::MAX] {
        let (error, offset) = inode_error("/file", 40, &nanoseconds.to_le_bytes());
        assert_eq!(error, ImageError::InodeTime { offset });
    }
}

#[test]
fn extent() {
    // `/plain` is 8192 bytes long: two blocks.
    for size in [1_u64 << 20, 1 << 45, u64::MAX - 4096, u64::MAX] {
        let (error, offset) = inode_error("/plain", 8, &size.to_le_bytes());
        assert_eq!(error, ImageError::Extent { offset });
    }
    for block in [1_u32 << 20, u32::MAX - 1, u32::MAX] {
        for path in ["/plain", "/large"] {
            let (error, offset) = inode_error(path, 16, &block.to_le_bytes());
            assert_eq!(error, ImageError::Extent { offset });
        }
    }
    // An inode of one image asked of another.
    let inode = Broken::new().inode("/plain");
    let small = support::image_of(&vfs_image::Tree::new(Default::default()));
    assert!(matches!(Image::new(&small).unwrap().data(&inode, 0), Err(ImageError::Extent { .. })));
}

#[test]
fn inline_tail() {
    let (error, offset) = inode_error("/file", 8, &4096_u64.to_le_bytes());
    assert_eq!(error, ImageError::InlineTail { offset });
    // Extended attributes that end 48 bytes before the block does.
    let room = 4096 - (offset as u16 + 64) % 4096 - 48;
    let (error, offset) = inode_error("/file", 2, &((room - 12) / 4 + 1).to_le_bytes());
    assert_eq!(error, ImageError::InlineTail { offset });
}

#[test]
fn not_a_directory() {
    let image = Broken::new();
    let file = image.inode("/file");
    let error = ImageError::NotADirectory { nid: file.nid.0 };
    assert_eq!(image.image().lookup(&file, b"x").unwrap_err(), error);
    assert_eq!(image.image().parent(&file).unwrap_err(), error);
    let mut entries = image.image().entries(&file, 0);
    assert_eq!(entries.next(), Some(Err(error)));
    assert_eq!(entries.next(), None);
}

#[test]
fn not_a_link() {
    let image = Broken::new();
    let file = image.inode("/file");
    assert_eq!(image.image().link_target(&file).unwrap_err(), ImageError::NotALink { nid: file.nid.0 });
}

#[test]
fn link_target() {
    for size in [0_u64, 4097, 5000] {
        let image = Broken::new();
        // A link whose contents are those of `/large`, blocks and tail.
        let offset = image.inode_at("/large");
        let image = image.put(offset as usize + 4, &0o12_0777_u16.to_le_bytes());
        let image = image.put(offset as usize + 8, &size.to_le_bytes());
        let link = image.image().inode(Nid(offset / 32)).unwrap();
        assert_eq!(link.kind, FileKind::SymbolicLink);
        assert_eq!(image.image().link_target(&link).unwrap_err(), ImageError::LinkTarget { nid: link.nid.0 });
    }
}

/// What looking for `c` in `/dir` (`.`, `..`, `a`, `b`, `c`), and going through it, says after `bytes` were put at `at`
/// in its one block.
fn directory_errors(at: u64, bytes: &[u8]) -> [Option<ImageError>; 2] {
    let image = Broken::new();
    let block = image.inode_at("/dir") + 64;
    let image = image.put((block + at) as usize, bytes);
    let directory = image.inode("/dir");
    let lookup = image.image().lookup(&directory, b"c").err();
    let entries = image.image().entries(&directory, 0);
    assert!(entries.clone().count() <= 4);
    [lookup, entries.into_iter().find_map(Result::err)].map(|error| {
        error.map(|error| match error {
            ImageError::DirectoryBlock { offset } => ImageError::DirectoryBlock { offset: offset - block },
            ImageError::Name { offset } => ImageError::Name { offset: offset - block },
            other => other,
        })
    })
}

#[test]
fn directory_block() {
    let damaged = [Some(ImageError::DirectoryBlock { offset: 0 }); 2];
    // The first name's offset: the number of entries.
    for offset in [0_u16, 1, 11, 13, 59, 61, 66, 72, 4092, 4096, u16::MAX] {
        assert_eq!(directory_errors(8, &offset.to_le_bytes()), damaged, "{offset}");
    }
    // The name of `b`: among the entries, before its predecessor, behind the block.
    for offset in [0_u16, 59, 4000, 4096, u16::MAX] {
        assert_eq!(directory_errors(3 * 12 + 8, &offset.to_le_bytes()), damaged, "{offset}");
    }
}

#[test]
fn name() {
    let bad = Some(ImageError::Name { offset: 0 });
    // `b` empty; then `a` with nothing in it, too.
    assert_eq!(directory_errors(3 * 12 + 8, &65_u16.to_le_bytes()), [bad; 2]);
    // `/` and NUL: only going through the directory meets them.
    assert_eq!(directory_errors(64, b"/"), [None, bad]);
    assert_eq!(directory_errors(64, b"\0"), [None, bad]);
    // The last name is padding only.
    assert_eq!(directory_errors(65, b"\0"), [bad; 2]);
    // A name longer than 255 bytes, at the end of a block of nothing but names.
    let image = Broken::new();
    let offset = image.inode_at("/large");
    let block = image.inode("/plain");
    let image = image.put(offset as usize + 4, &0o4_0755_u16.to_le_bytes());
    let start = image.image().data(&block, 0).unwrap().as_ptr() as usize - image.bytes.as_ptr() as usize;
    let image = image.put(offset as usize, &[1, 0]).put(offset as usize + 8, &4096_u64.to_le_bytes());
    let image = image.put(start, &[b'x'; 4096]);
    let image =
        image.put(start + 8, &12_u16.to_le_bytes()).put(offset as usize + 16, &((start / 4096) as u32).to_le_bytes());
    let directory = image.image().inode(Nid(offset / 32)).unwrap();
    let error = ImageError::Name { offset: start as u64 };
    assert_eq!(image.image().lookup(&directory, b"y").unwrap_err(), error);
    assert_eq!(image.image().entries(&directory, 0).next(), Some(Err(error)));
}

#[test]
fn no_parent() {
    let image = Broken::new();
    let block = image.inode_at("/dir") + 64;
    let image = image.put(block as usize + 61, b".!");
    let directory = image.inode("/dir");
    assert_eq!(image.image().parent(&directory).unwrap_err(), ImageError::NoParent { nid: directory.nid.0 });
}

#[test]
fn errors_are_small() {
    assert!(size_of::<ImageError>() <= 16);
    assert!(size_of::<Image<'_>>() <= 32);
}
