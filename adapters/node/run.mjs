// Runs a command component on Node. It gets arguments, environment and standard streams, and no directory at all.
//
//   node run.mjs APP.wasm [ARGUMENT...]
//
// What jco makes of the component is kept in the directory VFS_NODE_CACHE (else in the temporary directory), under the hash of
// the component and of everything that decides the outcome, so that a second run starts at once.

import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isatty } from 'node:tty';
import { pathToFileURL } from 'node:url';
import { WASIShim } from '@bytecodealliance/preview2-shim/instantiation';
import {
    _setArgs, _setEnv, _setTerminalStderr, _setTerminalStdin, _setTerminalStdout,
} from '@bytecodealliance/preview2-shim/cli';
import { _clearPreopens } from '@bytecodealliance/preview2-shim/filesystem';

/** A module with two memories: what a composed component needs, and Node has from version 22 on. */
const TWO_MEMORIES = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 5, 2, 0, 0, 0, 0);

const [path, ...args] = process.argv.slice(2);
if (path === undefined) {
    console.error('usage: node run.mjs APP.wasm [ARGUMENT...]');
    process.exit(2);
}

const multiMemory = WebAssembly.validate(TWO_MEMORIES);
const directory = await transpiled(await readFile(path));
const { instantiate } = await import(pathToFileURL(join(directory, 'app.js')));

_clearPreopens();
_setArgs([basename(path), ...args]);
const { VFS_NODE_CACHE: _, ...environment } = process.env;
_setEnv(environment);
// The shim calls everything a terminal, and programs then ask questions and draw.
if (!isatty(0)) _setTerminalStdin(undefined);
if (!isatty(1)) _setTerminalStdout(undefined);
if (!isatty(2)) _setTerminalStderr(undefined);

const shim = new WASIShim({ sandbox: { preopens: {} } });
const modules = async (name) => WebAssembly.compile(await readFile(join(directory, name)));
const app = await instantiate(modules, shim.getImportObject());
const run = app.run ?? Object.entries(app).find(([name]) => name.startsWith('wasi:cli/run'))?.[1];
if (run === undefined) {
    console.error('the component exports no `wasi:cli/run`');
    process.exit(2);
}
try {
    await run.run();
} catch (error) {
    // The error of `run` has no payload, and comes as `undefined`. Anything else is a trap or a fault of the host.
    if (error === undefined || error?.constructor?.name === 'ComponentError') process.exit(1);
    console.error(error);
    process.exit(134);
}
process.exit(0);

/** The directory with what jco makes of `component`. */
async function transpiled(component) {
    const { transpileBytes } = await import('@bytecodealliance/jco-transpile');
    const lock = await readFile(new URL('package-lock.json', import.meta.url));
    const key = createHash('sha256').update(component).update(lock).update(String(multiMemory)).digest('hex');
    const kept = join(process.env.VFS_NODE_CACHE ?? join(tmpdir(), 'vfs-compose-node'), key);
    if (existsSync(kept)) return kept;
    const made = `${kept}.${randomBytes(6).toString('hex')}`;
    const { files } = await transpileBytes(component, { name: 'app', instantiation: 'async', multiMemory });
    for (const [name, bytes] of Object.entries(files)) {
        await mkdir(dirname(join(made, name)), { recursive: true });
        await writeFile(join(made, name), bytes);
    }
    await writeFile(join(made, 'package.json'), '{ "type": "module" }');
    // Whoever comes second finds the first one's directory in place.
    await rename(made, kept).catch(() => rm(made, { recursive: true }));
    return kept;
}
