// Every YAML file of /settings is read, and written as JSON into /made; what is wrong is reported.

import { dump, load } from 'js-yaml';
import { list, makeDirectory, read, rename, write } from './files';

export const run = {
    run() {
        makeDirectory('made');
        for (const name of list('settings').filter((name) => name.endsWith('.yaml'))) {
            const made = `made/${name.replace('.yaml', '.json')}`;
            try {
                const settings = load(new TextDecoder().decode(read(`settings/${name}`)));
                write(`${made}.new`, new TextEncoder().encode(JSON.stringify(settings, null, 2)));
                rename(`${made}.new`, made);
                console.log(dump(settings, { sortKeys: true }));
            } catch (error) {
                console.log(name, error.reason, error.mark.line);
            }
        }
        console.log(list('made').join(', '));
    },
};
