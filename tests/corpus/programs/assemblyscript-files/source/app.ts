// Reads a file, writes it in capitals under a temporary name, renames it, and lists the directory: by the calls of preview1.

import {
  fd_close, fd_read, fd_readdir, fd_write, oflags, path_open, path_rename, rights,
} from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";

/** The first directory that a program is given. */
const ROOT: u32 = 3;

const word = memory.data(8);
const vector = memory.data(8);

function check(error: u16, what: string): void {
  if (error != 0) {
    console.error(what + " failed: " + error.toString());
    process.exit(1);
  }
}

function open(path: string, flags: oflags, needs: rights): u32 {
  const name = String.UTF8.encode(path);
  check(path_open(ROOT, 1, changetype<usize>(name), name.byteLength, flags, needs, 0, 0, word), "open of " + path);
  return load<u32>(word);
}

function read(path: string): string {
  const file = open(path, 0, rights.FD_READ);
  const buffer = new ArrayBuffer(1000);
  let text = "";
  while (true) {
    store<usize>(vector, changetype<usize>(buffer));
    store<usize>(vector, buffer.byteLength, sizeof<usize>());
    check(fd_read(file, vector, 1, word), "read");
    const length = load<usize>(word);
    if (length == 0) break;
    text += String.UTF8.decode(buffer.slice(0, <i32>length));
  }
  check(fd_close(file), "close");
  return text;
}

function write(path: string, text: string): void {
  const file = open(path, oflags.CREAT | oflags.TRUNC, rights.FD_WRITE);
  const bytes = String.UTF8.encode(text);
  let at: usize = 0;
  while (at < <usize>bytes.byteLength) {
    store<usize>(vector, changetype<usize>(bytes) + at);
    store<usize>(vector, <usize>bytes.byteLength - at, sizeof<usize>());
    check(fd_write(file, vector, 1, word), "write");
    at += load<usize>(word);
  }
  check(fd_close(file), "close");
}

function rename(from: string, to: string): void {
  const old = String.UTF8.encode(from);
  const name = String.UTF8.encode(to);
  check(
    path_rename(ROOT, changetype<usize>(old), old.byteLength, ROOT, changetype<usize>(name), name.byteLength),
    "rename",
  );
}

function list(path: string): string[] {
  const directory = open(path, oflags.DIRECTORY, rights.FD_READDIR);
  const buffer = new ArrayBuffer(4096);
  const start = changetype<usize>(buffer);
  const names: string[] = [];
  check(fd_readdir(directory, start, buffer.byteLength, 0, word), "list");
  const end = start + load<usize>(word);
  // next: u64, inode: u64, length of the name: u32, kind: u8, then the name.
  for (let entry = start; entry + 24 <= end; entry += 24 + load<u32>(entry, 16)) {
    names.push(String.UTF8.decodeUnsafe(entry + 24, load<u32>(entry, 16)));
  }
  check(fd_close(directory), "close");
  return names.filter((name) => name != "." && name != "..").sort();
}

const text = read("archive/../few.txt");
write("archive/capitals.part", text.toUpperCase());
rename("archive/capitals.part", "archive/capitals.txt");
console.log(list("archive").join(", "));
console.log(list("project/src").join(", "));
console.log(read("archive/capitals.txt"));
