//! Finds the vfs in a component.

use std::ops::Range;

use wasmparser::{BinaryReaderError, ConstExpr, DataKind, Operator, Parser, Payload};

use super::{Description, SECTION};
use crate::Form;

/// The vfs in a component. All ranges are positions in the component's bytes.
#[derive(Debug)]
pub struct Found {
    /// The image's data segment.
    pub image: Range<usize>,
    /// The settings' data segment.
    pub settings: Range<usize>,
    /// The ranges that enclose the image, outermost first: nested components, the module, its data section. The encoded
    /// size of each range directly precedes it.
    pub around: Vec<Range<usize>>,
    /// The size of the vfs module's code section.
    pub code: usize,
    /// The whole vfs: its component or, in the linked form, its module.
    pub vfs: Range<usize>,
    /// The vfs module.
    pub module: Range<usize>,
    /// How the app and the vfs are joined.
    pub form: Form,
    /// Why the app is not linked, if linking was tried.
    pub not_linked: Option<String>,
    /// The policy lines, as (key, text) pairs: everything that the component does not take from the host.
    pub policy: Vec<(String, String)>,
    /// What flags add to the imports of the app, as (import, flag) pairs.
    pub added: Vec<(String, String)>,
}

/// A data segment found in a module.
struct Segment {
    address: u32,
    bytes: Range<usize>,
    /// The component that contains the module.
    component: Range<usize>,
    /// The index of the module in that component.
    module: u32,
    around: Vec<Range<usize>>,
}

/// Finds the vfs in a component. Returns `None` if there is none.
pub fn find(component: &[u8]) -> Result<Option<Found>, BinaryReaderError> {
    let mut open: Vec<Range<usize>> = Vec::new();
    // The number of modules seen so far: at the top level, then in each open module or component.
    let mut modules: Vec<u32> = vec![0];
    let mut segments: Vec<Segment> = Vec::new();
    let mut code: Vec<(Range<usize>, usize)> = Vec::new();
    let mut described = None;
    let whole = 0..component.len();
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection { unchecked_range: range, .. } => {
                modules.last_mut().into_iter().for_each(|count| *count += 1);
                open.push(positions(range));
                modules.push(0);
            }
            Payload::ComponentSection { unchecked_range: range, .. } => {
                open.push(positions(range));
                modules.push(0);
            }
            Payload::End(_) => {
                open.pop();
                modules.pop();
            }
            Payload::CodeSectionStart { size, .. } => {
                code.extend(open.last().map(|module| (module.clone(), size as usize)))
            }
            Payload::DataSection(section) => {
                let mut around = open.clone();
                around.push(positions(section.range()));
                // The last open range is the module itself; the one before it is the component around it.
                let outer = open.len().checked_sub(2).map_or(&whole, |index| &open[index]);
                let module = modules.iter().nth_back(1).map_or(0, |count| count - 1);
                for segment in section {
                    let segment = segment?;
                    let DataKind::Active { memory_index: 0, offset_expr } = segment.kind else { continue };
                    let Some(address) = constant(&offset_expr) else { continue };
                    let end = positions(segment.range).end;
                    let bytes = end - segment.data.len()..end;
                    let (component, around) = (outer.clone(), around.clone());
                    segments.push(Segment { address, bytes, component, module, around });
                }
            }
            Payload::CustomSection(section) if section.name() == SECTION && described.is_none() => {
                let description = serde_json::from_slice::<Description>(section.data()).ok();
                described = description.map(|description| (description, open.last().unwrap_or(&whole).clone()));
            }
            _ => {}
        }
    }
    let Some((description, component)) = described else { return Ok(None) };
    let is_vfs = |segment: &Segment| segment.component == component && segment.module == description.module;
    let mut of_vfs = segments.into_iter().filter(is_vfs);
    let (mut settings, mut image) = (None, None);
    for segment in of_vfs.by_ref() {
        if segment.address == description.settings.offset {
            settings = Some(segment.bytes.clone());
        }
        if segment.address == description.image.offset {
            image = Some(segment);
        }
    }
    let (Some(settings), Some(image)) = (settings, image) else { return Ok(None) };
    let Some(module) = image.around.iter().nth_back(1).cloned() else { return Ok(None) };
    let code = code.iter().find(|(of, _)| *of == module).map_or(0, |(_, size)| *size);
    let Description { form, not_linked, policy, added, .. } = description;
    let vfs = if form == Form::Linked { module.clone() } else { component };
    let (image, around) = (image.bytes, image.around);
    Ok(Some(Found { image, settings, around, code, vfs, module, form, not_linked, policy, added }))
}

/// Converts positions in a file to indices. The bytes are in memory, so the positions fit.
fn positions(range: Range<u64>) -> Range<usize> {
    range.start as usize..range.end as usize
}

fn constant(expression: &ConstExpr<'_>) -> Option<u32> {
    match expression.get_operators_reader().read().ok()? {
        Operator::I32Const { value } => Some(value.cast_unsigned()),
        _ => None,
    }
}
