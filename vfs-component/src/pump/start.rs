//! The pump's task: it returns its result before anything else, and then waits for events.

use super::ends::Progress;
use super::{Pump, World, ends};
use crate::state::{State, call_value};

/// Returned by a callback to end its task.
const EXIT: u32 = 0;
const YIELD: u32 = 1;
const WAIT: u32 = 2;
/// Events at the ends of streams and futures: a read or a write has completed.
const EVENTS: core::ops::RangeInclusive<u32> = 2..=5;

#[link(wasm_import_module = "[export]vfs-compose:vfs/pump")]
unsafe extern "C" {
    #[link_name = "[task-return]start"]
    safe fn task_return();
}

#[cfg(not(feature = "mounts3"))]
#[unsafe(export_name = "[async-lift]vfs-compose:vfs/pump#start")]
extern "C" fn start() -> u32 {
    task_return();
    become_pump()
}

/// Returns after the start of the vfs, for which the app waits.
#[cfg(feature = "mounts3")]
#[unsafe(export_name = "[async-lift]vfs-compose:vfs/pump#start")]
extern "C" fn start() -> u32 {
    let start = async {
        crate::layer::finish_start().await;
        task_return();
    };
    crate::layer::tasks::begin_work(start, become_pump)
}

#[cfg(feature = "mounts3")]
#[unsafe(export_name = "[callback][async-lift]vfs-compose:vfs/pump#start")]
extern "C" fn start_callback(event: u32, end: u32, code: u32) -> u32 {
    crate::layer::tasks::callback(event, end, code)
}

#[unsafe(export_name = "vfs-compose:vfs/pump#stop")]
extern "C" fn stop() {
    call_value(|state| {
        let State { volume, session, pump, .. } = state;
        pump.stop(&mut World { volume, standard: &mut session.standard });
    });
}

/// Returns what a task returns after its result: to continue as the pump, or to end if there is one.
pub fn become_pump() -> u32 {
    call_value(|state| if state.pump.start() { state.pump.next() } else { EXIT })
}

/// The callback of the pump's task.
#[cfg_attr(not(feature = "mounts3"), unsafe(export_name = "[callback][async-lift]vfs-compose:vfs/pump#start"))]
pub extern "C" fn callback(event: u32, end: u32, code: u32) -> u32 {
    #[cfg(feature = "tasks")]
    if event != 0 && crate::layer::tasks::go_on_without_task(end, code) {
        return call_value(go_on);
    }
    call_value(|state| {
        let State { volume, session, pump, .. } = state;
        let world = &mut World { volume, standard: &mut session.standard };
        #[cfg(feature = "tasks")]
        if event != 0 && pump.answered(world, end, code) {
            pump.go_on(world);
            return pump.next();
        }
        if EVENTS.contains(&event)
            && let Some(progress) = Progress::new(code)
        {
            pump.event(world, end, progress);
        }
        pump.go_on(world);
        pump.next()
    })
}

#[cfg(feature = "tasks")]
fn go_on(state: &mut State) -> u32 {
    let State { volume, session, pump, .. } = state;
    pump.go_on(&mut World { volume, standard: &mut session.standard });
    pump.next()
}

impl Pump {
    /// Starts the pump. Returns whether there was none.
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

    /// From now on, lets the task end with the last job.
    fn stop(&mut self, world: &mut World<'_>) {
        self.ends = true;
        // Otherwise the event of the last job does this.
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
