//! The laws of `docs/design.md` on whole components, one file each. Laws 7, 8 and 10 are tested beside the code too, and laws 8
//! and 9 by many cases.

mod apps;
mod law10_every_byte_is_untrusted;
mod law1_no_new_needs;
mod law2_a_vfs_for_a_module;
mod law2_any_app_composes;
mod law2_one_vfs_for_many_apps;
mod law2_reactors_compose;
mod law3_deterministic;
mod law4_read_in_place;
mod law5_one_resource_type_each;
mod law6_no_trap_is_reachable;
mod law6_traps_of_the_component_model;
mod law8_memory_that_ends;
mod law8_nothing_is_lost;
mod law9_end_of_file_is_closed;
