// Serves its files over http, as `web.rs` says.

import { getDirectories } from 'wasi:filesystem/preopens@0.2.12';
import { Fields, IncomingBody, OutgoingBody, OutgoingResponse, ResponseOutparam } from 'wasi:http/types@0.2.12';

/** A blocking write takes so much at once. */
const CHUNK = 4096;
const encode = (text) => new TextEncoder().encode(text);
const root = () => getDirectories()[0][0];

export const incomingHandler = {
    handle(request, out) {
        const [{ tag: method }, path] = [request.method(), request.pathWithQuery() ?? ''];
        const [, area, inner] = path.match(/^\/(files|list)(\/.*)$/) ?? [];
        if (method === 'get' && area === 'files') get(inner, out);
        else if (method === 'put' && area === 'files') put(inner, request, out);
        else if (method === 'get' && area === 'list') list(inner, out);
        else text(404, `no ${path}\n`, out);
    },
};

function get(path, out) {
    let from;
    try {
        from = root().openAt({}, path.slice(1), {}, { read: true }).readViaStream(0n);
    } catch {
        return text(404, `no ${path}\n`, out);
    }
    const body = begin(200, { 'content-type': 'application/octet-stream', trailer: 'x-size, x-sum' }, out);
    const to = body.write();
    let [size, sum] = [0, 0];
    for (const chunk of chunks(from, CHUNK)) {
        to.blockingWriteAndFlush(chunk);
        size += chunk.length;
        sum = chunk.reduce((sum, byte) => (sum + byte) >>> 0, sum);
    }
    to[Symbol.dispose]();
    OutgoingBody.finish(body, fields({ 'x-size': `${size}`, 'x-sum': `${sum}` }));
}

function put(path, request, out) {
    const parts = path.slice(1).split('/');
    for (let depth = 1; depth < parts.length; depth++) {
        try {
            root().createDirectoryAt(parts.slice(0, depth).join('/'));
        } catch {
            // It is there.
        }
    }
    const file = root().openAt({}, path.slice(1), { create: true, truncate: true }, { read: true, write: true });
    const body = request.consume();
    const [from, to] = [body.stream(), file.writeViaStream(0n)];
    try {
        // The host's stream into the file's.
        for (;;) to.blockingSplice(from, 65536n);
    } catch (error) {
        if (error.payload?.tag !== 'closed') throw error;
    }
    to.blockingFlush();
    from[Symbol.dispose]();
    IncomingBody.finish(body);
    whole(201, {}, [...chunks(file.readViaStream(0n), CHUNK)], out);
}

function list(path, out) {
    let stream, here;
    try {
        here = root().openAt({}, path.slice(1), { directory: true }, { read: true });
        stream = here.readDirectory();
    } catch {
        return text(404, `no ${path}\n`, out);
    }
    const entries = [];
    for (let entry; (entry = stream.readDirectoryEntry()) !== undefined; ) {
        const directory = entry.type === 'directory';
        const size = directory ? 0 : Number(here.statAt({}, entry.name).size);
        entries.push({ name: entry.name, kind: directory ? 'directory' : 'file', size });
    }
    entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    whole(200, { 'content-type': 'application/json' }, [encode(JSON.stringify(entries))], out);
}

function text(status, line, out) {
    whole(status, { 'content-type': 'text/plain' }, [encode(line)], out);
}

function whole(status, headers, parts, out) {
    const body = begin(status, headers, out);
    const to = body.write();
    for (const part of parts) to.blockingWriteAndFlush(part);
    to[Symbol.dispose]();
    OutgoingBody.finish(body, undefined);
}

function begin(status, headers, out) {
    const response = new OutgoingResponse(fields(headers));
    response.setStatusCode(status);
    const body = response.body();
    ResponseOutparam.set(out, { tag: 'ok', val: response });
    return body;
}

function fields(entries) {
    return Fields.fromList(Object.entries(entries).map(([name, value]) => [name, encode(value)]));
}

function* chunks(stream, size) {
    try {
        for (;;) yield stream.blockingRead(BigInt(size));
    } catch (error) {
        if (error.payload?.tag !== 'closed') throw error;
    }
}
