//! Types, their values, and where the canonical ABI puts these. All of it is worked out once more here, from the text
//! of that ABI.

use proptest::prelude::*;

use super::rig::{Rig, TAG, words};

/// Bytes at an address in one of a rig's memories.
pub(super) type Bytes = fn(&Rig, u32, u32) -> &[u8];

#[derive(Clone, Debug)]
pub(super) enum Ty {
    /// Bytes of an unsigned number.
    Number(u32),
    /// Bytes of a floating-point number.
    Float(u32),
    Bool,
    Char,
    Own,
    String,
    /// So many cases.
    Enum(u32),
    /// So many flags.
    Flags(u32),
    List(Box<Ty>),
    Tuple(Vec<Ty>),
    /// The payloads of the cases.
    Variant(Vec<Option<Ty>>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Of all that is one core value.
    Bits(u64),
    String(String),
    /// Of lists and tuples.
    Many(Vec<Value>),
    Case(u32, Option<Box<Value>>),
}

pub(super) fn ty() -> impl Strategy<Value = Ty> {
    let leaf = prop_oneof![
        prop_oneof![Just(1_u32), Just(2), Just(4), Just(8)].prop_map(Ty::Number),
        prop_oneof![Just(4_u32), Just(8)].prop_map(Ty::Float),
        Just(Ty::Bool),
        Just(Ty::Char),
        Just(Ty::Own),
        Just(Ty::String),
        prop_oneof![1_u32..5, 255_u32..259].prop_map(Ty::Enum),
        (1_u32..=32).prop_map(Ty::Flags),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|ty| Ty::List(Box::new(ty))),
            prop::collection::vec(inner.clone(), 1..5).prop_map(Ty::Tuple),
            prop::collection::vec(prop::option::of(inner), 1..5).prop_map(Ty::Variant),
        ]
    })
}

pub(super) fn value(ty: &Ty) -> BoxedStrategy<Value> {
    match ty {
        Ty::Number(8) | Ty::Float(8) => any::<u64>().prop_map(Value::Bits).boxed(),
        Ty::Number(bytes) | Ty::Float(bytes) => (0..1_u64 << (8 * bytes)).prop_map(Value::Bits).boxed(),
        Ty::Bool => (0..2_u64).prop_map(Value::Bits).boxed(),
        Ty::Char => any::<char>().prop_map(|char| Value::Bits(char.into())).boxed(),
        Ty::Own => (0..TAG).prop_map(|handle| Value::Bits(TAG | handle)).boxed(),
        Ty::String => ".{0,8}".prop_map(Value::String).boxed(),
        Ty::Enum(cases) => (0..u64::from(*cases)).prop_map(Value::Bits).boxed(),
        Ty::Flags(count) => (0..1_u64 << count).prop_map(Value::Bits).boxed(),
        Ty::List(ty) => prop::collection::vec(value(ty), 0..4).prop_map(Value::Many).boxed(),
        Ty::Tuple(types) => types.iter().map(value).collect::<Vec<_>>().prop_map(Value::Many).boxed(),
        Ty::Variant(cases) => {
            let cases = (0..).zip(cases).map(|(case, ty)| match ty {
                Some(ty) => value(ty).prop_map(move |value| Value::Case(case, Some(Box::new(value)))).boxed(),
                None => Just(Value::Case(case, None)).boxed(),
            });
            prop::strategy::Union::new(cases).boxed()
        }
    }
}

/// The type in WIT; what needs a name is added to `items`.
pub(super) fn wit(ty: &Ty, items: &mut Vec<String>) -> String {
    let body = match ty {
        Ty::Number(bytes) => return format!("u{}", 8 * bytes),
        Ty::Float(bytes) => return format!("f{}", 8 * bytes),
        Ty::Bool => return "bool".into(),
        Ty::Char => return "char".into(),
        Ty::Own => return "file".into(),
        Ty::String => return "string".into(),
        Ty::List(ty) => return format!("list<{}>", wit(ty, items)),
        Ty::Tuple(types) => {
            let types: Vec<_> = types.iter().map(|ty| wit(ty, items)).collect();
            return format!("tuple<{}>", types.join(", "));
        }
        Ty::Enum(cases) => ("enum", names(*cases)),
        Ty::Flags(count) => ("flags", names(*count)),
        Ty::Variant(cases) => {
            let cases = cases.iter().zip(names(cases.len() as u32)).map(|(ty, name)| match ty {
                Some(ty) => format!("{name}({})", wit(ty, items)),
                None => name,
            });
            ("variant", cases.collect())
        }
    };
    let name = format!("t{}", items.len());
    items.push(format!("{} {name} {{ {} }}", body.0, body.1.join(", ")));
    name
}

fn names(count: u32) -> Vec<String> {
    (0..count).map(|index| format!("c{index}")).collect()
}

/// Bytes of the discriminant of so many cases.
fn tag_bytes(cases: u32) -> u32 {
    if cases <= 1 << 8 { 1 } else { 2 }
}

fn align(ty: &Ty) -> u32 {
    match ty {
        Ty::Number(bytes) | Ty::Float(bytes) => *bytes,
        Ty::Bool => 1,
        Ty::Char | Ty::Own | Ty::String | Ty::List(_) => 4,
        Ty::Enum(cases) => tag_bytes(*cases),
        Ty::Flags(count) => size(&Ty::Flags(*count)),
        Ty::Tuple(types) => types.iter().map(align).max().unwrap_or(1),
        Ty::Variant(cases) => cases.iter().flatten().map(align).max().unwrap_or(1),
    }
}

pub(super) fn size(ty: &Ty) -> u32 {
    match ty {
        Ty::Number(_) | Ty::Float(_) | Ty::Bool | Ty::Char | Ty::Own | Ty::Enum(_) => align(ty),
        Ty::String | Ty::List(_) => 8,
        Ty::Flags(count) => count.div_ceil(8).next_power_of_two(),
        Ty::Tuple(types) => {
            let end = offsets(types).last().map_or(0, |(at, last)| at + size(last));
            end.next_multiple_of(align(ty))
        }
        Ty::Variant(cases) => {
            let largest = cases.iter().flatten().map(size).max().unwrap_or(0);
            (payload(cases) + largest).next_multiple_of(align(ty))
        }
    }
}

fn offsets(types: &[Ty]) -> Vec<(u32, &Ty)> {
    let mut end = 0_u32;
    let place = |ty| {
        let at = end.next_multiple_of(align(ty));
        end = at + size(ty);
        (at, ty)
    };
    types.iter().map(place).collect()
}

fn payload(cases: &[Option<Ty>]) -> u32 {
    1_u32.next_multiple_of(cases.iter().flatten().map(align).max().unwrap_or(1))
}

/// Stores a value in the app's memory; what it points to goes to `free`.
pub(super) fn store(rig: &mut Rig, at: u32, ty: &Ty, value: &Value, free: &mut u32) {
    match (ty, value) {
        (_, Value::Bits(bits)) => rig.put_in_app(at, &bits.to_le_bytes()[..size(ty) as usize]),
        (_, Value::String(text)) => {
            let place = take(rig, at, free, 1, text.len() as u32, text.len());
            rig.put_in_app(place, text);
        }
        (Ty::List(ty), Value::Many(values)) => {
            let place = take(rig, at, free, align(ty), size(ty) * values.len() as u32, values.len());
            for (index, value) in (0..).zip(values) {
                store(rig, place + index * size(ty), ty, value, free);
            }
        }
        (Ty::Tuple(types), Value::Many(values)) => {
            for ((offset, ty), value) in offsets(types).into_iter().zip(values) {
                store(rig, at + offset, ty, value, free);
            }
        }
        (Ty::Variant(cases), Value::Case(case, value)) => {
            rig.put_in_app(at, [*case as u8]);
            if let (Some(ty), Some(value)) = (&cases[*case as usize], value) {
                store(rig, at + payload(cases), ty, value, free);
            }
        }
        other => panic!("{other:?}"),
    }
}

/// Takes memory, and writes down where it is and for how many elements.
fn take(rig: &mut Rig, at: u32, free: &mut u32, align: u32, bytes: u32, elements: usize) -> u32 {
    let place = free.next_multiple_of(align);
    *free = place + bytes;
    rig.put_in_app(at, words(&[place, elements as u32]));
    place
}

/// Loads a value from a memory.
pub(super) fn load(rig: &Rig, bytes: Bytes, at: u32, ty: &Ty) -> Value {
    match ty {
        Ty::String | Ty::List(_) => load_list(rig, bytes, word(rig, bytes, at), word(rig, bytes, at + 4), ty),
        Ty::Tuple(types) => {
            Value::Many(offsets(types).into_iter().map(|(offset, ty)| load(rig, bytes, at + offset, ty)).collect())
        }
        Ty::Variant(cases) => {
            let case = u32::from(bytes(rig, at, 1)[0]);
            let value = cases[case as usize].as_ref().map(|ty| load(rig, bytes, at + payload(cases), ty));
            Value::Case(case, value.map(Box::new))
        }
        _ => {
            let mut bits = [0; 8];
            bits[..size(ty) as usize].copy_from_slice(bytes(rig, at, size(ty)));
            Value::Bits(u64::from_le_bytes(bits))
        }
    }
}

fn load_list(rig: &Rig, bytes: Bytes, place: u32, length: u32, ty: &Ty) -> Value {
    match ty {
        Ty::List(ty) => {
            assert_eq!(place % align(ty), 0);
            Value::Many((0..length).map(|index| load(rig, bytes, place + index * size(ty), ty)).collect())
        }
        _ => Value::String(String::from_utf8(bytes(rig, place, length).to_vec()).unwrap()),
    }
}

fn word(rig: &Rig, bytes: Bytes, at: u32) -> u32 {
    u32::from_le_bytes(bytes(rig, at, 4).try_into().unwrap())
}

/// How many core values a value of this type is.
pub(super) fn core_values(ty: &Ty) -> usize {
    match ty {
        Ty::String | Ty::List(_) => 2,
        Ty::Tuple(types) => types.iter().map(core_values).sum(),
        Ty::Variant(cases) => 1 + cases.iter().flatten().map(core_values).max().unwrap_or(0),
        _ => 1,
    }
}

/// The core values of a value; what it points to goes to the app's memory at `free`. What a case does not use is left
/// as it may be.
pub(super) fn lower(rig: &mut Rig, ty: &Ty, value: &Value, free: &mut u32) -> Vec<u64> {
    match (ty, value) {
        (_, Value::Bits(bits)) => vec![*bits],
        (Ty::String | Ty::List(_), _) => {
            let place = free.next_multiple_of(8);
            *free = place + 8;
            store(rig, place, ty, value, free);
            vec![rig.app_word(place).into(), rig.app_word(place + 4).into()]
        }
        (Ty::Tuple(types), Value::Many(values)) => {
            types.iter().zip(values).flat_map(|(ty, value)| lower(rig, ty, value, free)).collect()
        }
        (Ty::Variant(cases), Value::Case(case, value)) => {
            let mut all = vec![u64::from(*case)];
            if let (Some(ty), Some(value)) = (&cases[*case as usize], value) {
                all.extend(lower(rig, ty, value, free));
            }
            all.resize(core_values(ty), 0xfff1_fff2);
            all
        }
        other => panic!("{other:?}"),
    }
}

/// The value of core values; what they point to is in the vfs's memory.
pub(super) fn lift(rig: &Rig, ty: &Ty, values: &[u64]) -> Value {
    match ty {
        Ty::String | Ty::List(_) => load_list(rig, Rig::vfs_bytes, values[0] as u32, values[1] as u32, ty),
        Ty::Tuple(types) => {
            let mut rest = values;
            let next = |ty| {
                let (own, after) = rest.split_at(core_values(ty));
                rest = after;
                lift(rig, ty, own)
            };
            Value::Many(types.iter().map(next).collect())
        }
        Ty::Variant(cases) => {
            let value = cases[values[0] as usize].as_ref().map(|ty| lift(rig, ty, &values[1..]));
            Value::Case(values[0] as u32, value.map(Box::new))
        }
        _ => Value::Bits(values[0]),
    }
}
