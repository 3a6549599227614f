// Packs what is in /project into an archive, and unpacks it beside.

import { strFromU8, unzipSync, zipSync, type Zippable } from 'fflate';
import { list, makeDirectory, read, rename, write } from './files';

const EPOCH = new Date(2020, 1, 2, 2, 2, 2);

function collect(folder: string, into: Zippable): void {
    for (const name of list(folder)) {
        const path = `${folder}/${name}`;
        if (name.endsWith('/')) collect(path.slice(0, -1), into);
        else if (name.endsWith('.txt')) into[path] = [read(path), { mtime: EPOCH, level: 9 }];
    }
}

export const run = {
    run(): void {
        const files: Zippable = {};
        collect('project', files);
        write('project.zip.part', zipSync(files));
        rename('project.zip.part', 'project.zip');
        makeDirectory('unpacked');
        for (const [path, bytes] of Object.entries(unzipSync(read('project.zip')))) {
            const name = path.replaceAll('/', '-');
            write(`unpacked/${name}`, bytes);
            console.log(name, bytes.length, strFromU8(bytes).split('\n')[0]);
        }
    },
};
