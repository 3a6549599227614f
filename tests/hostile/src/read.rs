//! Reads everything that can be reached in an image.

use vfs_image::{Image, Inode, Walk};

/// Walks over everything and does with each inode what can be done.
pub fn everything(image: &Image<'_>) {
    let _ = image.build_time();
    for entry in Walk::new(image, image.root()) {
        let Ok(entry) = entry else { break };
        touch(image, &entry.inode);
    }
}

fn touch(image: &Image<'_>, inode: &Inode) {
    let mut offset = 0;
    while offset < inode.size {
        let run = image.data(inode, offset).expect("an inode's contents are in its image");
        assert!(!run.is_empty() && run.len() as u64 <= inode.size - offset);
        let inside = image.bytes().as_ptr_range();
        let run_range = run.as_ptr_range();
        assert!(inside.start <= run_range.start && run_range.end <= inside.end, "bytes from elsewhere");
        offset += run.len() as u64;
    }
    assert_eq!(image.data(inode, inode.size), Ok(&[][..]));
    let _ = image.link_target(inode);
    let _ = image.parent(inode);
    for name in [&b"."[..], b"..", b"a", b"b", b"100", b"nnn", b"\xff", &[b'n'; 300]] {
        if let Ok(Some(found)) = image.lookup(inode, name) {
            assert_eq!(found.name, name);
        }
    }
    let mut last = 0;
    for entry in image.entries(inode, 0) {
        let Ok((position, entry)) = entry else { break };
        assert!(position > last && !entry.name.is_empty() && entry.name.len() <= 255);
        assert!(!entry.name.contains(&b'/') && entry.name != b"." && entry.name != b"..");
        last = position;
    }
    for from in [1, 12, 4096, u64::MAX] {
        assert!(image.entries(inode, from).count() as u64 <= inode.size / 13 + 1);
    }
}
