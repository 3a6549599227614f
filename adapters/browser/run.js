// Runs, in a page, what jco made of a command component. No directory is ever granted.

import { createCli } from '@bytecodealliance/preview2-shim/cli';
import { WASIShim } from '@bytecodealliance/preview2-shim/instantiation';
import { clocks, io } from './waiting.js';

/** The exit code that stands for a trap, as a shell shows an abort. */
const TRAP = 134;

/** No directory, and nothing to open one with: a component that asks for either fails. */
const NO_FILESYSTEM = { preopens: { getDirectories: () => [] }, types: {} };

/**
 * Runs a program to its end, and gives its exit code and all that it wrote.
 *
 * @param start.arguments the first is the program's own name.
 * @param start.environment names and values.
 * @param start.stdin all of its input, as text.
 * @param folder where `app.js` lies; ends with a slash.
 */
export async function run({ arguments: args, environment = {}, stdin = '' }, folder = '/app/') {
    const [stdout, stderr] = [collector(), collector()];
    let exit = 0;
    try {
        const { instantiate } = await import(`${folder}app.js`);
        const modules = (name) => WebAssembly.compileStreaming(fetch(folder + name));
        const cli = command({ arguments: args, environment, stdin: text(stdin), stdout, stderr });
        const shim = new WASIShim({ cli, clocks, io, filesystem: NO_FILESYSTEM });
        const app = await instantiate(modules, shim.getImportObject());
        const main = app.run ?? Object.entries(app).find(([name]) => name.startsWith('wasi:cli/run'))?.[1];
        if (main === undefined) throw new Error('the component exports no `wasi:cli/run`');
        await main.run();
    } catch (error) {
        exit = codeOf(error);
        if (exit === TRAP) stderr.write(new TextEncoder().encode(`${error?.stack ?? error}\n`));
    }
    return { exit, stdout: stdout.text(), stderr: stderr.text() };
}

/** The shim's `wasi:cli`, where each call gets a stream of its own: the shim has one, and who drops it closes it for all. */
function command(config) {
    return {
        ...createCli(config),
        stdin: { getStdin: () => createCli(config).stdin.getStdin() },
        stdout: { getStdout: () => createCli(config).stdout.getStdout() },
        stderr: { getStderr: () => createCli(config).stderr.getStderr() },
    };
}

/** The exit code that an error stands for. That of `run` itself has no payload, and comes as `undefined`. */
function codeOf(error) {
    if (error?.exitError) return error.code;
    return error === undefined || error?.constructor?.name === 'ComponentError' ? 1 : TRAP;
}

/** An input for the shim. */
function text(all) {
    let rest = new TextEncoder().encode(all);
    return {
        blockingRead(length) {
            if (rest.length === 0) throw { tag: 'closed' };
            const part = rest.subarray(0, Number(length));
            rest = rest.subarray(part.length);
            return part;
        },
    };
}

/** An output for the shim. */
function collector() {
    const decoder = new TextDecoder();
    let all = '';
    return {
        write(bytes) {
            all += decoder.decode(bytes, { stream: true });
        },
        text: () => all + decoder.decode(),
    };
}
