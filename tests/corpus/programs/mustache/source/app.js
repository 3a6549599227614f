// Every template of /templates is filled with what is in /data.json.

import Mustache from 'mustache';
import { list, makeDirectory, read, rename, write } from './files';

const text = (path) => new TextDecoder().decode(read(path));

export const run = {
    run() {
        const data = JSON.parse(text('data.json'));
        const part = (name) => text(`templates/${name}.part`);
        makeDirectory('pages');
        for (const name of list('templates').filter((name) => name.endsWith('.mustache'))) {
            const page = `pages/${name.replace('.mustache', '')}`;
            write('page.new', new TextEncoder().encode(Mustache.render(text(`templates/${name}`), data, part)));
            rename('page.new', page);
            console.log(`${page}:\n${text(page)}`);
        }
    },
};
