//! Reads a component from bytes.

use std::borrow::Cow;
use std::ops::Range;

use wasmparser::{Chunk, CoreType, FromReader, Parser, Payload, SectionLimited, WasmFeatures};

use crate::Malformed;
use crate::{Component, Item};

const CUT_OFF: &str = "no end";

impl<'a> Component<'a> {
    /// Reads a component. Nested modules and components remain bytes.
    ///
    /// # Errors
    /// - [`Malformed::Broken`]: the bytes are not a component.
    /// - [`Malformed::Part`]: it has an unknown section, or a recursive group of core types.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut component = Self::default();
        let mut parser = Parser::new(0);
        parser.set_features(WasmFeatures::all());
        let mut rest = bytes;
        while !rest.is_empty() {
            let Chunk::Parsed { consumed, payload } = parser.parse(rest, true)? else {
                return Err(Malformed::Part { what: CUT_OFF });
            };
            rest = &rest[consumed..];
            match payload {
                Payload::ModuleSection { unchecked_range, .. } => {
                    component.add(Item::CoreModule(Cow::Borrowed(take(&mut rest, &unchecked_range)?)));
                }
                Payload::ComponentSection { unchecked_range, .. } => {
                    component.add(Item::Component(take(&mut rest, &unchecked_range)?));
                }
                payload => component.section(payload)?,
            }
        }
        Ok(component)
    }

    fn section(&mut self, payload: Payload<'a>) -> Result<(), Malformed> {
        match payload {
            Payload::Version { .. } | Payload::End(_) => Ok(()),
            Payload::InstanceSection(section) => self.all(section, Item::CoreInstance),
            Payload::CoreTypeSection(section) => {
                for ty in section {
                    let ty = ty?;
                    if matches!(&ty, CoreType::Rec(group) if group.types().len() != 1) {
                        return Err(Malformed::Part { what: "a group of core types" });
                    }
                    self.add(Item::CoreType(ty));
                }
                Ok(())
            }
            Payload::ComponentInstanceSection(section) => self.all(section, Item::Instance),
            Payload::ComponentAliasSection(section) => self.all(section, Item::Alias),
            Payload::ComponentTypeSection(section) => self.all(section, Item::Type),
            Payload::ComponentCanonicalSection(section) => self.all(section, Item::Canonical),
            Payload::ComponentImportSection(section) => self.all(section, Item::Import),
            Payload::ComponentExportSection(section) => self.all(section, Item::Export),
            Payload::ComponentStartSection { start, .. } => {
                self.add(Item::Start(start));
                Ok(())
            }
            // The indices in it would be wrong, and only debuggers use the names.
            Payload::CustomSection(section) if section.name() == "component-name" => Ok(()),
            Payload::CustomSection(section) => {
                self.add(Item::Custom { name: section.name(), data: section.data() });
                Ok(())
            }
            _ => Err(Malformed::Part { what: "a section that no component has" }),
        }
    }

    fn all<T: FromReader<'a>>(
        &mut self,
        section: SectionLimited<'a, T>,
        item: impl Fn(T) -> Item<'a>,
    ) -> Result<(), Malformed> {
        for one in section {
            self.add(item(one?));
        }
        Ok(())
    }
}

/// Takes the bytes of a nested module or component, after which the parser continues.
fn take<'a>(rest: &mut &'a [u8], range: &Range<u64>) -> Result<&'a [u8], Malformed> {
    let size = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
    let (bytes, after) = rest.split_at_checked(size).ok_or(Malformed::Part { what: CUT_OFF })?;
    *rest = after;
    Ok(bytes)
}
