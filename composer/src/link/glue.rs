//! Modules that stand where the app lowered its imports, and move the bytes of a call between the app's memory and the vfs's.
