// One Chromium for many programs: each line of standard input is a JSON object `{ app, ... }` as `chromium.mjs` takes it, and is
// answered by a line with `{ exit, stdout, stderr }`, or `{ error }`. It ends with its input.

import { createInterface } from 'node:readline';
import { start } from '../../adapters/browser/chromium.mjs';

const chromium = await start();
for await (const line of createInterface({ input: process.stdin })) {
    const { app, ...how } = JSON.parse(line);
    const answer = await chromium.run(app, how).catch((error) => ({ error: String(error?.stack ?? error) }));
    process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await chromium.close();
