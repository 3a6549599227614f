//! Prints, and counts how often it was asked anything.

use std::sync::atomic::{AtomicU32, Ordering};

wit_bindgen::generate!({ world: "shouter", path: "../wit" });

struct Shouter;

static ASKED: AtomicU32 = AtomicU32::new(0);

impl exports::tests::composed::shouting::Guest for Shouter {
    fn loud(text: String) -> String {
        ASKED.fetch_add(1, Ordering::Relaxed);
        text.to_uppercase()
    }

    fn say(text: String) {
        ASKED.fetch_add(1, Ordering::Relaxed);
        println!("{text}");
    }

    fn asked() -> u32 {
        ASKED.load(Ordering::Relaxed)
    }
}

export!(Shouter);
