//! A damaged image inside a component gives errors, never a trap or a hang.

use std::fs;
use std::os::unix::fs::symlink;

use anyhow::{Context, Result, ensure};
use vfs_tests::guests;
use vfs_tests::host::{Invocation, TRAP};
use vfs_tests::wasmtime_host::{self, Granted};

use crate::apps;

/// EROFS's magic number as it lies in the file, 1024 bytes into the image.
const MAGIC: [u8; 4] = 0xE0F5_E1E2_u32.to_le_bytes();

#[test]
fn damage_is_told_and_not_trapped() -> Result<()> {
    apps::in_both_forms(|form| {
        let image = apps::image()?;
        for n in 0..40 {
            fs::write(image.path().join(format!("dir/file{n}")), "x".repeat(n * 50))?;
        }
        symlink("dir/file7", image.path().join("link"))?;
        let app = apps::composed(form, &guests::named("process")?, image.path(), &[])?;
        let magic =
            app.windows(4).position(|window| window == MAGIC).context("the image lies in the component as it is")?;
        let mut random = 0x2545_f491_4f6c_dd1d_u64;
        for round in 0..24 {
            let mut damaged = app.clone();
            for _ in 0..=round * 2 {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                // The superblock, the inodes and the directories of so small a tree come first.
                let at = magic + (random >> 32) as usize % 7000;
                damaged[at] = random as u8;
            }
            let output = wasmtime_host::run(&damaged, &Invocation::with_args(["tree"]), Granted::Nothing)?;
            ensure!(output.exit != TRAP, "round {round}: {output:?}");
        }
        Ok(())
    })
}
