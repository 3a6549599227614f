//! Damaged and hostile images: whatever the bytes, every call returns, and none panics.

mod support;

use std::fs;
use std::io;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use support::Broken;
use vfs_image::{Image, ImageError, Inode, Nid, Tree, Walk, dump, find, validate};

/// Valid images, of our own writer and of `mkfs.erofs`, mostly metadata.
static IMAGES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let source = tempfile::tempdir().unwrap();
    let root = source.path();
    fs::create_dir_all(root.join("one/two/three")).unwrap();
    for index in 0..150 {
        fs::write(root.join(format!("one/{index}-{}", "name".repeat(index % 9))), "x").unwrap();
    }
    fs::hard_link(root.join("one/0-"), root.join("one/two/linked")).unwrap();
    for size in [0, 100, 4095, 4096, 5000] {
        fs::write(root.join(format!("{size}")), support::contents(size)).unwrap();
    }
    std::os::unix::fs::symlink("one/two", root.join("link")).unwrap();
    std::os::unix::fs::symlink("l".repeat(4090), root.join("long")).unwrap();
    vec![
        support::image_of(&support::tree_of(root)),
        support::mkfs(root, &["--ignore-mtime", "-Eforce-inode-compact"]),
        support::mkfs(root, &["-Eforce-inode-extended,noinline_data"]),
        Broken::new().bytes,
    ]
});

/// Does with one inode what can be done.
fn touch(image: &Image, inode: &Inode) -> Result<(), ImageError> {
    let mut offset = 0;
    loop {
        let run = image.data(inode, offset)?;
        assert!(run.len() as u64 <= inode.size - offset);
        if run.is_empty() {
            break;
        }
        offset += run.len() as u64;
    }
    assert_eq!(offset, inode.size, "a file's contents are as long as its size");
    assert_eq!(image.data(inode, u64::MAX), Ok(&[][..]));
    let _ = image.link_target(inode);
    let _ = image.parent(inode);
    for name in [&b""[..], b".", b"..", b"one", b"0-", b"100", b"140-namenamename", b"zzz", b"\xff", &[b'n'; 300]] {
        if let Ok(Some(found)) = image.lookup(inode, name) {
            assert_eq!(found.name, name);
        }
    }
    let mut seen = 0;
    let mut last = 0;
    for entry in image.entries(inode, 0) {
        let Ok((position, entry)) = entry else { break };
        assert!(position > last && !entry.name.contains(&b'/'));
        last = position;
        seen += 1;
        assert!(seen <= inode.size / 13, "more entries than there is room for");
    }
    for from in [1, 11, 12, 100, 4095, 4096, 1 << 40, u64::MAX - 1, u64::MAX] {
        assert!(image.entries(inode, from).count() as u64 <= inode.size / 13 + 1);
    }
    Ok(())
}

/// Does with an image what can be done.
fn use_image(bytes: &[u8]) {
    let Ok(image) = Image::new(bytes) else {
        assert!(validate(bytes).is_err());
        return;
    };
    let _ = image.build_time();
    for entry in Walk::new(&image, image.root()).flatten() {
        let _ = touch(&image, &entry.inode);
    }
    for path in ["one/two/three", "link/linked", "long", "4096", "one/../one/./140-"] {
        let _ = find(&image, path.as_bytes());
    }
    let valid = validate(bytes);
    let mut tree = Tree::new(Default::default());
    let root = tree.root();
    let imported = tree.import(root, &image, |_| ());
    let dumped = dump(&image, &mut io::sink());
    if valid.is_ok() {
        imported.unwrap();
        dumped.unwrap();
    }
}

/// The same without the checksum, and with as many blocks as there are bytes, so that what is behind gets its turn.
fn use_all_of_image(bytes: &mut [u8]) {
    use_image(bytes);
    if bytes.len() > 1152 {
        bytes[1024 + 8] &= !1;
        let blocks = (bytes.len() / 4096) as u32;
        bytes[1024 + 36..1024 + 40].copy_from_slice(&blocks.to_le_bytes());
        use_image(bytes);
    }
}

#[test]
fn sound_images_are_sound() {
    for image in &*IMAGES {
        validate(image).unwrap();
        use_image(image);
    }
}

#[test]
fn every_truncation() {
    for image in &*IMAGES {
        assert!((0..image.len()).all(|length| Image::new(&image[..length]).is_err()));
        // What is behind a superblock that lies about the length, at each slot and beside it.
        for slot in (0..image.len()).step_by(if image.len() < 25_000 { 64 } else { 256 }) {
            for length in [slot, slot + 1, slot + 13, slot + 31] {
                use_all_of_image(&mut image[..length.min(image.len())].to_vec());
            }
        }
    }
}

#[test]
fn every_byte_of_the_first_inodes_and_the_superblock() {
    let image = Broken::new().bytes;
    for at in 1024..2100 {
        for value in [0, 1, 0x7f, 0x80, 0xff, image[at] ^ 1, image[at].wrapping_add(1)] {
            let mut image = image.clone();
            image[at] = value;
            use_all_of_image(&mut image);
        }
    }
}

/// A field of some width with a value that is likely to be trouble.
fn field() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<u8>().prop_map(|byte| vec![byte]),
        any::<u16>().prop_map(|value| value.to_le_bytes().to_vec()),
        any::<u32>().prop_map(|value| value.to_le_bytes().to_vec()),
        any::<u64>().prop_map(|value| value.to_le_bytes().to_vec()),
        (0..64_u32).prop_map(|bits| (1_u64 << bits).to_le_bytes().to_vec()),
        (0..200_u64).prop_map(|value| value.to_le_bytes().to_vec()),
        (0..200_u64).prop_map(|value| (u64::MAX - value).to_le_bytes().to_vec()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bits(which in any::<Index>(), flips in vec((any::<Index>(), 0..8_u8), 1..40)) {
        let mut bytes = which.get(&IMAGES).clone();
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        use_all_of_image(&mut bytes);
    }

    /// Fields at their own alignment, most of them where inodes and the superblock are.
    #[test]
    fn forged_fields(which in any::<Index>(), forged in vec((any::<Index>(), field(), any::<bool>()), 1..6)) {
        let mut bytes = which.get(&IMAGES).clone();
        for (at, field, anywhere) in forged {
            let end = if anywhere { bytes.len() } else { bytes.len().min(6000) };
            let at = (1024 + at.index(end - 1024 - 8)) & !(field.len() - 1);
            bytes[at..at + field.len()].copy_from_slice(&field);
        }
        use_all_of_image(&mut bytes);
    }

    /// Parts of an image over other parts: directories in the place of others, inodes that are files' contents.
    #[test]
    fn shuffled_parts(which in any::<Index>(), copies in vec((any::<Index>(), any::<Index>(), 1..40_usize), 1..10)) {
        let mut bytes = which.get(&IMAGES).clone();
        for (from, to, slots) in copies {
            let last = bytes.len() - slots * 32;
            let (from, to) = (from.index(last) & !31, to.index(last) & !31);
            bytes.copy_within(from..from + slots * 32, to);
        }
        use_all_of_image(&mut bytes);
    }

    #[test]
    fn any_node_number(nid in any::<u64>(), small in 0..4000_u64) {
        for image in &*IMAGES {
            let image = Image::new(image).unwrap();
            for nid in [nid, small] {
                if let Ok(inode) = image.inode(Nid(nid)) {
                    touch(&image, &inode).unwrap();
                }
            }
        }
    }
}
