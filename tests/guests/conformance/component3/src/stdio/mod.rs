//! Each case runs alone: standard input is `one\ntwo\n`, nothing is a terminal, `GREETING` is `good day`, the initial directory `/d`.

mod ends;
mod environment;
mod streams;
