//! Several preopened directories: `d` as `/first`, `change` as `/second`, `d/sub` as `third`, and `d` once more as `/again`.

use wasi::*;

use crate::tools::*;

fn name(fd: u32) -> Result<String, Errno> {
    let mut name = vec![0; unsafe { fd_prestat_get(fd)?.u.dir.pr_name_len }];
    unsafe { fd_prestat_dir_name(fd, name.as_mut_ptr(), name.len())? };
    Ok(String::from_utf8_lossy(&name).into_owned())
}

#[case]
fn fd_prestat_get_ends_behind_the_last() -> Outcome {
    fails(unsafe { fd_prestat_get(7) }, &[ERRNO_BADF])
}

#[case]
fn fd_prestat_dir_name_in_the_order_that_was_said() -> Outcome {
    same((3..7).map(name).collect::<Result<Vec<_>, _>>()?, ["/first", "/second", "third", "/again"])
}

#[case]
fn fd_prestat_dir_name_buffer_too_small() -> Outcome {
    let mut name = [0; 2];
    fails(unsafe { fd_prestat_dir_name(3, name.as_mut_ptr(), 2) }, &[ERRNO_NAMETOOLONG, ERRNO_INVAL])
}

#[case]
fn path_rename_between_preopens() -> Outcome {
    let (first, second) = (std::mem::ManuallyDrop::new(File(3)), std::mem::ManuallyDrop::new(File(4)));
    file(&first, "moved", "text")?;
    rename(&first, "moved", &second, "moved")?;
    same(contents_of(&second, "moved")?, b"text")?;
    Ok(unlink(&second, "moved")?)
}

#[case]
fn fd_readdir_each_preopen_has_its_own() -> Outcome {
    same(names(&std::mem::ManuallyDrop::new(File(3)))?, ["in.txt", "sub"])?;
    same(names(&std::mem::ManuallyDrop::new(File(5)))?, ["deep.txt"])
}
