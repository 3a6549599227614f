//! Several preopened directories: `d` as `/first`, `change` as `/second`, `d/sub` as `third`, and `d` once more as `/again`.

use crate::tools::*;

#[case]
fn get_directories_in_the_order_that_was_said() -> Outcome {
    let all = get_directories();
    same(all.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["/first", "/second", "third", "/again"])
}

#[case]
async fn get_directories_each_with_its_own_files() -> Outcome {
    let all = get_directories();
    same(names(&all[0].0).await?, ["in.txt", "sub"])?;
    holds(names(&all[1].0).await?.contains(&"file".to_owned()), "the second is `change`")?;
    same(names(&all[2].0).await?, ["deep.txt"])
}

#[case]
async fn get_directories_one_directory_under_two_names() -> Outcome {
    let all = get_directories();
    holds(all[0].0.is_same_object(&all[3].0).await, "both are one directory")?;
    file(&all[0].0, "seen", "x").await?;
    same(all[3].0.stat_at(STAY, "seen").await?.size, 1)?;
    Ok(all[3].0.unlink_file_at("seen").await?)
}

#[case]
async fn get_directories_twice() -> Outcome {
    let (one, two) = (get_directories(), get_directories());
    for (a, b) in one.iter().zip(&two) {
        holds(a.0.is_same_object(&b.0).await && a.1 == b.1, "both are the same")?;
    }
    drop(one);
    same(names(&two[2].0).await?, ["deep.txt"])
}

#[case]
async fn open_at_above_a_preopen() -> Outcome {
    for (dir, _) in get_directories() {
        fails(dir.open_at(FOLLOW, "../hello.txt", EXISTING, READ).await, E::NotPermitted)?;
        fails(dir.open_at(FOLLOW, "..", EXISTING, READ).await, E::NotPermitted)?;
    }
    Ok(())
}

#[case]
async fn open_at_into_one_preopen_through_another() -> Outcome {
    let all = get_directories();
    let inner = open_dir(&all[0].0, "sub").await?;
    holds(inner.is_same_object(&all[2].0).await, "`first/sub` is `third`")
}

#[case]
async fn rename_at_between_preopens() -> Outcome {
    let all = get_directories();
    file(&all[0].0, "moved", "text").await?;
    all[0].0.rename_at("moved", &all[1].0, "moved").await?;
    same(contents(&all[1].0.open_at(STAY, "moved", EXISTING, READ).await?).await?, b"text")?;
    Ok(all[1].0.unlink_file_at("moved").await?)
}

#[case]
async fn link_at_between_preopens() -> Outcome {
    let all = get_directories();
    all[0].0.link_at(STAY, "in.txt", &all[1].0, "linked").await?;
    same(contents(&all[1].0.open_at(STAY, "linked", EXISTING, READ).await?).await?, b"in\n")?;
    Ok(all[1].0.unlink_file_at("linked").await?)
}
