//! `wasi:blobstore` in memory: what a program needs of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use vfs_tests::network_host::State;
use wasmtime::component::{ComponentType, Lift, Linker, LinkerInstance, Lower, Resource, ResourceType};
use wasmtime::{Result, StoreContextMut};
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream};

/// More than any object here.
const CAPACITY: usize = 1 << 20;

/// What every call gives: the error is a text.
type Answer<T> = Result<(std::result::Result<T, String>,)>;

/// Objects by name. One that is being written is there already.
type Objects = BTreeMap<String, MemoryOutputPipe>;

/// Containers by name.
#[derive(Clone, Default)]
struct Store(Arc<Mutex<BTreeMap<String, Objects>>>);

struct Container(String);
struct Names(Vec<String>);
struct Outgoing(MemoryOutputPipe);
struct Incoming(Vec<u8>);

#[derive(ComponentType, Lower)]
#[component(record)]
struct ContainerMetadata {
    name: String,
    #[component(name = "created-at")]
    created_at: u64,
}

#[derive(ComponentType, Lower)]
#[component(record)]
struct ObjectMetadata {
    name: String,
    container: String,
    #[component(name = "created-at")]
    created_at: u64,
    size: u64,
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct ObjectId {
    container: String,
    object: String,
}

impl Store {
    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, Objects>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does something with the objects of a container.
    fn within<T>(&self, container: &str, act: impl FnOnce(&mut Objects) -> T) -> std::result::Result<T, String> {
        self.with(|all| all.get_mut(container).map(act)).ok_or_else(|| format!("no container `{container}`"))
    }

    /// All bytes of an object.
    fn object(&self, container: &str, name: &str) -> std::result::Result<Vec<u8>, String> {
        let bytes = self.within(container, |objects| objects.get(name).map(|object| object.contents().to_vec()))?;
        bytes.ok_or_else(|| format!("no object `{name}`"))
    }
}

type Caller<'a> = StoreContextMut<'a, State>;

/// Adds all that the programs use. The store is new.
pub fn add(linker: &mut Linker<State>) -> Result<()> {
    let store = Store::default();
    types(&mut linker.instance("wasi:blobstore/types@0.2.0-draft")?)?;
    container(&mut linker.instance("wasi:blobstore/container@0.2.0-draft")?, &store)?;
    blobstore(&mut linker.instance("wasi:blobstore/blobstore@0.2.0-draft")?, &store)
}

/// A resource type whose values are gone when the app drops them.
fn resource<T: Send + 'static>(interface: &mut LinkerInstance<'_, State>, name: &str) -> Result<()> {
    interface.resource(name, ResourceType::host::<T>(), |mut caller, rep| {
        caller.data_mut().table.delete(Resource::<T>::new_own(rep))?;
        Ok(())
    })
}

fn types(interface: &mut LinkerInstance<'_, State>) -> Result<()> {
    resource::<Outgoing>(interface, "outgoing-value")?;
    resource::<Incoming>(interface, "incoming-value")?;
    interface.func_wrap("[static]outgoing-value.new-outgoing-value", |mut caller: Caller<'_>, ()| {
        Ok((caller.data_mut().table.push(Outgoing(MemoryOutputPipe::new(CAPACITY)))?,))
    })?;
    interface.func_wrap(
        "[method]outgoing-value.outgoing-value-write-body",
        |mut caller: Caller<'_>, (this,): (Resource<Outgoing>,)| {
            let table = &mut caller.data_mut().table;
            let stream: DynOutputStream = Box::new(table.get(&this)?.0.clone());
            Ok((std::result::Result::<_, ()>::Ok(table.push(stream)?),))
        },
    )?;
    interface.func_wrap(
        "[static]outgoing-value.finish",
        |mut caller: Caller<'_>, (this,): (Resource<Outgoing>,)| -> Answer<()> {
            caller.data_mut().table.delete(this)?;
            Ok((Ok(()),))
        },
    )?;
    interface.func_wrap(
        "[static]incoming-value.incoming-value-consume-sync",
        |mut caller: Caller<'_>, (this,): (Resource<Incoming>,)| -> Answer<Vec<u8>> {
            Ok((Ok(caller.data_mut().table.delete(this)?.0),))
        },
    )?;
    interface.func_wrap(
        "[static]incoming-value.incoming-value-consume-async",
        |mut caller: Caller<'_>, (this,): (Resource<Incoming>,)| -> Answer<Resource<DynInputStream>> {
            let table = &mut caller.data_mut().table;
            let stream: DynInputStream = Box::new(MemoryInputPipe::new(table.delete(this)?.0));
            Ok((Ok(table.push(stream)?),))
        },
    )?;
    interface.func_wrap("[method]incoming-value.size", |mut caller: Caller<'_>, (this,): (Resource<Incoming>,)| {
        Ok((caller.data_mut().table.get(&this)?.0.len() as u64,))
    })
}

/// The name of a container, out of the app's handle.
fn name(caller: &mut Caller<'_>, this: &Resource<Container>) -> Result<String> {
    Ok(caller.data_mut().table.get(this)?.0.clone())
}

fn container(interface: &mut LinkerInstance<'_, State>, store: &Store) -> Result<()> {
    resource::<Container>(interface, "container")?;
    resource::<Names>(interface, "stream-object-names")?;
    interface.func_wrap(
        "[method]container.name",
        |mut caller: Caller<'_>, (this,): (Resource<Container>,)| -> Answer<String> {
            Ok((Ok(name(&mut caller, &this)?),))
        },
    )?;
    interface.func_wrap(
        "[method]container.info",
        |mut caller: Caller<'_>, (this,): (Resource<Container>,)| -> Answer<ContainerMetadata> {
            Ok((Ok(ContainerMetadata { name: name(&mut caller, &this)?, created_at: 0 }),))
        },
    )?;
    let all = store.clone();
    interface.func_wrap(
        "[method]container.get-data",
        move |mut caller: Caller<'_>,
              (this, object, start, end): (Resource<Container>, String, u64, u64)|
              -> Answer<Resource<Incoming>> {
            let container = name(&mut caller, &this)?;
            let bytes = match all.object(&container, &object) {
                Ok(bytes) => bytes,
                Err(error) => return Ok((Err(error),)),
            };
            // Both ends are part of it.
            let end = bytes.len().min(usize::try_from(end.saturating_add(1)).unwrap_or(usize::MAX));
            let start = end.min(start as usize);
            Ok((Ok(caller.data_mut().table.push(Incoming(bytes[start..end].to_vec()))?),))
        },
    )?;
    let all = store.clone();
    interface.func_wrap(
        "[method]container.write-data",
        move |mut caller: Caller<'_>,
              (this, object, value): (Resource<Container>, String, Resource<Outgoing>)|
              -> Answer<()> {
            let container = name(&mut caller, &this)?;
            let pipe = caller.data_mut().table.get(&value)?.0.clone();
            Ok((all.within(&container, |objects| drop(objects.insert(object, pipe))),))
        },
    )?;
    let all = store.clone();
    interface.func_wrap(
        "[method]container.list-objects",
        move |mut caller: Caller<'_>, (this,): (Resource<Container>,)| -> Answer<Resource<Names>> {
            let container = name(&mut caller, &this)?;
            let names = all.within(&container, |objects| objects.keys().cloned().collect());
            Ok((match names {
                Ok(names) => Ok(caller.data_mut().table.push(Names(names))?),
                Err(error) => Err(error),
            },))
        },
    )?;
    let all = store.clone();
    interface.func_wrap(
        "[method]container.delete-objects",
        move |mut caller: Caller<'_>, (this, names): (Resource<Container>, Vec<String>)| -> Answer<()> {
            let container = name(&mut caller, &this)?;
            Ok((all.within(&container, |objects| objects.retain(|object, _| !names.contains(object))),))
        },
    )?;
    let all = store.clone();
    interface.func_wrap(
        "[method]container.has-object",
        move |mut caller: Caller<'_>, (this, object): (Resource<Container>, String)| -> Answer<bool> {
            let container = name(&mut caller, &this)?;
            Ok((all.within(&container, |objects| objects.contains_key(&object)),))
        },
    )?;
    let all = store.clone();
    interface.func_wrap(
        "[method]container.object-info",
        move |mut caller: Caller<'_>, (this, object): (Resource<Container>, String)| -> Answer<ObjectMetadata> {
            let container = name(&mut caller, &this)?;
            let size = all.object(&container, &object).map(|bytes| bytes.len() as u64);
            Ok((size.map(|size| ObjectMetadata { name: object, container, created_at: 0, size }),))
        },
    )?;
    let all = store.clone();
    interface.func_wrap(
        "[method]container.clear",
        move |mut caller: Caller<'_>, (this,): (Resource<Container>,)| -> Answer<()> {
            let container = name(&mut caller, &this)?;
            Ok((all.within(&container, Objects::clear),))
        },
    )?;
    interface.func_wrap(
        "[method]stream-object-names.read-stream-object-names",
        |mut caller: Caller<'_>, (this, count): (Resource<Names>, u64)| -> Answer<(Vec<String>, bool)> {
            let names = &mut caller.data_mut().table.get_mut(&this)?.0;
            let taken = names.drain(..names.len().min(count as usize)).collect();
            Ok((Ok((taken, names.is_empty())),))
        },
    )
}

fn blobstore(interface: &mut LinkerInstance<'_, State>, store: &Store) -> Result<()> {
    let all = store.clone();
    interface.func_wrap(
        "create-container",
        move |mut caller: Caller<'_>, (name,): (String,)| -> Answer<Resource<Container>> {
            all.with(|all| all.insert(name.clone(), Objects::new()));
            Ok((Ok(caller.data_mut().table.push(Container(name))?),))
        },
    )?;
    let all = store.clone();
    interface.func_wrap(
        "get-container",
        move |mut caller: Caller<'_>, (name,): (String,)| -> Answer<Resource<Container>> {
            Ok((match all.within(&name, |_| ()) {
                Ok(()) => Ok(caller.data_mut().table.push(Container(name))?),
                Err(error) => Err(error),
            },))
        },
    )?;
    let all = store.clone();
    interface.func_wrap("delete-container", move |_: Caller<'_>, (name,): (String,)| -> Answer<()> {
        all.with(|all| all.remove(&name));
        Ok((Ok(()),))
    })?;
    let all = store.clone();
    interface.func_wrap("container-exists", move |_: Caller<'_>, (name,): (String,)| -> Answer<bool> {
        Ok((Ok(all.with(|all| all.contains_key(&name))),))
    })?;
    let all = store.clone();
    interface.func_wrap("copy-object", move |_: Caller<'_>, (from, to): (ObjectId, ObjectId)| -> Answer<()> {
        let found = all.within(&from.container, |objects| objects.get(&from.object).cloned());
        let copied = found.and_then(|object| {
            let object = object.ok_or_else(|| format!("no object `{}`", from.object))?;
            all.within(&to.container, |objects| drop(objects.insert(to.object, object)))
        });
        Ok((copied,))
    })
}
