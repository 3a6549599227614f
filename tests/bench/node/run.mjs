// Runs a component of `just bench` on Node, with jco and its shim, and says what it cost.
//
//   node run.mjs transpile APP.wasm OUT            writes what jco makes of the component into OUT
//   node run.mjs run OUT DIRECTORY [ARGUMENT...]   runs that, with DIRECTORY as `/`, or with no directory where it is empty
//   node run.mjs instances OUT DIRECTORY TIMES [ARGUMENT...]   the same, so many times, each in an instance that it makes
//
// The last line on standard error is what the call or the instances took, in microseconds: time, and CPU time of all threads
// of the process.

import { writeSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const modes = { transpile, run, instances };
const [mode, ...rest] = process.argv.slice(2);
await modes[mode](...rest);
// The shim's threads would keep the process.
process.exit(0);

async function transpile(wasm, out) {
    const { transpileBytes } = await import('@bytecodealliance/jco-transpile');
    const options = { name: 'app', instantiation: 'async', multiMemory: true };
    const { files } = await transpileBytes(await readFile(wasm), options);
    for (const [name, bytes] of Object.entries(files)) {
        await mkdir(dirname(join(out, name)), { recursive: true });
        await writeFile(join(out, name), bytes);
    }
    await writeFile(join(out, 'package.json'), '{ "type": "module" }');
}

async function run(out, directory, ...args) {
    const app = await (await prepare(out, directory, args))();
    await measure(() => app.run.run());
}

async function instances(out, directory, times, ...args) {
    const instantiate = await prepare(out, directory, args);
    const once = async () => (await instantiate()).run.run();
    // V8 compiles what runs often again, and better.
    for (let i = 0; i < times; i += 1) await once();
    await measure(async () => {
        for (let i = 0; i < times; i += 1) await once();
    });
}

// Returns what makes an instance. The modules are compiled once.
async function prepare(out, directory, args) {
    const { WASIShim } = await import('@bytecodealliance/preview2-shim/instantiation');
    const { instantiate } = await import(pathToFileURL(join(out, 'app.js')));
    const preopens = directory === '' ? {} : { '/': directory };
    const shim = new WASIShim({ sandbox: { preopens, args: ['app', ...args], env: {} } });
    const compiled = new Map();
    const compile = async (name) => {
        if (!compiled.has(name)) compiled.set(name, WebAssembly.compile(await readFile(join(out, name))));
        return compiled.get(name);
    };
    return () => instantiate(compile, shim.getImportObject());
}

async function measure(work) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    await work();
    const { user, system } = process.cpuUsage(before);
    writeSync(2, `\n${Math.round((performance.now() - start) * 1000)} ${user + system}\n`);
}
