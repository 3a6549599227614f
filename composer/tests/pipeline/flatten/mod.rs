//! Compositions made flat, next to themselves on the same engine: they must end in the same way.

mod lent;
mod rig;
mod shapes;
mod values;
