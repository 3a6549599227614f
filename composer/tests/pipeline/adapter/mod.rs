//! Tests of the glue: its text, its behaviour, and that all of WASI that the vfs serves has some.

mod bridges;
mod golden;
mod refused;
mod run;
mod served;
mod wit;
