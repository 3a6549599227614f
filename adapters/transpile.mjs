// What jco makes of a component: JavaScript and core modules in a directory that is kept.

import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * The directory with what jco makes of `component`; `app.js` in it exports `instantiate`. With `asyncMode` 'jspi' WebAssembly can wait.
 *
 * It lies in the directory VFS_NODE_CACHE (else in the temporary directory), under the hash of the component and of everything that
 * decides the outcome, so that a second run starts at once.
 */
export async function transpiled(component, multiMemory, asyncMode) {
    const lock = await readFile(new URL('package-lock.json', import.meta.url));
    const key = createHash('sha256').update(component).update(lock).update(`${multiMemory} ${asyncMode}`).digest('hex');
    const kept = join(process.env.VFS_NODE_CACHE ?? join(tmpdir(), 'vfs-compose-node'), key);
    if (existsSync(kept)) return kept;
    const { transpileBytes } = await import('@bytecodealliance/jco-transpile');
    const made = `${kept}.${randomBytes(6).toString('hex')}`;
    const { files } = await transpileBytes(component, { name: 'app', instantiation: 'async', multiMemory, asyncMode });
    for (const [name, bytes] of Object.entries(files)) {
        await mkdir(dirname(join(made, name)), { recursive: true });
        await writeFile(join(made, name), bytes);
    }
    await writeFile(join(made, 'package.json'), '{ "type": "module" }');
    // Whoever comes second finds the first one's directory in place.
    await rename(made, kept).catch(() => rm(made, { recursive: true }));
    return kept;
}
