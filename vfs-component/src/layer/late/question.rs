//! Questions and answers, as `wit/late.wit` defines them.

use vfs_core::late::{Answer, LateInode, Query, Request};
use vfs_core::{Error, FileKind, LayerNode, Listed, Stat, Timestamp};

use crate::abi::{self, List, Opt, Pair, Plain, Res};
use crate::host::wait;

#[link(wasm_import_module = "vfs-compose:late/tree")]
unsafe extern "C" {
    /// Sends a `question`, flat: its case, a number, and two more numbers or a string.
    #[link_name = "ask"]
    safe fn host_ask(case: u32, number: u64, second: u64, third: u64, reply: &mut Reply);
    #[link_name = "[async-lower]ask-later"]
    fn host_ask_later(case: u32, number: u64, second: u64, third: u64, reply: *mut Reply) -> u32;
}

/// `result<answer, failure>`.
type Reply = Res<ReplyOf, Failure>;

/// `answer`.
#[derive(Clone, Copy)]
#[repr(C, u8)]
#[expect(dead_code, reason = "the host makes it")]
enum ReplyOf {
    Node(Node),
    Lookup(Opt<Node>),
    List(Pair<List, bool>),
    Bytes(List),
}

/// `node`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Node {
    number: u64,
    parent: u64,
    size: u64,
    changed: u64,
    links: u32,
    kind: u8,
}

/// `entry`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Entry {
    cursor: u64,
    number: u64,
    name: List,
    kind: u8,
}

impl Plain for Entry {}

/// `failure`.
#[derive(Clone, Copy)]
#[repr(u8)]
#[expect(dead_code, reason = "the host makes it")]
enum Failure {
    Io,
    NotPermitted,
    NoEntry,
}

#[cfg(target_arch = "wasm32")]
const _: () = {
    assert!(size_of::<Node>() == 40 && size_of::<Opt<Node>>() == 48 && size_of::<Reply>() == 64);
    assert!(size_of::<Entry>() == 32 && core::mem::offset_of!(Entry, kind) == 24);
};

/// The reply before the host has answered, or if the vfs may not ask it.
const NO_REPLY: Reply = Res::Err(Failure::Io);

/// Asks, and blocks until the answer is there.
///
/// # Errors
/// The error of the host. A change is an error too: the host makes none.
pub fn ask(request: &Request) -> Result<Answer, Error> {
    let (case, number, second, third) = flat(request)?;
    let mut reply = NO_REPLY;
    host_ask(case, number, second, third, &mut reply);
    answer(reply)
}

/// Asks, and waits in the current task.
///
/// # Errors
/// Those of [`ask`].
pub async fn answer_later(request: &Request) -> Result<Answer, Error> {
    let (case, number, second, third) = flat(request)?;
    let _list = abi::expect_list();
    // SAFETY: the place of the reply stays until the answer is there, and nobody reads it before. So does the request,
    // which has the name.
    answer(wait::call(NO_REPLY, |reply| unsafe { host_ask_later(case, number, second, third, reply) }).await)
}

fn flat(request: &Request) -> Result<(u32, u64, u64, u64), Error> {
    let Request::Query(query) = request else { return Err(Error::NotPermitted) };
    Ok(match query {
        // Asked only of nodes whose changes pass through.
        Query::Open { .. } | Query::OpenListing { .. } | Query::BeforeChange { .. } | Query::Identity { .. } => {
            return Err(Error::NotPermitted);
        }
        Query::Inode { node } => (0, *node, 0, 0),
        Query::Lookup { directory, name } => (1, *directory, name.as_ptr().addr() as u64, name.len() as u64),
        Query::List { directory, cursor } => (2, *directory, *cursor, 0),
        Query::ReadLink { link } => (3, *link, 0, 0),
        Query::Read { file, offset, length } => (4, *file, *offset, *length),
    })
}

/// Copies the host's answer.
fn answer(reply: Reply) -> Result<Answer, Error> {
    match reply {
        Res::Err(Failure::Io) => Err(Error::Io),
        Res::Err(Failure::NotPermitted) => Err(Error::NotPermitted),
        Res::Err(Failure::NoEntry) => Err(Error::NoEntry),
        Res::Ok(ReplyOf::Node(node)) => Ok(Answer::Inode(inode(node))),
        Res::Ok(ReplyOf::Lookup(Opt::None)) => Ok(Answer::Found(None)),
        Res::Ok(ReplyOf::Lookup(Opt::Some(node))) => Ok(Answer::Found(Some(inode(node)))),
        Res::Ok(ReplyOf::Bytes(bytes)) => Ok(Answer::Bytes(copy(bytes)?)),
        Res::Ok(ReplyOf::List(Pair(list, is_end))) => {
            let list = abi::list(list.pointer.cast::<Entry>(), list.length);
            let mut entries = Vec::new();
            entries.try_reserve_exact(list.len())?;
            for Entry { cursor, number, name, kind } in list {
                let node = LayerNode { number: *number, kind: file_kind(*kind) };
                entries.push(Listed { cursor: *cursor, name: copy(*name)?, node });
            }
            Ok(Answer::Entries { entries, is_end })
        }
    }
}

fn copy(list: List) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(list.length)?;
    bytes.extend_from_slice(abi::list(list.pointer, list.length));
    Ok(bytes)
}

fn inode(node: Node) -> LateInode {
    let Node { number, parent, size, changed, links, kind } = node;
    let changed = Timestamp { seconds: changed, nanoseconds: 0 };
    let stat = Stat { kind: file_kind(kind), links: links.into(), size, accessed: changed, modified: changed, changed };
    LateInode { number, stat, parent }
}

fn file_kind(kind: u8) -> FileKind {
    match kind {
        0 => FileKind::Directory,
        1 => FileKind::RegularFile,
        _ => FileKind::SymbolicLink,
    }
}
