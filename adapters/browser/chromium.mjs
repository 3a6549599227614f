// A headless Chromium that runs components, each in a page of its own.

import { basename } from 'node:path';
import { chromium } from 'playwright-core';
import { serve } from './serve.mjs';

/** Starts it. CHROMIUM names the program, if it is not `/usr/bin/chromium`. */
export async function start() {
    const browser = await chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        // Chromium's own sandbox does not start for root.
        chromiumSandbox: process.getuid?.() !== 0,
    });
    return { run: (app, how) => run(browser, app, how), close: () => browser.close() };
}

/**
 * Runs the command component in the file `app` to its end: `{ exit, stdout, stderr }`.
 *
 * @param how.arguments those after the program's own name, which is the file's.
 * @param how.environment as in `run.js`, as `how.stdin`.
 */
async function run(browser, app, how) {
    const server = await serve(app);
    // What one program leaves in a cache is not there for the next.
    const context = await browser.newContext();
    try {
        const page = await context.newPage();
        await page.goto(server.address);
        await page.waitForFunction(() => window.run !== undefined);
        return await page.evaluate((start) => window.run(start), {
            ...how,
            arguments: [how.name ?? basename(app), ...how.arguments],
        });
    } finally {
        await context.close();
        server.close();
    }
}
