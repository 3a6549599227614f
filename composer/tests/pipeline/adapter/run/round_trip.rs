//! Values of any type pass through an adapter unchanged.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::rig::Rig;
use super::values::{Ty, Value, core_values, lift, load, lower, size, store, ty, value, wit};

/// Core parameters; with more of them all are passed in memory.
const MOST: usize = 16;
/// Where the parameters are in the app's memory, where the result goes, and where what they point to is.
const PARAMETERS: u32 = 0x1_0000;
const RESULT: u32 = 0x1_8000;
const POINTED_TO: u32 = 0x2_0000;
const PAGES: u32 = 8;

proptest! {
    /// To the vfs and back. The type has so many more fields that it is passed in memory: a vfs that answers with the
    /// address of its parameters returns them.
    #[test]
    fn in_memory((ty, value) in ty().prop_flat_map(|ty| (Just(ty.clone()), value(&ty)))) {
        let types = std::iter::once(ty).chain(std::iter::repeat_n(Ty::Number(1), MOST + 1)).collect();
        let values = std::iter::once(value).chain((0..=MOST as u64).map(Value::Bits)).collect();
        round_trip(&Ty::Tuple(types), &Value::Many(values))?;
    }

    /// To the vfs, as core values.
    #[test]
    fn as_core_values((ty, value) in few_core_values().prop_flat_map(|ty| (Just(ty.clone()), value(&ty)))) {
        one_way(&ty, &value)?;
    }
}

fn few_core_values() -> impl Strategy<Value = Ty> {
    ty().prop_filter("too many core values", |ty| core_values(ty) <= MOST)
}

fn rig(ty: &Ty, function: impl FnOnce(&str) -> String) -> Rig {
    let mut items = Vec::new();
    let function = function(&wit(ty, &mut items));
    let text = format!("package test:virtual; interface api {{ resource file; {} {function} }}", items.concat());
    let mut rig = Rig::with_pages(&text, PAGES);
    // Nothing is zero by chance.
    rig.put_in_app(PARAMETERS, vec![0xa5; (POINTED_TO - PARAMETERS) as usize]);
    rig
}

fn round_trip(ty: &Ty, value: &Value) -> Result<(), TestCaseError> {
    let mut rig = rig(ty, |name| format!("f: func(p: {name}) -> {name};"));
    rig.store.data_mut().answer = None;
    let mut free = POINTED_TO;
    store(&mut rig, PARAMETERS, ty, value, &mut free);
    prop_assert!(rig.call("f", &[PARAMETERS.into(), RESULT.into()]).is_some());
    prop_assert_eq!(&load(&rig, Rig::app_bytes, RESULT, ty), value);
    prop_assert_eq!(rig.app_bytes(RESULT + size(ty), 8), [0xa5; 8]);
    Ok(())
}

fn one_way(ty: &Ty, value: &Value) -> Result<(), TestCaseError> {
    let mut rig = rig(ty, |name| format!("f: func(p: {name});"));
    let mut free = POINTED_TO;
    let parameters = lower(&mut rig, ty, value, &mut free);
    prop_assert!(rig.call("f", &parameters).is_some());
    let (_, arrived) = rig.call_made();
    prop_assert_eq!(&lift(&rig, ty, &arrived), value);
    Ok(())
}
