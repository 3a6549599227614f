// Works on the files it finds at `/` through the bindings of wasi:filesystem: loads code and data, walks, writes, renames, links.

import { getArguments } from 'wasi:cli/environment@0.2.12';
import { getDirectories } from 'wasi:filesystem/preopens@0.2.12';

const CHUNK = 4096n;
const root = () => getDirectories()[0][0];

export const run = {
    run() {
        const here = root();
        const settings = JSON.parse(text(read(here, 'lib/settings.json')));
        const report = new Function(text(read(here, 'lib/report.js')))();
        console.log(settings.title, JSON.stringify(getArguments().slice(1)));

        console.log('the image');
        const tree = [...walk(here, '', settings.ignored)];
        for (const line of report(tree)) console.log(' ', line);

        temporary(here);
        replaced(here);
        links(here);
        errors(here);

        here.renameAt('project/src', here, 'project/sources');
        copy(here, 'project', 'copy');
        removeAll(here, 'project');
        console.log('at the end');
        for (const line of report([...walk(here, '', settings.ignored)])) console.log(' ', line);
    },
};

function temporary(here) {
    here.createDirectoryAt('tmp');
    const file = here.openAt({}, 'tmp/x', { create: true, exclusive: true }, { read: true, write: true });
    const all = 'temporary '.repeat(3000);
    write(file, all);
    console.log('temporary', file.stat().size, file.stat().type, names(here, 'tmp'));
    here.unlinkFileAt('tmp/x');
    const [bytes, end] = file.read(20n, 15000n);
    console.log('still open', text(bytes), end, names(here, 'tmp'));
    file.setSize(40000n);
    const [zeroes] = file.read(5n, 39000n);
    console.log('longer', file.stat().size, [...zeroes].join());
    here.removeDirectoryAt('tmp');
}

/** As careful programs save a file: written under another name, then put in its place. */
function replaced(here) {
    const before = here.openAt({}, 'few.txt', {}, { read: true });
    const pollable = before.readViaStream(0n).subscribe();
    pollable.block();
    write(here.openAt({}, 'few.new', { create: true }, { write: true }), text(read(here, 'few.txt')).toUpperCase());
    here.renameAt('few.new', here, 'few.txt');
    console.log('replaced', firstLine(read(here, 'few.txt')), 'was', firstLine(before.read(1000n, 0n)[0]));
    console.log('not the same', !before.isSameObject(here.openAt({}, 'few.txt', {}, { read: true })), pollable.ready());
    const words = here.openAt({}, 'words.txt', {}, { read: true, write: true });
    words.write(new TextEncoder().encode('<over>'), 100n);
    words.setSize(5000n);
    words.appendViaStream().blockingWriteAndFlush(new TextEncoder().encode('the end\n'));
    console.log('changed', words.stat().size, sum(read(here, 'words.txt')));
}

function links(here) {
    here.linkAt({}, 'few.txt', here, 'archive/hard');
    here.symlinkAt('../few.txt', 'archive/soft');
    const through = here.statAt({ symlinkFollow: true }, 'archive/soft');
    console.log('links', through.linkCount, here.statAt({}, 'archive/soft').type, here.readlinkAt('archive/soft'));
    const time = (seconds, nanoseconds) => ({ tag: 'timestamp', val: { seconds, nanoseconds } });
    here.setTimesAt({}, 'archive/hard', time(1_000_000_000n, 123_456_789), time(1_500_000_000n, 987_654_321));
    const { seconds, nanoseconds } = here.statAt({}, 'few.txt').dataModificationTimestamp;
    console.log('times', seconds, nanoseconds);
}

function errors(here) {
    const attempts = {
        missing: () => here.statAt({}, 'missing'),
        outside: () => here.openAt({}, '../outside', {}, { read: true }),
        full: () => here.removeDirectoryAt('project'),
        there: () => here.createDirectoryAt('project'),
        below: () => here.renameAt('project', here, 'project/src/project'),
    };
    for (const [name, attempt] of Object.entries(attempts)) {
        try {
            attempt();
            console.log(name, 'succeeded');
        } catch (error) {
            console.log(name, error.payload);
        }
    }
}

/** Every file below `path`, with its size and a checksum, in the order of their names. */
function* walk(here, path, ignored) {
    for (const { type, name } of entries(here, path || '.')) {
        const inner = path ? `${path}/${name}` : name;
        if (ignored.includes(inner)) continue;
        if (type === 'directory') {
            yield* walk(here, inner, ignored);
        } else {
            const content = type === 'symbolic-link' ? new TextEncoder().encode(here.readlinkAt(inner)) : read(here, inner);
            yield { path: inner, bytes: content.length, sum: sum(content) };
        }
    }
}

function copy(here, from, to) {
    here.createDirectoryAt(to);
    for (const { type, name } of entries(here, from)) {
        const [source, target] = [`${from}/${name}`, `${to}/${name}`];
        if (type === 'directory') copy(here, source, target);
        else if (type === 'symbolic-link') here.symlinkAt(here.readlinkAt(source), target);
        else write(here.openAt({}, target, { create: true }, { write: true }), read(here, source));
    }
}

function removeAll(here, path) {
    for (const { type, name } of entries(here, path)) {
        if (type === 'directory') removeAll(here, `${path}/${name}`);
        else here.unlinkFileAt(`${path}/${name}`);
    }
    here.removeDirectoryAt(path);
}

function entries(here, path) {
    const stream = here.openAt({}, path, { directory: true }, { read: true }).readDirectory();
    const found = [];
    for (let entry = stream.readDirectoryEntry(); entry !== undefined; entry = stream.readDirectoryEntry()) found.push(entry);
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function names(here, path) {
    return JSON.stringify(entries(here, path).map(({ name }) => name));
}

function read(here, path) {
    const stream = here.openAt({}, path, {}, { read: true }).readViaStream(0n);
    const parts = [];
    try {
        for (;;) parts.push(...stream.blockingRead(CHUNK));
    } catch (error) {
        if (error.payload?.tag !== 'closed') throw error;
    }
    return Uint8Array.from(parts);
}

function write(file, content) {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const stream = file.writeViaStream(0n);
    for (let at = 0; at < bytes.length; at += Number(CHUNK)) stream.blockingWriteAndFlush(bytes.subarray(at, at + Number(CHUNK)));
}

const text = (bytes) => new TextDecoder().decode(bytes);
const firstLine = (bytes) => text(bytes).split('\n')[0];

/** FNV-1a. */
function sum(bytes) {
    let state = 0x811c9dc5;
    for (const byte of bytes) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
    return state;
}
