// Whole files by path, through the bindings of wasi:filesystem. A path begins at the root, without a slash.

import { getDirectories } from 'wasi:filesystem/preopens@0.2.12';

const CHUNK = 65536n;
const root = () => getDirectories()[0][0];

export function read(path: string): Uint8Array {
    const file = root().openAt({}, path, {}, { read: true });
    const parts: Uint8Array[] = [];
    let offset = 0n;
    for (let end = false; !end;) {
        const [bytes, last] = file.read(CHUNK, offset);
        parts.push(bytes);
        offset += BigInt(bytes.length);
        end = last || bytes.length === 0;
    }
    const all = new Uint8Array(Number(offset));
    let at = 0;
    for (const part of parts) {
        all.set(part, at);
        at += part.length;
    }
    return all;
}

export function write(path: string, bytes: Uint8Array): void {
    const file = root().openAt({}, path, { create: true, truncate: true }, { write: true });
    for (let at = 0; at < bytes.length;) {
        at += Number(file.write(bytes.subarray(at, at + Number(CHUNK)), BigInt(at)));
    }
}

/** The names in a directory, sorted; those of directories end with a slash. */
export function list(path: string): string[] {
    const entries = root().openAt({}, path, { directory: true }, { read: true }).readDirectory();
    const names: string[] = [];
    for (let entry; (entry = entries.readDirectoryEntry()) !== undefined;) {
        names.push(entry.type === 'directory' ? `${entry.name}/` : entry.name);
    }
    return names.sort();
}

export const makeDirectory = (path: string): void => root().createDirectoryAt(path);

export const rename = (from: string, to: string): void => root().renameAt(from, root(), to);
