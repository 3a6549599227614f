//! Making a failing plan small.

use crate::Op;

/// A plan that still fails, from which no operation can be taken.
pub fn minimal(mut plan: Vec<Op>, mut fails: impl FnMut(&[Op]) -> bool) -> Vec<Op> {
    let mut size = plan.len().div_ceil(2);
    while size > 0 {
        let mut start = 0;
        while start < plan.len() {
            let mut less = plan.clone();
            less.drain(start..(start + size).min(plan.len()));
            if fails(&less) {
                plan = less;
            } else {
                start += size;
            }
        }
        size /= 2;
    }
    for place in 0..plan.len() {
        while let Some(less) = simpler(&plan[place]).into_iter().find_map(|op| {
            let mut less = plan.clone();
            less[place] = op;
            fails(&less).then_some(less)
        }) {
            plan = less;
        }
    }
    plan
}

/// What could take the place of an operation: shorter paths from the root, smaller numbers.
fn simpler(op: &Op) -> Vec<Op> {
    let mut found = Vec::new();
    let mut push = |change: &dyn Fn(&mut Op)| {
        let mut changed = op.clone();
        change(&mut changed);
        if changed != *op {
            found.push(changed);
        }
    };
    push(&|op| {
        if let Op::Read { length, .. } | Op::Write { length, .. } | Op::Append { length, .. } = op {
            *length /= 2;
        }
    });
    push(&|op| {
        if let Op::Read { offset: number, .. } | Op::Write { offset: number, .. } | Op::SetSize { size: number, .. } =
            op
        {
            *number /= 2;
        }
    });
    push(&|op| {
        paths(op)
            .for_each(|path| *path = path.rsplit_once('/').map_or_else(|| path.clone(), |(_, last)| last.to_owned()))
    });
    push(&|op| paths(op).for_each(|path| *path = path.trim_end_matches('/').to_owned()));
    found
}

fn paths(op: &mut Op) -> impl Iterator<Item = &mut String> {
    let (one, other) = match op {
        Op::Open { path, .. }
        | Op::StatAt { path, .. }
        | Op::SetTimesAt { path, .. }
        | Op::CreateDir { path, .. }
        | Op::RemoveDir { path, .. }
        | Op::Unlink { path, .. }
        | Op::Symlink { path, .. }
        | Op::ReadLink { path, .. } => (Some(path), None),
        Op::Link { from_path, to_path, .. } | Op::Rename { from_path, to_path, .. } => (Some(from_path), Some(to_path)),
        _ => (None, None),
    };
    one.into_iter().chain(other)
}

#[cfg(test)]
mod tests {
    use super::minimal;
    use crate::{Op, generate};

    #[test]
    fn only_what_matters_is_left() {
        let seed = (0..).find(|&seed| generate(seed).iter().filter(|op| matches!(op, Op::Link { .. })).count() > 2);
        let plan = generate(seed.expect("there are many"));
        let links = |plan: &[Op]| plan.iter().filter(|op| matches!(op, Op::Link { .. })).count() >= 2;
        assert_eq!(minimal(plan, links).len(), 2);
    }
}
