//! The pump's task: it has given its result before anything else happens, and waits for events from then on.

use super::ends::Progress;
use super::{Pump, World, ends};
use crate::state::{State, call_value};

/// What a callback returns to the component model.
const EXIT: u32 = 0;
const YIELD: u32 = 1;
const WAIT: u32 = 2;
/// Events at the ends of streams and futures: read or written.
const EVENTS: core::ops::RangeInclusive<u32> = 2..=5;

/// An event of a question.
#[cfg(feature = "late")]
const SUBTASK: u32 = 1;

#[link(wasm_import_module = "[export]vfs-compose:vfs/pump")]
unsafe extern "C" {
    #[link_name = "[task-return]start"]
    safe fn task_return();
}

#[unsafe(export_name = "[async-lift]vfs-compose:vfs/pump#start")]
extern "C" fn start() -> u32 {
    task_return();
    become_pump()
}

#[unsafe(export_name = "vfs-compose:vfs/pump#stop")]
extern "C" fn stop() {
    call_value(|state| {
        let State { volume, session, pump, .. } = state;
        pump.stop(&mut World { volume, standard: &mut session.standard });
    });
}

/// What a task has to return that has given its result: it goes on as the pump, or ends where there is one.
pub fn become_pump() -> u32 {
    call_value(|state| if state.pump.start() { state.pump.next() } else { EXIT })
}

#[unsafe(export_name = "[callback][async-lift]vfs-compose:vfs/pump#start")]
pub extern "C" fn callback(event: u32, end: u32, code: u32) -> u32 {
    call_value(|state| {
        let State { volume, session, pump, .. } = state;
        let world = &mut World { volume, standard: &mut session.standard };
        if EVENTS.contains(&event)
            && let Some(progress) = Progress::new(code)
        {
            pump.event(world, end, progress);
        }
        #[cfg(feature = "late")]
        if event == SUBTASK {
            pump.answered(world, end, code);
        }
        pump.go_on(world);
        pump.next()
    })
}

impl Pump {
    /// Whether there is none.
    fn start(&mut self) -> bool {
        self.ends = false;
        if core::mem::replace(&mut self.runs, true) {
            return false;
        }
        if self.set == 0 {
            self.set = ends::new_set();
        }
        true
    }

    /// From now on the task ends with the last job.
    fn stop(&mut self, world: &mut World<'_>) {
        self.ends = true;
        // Else the last job's event comes.
        if self.runs && self.kept == 0 {
            self.wake(world);
        }
    }

    fn next(&mut self) -> u32 {
        if self.ready > 0 {
            return YIELD;
        }
        if self.ends && self.kept == 0 {
            self.runs = false;
            return EXIT;
        }
        WAIT | self.set << 4
    }
}
