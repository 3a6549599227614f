//! Several preopened directories: `d` as `/first`, `change` as `/second`, `d/sub` as `third`, and `d` once more as `/again`.

use wasip2::filesystem::preopens::get_directories;

use crate::tools::*;

#[case]
fn get_directories_in_the_order_that_was_said() -> Outcome {
    let all = get_directories();
    same(all.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["/first", "/second", "third", "/again"])
}

#[case]
fn get_directories_each_with_its_own_files() -> Outcome {
    let all = get_directories();
    same(names(&all[0].0)?, ["in.txt", "sub"])?;
    holds(names(&all[1].0)?.contains(&"file".to_owned()), "the second is `change`")?;
    same(names(&all[2].0)?, ["deep.txt"])
}

#[case]
fn get_directories_one_directory_under_two_names() -> Outcome {
    let all = get_directories();
    holds(all[0].0.is_same_object(&all[3].0), "both are one directory")?;
    file(&all[0].0, "seen", "x")?;
    same(all[3].0.stat_at(STAY, "seen")?.size, 1)?;
    Ok(all[3].0.unlink_file_at("seen")?)
}

#[case]
fn get_directories_twice() -> Outcome {
    let (one, two) = (get_directories(), get_directories());
    holds(one.iter().zip(&two).all(|(a, b)| a.0.is_same_object(&b.0) && a.1 == b.1), "both are the same")?;
    drop(one);
    same(names(&two[2].0)?, ["deep.txt"])
}

#[case]
fn open_at_above_a_preopen() -> Outcome {
    for (dir, _) in get_directories() {
        fails(dir.open_at(FOLLOW, "../hello.txt", EXISTING, READ), E::NotPermitted)?;
        fails(dir.open_at(FOLLOW, "..", EXISTING, READ), E::NotPermitted)?;
    }
    Ok(())
}

#[case]
fn open_at_into_one_preopen_through_another() -> Outcome {
    let all = get_directories();
    let inner = open_dir(&all[0].0, "sub")?;
    holds(inner.is_same_object(&all[2].0), "`first/sub` is `third`")
}

#[case]
fn rename_at_between_preopens() -> Outcome {
    let all = get_directories();
    file(&all[0].0, "moved", "text")?;
    all[0].0.rename_at("moved", &all[1].0, "moved")?;
    same(contents(&all[1].0.open_at(STAY, "moved", EXISTING, READ)?)?, b"text")?;
    Ok(all[1].0.unlink_file_at("moved")?)
}

#[case]
fn link_at_between_preopens() -> Outcome {
    let all = get_directories();
    all[0].0.link_at(STAY, "in.txt", &all[1].0, "linked")?;
    same(contents(&all[1].0.open_at(STAY, "linked", EXISTING, READ)?)?, b"in\n")?;
    Ok(all[1].0.unlink_file_at("linked")?)
}
