//! The sound images that all others are made of.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::LazyLock;

use vfs_image::{Attributes, Layout, Timestamp, Tree};
use vfs_plan::{ITEMS, Item};

/// The plans' tree alone; and with a directory of several blocks, long names, a long link and files that end everywhere.
pub static BASES: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| [build(false), build(true)]);

fn build(large: bool) -> Vec<u8> {
    let attributes = Attributes { mode: 0o755, modified: Timestamp { seconds: 1000, nanoseconds: 5 } };
    let mut tree: Tree<Vec<u8>> = Tree::new(attributes);
    let root = tree.root();
    let mut nodes = HashMap::from([("", root)]);
    for &(path, item) in ITEMS {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (directory, name) = (nodes[directory], name.as_bytes());
        let node = match item {
            Item::Directory => tree.add_directory(directory, name, attributes),
            Item::File(bytes) => tree.add_file(directory, name, attributes, bytes.len() as u64, bytes.to_vec()),
            Item::Link(target) => tree.add_symlink(directory, name, attributes, target.as_bytes()),
            Item::Same(other) => tree.link(directory, name, nodes[other]).map(|()| nodes[other]),
        };
        nodes.insert(path, node.expect("the items are in order"));
    }
    if large {
        let directory = tree.add_directory(root, b"d", attributes).expect("a free name");
        for number in 0..120_usize {
            let name = format!("{number}{}", "n".repeat(number % 7 * 40));
            let bytes = vec![number as u8; [0, 1, 31, 4000][number % 4]];
            tree.add_file(directory, name.as_bytes(), attributes, bytes.len() as u64, bytes).expect("a free name");
        }
        for size in [4095, 4096, 4097] {
            tree.add_file(root, format!("{size}").as_bytes(), attributes, size, vec![9; size as usize])
                .expect("a free name");
        }
        tree.add_symlink(root, b"e", attributes, "d/../".repeat(200).as_bytes()).expect("a free name");
    }
    let layout = Layout::new(&tree, Timestamp { seconds: 1000, nanoseconds: 5 }).expect("a small tree");
    let mut bytes = Vec::new();
    layout.write(&mut bytes, |source| Ok(Cursor::new(source.clone())), |_| {}).expect("memory takes everything");
    bytes
}
