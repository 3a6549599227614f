//! Writes instances and components, which so far have only a meaning, when an item of the flat component refers to
//! them.

use wasmparser::{
    ComponentExport, ComponentExternName, ComponentExternalKind as Kind, ComponentInstance, ComponentInstantiationArg,
};

use super::parts::{Flattening, Meaning, Named};
use crate::FlattenError;
use vfs_compose_ir::Item;

impl<'a> Flattening<'a> {
    /// Returns the index in the flat component, and writes the definition if it is not there yet.
    ///
    /// # Errors
    /// As [`Flattening::write`].
    pub(super) fn real(&mut self, meaning: Meaning) -> Result<u32, FlattenError> {
        match meaning {
            Meaning::Flat(number) => Ok(number),
            Meaning::Instance(instance) => self.real_instance(instance),
            Meaning::Component(component) => self.real_component(component),
        }
    }

    fn real_instance(&mut self, instance: usize) -> Result<u32, FlattenError> {
        let known = &self.instances[instance];
        if let Some(number) = known.number {
            return Ok(number);
        }
        let new = match (known.made.clone(), known.exports.clone()) {
            (Some((component, arguments)), _) => {
                let component_index = self.real_component(component)?;
                let args = self.real_all(arguments)?;
                let args = args.map(|(name, kind, index)| ComponentInstantiationArg { name, kind, index });
                ComponentInstance::Instantiate { component_index, args: args.collect() }
            }
            (None, exports) => {
                let parts = self.real_all(exports.unwrap_or_default())?;
                let parts = parts.map(|(name, kind, index)| ComponentExport {
                    name: ComponentExternName { name, implements: None, version_suffix: None, external_id: None },
                    kind,
                    index,
                    ty: None,
                });
                ComponentInstance::FromExports(parts.collect())
            }
        };
        // The indices in it are those of the flat component already.
        let number = self.writer.write(&Item::Instance(new), |id| id.number)?.unwrap_or(u32::MAX);
        self.instances[instance].number = Some(number);
        Ok(number)
    }

    fn real_all(
        &mut self,
        named: Named<'a>,
    ) -> Result<impl Iterator<Item = (&'a str, Kind, u32)> + use<'a>, FlattenError> {
        let mut all = Vec::new();
        for (name, (kind, meaning)) in named {
            all.push((name, kind, self.real(meaning)?));
        }
        Ok(all.into_iter())
    }

    fn real_component(&mut self, component: usize) -> Result<u32, FlattenError> {
        let known = &self.components[component];
        if let Some(number) = known.number {
            return Ok(number);
        }
        let (part, item) = (known.part, Item::Component(known.bytes));
        let number = self.write(part, &item)?.unwrap_or(u32::MAX);
        self.components[component].number = Some(number);
        Ok(number)
    }
}
