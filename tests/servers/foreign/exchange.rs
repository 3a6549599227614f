//! The host of `guests/foreign/exchange.wit`.

use std::mem::take;

use bytes::Bytes;
use vfs_tests::network_host::State;
use wasmtime::component::{ComponentType, Lift, Linker, LinkerInstance, Lower, Resource, ResourceType};
use wasmtime::{Result, StoreContextMut, format_err};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, DynPollable, IoError, OutputStream, Pollable, StreamError, StreamResult,
};

/// What an outlet takes before it fails.
const CAPACITY: usize = 10_000;

type Caller<'a> = StoreContextMut<'a, State>;
type Answer<T> = Result<(std::result::Result<T, Refusal>,)>;
type Desk = Resource<Kept>;

/// What a desk has.
struct Kept {
    name: String,
    parcels: Vec<Parcel>,
    outlets: Vec<MemoryOutputPipe>,
}

/// A stream that fails when it is full.
struct Outlet(MemoryOutputPipe);

#[async_trait]
impl Pollable for Outlet {
    async fn ready(&mut self) {}
}

impl OutputStream for Outlet {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        if self.0.contents().len() + bytes.len() > CAPACITY {
            return Err(StreamError::LastOperationFailed(format_err!("the outlet is full")));
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(CAPACITY)
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum Refusal {
    #[component(name = "closed")]
    Closed,
    #[component(name = "unsupported")]
    Unsupported(Option<String>),
    #[component(name = "full")]
    Full(u32),
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Parcel {
    label: String,
    content: Resource<DynInputStream>,
    more: Vec<Resource<DynInputStream>>,
    weight: Option<u64>,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
enum Way {
    #[component(name = "nowhere")]
    Nowhere,
    #[component(name = "to")]
    To(Resource<DynOutputStream>),
    #[component(name = "both")]
    Both((Resource<DynOutputStream>, Resource<DynOutputStream>)),
}

/// Adds the whole interface.
pub fn add(linker: &mut Linker<State>) -> Result<()> {
    let interface = &mut linker.instance("tests:exchange/desks")?;
    interface.resource("desk", ResourceType::host::<Kept>(), |mut caller, rep| {
        caller.data_mut().table.delete(Desk::new_own(rep))?;
        Ok(())
    })?;
    parcels(interface)?;
    streams(interface)?;
    desks(interface)
}

fn input(caller: &mut Caller<'_>, text: String) -> Result<Resource<DynInputStream>> {
    let stream: DynInputStream = Box::new(MemoryInputPipe::new(text));
    Ok(caller.data_mut().table.push(stream)?)
}

fn parcels(interface: &mut LinkerInstance<'_, State>) -> Result<()> {
    interface.func_wrap("[constructor]desk", |mut caller: Caller<'_>, (name,): (String,)| {
        let content = input(&mut caller, format!("stock of {name}"))?;
        let more = vec![input(&mut caller, ", more".into())?, input(&mut caller, ", still more".into())?];
        let stock = Parcel { label: "stock".into(), content, more, weight: None };
        Ok((caller.data_mut().table.push(Kept { name, parcels: vec![stock], outlets: Vec::new() })?,))
    })?;
    interface.func_wrap("[method]desk.name", |mut caller: Caller<'_>, (desk,): (Desk,)| {
        Ok((caller.data_mut().table.get(&desk)?.name.clone(),))
    })?;
    interface.func_wrap(
        "[method]desk.hand-in",
        |mut caller: Caller<'_>, (desk, parcel): (Desk, Parcel)| -> Answer<u32> {
            let streams = 1 + parcel.more.len() as u32;
            caller.data_mut().table.get_mut(&desk)?.parcels.push(parcel);
            Ok((Ok(streams),))
        },
    )?;
    interface.func_wrap(
        "[method]desk.hand-out",
        |mut caller: Caller<'_>, (desk, label): (Desk, String)| -> Answer<Parcel> {
            let kept = caller.data_mut().table.get_mut(&desk)?;
            let found = kept.parcels.iter().position(|parcel| parcel.label == label);
            Ok((found.map(|index| kept.parcels.remove(index)).ok_or(Refusal::Closed),))
        },
    )?;
    interface.func_wrap("[method]desk.clear", |mut caller: Caller<'_>, (desk,): (Desk,)| {
        let mut parcels = take(&mut caller.data_mut().table.get_mut(&desk)?.parcels);
        parcels.sort_by(|one, other| one.label.cmp(&other.label));
        let all: Vec<_> = parcels.into_iter().map(|parcel| (parcel.label, parcel.content)).collect();
        Ok((all,))
    })
}

fn streams(interface: &mut LinkerInstance<'_, State>) -> Result<()> {
    interface.func_wrap("[method]desk.outlets", |mut caller: Caller<'_>, (desk, count): (Desk, u32)| {
        let table = &mut caller.data_mut().table;
        let mut streams = Vec::new();
        for _ in 0..count {
            let pipe = MemoryOutputPipe::new(2 * CAPACITY);
            table.get_mut(&desk)?.outlets.push(pipe.clone());
            let stream: DynOutputStream = Box::new(Outlet(pipe));
            streams.push(table.push(stream)?);
        }
        Ok((streams,))
    })?;
    interface.func_wrap(
        "[method]desk.send",
        |mut caller: Caller<'_>, (_, text, way): (Desk, String, Way)| -> Answer<u32> {
            let streams = match way {
                Way::Nowhere => Vec::new(),
                Way::To(stream) => vec![stream],
                Way::Both((one, other)) => vec![one, other],
            };
            let count = streams.len() as u32;
            for stream in streams {
                let mut stream = caller.data_mut().table.delete(stream)?;
                if stream.write(text.clone().into()).is_err() {
                    return Ok((Err(Refusal::Full(count)),));
                }
            }
            Ok((Ok(count),))
        },
    )?;
    interface.func_wrap("[method]desk.sent", |mut caller: Caller<'_>, (desk,): (Desk,)| {
        let outlets = &caller.data_mut().table.get(&desk)?.outlets;
        let text = |pipe: &MemoryOutputPipe| String::from_utf8_lossy(&pipe.contents()).into_owned();
        Ok((outlets.iter().map(text).collect::<Vec<_>>(),))
    })?;
    interface.func_wrap(
        "[method]desk.peek",
        |mut caller: Caller<'_>, (_, stream, count): (Desk, Resource<DynInputStream>, u64)| -> Answer<Vec<u8>> {
            let read = caller.data_mut().table.get_mut(&stream)?.read(count as usize);
            Ok((read.map(|bytes| bytes.to_vec()).map_err(|error| Refusal::Unsupported(Some(error.to_string()))),))
        },
    )?;
    interface.func_wrap(
        "[method]desk.waiting",
        |mut caller: Caller<'_>, (_, all): (Desk, Vec<Resource<DynPollable>>)| {
            for pollable in &all {
                caller.data_mut().table.get(pollable)?;
            }
            Ok((all.len() as u32,))
        },
    )
}

fn desks(interface: &mut LinkerInstance<'_, State>) -> Result<()> {
    interface.func_wrap("merge", |mut caller: Caller<'_>, (desks,): (Vec<Desk>,)| {
        let table = &mut caller.data_mut().table;
        let mut all = Kept { name: String::new(), parcels: Vec::new(), outlets: Vec::new() };
        let mut names = Vec::new();
        for desk in desks {
            let desk = table.delete(desk)?;
            names.push(desk.name);
            all.parcels.extend(desk.parcels);
            all.outlets.extend(desk.outlets);
        }
        all.name = names.join(", ");
        Ok((table.push(all)?,))
    })?;
    interface.func_wrap("fullest", |mut caller: Caller<'_>, (desks,): (Vec<Desk>,)| {
        let table = &mut caller.data_mut().table;
        let mut fullest: Option<(usize, String)> = None;
        for desk in &desks {
            let desk = table.get(desk)?;
            if fullest.as_ref().is_none_or(|(count, _)| desk.parcels.len() > *count) {
                fullest = Some((desk.parcels.len(), desk.name.clone()));
            }
        }
        Ok((fullest.map(|(_, name)| name),))
    })?;
    interface.func_wrap("explain", |mut caller: Caller<'_>, (error,): (Resource<IoError>,)| {
        Ok((Some(caller.data_mut().table.get(&error)?.to_string()),))
    })
}
