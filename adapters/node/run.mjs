// Runs a command component on Node. It gets arguments, environment and standard streams, and no directory but those
// that are named here.
//
//   node run.mjs [--dir PATH::NAME]... APP.wasm [ARGUMENT...]

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isatty } from 'node:tty';
import { pathToFileURL } from 'node:url';
import { WASIShim } from '@bytecodealliance/preview2-shim/instantiation';
import {
    _setArgs, _setEnv, _setTerminalStderr, _setTerminalStdin, _setTerminalStdout,
} from '@bytecodealliance/preview2-shim/cli';
import { _clearPreopens } from '@bytecodealliance/preview2-shim/filesystem';
import { transpiled } from '../transpile.mjs';

/** A module with two memories: what a composed component needs, and Node has from version 22 on. */
const TWO_MEMORIES = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 5, 2, 0, 0, 0, 0);

const rest = process.argv.slice(2);
const preopens = {};
while (rest[0] === '--dir') {
    const [, directory] = rest.splice(0, 2);
    const [from, name] = directory?.split('::') ?? [];
    if (!name) fail();
    preopens[name] = from;
}
const [path, ...args] = rest;
if (path === undefined) fail();

function fail() {
    console.error('usage: node run.mjs [--dir PATH::NAME]... APP.wasm [ARGUMENT...]');
    process.exit(2);
}

const multiMemory = WebAssembly.validate(TWO_MEMORIES);
const directory = await transpiled(await readFile(path), multiMemory);
const { instantiate } = await import(pathToFileURL(join(directory, 'app.js')));

_clearPreopens();
_setArgs([basename(path), ...args]);
const { VFS_NODE_CACHE: _, ...environment } = process.env;
_setEnv(environment);
// The shim calls everything a terminal, and programs then ask questions and draw.
if (!isatty(0)) _setTerminalStdin(undefined);
if (!isatty(1)) _setTerminalStdout(undefined);
if (!isatty(2)) _setTerminalStderr(undefined);

const shim = new WASIShim({ sandbox: { preopens } });
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
