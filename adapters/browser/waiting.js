// Waiting without giving the page its turn. The shim answers `poll` and `block` with promises, which a program that was made for
// blocking calls does not await; here a wait for a clock goes round until it is time.

import { clocks as shimClocks, io as shimIo } from '@bytecodealliance/preview2-shim';
import { pollableCreate } from '@bytecodealliance/preview2-shim/io';

const { monotonicClock: clock } = shimClocks;
const deadlines = new WeakSet();

function at(instant) {
    const isTime = () => clock.now() >= instant;
    const pollable = pollableCreate({ ready: isTime, wait: () => clock.subscribeInstant(instant).block() });
    pollable.block = () => {
        while (!pollable.ready());
    };
    deadlines.add(pollable);
    return pollable;
}

function poll(list) {
    // Without a clock among them nothing but the page's turn can make one ready.
    if (!list.some((pollable) => deadlines.has(pollable))) return shimIo.poll.poll(list);
    for (;;) {
        const ready = list.flatMap((pollable, index) => (pollable.ready() ? [index] : []));
        if (ready.length > 0) return ready;
    }
}

export const io = { ...shimIo, poll: { ...shimIo.poll, poll } };
export const clocks = {
    ...shimClocks,
    monotonicClock: {
        ...clock,
        subscribeInstant: at,
        subscribeDuration: (duration) => at(clock.now() + duration),
    },
};
