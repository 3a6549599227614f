// Runs a command component in a headless Chromium. It gets arguments and standard output, and no directory at all.
//
//   node run.mjs APP.wasm [ARGUMENT...]

import { start } from './chromium.mjs';

const [path, ...args] = process.argv.slice(2);
if (path === undefined) {
    console.error('usage: node run.mjs APP.wasm [ARGUMENT...]');
    process.exit(2);
}
const chromium = await start();
try {
    const { exit, stdout, stderr } = await chromium.run(path, { arguments: args });
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    process.exitCode = exit;
} finally {
    await chromium.close();
}
