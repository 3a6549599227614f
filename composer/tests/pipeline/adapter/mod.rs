//! Tests of the adapters: their text, their behaviour, and that each function of WASI that the vfs serves has one.

mod bridges;
mod golden;
mod refused;
mod run;
mod served;
mod wit;
