//! Lists or replaces all references in an item.

use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, ReencodeComponent};
use wasm_encoder::{
    CanonicalFunctionSection, ComponentAliasSection, ComponentExportSection, ComponentImportSection,
    ComponentInstanceSection, ComponentSectionId, ComponentTypeSection, CoreTypeSection, CustomSection,
    InstanceSection, RawSection,
};
use wasmparser::Parser;

use crate::Malformed;
use crate::{Id, Item, Space};

/// An encoder of items that replaces each reference by what `map` returns for it.
pub(super) struct Renumber<F> {
    map: F,
    /// The number of enclosing types and components, each of which has index spaces of its own.
    depth: u32,
    /// Whether an item refers to something outside the outermost component.
    beyond: bool,
}

impl<F: FnMut(Id) -> u32> Renumber<F> {
    pub(super) fn new(map: F) -> Self {
        Self { map, depth: 0, beyond: false }
    }

    /// Appends an item as a section of its own.
    pub(super) fn write(&mut self, item: &Item<'_>, to: &mut wasm_encoder::Component) -> Result<(), Error> {
        match item {
            Item::CoreModule(bytes) => {
                to.section(&RawSection { id: ComponentSectionId::CoreModule.into(), data: bytes });
            }
            Item::Component(bytes) => self.parse_component_subcomponent(to, Parser::new(0), bytes, bytes)?,
            Item::CoreInstance(instance) => {
                let mut section = InstanceSection::new();
                self.parse_instance(&mut section, instance.clone())?;
                to.section(&section);
            }
            Item::CoreType(ty) => {
                let mut section = CoreTypeSection::new();
                self.parse_component_core_type(section.ty(), ty.clone())?;
                to.section(&section);
            }
            Item::Instance(instance) => {
                let mut section = ComponentInstanceSection::new();
                self.parse_component_instance(&mut section, instance.clone())?;
                to.section(&section);
            }
            Item::Alias(alias) => {
                let mut section = ComponentAliasSection::new();
                section.alias(self.component_alias(alias.clone())?);
                to.section(&section);
            }
            Item::Type(ty) => {
                let mut section = ComponentTypeSection::new();
                self.parse_component_type(section.ty(), ty.clone())?;
                to.section(&section);
            }
            Item::Canonical(function) => {
                let mut section = CanonicalFunctionSection::new();
                self.parse_component_canonical(&mut section, function.clone())?;
                to.section(&section);
            }
            Item::Start(start) => self.parse_component_start_section(to, start.clone())?,
            Item::Import(import) => {
                let mut section = ComponentImportSection::new();
                section.import(import.name, self.component_type_ref(import.ty)?);
                to.section(&section);
            }
            Item::Export(export) => {
                let mut section = ComponentExportSection::new();
                self.parse_component_export(&mut section, export.clone())?;
                to.section(&section);
            }
            Item::Custom { name, data } => {
                to.section(&CustomSection { name: (*name).into(), data: (*data).into() });
            }
        }
        Ok(())
    }

    /// Maps an index of the outermost component. Returns indices of nested types and components unchanged.
    fn inner(&mut self, space: Space, number: u32) -> u32 {
        if self.depth == 0 { (self.map)(Id { space, number }) } else { number }
    }

    /// Maps an index as [`Self::inner`] does, for a reference that goes `count` components out.
    fn outer(&mut self, space: Space, count: u32, number: u32) -> u32 {
        self.beyond |= count > self.depth;
        if self.depth == count { (self.map)(Id { space, number }) } else { number }
    }
}

impl<F: FnMut(Id) -> u32> Reencode for Renumber<F> {
    type Error = Infallible;

    fn function_index(&mut self, number: u32) -> Result<u32, Error> {
        Ok(self.inner(Space::CoreFunction, number))
    }

    fn table_index(&mut self, number: u32) -> Result<u32, Error> {
        Ok(self.inner(Space::CoreTable, number))
    }

    fn memory_index(&mut self, number: u32) -> Result<u32, Error> {
        Ok(self.inner(Space::CoreMemory, number))
    }

    fn global_index(&mut self, number: u32) -> Result<u32, Error> {
        Ok(self.inner(Space::CoreGlobal, number))
    }

    fn tag_index(&mut self, number: u32) -> Result<u32, Error> {
        Ok(self.inner(Space::CoreTag, number))
    }

    fn type_index(&mut self, number: u32) -> Result<u32, Error> {
        Ok(self.inner(Space::CoreType, number))
    }
}

impl<F: FnMut(Id) -> u32> ReencodeComponent for Renumber<F> {
    fn component_type_index(&mut self, number: u32) -> u32 {
        self.inner(Space::Type, number)
    }

    fn component_instance_index(&mut self, number: u32) -> u32 {
        self.inner(Space::Instance, number)
    }

    fn component_func_index(&mut self, number: u32) -> u32 {
        self.inner(Space::Function, number)
    }

    fn component_index(&mut self, number: u32) -> u32 {
        self.inner(Space::Component, number)
    }

    fn module_index(&mut self, number: u32) -> u32 {
        self.inner(Space::CoreModule, number)
    }

    fn instance_index(&mut self, number: u32) -> u32 {
        self.inner(Space::CoreInstance, number)
    }

    fn component_value_index(&mut self, number: u32) -> u32 {
        self.inner(Space::Value, number)
    }

    fn outer_type_index(&mut self, count: u32, number: u32) -> Result<u32, Error> {
        Ok(self.outer(Space::CoreType, count, number))
    }

    fn outer_component_type_index(&mut self, count: u32, number: u32) -> u32 {
        self.outer(Space::Type, count, number)
    }

    fn outer_component_index(&mut self, count: u32, number: u32) -> u32 {
        self.outer(Space::Component, count, number)
    }

    fn outer_module_index(&mut self, count: u32, number: u32) -> u32 {
        self.outer(Space::CoreModule, count, number)
    }

    fn push_depth(&mut self) {
        self.depth += 1;
    }

    fn pop_depth(&mut self) {
        self.depth -= 1;
    }

    /// A core module refers to nothing outside, so its bytes are copied.
    fn parse_component_submodule(
        &mut self,
        to: &mut wasm_encoder::Component,
        _: Parser,
        module: &[u8],
    ) -> Result<(), Error> {
        to.section(&RawSection { id: ComponentSectionId::CoreModule.into(), data: module });
        Ok(())
    }
}

/// The references in an item.
pub struct References {
    pub names: Vec<Id>,
    /// Whether it also refers to components that enclose its own.
    pub beyond: bool,
}

/// Returns the references in an item.
///
/// # Errors
/// - [`Malformed::Broken`]: the item cannot be encoded.
pub fn references(item: &Item<'_>) -> Result<References, Malformed> {
    let mut names = Vec::new();
    if matches!(item, Item::CoreModule(_) | Item::Custom { .. }) {
        return Ok(References { names, beyond: false });
    }
    let mut renumber = Renumber::new(|id| {
        names.push(id);
        id.number
    });
    let written = renumber.write(item, &mut wasm_encoder::Component::new());
    let beyond = renumber.beyond;
    written.map_err(|source| Malformed::Broken { source: source.into() })?;
    Ok(References { names, beyond })
}
