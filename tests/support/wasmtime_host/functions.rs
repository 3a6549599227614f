//! Compiled functions, found by what they were compiled from. Most components of the tests are a program that other tests
//! use too, with other files: of a new component, the engine compiles only the functions that no component before had.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use wasmtime::CacheStore;

/// All functions that this process has compiled.
#[derive(Debug, Default)]
pub struct Functions(Mutex<HashMap<Bytes, Bytes>>);

type Bytes = Box<[u8]>;

impl CacheStore for Functions {
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(key).map(|code| Cow::Owned(code.to_vec()))
    }

    fn insert(&self, key: &[u8], code: Vec<u8>) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(key.into(), code.into());
        true
    }
}
