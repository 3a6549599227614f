//! Places the definitions of a part: writes each into the flat component, or only records its meaning.

use wasmparser::{
    CanonicalFunction, ComponentAlias, ComponentExternalKind as Kind, ComponentImport, ComponentInstance,
    ComponentOuterAliasKind as OuterKind, ComponentTypeRef,
};

use super::has_code;
use super::parts::{Flattening, Instance, Meaning, Named, Nested, OUTERMOST, Part};
use crate::FlattenError;
use vfs_compose_ir::{Component, Definition, Id, Item, Space};

impl<'a> Flattening<'a> {
    /// Places all definitions of a component as those of a part.
    ///
    /// # Errors
    /// As [`super::flatten`].
    pub(super) fn place_all(&mut self, component: &Component<'a>, part: usize) -> Result<(), FlattenError> {
        component.definitions().iter().try_for_each(|definition| self.place(part, definition))
    }

    fn place(&mut self, part: usize, definition: &Definition<'a>) -> Result<(), FlattenError> {
        let item = &definition.item;
        let meaning = match item {
            Item::Import(import) => self.import(part, import, item)?,
            Item::Export(export) => {
                let meaning = self.meaning_of(part, export.kind, export.index)?;
                if part == OUTERMOST {
                    self.export(part, item, meaning)?
                } else {
                    self.name(export.name.name, meaning, export.kind);
                    self.parts[part].exports.insert(export.name.name, (export.kind, meaning));
                    meaning
                }
            }
            Item::Component(bytes) => {
                self.components.push(Nested { bytes, part, number: None });
                Meaning::Component(self.components.len() - 1)
            }
            Item::Instance(instance) => self.instance(part, instance)?,
            Item::Alias(ComponentAlias::InstanceExport { kind, instance_index, name }) => {
                self.alias(part, item, *kind, *instance_index, name)?
            }
            Item::Alias(ComponentAlias::Outer { kind, count, index }) => self.outer(part, *kind, *count, *index)?,
            Item::CoreModule(bytes) => self.write_module(bytes.clone())?,
            Item::Custom { .. } if part != OUTERMOST => return Ok(()),
            Item::Start(_) => return Err(FlattenError::Part { what: "a start function" }),
            Item::Canonical(function) if !is_plain(function) => {
                return Err(FlattenError::Part {
                    what: "a nested component with functions for its own tasks or threads",
                });
            }
            _ => match self.write(part, item)? {
                Some(number) => Meaning::Flat(number),
                None => return Ok(()),
            },
        };
        if let Some(id) = definition.id {
            self.parts[part].meanings.insert(id, meaning);
        }
        Ok(())
    }

    /// Places an import. Imports of the composition remain; those of other parts become the arguments that the part was
    /// given.
    fn import(&mut self, part: usize, import: &ComponentImport<'a>, item: &Item<'a>) -> Result<Meaning, FlattenError> {
        if part != OUTERMOST {
            let given = self.parts[part].arguments.get(import.name.name);
            return given
                .map(|(_, meaning)| *meaning)
                .ok_or(FlattenError::Part { what: "an import that is not given" });
        }
        match import.ty {
            ComponentTypeRef::Component(_) => Err(FlattenError::Part { what: "a component among its imports" }),
            ComponentTypeRef::Instance(_) => {
                let number = self.write(part, item)?;
                Ok(self.add_instance(Instance { exports: None, number, made: None }))
            }
            _ => Ok(Meaning::Flat(self.write(part, item)?.unwrap_or(u32::MAX))),
        }
    }

    /// Writes an export of the composition, which also defines a new index for the exported item.
    fn export(&mut self, part: usize, item: &Item<'a>, meaning: Meaning) -> Result<Meaning, FlattenError> {
        let number = self.write(part, item)?;
        Ok(match (meaning, number) {
            (Meaning::Flat(_), Some(number)) => Meaning::Flat(number),
            (meaning, _) => meaning,
        })
    }

    fn instance(&mut self, part: usize, instance: &ComponentInstance<'a>) -> Result<Meaning, FlattenError> {
        match instance {
            ComponentInstance::FromExports(parts) => {
                let mut exports = Named::default();
                for one in parts {
                    let meaning = self.meaning_of(part, one.kind, one.index)?;
                    exports.insert(one.name.name, (one.kind, meaning));
                }
                Ok(self.add_instance(Instance { exports: Some(exports), number: None, made: None }))
            }
            ComponentInstance::Instantiate { component_index, args } => {
                let id = Id { space: Space::Component, number: *component_index };
                let Meaning::Component(component) = self.meaning(part, id)? else {
                    return Err(FlattenError::Part { what: "an instance of something that is no component" });
                };
                let mut arguments = Named::default();
                for one in args {
                    let meaning = self.meaning_of(part, one.kind, one.index)?;
                    self.name(one.name, meaning, one.kind);
                    arguments.insert(one.name, (one.kind, meaning));
                }
                self.instantiate(component, arguments)
            }
        }
    }

    /// Places the definitions of a component as a new part. If the component has no code, the new instance also keeps
    /// the component and its arguments. Only an instance made from these gives its types the names under which it
    /// exports them.
    fn instantiate(&mut self, component: usize, arguments: Named<'a>) -> Result<Meaning, FlattenError> {
        let Nested { bytes, part: outside, .. } = self.components[component];
        let made = if has_code(bytes)? { None } else { Some((component, arguments.clone())) };
        let part = self.add_part(Part { outside: Some(outside), arguments, ..Part::default() })?;
        self.place_all(&Component::read(bytes)?, part)?;
        let exports = std::mem::take(&mut self.parts[part].exports);
        Ok(self.add_instance(Instance { exports: Some(exports), number: None, made }))
    }

    /// Resolves an alias of an export of an instance.
    fn alias(
        &mut self,
        part: usize,
        item: &Item<'a>,
        kind: Kind,
        instance: u32,
        name: &str,
    ) -> Result<Meaning, FlattenError> {
        let Meaning::Instance(instance) = self.meaning_of(part, Kind::Instance, instance)? else {
            return Err(FlattenError::Part { what: "an export of something that is no instance" });
        };
        if let Some(exports) = &self.instances[instance].exports {
            let found = exports.get(name).filter(|(found, _)| *found == kind);
            return found
                .map(|(_, meaning)| *meaning)
                .ok_or(FlattenError::Part { what: "an export that is not there" });
        }
        let number = self.write(part, item)?;
        match kind {
            Kind::Instance => Ok(self.add_instance(Instance { exports: None, number, made: None })),
            Kind::Component => Err(FlattenError::Part { what: "a component among its imports" }),
            _ => Ok(Meaning::Flat(number.unwrap_or(u32::MAX))),
        }
    }

    /// Resolves an alias of an item of an enclosing component.
    fn outer(&self, part: usize, kind: OuterKind, count: u32, number: u32) -> Result<Meaning, FlattenError> {
        let mut around = part;
        for _ in 0..count {
            let outside = self.parts[around].outside;
            around = outside.ok_or(FlattenError::Part { what: "a reference out of the outermost component" })?;
        }
        let kind = match kind {
            OuterKind::CoreModule => Kind::Module,
            OuterKind::Type => Kind::Type,
            OuterKind::Component => Kind::Component,
            OuterKind::CoreType => return self.meaning(around, Id { space: Space::CoreType, number }),
        };
        self.meaning_of(around, kind, number)
    }

    /// Records the name of a function, or the names of all functions of an instance, for error messages.
    fn name(&mut self, name: &str, meaning: Meaning, kind: Kind) {
        match (kind, meaning) {
            (Kind::Func, Meaning::Flat(number)) => {
                self.names.insert(number, name.to_owned());
            }
            (Kind::Instance, Meaning::Instance(instance)) => {
                let exports = self.instances[instance].exports.iter().flatten();
                let functions = exports.filter_map(|(inner, (kind, meaning))| match (kind, meaning) {
                    (Kind::Func, Meaning::Flat(number)) => Some((*number, format!("{name}#{inner}"))),
                    _ => None,
                });
                self.names.extend(functions);
            }
            _ => {}
        }
    }
}

/// Returns whether a canonical function works the same in another component.
fn is_plain(function: &CanonicalFunction) -> bool {
    matches!(
        function,
        CanonicalFunction::Lift { .. }
            | CanonicalFunction::Lower { .. }
            | CanonicalFunction::ResourceNew { .. }
            | CanonicalFunction::ResourceDrop { .. }
            | CanonicalFunction::ResourceRep { .. }
    )
}
