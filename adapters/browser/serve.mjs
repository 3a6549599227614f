// Serves a component to browsers on this machine: the page runs it, with no directory and no server behind it.
//
//   node serve.mjs APP.wasm [PORT]
//
// What stands after the address's question mark, between `&`s, are the program's arguments.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transpiled } from '../transpile.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const SHIM = dirname(dirname(fileURLToPath(import.meta.resolve('@bytecodealliance/preview2-shim/instantiation'))));
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/**
 * Starts a server for the component in the file `path`, and gives its address. Its process ends only after `close()`.
 *
 * @param port 0 for any free one.
 */
export async function serve(path, port = 0) {
    // Every browser of today has modules with several memories.
    const app = await transpiled(await readFile(path), true);
    const folders = { app, shim: SHIM };
    const server = createServer(async (request, response) => {
        const file = fileOf(new URL(request.url, 'http://localhost').pathname, folders);
        try {
            const bytes = await readFile(file);
            response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(bytes);
        } catch {
            response.writeHead(404).end();
        }
    });
    await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
    return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** `/shim/x` is in the shim, `/app/x` what jco made, all else is here. */
function fileOf(path, folders) {
    const [, first, ...rest] = normalize(decodeURIComponent(path)).split('/');
    if (first in folders) return join(folders[first], ...rest);
    return join(HERE, first === '' ? 'index.html' : join(first, ...rest));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
    const [path, port] = process.argv.slice(2);
    if (path === undefined) {
        console.error('usage: node serve.mjs APP.wasm [PORT]');
        process.exit(2);
    }
    // With the question mark the page runs the program at once.
    console.log(`${(await serve(path, Number(port ?? 8080))).address}?`);
}
