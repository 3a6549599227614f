// Runs a command component of WASI 0.3 on Node. It gets arguments, environment and standard streams, and no directory at all.
//
//   node run3.mjs APP.wasm [ARGUMENT...]

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as version2 from '@bytecodealliance/preview2-shim';
import { _setArgs } from '@bytecodealliance/preview2-shim/cli';
import * as version3 from '@bytecodealliance/preview3-shim';
import { transpiled } from '../transpile.mjs';

const [path, ...args] = process.argv.slice(2);
if (path === undefined) {
    console.error('usage: node run3.mjs APP.wasm [ARGUMENT...]');
    process.exit(2);
}
if (WebAssembly.Suspending === undefined) {
    console.error('this Node cannot wait inside WebAssembly: use a newer one, or --experimental-wasm-jspi');
    process.exit(2);
}

const directory = await transpiled(await readFile(path), true, 'jspi');
const { instantiate } = await import(pathToFileURL(join(directory, 'app.js')));
_setArgs([basename(path), ...args]);

/** The interfaces of a package, as both shims have them: jco leaves versions out of the names of imports. */
function interfaces(name, older, newer) {
    const dashed = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const names = new Set([...Object.keys(older ?? {}), ...Object.keys(newer ?? {})]);
    return [...names].map((one) => [`wasi:${name}/${dashed(one)}`, { ...older?.[one], ...newer?.[one] }]);
}

const packages = ['cli', 'clocks', 'io', 'random', 'sockets', 'http'];
const imports = Object.fromEntries(packages.flatMap((name) => interfaces(name, version2[name], version3[name])));
const modules = async (name) => WebAssembly.compile(await readFile(join(directory, name)));
const app = await instantiate(modules, imports);
try {
    await app.run.run();
} catch (error) {
    if (error === undefined || error?.constructor?.name === 'ComponentError') process.exit(1);
    console.error(error);
    process.exit(134);
}
process.exit(0);
